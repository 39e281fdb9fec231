"""Names from evidence made harmless for terminals, pages and spreadsheets, without hiding what stood there.

Characters that hide, reorder or act are written as `‹U+202E›` (ESC as `‹U+001B›`). In CSV a cell that a
spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV Injection).
"""

from __future__ import annotations

import unicodedata

from safelight.evidence.spec import unescape

#: Cc control, Cf format (bidirectional marks, zero width), Cs surrogates, Co private, Cn unassigned,
#: Zl and Zp line and paragraph separators.
_HARMFUL = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

#: Letters and marks that draw nothing or only a blank.
_INVISIBLE = frozenset("\u115f\u1160\u3164\uffa0\u034f\u17b4\u17b5\u2800") | frozenset(
    chr(code) for code in (*range(0xFE00, 0xFE10), *range(0x180B, 0x1810), *range(0xE0100, 0xE01F0))
)

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def _shown(char: str) -> str:
    if char in _INVISIBLE or unicodedata.category(char) in _HARMFUL:
        return f"‹U+{ord(char):04X}›"
    return char


def visible(text: str) -> str:
    """Every hidden, reordering or acting character as `‹U+XXXX›`; a line stays one line."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(char) for char in text)


def readable(path: str) -> str:
    """A path or name of the catalog for people: `%XX` of text becomes that text, made visible; a byte that is no
    text stays `‹0x80›`."""
    if "%" not in path:
        return visible(path)
    text = unescape(path).decode("utf-8", "surrogateescape")
    return "".join(f"‹0x{ord(c) - 0xDC00:02X}›" if "\udc80" <= c <= "\udcff" else _shown(c) for c in text)


def visible_lines(text: str) -> str:
    """The same for running text: line feeds and tabs stay."""
    return "".join(char if char in "\n\t" else _shown(char) for char in text)


def visible_said(text: str) -> str:
    """The same for what people wrote: what only tells pictographs how to be drawn stays with them, as it hides nothing, and
    the carriage return of a line's end is part of that end."""
    text = text.replace("\r\n", "\n")
    if text.isascii():
        return visible_lines(text)
    return "".join(
        char if char in _JOINERS and _of_pictograph(text, at) else visible_lines(char)
        for at, char in enumerate(text)
    )


#: Zero-width joiner and the selector of a picture's colours.
_JOINERS = frozenset("\u200d\ufe0f")


def _of_pictograph(text: str, at: int) -> bool:
    """Whether a joiner stands behind a pictograph, and one that joins before another."""
    before = text[at - 1] if at else ""
    after = text[at + 1 : at + 2]
    drawn = before != "" and (before == "\ufe0f" or unicodedata.category(before) in ("So", "Sk"))
    return drawn and (text[at] == "\ufe0f" or (after != "" and unicodedata.category(after) == "So"))


def csv_cell(text: str) -> str:
    """A cell for CSV: no formula, no control character."""
    return ("'" if text.startswith(_FORMULA) else "") + visible(text)
