"""Apple disk images: UDIF (.dmg) by our own reader (see `udif`), sparse images (.sparseimage) by libmodi."""

from __future__ import annotations

import io

import pymodi

from safelight.evidence.image import ImageContainer
from safelight.evidence.libyal import media_of, reason
from safelight.evidence.model import Container, EvidenceError, OpenContext
from safelight.evidence.stream import read_up_to
from safelight.evidence.udif import UdifImage, checksums, trailer

_ENCRYPTED = b"encrcdsa"
_SPARSE = b"sprs\0\0\0\x03"


class DmgFormat:
    """Apple disk images (.dmg with plain, zlib, bzip2, LZMA or ADC blocks; .sparseimage)."""

    kind = "dmg"
    transparent = True

    def recognise(self, stream: io.RawIOBase, context: OpenContext) -> bool:
        return read_up_to(stream, 0, 8) in (_ENCRYPTED, _SPARSE) or bool(trailer(stream))

    def open_container(self, stream: io.RawIOBase, context: OpenContext) -> Container:
        head = read_up_to(stream, 0, 8)
        if head == _ENCRYPTED:
            raise EvidenceError("encrypted", "an encrypted Apple disk image")
        end = trailer(stream)
        if end:
            return ImageContainer(self.kind, UdifImage(stream, end), checksums=checksums(end))
        handle = pymodi.handle()
        try:
            handle.open_file_object(stream)
        except (OSError, RuntimeError) as error:
            raise EvidenceError("corrupt", f"the disk image cannot be opened: {reason(error)}") from error
        return ImageContainer(self.kind, media_of(handle))


FORMAT = DmgFormat()
