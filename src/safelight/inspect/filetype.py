"""The type of a content by its bytes: signature, then text check, then libmagic for what neither knows.

Cost per file, measured on mixed real files: 1 to 5 us by signature, 10 to 40 us for text, 40 to 500 us where
libmagic has to be asked. Type is a claim of the bytes alone; what the name says is compared in
`extensions.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from safelight.inspect import families, libmagic, plaintext, signatures
from safelight.inspect.groups import group_of
from safelight.inspect.model import Group

Basis = Literal["signature", "text", "libmagic", "none"]
EMPTY = "application/x-empty"
UNKNOWN = libmagic.UNKNOWN
_FOR_LIBMAGIC = 4096


@dataclass(frozen=True, slots=True)
class FileType:
    """Media type, group of the worklist, and what the claim rests on."""

    mime: str
    group: Group
    basis: Basis


def identify(head: bytes, size: int, tail: bytes = b"", stream: families.Seekable | None = None) -> FileType:
    """Type of a content of `size` bytes. `head` and `tail` as in `digests.Digests`.

    With a `stream` (seekable; its position is moved) the kind of an OLE file is found even where its
    directory lies outside the head. Never raises on any bytes; raises what the stream raises.
    """
    if not size or not head:
        return FileType(EMPTY, "empty", "none")
    found = signatures.at_start(head) or families.by_arithmetic(head, tail, size)
    if found:
        return _typed(families.refine(found, head, tail, stream), "signature")
    found = plaintext.text_mime(head, size)
    if found:
        return _typed(found, "text")
    found = signatures.elsewhere(head)
    if found:
        return _typed(families.refine(found, head, tail, stream), "signature")
    at = head.find(b"%PDF-", 0, 1024)
    if at > 0:
        return _typed("application/pdf", "signature")
    found = libmagic.magic().mime(head[:_FOR_LIBMAGIC])
    if found == "image/x-tga" and not families.targa(head):
        found = UNKNOWN
    return _typed(found, "none" if found == UNKNOWN else "libmagic")


def _typed(mime: str, basis: Basis) -> FileType:
    return FileType(mime, group_of(mime), basis)
