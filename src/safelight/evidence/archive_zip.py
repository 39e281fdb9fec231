"""Zip archives: members in the order of the central directory, told apart by their index, names as stored.

Names are never joined to a path of the operating system, so `..`, absolute paths, backslashes and NUL are
merely names. Where the directory is missing, members are found by their own headers.
"""

from __future__ import annotations

import io
import stat
import struct
from collections.abc import Iterator

from safelight.evidence.archive_times import dos_moment, filetime_moment, unix_moment
from safelight.evidence.bounds import Budget, check_nesting
from safelight.evidence.model import Entry, EvidenceError, Found, Kind, OpenContext, Tally, TimeName, Trouble
from safelight.evidence.spec import Layer, PathSpec, layer
from safelight.evidence.stream import read_up_to, stream_size
from safelight.evidence.zip_directory import END, LOCAL, Directory, Record, find_directory
from safelight.evidence.zip_member import open_member
from safelight.evidence.zip_purpose import other_purpose
from safelight.traces.moment import Moment

_UNIX = 3
_LINK_BYTES = 4096
#: Programs with an archive behind them: Windows, Linux, a shell script.
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!")


class ZipContainer:
    """One opened archive. Raises EvidenceError("corrupt" | "limit" | "unsupported")."""

    def __init__(self, stream: io.RawIOBase, context: OpenContext) -> None:
        self._stream, self._context = stream, context
        self._directory = Directory(stream, context.limits.max_members)
        self._outer = check_nesting(stream, context.limits)

    def walk(self, at: PathSpec) -> Iterator[Found]:
        """Members in the directory's order."""
        directory = self._directory
        if directory.salvaged:
            yield Trouble(
                at, "corrupt", "the central directory is missing; members are found by their own headers"
            )
        budget = Budget(self._context.limits)
        for index in range(len(directory)):
            try:
                record = directory.record(index)
                entry = self._entry(record, index, at)
            except EvidenceError as error:
                yield Trouble(at.child(layer("zip", b"", index=index)), error.cause, error.detail)
                continue
            try:
                budget.add(entry.size or 0)
            except EvidenceError as error:
                yield Trouble(at, error.cause, error.detail)
                break
            yield entry
        if directory.beyond:
            most = self._context.limits.max_members
            yield Trouble(at, "limit", f"more than {most} members; the rest is not listed")
        if directory.missing:
            yield Trouble(at, "corrupt", f"{directory.missing} members of the directory cannot be read")
        yield Tally(at, budget.members)

    def open(self, layer: Layer) -> io.RawIOBase:
        """One member. Raises EvidenceError."""
        index = layer.number("index", -1)
        record = self._directory.record(index)
        if record.name != layer.path:
            raise EvidenceError("changed", "the archive holds another member in this place")
        if index in self._directory.overlapping:
            raise EvidenceError("limit", "its bytes overlap those of another member, as in an archive bomb")
        return open_member(self._stream, self._directory, record, self._context, self._outer)

    def close(self) -> None:
        """The stream belongs to whoever opened it."""

    def _entry(self, record: Record, index: int, at: PathSpec) -> Entry:
        kind = _kind(record)
        target = None
        if kind == "link" and record.size <= _LINK_BYTES and index not in self._directory.overlapping:
            try:
                target = open_member(
                    self._stream, self._directory, record, self._context, self._outer
                ).readall()
            except EvidenceError:
                target = None  # the link is listed; opening it says what is wrong
        size = None if record.sizes_follow else record.size
        return Entry(
            at.child(layer("zip", record.name, index=index)),
            kind,
            0 if kind == "folder" else size,
            times=_times(record),
            link_target=target,
            first_block=record.header,
        )


def _kind(record: Record) -> Kind:
    mode = record.attributes >> 16 if record.system == _UNIX else 0
    if stat.S_ISLNK(mode):
        return "link"
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "special"
    if record.name.endswith(b"/") or (record.size == 0 and record.attributes & 0x10):
        return "folder"
    return "file"


def _times(record: Record) -> dict[TimeName, Moment]:
    """UTC from the NTFS (0x000A) or Unix (0x5455) extra field, else DOS wall clock without a zone."""
    times: dict[TimeName, Moment] = {}
    wall = dos_moment(record.dos_date, record.dos_time)
    if wall is not None:
        times["modified"] = wall
    unix = record.extra_field(0x5455)
    if unix is not None and len(unix) >= 5 and unix[0] & 1:
        times["modified"] = unix_moment(struct.unpack_from("<i", unix, 1)[0])
    ntfs = record.extra_field(0x000A)
    if ntfs is not None and len(ntfs) >= 32 and struct.unpack_from("<HH", ntfs, 4) == (1, 24):
        for name, value in zip(_NTFS, struct.unpack_from("<QQQ", ntfs, 8), strict=True):
            if value:
                times[name] = filetime_moment(value)
    return times


_NTFS: tuple[TimeName, TimeName, TimeName] = ("modified", "accessed", "created")


class ZipFormat:
    """Zip, also behind a program (self-extracting), and as the frame of office documents and programs."""

    kind = "zip"
    transparent = False

    def recognise(self, stream: io.RawIOBase, context: OpenContext) -> bool:
        head = read_up_to(stream, 0, 8)
        if head[:4] == LOCAL:
            return other_purpose(stream) is None
        if head[:4] == END or (head[:4] in (b"PK00", b"PK\x07\x08") and head[4:] == LOCAL):
            return True
        return head.startswith(_PROGRAMS) and bool(find_directory(stream, stream_size(stream)))

    def open_container(self, stream: io.RawIOBase, context: OpenContext) -> ZipContainer:
        return ZipContainer(stream, context)


FORMAT = ZipFormat()
