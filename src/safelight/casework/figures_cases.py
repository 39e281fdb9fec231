"""Figures of cases: whose they are, in which state, and how many districts they touch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from safelight.casework.current import Current
from safelight.casework.figure import Asked, Figure, Row
from safelight.casework.units import Unit
from safelight.ledger.vocabulary import CASE, CASE_STATUS

NAMES: Final = (
    "cases", "cases_own", "cases_other", "cases_abroad", "cases_unowned", "cases_owner", "cases_status", "districts",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cell:
    """How many cases an owner has in a state."""

    owner: Unit | None
    status: str
    count: int


def matrix(asked: Asked, connection: sa.Connection) -> list[Cell]:
    """Cases by owner and state, every case once."""
    current = asked.current(connection)
    cases = current.table(CASE, ("status", "owner"), ("owner",))
    # What is too long for a code is told apart by its statement: units abroad, a few.
    long = sa.case((cases.c.owner == "", cases.c.owner_seq), else_=None)
    query = (
        sa.select(cases.c.owner, long.label("long"), cases.c.status, sa.func.count().label("n"))
        .where(cases.c.status.is_not(None))
        .group_by(cases.c.owner, long, cases.c.status)
    )
    found = connection.execute(query).all()
    said = current.said([row.long for row in found])
    sums: Counter[tuple[Unit | None, str]] = Counter()
    for row in found:
        sums[_unit(row.owner or (said[row.long].value if row.long in said else None)), row.status] += row.n
    return [
        Cell(whose, state, n)
        for (whose, state), n in sorted(sums.items(), key=lambda one: _order(asked, *one[0]))
    ]


def figures(asked: Asked, connection: sa.Connection) -> Iterator[Figure]:
    """All figures of cases, out of one question."""
    cells = matrix(asked, connection)
    yield Figure("cases", sum(cell.count for cell in cells))
    if asked.own:
        yield Figure("cases_own", sum(cell.count for cell in cells if kind(asked, cell.owner) == "cases_own"))
        yield Figure(
            "cases_other", sum(cell.count for cell in cells if kind(asked, cell.owner) == "cases_other")
        )
    else:
        yield Figure("cases_own", None)
        yield Figure("cases_other", None)
    abroad = Counter[str]()
    owners, states = Counter[str](), Counter[str]()
    for cell in cells:
        owners[key_of(cell.owner)] += cell.count
        states[cell.status] += cell.count
        if cell.owner and cell.owner.kind == "foreign":
            abroad[cell.owner.country] += cell.count
    yield Figure("cases_abroad", abroad.total())
    for country, count in sorted(abroad.items(), key=lambda one: (-one[1], one[0])):
        yield Figure("cases_abroad", count, country)
    if owners[""]:
        yield Figure("cases_unowned", owners[""])
    for key in dict.fromkeys(key_of(cell.owner) for cell in cells):
        if key:
            yield Figure("cases_owner", owners[key], key)
    for state in sorted(states, key=_rung):
        yield Figure("cases_status", states[state], state)
    yield Figure("districts", len(districts(cells)))


def districts(cells: Sequence[Cell]) -> frozenset[str]:
    """The Norwegian districts that have at least one case."""
    return frozenset(cell.owner.name for cell in cells if cell.owner and cell.owner.kind == "district")


def key_of(owner: Unit | None) -> str:
    """What names a unit in the address of a figure: `Vest`, `SE/Polisen`, `SE`; empty for nobody."""
    if owner is None:
        return ""
    return (
        "/".join(part for part in (owner.country, owner.name) if part)
        if owner.kind == "foreign"
        else owner.name
    )


def kind(asked: Asked, owner: Unit | None) -> str:
    """Which of own, other and abroad an owner's cases are; nobody's are none of them."""
    if owner is None:
        return "cases_unowned"
    if owner.kind == "foreign":
        return "cases_abroad"
    return "cases_own" if owner.name == asked.own else "cases_other"


def rows(asked: Asked, connection: sa.Connection, name: str, part: str = "") -> list[Row]:
    """The cases of a figure, by number. Of `cases_owner` the part may name a state too: `Vest:opened`."""
    current = asked.current(connection)
    cases = current.table(CASE, ("status", "owner"), ("status", "owner", "title", "number"))
    found = connection.execute(sa.select(cases).where(cases.c.status.is_not(None))).all()
    long = current.said([row.owner_seq for row in found if not row.owner])
    told = [
        (row, _unit(row.owner or (long[row.owner_seq].value if row.owner_seq in long else None)))
        for row in found
    ]
    chosen = [(row, whose) for row, whose in told if _counts(asked, name, part, whose, row.status)]
    return _rows(current, chosen)


def _counts(asked: Asked, name: str, part: str, owner: Unit | None, status: str) -> bool:
    if name in ("cases", "cases_status"):
        return not part or status == part
    if name == "cases_owner":
        key, _colon, state = part.partition(":")
        return key_of(owner) == key and (not state or status == state)
    if name == "districts":
        return owner is not None and owner.kind == "district"
    return kind(asked, owner) == name and (not part or (owner is not None and owner.country == part))


def _rows(current: Current, chosen: Sequence[tuple[Any, Unit | None]]) -> list[Row]:
    said = current.said(
        [seq for row, _owner in chosen for seq in (row.status_seq, row.title_seq, row.number_seq)]
    )
    members = {row.root: current.joined(CASE).get(row.root, [row.root]) for row, _owner in chosen}
    spoken = current.spoken([id_ for ids in members.values() for id_ in ids])
    rows = []
    for row, owner in chosen:
        names = sorted(spoken[id_] for id_ in members[row.root])
        because = tuple(seq for seq in (row.status_seq, row.owner_seq) if seq is not None)
        label = ", ".join(str(said[seq].value) for seq in (row.number_seq, row.title_seq) if seq in said)
        detail = ", ".join(part for part in (key_of(owner), row.status) if part)
        rows.append(
            Row(
                "case",
                names[0],
                label,
                detail,
                said[row.status_seq].since,
                because,
                tuple(names[1:]),
                row.root,
            )
        )
    return sorted(rows, key=lambda one: one.name)


def _unit(said: Any) -> Unit | None:
    return Unit.of(said) if said else None


def _rung(status: str) -> int:
    return CASE_STATUS.index(status) if status in CASE_STATUS else len(CASE_STATUS)


def _order(asked: Asked, owner: Unit | None, status: str) -> tuple[int, str, int]:
    """Own first, then other units by name, then abroad."""
    place = ("cases_own", "cases_other", "cases_abroad", "cases_unowned").index(kind(asked, owner))
    return place, key_of(owner), _rung(status)
