"""The bytes of one file or stream of a file system, read by inode and attribute."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytsk3

from safelight.evidence.bytes_stream import BytesStream
from safelight.evidence.model import EvidenceError
from safelight.evidence.spec import Layer
from safelight.evidence.stream import RandomAccess
from safelight.evidence.tsk_attribute import Attribute, allocated_bytes, streams_of
from safelight.evidence.tsk_entry import link_target
from safelight.evidence.tsk_image import VolumeImage
from safelight.evidence.tsk_plain import PlainVolume, Runs
from safelight.evidence.tsk_walk import reason

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

#: The most that is asked of The Sleuth Kit at once (it allocates what it is asked for).
CHUNK = 4 << 20
_WORTH_ASKING = 1 << 30

#: How a stream may be read past The Sleuth Kit: the volume, the inode, and the attribute as the binding gives it.
Plain = tuple[PlainVolume, int, Any]


class TskStream(RandomAccess):
    """Read-only and seekable. A read that The Sleuth Kit refuses raises EvidenceError("unreadable", ...)."""

    def __init__(
        self,
        system: Any,
        file: Any,
        size: int,
        attribute: tuple[int, int] | None,
        image: VolumeImage,
        plain: Plain | None = None,
    ) -> None:
        super().__init__(size)
        self._keep = system  # the file reads through it
        self._file = file
        self._attribute = attribute
        self._image = image
        self._plain = plain
        self._runs: Runs | None = None
        self._volume: PlainVolume

    @property
    def allocated_bytes(self) -> int | None:
        """Bytes of the volume that the file holds, where that may be far fewer than it has; None for a file too
        small to ask."""
        if self.size < _WORTH_ASKING:
            return None
        return allocated_bytes(self._file, self._attribute, int(self._keep.info.block_size))

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        count = self._left(len(view))
        if not count:
            return 0
        wanted = view[:count]
        runs = self._runs_of()
        if runs is None or not self._volume.fill(runs, self._position, wanted):
            wanted[:] = self._by_sleuthkit(self._position, count)
        self._position += count
        return count

    def read_at(self, offset: int, size: int) -> bytes | bytearray:
        runs = self._runs_of()
        data = self._volume.read(runs, offset, size) if runs is not None else None
        return self._by_sleuthkit(offset, size) if data is None else data

    def _runs_of(self) -> Runs | None:
        """Where the stream lies plainly; looked up with the first read."""
        if self._plain is not None:
            self._volume, inode, native = self._plain
            self._runs = self._volume.runs(inode, native, self.size)
            self._plain = None
        return self._runs

    def _by_sleuthkit(self, offset: int, size: int) -> bytes:
        if size <= CHUNK:
            return self._some(offset, size)
        return b"".join(
            self._some(at, min(CHUNK, offset + size - at)) for at in range(offset, offset + size, CHUNK)
        )

    def _some(self, offset: int, size: int) -> bytes:
        self._image.forget()
        try:
            data = bytes(self._file.read_random(offset, size, *(self._attribute or ())))
        except (OSError, RuntimeError, MemoryError) as error:
            below = self._image.failure()
            raise EvidenceError("unreadable", f"at byte {offset}: {below or reason(error)}") from error
        failure = self._image.failure()
        if failure is not None:  # The Sleuth Kit put zeros there
            cause = failure.cause if isinstance(failure, EvidenceError) else "unreadable"
            raise EvidenceError(cause, f"at byte {offset}: {failure}") from failure
        if len(data) < size:
            raise EvidenceError("unreadable", f"the data ends at byte {offset + len(data)} of {self.size}")
        return data


def open_stream(
    system: Any, image: VolumeImage, layer: Layer, volume: PlainVolume | None = None
) -> io.RawIOBase:
    """Open by the attributes of the layer. `volume` reads past The Sleuth Kit where it may. Raises EvidenceError."""
    if layer.get("name_only"):
        return BytesStream(b"")
    try:
        file = system.open_meta(inode=layer.number("inode", -1))
        meta = file.info.meta
    except (OSError, RuntimeError) as error:
        raise EvidenceError("unreadable", reason(error)) from error
    if meta is None:
        raise EvidenceError("unreadable", f"there is no inode {layer.get('inode')}")
    streams = streams_of(file)
    if layer.get("type") is None:
        target = link_target(meta) or streams.reparse.target
        if target is not None:  # short targets lie in the inode, and the data stream would read as zeros
            return BytesStream(target)
        size = max(0, int(meta.size)) if int(meta.type) != int(pytsk3.TSK_FS_META_TYPE_DIR) else 0
        return TskStream(system, file, size, None, image, _plain(volume, meta, streams.main))
    wanted = (layer.number("type"), layer.number("id"))
    found = next((stream for stream in streams.beside if (stream.type, stream.id) == wanted), None)
    if found is None:
        raise EvidenceError("unreadable", f"inode {layer.get('inode')} has no stream {wanted[0]}-{wanted[1]}")
    return TskStream(system, file, found.size, wanted, image, _plain(volume, meta, found))


def _plain(volume: PlainVolume | None, meta: Any, stream: Attribute | None) -> Plain | None:
    if volume is None or stream is None or stream.resident:
        return None
    return volume, int(meta.addr), stream.native
