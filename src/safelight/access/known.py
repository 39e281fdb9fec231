"""Which hash sets contents stand in, for the rows of a page.

A page's digests are spread over the whole table, so a query decodes nearly all digests of all hits (50 ms at half a
million). Parts never change, so each part's digests are kept here as sorted numbers instead, read when a page first
needs them (0.3 s for half a million, 36 bytes a hit); a new snapshot costs its new parts alone.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from duckdb import DuckDBPyConnection

from safelight.catalog.snapshot import Part, Snapshot
from safelight.catalog.views import read_parts

#: Hits of a snapshot up to which they are kept: 72 MB. Beyond, each page asks the table.
MOST = 2_000_000

_DIGEST = 32  # bytes
_NONE = np.empty((0, _DIGEST), np.uint8)


@dataclass(frozen=True, slots=True)
class _Kept:
    """The hits of one part, sorted by the first eight bytes of the digest."""

    starts: np.ndarray[tuple[int], np.dtype[np.uint64]]
    digests: np.ndarray[tuple[int, int], np.dtype[np.uint8]]
    sets: np.ndarray[tuple[int], np.dtype[np.int32]]
    names: tuple[str, ...]

    def of(self, digest: bytes) -> set[str]:
        start = np.uint64(int.from_bytes(digest[:8], "big"))
        low, high = np.searchsorted(self.starts, start, "left"), np.searchsorted(self.starts, start, "right")
        return {self.names[self.sets[n]] for n in range(low, high) if self.digests[n].tobytes() == digest}


def asked(db: DuckDBPyConnection, digests: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """The same by a query: for a single content, and where hits are too many to be kept."""
    found: dict[str, list[str]] = {}
    if digests:
        marks = ", ".join("?" * len(digests))
        for sha256, name in db.execute(
            f"SELECT DISTINCT sha256, coalesce(set_name, '') FROM hits WHERE sha256 IN ({marks}) ORDER BY 2",
            digests,
        ).fetchall():
            found.setdefault(sha256, []).append(name)
    return {sha256: tuple(names) for sha256, names in found.items()}


class Known:
    """Sets by content, out of the parts of a catalog. Safe for several threads."""

    def __init__(self, parts: Path, most: int = MOST) -> None:
        self._parts = parts
        self._most = most
        self._kept: dict[str, _Kept] = {}
        self._lock = threading.Lock()

    def sets_of(
        self, db: DuckDBPyConnection, snapshot: Snapshot, digests: Sequence[str]
    ) -> Mapping[str, tuple[str, ...]]:
        """Names of the sets in which each of these contents (SHA-256) stands, sorted; contents in no set are left out."""
        if snapshot.rows("hits") > self._most:
            return asked(db, digests)
        kept = self._of(db, snapshot.parts.get("hits", ()))
        found = {
            sha256: {name for one in kept for name in one.of(bytes.fromhex(sha256))} for sha256 in digests
        }
        return {sha256: tuple(sorted(names)) for sha256, names in found.items() if names}

    def _of(self, db: DuckDBPyConnection, live: Sequence[Part]) -> list[_Kept]:
        with self._lock:
            self._kept = {part.name: self._kept[part.name] for part in live if part.name in self._kept}
            for part in live:
                if part.name not in self._kept:
                    self._kept[part.name] = self._read(db, part)
            return [self._kept[part.name] for part in live]

    def _read(self, db: DuckDBPyConnection, part: Part) -> _Kept:
        table = db.sql(
            "SELECT unhex(sha256) AS digest, coalesce(set_name, '') AS name "
            f"FROM {read_parts((part,), self._parts)} WHERE strlen(sha256) = {2 * _DIGEST}"
        ).to_arrow_table()
        names = table.column("name").combine_chunks().dictionary_encode()
        digests = np.concatenate([_rows(chunk) for chunk in table.column("digest").chunks] or [_NONE])
        starts = np.ascontiguousarray(digests[:, :8]).view(">u8").ravel().astype(np.uint64)
        order = np.argsort(starts, kind="stable")
        return _Kept(
            starts[order], digests[order], names.indices.to_numpy().astype(np.int32)[order],
            tuple(names.dictionary.to_pylist()),
        )  # fmt: skip


def _rows(chunk: pa.Array) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    """Digests as a matrix of bytes, without a Python object for each."""
    fixed = chunk.cast(pa.binary(_DIGEST))
    rows = np.frombuffer(fixed.buffers()[1], np.uint8).reshape(-1, _DIGEST)
    return rows[fixed.offset : fixed.offset + len(fixed)]
