"""APFS: every volume of a container, read by libfsapfs (The Sleuth Kit's APFS is not in its Python binding).

A layer is `apfs`, the path (`/volume name/path`), `volume` (its index in the container), `inode`, and `xattr`
(index) for an extended attribute, which is listed as a stream. Only what is in use is listed: libfsapfs shows
neither deleted entries nor snapshots.

Source: Apple File System Reference (2020-06-22).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pyfsapfs

from safelight.evidence.apfs_walk import NATIVE_ERRORS, volume_name, walk_volume
from safelight.evidence.blockcache import BlockCache
from safelight.evidence.bytes_stream import BytesStream
from safelight.evidence.libyal import reason
from safelight.evidence.model import (
    Container,
    Entry,
    EvidenceError,
    Found,
    OpenContext,
    Tally,
    Trouble,
    Volume,
)
from safelight.evidence.spec import Layer, PathSpec, layer
from safelight.evidence.stream import RandomAccess, read_up_to, stream_size

_MAGIC_AT, _MAGIC = 32, b"NXSB"


class ApfsStream(RandomAccess):
    """A file's data or an extended attribute."""

    def __init__(self, keep: object, handle: Any) -> None:
        super().__init__(max(0, int(handle.size)))
        self._keep = keep  # the handle reads through it
        self._handle = handle

    def read_at(self, offset: int, size: int) -> bytes:
        try:
            data = bytes(self._handle.read_buffer_at_offset(size, offset))
        except NATIVE_ERRORS as error:
            raise EvidenceError("unreadable", f"at byte {offset}: {reason(error)}") from error
        if len(data) != size:
            raise EvidenceError("unreadable", f"the data ends at byte {offset + len(data)} of {self.size}")
        return data


class ApfsContainer:
    """An opened container. `volumes` pairs each volume with the reason why it cannot be read ("" if it
    can)."""

    file_system = "apfs"
    label = ""

    def __init__(self, handle: Any, below: BlockCache, context: OpenContext) -> None:
        self._handle = handle
        self._below = below
        self._context = context
        self._volumes: list[tuple[Any, str]] = []
        for index in range(handle.number_of_volumes):
            try:
                volume = handle.get_volume(index)
                locked = volume.is_locked() and not _unlocked(volume, context.credentials)
            except NATIVE_ERRORS as error:
                self._volumes.append((None, reason(error)))
                continue
            self._volumes.append((volume, "locked" if locked else ""))

    def walk(self, at: PathSpec) -> Iterator[Found]:
        children = 0
        for index, (volume, why) in enumerate(self._volumes):
            name = volume_name(volume) if volume is not None else ""
            path = b"/" + name.encode("utf-8", "surrogateescape")
            spec = at.child(layer("apfs", path, volume=index))
            yield Volume(spec, "apfs", index + 1, 0, self._below.size, "APFS volume", name, "apfs")
            if volume is None:
                yield Trouble(spec, "corrupt", f"the volume cannot be read: {why}")
            elif why:
                yield Trouble(spec, "encrypted", "the volume is encrypted and no credential opens it")
            else:
                for found in walk_volume(at, self._context, volume, index, path):
                    children += isinstance(found, Entry)
                    yield found
        yield Tally(at, children)

    def open(self, layer: Layer) -> io.RawIOBase:
        index = layer.number("volume", -1)
        if not 0 <= index < len(self._volumes):
            raise EvidenceError("unreadable", f"there is no volume {index}")
        volume, why = self._volumes[index]
        if why:
            raise EvidenceError("encrypted" if volume is not None else "corrupt", f"volume {index} is {why}")
        try:
            entry = volume.get_file_entry_by_identifier(layer.number("inode", -1))
            number = layer.get("xattr")
            handle = entry if number is None else entry.get_extended_attribute(layer.number("xattr"))
            target = entry.symbolic_link_target if number is None else None
        except NATIVE_ERRORS as error:
            raise EvidenceError("unreadable", reason(error)) from error
        if target is not None:
            return BytesStream(target.encode("utf-8", "surrogateescape"))
        return ApfsStream((entry, volume, self._handle, self._below), handle)

    def close(self) -> None:
        """Nothing native is freed under a reader: the container goes with its last stream."""
        self._volumes = []


def _unlocked(volume: Any, credentials: tuple[str, ...]) -> bool:
    for credential in credentials:
        for offer in (volume.set_password, volume.set_recovery_password):
            try:
                offer(credential)
                if volume.unlock():
                    return True
            except NATIVE_ERRORS:
                continue
    return False


class ApfsFormat:
    """See the module."""

    kind = "apfs"
    transparent = False

    def recognise(self, stream: io.RawIOBase, context: OpenContext) -> bool:
        return read_up_to(stream, _MAGIC_AT, len(_MAGIC)) == _MAGIC

    def open_container(self, stream: io.RawIOBase, context: OpenContext) -> Container:
        below = BlockCache(stream_size(stream), lambda offset, size: read_up_to(stream, offset, size))
        handle = pyfsapfs.container()
        try:
            handle.open_file_object(below)
            return ApfsContainer(handle, below, context)
        except NATIVE_ERRORS as error:
            raise EvidenceError("corrupt", f"APFS: {reason(error)}") from error


FORMAT = ApfsFormat()
