"""VMDK images: compressed, flat, with extents and parents beside them, and only beside them."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from safelight.evidence.model import EvidenceError
from safelight.evidence.osfile import open_regular
from safelight.evidence.spec import layer
from safelight.evidence.vmdk import FORMAT
from tests.evidence.disk_writers import descriptor, vmdk_stream_optimized
from tests.evidence.media import beside, pattern

MEDIA = pattern(2 << 20, seed=5)
GRAIN = 65536


def opened(path: Path) -> io.RawIOBase:
    stream = open_regular(path)
    context = beside(path.parent, path.name)
    assert FORMAT.recognise(stream, context)
    return FORMAT.open_container(stream, context).open(layer("vmdk"))


def test_a_real_sparse_image(realfiles: Path) -> None:
    """One grain is stored (read here by its place in the file), the second is not: zeros."""
    path = realfiles / "sleuthkit_nps/image.vmdk"
    assert opened(path).read() == path.read_bytes()[128 * 512 : 128 * 512 + GRAIN] + bytes(102400 - GRAIN)


def test_a_real_image_is_the_same_medium_as_its_split_raw(realfiles: Path) -> None:
    folder = realfiles / "dfvfs"
    parts = [(folder / f"ext2.splitraw.{number}").read_bytes() for number in ("000", "001")]
    assert opened(folder / "ext2.vmdk").read() == b"".join(parts)


def test_a_compressed_image(tmp_path: Path) -> None:
    (tmp_path / "disk.vmdk").write_bytes(vmdk_stream_optimized(MEDIA)[0])
    assert opened(tmp_path / "disk.vmdk").read() == MEDIA


def test_a_damaged_grain_costs_itself_only(tmp_path: Path) -> None:
    data, places = vmdk_stream_optimized(MEDIA)
    at = places[9] + 40
    (tmp_path / "disk.vmdk").write_bytes(data[:at] + b"\xff" * 16 + data[at + 16 :])
    image = opened(tmp_path / "disk.vmdk")
    lost = []
    for number in range(len(MEDIA) // GRAIN):
        image.seek(number * GRAIN)
        try:
            assert image.read(GRAIN) == MEDIA[number * GRAIN : (number + 1) * GRAIN]
        except EvidenceError as error:
            lost.append((number, str(error)))
    assert lost == [(9, f"corrupt: bytes {9 * GRAIN} to {10 * GRAIN - 1} cannot be read")]


def flat(folder: Path, name: str = "disk-flat.vmdk") -> Path:
    half = len(MEDIA) // 1024
    extents = f'RW {half} FLAT "{name}" 0\nRW {half} FLAT "disk-2.vmdk" 0'
    (folder / "disk.vmdk").write_bytes(descriptor("twoGbMaxExtentFlat", extents))
    (folder / "disk-flat.vmdk").write_bytes(MEDIA[: len(MEDIA) // 2])
    (folder / "disk-2.vmdk").write_bytes(MEDIA[len(MEDIA) // 2 :])
    return folder / "disk.vmdk"


def test_flat_extents_are_found_beside_the_descriptor(tmp_path: Path) -> None:
    assert opened(flat(tmp_path)).read() == MEDIA


def test_an_extent_in_another_folder_is_looked_for_beside_the_descriptor(tmp_path: Path) -> None:
    (tmp_path / "case").mkdir()
    assert opened(flat(tmp_path / "case", "../../etc/disk-flat.vmdk")).read() == MEDIA
    with pytest.raises(EvidenceError, match="vanished: the extent passwd is missing"):
        opened(flat(tmp_path / "case", "/etc/passwd"))


def test_a_missing_extent_is_named(tmp_path: Path) -> None:
    path = flat(tmp_path)
    (tmp_path / "disk-2.vmdk").unlink()
    with pytest.raises(EvidenceError, match=r"vanished: the extent disk-2\.vmdk is missing"):
        opened(path)


def test_a_missing_parent_is_named(tmp_path: Path) -> None:
    (tmp_path / "flat.vmdk").write_bytes(MEDIA)
    extents = f'RW {len(MEDIA) // 512} FLAT "flat.vmdk" 0'
    text = descriptor("monolithicFlat", extents, parent="0badcafe", hint="C:\\\\vm\\\\base.vmdk")
    (tmp_path / "snap.vmdk").write_bytes(text)
    with pytest.raises(EvidenceError, match=r"vanished: the parent image base\.vmdk is missing"):
        opened(tmp_path / "snap.vmdk")


def test_a_snapshot_gives_its_own_grains_and_the_parents(tmp_path: Path) -> None:
    """Grains 0, 1 and 9 were changed; the snapshot stores those and no others."""
    (tmp_path / "flat.vmdk").write_bytes(MEDIA)
    extents = f'RW {len(MEDIA) // 512} FLAT "flat.vmdk" 0'
    (tmp_path / "base.vmdk").write_bytes(descriptor("monolithicFlat", extents))
    changed = bytearray(len(MEDIA))
    expected = bytearray(MEDIA)
    for number in (0, 1, 9):
        grain = slice(number * GRAIN, (number + 1) * GRAIN)
        changed[grain] = expected[grain] = pattern(GRAIN, seed=100 + number)
    data, _ = vmdk_stream_optimized(bytes(changed), parent="12345678", hint="base.vmdk")
    (tmp_path / "disk.vmdk").write_bytes(data)
    assert opened(tmp_path / "disk.vmdk").read() == expected


def test_another_image_is_not_taken_for_the_parent(tmp_path: Path) -> None:
    (tmp_path / "flat.vmdk").write_bytes(MEDIA)
    extents = f'RW {len(MEDIA) // 512} FLAT "flat.vmdk" 0'
    (tmp_path / "base.vmdk").write_bytes(descriptor("monolithicFlat", extents))
    data, _ = vmdk_stream_optimized(MEDIA, parent="0badcafe", hint="base.vmdk")
    (tmp_path / "disk.vmdk").write_bytes(data)
    with pytest.raises(EvidenceError, match=r"corrupt: base\.vmdk is not the parent"):
        opened(tmp_path / "disk.vmdk")


@pytest.mark.parametrize("length", [70_000, 150_000, 250_000])
def test_a_cut_off_image_gives_no_wrong_bytes(realfiles: Path, tmp_path: Path, length: int) -> None:
    whole = realfiles / "dfvfs/ext2.vmdk"
    expected = opened(whole).read()
    (tmp_path / "cut.vmdk").write_bytes(whole.read_bytes()[:length])
    image = opened(tmp_path / "cut.vmdk")
    lost = 0
    for at in range(0, len(expected), GRAIN):
        image.seek(at)
        try:
            assert image.read(GRAIN) == expected[at : at + GRAIN]
        except EvidenceError:
            lost += 1
    assert 1 <= lost <= 3


def test_a_truncated_image_is_corrupt(realfiles: Path, tmp_path: Path) -> None:
    (tmp_path / "cut.vmdk").write_bytes((realfiles / "dfvfs/ext2.vmdk").read_bytes()[:3000])
    with pytest.raises(EvidenceError, match="corrupt"):
        opened(tmp_path / "cut.vmdk").read()
