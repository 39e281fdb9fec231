"""VMDK images by libvmdk: one sparse file, or a descriptor with extents beside it; snapshots with their
parents.

Extents and parents are looked for beside the image by their plain names.
"""

from __future__ import annotations

import io
from typing import Any

import pyvmdk

from safelight.evidence.image import ImageContainer
from safelight.evidence.libyal import media_of, reason
from safelight.evidence.model import Container, EvidenceError, OpenContext
from safelight.evidence.stream import read_up_to

_SPARSE = b"KDMV"
_COWD = b"COWD"
_DESCRIPTOR = b"# Disk DescriptorFile"
_NO_PARENT = 0xFFFFFFFF
_MAX_PARENTS = 16


def _open(stream: io.RawIOBase, context: OpenContext, depth: int = 0) -> tuple[Any, list[io.RawIOBase]]:
    """The opened image with its extents and parents, and the streams of both."""
    if depth > _MAX_PARENTS:
        raise EvidenceError("limit", f"more than {_MAX_PARENTS} parents in one another")
    handle = pyvmdk.handle()
    try:
        handle.open_file_object(stream)
        own = read_up_to(stream, 0, 4) in (_SPARSE, _COWD)
        extents = []
        for number in range(handle.get_number_of_extents()):
            name = handle.get_extent_descriptor(number).get_filename()
            extents.append(_extent(stream, context, name, own and number == 0))
        handle.open_extent_data_files_as_file_objects([extent for extent in extents if extent is not None])
        parent = handle.get_parent_content_identifier()
        named = handle.get_parent_filename() if parent != _NO_PARENT else None
    except (OSError, RuntimeError) as error:
        raise EvidenceError("corrupt", f"the VMDK cannot be opened: {reason(error)}") from error
    streams = [extent for extent in extents if extent is not None and extent is not stream]
    if named:
        below, more = _parent(context, named, parent, depth)
        handle.set_parent(below)
        streams.extend(more)
    return handle, streams


def _plain(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2]


def _extent(stream: io.RawIOBase, context: OpenContext, name: str | None, own: bool) -> io.RawIOBase | None:
    """An extent's stream: the image itself if it is one sparse file; None for an extent of zeros."""
    if own:
        return stream
    if not name:
        return None
    found = context.sibling(_plain(name).encode("utf-8", "surrogatepass"))
    if found is None:
        raise EvidenceError("vanished", f"the extent {_plain(name)} is missing")
    return found


def _parent(context: OpenContext, named: str, wanted: int, depth: int) -> tuple[Any, list[io.RawIOBase]]:
    name = _plain(named)
    below = context.sibling(name.encode("utf-8", "surrogatepass"))
    if below is None:
        raise EvidenceError("vanished", f"the parent image {name} is missing")
    handle, streams = _open(below, context, depth + 1)
    if handle.get_content_identifier() != wanted:
        raise EvidenceError("corrupt", f"{name} is not the parent: its content identifier differs")
    return handle, [below, *streams]


class VmdkFormat:
    """VMDK images: sparse, flat, split, snapshots."""

    kind = "vmdk"
    transparent = True

    def recognise(self, stream: io.RawIOBase, context: OpenContext) -> bool:
        """A descriptor, or a sparse file that carries one (the extents of a descriptor elsewhere carry
        none)."""
        head = read_up_to(stream, 0, 64)
        if head[:4] == _SPARSE:
            return len(head) == 64 and head[28:36] != bytes(8)
        return head[:4] == _COWD or head.startswith(_DESCRIPTOR)

    def open_container(self, stream: io.RawIOBase, context: OpenContext) -> Container:
        handle, streams = _open(stream, context)
        return ImageContainer(self.kind, media_of(handle, streams))


FORMAT = VmdkFormat()
