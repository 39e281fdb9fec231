"""Roles: each is found from what the traces state, says so in figures, and rests on its traces; nothing is found twice."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from safelight.access.door import Door
from safelight.catalog.catalog import Catalog
from safelight.identities.triage import contact_list, reading
from safelight.identities.triage.acts import RoleActs
from safelight.identities.triage.registry import BY_NAME
from safelight.identities.triage.run import find_roles
from safelight.ledger import identities, roles
from safelight.messages import use_language
from tests.access.acts import ASE, BO, KAISSA, us
from tests.access.built import Built, build
from tests.identities.deeds import ADMIN, CLOCK, LESSONS, OTHER, PAYEE, PAYER, PUPIL, TEACHER, THIRD, do

LIST = """
name = "Chess lessons"
least = 2
[[term]]
name = "lesson"
words = ["chess lesson"]
[[rhythm]]
name = "evenings"
days = 14
messages = 20
hours = [18, 23]
zone = "Europe/Oslo"
share = 0.5
"""


def found(built: Built) -> dict[str, dict[str, tuple[dict[str, Any], list[str]]]]:
    """Role -> account -> facts and traces."""
    every: dict[str, dict[str, tuple[dict[str, Any], list[str]]]] = {}
    with Catalog.at(built.folder) as catalog, catalog.connect() as db:
        for role, account, detail, traces in db.execute(
            "select role, account, detail, traces from account_roles"
        ).fetchall():
            assert account not in every.setdefault(role, {}), (role, account)
            every[role][account] = orjson.loads(detail), traces
    return every


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    made = build(tmp_path_factory.mktemp("deeds"))
    do(made)
    with Door(made.folder, who="kari", purpose="test") as door:
        RoleActs(door).use_list(contact_list.parse(LIST, "list.toml"), "list.toml")
    assert find_roles(made.folder).changed
    return made


def said(built: Built, role: str, account: str) -> str:
    return BY_NAME[role].say(found(built)[role][account][0])


def test_payments_are_counted_once_and_named_by_what_they_are(built: Built) -> None:
    every = found(built)
    assert set(every["buyer"]) == {PAYER} and set(every["seller"]) == {PAYEE}
    assert said(built, "buyer", PAYER) == (
        "Sent 4 payments to 2 accounts (NOK 750 in all), 2016-05-01 to 2018-01-01."
    )
    assert said(built, "seller", PAYEE) == (
        "Received 4 payments from 2 accounts (NOK 750 in all), 2016-05-01 to 2016-11-08."
    )
    traces = every["seller"][PAYEE][1]
    assert len(traces) == 4 and "t1-q1" in traces and "t1-q1x" not in traces


def test_calls_beside_payments_say_that_and_no_more(built: Built) -> None:
    every = found(built)["beside"]
    assert set(every) == {TEACHER, PUPIL}
    detail, traces = every[TEACHER]
    assert (detail["met"], detail["calls"], detail["with"], detail["payer"], detail["payee"]) == (
        2,
        2,
        PUPIL,
        PAYER,
        PAYEE,
    )
    assert sorted(traces) == ["t1-q1", "t1-q2", "t1-w0", "t1-w1"]
    assert said(built, "beside", TEACHER).startswith("2 of its 2 long calls with")


def test_ranks_and_what_was_done_with_them(built: Built) -> None:
    assert set(found(built)["moderator"]) == {ADMIN, BO}
    assert said(built, "moderator", ADMIN) == (
        "Gave a rank 1 time; put out 1 account, 2016-02-01 to 2016-02-03."
    )
    assert said(built, "moderator", BO) == "Listed as operator in 1 group."


def test_known_are_owners_of_exhibits_and_who_they_wrote_with(built: Built) -> None:
    every = found(built)
    assert set(every["seized"]) == {ASE}
    assert said(built, "seized", ASE) == "Account of the owner of 2016-0142-A1, as an item there states."
    assert set(every["known"]) == {BO, KAISSA}  # being in the channel alone is no tie
    assert said(built, "known", BO) == "4 distinct messages, 1 call with togmann (seized with 2016-0142-A1)."
    assert said(built, "known", KAISSA) == "1 distinct message with togmann (seized with 2016-0142-A1)."


def test_contacts_by_terms_and_rhythm(built: Built) -> None:
    every = found(built)["contact"]
    assert set(every) == {TEACHER}
    detail, traces = every[TEACHER]
    assert detail["standing"] == "terms and rhythm" and detail["conversation"] == LESSONS
    assert traces == ["t1-d1", "t1-d2", "t1-d3"]
    told = said(built, "contact", TEACHER)
    assert told.startswith("Terms of “Chess lessons” (lesson) in 3 distinct messages to ")
    assert told.endswith(
        "; 25 distinct messages in the first 14 days, 25 of them from 18:00 to 23:00 (Europe/Oslo)."
    )


def test_what_speaks_every_hour_and_always_the_same(built: Built) -> None:
    assert set(found(built)["automatic"]) == {CLOCK}
    assert said(built, "automatic", CLOCK) == (
        "Writes at all 24 hours, 4.2 % of its messages even in the quietest; "
        "100 % of its messages repeat another one's text."
    )


def test_activity_and_place_are_figures_of_everybody(built: Built) -> None:
    every = found(built)
    assert every["activity"][ASE][0] == {
        "messages": 4, "days": 3, "first": us("2014-03-30T01:30"), "last": us("2016-11-08T10:01"),
    }  # fmt: skip
    assert every["place"][BO][0]["contacts"] == 1 and every["place"][ASE][0]["contacts"] == 2
    assert CLOCK not in every["place"] or every["place"][CLOCK][0]["contacts"] > 0
    assert said(built, "activity", ASE) == "Wrote 4 distinct messages on 3 days, 2014-03-30 to 2016-11-08."


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_every_sentence_and_rule_is_there_in_norwegian(built: Built, language: str) -> None:
    every = found(built)
    english = {(role, one): BY_NAME[role].say(of[one][0]) for role, of in every.items() for one in of}
    rules = {role.name: (role.title(), role.rule()) for role in BY_NAME.values()}
    use_language(language)
    try:
        for (role, one), sentence in english.items():
            assert BY_NAME[role].say(every[role][one][0]) != sentence, sentence
        for role_ in BY_NAME.values():
            assert role_.rule() != rules[role_.name][1]
    finally:
        use_language("en")


def test_nothing_changed_is_nothing_done_and_a_change_replaces_all(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    made = build(tmp_path_factory.mktemp("again"))
    do(made)
    first = find_roles(made.folder)
    assert first.changed and "contact" not in first.roles
    again = find_roles(made.folder)
    assert not again.changed and again.roles == first.roles
    before = found(made)
    with Door(made.folder, who="kari", purpose="test") as door:
        acts = RoleActs(door)
        assert acts.use_list(contact_list.parse(LIST, "list.toml"), "list.toml") is not None
        assert acts.use_list(contact_list.parse(LIST, "list.toml"), "list.toml") is None
    assert find_roles(made.folder).roles == first.roles | {"contact": 1}
    after = found(made)
    assert after.pop("contact").keys() == {TEACHER} and after == before


def test_a_confirmed_person_carries_what_the_paying_account_did(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    made = build(tmp_path_factory.mktemp("decided"))
    do(made)
    with made.ledger() as ledger:
        entry = identities.decide(
            ledger, PAYER, PUPIL, "same", reason="the receipt shows both", source_grade="A", content_grade="1",
            seen=None, actor="kari",
        )  # fmt: skip
        identities.decide(
            ledger, OTHER, THIRD, "different", reason="two customers", source_grade="A", content_grade="1",
            seen=None, actor="kari",
        )  # fmt: skip
    find_roles(made.folder)
    every = found(made)
    assert set(every["buyer"]) == {PAYER, PUPIL}
    assert every["buyer"][PUPIL][0]["entries"] == [entry.seq] and every["buyer"][PUPIL][0]["via"] == PAYER
    assert said(made, "buyer", PUPIL).startswith("Confirmed as one person with ")
    assert set(every["known"]) == {BO, KAISSA, TEACHER, PAYEE, THIRD}
    assert f"confirmed, entry {entry.seq}" in said(made, "known", TEACHER)
    with made.ledger() as ledger:
        identities.split(ledger, PUPIL, us("2016-04-01T00:00"), "April 2016", reason="sold", actor="kari")
    assert find_roles(made.folder).changed
    assert set(found(made)["buyer"]) == {PAYER}  # whose hands it was in when is not known any more


def test_the_order_is_the_rule_and_a_rejected_role_does_not_count(built: Built) -> None:
    with Door(built.folder, who="kari", purpose="test") as door:
        with door.consult("triage") as look:
            rows, total, counts = reading.listed(look.reading, reading.Asked())
            assert total == len(rows) and counts["buyer"] == 1 and counts["contact"] == 1
            order = [one.row.account_id for one in rows]
        # Contact list, calls beside payments, seized, seller, buyer, ties to known (by messages), moderator; the clock last.
        assert order[:6] == [TEACHER, PUPIL, ASE, PAYEE, PAYER, BO] and order[-1] == CLOCK
        entry = RoleActs(door).reject(TEACHER, "contact", "he teaches the whole club")
        RoleActs(door).reject(TEACHER, "beside", "the club pays him")
        with door.consult("triage") as look:
            rows, _total, counts = reading.listed(look.reading, reading.Asked())
            assert rows[0].row.account_id == PUPIL and counts["contact"] == 0
            mine = next(one for one in rows if one.row.account_id == TEACHER)
            assert [tag.rejected.actor for tag in mine.tags if tag.rejected] == ["kari", "kari"]
            assert not find_roles(built.folder).changed
        RoleActs(door).withdraw(entry.seq, "the other evenings were not the club's")
        with door.consult("triage") as look:
            assert reading.listed(look.reading, reading.Asked())[0][0].row.account_id == TEACHER
    with built.ledger() as ledger:
        assert set(roles.rejected(ledger)) == {(TEACHER, "beside")}
