"""Printable strings in bytes that an inspector could not read, so that search still finds something.

UTF-8 (which covers ASCII) and UTF-16 in both byte orders, at least six and five characters long, in the order
in which they lie in the content. Letters are those of the Latin script and the usual signs: random bytes
decode as other scripts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from safelight.inspect.model import Content, Fact
from safelight.inspect.texts import limit_bytes, text_fact

SHORTEST_UTF8, SHORTEST_UTF16 = 6, 5
#: Printable ASCII and tab, or a two-byte UTF-8 letter of Latin-1, Latin Extended-A or B (U+00A0 to U+024F).
_UTF8 = re.compile(
    rb"(?:[\t\x20-\x7e]|\xc2[\xa0-\xbf]|[\xc3-\xc8][\x80-\xbf]|\xc9[\x80-\x8f]){%d,}" % SHORTEST_UTF8
)
#: The same in UTF-16: low byte with a high byte of 0 (and 1 for Latin Extended).
_UTF16_LE = re.compile(rb"(?:[\t\x20-\x7e\xa0-\xff]\x00|[\x00-\xff]\x01){%d,}" % SHORTEST_UTF16, re.S)
_UTF16_BE = re.compile(rb"(?:\x00[\t\x20-\x7e\xa0-\xff]|\x01[\x00-\xff]){%d,}" % SHORTEST_UTF16, re.S)
_ENCODINGS = ((_UTF8, "utf-8"), (_UTF16_LE, "utf-16-le"), (_UTF16_BE, "utf-16-be"))
_WORDLIKE = re.compile(r"[A-Za-z\u00c0-\u024f0-9]{3}")


def rescue(content: Content) -> Fact | None:
    """Row of `texts` with kind `strings`, one string a line; None if there are none. Raises what reading
    raises."""
    with content.open() as stream:
        data = stream.read(content.settings.strings_megabytes << 20)
    limit = limit_bytes(content.settings)
    lines: list[str] = []
    size = 0
    cut = content.size > len(data)
    for text in printable(data):
        lines.append(text)
        size += len(text) + 1
        if size > limit:
            cut = True
            break
    return text_fact("\n".join(lines), limit, kind="strings", cut=cut) if lines else None


def printable(data: bytes) -> Iterator[str]:
    """Strings in the order of their positions; of strings that overlap, the one that starts first, then the
    longer."""
    found = sorted(
        (
            (match.start(), -match.end(), encoding)
            for pattern, encoding in _ENCODINGS
            for match in pattern.finditer(data)
        )
    )
    reached = 0
    for start, end, encoding in found:
        if start < reached:
            continue
        text = data[start:-end].decode(encoding, "ignore").strip()
        if len(text) >= SHORTEST_UTF16 and _WORDLIKE.search(text):
            reached = -end
            yield text
