"""What is searched for: the query's text and its filters, written the same way in an address, on the command line and in a
saved search.

As words: `nummer network:irc from:2016-11 kind:message`. A key given several times means any of its values; every key must
hold. `match` says how the text is read: `words` (the query language of `catalog/fulltext_query.py`), `exact` (all of it in a
row, as spelled) or `substring` (all of it, character by character).

A person is named by one of its accounts and stands for all that people decided to be one person with it, each in its period
(`held`, from `identities/confirmed.py`); what machines propose does not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal
from urllib.parse import parse_qsl, urlencode

from safelight.access.filter import span_of
from safelight.catalog.fulltext_language import LANGUAGES
from safelight.catalog.fulltext_query import Node, parse, phrase, substring
from safelight.catalog.fulltext_schema import KINDS
from safelight.errors import Refused
from safelight.ledger.identities import Tenure
from safelight.messages import _

Match = Literal["words", "exact", "substring"]
MATCHES: tuple[Match, ...] = ("words", "exact", "substring")
#: States of traces; an item that is there counts as live.
STATES = ("live", "deleted", "recovered")
#: Keys whose values may be given several times.
MANY = ("kind", "network", "conversation", "account", "person", "exhibit", "language", "state")
#: Keys with one value.
ONE = ("from", "to", "match", "order")
KEYS = (*MANY, *ONE)
_ALLOWED = {
    "kind": KINDS, "state": STATES, "language": LANGUAGES, "match": MATCHES, "order": ("newest", "oldest"),
}  # fmt: skip
_KEYED = re.compile(r"(?<!\S)(" + "|".join(KEYS) + r'):("[^"]*"|\S+)')


@dataclass(frozen=True, slots=True)
class SearchFilter:
    """A query and its filters. `text` is what was typed; values are ids and words of the catalog, exhibits by number."""

    text: str = ""
    kind: tuple[str, ...] = ()
    network: tuple[str, ...] = ()
    conversation: tuple[str, ...] = ()
    account: tuple[str, ...] = ()
    person: tuple[str, ...] = ()
    """Each by an account of the person's (or a period of one)."""
    exhibit: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    begin: str = ""
    """First day, month, year or minute, UTC after correction."""
    end: str = ""
    """Last one, with the whole of it."""
    match: Match = "words"
    order: Literal["newest", "oldest"] = "newest"
    held: Mapping[str, tuple[Tenure, ...]] = field(default_factory=dict, compare=False, repr=False)
    """By person: the accounts that stand for it, each in its period."""

    @classmethod
    def from_pairs(cls, pairs: Iterable[tuple[str, str]]) -> SearchFilter:
        """Build it from key and value pairs (`q` is the text, in which keys may stand too). Raises Refused."""
        many: dict[str, list[str]] = {}
        one: dict[str, str] = {}
        given = list(pairs)
        for key, raw in given:
            if key != "q":
                continue
            given += [(match[1], match[2].strip('"')) for match in _KEYED.finditer(raw)]
            one["text"] = " ".join(f"{one.get('text', '')} {_KEYED.sub(' ', raw)}".split())
        for key, raw in given:
            value = raw.strip()
            if key == "q" or not value:
                continue
            if key not in KEYS:
                raise Refused(
                    _("There is no filter “%(key)s”.") % {"key": key},
                    _("Filters are: %(keys)s.") % {"keys": ", ".join(KEYS)},
                )
            _check(key, value)
            if key in ONE:
                one[{"from": "begin", "to": "end"}.get(key, key)] = value
            elif value not in many.setdefault(key, []):
                many[key].append(value)
        return cls(**{key: tuple(values) for key, values in many.items()}, **one)  # type: ignore[arg-type]

    @classmethod
    def from_query(cls, query: str) -> SearchFilter:
        """Read it from the query part of an address."""
        return cls.from_pairs(parse_qsl(query))

    def pairs(self) -> list[tuple[str, str]]:
        """Key and value pairs; `from_pairs` reads them back to an equal filter."""
        found = [("q", self.text)] if self.text else []
        found += [(key, value) for key in MANY for value in getattr(self, key)]
        found += [("from", self.begin)] if self.begin else []
        found += [("to", self.end)] if self.end else []
        found += [("match", self.match)] if self.match != "words" else []
        return [*found, *([("order", self.order)] if self.order != "newest" else [])]

    def filters(self) -> list[tuple[str, str]]:
        """The pairs without the text, the way it is read and the order: what stands on a page as tokens."""
        return [pair for pair in self.pairs() if pair[0] not in ("q", "match", "order")]

    def query(self) -> str:
        """The query part of an address."""
        return urlencode(self.pairs())

    def words(self) -> str:
        """In words, as it stands in the audit."""
        quoted = (
            f'{key}:"{value}"' if " " in value else f"{key}:{value}"
            for key, value in self.pairs()[self._at :]
        )
        return " ".join([self.text, *quoted]).strip()

    @property
    def _at(self) -> int:
        return 1 if self.text else 0

    def toggled(self, key: str, value: str) -> SearchFilter:
        """With the value if it was not there, without it if it was."""
        there: tuple[str, ...] = getattr(self, key)
        left = tuple(one for one in there if one != value)
        return replace(self, **{key: left if value in there else (*there, value)})  # type: ignore[arg-type]

    def without(self, key: str, value: str = "") -> SearchFilter:
        """Without one key, or one value of it."""
        less = SearchFilter.from_pairs((k, v) for k, v in self.pairs() if k != key or (value and v != value))
        return replace(less, held=self.held)

    def between(self, begin: str, end: str) -> SearchFilter:
        """The same between two times."""
        return replace(self, begin=begin, end=end)

    def read_as(self, match: Match) -> SearchFilter:
        """The same text read another way."""
        return replace(self, match=match)

    def ordered(self, order: Literal["newest", "oldest"]) -> SearchFilter:
        """The same in another order."""
        return replace(self, order=order)

    def node(self) -> Node | None:
        """The text as a tree; None without one. Raises Refused."""
        if not self.text.strip():
            return None
        if self.match == "words":
            return parse(self.text)
        return phrase(self.text) if self.match == "exact" else substring(self.text)

    def tenures(self) -> tuple[Tenure, ...]:
        """The accounts of the persons asked for, each in its period. Raises Refused where nobody looked them up."""
        try:
            return tuple(one for name in self.person for one in self.held[name])
        except KeyError:
            raise Refused(
                _("Nothing can be filtered by person here."),
                _("Ask on the page Search, or filter by account."),
            ) from None

    def times(self) -> tuple[int | None, int | None]:
        """From and to, [first, after) in microseconds UTC."""
        begin = span_of(self.begin).start_us if self.begin else None
        return begin, span_of(self.end).end_us if self.end else None

    def __bool__(self) -> bool:
        return bool(self.text or self.filters())


def _check(key: str, value: str) -> None:
    allowed = _ALLOWED.get(key)
    if allowed is not None and value not in allowed:
        raise Refused(
            _("“%(value)s” is no value of %(key)s.") % {"value": value, "key": key},
            _("Values are: %(values)s.") % {"values": ", ".join(allowed)},
        )
    if key in ("from", "to"):
        span_of(value)
