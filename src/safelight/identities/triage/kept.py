"""What a run of roles leaves behind, so that the next one looks again only at what changed.

It lies beside what a weighing leaves behind, in the operation's folder `identities/`, and goes with it as soon as anything
is held as privileged: ids of accounts, how often they are tied, digests of what they wrote, and no words. Whoever deletes
it loses nothing but time. Everything in it follows from the inputs of that run.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson

from safelight.identities.network import Pairs
from safelight.identities.triage.woven import Woven

#: Fewer accounts than this are always looked at whole: that takes no time.
FEWEST: Final = 1_000
_NAME: Final = "roles"
_STATE: Final = "state.json"
_NETWORK: Final = "network.npz"


@dataclass(frozen=True, slots=True)
class Kept:
    """What was left behind. `run`: the run whose rows stand in the catalog then; `inputs`: by role, a digest of all that it
    goes by; `rows`: by role, how many; `wrote`: by account, a digest of what it wrote; `ties`: a digest of what the network
    is made from."""

    run: str
    inputs: Mapping[str, str]
    rows: Mapping[str, int]
    wrote: Mapping[str, int]
    ties: str
    woven: Woven | None = None


def keep(folder: Path, kept: Kept, made_by: str) -> None:
    """Leave this in the place of what an earlier run left. A disk that is full keeps nothing."""
    place = folder / _NAME
    shutil.rmtree(place, ignore_errors=True)
    if len(kept.wrote) < FEWEST:
        return
    new = folder / f"{_NAME}.new"
    shutil.rmtree(new, ignore_errors=True)
    try:
        new.mkdir(mode=0o700, parents=True)
        if kept.woven is not None:
            with (new / _NETWORK).open("wb") as file:
                np.savez(file, allow_pickle=False, **_arrays(kept.woven))
                file.flush()
                os.fsync(file.fileno())
        told = {
            "made_by": made_by, "run": kept.run, "inputs": dict(kept.inputs), "rows": dict(kept.rows),
            "wrote": dict(kept.wrote), "ties": kept.ties,
        }  # fmt: skip
        with (new / _STATE).open("wb") as file:
            file.write(orjson.dumps(told))
            file.flush()
            os.fsync(file.fileno())
        new.rename(place)
    except OSError:
        shutil.rmtree(new, ignore_errors=True)


def find_kept(folder: Path, made_by: str) -> Kept | None:
    """What the same code left behind; None where there is nothing that can be read."""
    place = folder / _NAME
    try:
        told = orjson.loads((place / _STATE).read_bytes())
        if told.pop("made_by") != made_by:
            return None
        woven = _woven(place / _NETWORK) if (place / _NETWORK).exists() else None
    except (OSError, ValueError, KeyError):
        return None
    return Kept(**told, woven=woven)


def _arrays(woven: Woven) -> dict[str, np.ndarray[Any, Any]]:
    pairs = woven.pairs
    return {
        "accounts": np.asarray(pairs.accounts, dtype=np.str_), "a": pairs.a, "b": pairs.b, "counts": pairs.counts,
        "weight": pairs.weight, "rank": woven.rank, "community": woven.community, "ways": woven.ways,
    }  # fmt: skip


def _woven(file: Path) -> Woven:
    with np.load(file, allow_pickle=False) as found:
        pairs = Pairs(
            tuple(found["accounts"].tolist()), found["a"], found["b"], found["counts"], found["weight"]
        )
        return Woven(pairs, found["rank"], found["community"], found["ways"])
