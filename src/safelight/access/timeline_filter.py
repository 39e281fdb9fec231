"""What a timeline shows: facets and a span, written the same way in an address, on the command line and in the audit.

As words: `kind:message network:irc from:2016-11-07 to:2016-11-11`. A key given several times means any of its values;
every key must hold. `from` and `to` are days, months, years, minutes or seconds in UTC, `to` with the whole of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from safelight.access.filter import span_of
from safelight.access.timeline_bars import DAY, MINUTE, SECOND
from safelight.access.timeline_events import EVENTS
from safelight.errors import Refused
from safelight.ledger.identities import Tenure
from safelight.messages import _

MANY = ("kind", "network", "state", "exhibit", "account", "person", "conversation")
_STATES = ("live", "deleted", "recovered")
_KEYED = re.compile(r'(?<!\S)([a-z]+):("[^"]*"|\S+)')


@dataclass(frozen=True, slots=True)
class TimelineFilter:
    """Facets and span; values are ids and words of the catalog, exhibits by number. `begin` and `end` (µs UTC) are None
    where the whole extent is meant."""

    kind: tuple[str, ...] = ()
    network: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    exhibit: tuple[str, ...] = ()
    account: tuple[str, ...] = ()
    person: tuple[str, ...] = ()
    """Each by an account of the person's (or a period of one)."""
    conversation: tuple[str, ...] = ()
    begin: int | None = None
    end: int | None = None
    held: Mapping[str, tuple[Tenure, ...]] = field(default_factory=dict, compare=False, repr=False)
    """By person: the accounts that stand for it, each in its period (`identities/confirmed.py`)."""

    @classmethod
    def from_pairs(cls, pairs: Iterable[tuple[str, str]]) -> TimelineFilter:
        """Build it from key and value pairs; `add` holds such pairs as words. Raises Refused."""
        many: dict[str, list[str]] = {}
        ends: dict[str, int | None] = {}
        for key, value in _spelled(pairs):
            if key in ("from", "to"):
                span = span_of(value)
                name = "begin" if key == "from" else "end"
                ends[name] = span.start_us if key == "from" else span.end_us
            elif key in MANY:
                _check(key, value)
                if value not in many.setdefault(key, []):
                    many[key].append(value)
            else:
                raise Refused(
                    _("There is no filter “%(key)s”.") % {"key": key},
                    _("Filters are: %(keys)s.") % {"keys": ", ".join((*MANY, "from", "to"))},
                )
        begin, end = ends.get("begin"), ends.get("end")
        if begin is not None and end is not None and begin >= end:
            raise Refused(_("The span ends before it begins."), _("Give the beginning first."))
        return cls(**{key: tuple(values) for key, values in many.items()}, begin=begin, end=end)  # type: ignore[arg-type]

    @property
    def facets(self) -> Mapping[str, tuple[str | Tenure, ...]]:
        """The facets that are chosen; persons as their accounts."""
        found: dict[str, tuple[str | Tenure, ...]] = {
            key: value for key in MANY if (value := getattr(self, key))
        }
        if self.person:
            found["person"] = tuple(one for name in self.person for one in self.held[name])
        return found

    def chosen(self) -> list[tuple[str, str]]:
        """Facets as pairs: what stands on a page as tokens."""
        return [(key, value) for key in MANY for value in getattr(self, key)]

    def pairs(self) -> list[tuple[str, str]]:
        """Key and value pairs; `from_pairs` reads them back to an equal filter."""
        found = self.chosen()
        found += [("from", _first(self.begin))] if self.begin is not None else []
        return found + ([("to", _last(self.end))] if self.end is not None else [])

    def words(self) -> str:
        """In words, as it stands in the audit."""
        return " ".join(
            f'{key}:"{value}"' if " " in value else f"{key}:{value}" for key, value in self.pairs()
        )

    def over(self, begin: int | None, end: int | None) -> TimelineFilter:
        """The same facets over another span."""
        return replace(self, begin=begin, end=end)

    def toggled(self, key: str, value: str) -> TimelineFilter:
        """With the value if it was not there, without it if it was."""
        values = getattr(self, key)
        changed = tuple(one for one in values if one != value) if value in values else (*values, value)
        return replace(self, **{key: changed})  # type: ignore[arg-type]


def _spelled(pairs: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    for key, raw in pairs:
        value = raw.strip()
        if key != "add":
            if value:
                yield key, value
            continue
        if _KEYED.sub("", value).strip():
            raise Refused(
                _("“%(words)s” is no filter.") % {"words": _KEYED.sub("", value).strip()},
                _("Write it as kind:call or network:irc; search text on the page Search."),
            )
        for match in _KEYED.finditer(value):
            yield match[1], match[2].strip('"')


def _check(key: str, value: str) -> None:
    allowed = {"kind": tuple(EVENTS), "state": _STATES}.get(key)
    if allowed and value not in allowed:
        raise Refused(
            _("There is no %(key)s “%(value)s”.") % {"key": key, "value": value},
            _("It can be: %(values)s.") % {"values": ", ".join(allowed)},
        )


def _first(us: int) -> str:
    """The beginning of a span as it is written."""
    wall = datetime(1970, 1, 1) + timedelta(microseconds=us)  # noqa: DTZ001
    return _written(us, wall)


def _last(us: int) -> str:
    """The end of a span as it is written: its last day, minute or second."""
    unit = DAY if us % DAY == 0 else MINUTE if us % MINUTE == 0 else SECOND
    return _written(us, datetime(1970, 1, 1) + timedelta(microseconds=us - unit))  # noqa: DTZ001


def _written(us: int, wall: datetime) -> str:
    if us % DAY == 0:
        return f"{wall.date()}"
    return wall.isoformat(timespec="minutes" if us % MINUTE == 0 else "seconds")
