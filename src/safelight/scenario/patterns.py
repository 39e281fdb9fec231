"""Test patterns: pictures and a film that show nothing but geometry, with camera data as a camera writes it."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageDraw


def pattern(seed: int, width: int = 1200, height: int = 900) -> Image.Image:
    """A colourful board of rectangles and circles; the same seed gives the same picture."""
    random = np.random.default_rng(seed)
    picture = Image.new("RGB", (width, height), tuple(int(v) for v in random.integers(0, 255, 3)))
    draw = ImageDraw.Draw(picture)
    for _ in range(40):
        x, y = int(random.integers(0, width)), int(random.integers(0, height))
        w, h = int(random.integers(20, width // 3)), int(random.integers(20, height // 3))
        colour = tuple(int(v) for v in random.integers(0, 255, 3))
        shape = draw.ellipse if random.random() < 0.5 else draw.rectangle
        shape((x, y, x + w, y + h), fill=colour)
    return picture


def jpeg(
    seed: int,
    *,
    camera: tuple[str, str, str] | None = None,
    taken: str | None = None,
    place: tuple[float, float] | None = None,
    quality: int = 88,
    width: int = 1200,
) -> bytes:
    """A JPEG of `pattern(seed)`; `camera` is (make, model, body serial), `place` (latitude, longitude)."""
    exif = Image.Exif()
    details = exif.get_ifd(0x8769)
    if camera:
        exif[0x010F], exif[0x0110] = camera[0], camera[1]
        details[0xA431] = camera[2]
    if taken:
        details[0x9003] = taken
    if place:
        position = exif.get_ifd(0x8825)
        position[1], position[2] = ("N" if place[0] >= 0 else "S"), _degrees(place[0])
        position[3], position[4] = ("E" if place[1] >= 0 else "W"), _degrees(place[1])
    out = io.BytesIO()
    pattern(seed, width, width * 3 // 4).save(out, "JPEG", quality=quality, exif=exif)
    return out.getvalue()


def _degrees(value: float) -> tuple[float, float, float]:
    value = abs(value)
    degrees = int(value)
    minutes = int((value - degrees) * 60)
    return float(degrees), float(minutes), round((value - degrees - minutes / 60) * 3600, 3)


def film(path: Path, seed: int, seconds: int = 4, rate: int = 12) -> None:
    """An MP4 in which a circle wanders over the pattern."""
    ground = np.array(pattern(seed, 320, 240))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=Fraction(rate))
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for number in range(seconds * rate):
            picture = Image.fromarray(ground)
            x = 20 + number * 240 // (seconds * rate)
            ImageDraw.Draw(picture).ellipse((x, 90, x + 60, 150), fill=(250, 250, 250))
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.array(picture), format="rgb24")))
        container.mux(stream.encode())
