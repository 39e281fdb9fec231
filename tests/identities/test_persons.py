"""Persons as pages make them of the catalog's pairs and the decisions of the moment: the same as the run's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from safelight.access import identities as rows
from safelight.access.door import Door
from safelight.identities import persons, reading
from safelight.identities.run import find
from safelight.ledger import identities as law
from tests.identities.seized import Seized, seized

GRADES = {"reason": "known", "source_grade": "A", "content_grade": "1", "seen": None, "actor": "kåre"}


@pytest.fixture
def op(tmp_path: Path) -> Iterator[Seized]:
    """Forty accounts that have nothing in common, and three with one telephone number."""
    with seized(tmp_path) as made:
        for n in range(40):
            made.named("skype", f"medlem{n:02}", f"Klubbmedlem {n}")
        made.named("whatsapp", "+4790000001", "Ola")
        made.named("skype", "ola.n", "+4790000001", "phone")
        made.named("telegram", "ola_tog", "+4790000001", "phone")
        made.store()
        yield made


def both(op: Seized) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Clusters as the run wrote them, and as pages make them now."""
    with Door(op.folder, who="kåre", purpose="test") as door, door.consult("test") as look:
        now = reading.standing(look.reading)
        written = {
            name: tuple(one.tenure for one in found) for name, found in rows.members(look.reading).items()
        }
        return written, dict(persons.clusters(look.reading, now).members)


def test_pages_make_the_same_persons_as_the_run(op: Seized) -> None:
    find(op.folder)
    written, made = both(op)
    assert written == made and len(made) == 1


def test_a_decision_is_obeyed_before_the_next_run_and_after_it(op: Seized) -> None:
    find(op.folder)
    one, other = op.id("whatsapp", "+4790000001"), op.id("skype", "ola.n")
    stranger = op.id("skype", "medlem07")
    with Door(op.folder, who="kåre", purpose="test") as door, door.consult("test") as look:
        ledger = look.reading.ledger
        law.decide(ledger, one, other, "different", **GRADES)  # type: ignore[arg-type]
        law.decide(ledger, one, stranger, "same", **GRADES)  # type: ignore[arg-type]
    _written, made = both(op)
    of = {tenure: name for name, members in made.items() for tenure in members}
    assert of[one] == of[stranger] and of.get(other) != of[one]
    find(op.folder)
    written, again = both(op)
    assert written == again == made


def test_what_holds_a_person_and_what_would_split_it(op: Seized) -> None:
    find(op.folder)
    with Door(op.folder, who="kåre", purpose="test") as door, door.consult("test") as look:
        now = reading.standing(look.reading)
        found = persons.person(look.reading, now, op.id("skype", "ola.n"))
        alone = persons.person(look.reading, now, op.id("skype", "medlem07"))
    assert (
        len(found.members) == 3 and found.weakest is not None and set(found.weakest.key) <= set(found.members)
    )
    phone = next(one for one in found.cuts if one.kind == "phone")
    assert (phone.links, len(phone.leaves)) == (3, 2)
    assert (alone.members, alone.weakest, alone.cuts) == ((op.id("skype", "medlem07"),), None, ())


def test_a_shared_tenure_is_no_proposal_of_anybody(op: Seized) -> None:
    find(op.folder)
    shared, one = op.id("whatsapp", "+4790000001"), op.id("skype", "ola.n")
    law.share(op.ledger, shared, True, reason="the family's", actor="kåre")
    with Door(op.folder, who="kåre", purpose="test") as door, door.consult("test") as look:
        now = reading.standing(look.reading)
        found = persons.person(look.reading, now, one)
        alone = persons.person(look.reading, now, shared)
    assert shared not in found.members and any(shared in link.key for link in found.apart)
    assert (found.joins, alone.joins) == ((), ())


def test_after_a_split_neither_part_is_joined_against_what_was_decided(op: Seized) -> None:
    find(op.folder)
    one, other = op.id("whatsapp", "+4790000001"), op.id("skype", "ola.n")
    law.decide(op.ledger, one, other, "different", **GRADES)  # type: ignore[arg-type]
    law.split(op.ledger, one, 1_451_865_600_000_000, "4 January 2016", reason="sold", actor="kåre")
    find(op.folder)
    with Door(op.folder, who="kåre", purpose="test") as door, door.consult("test") as look:
        now = reading.standing(look.reading)
        found = persons.person(look.reading, now, other)
    account = {tenure.partition("@")[0] for tenure in found.members}
    assert one not in account and not any(one in link.a + link.b for link in found.joins)
    written, made = both(op)
    assert written == made
