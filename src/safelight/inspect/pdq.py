"""PDQ, the 256-bit perceptual hash, as published by Meta (ThreatExchange, `pdqhash-2017-10-09.pdf`).

In numpy, because pdqhash has no wheel and needs a compiler. Blur and decimation are linear and separable, so
the two passes of the box filter and the 64 samples of each direction are one matrix for each length; the
whole hash is four matrix products. Equal in hash and quality to the reference on the pictures in the tests.
"""

from __future__ import annotations

import ctypes
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

#: Name and version of this computation; inspectors add how the picture was decoded.
NAME = "pdq-1"
SMALLEST_SIDE = 5
_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)
#: Single precision throughout, as in the reference.
_Floats = NDArray[np.float32]


def _one_thread() -> None:
    """Keep the OpenBLAS of numpy's wheel to one thread: its threads wait spinning, which made one hash eight
    times slower where several children share the cores. OPENBLAS_NUM_THREADS is read only before numpy is
    imported."""
    for path in (Path(np.__file__).parents[1] / "numpy.libs").glob("libscipy_openblas*.so*"):
        with suppress(OSError, AttributeError):
            ctypes.CDLL(str(path)).scipy_openblas_set_num_threads64_(1)


_one_thread()


@dataclass(frozen=True, slots=True)
class Pdq:
    """`hash`: 64 hexadecimal digits. `quality`: 0 (featureless) to 100; below 50 it should not be matched."""

    hash: str
    quality: int


def pdq(pixels: NDArray[np.uint8]) -> Pdq | None:
    """Hash of pixels of shape (height, width, 3) RGB or (height, width) grey; None below 5 pixels a side."""
    if min(pixels.shape[:2]) < SMALLEST_SIDE:
        return None
    samples = _samples(pixels)
    return Pdq(_bits(_dct(samples)), _quality(samples))


#: Names of the eight turns and mirrorings: the hash of the picture turned so, made from the picture as it is.
TURNS = ("original", "rotate90", "rotate180", "rotate270", "flipx", "flipy", "flipplus", "flipminus")


def dihedral(pixels: NDArray[np.uint8]) -> dict[str, str]:
    """The eight hashes of a picture turned and mirrored (see TURNS); empty below 5 pixels a side.

    Turning a picture transposes its cosine transform and changes the signs of odd rows or columns.
    """
    if min(pixels.shape[:2]) < SMALLEST_SIDE:
        return {}
    plain = _dct(_samples(pixels))
    # Slots are frequencies 1 to 16, so the slot with index 0 is odd.
    odd = np.where(np.arange(16) % 2 == 0, np.float32(-1), np.float32(1))
    columns, rows = plain * odd[None, :], plain * odd[:, None]
    both = columns * odd[:, None]
    made = (plain, columns.T, both, rows.T, rows, columns, plain.T, both.T)
    return {name: _bits(slots) for name, slots in zip(TURNS, made, strict=True)}


def distance(one: str, other: str) -> int:
    """Bits that differ between two hashes in hexadecimal."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def _samples(pixels: NDArray[np.uint8]) -> _Floats:
    """Luminance, blurred and decimated to 64 x 64."""
    rows, columns = _decimation(pixels.shape[0]), _decimation(pixels.shape[1])
    luma: _Floats = pixels.astype(np.float32)
    if luma.ndim == 3:
        luma = luma @ _LUMA
    if pixels.shape[:2] == (64, 64):
        return luma
    return np.asarray(rows @ luma @ columns.T, dtype=np.float32)


@lru_cache(maxsize=64)
def _decimation(length: int) -> _Floats:
    """Matrix 64 x length: two box filters of (length + 127) // 128 with shrinking edges, then 64 samples."""
    window = (length + 127) // 128
    half = (window + 2) // 2
    first = np.arange(length)[:, None] + half - window
    column = np.arange(length)[None, :]
    inside = (column >= first) & (column < first + window)
    box = inside / inside.sum(axis=1, keepdims=True)
    chosen = ((np.arange(64) + 0.5) * length / 64).astype(np.int64)
    return np.asarray(box[chosen] @ box, dtype=np.float32)


def _cosines() -> _Floats:
    slot, sample = np.arange(1, 17)[:, None], np.arange(64)[None, :]
    cosines = np.sqrt(2.0 / 64) * np.cos(np.pi / 128 * slot * (2 * sample + 1))
    return np.asarray(cosines, dtype=np.float32)


_COSINES = _cosines()


def _dct(samples: _Floats) -> _Floats:
    """Frequencies 1 to 16 in both directions."""
    return np.asarray(_COSINES @ samples @ _COSINES.T, dtype=np.float32)


def _bits(slots: _Floats) -> str:
    """One bit a slot, set above the (lower) median; slot 0 is the lowest bit of the number."""
    flat = slots.ravel()
    median = np.partition(flat, 127)[127]
    return np.packbits(flat > median, bitorder="little").tobytes()[::-1].hex()


def _quality(samples: _Floats) -> int:
    """Sum of the differences between neighbours in per cent, cut to whole numbers, scaled by the paper's
    constant."""
    total = 0
    for axis in (0, 1):
        steps = np.diff(samples, axis=axis) * np.float32(100) / np.float32(255)
        total += int(np.abs(steps.astype(np.int64)).sum())
    return min(total // 90, 100)
