"""NTFS reparse points: where a symbolic link or junction points, and files whose bytes lie elsewhere.

The Sleuth Kit shows a link as an empty file or folder and a file that Windows keeps elsewhere (packed,
deduplicated, in a cloud) as zeros; both would be taken for content.

Source: [MS-FSCC] 2.1.2 (reparse tags and their data).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import pytsk3

_TYPE = int(pytsk3.TSK_FS_ATTR_TYPE_NTFS_REPARSE)
_MOUNT_POINT, _SYMLINK, _LX_SYMLINK = 0xA0000003, 0xA000000C, 0xA000001D
_LARGEST = 16 << 10  # a reparse point's data is at most 16 KiB

#: Tags of files whose main stream reads as zeros, and where their bytes are.
_ELSEWHERE = {
    0x80000017: "packed by Windows (WOF): the bytes lie in the stream WofCompressedData or a WIM file",
    0x80000013: "deduplicated by Windows: the bytes lie in the volume's chunk store",
    0x80000021: "kept in a cloud (OneDrive): the volume may hold no bytes of it",
}
_CLOUD_MASK, _CLOUD = 0xFFFF0FFF, 0x9000001A


@dataclass(frozen=True, slots=True)
class Reparse:
    """`target` of a link (UTF-8, as the link shows it), or `elsewhere`: why the bytes are not in the file."""

    target: bytes | None = None
    elsewhere: str = ""


def reparse_of(file: Any, attribute_id: int, size: int) -> Reparse:
    """What the reparse point says. Raises OSError where it cannot be read; one that makes no sense says
    nothing."""
    data = bytes(file.read_random(0, min(size, _LARGEST), _TYPE, attribute_id))
    if len(data) < 8:
        return Reparse()
    tag, length = struct.unpack_from("<IH", data)
    body = data[8 : 8 + length]
    if tag in (_MOUNT_POINT, _SYMLINK):
        return Reparse(target=_path(body, 8 if tag == _MOUNT_POINT else 12))
    if tag == _LX_SYMLINK:
        return Reparse(target=body[4:] or None)
    if tag & _CLOUD_MASK == _CLOUD:
        tag = 0x80000021
    return Reparse(elsewhere=_ELSEWHERE.get(tag, ""))


def _path(body: bytes, names: int) -> bytes | None:
    if len(body) < names:
        return None
    at, length, shown_at, shown = struct.unpack_from("<HHHH", body)
    start, size = (names + shown_at, shown) if shown else (names + at, length)
    raw = body[start : start + size]
    return raw.decode("utf-16-le", "replace").encode("utf-8") or None


def is_reparse(attribute_type: int) -> bool:
    """Whether an attribute of a file is its reparse point."""
    return attribute_type == _TYPE
