"""The figure of children (`at_least.py` has its rule), and beside it those who may be further and count nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

import sqlalchemy as sa

from safelight.casework.at_least import AtLeast, at_least
from safelight.casework.figure import Asked, Figure, Row
from safelight.ledger.tables import STATEMENTS
from safelight.ledger.vocabulary import VICTIM

NAMES: Final = ("children", "children_further")
_GROUNDS: Final = ("name", "person", "same_as", "different_from")


def figures(asked: Asked) -> Iterator[Figure]:
    """At least so many children, and how many are listed besides."""
    found = at_least(asked.ledger, asked.as_of)
    yield Figure("children", found.number, least=True, exact=found.exact)
    yield Figure("children_further", len(found.further))


def rows(asked: Asked, name: str) -> list[Row]:
    """The children of either figure in order of registration, each with the decisions that it rests on."""
    found = at_least(asked.ledger, asked.as_of)
    chosen = found.children if name == "children" else found.further
    because = _because(asked, found, chosen)
    with asked.ledger.store.reading() as connection:
        spoken = asked.current(connection).spoken([one for first in chosen for one in found.records[first]])
    return [
        Row(
            "victim",
            spoken[first],
            "",
            "identified" if first in found.identified else "not identified",
            None,
            tuple(because[first]),
            tuple(spoken[one] for one in found.records[first] if one != first),
            first,
        )
        for first in sorted(chosen, key=lambda first: spoken[first])
    ]


def _because(asked: Asked, found: AtLeast, chosen: tuple[str, ...]) -> dict[str, list[int]]:
    """Entries about each child: its name, whose record it leads to, what it was joined with or told apart from."""
    first_of = {record: first for first in chosen for record in found.records[first]}
    said = STATEMENTS.c
    query = sa.select(said.seq, said.record).where(
        said.type == VICTIM, said.field.in_(_GROUNDS), asked.as_of.holds()
    )
    because: dict[str, list[int]] = defaultdict(list)
    with asked.ledger.store.reading() as connection:
        for seq, record in connection.execute(query.order_by(said.seq)):
            if record in first_of:
                because[first_of[record]].append(seq)
    return because
