"""The streams of one file: what The Sleuth Kit calls its attributes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytsk3

from safelight.evidence.tsk_reparse import Reparse, is_reparse, reparse_of

_NTFS_DATA = int(pytsk3.TSK_FS_ATTR_TYPE_NTFS_DATA)
_BESIDE = (int(pytsk3.TSK_FS_ATTR_TYPE_HFS_RSRC), int(pytsk3.TSK_FS_ATTR_TYPE_HFS_EXT_ATTR))
_OUTSIDE, _RESIDENT = int(pytsk3.TSK_FS_ATTR_NONRES), int(pytsk3.TSK_FS_ATTR_RES)
_ENCRYPTED = int(pytsk3.TSK_FS_ATTR_ENC)
_SPARSE = int(pytsk3.TSK_FS_ATTR_RUN_FLAG_SPARSE)
_NO_BLOCKS = _SPARSE | int(pytsk3.TSK_FS_ATTR_RUN_FLAG_FILLER)
_MAIN = (int(pytsk3.TSK_FS_ATTR_TYPE_DEFAULT), int(pytsk3.TSK_FS_ATTR_TYPE_HFS_DATA))


@dataclass(slots=True)
class Attribute:
    """One stream. `size` in bytes; `first` is the first block of its data, -1 if it has none of its own. `native` is
    the binding's own, which needs its file alive."""

    type: int
    id: int
    name: bytes
    size: int
    resident: bool
    encrypted: bool
    first: int
    native: Any = field(repr=False)


@dataclass(slots=True)
class Streams:
    """A file's own content, what lies beside it (alternate data, forks, extended attributes), and its reparse
    point. `broken` says why the list may not be whole."""

    main: Attribute | None = None
    beside: list[Attribute] = field(default_factory=list)
    reparse: Reparse = field(default_factory=Reparse)
    broken: str = ""


def streams_of(file: Any) -> Streams:
    """All streams of a file; what cannot be read ends the list."""
    streams = Streams()
    try:
        for attribute in file:
            info = attribute.info
            kind = int(info.type)
            if is_reparse(kind):
                streams.reparse = reparse_of(file, int(info.id), int(info.size))
            elif kind in _MAIN or (kind == _NTFS_DATA and not info.name):
                streams.main = streams.main or _attribute(attribute, kind)
            elif kind == _NTFS_DATA or kind in _BESIDE:
                streams.beside.append(_attribute(attribute, kind))
    except (OSError, RuntimeError) as error:
        streams.broken = str(error)
    return streams


def _attribute(attribute: Any, kind: int) -> Attribute:
    info = attribute.info
    flags = int(info.flags)
    run: Any = next(iter(attribute), None) if flags & _OUTSIDE else None
    hole = run is None or int(run.flags) & _SPARSE
    return Attribute(
        kind,
        int(info.id),
        info.name or b"",
        max(0, int(info.size)),
        bool(flags & _RESIDENT),
        bool(flags & _ENCRYPTED),
        -1 if hole else int(run.addr),
        attribute,
    )


def allocated_bytes(file: Any, attribute: tuple[int, int] | None, block: int) -> int:
    """Bytes of the volume that one stream holds (the main one if `attribute` is None): what is left of a sparse
    or packed file without its holes. 0 where all of it lies in the inode or cannot be read."""
    total = 0
    try:
        for each in file:
            kind, number = int(each.info.type), int(each.info.id)
            main = kind in _MAIN or (kind == _NTFS_DATA and not each.info.name)
            if (kind, number) == attribute or (attribute is None and main):
                total += sum(int(run.len) for run in each if not int(run.flags) & _NO_BLOCKS)
    except (OSError, RuntimeError):
        return total * block
    return total * block
