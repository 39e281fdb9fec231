"""The fact box: the figures of a day in a few sentences, in bokmål, nynorsk or English, for a chosen audience.

Each number in it is marked with the figure that it comes from, so that a page can link it to its rows. One and two are
written out and bend with their noun, which is why each noun is a phrase of the catalogue. What an audience is not told is
listed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from babel import Locale
from babel.dates import format_date

from safelight import messages
from safelight.casework import districts, figures
from safelight.casework.figure import Asked, Figure
from safelight.errors import Refused
from safelight.messages import _, ngettext
from safelight.messages.figures import decimal

AUDIENCES: Final = ("press", "prosecutor", "partner")
LANGUAGES: Final = ("nb", "nn", "en")
_OPEN, _MIDDLE, _CLOSE = "\x02", "\x03", "\x04"
_MARKED: Final = re.compile(f"{_OPEN}([^{_MIDDLE}]*){_MIDDLE}([^{_CLOSE}]*){_CLOSE}")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text; `key` names the figure that it states, empty for other text."""

    text: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class FactBox:
    """What is said to whom, and what is not."""

    language: str
    audience: str
    synthetic: bool
    pieces: tuple[Piece, ...]
    left_out: tuple[str, ...]
    unknown: tuple[str, ...]
    """Figures that nothing known tells."""

    @property
    def text(self) -> str:
        """The sentences alone."""
        return "".join(piece.text for piece in self.pieces)


def write(asked: Asked, language: str, audience: str, found: Sequence[Figure] | None = None) -> FactBox:
    """Write the box of a day. `found`: the figures, where they were computed already. Raises Refused."""
    if language not in LANGUAGES:
        raise Refused(
            _("There is no fact box in that language."),
            _("Use one of %(names)s.") % {"names": ", ".join(LANGUAGES)},
        )
    if audience not in AUDIENCES:
        raise Refused(
            _("There is no audience %(name)s.") % {"name": repr(audience)},
            _("Use one of %(names)s.") % {"names": ", ".join(AUDIENCES)},
        )
    known = {figure.key: figure for figure in (figures.every(asked) if found is None else found)}
    before = messages.language()
    messages.use_language(language)
    try:
        box = _Box(asked, known, language)
        said = [sentence for name in _TOLD[audience] for sentence in _SENTENCES[name](box)]
        head = [_("SYNTHETIC OPERATION.")] if asked.ledger.synthetic else []
        text = " ".join([*head, *(_capital(sentence) for sentence in said)])
        return FactBox(
            language,
            audience,
            asked.ledger.synthetic,
            tuple(_pieces(text)),
            tuple(_left_out(audience)),
            tuple(box.unknown.values()),
        )
    finally:
        messages.use_language(before)


class _Box:
    """The sentences, in the language in use."""

    def __init__(self, asked: Asked, known: Mapping[str, Figure], language: str) -> None:
        self.asked, self.known, self.language = asked, known, language
        self.unknown: dict[str, str] = {}
        self._dated = False

    def suspects(self) -> Iterator[str]:
        count = self._value("suspects")
        if not count:
            return
        persons = self._mark("suspects", ngettext("one person", "%(n)s persons", count), count)
        own = self._value("suspects_own") if self.asked.own else None
        words = {"when": self._when(), "persons": persons, "district": self._district(self.asked.own)}
        if own is None:
            yield _("%(when)s the police know of at least %(persons)s.") % words
        elif own == 0:
            yield _("%(when)s the police know of at least %(persons)s, none of them in %(district)s.") % words
        else:
            words["own"] = self._mark("suspects_own", ngettext("one of them", "%(n)s of them", own), own)
            yield _("%(when)s the police know of at least %(persons)s, %(own)s in %(district)s.") % words

    def cases(self) -> Iterator[str]:
        count = self._value("cases")
        if not count:
            return
        cases = self._mark("cases", ngettext("one case", "%(n)s cases", count), count)
        if self._dated:
            yield _("the operation comprises %(cases)s.") % {"cases": cases}
        else:
            yield _("%(when)s the operation comprises %(cases)s.") % {"when": self._when(), "cases": cases}
        own, other = self._value("cases_own"), self._value("cases_other")
        parts = []
        if own:
            text = ngettext(
                "one of them belongs to %(district)s", "%(n)s of them belong to %(district)s", own
            )
            parts.append(self._mark("cases_own", text, own, district=self._district(self.asked.own)))
        if other:
            first, then = self._others(other)
            parts.append(self._mark("cases_other", then if own else first, other))
        if parts:
            yield self._listed(parts) + "."
        yield from self._abroad()

    def _others(self, count: int) -> tuple[str, str]:
        """Cases of other units as the beginning of a sentence, and behind one's own. Kripos is no district."""
        owners = [figure.part for figure in self.known.values() if figure.name == "cases_owner"]
        if any(owner in districts.national() for owner in owners):
            return (
                ngettext(
                    "one belongs to another Norwegian unit", "%(n)s belong to other Norwegian units", count
                ),
                ngettext("one to another Norwegian unit", "%(n)s to other Norwegian units", count),
            )
        return (
            ngettext(
                "one belongs to another police district", "%(n)s belong to other police districts", count
            ),
            ngettext("one to another police district", "%(n)s to other police districts", count),
        )

    def _abroad(self) -> Iterator[str]:
        parts: list[str] = []
        for figure in self.known.values():
            if figure.name == "cases_abroad" and figure.part and figure.value:
                text = (
                    ngettext("one to %(country)s", "%(n)s to %(country)s", figure.value)
                    if parts
                    else ngettext(
                        "one case was sent to %(country)s",
                        "%(n)s cases were sent to %(country)s",
                        figure.value,
                    )
                )
                country = Locale.parse(self.language).territories.get(figure.part, figure.part)
                parts.append(self._mark(figure.key, text, figure.value, country=country))
        if parts:
            yield self._listed(parts) + "."

    def spread(self) -> Iterator[str]:
        count, there = self._value("districts"), len(districts.every(self.asked.true_day))
        if not count:
            return
        if count == there:
            text = _("The cases are spread over all %(n)s police districts.")
            yield text % {"n": self._mark("districts", "%(n)s", count)}
        else:
            where = self._mark(
                "districts", ngettext("one police district", "%(n)s police districts", count), count
            )
            yield _("The cases lie in %(districts)s.") % {"districts": where}

    def owners(self) -> Iterator[str]:
        parts = [
            f"{self._owner(figure.part)} {self._mark(figure.key, '%(digits)s', figure.value)}"
            for figure in self.known.values()
            if figure.name == "cases_owner" and figure.value
        ]
        if parts:
            yield _("Cases by owner: %(list)s.") % {"list": ", ".join(parts)}

    def states(self) -> Iterator[str]:
        names = _states()
        parts = [
            self._mark(figure.key, f"{names.get(figure.part, figure.part)} %(digits)s", figure.value)
            for figure in self.known.values()
            if figure.name == "cases_status" and figure.value
        ]
        if parts:
            yield _("Cases by state: %(list)s.") % {"list": ", ".join(parts)}

    def children(self) -> Iterator[str]:
        if count := self._value("children"):
            children = self._mark("children", ngettext("one child", "%(n)s children", count), count)
            yield _("The police know of at least %(children)s.") % {"children": children}

    def many_accounts(self) -> Iterator[str]:
        """Rounded down to the thousand: an exact number dates itself."""
        count = self._value("accounts")
        if not count:
            return
        if count <= 1000:
            yield from self.accounts()
            return
        text = decimal((count - 1) // 1000 * 1000)
        yield _("What was seized names more than %(n)s accounts.") % {
            "n": f"{_OPEN}accounts{_MIDDLE}{text}{_CLOSE}"
        }

    def accounts(self) -> Iterator[str]:
        if count := self._value("accounts"):
            accounts = self._mark("accounts", ngettext("one account", "%(n)s accounts", count), count)
            yield _("What was seized names %(accounts)s.") % {"accounts": accounts}

    def seized(self) -> Iterator[str]:
        if count := self._value("seized"):
            yield _("What was seized amounts to %(size)s.") % {
                "size": self._mark("seized", _size(count), count)
            }

    def exhibits(self) -> Iterator[str]:
        if count := self._value("exhibits"):
            exhibits = self._mark("exhibits", ngettext("one exhibit", "%(n)s exhibits", count), count)
            yield _("%(exhibits)s are registered.") % {"exhibits": exhibits}

    def _value(self, key: str) -> int | None:
        figure = self.known.get(key)
        if figure is not None and figure.value is None:
            self.unknown[figure.name] = figures.titles()[figure.name]
        return figure.value if figure else None

    def _when(self) -> str:
        """The day, which stands in the first sentence alone."""
        self._dated = True
        day = day_text(self.asked.true_day, self.language)
        if self.asked.as_of.past and self.asked.as_of.known > self.asked.as_of.true:
            return _("Seen from today, on %(day)s") % {"day": day}
        return _("As of %(day)s") % {"day": day}

    def _mark(self, key: str, text: str, count: int | None, **more: str) -> str:
        told = {"n": _number(count or 0), "digits": decimal(count or 0)} | more
        return f"{_OPEN}{key}{_MIDDLE}{text % told}{_CLOSE}"

    def _district(self, name: str) -> str:
        return districts.title(name, self.language)

    def _owner(self, key: str) -> str:
        country, slash, unit = key.partition("/")
        if slash or (len(key) == 2 and key.isupper()):
            place = Locale.parse(self.language).territories.get(country, country)
            return f"{place} ({unit})" if unit else str(place)
        return districts.title(key, self.language) if key in districts.known() else key

    @staticmethod
    def _listed(parts: Sequence[str]) -> str:
        if len(parts) == 1:
            return parts[0]
        return _("%(first)s and %(last)s") % {"first": ", ".join(parts[:-1]), "last": parts[-1]}


def day_text(day: date, language: str) -> str:
    """`30. mai 2017`, `30 May 2017`."""
    return str(format_date(day, "d MMMM y" if language == "en" else "d. MMMM y", locale=language))


def _number(count: int) -> str:
    return _("two") if count == 2 else decimal(count)


def _size(count: int) -> str:
    """In the largest unit that fits, written out."""
    if count >= 10**12:
        return _("%(n)s terabytes") % {"n": _trimmed(count / 10**12)}
    return _("%(n)s gigabytes") % {"n": _trimmed(count / 10**9)}


def _trimmed(value: float) -> str:
    return decimal(value, 0 if abs(value - round(value)) < 0.05 else 1)


def _states() -> Mapping[str, str]:
    return {
        "opened": _("opened"),
        "detained": _("detained"),
        "indicted": _("indicted"),
        "judged": _("judged"),
        "closed": _("closed"),
        "transferred": _("transferred"),
    }


def _capital(sentence: str) -> str:
    """The first letter of a sentence, which may stand within a mark."""
    begin = sentence.index(_MIDDLE) + 1 if sentence.startswith(_OPEN) else 0
    return sentence[:begin] + sentence[begin : begin + 1].upper() + sentence[begin + 1 :]


def _pieces(text: str) -> Iterator[Piece]:
    end = 0
    for found in _MARKED.finditer(text):
        if found.start() > end:
            yield Piece(text[end : found.start()])
        yield Piece(found[2], found[1])
        end = found.end()
    if end < len(text):
        yield Piece(text[end:])


def _left_out(audience: str) -> list[str]:
    """What this audience is not told, in the language in use."""
    names, methods = _("names of persons and accounts"), _("methods")
    return {
        "press": [names, _("cases by district and state"), _("exact numbers of accounts"), methods],
        "prosecutor": [names],
        "partner": [names, _("home districts of suspects"), _("states of cases"), methods],
    }[audience]


#: Which sentences an audience gets, in their order.
_TOLD: Final[Mapping[str, tuple[str, ...]]] = {
    "press": ("suspects", "cases", "spread", "children", "many_accounts", "seized"),
    "prosecutor": (
        "suspects", "cases", "spread", "owners", "states", "children", "accounts", "exhibits", "seized",
    ),
    "partner": ("cases", "spread", "children", "accounts", "seized"),
}  # fmt: skip
_SENTENCES: Final[Mapping[str, Callable[[_Box], Iterator[str]]]] = {
    "suspects": _Box.suspects,
    "cases": _Box.cases,
    "spread": _Box.spread,
    "owners": _Box.owners,
    "states": _Box.states,
    "children": _Box.children,
    "many_accounts": _Box.many_accounts,
    "accounts": _Box.accounts,
    "seized": _Box.seized,
    "exhibits": _Box.exhibits,
}
