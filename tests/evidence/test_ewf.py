"""E01 images: the same bytes as libewf, one chunk lost for one chunk damaged, and every damage named."""

from __future__ import annotations

import hashlib
import shutil
import struct
import tempfile
import zlib
from pathlib import Path

import pyewf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.evidence.ewf import FORMAT, EwfImage, open_image
from safelight.evidence.model import EvidenceError, OpenContext, Trouble
from safelight.evidence.osfile import OsFile, open_regular
from safelight.evidence.spec import PathSpec, layer
from safelight.scenario.ewf import write_ewf
from tests.evidence.damage import damage
from tests.evidence.media import beside, pattern

CHUNK = 32768
MEDIA = pattern(20 * CHUNK + 5 * 512)
SPEC = PathSpec((layer("file"),))


def opened(path: Path) -> EwfImage:
    return open_image(open_regular(path), beside(path.parent, path.name))


def read_chunks(image: EwfImage) -> dict[int, str]:
    """What cannot be read, by number of chunk; what can be read is the medium's bytes."""
    failed = {}
    for number, at in enumerate(range(0, len(MEDIA), CHUNK)):
        image.seek(at)
        try:
            assert image.read(CHUNK) == MEDIA[at : at + CHUNK]
        except EvidenceError as error:
            assert error.cause == "corrupt"
            failed[number] = error.detail
    return failed


def by_libewf(paths: list[Path]) -> bytes:
    handle = pyewf.handle()
    handle.open([str(path) for path in paths])
    try:
        return bytes(handle.read_buffer_at_offset(handle.get_media_size(), 0))
    finally:
        handle.close()


REAL = [
    ("sleuthkit_nps/image.E01", 1),
    ("sleuthkit_nps/imageformat_mmls_1.E01", 1),
    ("plaso_images/image.E01", 1),
    ("plaso_images/image-split.E01", 2),
    ("dfvfs/ext2.E01", 1),
    ("dfvfs/ext2.split.E01", 2),
]


@pytest.mark.parametrize(("name", "segments"), REAL)
def test_real_images_read_as_libewf_reads_them(realfiles: Path, name: str, segments: int) -> None:
    first = realfiles / name
    image = opened(first)
    paths = [first.with_suffix(f".E{number:02d}") for number in range(1, segments + 1)]
    assert image.read() == by_libewf(paths)
    assert image.troubles == []


@pytest.mark.parametrize(("name", "segments"), REAL)
def test_real_images_carry_their_own_right_hash(realfiles: Path, name: str, segments: int) -> None:
    image = opened(realfiles / name)
    media = image.read()
    found = {"md5": hashlib.md5(media).hexdigest(), "sha1": hashlib.sha1(media).hexdigest()}
    stored = image.stored_hashes()
    assert stored == {key: found[key] for key in stored}
    assert "md5" in stored


def test_the_header_of_a_real_image_is_read(realfiles: Path) -> None:
    """The values are those that libewf shows, and the dates as the writer put them."""
    assert opened(realfiles / "plaso_images/image.E01").metadata() == {
        "case_number": "PyVFS",
        "description": "Test image for PyVFS",
        "examiner": "John Doe",
        "evidence_number": "image.dd",
        "notes": "Notes on test image for PyVFS",
        "acquisition_version": "20131210",
        "acquisition_system": "Linux",
        "acquired": "1386674918",
        "system_date": "1386674918",
        "media_size": "102400",
        "chunk_size": "32768",
    }
    assert (
        opened(realfiles / "sleuthkit_nps/imageformat_mmls_1.E01").metadata()["acquired"]
        == "2018 5 16 15 5 8"
    )


@pytest.mark.parametrize(
    "plan", [None, [21], [7, 7, 7], [1, 19, 1], [1] * 21], ids=["one", "whole", "three", "uneven", "each"]
)
@pytest.mark.parametrize("base", [False, True])
def test_written_images_read_back_by_us_and_by_libewf(
    tmp_path: Path, plan: list[int] | None, base: bool
) -> None:
    written = write_ewf(tmp_path / "disk.E01", MEDIA, segment_chunks=plan, base=base)
    image = opened(tmp_path / "disk.E01")
    assert image.troubles == []
    assert image.read() == MEDIA
    assert by_libewf(written.paths) == MEDIA


def test_metadata_and_hashes_of_a_written_image(tmp_path: Path) -> None:
    write_ewf(tmp_path / "disk.E01", MEDIA)
    image = opened(tmp_path / "disk.E01")
    assert image.metadata() == {
        "case_number": "K-7",
        "evidence_number": "A1",
        "description": "weather disk",
        "examiner": "Berg",
        "notes": "copy",
        "acquisition_version": "7",
        "acquisition_system": "Linux",
        "acquired": "1452591000",
        "media_size": str(len(MEDIA)),
        "chunk_size": "32768",
    }
    assert set(image.stored_hashes()) == {"md5", "sha1"}


@given(st.integers(0, len(MEDIA) + 10), st.integers(0, 3 * CHUNK))
def test_any_range_is_the_same_as_in_the_medium(shared: EwfImage, offset: int, size: int) -> None:
    shared.seek(offset)
    assert shared.read(size) == MEDIA[offset : offset + size]
    buffer = bytearray(size)
    shared.seek(offset)
    count = shared.readinto(buffer)
    assert bytes(buffer[:count]) == MEDIA[offset : offset + size]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> EwfImage:
    path = tmp_path_factory.mktemp("ewf") / "disk.E01"
    write_ewf(path, MEDIA, segment_chunks=[5, 16])
    return opened(path)


def test_a_packed_chunk_that_is_damaged_costs_that_chunk(tmp_path: Path) -> None:
    written = write_ewf(tmp_path / "disk.E01", MEDIA, stored=lambda number: False)
    segment, at, length = written.chunks[17]
    damage(written.paths[segment], at + length // 2)
    assert read_chunks(opened(tmp_path / "disk.E01")) == {17: "chunk 17 cannot be unpacked"}


def test_a_stored_chunk_with_a_wrong_checksum_costs_that_chunk(tmp_path: Path) -> None:
    written = write_ewf(tmp_path / "disk.E01", MEDIA, stored=lambda number: True)
    segment, at, length = written.chunks[3]
    damage(written.paths[segment], at + length - 1)
    assert read_chunks(opened(tmp_path / "disk.E01")) == {3: "chunk 3 has a wrong checksum"}


def test_a_read_over_a_damaged_chunk_fails_and_leaves_the_position(tmp_path: Path) -> None:
    written = write_ewf(tmp_path / "disk.E01", MEDIA, stored=lambda number: True)
    damage(written.paths[0], written.chunks[3][1])
    image = opened(tmp_path / "disk.E01")
    image.seek(2 * CHUNK)
    with pytest.raises(EvidenceError, match="chunk 3"):
        image.read(3 * CHUNK)
    assert image.tell() == 2 * CHUNK
    assert image.read(CHUNK) == MEDIA[2 * CHUNK : 3 * CHUNK]


def test_a_damaged_table_is_replaced_by_its_copy(tmp_path: Path) -> None:
    written = write_ewf(tmp_path / "disk.E01", MEDIA)
    path, at = written.section("table")
    damage(path, at + 76 + 24 + 8)
    assert read_chunks(opened(tmp_path / "disk.E01")) == {}


def test_a_damaged_table_header_is_replaced_by_its_copy(tmp_path: Path) -> None:
    written = write_ewf(tmp_path / "disk.E01", MEDIA, base=True)
    path, at = written.section("table")
    damage(path, at + 76)
    image = opened(tmp_path / "disk.E01")
    assert read_chunks(image) == {}
    assert image.troubles == [f"segment 1: the table at byte {at} has a wrong header"]


def test_two_damaged_tables_cost_the_chunks_of_that_segment(tmp_path: Path) -> None:
    written = write_ewf(tmp_path / "disk.E01", MEDIA, segment_chunks=[7, 7, 7])
    for kind in ("table", "table2"):
        path, at = written.section(kind, 1)
        damage(path, at + 76 + 24 + 8)
    why = "the table of chunks 7 to 13 and its copy have wrong checksums"
    assert read_chunks(opened(tmp_path / "disk.E01")) == dict.fromkeys(range(7, 14), why)


def test_a_missing_last_segment_is_named_and_the_rest_reads(tmp_path: Path) -> None:
    write_ewf(tmp_path / "disk.E01", MEDIA, segment_chunks=[7, 7, 7])
    (tmp_path / "disk.E03").unlink()
    image = opened(tmp_path / "disk.E01")
    assert image.troubles == ["segment 3 (disk.E03) is missing", "only 14 of 21 chunks are listed"]
    why = "lies in no table (segment 3 (disk.E03) is missing; only 14 of 21 chunks are listed)"
    assert read_chunks(image) == {number: f"chunk {number} {why}" for number in range(14, 21)}


def test_what_lies_behind_a_missing_segment_has_no_known_place(tmp_path: Path) -> None:
    write_ewf(tmp_path / "disk.E01", MEDIA, segment_chunks=[7, 7, 7])
    (tmp_path / "disk.E02").unlink()
    image = opened(tmp_path / "disk.E01")
    assert image.troubles[0] == "segment 2 (disk.E02) is missing"
    assert set(read_chunks(image)) == set(range(7, 21))


def test_a_segment_that_is_no_file_is_named(tmp_path: Path) -> None:
    write_ewf(tmp_path / "disk.E01", MEDIA, segment_chunks=[7, 14])
    (tmp_path / "disk.E02").rename(tmp_path / "elsewhere")
    (tmp_path / "disk.E02").symlink_to("elsewhere")

    def sibling(name: bytes) -> OsFile:
        return open_regular(tmp_path / name.decode())

    image = open_image(open_regular(tmp_path / "disk.E01"), OpenContext(name=b"disk.E01", sibling=sibling))
    why = "segment 2 (disk.E02) cannot be read: a symbolic link lies in the path"
    assert image.troubles[0] == why
    assert set(read_chunks(image)) == set(range(7, 21))


def test_a_segment_of_another_image_is_not_taken(tmp_path: Path) -> None:
    write_ewf(tmp_path / "disk.E01", MEDIA, segment_chunks=[7, 7, 7])
    shutil.copy(tmp_path / "disk.E03", tmp_path / "disk.E02")
    image = opened(tmp_path / "disk.E01")
    assert image.troubles[0] == "disk.E02 is not segment 2 of this image"
    assert set(read_chunks(image)) == set(range(7, 21))


def test_a_truncated_real_image_is_named_as_such(realfiles: Path, tmp_path: Path) -> None:
    whole = (realfiles / "sleuthkit_nps/imageformat_mmls_1.E01").read_bytes()
    (tmp_path / "cut.E01").write_bytes(whole[:200_000])
    image = opened(tmp_path / "cut.E01")
    assert image.troubles == [
        "segment 1 (cut.E01): the section sectors at byte 1559 ends beyond the file (cut off?)",
        "only 0 of 1921 chunks are listed",
    ]
    with pytest.raises(EvidenceError, match="chunk 0 lies in no table"):
        image.read(1)


def test_a_truncated_last_segment_leaves_the_earlier_ones(tmp_path: Path) -> None:
    written = write_ewf(tmp_path / "disk.E01", MEDIA, segment_chunks=[7, 7, 7])
    last = written.paths[2]
    last.write_bytes(last.read_bytes()[:5000])
    image = opened(tmp_path / "disk.E01")
    assert image.troubles[0].startswith("segment 3 (disk.E03): the section sectors at byte 13 ends beyond")
    assert set(read_chunks(image)) == set(range(14, 21))


def test_a_section_with_a_wrong_checksum_ends_its_segment(tmp_path: Path) -> None:
    written = write_ewf(tmp_path / "disk.E01", MEDIA, segment_chunks=[7, 7, 7])
    path, at = written.section("sectors", 1)
    damage(path, at + 20)
    image = opened(tmp_path / "disk.E01")
    assert image.troubles[0] == f"segment 2 (disk.E02): the section at byte {at} has a wrong checksum"
    assert set(read_chunks(image)) == set(range(7, 21))


def test_sections_that_loop_end(tmp_path: Path) -> None:
    written = write_ewf(tmp_path / "disk.E01", MEDIA)
    path, at = written.section("digest")
    with path.open("r+b") as file:
        file.seek(at)
        raw = bytearray(file.read(72))
        raw[16:24] = struct.pack("<Q", 13)
        file.seek(at)
        file.write(raw + struct.pack("<I", zlib.adler32(bytes(raw))))
    image = opened(path)
    assert image.troubles == [f"segment 1 (disk.E01): the section digest at byte {at} loops back"]
    assert read_chunks(image) == {}


def test_an_image_without_a_volume_section_cannot_be_opened(tmp_path: Path) -> None:
    written = write_ewf(tmp_path / "disk.E01", MEDIA)
    written.paths[0].write_bytes(written.paths[0].read_bytes()[:300])
    with pytest.raises(EvidenceError, match="corrupt: segment 1"):
        opened(tmp_path / "disk.E01")


def test_the_smart_layout_reads_back(tmp_path: Path) -> None:
    write_ewf(tmp_path / "disk.E01", MEDIA, smart=True)
    image = opened(tmp_path / "disk.E01")
    assert image.troubles == []
    assert read_chunks(image) == {}


def test_offsets_that_run_over_two_gibibytes(tmp_path: Path) -> None:
    """The segment is sparse: its first chunk begins just below 2 GiB."""
    write_ewf(tmp_path / "disk.E01", MEDIA, hole=(1 << 31) - 3 * CHUNK)
    image = opened(tmp_path / "disk.E01")
    assert image.troubles == []
    assert read_chunks(image) == {}


def test_a_later_segment_is_recognised_only_without_its_first(tmp_path: Path) -> None:
    write_ewf(tmp_path / "disk.E01", MEDIA, segment_chunks=[7, 14])
    second = tmp_path / "disk.E02"
    context = beside(tmp_path, "disk.E02")
    assert FORMAT.recognise(open_regular(second), context) is False
    (tmp_path / "disk.E01").unlink()
    assert FORMAT.recognise(open_regular(second), context) is True
    with pytest.raises(EvidenceError, match=r"segment 1 is missing: disk\.E02 is segment 2"):
        FORMAT.open_container(open_regular(second), context)


def test_more_segments_than_are_kept_open(tmp_path: Path) -> None:
    media = pattern(150 * 1024)
    write_ewf(tmp_path / "disk.E01", media, per_chunk=2, segment_chunks=[1] * 99 + [51])
    image = opened(tmp_path / "disk.E01")
    assert image.read() == media
    image.seek(0)
    assert image.read() == media


@given(st.integers(0, 2**32), st.binary(min_size=1, max_size=8))
def test_no_damage_gives_wrong_bytes(small: bytes, place: int, noise: bytes) -> None:
    """Whatever is overwritten: the image does not open, or a read fails, or the bytes are the medium's."""
    at = place % len(small)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "disk.E01"
        path.write_bytes(small[:at] + noise + small[at + len(noise) :])
        try:
            image = opened(path)
            media = image.read()
        except EvidenceError:
            return
        assert media == SMALL[: len(media)]
        assert len(media) == len(SMALL) or image.troubles


SMALL = pattern(9 * 1024, seed=8)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("ewf") / "disk.E01"
    write_ewf(path, SMALL, per_chunk=2)
    return path.read_bytes()


def test_the_container_holds_one_medium(tmp_path: Path) -> None:
    write_ewf(tmp_path / "disk.E01", MEDIA, segment_chunks=[7, 14])
    (tmp_path / "disk.E02").unlink()
    container = FORMAT.open_container(open_regular(tmp_path / "disk.E01"), beside(tmp_path, "disk.E01"))
    troubles = [found for found in container.walk(SPEC) if isinstance(found, Trouble)]
    assert troubles == [
        Trouble(SPEC, "corrupt", "segment 2 (disk.E02) is missing"),
        Trouble(SPEC, "corrupt", "only 7 of 21 chunks are listed"),
    ]
    assert container.open(layer("ewf")).read(100) == MEDIA[:100]
    with pytest.raises(EvidenceError, match="no named items"):
        container.open(layer("ewf", b"x"))
