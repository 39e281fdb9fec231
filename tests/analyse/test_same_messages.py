"""The same conversation in several copies: messages are counted once, and what is not the same is not joined."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from safelight.analyse.same_messages import Figures, figures, find_same
from safelight.ledger import clocks
from safelight.traces.networks import titled
from tests.analyse.stage import TALK, Stage, staged


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path) as made:
        yield made


def test_one_copy_has_no_double(stage: Stage) -> None:
    stage.copy(TALK)
    assert stage.find() == Figures(9, 9, 0, 0)


def test_native_ids_say_it_even_where_times_differ(stage: Stage) -> None:
    ids = [f"n{n}" for n in range(len(TALK))]
    one = stage.copy(TALK, natives=ids)
    other = stage.copy(TALK[2:], natives=ids[2:], shift=7200)
    assert stage.find() == Figures(16, 9, 0, 1)
    assert stage.pairs() == [(one[n + 2], other[n], "native id") for n in range(7)]


def test_ids_that_each_account_counts_for_itself_say_nothing(stage: Stage) -> None:
    one = stage.copy(TALK, natives=[str(n) for n in range(100, 109)])
    other = stage.copy(TALK, natives=[str(n) for n in range(102, 111)])
    assert stage.find() == Figures(18, 9, 0, 1)
    assert stage.pairs() == [(one[n], other[n], "aligned") for n in range(9)]


def test_an_edited_text_of_one_id_and_moment_is_one_message(stage: Stage) -> None:
    ids = [f"n{n}" for n in range(len(TALK))]
    stage.copy(TALK, natives=ids)
    stage.copy([(s, w, t.replace("kveld", "morgen")) for s, w, t in TALK], natives=ids)
    assert stage.find() == Figures(18, 9, 0, 1)


def test_an_export_to_the_minute_is_aligned_with_its_database(stage: Stage) -> None:
    one = stage.copy(TALK, natives=[f"n{n}" for n in range(len(TALK))])
    other = stage.copy(TALK, step=60, parser="club-export")
    assert stage.find() == Figures(18, 9, 0, 1)
    assert stage.pairs() == [(one[n], other[n], "aligned") for n in range(9)]


def test_lines_of_one_minute_stand_in_the_order_of_their_file(stage: Stage) -> None:
    one = stage.copy(TALK, natives=[f"n{n}" for n in range(len(TALK))])
    other = stage.copy(TALK, step=60, parser="club-export", first=992)  # both `ok`: lines 999 and 1000
    assert stage.find() == Figures(18, 9, 0, 1)
    assert stage.pairs() == sorted((one[n], other[n], "aligned") for n in range(9))


def test_an_export_that_knows_only_a_title_is_the_same_conversation(stage: Stage) -> None:
    one = stage.copy(TALK)
    other = stage.copy(TALK, conversation=titled("Sjakk  med Bø"), step=60)
    assert stage.find() == Figures(18, 9, 0, 1)
    assert stage.pairs() == [(one[n], other[n], "aligned") for n in range(9)]
    with stage.catalog.connect() as database:
        grouped = database.execute(
            "select rule, anchors, copies, messages, distinct_messages from conversation_groups order by all"
        ).fetchall()
    assert grouped == [("texts", 6, 2, 18, 9), ("texts", 6, 2, 18, 9)]


def test_two_ids_of_the_network_stay_two_conversations(stage: Stage) -> None:
    stage.copy(TALK, conversation="room:1")
    stage.copy(TALK, conversation="room:2")
    assert stage.find() == Figures(18, 18, 0, 0)


def test_one_person_s_greetings_to_two_people_tie_nothing(stage: Stage) -> None:
    greetings = [(n * 86_400 * 30, "per", f"gratulerer med dagen nummer {n}, hilsen Per") for n in range(6)]
    for friend, answer in (("ola", "takk"), ("kari", "tusen takk")):
        talk = [*greetings, *((s + 60, friend, f"{answer} {n}") for n, (s, _, _) in enumerate(greetings))]
        stage.copy(sorted(talk), conversation=titled(friend))
    assert stage.find() == Figures(24, 24, 0, 0)


def test_pictures_of_one_number_hours_apart_are_two(stage: Stage) -> None:
    one = [(n * 3600, "åse", "") for n in range(20)]
    other = [(n * 3600 + 1800, "åse", "") for n in range(20)]
    ids = [str(n) for n in range(20)]
    stage.copy(one, natives=ids)
    stage.copy(other, natives=ids)
    figures = stage.find()
    assert (figures.messages, figures.distinct) == (40, 40)


def test_a_text_that_was_read_anew_renews_the_result(stage: Stage) -> None:
    stage.copy(TALK)
    stage.copy(TALK)
    assert stage.find().distinct == 9
    with stage.catalog.connect() as database:
        rows = database.sql("from messages where item_id = 'i2'").to_arrow_table()
    texts = pa.array([f"{text} (lest på nytt)" for text in rows["text"].to_pylist()])
    other = rows.set_column(rows.schema.get_field_index("text"), "text", texts)
    stage.catalog.supersede(
        "again", {"messages": rows.select(["item_id"])}, {"messages": other}, made_by={"t": "1"}
    )
    assert stage.find().distinct == 18


def test_other_words_under_a_like_title_stay_apart(stage: Stage) -> None:
    stage.copy(TALK)
    stage.copy([(s, w, f"{t} og så videre") for s, w, t in TALK], conversation=titled("Sjakk"))
    assert stage.find() == Figures(18, 18, 0, 0)


def test_ok_twice_here_and_once_there_is_not_decided(stage: Stage) -> None:
    stage.copy(TALK)
    stage.copy(TALK[:-1])
    assert stage.find() == Figures(17, 10, 1, 1)  # nine, and the one `ok` that is left apart


def test_a_recovered_older_form_is_the_same_message(stage: Stage) -> None:
    stage.copy(TALK[:2], natives=["a", "b"])
    rows = stage.copy([(0, "åse", "skal vi spille?")], natives=["a"], state="recovered")
    assert stage.find() == Figures(3, 2, 0, 1)
    assert [row[1] for row in stage.pairs()] == rows


def test_wall_times_need_no_zone_where_texts_show_it_and_a_decision_renews_the_result(stage: Stage) -> None:
    stage.copy(TALK)
    stage.copy(TALK, shift=3600, zoned=False)
    assert stage.find() == Figures(18, 9, 0, 1)
    assert not find_same(stage.catalog, stage.ledger)
    clocks.assume_zone(stage.ledger, "2016-0142-A1", "Europe/Oslo", reason="settings", actor="test")
    assert find_same(stage.catalog, stage.ledger)
    assert figures(stage.catalog) == Figures(18, 9, 0, 1)


def _phones() -> tuple[list[tuple[int, str, str]], list[tuple[int, str, str]]]:
    """A talk as two phones hold it: each stamps what it sends by its own clock, and one is 90 seconds fast."""
    said = [(n * 600, "åse" if n % 2 else "bø", f"trekk nummer {n} står på brettet nå") for n in range(40)]
    here = [(s + (90 if who == "åse" else 0), who, text) for s, who, text in said]
    there = [(s - (50 if who == "bø" else 0), who, text) for s, who, text in said]
    return here, there


def test_two_phones_with_two_clocks_are_one_conversation(stage: Stage) -> None:
    here, there = _phones()
    one = stage.copy(here, conversation="direct:?|bø")
    other = stage.copy(there, conversation="direct:?|åse")
    assert stage.find() == Figures(80, 40, 0, 1)
    assert sorted(stage.pairs()) == sorted((one[n], other[n], "aligned") for n in range(40))


def test_a_clock_that_was_set_right_halfway_leaves_what_lies_between_apart(stage: Stage) -> None:
    here, there = _phones()
    set_right = [(s - 90 if s >= 12_000 and who == "åse" else s, who, text) for s, who, text in here]
    stage.copy(sorted(set_right), conversation="direct:?|bø")
    stage.copy(there, conversation="direct:?|åse")
    found = stage.find()
    assert (found.messages, found.groups) == (80, 1)
    assert 40 <= found.distinct <= 42  # nothing is joined across the moment at which nobody knows the clock


def test_a_log_that_the_network_named_ties_though_two_files_hold_it(stage: Stage) -> None:
    talk = [(n * 61, "åse" if n % 2 else "bø", f"avgang nummer {n} fra stasjonen") for n in range(20)]
    stage.copy(talk, conversation="#tog", parser="to the second")
    stage.copy(talk, conversation="#tog", parser="to the minute", step=60)
    stage.copy(talk, conversation="log:tog", shift=7200, parser="of the operator")
    assert stage.find() == Figures(60, 20, 0, 1)


def test_what_was_found_copy_by_copy_is_what_is_found_at_once(stage: Stage) -> None:
    def rows() -> list[tuple[str, str, str]]:
        with stage.catalog.connect() as database:
            return database.execute(
                "select trace_id, distinct_id, group_id from same_messages order by all"
            ).fetchall()

    ids = [f"n{n}" for n in range(len(TALK))]
    stage.copy(TALK, natives=ids)
    stage.copy([(s, w, f"{t} og så videre") for s, w, t in TALK], conversation="room:2")
    stage.find()
    stage.copy(TALK[3:], step=60, parser="club-export")
    stage.find()
    stage.copy(
        [(s, w, f"{t} og så videre") for s, w, t in TALK],
        conversation="room:2",
        step=60,
        parser="club-export",
    )
    stage.find()
    stage.copy(TALK, conversation=titled("Sjakk med Bø"), step=60)
    stage.find()
    grown = rows()
    clocks.correct(
        stage.ledger, exhibit=stage.exhibit, seconds=3600, reason="all times are looked at anew", actor="ts"
    )
    stage.find()
    assert rows() == grown and len(grown) == 9 + 6 + 9 + 18
