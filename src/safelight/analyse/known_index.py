"""An index of digests on disk: sorted, memory-mapped, verified against the whole digest.

Three arrays of equal length an algorithm, in ascending order of the digest:

    <algorithm>.prefix   first 8 bytes of the digest as an integer (big-endian value, stored as little-endian
    uint64) <algorithm>.rest     the other bytes as 1, 2 or 3 such integers (SHA-1's last four bytes are
    padded with zeros) <algorithm>.label    number of what the set says of it (`known_labels.py`), uint32

A look-up searches the prefixes and compares the rest, so a shared prefix is never a hit by itself. Pages are
mapped from the file: the system may drop them, resident memory is what look-ups touched lately.

Building sorts outside memory: DuckDB takes the digests as integers in a database file of its own, orders them
with a memory limit, and hands them back in a stream. Own arrays instead of a DuckDB or SQLite table because
look-ups in those were measured at 1,000 to 97,000 a second against 280,000 and more here.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from safelight.catalog.durable import Disk, NewFile
from safelight.catalog.views import quoted

#: Bytes of a digest by algorithm.
LENGTHS = {"md5": 16, "sha1": 20, "sha256": 32}
_CHUNK = 1 << 18
_Words = npt.NDArray[np.uint64]


def words_of(digests: bytes, length: int) -> _Words:
    """Digests of `length` bytes, one after the other, as rows of integers whose order is that of the
    bytes.
    """
    count = len(digests) // length
    wide = -(-length // 8) * 8
    padded = np.zeros((count, wide), np.uint8)
    padded[:, :length] = np.frombuffer(digests, np.uint8).reshape(count, length)
    return padded.view(">u8").astype(np.uint64)


class IndexBuilder:
    """Collects digests of one algorithm and writes the three files. `work` holds the sort and may be removed
    after.
    """

    def __init__(self, algorithm: str, work: Path, memory_limit: str = "384MB") -> None:
        self.algorithm = algorithm
        self.length = LENGTHS[algorithm]
        self._names = [f"w{n}" for n in range(-(-self.length // 8))]
        self._digests = bytearray()
        self._labels: list[int] = []
        work.mkdir(parents=True, exist_ok=True)
        self._connection = duckdb.connect(str(work / f"{algorithm}.duckdb"))
        self._connection.execute(f"SET memory_limit = '{memory_limit}'")
        self._connection.execute(f"SET temp_directory = {quoted(work / (algorithm + '.spill'))}")
        self._connection.execute("SET enable_progress_bar = false")  # it would print into what a command says
        self._connection.execute("SET preserve_insertion_order = false")
        columns = ", ".join(f"{name} UBIGINT" for name in self._names)
        self._connection.execute(f"CREATE TABLE digests ({columns}, label UINTEGER)")

    def add(self, digest: bytes, label: int) -> None:
        """Take one digest of the right length."""
        self._digests += digest
        self._labels.append(label)
        if len(self._labels) >= _CHUNK:
            self._pour()

    def _pour(self) -> None:
        if not self._labels:
            return
        words = words_of(bytes(self._digests), self.length)
        chunk = pa.table(
            {name: words[:, n] for n, name in enumerate(self._names)}
            | {"label": np.array(self._labels, np.uint32)}
        )
        self._connection.register("chunk", chunk)
        self._connection.execute("INSERT INTO digests FROM chunk")
        self._connection.unregister("chunk")
        self._digests.clear()
        self._labels.clear()

    def finish(self, folder: Path, disk: Disk, *, one_label: bool = False) -> int:
        """Write the files; returns the number of rows. Equal rows become one; with `one_label` equal digests
        do.
        """
        self._pour()
        order = ", ".join([*self._names, "label"])
        stream = self._connection.sql(f"SELECT {order} FROM digests ORDER BY {order}").to_arrow_reader(_CHUNK)
        rows = 0
        with (
            NewFile(folder / f"{self.algorithm}.prefix", disk) as prefix,
            NewFile(folder / f"{self.algorithm}.rest", disk) as rest,
            NewFile(folder / f"{self.algorithm}.label", disk) as label,
        ):
            for words, labels in _distinct(stream, self._names, one_label):
                prefix.write(np.ascontiguousarray(words[:, 0]).astype("<u8").tobytes())
                rest.write(np.ascontiguousarray(words[:, 1:]).astype("<u8").tobytes())
                label.write(labels.astype("<u4").tobytes())
                rows += len(labels)
            for file in (prefix, rest, label):
                file.finish()
        self.close()
        return rows

    def close(self) -> None:
        """Let go of the sort's database."""
        self._connection.close()


def _distinct(
    stream: pa.RecordBatchReader, names: list[str], one_label: bool
) -> Iterator[tuple[_Words, npt.NDArray[np.uint32]]]:
    last: npt.NDArray[np.uint64] | None = None
    for batch in stream:
        labels = batch.column("label").to_numpy()
        whole = np.column_stack(
            [*(batch.column(name).to_numpy() for name in names), labels.astype(np.uint64)]
        )
        compared = whole[:, :-1] if one_label else whole
        before = np.empty_like(compared)
        before[1:] = compared[:-1]
        keep = np.any(compared != before, axis=1)
        keep[:1] = last is None or bool(np.any(compared[0] != last))
        if len(whole):
            last = compared[-1].copy()
        yield whole[keep, :-1], labels[keep]


#: Look-ups between two times that pages are let go, and rows from which on that is worth it.
_AT_ONCE, _LARGE = 16_384, 1_000_000


class DigestIndex:
    """One algorithm's arrays, mapped read-only."""

    def __init__(self, folder: Path, algorithm: str) -> None:
        self.length = LENGTHS[algorithm]
        wide = -(-self.length // 8)
        self._prefix: _Words = _mapped(folder / f"{algorithm}.prefix", "<u8")
        self._rest: _Words = _mapped(folder / f"{algorithm}.rest", "<u8").reshape(-1, wide - 1)
        self._label = _mapped(folder / f"{algorithm}.label", "<u4")

    def __len__(self) -> int:
        return len(self._prefix)

    def find(self, words: _Words) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Pairs (number of the query, label) for every row that equals a query. `words` as `words_of` makes
        them.

        Queries are searched in order of their prefix, some thousands at a time, so that neighbouring look-ups
        touch the same pages; then the pages are let go, or a large set would become resident as a whole.
        """
        order = np.argsort(words[:, 0], kind="stable")
        queries, labels = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for start in range(0, len(order), _AT_ONCE):
            chosen = order[start : start + _AT_ONCE]
            found, given = self._find(words[chosen])
            queries.append(chosen[found].astype(np.int64))
            labels.append(given)
            self._let_go()
        return np.concatenate(queries), np.concatenate(labels)

    def _let_go(self) -> None:
        """Unmap the pages that were touched; they stay in the system's cache."""
        if len(self) < _LARGE:
            return
        for array in (self._prefix, self._rest, self._label):
            mapped = getattr(array, "_mmap", None)
            if mapped is not None:
                mapped.madvise(mmap.MADV_DONTNEED)

    def _find(self, words: _Words) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        order = np.argsort(words[:, 0], kind="stable")
        sorted_prefixes = words[order, 0]
        low = np.searchsorted(self._prefix, sorted_prefixes, "left")
        found = low < len(self._prefix)
        found[found] = self._prefix[low[found]] == sorted_prefixes[found]
        place, query = low[found], order[found]
        following = np.minimum(place + 1, len(self._prefix) - 1)
        shared = (following > place) & (self._prefix[following] == self._prefix[place])
        alone = ~shared
        equal = np.all(self._rest[place[alone]] == words[query[alone], 1:], axis=1)
        queries = [query[alone][equal]]
        labels = [self._label[place[alone][equal]].astype(np.int64)]
        for start, number in zip(place[shared].tolist(), query[shared].tolist(), strict=True):
            rows = list(self._equal_rows(start, words[number]))
            queries.append(np.full(len(rows), number, np.int64))
            labels.append(self._label[rows].astype(np.int64))
        return np.concatenate(queries).astype(np.int64), np.concatenate(labels)

    def _equal_rows(self, place: int, words: _Words) -> Iterator[int]:
        """Rows from `place` on that equal the digest; a long run of one prefix is searched by halving."""
        wanted = words[1:].tolist()
        high = (
            int(np.searchsorted(self._prefix, words[0], "right"))
            if self._same_prefix(place + 8, words)
            else None
        )
        while high is not None and place < high:
            middle = (place + high) // 2
            if self._rest[middle].tolist() < wanted:
                place = middle + 1
            else:
                high = middle
        while place < len(self._prefix) and self._prefix[place] == words[0]:
            rest = self._rest[place].tolist()
            if rest > wanted:
                return
            if rest == wanted:
                yield place
            place += 1

    def _same_prefix(self, place: int, words: _Words) -> bool:
        return place < len(self._prefix) and bool(self._prefix[place] == words[0])


def _mapped(path: Path, kind: str) -> npt.NDArray[np.uint64]:
    with suppress(ValueError):  # an empty file cannot be mapped
        return np.memmap(path, kind, "r")
    return np.zeros(0, kind)
