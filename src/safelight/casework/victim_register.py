"""Reading the register of victims: who does not hold its right finds nothing here, as if there were none.

    register = opened(look.reading, door.who)  # NotFound without the right
    page = register.listed(as_of, rule)

A row is a child: all records that a decision joined, or that lead to one person.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

import orjson
import sqlalchemy as sa

from safelight.access.reading import Reading
from safelight.casework.at_least import AtLeast, at_least
from safelight.casework.urgency import REASONS, SETTLED, Urgency, weigh
from safelight.casework.victims import DIFFERENT, SAME, child_named
from safelight.errors import NotFound
from safelight.ledger import kinds, records, rights
from safelight.ledger.as_of import NOW, PRESENT, AsOf
from safelight.ledger.records import Statement, newest
from safelight.ledger.set_clock import clock_for
from safelight.ledger.tables import ENTRIES, RECORDS, STATEMENTS
from safelight.ledger.vocabulary import FIELDS, PREFIXES, VICTIM, VICTIM_STATUS
from safelight.messages import _
from safelight.operation.settings import UrgencySettings

#: Where a child is known from.
KNOWN_FROM: Final = ("chat", "media", "both", "neither")
_MINUTE_US: Final = 60_000_000
#: Entries by which the register changes.
_FOLLOWED: Final = tuple(
    one.name
    for one in (kinds.RECORD_MADE, kinds.STATEMENT_MADE, kinds.STATEMENT_WITHDRAWN, kinds.PAYLOAD_ERASED)
)
_LINKS: Final = ("suspect", "session", "series", "media", "account")


@dataclass(frozen=True, slots=True)
class Child:
    """One child in the list. `name` is the number of its first record, `also` those of the others; `status_by`,
    `status_seq` and `status_us` say who stated the status, in which entry, and since when it holds."""

    id: str
    name: str
    also: tuple[str, ...]
    identified: bool
    counted: bool
    """It is one of the set that makes "at least N"; else it is possibly further."""
    status: str
    status_seq: int | None
    status_by: str
    status_us: int | None
    taken_by: str
    country: str
    known_from: str
    urgency: Urgency
    links: Mapping[str, int]
    """How many suspects, sessions, series, media and accounts it is linked to."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the register with how many children there are by urgency, status, what they are known from and country."""

    children: Sequence[Child]
    total: int
    facets: Mapping[str, Mapping[str, int]]
    number: AtLeast


@dataclass(frozen=True, slots=True)
class Link:
    """What a statement points at: its id, and the number of a record to say aloud."""

    statement: Statement
    name: str


@dataclass(frozen=True, slots=True)
class Whole:
    """Everything about one child: what holds, what was decided about it and others, and all that was ever said."""

    child: Child
    facts: Sequence[Statement]
    links: Sequence[Link]
    decisions: Sequence[Link]
    history: Sequence[Statement]
    records: Mapping[str, str]
    """Ids and numbers of the records that are this child."""


@dataclass(slots=True)
class _Said:
    """What holds of one child's records: statements by field, the newest of single ones told by `_last`."""

    rows: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))

    def last(self, name: str) -> Any:
        """The row of a single field that counts."""
        return max(
            self.rows.get(name, ()),
            key=lambda row: (row.valid_from is not None, row.valid_from or 0, row.seq),
            default=None,
        )


def may_see(reading: Reading, who: str) -> bool:
    """Whether somebody holds the register's right."""
    return rights.holds(reading.ledger, who, rights.VICTIMS)


def opened(reading: Reading, who: str) -> Register:
    """The register, for somebody who may see it. Raises NotFound, in the words of an address that there is not."""
    if not may_see(reading, who):
        raise NotFound(_("There is no such page."), _("Use the links on the left."))
    return Register(reading)


class Register:
    """The register on one consultation."""

    def __init__(self, reading: Reading) -> None:
        self._reading, self._ledger = reading, reading.ledger

    def listed(
        self,
        rule: UrgencySettings,
        as_of: AsOf = PRESENT,
        *,
        only: Mapping[str, str] | None = None,
        first: int = 0,
        count: int = 200,
    ) -> Listing:
        """Children, most urgent first by the rule, then by last sign. `only`: facet -> value (urgency, status, origin,
        country, counted)."""
        there = self._every(rule, as_of)
        wanted = [
            one for one in there if all(_facet(one, name) == value for name, value in (only or {}).items())
        ]
        wanted.sort(key=lambda one: (*one.urgency.order, one.name))
        page = wanted[first : first + count]
        self._reading.show(one.id for one in page)
        names = ("urgency", "status", "origin", "country", "counted")
        facets = {name: Counter(_facet(one, name) for one in there) for name in names}
        return Listing(self._with_people(page), len(wanted), facets, self._number(as_of))

    def urgent(self, rule: UrgencySettings, as_of: AsOf = PRESENT) -> Sequence[Child]:
        """The urgent ones alone, for the coordinator's overview."""
        return self.listed(rule, as_of, only={"urgency": "urgent"}).children

    def of_suspect(
        self, members: Sequence[str], rule: UrgencySettings, as_of: AsOf = PRESENT
    ) -> Sequence[Child]:
        """Children to whom a person (ids of all records that are one) is linked as a suspect, the most urgent first."""
        said = records.statements(self._ledger, type_=VICTIM, field="suspect", target=members, as_of=as_of)
        linked = {one.record for one in said}
        roots = {root for root, ids in self._number(as_of).records.items() if linked.intersection(ids)}
        found = sorted(
            (one for one in self._every(rule, as_of) if one.id in roots),
            key=lambda one: (*one.urgency.order, one.name),
        )
        self._reading.show(one.id for one in found)
        return self._with_people(found)

    def at_least(self, as_of: AsOf = PRESENT) -> AtLeast:
        """The number of children that is proved."""
        return self._number(as_of)

    def child(self, name: str, rule: UrgencySettings, as_of: AsOf = PRESENT) -> Whole:
        """Everything about one child, by the number or id of any of its records. Raises NotFound."""
        with self._ledger.store.reading() as connection:
            found = child_named(connection, name)
        if found.recorded_at > as_of.known:
            raise NotFound(
                _("There was no child %(name)s yet.") % {"name": found.name}, _("Choose a later day.")
            )
        number = self._number(as_of)
        home = next(root for root, ids in number.records.items() if found.id in ids)
        ids = number.records[home]
        row = self._with_people([one for one in self._every(rule, as_of) if one.id == home])[0]
        said = records.statements(self._ledger, record=ids, as_of=as_of)
        pointing = records.statements(self._ledger, type_=VICTIM, field=(SAME, DIFFERENT), as_of=as_of)
        decided = [one for one in pointing if one.record in ids or one.target in ids]
        everything = records.statements(self._ledger, record=ids, as_of=None)
        history = [one for one in everything if one.recorded_at <= as_of.known]
        spoken = self._spoken(
            {*ids, *(one.target or "" for one in [*said, *decided]), *(one.record for one in decided)}
        )
        self._reading.show([*ids, *(one.target for one in said)])
        links = [one for one in said if one.target and one.field not in (SAME, DIFFERENT)]
        return Whole(
            child=row,
            facts=_counting([one for one in said if not one.target]),
            links=[Link(one, spoken.get(one.target or "", "")) for one in links],
            decisions=[
                Link(one, spoken.get((one.target if one.record in ids else one.record) or "", ""))
                for one in decided
            ],
            history=history,
            records={one: spoken[one] for one in ids},
        )

    @cached_property
    def _names(self) -> Mapping[str, str]:
        with self._ledger.store.reading() as connection:
            query = sa.select(RECORDS.c.id, RECORDS.c.number).where(RECORDS.c.type == VICTIM)
            return {id_: f"{PREFIXES[VICTIM]}-{number:03d}" for id_, number in connection.execute(query)}

    @cached_property
    def _last(self) -> int:
        """The last entry that records or statements follow: what was computed behind it still holds."""
        last = (
            sa.select(sa.func.coalesce(sa.func.max(ENTRIES.c.seq), 0))
            .where(ENTRIES.c.kind == name)
            .scalar_subquery()
            for name in _FOLLOWED
        )
        with self._ledger.store.reading() as connection:
            return max(int(seq) for seq in connection.execute(sa.select(*last)).one())

    def _number(self, as_of: AsOf) -> AtLeast:
        found: AtLeast = self._reading.memo.get(
            ("victims at least", self._last, as_of), lambda: at_least(self._ledger, as_of)
        )
        return found

    def _every(self, rule: UrgencySettings, as_of: AsOf) -> Sequence[Child]:
        """All children; computed once a minute, for urgency is a matter of hours, and kept for that minute alone."""
        now = clock_for(self._ledger.synthetic)() if as_of.true == NOW else as_of.true
        now = (now // _MINUTE_US + 1) * _MINUTE_US if as_of.true == NOW else now
        kept: dict[int, Sequence[Child]] = self._reading.memo.get(("victims", self._last, as_of, rule), dict)
        found = kept.get(now)
        if found is None:
            found = self._read(rule, as_of, now)
            kept.clear()
            kept[now] = found
        return found

    def _read(self, rule: UrgencySettings, as_of: AsOf, now: int) -> Sequence[Child]:
        number = self._number(as_of)
        home = {one: root for root, ids in number.records.items() for one in ids}
        said: dict[str, _Said] = defaultdict(_Said)
        row = STATEMENTS.c
        query = sa.select(
            row.seq, row.record, row.field, row.code, row.value, row.target, row.valid_from
        ).where(row.type == VICTIM, row.field.not_in((SAME, DIFFERENT, "note")), as_of.holds())
        with self._ledger.store.reading() as connection:
            for one in connection.execute(query.order_by(row.seq)).all():
                said[home[one.record]].rows[one.field].append(one)
        counted = set(number.children)
        return [
            self._child(root, ids, said[root], rule, now, root in number.identified, root in counted)
            for root, ids in number.records.items()
        ]

    def _child(
        self,
        root: str,
        ids: Sequence[str],
        said: _Said,
        rule: UrgencySettings,
        now: int,
        identified: bool,
        counted: bool,
    ) -> Child:
        status = said.last("status")
        settled = status.valid_from if status is not None and status.code in SETTLED else None
        reasons = [
            (one.seq, name, one.code if name == "access" else orjson.loads(one.value))
            for name in REASONS
            for one in said.rows.get(name, ())
        ]
        last = {name: said.last(name) for name in ("country", "taken_by")}
        chat = bool(said.rows.get("session") or said.rows.get("account") or said.rows.get("contact"))
        media = bool(said.rows.get("media") or said.rows.get("series") or said.rows.get("material"))
        return Child(
            id=root,
            name=self._names[root],
            also=tuple(self._names[one] for one in ids if one != root),
            identified=identified,
            counted=counted,
            status=_status(status.code if status is not None else VICTIM_STATUS[0], identified),
            status_seq=status.seq if status is not None else None,
            status_by="",
            status_us=status.valid_from if status is not None else None,
            taken_by=last["taken_by"].code if last["taken_by"] is not None else "",
            country=last["country"].code if last["country"] is not None else "",
            known_from="both" if chat and media else "chat" if chat else "media" if media else "neither",
            urgency=weigh(reasons, rule, now, settled),
            links={name: len({one.target for one in said.rows.get(name, ())}) for name in _LINKS},
        )

    def _with_people(self, page: Sequence[Child]) -> list[Child]:
        """The rows with who stated each status, which takes a look into the chain for the rows of a page alone."""
        seqs = [one.status_seq for one in page]
        query = sa.select(ENTRIES.c.seq, ENTRIES.c.actor).where(ENTRIES.c.seq.in_(seqs))
        with self._ledger.store.reading() as connection:
            actors = {row.seq: row.actor for row in connection.execute(query)}
        return [replace(one, status_by=actors.get(one.status_seq, "")) for one in page]

    def _spoken(self, ids: set[str]) -> Mapping[str, str]:
        query = sa.select(RECORDS.c.id, RECORDS.c.type, RECORDS.c.number).where(RECORDS.c.id.in_(sorted(ids)))
        with self._ledger.store.reading() as connection:
            return {id_: f"{PREFIXES.get(type_, '?')}-{n:03d}" for id_, type_, n in connection.execute(query)}


def _status(stated: str, identified: bool) -> str:
    """The status as stated; a child behind whom a name or person stands is not called unidentified."""
    return "identified" if identified and stated == VICTIM_STATUS[0] else stated


def _facet(child: Child, name: str) -> str:
    if name == "urgency":
        return child.urgency.bucket
    if name == "origin":
        return child.known_from
    if name == "counted":
        return "counted" if child.counted else "further"
    return child.status if name == "status" else child.country


def _counting(said: Sequence[Statement]) -> list[Statement]:
    """What counts: of a single field the newest, of the others all, in the order of the vocabulary."""
    found: list[Statement] = []
    for name, known in FIELDS[VICTIM].items():
        of_field = [one for one in said if one.field == name]
        last = newest(of_field)
        found += ([last] if last else []) if known.single else of_field
    return found
