"""Plain text of every kind: decoded by its byte order mark, else as UTF-8, else as Windows-1252 by
elimination."""

from __future__ import annotations

from collections.abc import Iterator

from safelight.inspect import plaintext
from safelight.inspect.model import Content, Fact, Group, NotMine
from safelight.inspect.texts import limit_bytes, text_fact


class PlainText:
    """The text of text files, markup, source, calendars, address cards and mail boxes, as it is written."""

    name = "text"
    version = 1
    tables: tuple[str, ...] = ("texts",)

    def accepts(self, mime: str, group: Group, size: int) -> bool:
        return group == "text" or mime == "application/mbox"

    def inspect(self, content: Content) -> Iterator[Fact]:
        """Raises NotMine if the bytes that are kept are no text after all."""
        limit = limit_bytes(content.settings)
        with content.open() as stream:
            data = stream.read(limit)
        cut = content.size > len(data)
        encoding = plaintext.encoding_of(data, complete=not cut)
        if not encoding and not _mostly_text(data):
            raise NotMine
        text = data.decode(encoding or "utf-8", "replace")
        if not encoding and text.count("\ufffd") * 50 > len(text):
            # An encoding of another script: as Windows-1252 no byte of it is lost.
            text = data.decode("cp1252", "replace")
        yield text_fact(text.removeprefix("\ufeff"), limit, cut=cut)


def _mostly_text(data: bytes) -> bool:
    """At most one byte in twenty is a control character that text does not hold."""
    strange = data.translate(None, plaintext.TEXT_BYTES + plaintext.HIGH_BYTES)
    return len(strange) * 20 <= len(data)
