"""The images of `tests/_data/filesystems`, and a walk of one as plain rows that tests compare."""

from __future__ import annotations

import io
import lzma
from dataclasses import dataclass
from pathlib import Path

from safelight.evidence.model import Entry, EvidenceError, Format, Found, OpenContext, Tally
from safelight.evidence.spec import PathSpec, layer

DATA = Path(__file__).parents[1] / "_data" / "filesystems"
AT = PathSpec((layer("file"),))

CHESS = b'[Event "Klubbmesterskap"]\n1. e4 e5 2. Nf3 Nc6 3. Bb5 a6\n'
WEATHER = (
    "time,temperature\n" + "".join(f"2016-01-12T{h:02d}:00,{h * 7 % 13 - 6}\n" for h in range(24)) * 40
).encode()
PATTERN = bytes(i // 100 % 256 for i in range(40000))
HOLE = bytes(3_000_000) + b"end of the hole"


def image(name: str) -> bytes:
    """The unpacked image."""
    return lzma.decompress((DATA / f"{name}.img.xz").read_bytes())


@dataclass(frozen=True)
class Row:
    """An entry with its content: the bytes, or the cause for which they cannot be read."""

    path: str
    kind: str
    state: str
    overwritten: bool
    size: int | None
    content: bytes | str


def found_in(form: Format, stream: io.RawIOBase, context: OpenContext | None = None) -> list[Found]:
    """The whole walk."""
    container = form.open_container(stream, context or OpenContext())
    return list(container.walk(AT))


def rows(form: Format, stream: io.RawIOBase, context: OpenContext | None = None) -> list[Row]:
    """Every entry with its bytes; checks that the tally counts them and that no specification comes twice."""
    container = form.open_container(stream, context or OpenContext())
    found = list(container.walk(AT))
    entries = [entry for entry in found if isinstance(entry, Entry)]
    assert found[-1] == Tally(AT, len(entries))
    specs = [entry.spec.to_bytes() for entry in entries]
    assert len(set(specs)) == len(specs)
    result = []
    for entry in entries:
        content: bytes | str = b""
        if entry.kind != "folder":
            try:
                content = container.open(entry.spec.last).read()
            except EvidenceError as error:
                content = error.cause
        path = entry.spec.last.path.decode("utf-8", "backslashreplace")
        result.append(Row(path, entry.kind, entry.state, entry.overwritten, entry.size, content))
    return result
