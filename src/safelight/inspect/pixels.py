"""From a decoded picture or video frame to what is kept of it: a small JPEG and the pixels that PDQ wants."""

from __future__ import annotations

import ctypes
import io
from pathlib import Path

import numpy as np
import PIL
from numpy.typing import NDArray
from PIL import Image

#: Shorter side that a JPEG's draft and a video's frame keep.
WORKING_SIDE = 512
#: Side that reduction by whole factors keeps.
REDUCED_SIDE = 1024
_JPEG_QUALITY = 80
_WITH_ALPHA = frozenset({"RGBA", "LA", "PA", "RGBa", "La"})
_REDUCIBLE = frozenset({"RGB", "L", "RGBA", "CMYK", "YCbCr"})


def as_rgb(image: Image.Image, *, over_white: bool) -> Image.Image:
    """RGB. Transparency is laid over white for the eye, or dropped (as the reference tools of PDQ do); 16-bit
    and floating values are scaled to what the picture holds."""
    if image.mode == "RGB":
        return image
    if image.mode in ("I", "F") or image.mode.startswith("I;"):
        return _scaled(image).convert("RGB")
    if over_white and (image.mode in _WITH_ALPHA or "transparency" in image.info):
        over = image.convert("RGBA")
        white = Image.new("RGBA", over.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, over).convert("RGB")
    return image.convert("RGB")


def _scaled(image: Image.Image) -> Image.Image:
    values = np.asarray(image, dtype=np.float32)
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    scale = 255 / (high - low) if high > low else 0.0
    grey = np.nan_to_num((values - low) * scale, posinf=255, neginf=0).clip(0, 255).astype(np.uint8)
    return Image.fromarray(grey)


def for_pdq(image: Image.Image) -> NDArray[np.uint8]:
    """Pixels of shape (height, width, 3), sides of 2,048 and more brought below that by whole factors (box
    filter), so that hashing costs the same for every picture. PDQ blurs each direction by itself, so the
    factors may differ."""
    factors = (max(1, image.width // REDUCED_SIDE), max(1, image.height // REDUCED_SIDE))
    flat = as_rgb(image, over_white=False)
    return np.asarray(flat.reduce(factors) if factors != (1, 1) else flat, dtype=np.uint8)


def small_jpeg(image: Image.Image, side: int) -> tuple[bytes, int, int]:
    """JPEG bytes, width and height; the longest side at most `side` pixels, never enlarged."""
    factor = max(image.size) // (2 * side)
    if factor > 1 and image.mode in _REDUCIBLE:
        image = image.reduce(factor)
    small = as_rgb(image, over_white=True)
    small = small.copy() if small is image else small
    small.thumbnail((side, side), Image.Resampling.BICUBIC, reducing_gap=2.0)
    out = io.BytesIO()
    small.save(out, "JPEG", quality=_JPEG_QUALITY)
    return out.getvalue(), small.width, small.height


def silence_libtiff() -> None:
    """libtiff writes each damaged tag to standard error and Pillow has no switch for it: its handlers are
    taken away.

    Only the libtiff that Pillow's wheel carries is touched; with another one the lines appear and harm
    nothing.
    """
    for path in (Path(PIL.__file__).parents[1] / "pillow.libs").glob("libtiff*.so*"):
        library = ctypes.CDLL(str(path))
        for setter in (library.TIFFSetErrorHandler, library.TIFFSetWarningHandler):
            setter.argtypes, setter.restype = [ctypes.c_void_p], ctypes.c_void_p
            setter(None)
