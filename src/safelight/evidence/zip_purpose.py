"""Zip archives that frame something else, so that their members mean nothing by themselves: UFDR and AFF4."""

from __future__ import annotations

import io

from safelight.evidence.bounds import Expansion
from safelight.evidence.model import EvidenceError, OpenContext
from safelight.evidence.stream import read_up_to, stream_size
from safelight.evidence.zip_directory import Directory, find_directory
from safelight.evidence.zip_member import open_member

_BLOCK = 1 << 20
_REPORT, _TURTLE = b"report.xml", b"information.turtle"
#: Namespace of the report in a UFDR, and the one of AFF4's own description.
_MARKS = {
    _REPORT: (b"pa.cellebrite.com/report", "UFDR phone extraction"),
    _TURTLE: (b"aff4.org/Schema", "AFF4 image"),
}


def other_purpose(stream: io.RawIOBase) -> str | None:
    """UFDR or AFF4: a member by its name, searched in the raw directory, and then by what it begins with."""
    extent = find_directory(stream, stream_size(stream))
    if extent is None:
        return None
    seen: set[bytes] = set()
    position, kept = extent.start, b""
    while position < extent.end and len(seen) < len(_MARKS):
        block = read_up_to(stream, position, min(_BLOCK, extent.end - position))
        if not block:
            break
        seen.update(name for name in _MARKS if name in kept + block)
        position, kept = position + len(block), block[-32:]
    return _by_content(stream, seen) if seen else None


def _by_content(stream: io.RawIOBase, wanted: set[bytes]) -> str | None:
    context = OpenContext()
    try:
        directory = Directory(stream, context.limits.max_members)
        for index in range(len(directory)):
            record = directory.record(index)
            if record.name in wanted:
                mark, name = _MARKS[record.name]
                start = read_up_to(open_member(stream, directory, record, context, Expansion()), 0, 8192)
                if mark in start.replace(b"\0", b""):
                    return name
    except EvidenceError:
        return None  # the zip reader will say what is wrong with it
    return None
