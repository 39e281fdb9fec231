"""Apple disk images in the block compressions that are read, and the refusal of the others."""

from __future__ import annotations

import struct
from pathlib import Path

import pymodi
import pytest

from safelight.evidence.dmg import FORMAT
from safelight.evidence.image import ImageContainer, RangeChecksum
from safelight.evidence.model import EvidenceError, OpenContext
from safelight.evidence.osfile import open_regular
from safelight.evidence.spec import layer
from safelight.evidence.stream import RandomAccess
from tests.evidence.media import pattern
from tests.evidence.memory_stream import MemoryStream
from tests.evidence.udif_writer import Compression, udif

MEDIA = pattern(3 * 512 * 512 + 512, seed=9)


def opened(stream: RandomAccess) -> ImageContainer:
    assert FORMAT.recognise(stream, OpenContext())
    container = FORMAT.open_container(stream, OpenContext())
    assert isinstance(container, ImageContainer)
    return container


@pytest.mark.parametrize("kind", ["raw", "zlib", "bz2", "lzma", "adc"])
def test_blocks_that_are_read(kind: Compression) -> None:
    assert opened(MemoryStream(udif(MEDIA, kind))).open(layer("dmg")).read() == MEDIA


def test_blocks_of_zeros() -> None:
    assert opened(MemoryStream(udif(bytes(len(MEDIA)), "zero"))).open(layer("dmg")).read() == bytes(
        len(MEDIA)
    )


def test_blocks_that_are_not_read_are_refused_by_name() -> None:
    with pytest.raises(EvidenceError, match="unsupported: a disk image with LZFSE blocks"):
        opened(MemoryStream(udif(MEDIA, "lzfse")))


@pytest.mark.parametrize("kind", ["zlib", "bz2", "lzma"])
def test_a_damaged_block_does_not_give_wrong_bytes(kind: Compression) -> None:
    data = bytearray(udif(MEDIA, kind))
    data[5000:5010] = b"\xff" * 10
    media = opened(MemoryStream(bytes(data))).open(layer("dmg"))
    with pytest.raises(EvidenceError, match="corrupt"):
        media.read(512)
    media.seek(len(MEDIA) - 512)
    assert media.read() == MEDIA[-512:]


@pytest.mark.parametrize("kind", ["raw", "zlib", "adc"])
def test_libmodi_reads_the_same(kind: Compression) -> None:
    handle = pymodi.handle()
    handle.open_file_object(MemoryStream(udif(MEDIA, kind)))
    assert handle.read_buffer_at_offset(len(MEDIA), 0) == MEDIA


@pytest.mark.parametrize(
    "name", ["plaso_images/spotlight.12.dmg", "plaso_images/hfsplus_zlib.dmg", "dfvfs/hfsplus_zlib.dmg"]
)
def test_real_images_read_as_libmodi_reads_them(realfiles: Path, name: str) -> None:
    handle = pymodi.handle()
    handle.open(str(realfiles / name))
    theirs = handle.read_buffer_at_offset(handle.get_media_size(), 0)
    handle.close()
    assert opened(open_regular(realfiles / name)).open(layer("dmg")).read() == theirs


def test_a_sparse_image() -> None:
    """Four bands, of which the second is not stored and the others lie in another order."""
    band = 2048 * 512
    media = MEDIA.ljust(band, b"v") + bytes(band) + MEDIA[::-1].ljust(band, b"w") + MEDIA.ljust(band, b"x")
    head = struct.pack(">4sIIII", b"sprs", 3, 2048, 1, 4 * 2048).ljust(64, b"\0")
    table = struct.pack(">3I", 3, 1, 4)  # the first band stored is the third of the medium, and so on
    data = (head + table).ljust(4096, b"\0") + media[2 * band : 3 * band] + media[:band] + media[3 * band :]
    assert opened(MemoryStream(data)).open(layer("dmg")).read() == media


def test_real_images(realfiles: Path) -> None:
    """The whole volume, whose HFS+ signature and second header lie where they must."""
    stream = open_regular(realfiles / "plaso_images/spotlight.12.dmg")
    container = opened(stream)
    media = container.open(layer("dmg"))
    media.seek(20480 + 1024)
    assert media.read(4) == b"H+\0\x04"
    assert container.checksums == [RangeChecksum("crc32", 0, 86303, "8a733887")]


def test_an_encrypted_image_is_named() -> None:
    with pytest.raises(EvidenceError, match="encrypted: an encrypted Apple disk image"):
        opened(MemoryStream(b"encrcdsa" + bytes(1000)))


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (b"<plist", b"<plost"),
        (b"<key>blkx</key>", b"<key>blky</key>"),
        (b"<array>", b"<arrby>"),
        (b"<dict>", b"      "),
    ],
)
def test_a_broken_property_list_is_corrupt(good: bytes, bad: bytes) -> None:
    data = udif(MEDIA, "raw")
    with pytest.raises(EvidenceError, match="corrupt: the property list"):
        opened(MemoryStream(data.replace(good, bad)))
