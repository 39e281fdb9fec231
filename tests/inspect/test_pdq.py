"""PDQ against the reference code: on drawn patterns, on real pictures, turned and mirrored.

Expected values were computed with pdqhash 0.2 (the reference code of ThreatExchange). The hashes of `dih` and
`bridge-mods` are also those that the reference's own tests publish.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from safelight.inspect.pdq import TURNS, Pdq, dihedral, distance, pdq
from tests.inspect.patterns import PATTERNS, blobs, rings

REFERENCE = [
    ("rings", 64, 64, "e3cbd38ba12e155e150eea71ea71ec31035e83ce6871fc71207053cef38e1c71", 0),
    ("rings", 97, 131, "52adaa4a52a5ad525aada55456b5a5565695d5556aa55554aad5556a555556aa", 58),
    ("rings", 300, 451, "6371ec71a921e271e47143f7e3f143713b8e1b91e40e4d8e5b8ea431e471938e", 100),
    ("rings", 512, 512, "dfb1d671ec711b9113f1dc8edd8c9c8e6451ec71138e138e038efc71fc71000e", 100),
    ("rings", 700, 1203, "e38ef387e38e1c5085585b8e438ee38e1c711c71e38ee38ee38e1c711c71e38e", 100),
    ("rings", 33, 40, "ec821b8d13a9ff8e9f8e4b8dfc57fdcde4aa643a6c0e01714121bc8efe8e8020", 0),
    ("board", 64, 64, "6ffbe0dd6fffe0553002caff3aaac8fd7aabd50080003faa90013faa90013faa", 100),
    ("board", 97, 131, "570aff2abf2aa0d54500a0d5087400d5aad5ff2a00d5ff2a2255ff2af70aff2a", 100),
    ("board", 300, 451, "fd082affc27022f7000002f72bfe02f70077ff28cafaff2a0000ff2ac372ff2a", 100),
    ("board", 512, 512, "00ff00d500ff00d500ff00d500ff00d555aaff2a00ffff2a00ffff2a00ffff2a", 100),
    ("board", 700, 1203, "887f88d5a87f88d5aaff00d5007f00ddf72a772200d57722807dff22807f772a", 100),
    ("board", 33, 40, "f780d50aff0a7920b7a068dfffa82875aa77f52a130055aaab55ff0054aa7f00", 100),
    ("blobs", 97, 131, "aaaa5565a95255adaa5256aaad555aa83552ca6d15d2aaa5554aeb55b6aa6956", 13),
    ("blobs", 300, 451, "92d9b6d924996c99c99999993399e7318e313c31f8f1c1e307e3ff83800701bf", 100),
    ("blobs", 512, 512, "8e701e711c713861f861f0e3c1e383e307c31fc37f03ff0780070007017fffff", 100),
    ("blobs", 700, 1203, "e02ff000e05fc000e03f8002e07f00250017807f00bf007f017f7fffffffffff", 100),
]


@pytest.mark.parametrize(("pattern", "height", "width", "expected", "quality"), REFERENCE)
def test_patterns(pattern: str, height: int, width: int, expected: str, quality: int) -> None:
    assert pdq(PATTERNS[pattern](height, width)) == Pdq(expected, quality)


RINGS_TURNED = (
    "6371ec71a921e271e47143f7e3f143713b8e1b91e40e4d8e5b8ea431e471938e",
    "7a2720c5faa6ff3660d8bfc9b7c9582626d920fdff4620b900b9fb4604b900b9",
    "362446dbc87448dbb124e95db624e9db6edbb11bb15be7240e9b0e9bb1243924",
    "2f728a6f8ff3559c358d1d63c29cf28c538c8a57aa138a1355ec51ec51ecaa13",
    "6371138e89211d8ee471bc08e3f1bc8e3b8ee44ee40eb2715b8e5bcee4716c71",
    "3624b924fef4b724b52416a2b6a416246edb4ee4b15b18db0edbf164b124c6db",
    "7a27df3afaa600c960d8483697c9a7d906d9df02ff06df4600b904b904b9ff46",
    "2f7275908ff38a63358dc29cc29c0d73518c75a0aa1375ec55ecae1351ec55ec",
)


def test_turned_and_mirrored_from_one_picture() -> None:
    assert dihedral(rings(300, 451)) == dict(zip(TURNS, RINGS_TURNED, strict=True))


@settings(max_examples=20, deadline=None)
@given(height=st.integers(64, 300), width=st.integers(64, 300))
def test_the_turned_hash_is_near_the_hash_of_the_turned_picture(height: int, width: int) -> None:
    """They are not equal: sampling is not symmetric. 90 of 256 bits is far below the 128 of strangers."""
    pixels = blobs(height, width)
    turned = dihedral(pixels)
    again = pdq(np.ascontiguousarray(np.rot90(pixels, 2)))
    assert again is not None
    assert again.quality == 0 or distance(again.hash, turned["rotate180"]) < 90


def reference(realdata: Path) -> list[tuple[Path, str, int]]:
    lines = (Path(__file__).parent / "pdq_reference.tsv").read_text("utf-8").splitlines()[1:]
    return [
        (realdata / name, expected, int(quality))
        for name, expected, quality in (line.split("\t") for line in lines)
    ]


def test_real_pictures(realdata: Path) -> None:
    rows = reference(realdata)
    found = []
    for path, _, _ in rows:
        with Image.open(path) as image:
            made = pdq(np.asarray(image.convert("RGB")))
        assert made is not None
        found.append((path, made.hash, made.quality))
    assert found == rows


def test_grey_is_luminance() -> None:
    grey = rings(120, 90)[:, :, 0]
    assert pdq(grey) == pdq(np.repeat(grey[:, :, None], 3, axis=2))


def test_too_small_and_featureless() -> None:
    assert pdq(np.zeros((4, 100, 3), np.uint8)) is None
    assert dihedral(np.zeros((100, 4, 3), np.uint8)) == {}
    flat = pdq(np.full((100, 100, 3), 77, np.uint8))
    assert flat is not None
    assert flat.quality == 0


def test_distance_counts_bits() -> None:
    assert distance("0" * 64, "f" * 64) == 256
    assert distance("0" * 63 + "5", "0" * 64) == 2
