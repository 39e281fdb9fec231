"""One call in several items: both ends' telephones, an app and its export. A wrong join hides a call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.analyse.call_clocks import Clocks
from safelight.analyse.call_pairs import Told, join
from safelight.analyse.same_calls import Figures, figures, find_same_calls
from safelight.ledger import clocks
from safelight.traces.ids import account_id, conversation_id
from safelight.traces.networks import direct
from tests.analyse.stage import BEGIN, SECOND, Stage, staged

ASE, BO, PER = "+4700000001", "+4700000002", "+4700000003"
HOUR = 3600


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path) as made:
        yield made


class Phones:
    """Lists of calls as telephones keep them: the other end alone, and which way."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self._lists = stage, 0

    def owned(self, source: str, number: str, network: str = "phone") -> None:
        """An item of the source says whose it is."""
        row = self._row(source, "a0", network) | {
            "account": number, "account_id": account_id(network, None, number), "owner": True,
        }  # fmt: skip
        self.stage.catalog.write(f"owner-{source}", {"accounts": [row]}, made_by={"test": "1"})

    def calls(
        self,
        source: str,
        calls: Sequence[tuple[int, str, str, float | None]],
        *,
        network: str = "phone",
        zoned: bool = True,
        natives: Sequence[str | None] = (),
        state: str = "live",
    ) -> list[str]:
        """(second, `out` or `in`, other end, seconds) each; gives the trace ids."""
        self._lists += 1
        rows = []
        for n, (second, way, other, lasted) in enumerate(calls):
            us, native = BEGIN + second * SECOND, direct(network, None, other)
            who = account_id(network, None, other)
            rows.append(
                self._row(source, f"c{n}", network)
                | {
                    "conversation": native,
                    "conversation_id": conversation_id(network, f"?{source}", native),
                    "caller": other if way == "in" else None,
                    "caller_id": who if way == "in" else None,
                    "participants": [other] if way == "out" else None,
                    "participants_id": [who] if way == "out" else None,
                    "direction": "outgoing" if way == "out" else "incoming",
                    "started": {"utc": us if zoned else None, "wall": us, "text": "", "basis": "stated"},
                    "duration": lasted,
                    "native_id": natives[n] if natives else None,
                    "state": state,
                }
            )
        self.stage.catalog.write(f"calls-{self._lists}", {"calls": rows}, made_by={"test": "1"})
        return [row["trace_id"] for row in rows]

    def _row(self, source: str, place: str, network: str) -> dict[str, Any]:
        item = f"{source}-i{self._lists}"
        return {
            "trace_id": f"t1-{item}-{place}", "item_id": item, "source_id": source, "exhibit": self.stage.exhibit,
            "parser": "phone", "version": 1, "place": place, "network": network, "state": "live",
        }  # fmt: skip

    def find(self) -> tuple[Figures, list[tuple[str, str, str]]]:
        find_same_calls(self.stage.catalog, self.stage.ledger)
        with self.stage.catalog.connect() as database:
            pairs = database.execute(
                "select distinct_id, trace_id, rule from same_calls where trace_id <> distinct_id order by all"
            ).fetchall()
        return figures(self.stage.catalog), pairs


@pytest.fixture
def phones(stage: Stage) -> Phones:
    made = Phones(stage)
    made.owned("s-ase", ASE)
    made.owned("s-bo", BO)
    return made


def test_both_ends_phones_tell_of_one_call(phones: Phones) -> None:
    here = phones.calls("s-ase", [(0, "out", BO, 61.0), (HOUR, "in", BO, 0.0)])
    there = phones.calls(
        "s-bo", [(1, "in", ASE, 61.0), (HOUR + 1, "out", ASE, 0.0), (2 * HOUR, "in", PER, 9.0)]
    )
    found, pairs = phones.find()
    assert found == Figures(5, 3)
    # The one that says who called stands for both.
    assert pairs == [(here[1], there[1], "start"), (there[0], here[0], "start")]
    assert find_same_calls(phones.stage.catalog, phones.stage.ledger) is False


def test_other_people_another_way_or_another_length_are_other_calls(phones: Phones) -> None:
    phones.calls("s-ase", [(0, "out", BO, 61.0), (HOUR, "out", BO, 61.0), (2 * HOUR, "out", BO, 61.0)])
    phones.calls("s-bo", [(0, "in", PER, 61.0), (HOUR, "out", ASE, 61.0), (2 * HOUR, "in", ASE, 63.0)])
    assert phones.find()[0] == Figures(6, 6)


def test_a_choice_stays_apart_and_calls_of_one_item_are_never_one(phones: Phones) -> None:
    phones.calls("s-ase", [(0, "out", BO, 0.0), (3, "out", BO, 0.0)])
    phones.calls("s-bo", [(1, "in", ASE, 0.0)])
    assert phones.find() == (Figures(3, 3), [])


def test_a_clock_that_is_off_is_shown_by_calls_that_lasted(phones: Phones) -> None:
    talks = [(n * HOUR, "out", BO, 200.0 + 7 * n) for n in range(3)]
    here = phones.calls("s-ase", [*talks, (9 * HOUR, "out", BO, 0.0), (9 * HOUR + 90, "out", BO, 0.0)])
    back = [(second + 90, "in", ASE, lasted) for second, _way, _other, lasted in talks]
    there = phones.calls("s-bo", [*back, (9 * HOUR + 90, "in", ASE, 0.0), (9 * HOUR + 180, "in", ASE, 0.0)])
    found, pairs = phones.find()
    assert found == Figures(10, 5)
    # The second attempt here and the first there bear one time, and are two.
    assert sorted((second, first, rule) for first, second, rule in pairs) == [
        (here[n], there[n], "length" if n < 3 else "start") for n in range(5)
    ]


def test_without_anything_that_shows_it_a_short_call_of_another_time_stays_apart(phones: Phones) -> None:
    phones.calls("s-ase", [(0, "out", BO, 8.0)])
    phones.calls("s-bo", [(90, "in", ASE, 8.0)])
    assert phones.find()[0] == Figures(2, 2)


def test_a_decision_about_a_clock_makes_them_one(phones: Phones) -> None:
    phones.calls("s-ase", [(0, "out", BO, 8.0)])
    phones.calls("s-bo", [(0, "in", ASE, 8.0)], zoned=False)
    assert phones.find()[0] == Figures(2, 2)
    clocks.assume_zone(
        phones.stage.ledger, phones.stage.exhibit, "Etc/UTC", reason="the telephone's settings", actor="berg"
    )
    assert phones.find()[0] == Figures(2, 1)


def test_wall_clocks_are_whole_quarters_of_an_hour_apart(phones: Phones) -> None:
    phones.calls("s-ase", [(0, "out", BO, 600.0), (9 * HOUR, "out", BO, 500.0), (20 * HOUR, "out", BO, 0.0)])
    phones.calls(
        "s-bo",
        [(2 * HOUR, "in", ASE, 600.0), (11 * HOUR + 300, "in", ASE, 500.0), (22 * HOUR, "in", ASE, 0.0)],
        zoned=False,
    )
    assert phones.find()[0] == Figures(6, 5)


def test_the_network_s_own_id_joins_but_not_what_contradicts_it(phones: Phones) -> None:
    natives = ["AB12CD34EF", "AB12CD34EF56", "117"]
    calls = [(0, "out", BO, 30.0), (HOUR, "out", BO, 30.0), (2 * HOUR, "out", BO, 0.0)]
    here = phones.calls("s-ase", calls, natives=natives)
    there = phones.calls(
        "s-bo",
        [(4000, "in", ASE, 30.0), (HOUR, "in", ASE, 45.0), (3 * HOUR, "in", ASE, 0.0)],
        natives=natives,
    )
    found, pairs = phones.find()
    assert (found, pairs) == (Figures(6, 5), [(there[0], here[0], "native id")])


def test_an_unknown_owner_is_found_by_calls_with_known_telephones(phones: Phones) -> None:
    calls = [(n * HOUR, "out", ASE, 100.0 + 9 * n) for n in range(3)]
    phones.calls("s-stranger", calls)
    phones.calls("s-ase", [(second + 40, "in", PER, lasted) for second, _w, _o, lasted in calls])
    assert phones.find()[0] == Figures(6, 3)


def test_two_calls_are_too_few_to_say_whose_a_telephone_is(phones: Phones) -> None:
    calls = [(n * HOUR, "out", ASE, 100.0 + 9 * n) for n in range(2)]
    phones.calls("s-stranger", calls)
    phones.calls("s-ase", [(second, "in", PER, lasted) for second, _w, _o, lasted in calls])
    assert phones.find()[0] == Figures(4, 4)


def test_a_recovered_row_joins_what_is_left(phones: Phones) -> None:
    live = phones.calls("s-ase", [(0, "out", BO, 61.0)])
    phones.calls("s-bo", [(1, "in", ASE, 61.0)], state="recovered")
    found, pairs = phones.find()
    assert found == Figures(2, 1)
    assert [pair[0] for pair in pairs] == live  # what is live stands for all


def _told(item: int, n: int, start: int, seconds: int) -> Told:
    both = frozenset((ASE, BO))
    return Told(
        trace_id=f"{item}:{n}", item=str(item), clock=f"s{item} utc", network="phone", parties=((ASE, both),),
        start=start * SECOND, zoned=True, seconds=float(seconds), answered=None, kind=None, native=None, recovered=False,
    )  # fmt: skip


@given(
    st.lists(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 40)), max_size=5), min_size=2, max_size=3)
)
def test_whatever_the_lists_no_item_has_two_of_one_call(lists: list[list[tuple[int, int]]]) -> None:
    calls = [
        _told(item, n, start, seconds)
        for item, of in enumerate(lists)
        for n, (start, seconds) in enumerate(of)
    ]
    found = join(calls, Clocks())
    assert set(found.heads) == set(found.rules)
    for head in set(found.heads.values()):
        members = [one for one in calls if found.heads.get(one.trace_id) == head]
        assert len(members) == len({one.item for one in members}) > 1
        assert max(one.seconds or 0 for one in members) - min(one.seconds or 0 for one in members) <= 2


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(30, 300)), max_size=6, unique_by=lambda one: one[0])
)
def test_calls_far_from_each_other_are_found_at_both_ends(times: list[tuple[int, int]]) -> None:
    here = [_told(0, n, hour * HOUR, seconds) for n, (hour, seconds) in enumerate(times)]
    there = [_told(1, n, hour * HOUR + 4, seconds) for n, (hour, seconds) in enumerate(times)]
    heads = join([*here, *there], Clocks()).heads
    assert all(heads[f"0:{n}"] == heads[f"1:{n}"] for n in range(len(times)))
    assert len(set(heads.values())) == len(times)
