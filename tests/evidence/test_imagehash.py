"""Verification says matched, differed or NOT CHECKED, and never more than was done."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from safelight.evidence.imagehash import NOT_CHECKED, Comparison, Verification, verify_image
from safelight.evidence.reader import Reader
from safelight.evidence.spec import Layer, PathSpec
from safelight.scenario.ewf import write_ewf
from tests.evidence.damage import damage
from tests.evidence.media import pattern
from tests.evidence.udif_writer import udif

MEDIA = pattern(6 * 32768)
DIGESTS = {name: hashlib.new(name, MEDIA).hexdigest() for name in ("md5", "sha1", "sha256")}
UNSTATED = Comparison("stated", "", "", "", NOT_CHECKED, "no hash was stated at seizure")


def verified(root: Path, stated: str | None = None) -> Verification:
    with Reader(root) as reader:
        return verify_image(reader, stated=stated)


def matched(algorithm: str) -> Comparison:
    return Comparison("image", algorithm, DIGESTS[algorithm], DIGESTS[algorithm], "matched")


def test_an_image_that_carries_its_hashes(tmp_path: Path) -> None:
    write_ewf(tmp_path / "disk.E01", MEDIA)
    expected = Verification(len(MEDIA), DIGESTS, (matched("md5"), matched("sha1"), UNSTATED))
    assert verified(tmp_path / "disk.E01") == expected


def test_an_image_whose_hash_differs(tmp_path: Path) -> None:
    wrong = "0123456789abcdef0123456789abcdef"
    write_ewf(tmp_path / "disk.E01", MEDIA, md5=wrong, digest=False)
    assert verified(tmp_path / "disk.E01").comparisons == (
        Comparison("image", "md5", wrong, DIGESTS["md5"], "differed"),
        UNSTATED,
    )


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256"])
def test_the_hash_stated_at_seizure(tmp_path: Path, algorithm: str) -> None:
    (tmp_path / "disk.dd").write_bytes(MEDIA)
    right = DIGESTS[algorithm]
    none = Comparison("image", "", "", "", NOT_CHECKED, "the image carries no hash")
    assert verified(tmp_path / "disk.dd", f"{algorithm}:{right.upper()}").comparisons == (
        none,
        Comparison("stated", algorithm, right, right, "matched"),
    )
    other = "f" * len(right)
    assert verified(tmp_path / "disk.dd", f"{algorithm}:{other}").comparisons == (
        none,
        Comparison("stated", algorithm, other, right, "differed"),
    )


def test_an_algorithm_that_is_not_computed_is_not_checked(tmp_path: Path) -> None:
    (tmp_path / "disk.dd").write_bytes(MEDIA)
    why = "crc32 is not one of md5, sha1, sha256"
    assert verified(tmp_path / "disk.dd", "crc32:abc").comparisons[1:] == (
        Comparison("stated", "crc32", "abc", "", NOT_CHECKED, why),
    )


def test_an_image_that_cannot_be_read_to_its_end_is_not_checked(tmp_path: Path) -> None:
    written = write_ewf(tmp_path / "disk.E01", MEDIA, digest=False)
    damage(tmp_path / "disk.E01", written.chunks[2][1] + 50)
    why = "the medium cannot be read to its end: chunk 2 has a wrong checksum"
    assert verified(tmp_path / "disk.E01", "md5:" + DIGESTS["md5"]) == Verification(
        len(MEDIA),
        {},
        (
            Comparison("image", "md5", DIGESTS["md5"], "", NOT_CHECKED, why),
            Comparison("stated", "md5", DIGESTS["md5"], "", NOT_CHECKED, why),
        ),
    )


def test_an_image_that_cannot_be_opened_is_not_checked(tmp_path: Path) -> None:
    write_ewf(tmp_path / "disk.E01", MEDIA)
    (tmp_path / "disk.E01").write_bytes((tmp_path / "disk.E01").read_bytes()[:100])
    (comparison,) = verified(tmp_path / "disk.E01", "md5:" + DIGESTS["md5"]).comparisons
    assert (comparison.result, comparison.reason[:9]) == (NOT_CHECKED, "segment 1")


def test_a_folder_is_not_checked(tmp_path: Path) -> None:
    why = "a folder has no hash of its own"
    assert verified(tmp_path, "md5:aa") == Verification(
        0, {}, (Comparison("stated", "md5", "aa", "", NOT_CHECKED, why),)
    )


def test_a_disk_image_states_the_checksum_of_its_blocks(tmp_path: Path) -> None:
    data = udif(MEDIA, "zlib")
    (tmp_path / "disk.dmg").write_bytes(data)
    result = verified(tmp_path / "disk.dmg")
    assert result.digests == DIGESTS
    (own, _) = result.comparisons
    assert (own.origin, own.algorithm, own.result, own.expected) == ("image", "crc32", "matched", own.found)
    broken = bytearray(data)
    broken[-512 + 0x58] ^= 1
    (tmp_path / "disk.dmg").write_bytes(broken)
    assert verified(tmp_path / "disk.dmg").comparisons[0].result == "differed"


def test_an_image_in_a_folder_and_its_progress(tmp_path: Path) -> None:
    write_ewf(tmp_path / "disk.E01", MEDIA)
    seen: list[tuple[int, int]] = []
    with Reader(tmp_path) as reader:
        item = PathSpec((Layer("folder", b"disk.E01"),))
        result = verify_image(reader, item, progress=lambda done, total: seen.append((done, total)))
    assert result.comparisons[:2] == (matched("md5"), matched("sha1"))
    assert seen[0] == (0, len(MEDIA))
    assert seen[-1] == (len(MEDIA), len(MEDIA))


def test_every_real_image_that_carries_a_hash_matches_it(realfiles: Path) -> None:
    names = ["sleuthkit_nps/image.E01", "sleuthkit_nps/imageformat_mmls_1.E01", "plaso_images/image.E01"]
    names += ["plaso_images/image-split.E01", "dfvfs/ext2.E01", "dfvfs/ext2.split.E01"]
    names += ["plaso_images/spotlight.12.dmg"]
    found = {
        name: [(each.algorithm, each.result) for each in verified(realfiles / name).comparisons[:-1]]
        for name in names
    }
    one = [("md5", "matched")]
    assert found == {
        "sleuthkit_nps/image.E01": one,
        "sleuthkit_nps/imageformat_mmls_1.E01": [*one, ("sha1", "matched")],
        "plaso_images/image.E01": one,
        "plaso_images/image-split.E01": one,
        "dfvfs/ext2.E01": one,
        "dfvfs/ext2.split.E01": one,
        "plaso_images/spotlight.12.dmg": [("crc32", "matched")],
    }
