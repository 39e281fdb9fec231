"""VHD and VHDX images (fixed, dynamic, differencing), by libvhdi. A differencing image needs its parent
beside it."""

from __future__ import annotations

import io
from typing import Any

import pyvhdi

from safelight.evidence.image import ImageContainer
from safelight.evidence.libyal import media_of, reason
from safelight.evidence.model import Container, EvidenceError, OpenContext
from safelight.evidence.stream import read_up_to, stream_size

_FOOTER = b"conectix"
_VHDX = b"vhdxfile"
_MAX_PARENTS = 16


def _open(stream: io.RawIOBase, context: OpenContext, depth: int = 0) -> tuple[Any, list[io.RawIOBase]]:
    """The opened image with its parents, and the parents' streams."""
    if depth > _MAX_PARENTS:
        raise EvidenceError("limit", f"more than {_MAX_PARENTS} parents in one another")
    handle = pyvhdi.file()
    try:
        handle.open_file_object(stream)
        named = handle.get_parent_filename()
        wanted = handle.get_parent_identifier() if named else None
    except (OSError, RuntimeError) as error:
        raise EvidenceError("corrupt", f"the VHD cannot be opened: {reason(error)}") from error
    if not named:
        return handle, []
    name = named.replace("\\", "/").rpartition("/")[2]
    below = context.sibling(name.encode("utf-8", "surrogatepass"))
    if below is None:
        handle.close()
        raise EvidenceError("vanished", f"the parent image {name} is missing")
    parent, streams = _open(below, context, depth + 1)
    if parent.get_identifier() != wanted:
        raise EvidenceError("corrupt", f"{name} is not the parent: its identifier differs")
    handle.set_parent(parent)
    return handle, [below, *streams]


class VhdFormat:
    """VHD and VHDX images: fixed, dynamic, differencing."""

    kind = "vhd"
    transparent = True

    def recognise(self, stream: io.RawIOBase, context: OpenContext) -> bool:
        """A fixed VHD has nothing but a footer (its last 512 bytes; 511 in old versions)."""
        if read_up_to(stream, 0, 8) in (_FOOTER, _VHDX):
            return True
        size = stream_size(stream)
        tail = read_up_to(stream, size - 512, 512) if size >= 1024 else b""
        return tail[:8] == _FOOTER or tail[1:9] == _FOOTER

    def open_container(self, stream: io.RawIOBase, context: OpenContext) -> Container:
        handle, parents = _open(stream, context)
        return ImageContainer(self.kind, media_of(handle, parents))


FORMAT = VhdFormat()
