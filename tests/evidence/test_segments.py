"""The names of an image's further files."""

from __future__ import annotations

from itertools import islice

import pytest

from safelight.evidence.segments import ewf_names, numbered_names


def test_the_names_of_an_ewf_image() -> None:
    """E02 to E99, EAA to EZZ, FAA to ZZZ: all 14,972 in order."""
    names = [name.decode() for name in ewf_names(b"disk v1.E01")]
    assert names[:2] == ["disk v1.E02", "disk v1.E03"]
    assert names[97:101] == ["disk v1.E99", "disk v1.EAA", "disk v1.EAB", "disk v1.EAC"]
    assert names[98 + 26 - 1 : 98 + 27] == ["disk v1.EAZ", "disk v1.EBA"]
    assert names[98 + 676 - 1 : 98 + 677] == ["disk v1.EZZ", "disk v1.FAA"]
    assert names[-1] == "disk v1.ZZZ"
    assert len(names) == 98 + 22 * 676 == len(set(names))


def test_the_case_of_the_first_name_is_kept() -> None:
    names = list(ewf_names(b"d.e01"))
    assert (names[0], names[98], names[-1]) == (b"d.e02", b"d.eaa", b"d.zzz")
    assert list(islice(ewf_names(b"d.s01"), 1)) == [b"d.s02"]
    assert list(ewf_names(b"no suffix")) == []


@pytest.mark.parametrize(
    ("first", "following"),
    [
        (b"d.001", [b"d.002", b"d.003", b"d.004"]),
        (b"d.00", [b"d.01", b"d.02", b"d.03"]),
        (b"d.aa", [b"d.ab", b"d.ac", b"d.ad"]),
        (b"D.AAA", [b"D.AAB", b"D.AAC", b"D.AAD"]),
        (b"d.txt", []),
        (b"d.", []),
    ],
)
def test_the_names_of_a_split_raw_image(first: bytes, following: list[bytes]) -> None:
    assert list(islice(numbered_names(first), 3)) == following


def test_names_end_with_their_digits() -> None:
    assert list(numbered_names(b"d.98")) == [b"d.99"]
    assert list(numbered_names(b"d.aa"))[24:27] == [b"d.az", b"d.ba", b"d.bb"]
    assert list(numbered_names(b"d.aa"))[-1] == b"d.zz"
