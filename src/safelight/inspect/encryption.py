"""Possibly an encrypted container: large bytes of no known type that cannot be told from random ones.

VeraCrypt and TrueCrypt volumes have no signature, only bytes that a chi-square test finds uniform. So do some
compressed formats that nobody knows: the mark says "possibly" and nothing more.
"""

from __future__ import annotations

import numpy as np

from safelight.inspect.filetype import FileType

SMALLEST = 1 << 20
#: 255 degrees of freedom: mean 255, standard deviation 22.6; one random sample in 10^8 lies above 400.
#: Deflate and LZMA streams of this length lie above it almost always, JPEG and MPEG data far above.
_CHI_SQUARE_LIMIT = 400.0


def maybe_encrypted(sample: bytes, size: int, found: FileType) -> bool:
    """`sample` spans the stream (see `digests.Digests`). False for 1 MiB and less, and for every known
    type."""
    if size <= SMALLEST or not sample or found.group != "other" or found.basis in ("signature", "text"):
        return False
    return chi_square(sample) <= _CHI_SQUARE_LIMIT


def chi_square(sample: bytes) -> float:
    """Pearson's statistic of the byte values against a uniform distribution (255 degrees of freedom)."""
    counts = np.bincount(np.frombuffer(sample, np.uint8), minlength=256)
    expected = len(sample) / 256
    return float(((counts - expected) ** 2).sum() / expected)
