"""Text and properties of WordprocessingML (.docx; ECMA-376 part 1, 17), read with zipfile and expat.

Written here because kreuzberg 4.10 drops every entity in it: `Snø &amp; is` became `Snø  is`, and letters
that a writer escaped vanished. Deleted text of tracked changes, comments, notes, headers and footers are kept
as well.
"""

from __future__ import annotations

import re
import zipfile
from typing import BinaryIO
from xml.parsers import expat

_PARTS = re.compile(r"word/(document|footnotes|endnotes|comments|header\d*|footer\d*)\.xml")
_ORDER = ("document", "footnotes", "endnotes", "comments", "header", "footer")
_CHUNK = 1 << 16
#: Unpacked bytes of XML that are read for a byte of text that is kept, at most: markup outweighs text.
_MARKUP_FACTOR = 64
_TEXT, _BREAKS = (
    frozenset({"t", "delText", "instrText"}),
    {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"},
)


class _Enough(Exception):
    """As much text as is kept has been read."""


def read(stream: BinaryIO, limit: int) -> tuple[str, bool, dict[str, str]]:
    """Text (of `limit` bytes or a little more), whether there is more, and the core and extended properties.

    Raises zipfile.BadZipFile, expat.ExpatError, or whatever the archive's decompressor raises on damage.
    """
    parts: list[str] = []
    budget = [limit]
    cut = False
    with zipfile.ZipFile(stream) as archive:
        names = [name for name in archive.namelist() if _PARTS.fullmatch(name)]
        names.sort(key=lambda name: (_ORDER.index(re.sub(r"\d", "", name[5:-4])), name))
        if not names:
            raise zipfile.BadZipFile("there is no word/document.xml")
        for name in names:
            try:
                _parse(archive, name, limit * _MARKUP_FACTOR, _TextReader(parts, budget))
            except _Enough:
                cut = True
                break
        found: dict[str, str] = {}
        for name in ("docProps/app.xml", "docProps/core.xml"):
            if name in archive.namelist():
                _parse(archive, name, 1 << 20, _PropertyReader(found))
    return "".join(parts).strip(), cut, found


def _parse(archive: zipfile.ZipFile, name: str, most: int, reader: _TextReader | _PropertyReader) -> None:
    """Feed one part to the reader. Document type declarations are refused: no part has one, every entity bomb
    does."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _refuse
    with archive.open(name) as part:
        read = 0
        while chunk := part.read(_CHUNK):
            read += len(chunk)
            if read > most:
                raise _Enough
            parser.Parse(chunk, False)
        parser.Parse(b"", True)


def _refuse(*_: object) -> None:
    raise expat.ExpatError("document type declarations are not allowed here")


class _TextReader:
    """Collects runs of text; a paragraph ends a line, a table cell ends with a tab."""

    def __init__(self, parts: list[str], budget: list[int]) -> None:
        self.parts, self.budget, self.inside = parts, budget, False

    def start(self, name: str, _: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if local in _TEXT:
            self.inside = True
        elif local in _BREAKS:
            self.parts.append(_BREAKS[local])

    def end(self, name: str) -> None:
        local = name.rpartition(" ")[2]
        if local in _TEXT:
            self.inside = False
        elif local == "p":
            self.parts.append("\n")

    def text(self, data: str) -> None:
        if self.inside:
            self.parts.append(data)
            self.budget[0] -= len(data)
            if self.budget[0] < 0:
                raise _Enough


class _PropertyReader:
    """Collects each element that holds text, by its local name."""

    def __init__(self, found: dict[str, str]) -> None:
        self.found, self.name, self.value = found, "", ""

    def start(self, name: str, _: dict[str, str]) -> None:
        self.name, self.value = name.rpartition(" ")[2], ""

    def end(self, name: str) -> None:
        if self.value.strip() and name.rpartition(" ")[2] == self.name:
            self.found[self.name] = self.value.strip()[:4000]
        self.value = ""

    def text(self, data: str) -> None:
        self.value += data
