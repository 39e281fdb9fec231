"""Every word of the catalog that a page may show is marked for translation."""

from __future__ import annotations

from typing import get_args

from safelight.access.facts import COLUMNS
from safelight.access.filter import CAUSES, KINDS, STATES, TIMES, TYPES
from safelight.evidence.model import Cause, Kind, State
from safelight.ledger.custody import ACTS
from safelight.messages import use_language
from safelight.traces.moment import Basis
from safelight.web.render import fact_name, type_name
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


def test_a_name_that_the_content_states_stays() -> None:
    """`copy` and `open` are words of the pages too; as tags of a recording they are evidence."""
    use_language("nb")
    try:
        read = [
            fact_name(name) for name in ("Camera", "Audio codec", "copy", "open", "Pictures", "tag\u202e")
        ]
    finally:
        use_language("en")
    assert read == ["Kamera", "Lydkodek", "copy", "open", "Pictures", "tag‹U+202E›"]
