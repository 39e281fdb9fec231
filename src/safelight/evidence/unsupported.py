"""Containers that are recognised and cannot be read yet. They end as failure "unsupported", never as plain
files.

UFDR and AFF4 are zip archives and must be asked for before zip is. When a reader for one of these is
written, its line here goes.
"""

from __future__ import annotations

import io
from typing import Never

from safelight.evidence.model import EvidenceError, OpenContext
from safelight.evidence.stream import read_up_to
from safelight.evidence.zip_directory import LOCAL
from safelight.evidence.zip_purpose import other_purpose

#: Signature, its position, what it is. Sources: the libyal format documents (EWF2), the formats' own
#: documents, PRONOM.
_SIGNATURES: tuple[tuple[bytes, int, str], ...] = (
    (b"Rar!\x1a\x07\x01\x00", 0, "RAR 5 archive"),
    (b"Rar!\x1a\x07\x00", 0, "RAR archive"),
    (b"RE~^", 0, "RAR archive (before 1.5)"),
    (b"ADSEGMENTEDFILE", 0, "AD1 logical image"),
    (b"ADCRYPT", 0, "encrypted AccessData image"),
    (b"EVF2\r\n\x81\x00", 0, "Ex01 image"),
    (b"LEF2\r\n\x81\x00", 0, "Lx01 logical image"),
    (b"LVF\t\r\n\xff\x00", 0, "L01 logical image"),
    (b"AFF10\r\n\x00", 0, "AFF image"),
    (b"AFFKEY\x00", 0, "AFF image"),
    (b"MSCF\x00\x00\x00\x00", 0, "Cabinet archive"),
    (b"\x60\xea", 0, "ARJ archive"),
    (b"-lh", 2, "LZH archive"),
    (b"-lz", 2, "LZH archive"),
    (b"**ACE**", 7, "ACE archive"),
    (b"ALZ\x01", 0, "ALZ archive"),
    (b"EGGA", 0, "EGG archive"),
    (b"StuffIt (c)", 0, "StuffIt archive"),
    (b"SIT!", 0, "StuffIt archive"),
    (b"xar!\x00\x1c", 0, "XAR archive"),
    (b"MSWIM\x00\x00\x00", 0, "Windows image (WIM)"),
    (b"\x1f\x9d", 0, "compress (.Z) stream"),
    (b"\x1f\xa0", 0, "LZH-packed stream (.z)"),
    (b"\x04\x22\x4d\x18", 0, "LZ4 stream"),
    (b"LZIP\x01", 0, "lzip stream"),
    (b"\x89LZO\x00\r\n\x1a\n", 0, "lzop stream"),
    (b"LRZI\x00", 0, "lrzip stream"),
    (b"zPQ", 0, "ZPAQ archive"),
    (b"070701", 0, "cpio archive"),
    (b"070702", 0, "cpio archive"),
    (b"070707", 0, "cpio archive"),
    (b"\xc7\x71", 0, "cpio archive"),
    (b"\x71\xc7", 0, "cpio archive"),
    (b"!<arch>\n", 0, "ar archive"),
    (b"\xed\xab\xee\xdb", 0, "RPM package"),
    (b"ANDROID BACKUP\n", 0, "Android backup"),
    (b"AEA1", 0, "Apple encrypted archive"),
    (b"AA01", 0, "Apple archive"),
)  # fmt: skip
_HEAD = 64


def what_it_is(stream: io.RawIOBase) -> str | None:
    """The name of the container, or None if it is none of these."""
    head = read_up_to(stream, 0, _HEAD)
    for signature, position, name in _SIGNATURES:
        if head.startswith(signature, position) and _plausible(signature, head):
            return name
    return other_purpose(stream) if head[:4] == LOCAL else None


def _plausible(signature: bytes, head: bytes) -> bool:
    """Second look for signatures so short that other data begins with them too."""
    if signature == b"\x60\xea":
        return (
            10 <= int.from_bytes(head[2:4], "little") <= 2600
            and len(head) > 10
            and head[4] >= 30
            and head[10] <= 5
        )
    if signature in (b"-lh", b"-lz"):
        return head[6:7] == b"-" and (head[5:6].isalnum() or head[5:6] in b"ds")
    if signature in (b"\xc7\x71", b"\x71\xc7"):
        # Old binary cpio: the name's length (bytes 20 and 21) and the NUL that ends the name.
        length = int.from_bytes(head[20:22], "little" if signature == b"\xc7\x71" else "big")
        return 1 < length < 1024 and (26 + length > len(head) or head[25 + length] == 0)
    if signature == b"\x1f\x9d":
        return len(head) > 3 and 9 <= head[2] & 0x1F <= 16 and not head[2] & 0x60
    if signature.startswith(b"0707"):
        return head[6:44].strip(b"0123456789abcdefABCDEF") == b""
    return True


class UnsupportedFormat:
    """Recognises all of them; opening says which one it is."""

    kind = "unsupported"
    transparent = False

    def recognise(self, stream: io.RawIOBase, context: OpenContext) -> bool:
        return what_it_is(stream) is not None

    def open_container(self, stream: io.RawIOBase, context: OpenContext) -> Never:
        name = what_it_is(stream) or "container"
        raise EvidenceError("unsupported", f"{name}: recognised, but it cannot be read yet")


FORMAT = UnsupportedFormat()
