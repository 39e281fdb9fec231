"""Partition tables as a layer: each partition is a window on the medium, gaps between them are listed as
well.

A layer says where it lies, `part "p2" {start: 32256, size: 409600}` (bytes), so that it is found again
without the table; gaps are `gap1`, `gap2` ... in order of their place.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

from safelight.evidence.model import Container, EvidenceError, Found, OpenContext, Trouble, Volume
from safelight.evidence.partition_tables import Slice, Table, read_table
from safelight.evidence.spec import Layer, PathSpec, layer
from safelight.evidence.stream import Window, stream_size


class PartitionContainer:
    """The partitions of one medium. Does not own the stream."""

    def __init__(self, stream: io.RawIOBase, table: Table) -> None:
        self._stream = stream
        self._size = stream_size(stream)
        self._table = table

    def walk(self, at: PathSpec) -> Iterator[Found]:
        """Partitions and gaps in order of their start, each trouble before the volume that it concerns."""
        for detail in self._table.troubles:
            yield Trouble(at, "corrupt", detail)
        end = 0
        gaps = 0
        starts: set[int] = set()
        own = [Slice(0, start, size, "") for start, size in self._table.own]
        for part in sorted([*self._table.slices, *own], key=lambda part: (part.start, part.number)):
            if part.start >= self._size and part.number:
                yield Trouble(
                    self._spec(at, part), "corrupt", f"{self._name(part)} begins beyond the medium's end"
                )
                continue
            if part.start > end:
                gaps += 1
                yield self._gap(at, gaps, end, part.start)
            if part.number:
                yield from self._part(at, part, end, starts)
                starts.add(part.start)
            end = max(end, part.start + part.size)
        if end < self._size:
            yield self._gap(at, gaps + 1, end, self._size)

    def _part(self, at: PathSpec, part: Slice, end: int, starts: set[int]) -> Iterator[Found]:
        spec, name = self._spec(at, part), self._name(part)
        if part.start + part.size > self._size:
            missing = part.start + part.size - self._size
            yield Trouble(spec, "corrupt", f"{name} ends {missing} bytes beyond the medium's end")
        if part.start in starts or not part.size:
            what = "begins where another one does" if part.size else "is empty"
            yield Trouble(spec, "corrupt", f"{name} {what}; it was not looked into")
            return
        if part.start < end:
            yield Trouble(spec, "corrupt", f"{name} overlaps what lies before it, to byte {end}")
        yield Volume(spec, self._table.scheme, part.number, part.start, part.size, part.type_text, part.label)

    def _name(self, part: Slice) -> str:
        return f"partition {part.number} (byte {part.start}, {part.size} bytes)"

    def _spec(self, at: PathSpec, part: Slice) -> PathSpec:
        return at.child(layer("part", b"p%d" % part.number, start=part.start, size=part.size))

    def _gap(self, at: PathSpec, number: int, start: int, end: int) -> Volume:
        spec = at.child(layer("part", b"gap%d" % number, start=start, size=end - start))
        return Volume(spec, self._table.scheme, 0, start, end - start, "unallocated")

    def open(self, layer: Layer) -> io.RawIOBase:
        start, size = layer.number("start", -1), layer.number("size", -1)
        if start < 0 or size < 0:
            raise EvidenceError("vanished", "a partition's place is missing from its path specification")
        return Window(self._stream, start, size)

    def close(self) -> None:
        pass


class PartitionFormat:
    """Partition tables: MBR with extended chains, GPT, Apple partition map."""

    kind = "part"
    transparent = True

    def recognise(self, stream: io.RawIOBase, context: OpenContext) -> bool:
        return read_table(stream) is not None

    def open_container(self, stream: io.RawIOBase, context: OpenContext) -> Container:
        table = read_table(stream)
        if table is None:
            raise EvidenceError("corrupt", "there is no partition table any more")
        return PartitionContainer(stream, table)


FORMAT = PartitionFormat()
