"""The text of an attributed string in a typedstream, the archive that `message.attributedBody` holds.

Facts: the layout of NeXTSTEP typedstreams as imessage-exporter and python-typedstream document it. Only the string is
wanted, and it is the first object: after the class name stand `84 01 2B` and the length (a byte, or 81 and two bytes, or
82 and four, little-endian), then UTF-8. No library on PyPI reads it without rebuilding Foundation's classes.
"""

from __future__ import annotations

_CLASSES = (b"NSString", b"NSMutableString")
_STRING = b"\x84\x01+"
#: Bytes between the class name and its string: superclasses and version.
_BETWEEN = 64


def text_of(archive: bytes) -> str | None:
    """The string, or None where the archive holds none."""
    starts = [at for name in _CLASSES if (at := archive.find(name)) >= 0]
    if not starts:
        return None
    begin = min(starts)
    at = archive.find(_STRING, begin, begin + _BETWEEN)
    if at < 0:
        return None
    at += len(_STRING)
    if at >= len(archive):
        return None
    length, wide = archive[at], {0x81: 2, 0x82: 4}.get(archive[at], 0)
    at += 1
    if wide:
        length = int.from_bytes(archive[at : at + wide], "little")
        at += wide
    found = archive[at : at + length]
    return found.decode("utf-8", "backslashreplace") if len(found) == length else None
