"""VHD images: fixed, dynamic, differencing with the parent beside it."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest
import pyvhdi

from safelight.evidence.model import EvidenceError, Trouble
from safelight.evidence.osfile import open_regular
from safelight.evidence.spec import PathSpec, layer
from safelight.evidence.vhd import FORMAT
from tests.evidence.disk_writers import vhd_differencing, vhd_fixed, vhdx
from tests.evidence.media import beside, pattern

AT = PathSpec((layer("file"),))
MEDIA = pattern(1 << 20, seed=6)


def opened(path: Path) -> io.RawIOBase:
    stream = open_regular(path)
    context = beside(path.parent, path.name)
    assert FORMAT.recognise(stream, context)
    return FORMAT.open_container(stream, context).open(layer("vhd"))


def test_a_real_dynamic_image_is_the_same_medium_as_its_split_raw(realfiles: Path) -> None:
    """The VHD's geometry rounds its size up; what is beyond the volume is zero."""
    folder = realfiles / "dfvfs"
    parts = [(folder / f"ext2.splitraw.{number}").read_bytes() for number in ("000", "001")]
    assert opened(folder / "ext2.vhd").read() == b"".join(parts) + bytes(4212736 - 4194304)


def test_a_real_differencing_image_reads_through_to_its_parent(realfiles: Path) -> None:
    """Nothing was changed in the difference, so both are the same medium."""
    folder = realfiles / "dfvfs"
    assert opened(folder / "image-differential.vhd").read() == opened(folder / "image.vhd").read()


def test_a_parent_that_is_missing_or_another_one_is_named(realfiles: Path, tmp_path: Path) -> None:
    folder = realfiles / "dfvfs"
    with pytest.raises(EvidenceError, match=r"vanished: the parent image fat-parent\.vhd is missing"):
        opened(folder / "fat-differential.vhd")
    shutil.copy(folder / "image-differential.vhd", tmp_path)
    shutil.copy(folder / "ext2.vhd", tmp_path / "image.vhd")
    with pytest.raises(EvidenceError, match=r"corrupt: image\.vhd is not the parent: its identifier differs"):
        opened(tmp_path / "image-differential.vhd")


def test_a_fixed_image(tmp_path: Path) -> None:
    (tmp_path / "disk.vhd").write_bytes(vhd_fixed(MEDIA))
    assert opened(tmp_path / "disk.vhd").read() == MEDIA


def test_a_differencing_image_gives_its_own_sectors_and_the_parents(tmp_path: Path) -> None:
    media = pattern(5 << 20, seed=15)
    changed = {number: bytes([number % 251]) * 512 for number in (0, 7, 8, 4095, 4096, 10239)}
    (tmp_path / "base é.vhd").write_bytes(vhd_fixed(media))
    data = vhd_differencing(len(media), "C:\\vm\\base é.vhd", changed)
    (tmp_path / "snap.vhd").write_bytes(data)
    expected = bytearray(media)
    for number, sector in changed.items():
        expected[number * 512 : (number + 1) * 512] = sector
    assert opened(tmp_path / "snap.vhd").read() == expected


def test_a_damaged_footer_is_replaced_by_its_copy(realfiles: Path, tmp_path: Path) -> None:
    data = bytearray((realfiles / "dfvfs/ext2.vhd").read_bytes())
    data[-100] ^= 1
    (tmp_path / "disk.vhd").write_bytes(data)
    assert opened(tmp_path / "disk.vhd").read() == opened(realfiles / "dfvfs/ext2.vhd").read()
    data[500] ^= 1  # in the copy's reserved bytes
    (tmp_path / "disk.vhd").write_bytes(data)
    container = FORMAT.open_container(open_regular(tmp_path / "disk.vhd"), beside(tmp_path, "disk.vhd"))
    troubles = [found for found in container.walk(AT) if isinstance(found, Trouble)]
    assert troubles == [Trouble(AT, "corrupt", "the footer of the VHD has a wrong checksum")]
    assert container.open(layer("vhd")).read() == opened(realfiles / "dfvfs/ext2.vhd").read()


@pytest.mark.parametrize("name", ["image.vhd", "ext2.vhd"])
def test_real_images_read_as_libvhdi_reads_them(realfiles: Path, name: str) -> None:
    handle = pyvhdi.file()
    handle.open(str(realfiles / "dfvfs" / name))
    theirs = handle.read_buffer_at_offset(handle.get_media_size(), 0)
    handle.close()
    assert opened(realfiles / "dfvfs" / name).read() == theirs


def test_a_parent_that_is_the_image_itself_ends(tmp_path: Path) -> None:
    (tmp_path / "snap.vhd").write_bytes(vhd_differencing(1 << 20, "snap.vhd", {}))
    with pytest.raises(EvidenceError, match="limit: more than 16 parents"):
        opened(tmp_path / "snap.vhd")


def test_a_vhdx(tmp_path: Path) -> None:
    """Seven blocks, of which the third holds nothing and is not stored."""
    media = pattern(2 << 20, seed=13) + bytes(1 << 20) + pattern(4 << 20, seed=14)
    (tmp_path / "disk.vhdx").write_bytes(vhdx(media))
    assert (tmp_path / "disk.vhdx").stat().st_size == 10 << 20
    assert opened(tmp_path / "disk.vhdx").read() == media


def test_a_truncated_image_is_corrupt(realfiles: Path, tmp_path: Path) -> None:
    (tmp_path / "cut.vhd").write_bytes((realfiles / "dfvfs/ext2.vhd").read_bytes()[:5000])
    with pytest.raises(EvidenceError, match="corrupt"):
        opened(tmp_path / "cut.vhd").read()
