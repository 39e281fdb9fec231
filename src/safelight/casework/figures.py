"""Every figure of an operation as of any date: what was known then, or what, seen from today, was true then.

Each figure is SQL over what the ledger states; none is kept. Each opens into the rows that make it, and each row names the
entries because of which it counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from safelight.casework import figures_cases, figures_persons, figures_seized, figures_victims
from safelight.casework.figure import Asked, Figure, Row
from safelight.casework.figures_cases import Cell
from safelight.errors import NotFound
from safelight.messages import _

#: Figures in the order in which they are told; those of parts (owner, state) stand behind their whole.
NAMES: Final = (
    *figures_persons.NAMES,
    *figures_cases.NAMES,
    "accounts",
    "items",
    "bytes",
    "exhibits",
    "seized",
    "children",
)


def titles() -> Mapping[str, str]:
    """What each figure is called, in the language in use."""
    return {
        "suspects": _("Suspects"),
        "suspects_own": _("of them in own district"),
        "suspects_district": _("Suspects by district"),
        "cases": _("Cases"),
        "cases_own": _("Own cases"),
        "cases_other": _("Cases of other units"),
        "cases_abroad": _("Cases abroad"),
        "cases_unowned": _("Cases without an owner"),
        "cases_owner": _("Cases by owner"),
        "cases_status": _("Cases by state"),
        "districts": _("Districts with cases"),
        "accounts": _("Accounts"),
        "items": _("Items"),
        "bytes": _("Bytes taken in"),
        "exhibits": _("Exhibits"),
        "seized": _("Seized, registered"),
        "children": _("Children, at least"),
        "children_further": _("Children possibly further"),
    }


def definitions() -> Mapping[str, str]:
    """What each figure counts, in the language in use."""
    return {
        "suspects": _("persons whose category was suspect, joined ones once; there may be more"),
        "suspects_own": _(
            "suspects whose home district was the unit's own (setting operation_unit.district)"
        ),
        "suspects_district": _("suspects by the district of their home"),
        "cases": _("cases that had been opened, whatever became of them, joined ones once"),
        "cases_own": _("cases whose owner was the unit's own district"),
        "cases_other": _("cases whose owner was another Norwegian district or a national unit"),
        "cases_abroad": _("cases whose owner was a unit of another country"),
        "cases_unowned": _("cases of which no owner was stated"),
        "cases_owner": _("cases by the unit that owned them"),
        "cases_status": _("cases by the last step on the ladder"),
        "districts": _("districts in Norway that owned at least one case"),
        "accounts": _("distinct accounts that any trace named, when the last run ended"),
        "items": _("files, folders and streams listed, when the last run ended"),
        "bytes": _("sum of the sizes of files and streams, when the last run ended"),
        "exhibits": _("exhibits registered"),
        "seized": _("sum of the sizes that were registered with the exhibits"),
        "children": _(
            "the largest set of children of whom any two are known to be different: both identified, or declared different"
        ),
        "children_further": _(
            "children in the register who may be one of these or one another; they count nothing"
        ),
    }


def every(asked: Asked) -> list[Figure]:
    """All figures. The register of victims is left out for who may not see it."""
    with asked.ledger.store.reading() as connection:
        found: list[Figure] = [
            *figures_persons.figures(asked, connection),
            *figures_cases.figures(asked, connection),
            *figures_seized.machine_figures(asked, connection),
            *figures_seized.figures(asked, connection),
        ]
    return [*found, *_children(asked)]


def one(asked: Asked, key: str) -> Figure:
    """One figure by its key (`suspects`, `cases_owner:Vest`), without computing those of other things. Raises NotFound."""
    name, _colon, part = key.partition(":")
    if name in figures_victims.NAMES:
        found = list(_children(asked))
    else:
        with asked.ledger.store.reading() as connection:
            if name in figures_persons.NAMES:
                found = list(figures_persons.figures(asked, connection, (name,)))
            elif name in figures_cases.NAMES:
                found = list(figures_cases.figures(asked, connection))
            elif name in figures_seized.RUN:
                found = list(figures_seized.machine_figures(asked, connection))
            else:
                found = list(figures_seized.figures(asked, connection))
    for figure in found:
        if (figure.name, figure.part) == (name, part):
            return figure
    if name in NAMES and name not in figures_victims.NAMES:
        return Figure(name, 0, part)
    raise _unknown(key)


def rows(asked: Asked, key: str) -> list[Row]:
    """The rows that make a figure. Raises NotFound."""
    name, _colon, part = key.partition(":")
    if name in figures_victims.NAMES and asked.victims:
        return figures_victims.rows(asked, name)
    with asked.ledger.store.reading() as connection:
        if name in figures_persons.NAMES:
            return figures_persons.rows(asked, connection, name, part)
        if name in figures_cases.NAMES:
            return figures_cases.rows(asked, connection, name, part)
        if name in (*figures_seized.RUN, *figures_seized.EXHIBITS):
            return figures_seized.rows(asked, connection, name)
    raise _unknown(key)


def matrix(asked: Asked) -> list[Cell]:
    """Cases by owner and state, own first."""
    with asked.ledger.store.reading() as connection:
        return figures_cases.matrix(asked, connection)


def spoken(asked: Asked, ids: Sequence[str]) -> Mapping[str, str]:
    """Numbers to say aloud (`C-001`) of records, by id."""
    with asked.ledger.store.reading() as connection:
        return asked.current(connection).spoken(ids)


def _children(asked: Asked) -> Iterator[Figure]:
    if asked.victims:
        yield from figures_victims.figures(asked)


def _unknown(key: str) -> NotFound:
    return NotFound(
        _("There is no figure %(name)s.") % {"name": repr(key)},
        _("Use one of %(names)s.") % {"names": ", ".join(NAMES)},
    )
