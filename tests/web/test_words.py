"""Every word of the catalog that a page may show is marked for translation."""

from __future__ import annotations

from typing import get_args

from safelight.access.facts import COLUMNS
from safelight.access.filter import CAUSES, KINDS, STATES, TIMES, TYPES
from safelight.evidence.model import Cause, Kind, State
from safelight.ledger.custody import ACTS
from safelight.traces.moment import Basis
from safelight.web.render import type_name
from safelight.web.words import every_word


def test_every_word_of_the_contracts_is_marked() -> None:
    titles = [
        title.removeprefix("@").partition("|") for columns in COLUMNS.values() for _name, title in columns
    ]
    shown = {
        *CAUSES,
        *KINDS,
        *STATES,
        *TIMES,
        *ACTS,
        *get_args(Cause),
        *get_args(Kind),
        *get_args(State),
        *get_args(Basis),
    }
    shown |= {name for name, _bar, _unit in titles} | {unit for _name, _bar, unit in titles if unit}
    assert shown - set(every_word()) == set()


def test_every_type_has_a_name() -> None:
    assert [group for group in TYPES if type_name(group) == group] == []
