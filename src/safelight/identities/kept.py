"""What a whole weighing leaves behind, so that a few accounts that come later are weighed without weighing all anew.

It lies in the operation's folder `identities/` and is made of the operation's own traces: pairs with all their evidence,
where accounts said that they can be reached, and what style compares. So it holds words of people, and goes as a whole as
soon as anything is held as privileged (`intake/privileged.py`); the next weighing is a whole one then. Everything in it
follows from the inputs of that weighing.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from safelight.identities.combine import SIZES
from safelight.identities.evidence import style
from safelight.identities.model import Bench
from safelight.identities.style import written

Numbers = np.ndarray[Any, np.dtype[np.int64]]

#: Fewer tenures than this are always weighed whole: that takes seconds.
FEWEST: Final = 1_000
_LAST: Final = "last"
#: Under this name it is written; what a killed process left there goes with the folder.
_NEW: Final = "new"
_STATE: Final = "state.json"
_STYLE: Final = "style"
#: Tables that are kept, and the columns that name tenures.
_TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "pairs": ("a", "b"), "evidence": ("a", "b"), "moves": ("tenure",), "sizes": ("tenure",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kept:
    """What was left behind. `run`: the whole weighing; `inputs`: by id of a tenure, in their order, its digest then."""

    folder: Path
    run: str
    inputs: Mapping[str, str]

    def table(self, name: str, number: Numbers) -> pa.Table:
        """One of `_TABLES`. `number`: what the tenures of then are now, in the order of `inputs`. Raises OSError."""
        found = pq.read_table(self.folder / f"{name}.parquet")
        for column in _TABLES[name]:
            place = found.schema.get_field_index(column)
            now = pa.array(number[found[column].to_numpy()], pa.int32())
            found = found.set_column(place, column, now)
        return found

    def style(self, number: Numbers, size: int) -> written.Written | None:
        """What accounts wrote, compared. Raises OSError."""
        place = self.folder / _STYLE
        return written.load(place, number, size) if place.is_dir() else None


def inputs(bench: Bench) -> dict[str, str]:
    """By id of a tenure, in the order of their numbers, the digest of its inputs."""
    rows = bench.db.execute("select id, digest from tenures join inputs using (tenure) order by tenure")
    return dict(rows.fetchall())


def keep(folder: Path, bench: Bench, run: str, made_by: str) -> None:
    """Leave a whole weighing behind in the place of an earlier one. `made_by`: what it is of use to (`find_kept`).

    A disk that is full keeps nothing, and hinders no weighing.
    """
    shutil.rmtree(folder, ignore_errors=True)
    if bench.size < FEWEST:
        return
    try:
        folder.mkdir(mode=0o700)
        new = folder / _NEW
        new.mkdir(mode=0o700)
        for name in _TABLES:
            query = SIZES if name == "sizes" else f"from {name}"
            bench.db.sql(query).write_parquet(str(new / f"{name}.parquet"), compression="zstd")
        compared = style.written(bench)
        if compared is not None:
            written.save(compared, new / _STYLE)
        told = {"run": run, "made_by": made_by, "inputs": inputs(bench), "files": _files(new)}
        (new / _STATE).write_bytes(orjson.dumps(told))
        for file in new.rglob("*.*"):
            with file.open("rb") as written_file:
                os.fsync(written_file.fileno())
        new.rename(folder / _LAST)
    except (OSError, duckdb.IOException):
        shutil.rmtree(folder, ignore_errors=True)


def find_kept(folder: Path, made_by: str) -> Kept | None:
    """What was left behind by the same code, lists and models."""
    folder = folder / _LAST
    try:
        told = orjson.loads((folder / _STATE).read_bytes())
    except (OSError, ValueError):
        return None
    if told["made_by"] != made_by or told["files"] != _files(folder):
        return None
    return Kept(folder, told["run"], told["inputs"])


def _files(folder: Path) -> dict[str, int]:
    """How long each file is, but that which tells it."""
    every = sorted(file for file in folder.rglob("*.*") if file.name != _STATE)
    return {file.relative_to(folder).as_posix(): file.stat().st_size for file in every}
