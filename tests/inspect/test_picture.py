"""Pictures: facts in full, EXIF of made and of real files, damage and bombs as recorded failures."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from safelight.inspect.pdq import distance, pdq
from safelight.inspect.picture import Picture
from safelight.operation.settings import InspectionSettings
from tests.inspect.patterns import blobs, board, member, rings, run


def saved(image: Image.Image, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def camera() -> Image.Exif:
    """EXIF as a camera in Bodø would write it. Pillow writes ASCII only: `utf8` puts the letter in."""
    exif = Image.Exif()
    exif[0x010F] = "Lyskasse XX"
    exif[0x0110] = "Sjakkbrett 2"
    exif[0x0112] = 6
    exif[0x0131] = "1.0"
    block = exif.get_ifd(0x8769)
    block[0x9003] = "2016:01:12 09:30:00"
    block[0x9011] = "+01:00"
    block[0x9291] = "25"
    block[0x9004] = "2016:01:12 09:30:01"
    block[0xA431] = "NO-0042"
    block[0xA434] = "50 mm"
    place = exif.get_ifd(0x8825)
    place[1], place[2] = "N", (IFDRational(67), IFDRational(16), IFDRational(4880, 100))
    place[3], place[4] = "E", (IFDRational(14), IFDRational(24), IFDRational(0))
    place[5], place[6] = b"\0", IFDRational(125, 10)
    place[7], place[29] = (IFDRational(8), IFDRational(30), IFDRational(0)), "2016:01:12"
    return exif


def utf8(data: bytes) -> bytes:
    return data.replace(b"Lyskasse XX", "Lyskasse Å".encode())


HALF_PAST_NINE = 1_452_591_000_000_000


def stated(utc: int, wall: int, text: str) -> dict[str, Any]:
    return {"utc": utc, "wall": wall, "text": text, "basis": "stated", "assumed_by": None}


def test_jpeg_with_exif_in_full() -> None:
    pixels = rings(1200, 1600)
    data = utf8(saved(Image.fromarray(pixels), "JPEG", quality=90, exif=camera()))
    found = run(data, Picture())
    row = found.only("pictures")
    with Image.open(io.BytesIO(data)) as image:
        full = pdq(np.asarray(image))
    assert full is not None
    assert distance(row.pop("pdq"), full.hash) <= 20
    assert row == {
        "format": "JPEG",
        "width": 1600,
        "height": 1200,
        "frames": 1,
        "orientation": 6,
        "make": "Lyskasse Å",
        "model": "Sjakkbrett 2",
        "serial": "NO-0042",
        "lens": "50 mm",
        "software": "1.0",
        "taken": stated(
            HALF_PAST_NINE + 250_000 - 3_600_000_000, HALF_PAST_NINE + 250_000, "2016:01:12 09:30:00.25+01:00"
        ),
        "digitised": {
            "utc": None,
            "wall": HALF_PAST_NINE + 1_000_000,
            "text": "2016:01:12 09:30:01",
            "basis": "unknown",
            "assumed_by": None,
        },
        "latitude": 67.280222222,
        "longitude": 14.4,
        "altitude": 12.5,
        "gps_time": stated(
            HALF_PAST_NINE - 3_600_000_000, HALF_PAST_NINE - 3_600_000_000, "2016:01:12 08:30:00Z"
        ),
        "pdq_quality": 100,
        "pdq_recipe": "pdq-1 draft512",
    }
    (thumbnail,) = found.derivatives
    # Orientation 6: the thumbnail stands upright.
    assert (thumbnail.recipe, thumbnail.mime, thumbnail.width, thumbnail.height) == (
        "thumb-320",
        "image/jpeg",
        240,
        320,
    )
    with Image.open(io.BytesIO(thumbnail.data)) as small:
        assert small.size == (240, 320)
    assert found.ended == {"picture": ("done", "")}


@pytest.mark.parametrize(
    ("form", "stored"),
    [("PNG", "PNG"), ("BMP", "BMP"), ("TIFF", "TIFF"), ("GIF", "GIF"), ("WEBP", "WEBP"), ("PCX", "PCX")],
)
def test_forms(form: str, stored: str) -> None:
    pixels = board(300, 451)
    options = {"lossless": True} if form == "WEBP" else {}
    found = run(saved(Image.fromarray(pixels), form, **options), Picture())
    row = found.only("pictures")
    assert (row["format"], row["width"], row["height"], row["frames"]) == (stored, 451, 300, 1)
    expected = pdq(pixels)
    assert expected is not None
    assert row["pdq_recipe"] == "pdq-1 full"
    if form != "GIF":  # 256 colours are not the picture's own.
        assert (row["pdq"], row["pdq_quality"]) == (expected.hash, expected.quality)
    assert [(item.recipe, item.width, item.height) for item in found.derivatives] == [("thumb-320", 320, 213)]


def test_large_png_is_reduced_by_whole_factors() -> None:
    pixels = blobs(1100, 4200)
    row = run(saved(Image.fromarray(pixels), "PNG"), Picture()).only("pictures")
    full = pdq(pixels)
    assert full is not None
    assert row["pdq_recipe"] == "pdq-1 reduce1024"
    assert distance(row["pdq"], full.hash) <= 20


def test_heif() -> None:
    pixels = board(200, 320)
    out = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(pixels)).save(out, quality=95)
    row = run(out.getvalue(), Picture()).only("pictures")
    expected = pdq(pixels)
    assert expected is not None
    assert (row["format"], row["width"], row["height"]) == ("HEIF", 320, 200)
    assert distance(row["pdq"], expected.hash) <= 20


def test_frames_transparency_and_sixteen_bits() -> None:
    frames = [Image.fromarray(rings(64 + 10 * number, 100)) for number in range(3)]
    moving = run(saved(frames[2], "GIF", save_all=True, append_images=frames[:2]), Picture()).only("pictures")
    assert (moving["frames"], moving["width"], moving["height"]) == (3, 100, 84)
    clear = Image.new("RGBA", (50, 50), (0, 0, 0, 0))
    found = run(saved(clear, "PNG"), Picture())
    with Image.open(io.BytesIO(found.derivatives[0].data)) as small:
        assert small.getpixel((25, 25)) == (255, 255, 255)
    deep = Image.fromarray((rings(90, 120)[:, :, 0].astype(np.uint16)) * 200)
    row = run(saved(deep, "PNG"), Picture()).only("pictures")
    assert (row["width"], row["height"], row["pdq_quality"] > 0) == (120, 90, True)


def test_settings_rule_the_thumbnail() -> None:
    found = run(
        saved(Image.fromarray(board(90, 90)), "PNG"),
        Picture(),
        settings=InspectionSettings(thumbnail_pixels=32),
    )
    assert [(item.recipe, item.width, item.height) for item in found.derivatives] == [("thumb-32", 32, 32)]


def test_a_truncated_jpeg_keeps_facts_and_its_upper_part() -> None:
    whole = saved(Image.fromarray(rings(400, 600)), "JPEG", exif=camera())
    found = run(whole[: len(whole) // 2], Picture())
    row = found.only("pictures")
    assert (row["width"], row["height"], row["serial"], "pdq" in row) == (600, 400, "NO-0042", False)
    assert [(item.recipe, item.width, item.height) for item in found.derivatives] == [
        ("thumb-320 damaged", 320, 213)
    ]
    assert found.ended == {"picture": ("failed", "corrupt")}
    assert found.detail["picture"].startswith("OSError: image file is truncated")


def png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("width", "height", "facts"), [(60_000, 60_000, False), (20_000, 20_000, True), (1, 2_000_000, True)]
)
def test_bombs_end_as_limit(width: int, height: int, facts: bool) -> None:
    found = run(png_header(width, height), Picture())
    assert found.ended == {"picture": ("failed", "limit")}
    assert [(row["width"], row["height"]) for row in found.rows.get("pictures", [])] == (
        [(width, height)] if facts else []
    )
    assert found.derivatives == []


def test_what_no_decoder_knows() -> None:
    found = run(b"8BPS\0\x01" + bytes(100), Picture())
    assert found.ended == {"picture": ("failed", "unsupported")}


def test_malformed_exif_never_kills_facts() -> None:
    good = saved(Image.fromarray(board(80, 80)), "JPEG", exif=camera())
    start = good.index(b"Exif\0\0") + 6
    for at in range(start, start + 200, 7):
        data = bytearray(good)
        data[at : at + 4] = b"\xff\xff\xff\xff"
        found = run(bytes(data), Picture())
        row = found.only("pictures")
        assert (row["width"], row["height"]) == (80, 80)
        assert found.ended == {"picture": ("done", "")}


def wall(us: int, text: str) -> dict[str, Any]:
    return {"utc": None, "wall": us, "text": text, "basis": "unknown", "assumed_by": None}


CANON = {
    "format": "JPEG",
    "width": 100,
    "height": 68,
    "frames": 1,
    "make": "Canon",
    "model": "Canon EOS 40D",
    "software": "Adobe Photoshop CS3 Macintosh",
    "taken": wall(1_249_981_785_490_000, "2009:08:11 09:09:45.49"),
    "digitised": wall(1_249_981_785_490_000, "2009:08:11 09:09:45.49"),
    "pdq": "c747e8cf707733e60761673854169d1b1c15ce4e71c6e3f18c191ce610c7f51c",
    "pdq_quality": 100,
    "pdq_recipe": "pdq-1 full",
}
EXIF_OF_REAL_FILES: dict[str, dict[str, Any]] = {
    "tika/testJPEG_EXIF.jpg": CANON,
    "tika/testJPEG_GEO.jpg": CANON | {"latitude": 12.54321, "longitude": -54.1234},
    "tika/testJPEG_GEO_2.jpg": {
        "format": "JPEG",
        "width": 100,
        "height": 75,
        "frames": 1,
        "orientation": 1,
        "make": "google",
        "model": "Nexus S",
        "software": "IML74K",
        "taken": wall(1_329_669_809_000_000, "2012:02:19 16:43:29"),
        "digitised": wall(1_329_669_809_000_000, "2012:02:19 16:43:29"),
        "latitude": 51.5757623,
        "longitude": -1.5678859,
        "altitude": 295.0,
        "gps_time": stated(1_329_756_262_000_000, 1_329_756_262_000_000, "2012:02:20 16:44:22Z"),
        "pdq": "d1e2f069e4f9ac38ce344e3dc11c379e37861b87198f33c007c18fe1cf61f01e",
        "pdq_quality": 100,
        "pdq_recipe": "pdq-1 full",
    },
}


def test_exif_of_real_files(realdata: Path) -> None:
    archive = realdata / "malformed" / "tika.tar.gz"
    found = {name: run(member(archive, name), Picture()).only("pictures") for name in EXIF_OF_REAL_FILES}
    assert found == EXIF_OF_REAL_FILES
