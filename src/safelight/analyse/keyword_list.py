"""Keyword lists: a text file with one term a line, in UTF-8.

A line is a query as in search (`kontingent`, `"neste tog"`, `lok*`, `finse~`, `contains:482-11`), or a regular expression
between slashes. Expressions run in RE2, which takes time proportional to the text whatever they are; it has no back
references and no look-around. Capitals do not matter. Blank lines and lines that begin with `#` are passed over.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import re2

from safelight.catalog.fulltext_query import Node, parse
from safelight.errors import BadInput, NotFound, Refused
from safelight.messages import _

#: Bytes that one expression may take when it is made ready.
_MEMORY = 64 << 20


@dataclass(frozen=True, slots=True)
class Term:
    """One line: its number from 1 and its text; a query or an expression."""

    line: int
    text: str
    node: Node | None = None
    expression: Any = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class KeywordList:
    """A list as it was read: the file's name, the SHA-256 of its bytes, its terms."""

    name: str
    sha256: str
    terms: tuple[Term, ...]


def options() -> Any:
    """How expressions are read."""
    chosen = re2.Options()
    chosen.case_sensitive, chosen.log_errors, chosen.max_mem = False, False, _MEMORY
    return chosen


def read(path: Path) -> KeywordList:
    """Read a list from a file. Raises NotFound, and what `parsed` raises."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise NotFound(_("There is no file %(path)s.") % {"path": path}, _("Check the path.")) from None
    return parsed(path.name, data, str(path))


def parsed(name: str, data: bytes, where: str) -> KeywordList:
    """The list of this name that the bytes hold; `where` is how people find it, for what is said of it.

    Raises BadInput for bytes that are no text or hold no term, and for a line that is none.
    """
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise BadInput(
            _("%(path)s is not text in UTF-8.") % {"path": where}, _("Save it as UTF-8 and try again.")
        ) from error
    numbered = ((number, line.strip()) for number, line in enumerate(lines, 1))
    terms = tuple(
        _term(where, number, line) for number, line in numbered if line and not line.startswith("#")
    )
    if not terms:
        raise BadInput(_("%(path)s holds no term.") % {"path": where}, _("Write one term a line."))
    return KeywordList(name, hashlib.sha256(data).hexdigest(), terms)


def _term(where: str, number: int, text: str) -> Term:
    if len(text) > 2 and text.startswith("/") and text.endswith("/"):
        try:
            return Term(number, text, expression=re2.compile(text[1:-1], options()))
        except re2.error as error:
            why = error.args[0].decode("utf-8", "replace") if error.args else ""
            raise _bad(where, number, text, why) from error
    try:
        return Term(number, text, node=parse(text))
    except Refused as error:
        raise _bad(where, number, text, str(error)) from error


def _bad(where: str, number: int, text: str, why: str) -> BadInput:
    return BadInput(
        _("%(path)s, line %(line)s: “%(text)s” cannot be read: %(why)s.")
        % {"path": where, "line": number, "text": text, "why": why.rstrip(".")},
        _("Correct the line; nothing was searched."),
    )
