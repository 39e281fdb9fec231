"""Kinds of evidence out of acts, contacts, media, profiles and changes of nick: what counts, and what only looks like it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from safelight.identities.evidence import contacts, everywhere, media, profile, renamed, talks, together
from safelight.identities.kinds import Kind
from safelight.identities.model import Bench

DAY = 86_400


@pytest.fixture
def bench() -> Iterator[Bench]:
    with Bench() as made:
        made.add(
            "tenures",
            [{"tenure": n, "id": f"a{n:03}", "account_id": f"a{n:03}", "network": "irc"} for n in range(200)],
        )
        made.add("pairs", [{"a": 0, "b": 1, "by": []}])
        yield made


def found(kind: Kind, bench: Bench) -> list[tuple[float, str]]:
    """Points and sentence of the one pair."""
    rows: list[dict[str, Any]] = kind.measure(bench).to_pylist()
    return [(round(row["points"], 1), kind.say(json.loads(row["detail"]))) for row in rows]


def talk(bench: Bench, one: int, other: int, direct: int = 5, days: int = 1) -> None:
    for a, b in ((one, other), (other, one)):
        row = {
            "tenure": a,
            "other": b,
            "direct": direct,
            "groups": 0,
            "first_us": 0,
            "last_us": days * DAY * 1_000_000,
        }
        bench.add("contacts", [row])


def test_a_rare_contact_counts_and_a_hub_does_not(bench: Bench) -> None:
    for n in range(10, 150):
        talk(bench, n, 5)
    for one in (0, 1):
        talk(bench, one, 5)
    assert found(contacts.KIND, bench) == []
    for one in (0, 1):
        talk(bench, one, 6)
        talk(bench, one, 7)
    assert found(contacts.KIND, bench) == [
        (1.3, "Both are in direct contact with the same 2 other accounts.")
    ]


def test_writing_to_each_other_for_long_is_against_and_a_note_is_nothing(bench: Bench) -> None:
    talk(bench, 0, 1, direct=3, days=300)
    assert found(talks.KIND, bench) == []
    bench.db.execute("delete from contacts")
    talk(bench, 0, 1, direct=200, days=70)
    assert found(talks.KIND, bench) == [
        (-3.8, "The two had 200 distinct messages, calls or payments with each other over 70 days.")
    ]


def moment(bench: Bench, tenure: int, second: int, device: str | None) -> None:
    bench.add("moments", [{"tenure": tenure, "second": second, "device": device}])


def test_the_same_seconds_on_two_devices_are_against_and_the_same_minute_is_nothing(bench: Bench) -> None:
    for day in range(3):
        moment(bench, 0, day * DAY, "exhibit:x")
        moment(bench, 1, day * DAY + 40, "exhibit:y")
        moment(bench, 1, day * DAY, None)
    assert found(together.KIND, bench) == []
    moment(bench, 1, 1, "exhibit:y")
    assert found(together.KIND, bench) == []  # once is chance
    moment(bench, 1, DAY - 1, "exhibit:y")
    said = "On 2 days the two acted within two seconds of each other from different devices."
    assert found(together.KIND, bench) == [(-3.0, said)]
    moment(bench, 1, 9 * DAY, "exhibit:x")  # both were used on one thing: neighbours
    assert found(together.KIND, bench) == []


def test_media_that_both_shared_first_and_that_nobody_passed_on(bench: Bench) -> None:
    for n in range(3):
        for place, tenure in enumerate((0, 1), 1):
            bench.add(
                "media",
                [{"tenure": tenure, "digest": f"d{n}", "at_us": n, "place": place, "trace": f"t{tenure}{n}"}],
            )
    for n in range(2, 60):
        bench.add("media", [{"tenure": n, "digest": f"own{n}", "at_us": 1, "place": 1, "trace": "t"}])
    said = "Both were among the first to share the same 3 files; no conversation of the two is known."
    assert found(media.KIND, bench) == [(3.4, said)]
    talk(bench, 0, 1)
    assert found(media.KIND, bench) == []


def test_a_profile_text_counts_by_how_few_have_it(bench: Bench) -> None:
    for n in range(2, 100):
        bench.add(
            "profiles", [{"tenure": n, "field": "status", "value": "Hei! Jeg bruker appen.", "trace": "t"}]
        )
    for n in (0, 1):
        bench.add(
            "profiles", [{"tenure": n, "field": "status", "value": "Hei! Jeg bruker appen.", "trace": "t"}]
        )
    assert found(profile.KIND, bench) == []
    for n in (0, 1):
        bench.add(
            "profiles", [{"tenure": n, "field": "about", "value": "Spor H0 og fransk åpning ", "trace": "t"}]
        )
    points, said = found(profile.KIND, bench)[0]
    assert points > 1
    assert said == "Both profiles say the same about themselves: “spor h0 og fransk åpning”."


def rename(bench: Bench, old: int, new: int, uses: int = 3) -> None:
    row = {
        "tenure": old,
        "kind": "renamed",
        "value": f"a{new:03}",
        "basis": "own",
        "uses": uses,
        "trace": "t",
    }
    bench.add("identifiers", [row])


def test_a_change_of_nick_is_strong_and_a_guests_name_joins_nobody(bench: Bench) -> None:
    rename(bench, 0, 1)
    points, said = found(renamed.KIND, bench)[0]
    assert points > 6
    assert said == "3 times one connection changed from one of these names to the other."
    for n in range(2, 60):
        rename(bench, n, 1)
    assert found(renamed.KIND, bench) == []


def test_who_is_in_all_conversations_on_a_thing_is_its_users(bench: Bench) -> None:
    row = {"kind": "device", "value": "source:s1", "trace": "t"}
    bench.add("identifiers", [row | {"tenure": 0, "basis": "file"}])
    assert found(everywhere.KIND, bench) == []
    bench.add("identifiers", [row | {"tenure": 1, "basis": "presence"}])
    bench.db.execute("update tenures set network = 'mail' where tenure = 1")
    points, said = found(everywhere.KIND, bench)[0]
    assert 4 < points <= everywhere.MOST
    assert said.startswith(
        "One was logged in on a seized item; the other takes part in nine of ten conversations"
    )
