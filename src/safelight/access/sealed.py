"""Degrees of exposure: what may be seen of a picture. Sharper bytes never leave this process.

`sealed` stands on pages: grey, 96 pixels, blurred so that 12 by 9 patches of grey remain of it. `grey` (320
pixels) is handed out only after an act that was written down.
"""

from __future__ import annotations

import io
from typing import Literal

from PIL import Image, ImageFilter

Degree = Literal["sealed", "grey"]

_LONGEST = {"sealed": 96, "grey": 320}
#: Cells that remain of a sealed picture's longer side before it is blurred again.
_PATCHES = 12


def degrade(plain: bytes, degree: Degree) -> bytes:
    """A JPEG of that degree from a derivative's plain bytes. Raises OSError if they are no picture."""
    with Image.open(io.BytesIO(plain)) as opened:
        picture = opened.convert("L")
    longest = _LONGEST[degree]
    if degree == "sealed":
        small = picture.copy()
        small.thumbnail((_PATCHES, _PATCHES), Image.Resampling.BOX)
        scale = longest / max(picture.size)
        size = (max(round(picture.width * scale), 1), max(round(picture.height * scale), 1))
        picture = small.resize(size, Image.Resampling.BILINEAR).filter(ImageFilter.GaussianBlur(3))
    else:
        picture.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=70)
    return out.getvalue()
