"""Pictures: format, dimensions, EXIF, PDQ and a thumbnail, all from one decode.

A JPEG is decoded at a fraction of its size where that leaves 512 pixels (`draft`), anything else is reduced
by whole factors after decoding; the hash's recipe says which. Ghostscript and other outside programs are
never started: only formats that Pillow and libheif decode themselves are opened.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from typing import Any

import pillow_heif
from PIL import Image, ImageFile, UnidentifiedImageError

from safelight.evidence.model import EvidenceError
from safelight.inspect import exif, pdq
from safelight.inspect.model import Content, Derivative, Fact, Group, InspectionFailed
from safelight.inspect.pixels import REDUCED_SIDE, WORKING_SIDE, for_pdq, silence_libtiff, small_jpeg

pillow_heif.register_heif_opener()
pillow_heif.options.DECODE_THREADS = 1
Image.init()
silence_libtiff()
logging.getLogger("PIL").setLevel(logging.CRITICAL)

FORMATS = tuple(
    name
    for name in (
        "JPEG",
        "PNG",
        "GIF",
        "BMP",
        "TIFF",
        "WEBP",
        "HEIF",
        "AVIF",
        "MPO",
        "ICO",
        "CUR",
        "ICNS",
        "JPEG2000",
        "PSD",
        "PPM",
        "PCX",
        "DCX",
        "TGA",
        "SGI",
        "DDS",
        "DIB",
        "BLP",
        "QOI",
        "MSP",
        "XBM",
        "XPM",
        "SUN",
    )
    if name in Image.OPEN
)
#: Pixels of one decoded frame: 300 MB as RGB. More (after a JPEG's draft) ends as failure `limit`, with the
#: facts kept.
LARGEST_DECODE = 100_000_000
#: Pillow takes memory for each row however narrow it is.
LONGEST_SIDE = 1_000_000
#: Pillow's own guard, which also covers pictures within pictures (icons); it raises at twice this number.
Image.MAX_IMAGE_PIXELS = 250_000_000
_NOT_PICTURES = frozenset({"image/svg+xml", "image/vnd.djvu", "image/emf", "image/wmf"})


class Picture:
    """Facts about pictures, PDQ with quality, and a thumbnail."""

    name = "picture"
    version = 1
    tables: tuple[str, ...] = ("pictures", "derivatives")

    def accepts(self, mime: str, group: Group, size: int) -> bool:
        return mime not in _NOT_PICTURES and group == "picture"

    def inspect(self, content: Content) -> Iterator[Fact | Derivative]:
        """Raises InspectionFailed: unsupported (no decoder), corrupt (damaged; facts and what could be
        decoded are kept) or limit (too many pixels)."""
        # Nothing is yielded inside the blocks: the filter of warnings must not outlive them.
        with content.open() as stream, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with _open(stream) as image:
                found, failure = _read(image, content.settings.thumbnail_pixels)
        yield from found
        if failure is not None:
            raise failure


def _read(
    image: Image.Image, side: int
) -> tuple[list[Fact | Derivative], InspectionFailed | EvidenceError | None]:
    row: dict[str, Any] = {
        "format": image.format,
        "width": image.width,
        "height": image.height,
        "frames": _frames(image),
        **exif.facts(image),
    }
    found: list[Fact | Derivative] = [Fact("pictures", row)]
    try:
        recipe = _decode(image)
        pixels = for_pdq(image)
        hashed = pdq.pdq(pixels)
        if pixels.shape[:2] != (image.height, image.width):
            recipe = f"{recipe}-reduce{REDUCED_SIDE}" if recipe != "full" else f"reduce{REDUCED_SIDE}"
        if hashed is not None:
            row |= {"pdq": hashed.hash, "pdq_quality": hashed.quality, "pdq_recipe": f"{pdq.NAME} {recipe}"}
        found.append(_thumbnail(image, row.get("orientation"), side, f"thumb-{side}"))
    except (EvidenceError, InspectionFailed) as failure:
        return found, failure
    except Exception as error:
        return found + _what_is_left(image, side), _failure(error)
    return found, None


def _open(stream: Any) -> Image.Image:
    try:
        return Image.open(stream, formats=FORMATS)
    except UnidentifiedImageError as error:
        raise InspectionFailed(
            "unsupported", "no decoder knows this picture, or its header is damaged"
        ) from error
    except EvidenceError:
        raise
    except Exception as error:
        raise _failure(error) from error


def _failure(error: Exception) -> InspectionFailed:
    """Cause by what Pillow says; its exceptions are of many classes and mean damage, but for size and absent
    codecs."""
    text = f"{type(error).__name__}: {error}"[:500]
    if isinstance(error, Image.DecompressionBombError | MemoryError) or "too large" in text:
        return InspectionFailed("limit", text)
    if isinstance(error, NotImplementedError) or "not available" in text or "nsupported" in text:
        return InspectionFailed("unsupported", text)
    return InspectionFailed("corrupt", text)


def _frames(image: Image.Image) -> int | None:
    try:
        count = int(getattr(image, "n_frames", 1))
        image.seek(0)
    except Exception:  # A damaged chain of frames leaves their number unknown and the first frame good.
        return None
    return count


def _decode(image: Image.Image) -> str:
    """Decode the first frame, at a fraction of its size where the format can; returns the recipe's name for
    that."""
    recipe = "full"
    if image.format in ("JPEG", "MPO"):
        before = image.size
        image.draft(None, (WORKING_SIDE, WORKING_SIDE))
        if image.size != before:
            recipe = f"draft{WORKING_SIDE}"
    if image.width * image.height > LARGEST_DECODE or max(image.size) > LONGEST_SIDE:
        raise InspectionFailed("limit", f"{image.width} x {image.height} pixels are more than are decoded")
    image.load()
    return recipe


def _thumbnail(image: Image.Image, orientation: Any, side: int, recipe: str) -> Derivative:
    turned = _UPRIGHT.get(orientation) if isinstance(orientation, int) else None
    data, width, height = small_jpeg(image.transpose(turned) if turned is not None else image, side)
    return Derivative(recipe, data, "image/jpeg", width, height)


_Turn = Image.Transpose
#: EXIF orientation: what must be done to see the picture upright.
_UPRIGHT = {
    2: _Turn.FLIP_LEFT_RIGHT,
    3: _Turn.ROTATE_180,
    4: _Turn.FLIP_TOP_BOTTOM,
    5: _Turn.TRANSPOSE,
    6: _Turn.ROTATE_270,
    7: _Turn.TRANSVERSE,
    8: _Turn.ROTATE_90,
}


def _what_is_left(image: Image.Image, side: int) -> list[Derivative]:
    """The part of a damaged picture that decodes, marked as such; nothing if none does."""
    before = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        image.load()
        return [_thumbnail(image, None, side, f"thumb-{side} damaged")]
    except Exception:  # The damage is being recorded already.
        return []
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before
