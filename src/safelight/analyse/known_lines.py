"""Lines of a text file that may be hostile: any of three encodings, any length, each with its number."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from pathlib import Path

from safelight.analyse.known_record import BadLines

_LONGEST = 1 << 20
_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def encoding_of(start: bytes) -> tuple[str, int]:
    """Encoding by the byte order mark (UTF-8 without one), and the mark's length."""
    for mark, name in _MARKS.items():
        if start.startswith(mark):
            return name, len(mark)
    return "utf-8", 0


def read_lines(path: Path, bad: BadLines) -> Iterator[tuple[int, str, int]]:
    """(number, line without its end, bytes read so far). A line over one million characters is counted as
    bad.
    """
    with path.open("rb") as raw:
        encoding, mark = encoding_of(raw.read(4))
        raw.seek(mark)
        number = 0
        with io.TextIOWrapper(raw, encoding, "replace", newline="\n") as text:
            while line := text.readline(_LONGEST):
                number += 1
                if len(line) >= _LONGEST and not line.endswith("\n"):
                    bad.add(f"line {number}", "longer than a million characters")
                    while (rest := text.readline(_LONGEST)) and not rest.endswith("\n"):
                        pass
                    continue
                yield number, line.rstrip("\r\n"), raw.tell()
