"""Damage files in place."""

from __future__ import annotations

from pathlib import Path


def damage(path: Path, at: int, length: int = 1) -> None:
    """Turn over the bits of some bytes."""
    with path.open("r+b") as file:
        file.seek(at)
        raw = file.read(length)
        file.seek(at)
        file.write(bytes(byte ^ 0xFF for byte in raw))
