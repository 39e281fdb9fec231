"""File systems that The Sleuth Kit reads: NTFS, FAT12/16/32, exFAT, ext2/3/4, HFS+, ISO 9660, UFS.

A layer is `tsk`, the path within the volume and `inode` (with `seq` where the file system has one); `type`
and `id` name a stream beside the main one (NTFS alternate data, HFS+ forks and extended attributes).
`name_only` marks deleted names whose content is not known any more, `nth` tells equal entries of one folder
apart.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytsk3

from safelight.evidence.model import Container, Entry, EvidenceError, Found, OpenContext, Tally, Trouble
from safelight.evidence.spec import Layer, PathSpec
from safelight.evidence.tsk_image import VolumeImage
from safelight.evidence.tsk_label import file_system_name, label_of
from safelight.evidence.tsk_plain import PlainVolume
from safelight.evidence.tsk_pulse import Pulse
from safelight.evidence.tsk_signature import signatures
from safelight.evidence.tsk_stream import open_stream
from safelight.evidence.tsk_walk import Walk, reason

OPENING = b"(opening the file system)"


class TskContainer:
    """An opened file system. `file_system` and `label` are what it says of itself ("" if nothing)."""

    def __init__(
        self, system: Any, image: VolumeImage, stream: io.RawIOBase, pulse: Pulse, skip: frozenset[bytes]
    ) -> None:
        self._system = system
        self._image = image
        self._pulse = pulse
        self._skip = skip
        self.file_system = file_system_name(system)
        self.label = label_of(system, stream)
        self._volume = PlainVolume.below(system, image)

    def walk(self, at: PathSpec) -> Iterator[Found]:
        children = 0
        told: set[str] = set()
        self._image.forget()
        for found in Walk(self._system, at, self._pulse, self._skip).run():
            children += isinstance(found, Entry)
            yield from self._damage(at, told)
            yield found
        yield from self._damage(at, told)
        yield Tally(at, children)

    def _damage(self, at: PathSpec, told: set[str]) -> Iterator[Found]:
        """What could not be read while the walk went on: entries may be missing there. Each is told once."""
        failure = self._image.failure()
        self._image.forget()
        if failure is not None and str(failure) not in told:
            told.add(str(failure))
            cause = failure.cause if isinstance(failure, EvidenceError) else "unreadable"
            yield Trouble(at, cause, f"entries of the file system may be missing: {failure}")

    def open(self, layer: Layer) -> io.RawIOBase:
        return open_stream(self._system, self._image, layer, self._volume)

    def close(self) -> None:
        """The file system is closed with its last stream: nothing native is freed under a reader."""
        self._system = self._volume = None


class TskFormat:
    """See the module."""

    kind = "tsk"
    transparent = False

    def recognise(self, stream: io.RawIOBase, context: OpenContext) -> bool:
        return bool(signatures(stream))

    def open_container(self, stream: io.RawIOBase, context: OpenContext) -> Container:
        """Raises EvidenceError: "unsupported" for a file system that is recognised and cannot be read,
        "encrypted", and "corrupt" where the signature is there and the rest is not."""
        pulse = Pulse(context.note)
        pulse.at(OPENING)
        if OPENING in context.skip:
            raise EvidenceError("corrupt", "opening the file system killed the reader before")
        why: list[str] = []
        unsupported: list[str] = []
        for signature in signatures(stream):
            if signature.tsk_type is None:
                unsupported.append(signature.name)
                continue
            try:
                image = VolumeImage(stream, pulse)
                system = pytsk3.FS_Info(image, type=signature.tsk_type)
            except (OSError, RuntimeError) as error:
                why.append(f"{signature.name}: {reason(error)}")
                continue
            return TskContainer(system, image, stream, pulse, context.skip)
        if unsupported:
            raise EvidenceError("unsupported", f"the file system {unsupported[0]} is not read yet")
        raise EvidenceError("corrupt", "; ".join(why) or "no file system that is known")


FORMAT = TskFormat()
