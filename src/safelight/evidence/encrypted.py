"""Encrypted volumes: recognised before the file systems they pose as, opened with credentials where we can.

A layer is `encrypted` with `scheme` (luks1, bitlocker ...): one transparent volume, the decrypted one.
LUKS1 is opened by libluksde (password), BitLocker by libbde (password or recovery password). LUKS2 and
FileVault (CoreStorage) are recognised and end as "encrypted". VeraCrypt volumes have no signature at all.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pybde
import pyluksde

from safelight.evidence.blockcache import BlockCache
from safelight.evidence.image import NO_TABLE
from safelight.evidence.model import Container, EvidenceError, Found, OpenContext, Tally, Volume
from safelight.evidence.spec import Layer, PathSpec, layer
from safelight.evidence.stream import RandomAccess, Window, read_up_to, stream_size

#: What a libyal library raises: it turns any failure into one of these.
NATIVE_ERRORS = (OSError, RuntimeError, ValueError, TypeError, MemoryError, SystemError)

_HEAD = 512


@dataclass(frozen=True, slots=True)
class Scheme:
    """One kind of encryption: any of `signs` tells it, each a set of bytes at positions in the first sector.
    `library` opens it, by one of `offers`; None where credentials cannot be tried."""

    name: str
    signs: tuple[tuple[tuple[int, bytes], ...], ...]
    library: Any = None
    offers: tuple[str, ...] = ()


_FVE_GUID = bytes.fromhex("3bd66749292ed84a8399f6a339e3d001")
#: Sources: LUKS On-Disk Format 1.2.3, LUKS2 On-Disk Format 1.1, the format documents of libbde and libfvde.
#: BitLocker To Go poses as FAT and has only the identifier; a CoreStorage physical volume states its version
#: and the algorithm of its checksum beside a signature of two bytes.
SCHEMES = (
    Scheme("luks1", (((0, b"LUKS\xba\xbe\x00\x01"),),), pyluksde, ("set_password",)),
    Scheme("luks2", (((0, b"LUKS\xba\xbe\x00\x02"),),)),
    Scheme(
        "bitlocker",
        (((3, b"-FVE-FS-"),), ((160, _FVE_GUID),), ((424, _FVE_GUID),)),
        pybde,
        ("set_password", "set_recovery_password"),
    ),
    Scheme("corestorage", (((8, b"\x01\x00\x10\x00"), (88, b"CS\x01\x00\x00\x00")),)),
)


def scheme_of(stream: io.RawIOBase) -> Scheme | None:
    """The encryption that the volume's first sector names, or None."""
    head = read_up_to(stream, 0, _HEAD)
    for scheme in SCHEMES:
        for sign in scheme.signs:
            if all(head[at : at + len(mark)] == mark for at, mark in sign):
                return scheme
    return None


class DecryptedContainer:
    """One decrypted volume."""

    def __init__(self, scheme: Scheme, handle: Any, below: BlockCache) -> None:
        self._scheme = scheme
        self._below = below
        self.media = BlockCache(
            int(handle.size), lambda offset, size: handle.read_buffer_at_offset(size, offset)
        )

    def walk(self, at: PathSpec) -> Iterator[Found]:
        spec = at.child(layer("encrypted", b"", scheme=self._scheme.name))
        yield Volume(spec, NO_TABLE, 0, 0, self.media.size, self._scheme.name)
        yield Tally(at, 0)

    def open(self, layer: Layer) -> RandomAccess:
        return Window(self.media, 0, self.media.size)

    def close(self) -> None:
        self.media.close()
        self._below.close()


class EncryptedFormat:
    """See the module."""

    kind = "encrypted"
    transparent = True

    def recognise(self, stream: io.RawIOBase, context: OpenContext) -> bool:
        return scheme_of(stream) is not None

    def open_container(self, stream: io.RawIOBase, context: OpenContext) -> Container:
        """Raises EvidenceError("encrypted") unless a credential opens the volume."""
        scheme = scheme_of(stream)
        if scheme is None:
            raise EvidenceError("corrupt", "no encrypted volume")
        if scheme.library is None:
            raise EvidenceError(
                "encrypted", f"{scheme.name}: recognised; it cannot be opened with credentials yet"
            )
        for credential in context.credentials:
            for offer in scheme.offers:
                below = BlockCache(stream_size(stream), lambda offset, size: read_up_to(stream, offset, size))
                handle = scheme.library.volume()
                try:
                    getattr(handle, offer)(credential)
                    handle.open_file_object(below)
                    if handle.is_locked():
                        handle.unlock()
                    if not handle.is_locked():
                        return DecryptedContainer(scheme, handle, below)
                except NATIVE_ERRORS:
                    continue  # a wrong key and a damaged header look alike from here
        why = "none of the credentials opens it" if context.credentials else "no credential was given"
        raise EvidenceError("encrypted", f"{scheme.name}: {why}")


FORMAT = EncryptedFormat()
