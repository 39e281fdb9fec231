"""How many children there are at least: a number that can be proved, never an estimate.

"At least N" is the size of the largest set of children in which any two are known to be different: both identified (a name
or a person's record stands behind them), or declared different by a decision. Records that a decision joined (`same_as`),
or that lead to one person, are one child. Two of one name count as different only where a decision says so, since a name
alone may have been registered twice. What is not in the set counts nothing and is listed as possibly further.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import sqlalchemy as sa
from networkx.utils import UnionFind

from safelight.casework.largest_set import bits, largest
from safelight.ledger.as_of import PRESENT, AsOf
from safelight.ledger.ledger import Ledger
from safelight.ledger.tables import RECORDS, STATEMENTS
from safelight.ledger.vocabulary import PERSON, VICTIM

_FIELDS = ("name", "person", "same_as", "different_from")


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A proved number of children as of a moment. Not `exact`: a lower bound, for the largest set was too large to compute.

    `children` and `further` name each child by the first of its records; `records` has all of each. `identified` counts
    children behind whom a name or a person stands.
    """

    number: int
    exact: bool
    children: tuple[str, ...]
    further: tuple[str, ...]
    records: Mapping[str, tuple[str, ...]]
    identified: frozenset[str]
    contradicted: tuple[tuple[str, str], ...]
    """Pairs declared different that other decisions make one: they count as one child until that is settled."""


@dataclass(slots=True)
class _Known:
    """What the counting needs of the statements that stood and held."""

    victims: list[str] = field(default_factory=list)
    person: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    same: list[tuple[str, str]] = field(default_factory=list)
    different: list[tuple[str, str]] = field(default_factory=list)


def at_least(ledger: Ledger, as_of: AsOf = PRESENT) -> AtLeast:
    """The number as of a moment, with the records that make it."""
    with ledger.store.reading() as connection:
        known = _known(connection, as_of)
    return counted(known.victims, known.person, known.names, known.same, known.different)


def counted(
    victims: Iterable[str],
    person: Mapping[str, str],
    names: Mapping[str, str],
    same: Iterable[tuple[str, str]],
    different: Iterable[tuple[str, str]],
) -> AtLeast:
    """The rule itself. `victims` in order of registration; `person`: whose record a child leads to; `names` of children
    and persons; `same` and `different`: decisions about two children or two persons."""
    order = list(victims)
    joined = UnionFind([*order, *sorted(set(person.values()))])
    for a, b in same:
        joined.union(a, b)
    for child, whose in person.items():
        joined.union(child, whose)
    place = {one: number for number, one in enumerate(order)}
    records: dict[str, list[str]] = defaultdict(list)
    for one in order:
        records[joined[one]].append(one)
    first = {root: min(found, key=place.__getitem__) for root, found in records.items()}
    roots = sorted(records, key=lambda root: place[first[root]])
    bit = {root: 1 << number for number, root in enumerate(roots)}
    rows = [0] * len(roots)
    called: dict[str, int] = defaultdict(int)
    known = {joined[one] for one in person}
    by_name: dict[str, set[str]] = defaultdict(set)
    for one, name in names.items():
        root = joined[one]
        if root in bit:
            called[_plain(name)] |= bit[root]
            by_name[root].add(_plain(name))
            known.add(root)
    everyone = sum(bit[root] for root in known & bit.keys())
    for root in known & bit.keys():
        namesakes = bit[root]
        for name in by_name[root]:
            namesakes |= called[name]
        rows[bit[root].bit_length() - 1] = everyone & ~namesakes
    contradicted = []
    for a, b in different:
        x, y = joined[a], joined[b]
        if x == y:
            contradicted.append((a, b))
        elif x in bit and y in bit:
            rows[bit[x].bit_length() - 1] |= bit[y]
            rows[bit[y].bit_length() - 1] |= bit[x]
    found = largest(rows, begin=everyone)
    chosen = set(found.vertices)
    return AtLeast(
        number=len(chosen),
        exact=found.exact,
        children=tuple(first[roots[one]] for one in found.vertices),
        further=tuple(first[root] for number, root in enumerate(roots) if number not in chosen),
        records={first[root]: tuple(records[root]) for root in roots},
        identified=frozenset(first[roots[one]] for one in bits(everyone)),
        contradicted=tuple(contradicted),
    )


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _known(connection: sa.Connection, as_of: AsOf) -> _Known:
    found = _Known()
    made = sa.select(RECORDS.c.id).where(RECORDS.c.type == VICTIM, RECORDS.c.recorded_at <= as_of.known)
    found.victims = [row.id for row in connection.execute(made.order_by(RECORDS.c.number))]
    newest: dict[tuple[str, str], tuple[bool, int, int]] = {}

    def take(row: Any) -> None:
        if row.field == "same_as":
            found.same.append((row.record, row.target))
        elif row.field == "different_from":
            found.different.append((row.record, row.target))
        else:
            key, rank = (row.record, row.field), (row.valid_from is not None, row.valid_from or 0, row.seq)
            if rank < newest.get(key, rank):
                return
            newest[key] = rank
            if row.field == "person":
                found.person[row.record] = row.target
            elif name := orjson.loads(row.value):
                found.names[row.record] = str(name)
            else:
                found.names.pop(row.record, None)

    said = STATEMENTS.c
    columns = (said.seq, said.record, said.field, said.value, said.target, said.valid_from)
    of_victims = sa.select(*columns).where(said.type == VICTIM, said.field.in_(_FIELDS), as_of.holds())
    for row in connection.execute(of_victims):
        take(row)
    if not found.person:
        return found
    of_persons = sa.select(*columns).where(said.type == PERSON, as_of.holds())
    for row in connection.execute(of_persons.where(said.field.in_(("same_as", "different_from")))):
        take(row)
    whose = sa.union(
        sa.select(said.target).where(said.type == VICTIM, said.field == "person"),
        *(
            sa.select(column).where(said.type == PERSON, said.field == "same_as")
            for column in (said.record, said.target)
        ),
    )
    for row in connection.execute(of_persons.where(said.field == "name", said.record.in_(whose))):
        take(row)
    return found
