"""Figures of persons: suspects, joined ones once, and those of them who live in the unit's own district."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import sqlalchemy as sa

from safelight.casework import districts
from safelight.casework.current import Current
from safelight.casework.figure import Asked, Figure, Row
from safelight.ledger.vocabulary import PERSON

NAMES: Final = ("suspects", "suspects_own", "suspects_district")


def figures(asked: Asked, connection: sa.Connection, names: tuple[str, ...] = NAMES) -> Iterator[Figure]:
    """The figures that are asked for."""
    if "suspects" in names:
        persons = asked.current(connection).table(PERSON, ("category",))
        query = sa.select(sa.func.count()).select_from(persons).where(persons.c.category == "suspect")
        yield Figure("suspects", connection.execute(query).scalar_one(), least=True)
    if names == ("suspects",):
        return
    homes = _homes(asked.current(connection), asked.true_day)
    if "suspects_own" in names:
        own = homes[asked.own] if asked.own else None
        yield Figure("suspects_own", own, least=True, unknown=homes[""])
    if "suspects_district" in names:
        for district in sorted(homes):
            if district:
                yield Figure("suspects_district", homes[district], district, least=True)


def rows(asked: Asked, connection: sa.Connection, name: str, part: str = "") -> list[Row]:
    """The suspects of a figure, by number."""
    current = asked.current(connection)
    persons = current.table(PERSON, ("category", "district"), ("category", "district", "address", "name"))
    found = connection.execute(sa.select(persons).where(persons.c.category == "suspect")).all()
    said = current.said([seq for row in found for seq in (row.category_seq, row.name_seq, row.address_seq)])
    members = {row.root: current.joined(PERSON).get(row.root, [row.root]) for row in found}
    spoken = current.spoken([id_ for ids in members.values() for id_ in ids])
    rows = []
    for row in found:
        address = said[row.address_seq].value if row.address_seq in said else None
        home = _home(row.district, address, asked.true_day)
        if (name == "suspects_own" and home != asked.own) or (part and home != part):
            continue
        names = sorted(spoken[id_] for id_ in members[row.root])
        because = (row.category_seq, row.district_seq or row.address_seq)
        rows.append(
            Row(
                "person",
                names[0],
                str(said[row.name_seq].value) if row.name_seq in said else "",
                home or "",
                said[row.category_seq].since,
                tuple(seq for seq in because if seq is not None),
                tuple(names[1:]),
                row.root,
            )
        )
    return sorted(rows, key=lambda one: one.name)


def _homes(current: Current, day: date) -> Counter[str]:
    """How many suspects each district has; under nothing those whose home is not known. A stated district goes before
    the one that follows from the address (`districts.homes` has the rule)."""
    persons = current.table(PERSON, ("category", "district"))
    suspects = sa.select(persons.c.district, sa.func.count()).where(persons.c.category == "suspect")
    found: Counter[str] = Counter()
    stated = current.connection.execute(suspects.group_by(persons.c.district)).all()
    for name, count in stated:
        if name:
            found[_home(name, None, day) or ""] += count
    if any(not name for name, _count in stated):
        persons = current.table(PERSON, ("category", "district"), ("address",))
        unstated = sa.select(persons.c.address_seq).where(
            persons.c.category == "suspect", sa.func.coalesce(persons.c.district, "") == ""
        )
        seqs = list(current.connection.execute(unstated).scalars())
        said = current.said(seqs)
        for seq in seqs:
            found[_home(None, said[seq].value if seq in said else None, day) or ""] += 1
    return found


def _home(stated: str | None, address: Any, day: date) -> str | None:
    if stated:
        return districts.since(stated, day)
    if not isinstance(address, dict):
        return None
    return districts.of_municipality(str(address.get("municipality") or ""), day)
