"""Harmless media for tests: patterns with a known place for every byte, and the context that a format
gets."""

from __future__ import annotations

import io
import random
from pathlib import Path

from safelight.evidence.model import OpenContext
from safelight.evidence.osfile import open_regular


def pattern(size: int, seed: int = 64) -> bytes:
    """Bytes that pack well in places and not at all in others; the same every time."""
    source = random.Random(seed)
    out = bytearray()
    while len(out) < size:
        length = source.randrange(1, 9000)
        kind = source.randrange(3)
        if kind == 0:
            out += bytes(length)
        elif kind == 1:
            out += source.randbytes(length)
        else:
            out += (b"Nf3 d5 g3 c6 %d " % source.randrange(99)) * (length // 16)
    return bytes(out[:size])


def beside(folder: Path, name: str) -> OpenContext:
    """The context of a file in `folder`: its siblings are the other files there."""

    def sibling(other: bytes) -> io.RawIOBase | None:
        path = folder / other.decode()
        return open_regular(path) if path.is_file() else None

    return OpenContext(name=name.encode(), sibling=sibling)
