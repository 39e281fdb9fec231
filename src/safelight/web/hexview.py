"""Bytes as people read them: position, sixteen bytes in hexadecimal, and what is printable of them."""

from __future__ import annotations

from dataclasses import dataclass

WIDTH = 16
LINES = 32


@dataclass(frozen=True, slots=True)
class HexLine:
    """One line; `text` shows a dot for every byte that is not printable ASCII."""

    position: str
    bytes: str
    text: str


def lines(data: bytes, offset: int, width: int = WIDTH) -> tuple[HexLine, ...]:
    """The lines of a piece that begins at `offset`, of so many bytes each."""
    return tuple(
        HexLine(
            f"{offset + at:08X}",
            data[at : at + width].hex(" ").upper().ljust(width * 3 - 1),
            "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in data[at : at + width]),
        )
        for at in range(0, len(data), width)
    )
