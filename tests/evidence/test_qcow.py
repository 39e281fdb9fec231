"""QCOW2: compressed clusters above all, since the library that reads them wrong is why this reader exists."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pyqcow
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.evidence.ewf import open_image as open_ewf
from safelight.evidence.model import EvidenceError, OpenContext
from safelight.evidence.osfile import open_regular
from safelight.evidence.qcow import FORMAT, open_image
from tests.evidence.disk_writers import Cluster, qcow2
from tests.evidence.media import beside, pattern
from tests.evidence.memory_stream import MemoryStream

C = 4096
MEDIA = pattern(700 * C + 512, seed=2)
MIXED: dict[int, Cluster] = {
    number: ("packed" if number % 3 == 1 else "plain") for number in range(701) if number % 50
}


def opened(data: bytes) -> io.RawIOBase:
    return open_image(MemoryStream(data), OpenContext())


def test_a_real_image_with_compressed_clusters_is_the_same_medium_as_its_e01(realfiles: Path) -> None:
    """The E01 of the same disk carries this MD5; libqcow's bytes have another."""
    folder = realfiles / "plaso_images"
    media = open_image(open_regular(folder / "image.qcow2"), OpenContext()).read()
    ewf = open_ewf(open_regular(folder / "image.E01"), beside(folder, "image.E01"))
    assert media == ewf.read()
    assert hashlib.md5(media).hexdigest() == ewf.stored_hashes()["md5"] == "d73c51f10c7ee6a681b7b619ccc6f1c4"


@pytest.mark.parametrize("name", ["ext2.qcow2", "windows_volume.qcow2"])
def test_real_images_without_compressed_clusters_read_as_libqcow_reads_them(
    realfiles: Path, name: str
) -> None:
    handle = pyqcow.file()
    handle.open(str(realfiles / "dfvfs" / name))
    theirs = handle.read_buffer_at_offset(handle.get_media_size(), 0)
    handle.close()
    assert open_image(open_regular(realfiles / "dfvfs" / name), OpenContext()).read() == theirs


@pytest.mark.parametrize("zstd", [False, True], ids=["deflate", "zstd"])
def test_packed_and_plain_clusters(zstd: bool) -> None:
    image = opened(qcow2(MEDIA, MIXED, zstd=zstd)[0])
    assert image.read() == MEDIA


@given(st.integers(0, len(MEDIA)), st.integers(0, 5 * C))
def test_any_range(shared: io.RawIOBase, offset: int, size: int) -> None:
    shared.seek(offset)
    assert shared.read(size) == MEDIA[offset : offset + size]


@pytest.fixture(scope="module")
def shared() -> io.RawIOBase:
    return opened(qcow2(MEDIA, MIXED)[0])


def test_zero_and_absent_clusters() -> None:
    plan: dict[int, Cluster] = {1: "zero", 2: "absent", 700: "absent"}
    expected = MEDIA[:C] + bytes(2 * C) + MEDIA[3 * C : 700 * C] + bytes(512)
    assert opened(qcow2(MEDIA, plan)[0]).read() == expected


def test_a_backing_file_holds_what_the_image_does_not(tmp_path: Path) -> None:
    some: dict[int, Cluster] = {5: "plain", 6: "packed", 7: "zero"}
    plan: dict[int, Cluster] = {number: some.get(number, "absent") for number in range(701)}
    other = pattern(len(MEDIA), seed=3)
    (tmp_path / "base.qcow2").write_bytes(qcow2(MEDIA[: 600 * C], MIXED)[0])
    (tmp_path / "snap.qcow2").write_bytes(qcow2(other, plan, backing=b"/disks/base.qcow2")[0])
    image = open_image(open_regular(tmp_path / "snap.qcow2"), beside(tmp_path, "snap.qcow2"))
    mine = MEDIA[: 5 * C] + other[5 * C : 7 * C] + bytes(C) + MEDIA[8 * C : 600 * C] + bytes(100 * C + 512)
    assert image.read() == mine


def test_a_missing_backing_file_is_named() -> None:
    with pytest.raises(EvidenceError, match=r"vanished: the backing file base\.qcow2 is missing"):
        opened(qcow2(MEDIA, backing=b"/disks/base.qcow2")[0])


def test_a_backing_file_that_is_the_image_itself_ends(tmp_path: Path) -> None:
    (tmp_path / "a.qcow2").write_bytes(qcow2(MEDIA[: 4 * C], backing=b"a.qcow2")[0])
    with pytest.raises(EvidenceError, match="limit: more than 16 backing files"):
        open_image(open_regular(tmp_path / "a.qcow2"), beside(tmp_path, "a.qcow2"))


@pytest.mark.parametrize("zstd", [False, True], ids=["deflate", "zstd"])
def test_a_damaged_packed_cluster_is_named(zstd: bool) -> None:
    data, places = qcow2(MEDIA, MIXED, zstd=zstd)
    at = places[7]
    image = opened(data[:at] + b"\xff" * 8 + data[at + 8 :])
    image.seek(6 * C)
    assert image.read(C) == MEDIA[6 * C : 7 * C]
    with pytest.raises(EvidenceError, match="corrupt: compressed cluster 7"):
        image.read(C)


def test_a_truncated_image_reads_as_far_as_it_goes() -> None:
    data, places = qcow2(MEDIA)
    image = opened(data[: places[9] + 100])
    assert image.read(9 * C) == MEDIA[: 9 * C]
    with pytest.raises(EvidenceError, match="corrupt: cluster 9 is cut off"):
        image.read(C)
    image.seek(10 * C)
    with pytest.raises(EvidenceError, match="corrupt: cluster 10 lies beyond the image's end"):
        image.read(C)


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (qcow2(MEDIA[:C], crypt=1)[0], "encrypted: QCOW2 with encrypted clusters"),
        (qcow2(MEDIA[:C], features=4)[0], "unsupported: QCOW2 with an external data file"),
        (qcow2(MEDIA[:C], features=16)[0], "unsupported: QCOW2 with extended L2 entries"),
        (
            qcow2(MEDIA[:C], features=1 << 40)[0],
            r"unsupported: QCOW2 with unknown features \(0x10000000000\)",
        ),
        (qcow2(MEDIA[:C], version=1)[0], "unsupported: QCOW version 1"),
        (qcow2(MEDIA[:C])[0][:20], "corrupt: the QCOW2 header is cut off"),
    ],
)
def test_what_is_not_read_is_refused_by_name(image: bytes, message: str) -> None:
    assert FORMAT.recognise(MemoryStream(image), OpenContext())
    with pytest.raises(EvidenceError, match=message):
        opened(image)


def test_a_header_that_claims_a_huge_disk_costs_nothing() -> None:
    data = bytearray(qcow2(MEDIA[:C])[0])
    data[24:32] = (1 << 62).to_bytes(8, "big")
    image = opened(bytes(data))
    assert image.read(C) == MEDIA[:C]
    image.seek(1 << 61)
    with pytest.raises(EvidenceError, match="lies in no QCOW2 table"):
        image.read(1)
