"""Decoded lines of a text file of any size, in chunks of whole lines, with the number of each chunk's first line.

Encodings: a byte order mark or UTF-16's pattern of zeros decides for the whole file; without them each line is UTF-8, or
else Windows-1252 (what Windows programs of the time wrote), which a remark says. Line ends may be mixed (LF, CR LF, CR).
NUL bytes, as a file system leaves them after a crash, are left out. Memory is bounded: of a line longer than LINE_BYTES
its beginning is kept and a trouble names the line.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from safelight.inspect.plaintext import encoding_of
from safelight.parsers.model import Remark, Trouble

#: Bytes read at a time.
CHUNK_BYTES: Final = 1 << 20
#: The most that is kept of one line.
LINE_BYTES: Final = 1 << 20

_WIDE: Final = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")


class Readable(Protocol):
    """What lines are read from."""

    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole lines, each ended by `\\n` whatever ended it in the file."""

    first: int
    """Number of its first line, from 1."""
    text: str


def head_text(head: bytes) -> str:
    """The beginning of a file as text, for recognising it: its last line may be cut."""
    wide = _wide(head)
    text = head.decode(wide, "replace") if wide else _decoded(head.replace(b"\0", b""))[0]
    return _ends(text.removeprefix("\ufeff"))


def chunks(stream: Readable) -> Iterator[Chunk | Trouble | Remark]:
    """The lines of a stream. Remarks (at the end) say how many lines were not UTF-8 or held NUL bytes."""
    first, guessed, holed = 1, 0, 0
    for piece, too_long in _pieces(_narrow(stream)):
        if b"\0" in piece:
            holed += sum(b"\0" in line for line in piece.splitlines())
            piece = piece.replace(b"\0", b"")
        text, count = _decoded(piece)
        guessed += count
        text = _ends(text)
        if not text.endswith("\n"):
            text += "\n"
        if first == 1:
            text = text.removeprefix("\ufeff")
        if too_long:
            yield Trouble(
                f"line {first}", "limit", f"longer than {LINE_BYTES} bytes; what follows was left out"
            )
        yield Chunk(first, text)
        # Counting bytes is quicker, where lines end with LF alone.
        counted = b"\r" not in piece and piece.endswith(b"\n")
        first += piece.count(b"\n") if counted else text.count("\n")
    if guessed:
        yield Remark(f"{guessed} lines are not UTF-8 and were read as Windows-1252")
    if holed:
        yield Remark(f"{holed} lines hold NUL bytes, which were left out")


def _wide(head: bytes) -> str:
    """UTF-16 or UTF-32, if it is one of them."""
    found = encoding_of(head[: 4096 & ~3], complete=False)
    if found in _WIDE:
        return found
    for mark, name in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if head.startswith(mark):
            return name
    return ""


def _narrow(stream: Readable) -> Iterator[bytes]:
    """Blocks of the stream; UTF-16 and UTF-32 are turned into UTF-8."""
    block = stream.read(CHUNK_BYTES)
    wide = _wide(block)
    decoder = codecs.getincrementaldecoder(wide)("replace") if wide else None
    while block:
        yield decoder.decode(block).encode("utf-8", "replace") if decoder else block
        block = stream.read(CHUNK_BYTES)
    if decoder:
        yield decoder.decode(b"", True).encode("utf-8", "replace")


def _pieces(blocks: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Whole lines; True beside a single line that was cut at LINE_BYTES."""
    rest = b""
    skipping = False
    for block in blocks:
        if skipping:
            at = _first_end(block)
            if at < 0:
                continue
            rest, skipping = b"", False
            block = block[at:]
        at = _first_end(block) if rest else -1
        if at >= 0 and len((rest + block[:at]).rstrip(b"\r\n")) > LINE_BYTES:
            yield (rest + block[:at])[:LINE_BYTES] + b"\n", True
            rest, block = b"", block[at:]
        data = rest + block
        cut = data.rfind(b"\n") + 1 or data.rfind(b"\r", 0, len(data) - 1) + 1
        if cut:
            yield data[:cut], False
        rest = data[cut:]
        if len(rest) > LINE_BYTES and _first_end(rest) < 0:
            yield rest[:LINE_BYTES] + b"\n", True
            rest, skipping = b"", True
    if rest:
        yield rest, False


def _first_end(block: bytes) -> int:
    """Where the first line of a block ends, behind its line end; -1 if it does not."""
    feed, back = block.find(b"\n"), block.find(b"\r")
    if back < 0 or 0 <= feed < back:
        return feed + 1 if feed >= 0 else -1
    return back + (2 if block[back : back + 2] == b"\r\n" else 1)


def _decoded(piece: bytes) -> tuple[str, int]:
    """The text of whole lines, and how many of them were not UTF-8."""
    try:
        return piece.decode("utf-8"), 0
    except UnicodeDecodeError:
        lines = [_line(line) for line in piece.splitlines(keepends=True)]
        return "".join(text for text, _ in lines), sum(guessed for _, guessed in lines)


def _line(line: bytes) -> tuple[str, bool]:
    for encoding in ("utf-8", "cp1252"):
        try:
            return line.decode(encoding), encoding != "utf-8"
        except UnicodeDecodeError:
            continue
    return line.decode("latin-1"), True


def _ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
