"""Which items: one filter for pages, commands and exports, written the same way in an address and in words.

As words: `type:picture exhibit:2016-0142-A1 size:>=1kB modified:2009-01-01..2016-11-22 "name:chess game"`;
as a query string the same keys and values. A key given several times means any of its values; every key must
hold.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qsl, urlencode

from safelight.errors import Refused
from safelight.messages import _

#: Groups of `inspect`; `none` are folders, links and special files, which have no content.
TYPES = (
    "picture", "video", "audio", "document", "mail", "archive", "image", "database", "program", "text",
    "other", "empty", "none",
)  # fmt: skip
STATES = ("allocated", "deleted", "orphan")
KINDS = ("file", "folder", "link", "stream", "special")
TIMES = ("modified", "accessed", "changed", "created")
CAUSES = (
    "crash", "exit", "time limit", "memory limit", "unreadable", "unsupported", "encrypted", "corrupt",
    "limit", "changed", "vanished", "defect",
)  # fmt: skip

#: Keys whose values may be given several times.
_MANY = ("type", "exhibit", "source", "state", "failed", "known", "category", "kind")
#: Keys with one value; a later one replaces an earlier one.
_ONE = ("path", "name", "hash", "size", *TIMES, "extension", "encrypted", "container")
KEYS = (*_MANY, *_ONE)

_UNITS = {"": 1, "b": 1, "kb": 1000, "mb": 1000**2, "gb": 1000**3, "tb": 1000**4}
_UNITS |= {"kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40}
_SIZE = re.compile(r"^(\d+(?:\.\d+)?)\s*([a-z]*)$")


@dataclass(frozen=True, slots=True)
class Span:
    """A span of times as written (days or moments); [start, end) in microseconds, None where it is open."""

    text: str
    start_us: int | None
    end_us: int | None


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """What items must be. An empty filter means all of them."""

    type: tuple[str, ...] = ()
    exhibit: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    """Causes; `any` for whatever cause, `none` for items without a failure."""
    known: tuple[str, ...] = ()
    """Ids or names of hash sets; `any` for whichever set, `none` for contents in no set."""
    category: tuple[str, ...] = ()
    """`scheme/code` as the set states it; `scheme/` for the whole scheme."""
    kind: tuple[str, ...] = ()
    path: str = ""
    """Glob (`*`, `?`, `[...]`); without a wildcard: the path itself and everything below it."""
    name: str = ""
    """Glob, or a part of the name, in any letter case."""
    hash: str = ""
    """SHA-256, SHA-1 or MD5, or at least its first eight digits."""
    size_min: int | None = None
    size_max: int | None = None
    modified: Span | None = None
    accessed: Span | None = None
    changed: Span | None = None
    created: Span | None = None
    extension_disagrees: bool = False
    maybe_encrypted: bool = False
    container: str = ""

    @classmethod
    def from_pairs(cls, pairs: Iterable[tuple[str, str]]) -> ItemFilter:
        """Build it from key and value pairs; empty values are passed over. Raises Refused."""
        many: dict[str, list[str]] = {}
        one: dict[str, object] = {}
        for key, raw in pairs:
            value = raw.strip()
            if not value:
                continue
            if key in _MANY:
                if value not in many.setdefault(key, []):
                    many[key].append(_checked(key, value))
            elif key in _ONE:
                one.update(_single(key, value))
            else:
                raise Refused(
                    _("There is no filter “%(key)s”.") % {"key": key},
                    _("Filters are: %(keys)s.") % {"keys": ", ".join(KEYS)},
                )
        return cls(**{key: tuple(values) for key, values in many.items()}, **one)  # type: ignore[arg-type]

    @classmethod
    def from_query(cls, query: str) -> ItemFilter:
        """Read it from the query part of an address."""
        return cls.from_pairs(parse_qsl(query))

    @classmethod
    def from_words(cls, words: str) -> ItemFilter:
        """Read it from words as people type them; a word without a key is a hash, or a part of the name."""
        return cls.from_pairs(pairs_of(words))

    def pairs(self) -> list[tuple[str, str]]:
        """The filter as key and value pairs; `from_pairs` reads them back to an equal filter."""
        found = [(key, value) for key in _MANY for value in getattr(self, key)]
        found += [
            (key, getattr(self, key)) for key in ("path", "name", "hash", "container") if getattr(self, key)
        ]
        if self.size_min is not None or self.size_max is not None:
            found.append(("size", _size_text(self.size_min, self.size_max)))
        found += [(key, span.text) for key in TIMES if (span := getattr(self, key)) is not None]
        if self.extension_disagrees:
            found.append(("extension", "disagrees"))
        if self.maybe_encrypted:
            found.append(("encrypted", "maybe"))
        return found

    def query(self) -> str:
        """The filter as the query part of an address."""
        return urlencode(self.pairs())

    def words(self) -> str:
        """The filter in words; `from_words` reads them back."""
        return " ".join(shlex.quote(f"{key}:{value}") for key, value in self.pairs())

    def without(self, key: str) -> ItemFilter:
        """The same filter without one key."""
        return ItemFilter.from_pairs((k, v) for k, v in self.pairs() if k != key)

    def without_value(self, key: str, value: str) -> ItemFilter:
        """The same filter without one value of one key."""
        return ItemFilter.from_pairs(pair for pair in self.pairs() if pair != (key, value))

    def toggled(self, key: str, value: str) -> ItemFilter:
        """The same filter with one value of one key added, or taken away if it was there."""
        pairs = self.pairs()
        if (key, value) in pairs:
            return self.without_value(key, value)
        return ItemFilter.from_pairs([*pairs, (key, value)])

    def with_(self, **changes: object) -> ItemFilter:
        """A copy with some fields replaced."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def __bool__(self) -> bool:
        values = (getattr(self, item.name) for item in fields(self))
        return any(value is not None and value is not False and value not in ((), "") for value in values)


def pairs_of(words: str) -> list[tuple[str, str]]:
    """Split words into key and value pairs. Raises Refused on an open quotation mark."""
    try:
        parts = shlex.split(words)
    except ValueError as error:
        raise Refused(
            _("The filter %(words)s has an open quotation mark.") % {"words": words}, _("Close it.")
        ) from error
    pairs = []
    for part in parts:
        key, colon, value = part.partition(":")
        if colon and key.lower() in KEYS:
            pairs.append((key.lower(), value))
        else:
            whole_hash = re.fullmatch(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64}", part)
            pairs.append(("hash" if whole_hash else "name", part))
    return pairs


def _checked(key: str, value: str) -> str:
    allowed = {"type": TYPES, "state": STATES, "kind": KINDS, "failed": (*CAUSES, "any", "none")}.get(key)
    if allowed is not None and value not in allowed:
        raise Refused(
            _("“%(value)s” is no value of %(key)s.") % {"value": value, "key": key},
            _("Values are: %(values)s.") % {"values": ", ".join(allowed)},
        )
    if key == "category" and "/" not in value:
        raise Refused(
            _("The category “%(value)s” names no scheme.") % {"value": value}, _("Write it as scheme/code.")
        )
    return value


def _single(key: str, value: str) -> dict[str, object]:
    """One key with one value as fields of the filter."""
    if key == "hash":
        if not re.fullmatch(r"[0-9a-fA-F]{8,64}", value):
            raise Refused(
                _("“%(value)s” is no hash.") % {"value": value}, _("Give at least its first eight digits.")
            )
        return {"hash": value.lower()}
    if key == "size":
        low, high = _size_span(value)
        return {"size_min": low, "size_max": high}
    if key in TIMES:
        return {key: span_of(value)}
    if key in ("extension", "encrypted"):
        wanted, name = {
            "extension": ("disagrees", "extension_disagrees"),
            "encrypted": ("maybe", "maybe_encrypted"),
        }[key]
        if value != wanted:
            raise Refused(_("“%(value)s” is no value of %(key)s.") % {"value": value, "key": key},
                          _("Values are: %(values)s.") % {"values": wanted})  # fmt: skip
        return {name: True}
    return {key: value}


def _size(text: str) -> int:
    match = _SIZE.match(text.strip().lower().replace(",", ""))
    unit = _UNITS.get(match[2]) if match else None
    if match is None or unit is None:
        raise Refused(_("“%(text)s” is no size.") % {"text": text}, _("Write it as 1000, 1.5MB or 4KiB."))
    if "." not in match[1]:
        return int(match[1]) * unit
    return round(float(match[1]) * unit)


def _size_span(text: str) -> tuple[int | None, int | None]:
    if text.startswith((">=", "≥")):
        return _size(text.lstrip(">=≥")), None
    if text.startswith((">",)):
        return _size(text[1:]) + 1, None
    if text.startswith(("<=", "≤")):
        return None, _size(text.lstrip("<=≤"))
    if text.startswith("<"):
        return None, _size(text[1:]) - 1
    low, dots, high = text.partition("..")
    if not dots:
        return _size(text), _size(text)
    return (_size(low) if low else None), (_size(high) if high else None)


def _size_text(low: int | None, high: int | None) -> str:
    if low is not None and low == high:
        return str(low)
    return f"{'' if low is None else low}..{'' if high is None else high}"


def span_of(text: str) -> Span:
    """`2016`, `2016-11`, `2016-11-22`, `2016-11-22T10:00`, or two of them (or one) with `..` between.

    The end is meant with the whole of its last unit: `..2016-11-22` includes that day. Raises Refused.
    """
    low, dots, high = text.partition("..")
    start = _edge(low, text)[0] if low else None
    end = (_edge(high, text)[1] if high else None) if dots else _edge(low, text)[1]
    return Span(text, start, end)


def _edge(part: str, whole: str) -> tuple[int, int]:
    """First microsecond of a day, month, year or minute and the first after it."""
    part = part.strip().removesuffix("Z")
    try:
        if re.fullmatch(r"\d{4}", part):
            first, after = date(int(part), 1, 1), date(int(part) + 1, 1, 1)
        elif re.fullmatch(r"\d{4}-\d{2}", part):
            year, month = int(part[:4]), int(part[5:])
            first, after = date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)
        elif re.fullmatch(r"\d{4}-\d{2}-\d{2}", part):
            first = date.fromisoformat(part)
            after = first + timedelta(days=1)
        else:
            moment = datetime.fromisoformat(part)
            moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
            step = timedelta(seconds=1) if part.count(":") > 1 else timedelta(minutes=1)
            return _us(moment), _us(moment + step)
    except (ValueError, OverflowError) as error:
        raise Refused(
            _("“%(text)s” is no time.") % {"text": whole},
            _("Write it as 2016-11-22, 2016-11 or 2016-01-01..2016-11-22."),
        ) from error
    return _us(datetime(first.year, first.month, first.day, tzinfo=UTC)), _us(
        datetime(after.year, after.month, after.day, tzinfo=UTC)
    )


def _us(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
