"""The unit's contact list: which words and which rhythm of writing make a contact worth a look, as a TOML file.

    name = "Chess lessons"
    least = 2                       # messages to one account in which terms stand, at least

    [[term]]
    name = "lesson"
    words = ["chess lesson", "sjakktime"]          # whole words; capitals do not matter
    expressions = ['time nr\\.? ?[0-9]+']           # RE2

    [[rhythm]]
    name = "many evening messages soon after the first"
    days = 14                       # after the first message between the two, either way
    messages = 20                   # to the other in that time, at least
    hours = [18, 23]                # from 18:00 to before 23:00 ...
    zone = "Europe/Oslo"            # ... on clocks there
    share = 0.5                     # of the messages in that time lie in these hours, at least

What is shipped (`example_contacts.toml`) is about chess lessons and only shows the form. What a unit looks for is its own
knowledge and its own decision; the list in use stands in the ledger, whole.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import re2

from safelight.analyse.keyword_list import options
from safelight.errors import BadInput, NotFound
from safelight.messages import _


@dataclass(frozen=True, slots=True)
class Term:
    """Words and expressions under one name."""

    name: str
    expression: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How the first days of a contact look. `hours`: from, to before (may pass midnight)."""

    name: str
    days: int
    messages: int
    hours: tuple[int, int] = (0, 24)
    zone: str = "UTC"
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class ContactList:
    """A list as it was read."""

    name: str
    text: str
    least: int
    terms: tuple[Term, ...]
    rhythms: tuple[Rhythm, ...]
    any: Any = field(repr=False)

    @property
    def sha256(self) -> str:
        """SHA-256 of its bytes."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def matches(self, text: str) -> Iterator[str]:
        """Names of the terms that stand in a text."""
        if self.any is not None and self.any.search(text) is None:
            return
        for term in self.terms:
            if term.expression.search(text) is not None:
                yield term.name


def read(path: Path) -> ContactList:
    """Read a list. Raises NotFound, BadInput."""
    try:
        return parse(path.read_bytes().decode("utf-8"), str(path))
    except FileNotFoundError:
        raise NotFound(_("There is no file %(path)s.") % {"path": path}, _("Check the path.")) from None
    except UnicodeDecodeError as error:
        raise BadInput(
            _("%(path)s is not text in UTF-8.") % {"path": path}, _("Save it as UTF-8 and try again.")
        ) from error


def parse(text: str, place: str) -> ContactList:
    """Read a list's text; `place` names it in errors. Raises BadInput."""
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _bad(place, str(error)) from error
    _only(place, given, {"name", "least", "term", "rhythm"})
    name = given.get("name", "")
    if not isinstance(name, str) or not name.strip():
        raise _bad(place, _("it has no name"))
    terms = tuple(_term(place, one) for one in _tables(place, given, "term"))
    if not terms:
        raise _bad(place, _("it holds no term"))
    rhythms = tuple(_rhythm(place, one) for one in _tables(place, given, "rhythm"))
    least = _whole(place, given, "least", 1)
    return ContactList(name.strip(), text, least, terms, rhythms, _together(_patterns(given)))


def _patterns(given: dict[str, Any]) -> list[str]:
    return [pattern for one in given["term"] for pattern in _of_term(one)]


def _of_term(given: dict[str, Any]) -> list[str]:
    words = [
        rf"(?:^|[^\pL\pN])(?:{re2.escape(word.strip())})(?:$|[^\pL\pN])" for word in given.get("words", [])
    ]
    return words + [f"(?:{one})" for one in given.get("expressions", [])]


def _together(patterns: list[str]) -> Any:
    try:
        return re2.compile("|".join(patterns), options())
    except re2.error:  # too large together
        return None


def _term(place: str, given: dict[str, Any]) -> Term:
    _only(place, given, {"name", "words", "expressions"})
    name, lists = given.get("name", ""), (given.get("words", []), given.get("expressions", []))
    for one in lists:
        if not isinstance(one, list) or not all(isinstance(text, str) and text.strip() for text in one):
            raise _bad(place, _("words and expressions are lists of texts"))
    if not isinstance(name, str) or not name.strip() or not any(lists):
        raise _bad(place, _("a term needs a name, and words or expressions"))
    try:
        return Term(name.strip(), re2.compile("|".join(_of_term(given)), options()))
    except re2.error as error:
        why = error.args[0].decode("utf-8", "replace") if error.args else ""
        raise _bad(place, f"{name}: {why}") from error


def _rhythm(place: str, given: dict[str, Any]) -> Rhythm:
    _only(place, given, {"name", "days", "messages", "hours", "zone", "share"})
    name, hours, zone, share = (
        given.get(key, default)
        for key, default in (("name", ""), ("hours", [0, 24]), ("zone", "UTC"), ("share", 0.0))
    )
    if not isinstance(name, str) or not name.strip():
        raise _bad(place, _("a rhythm needs a name"))
    if (
        not isinstance(hours, list)
        or len(hours) != 2
        or not all(type(h) is int and 0 <= h <= 24 for h in hours)
    ):
        raise _bad(place, _("hours are two whole numbers from 0 to 24"))
    if not isinstance(share, (int, float)) or not 0 <= share <= 1:
        raise _bad(place, _("share is a number from 0 to 1"))
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError) as error:
        raise _bad(place, _("there is no zone “%(zone)s”") % {"zone": zone}) from error
    days, messages = _whole(place, given, "days", 14), _whole(place, given, "messages", 20)
    return Rhythm(name.strip(), days, messages, (hours[0], hours[1]), zone, float(share))


def _tables(place: str, given: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found = given.get(key, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise _bad(place, _("%(key)s is written as [[%(key)s]]") % {"key": key})
    return found


def _whole(place: str, given: dict[str, Any], key: str, default: int) -> int:
    value = given.get(key, default)
    if type(value) is not int or value < 1:
        raise _bad(place, _("%(key)s is a whole number of at least 1") % {"key": key})
    return value


def _only(place: str, given: dict[str, Any], allowed: set[str]) -> None:
    for key in sorted(set(given) - allowed):
        raise _bad(place, _("there is no key “%(key)s” here") % {"key": key})


def _bad(place: str, why: str) -> BadInput:
    return BadInput(
        _("The contact list %(path)s cannot be read: %(why)s.") % {"path": place, "why": why.rstrip(".")},
        _("Correct the file; nothing was searched."),
    )
