"""Copies of one conversation: what is paired, and that what leaves a choice is not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from safelight.analyse.align import Line, align

SECOND, MINUTE = 1_000_000, 60_000_000


def lines(*given: tuple[int, str, str], zoned: bool = True) -> list[Line]:
    return [Line(second * SECOND, zoned, sender, text) for second, sender, text in given]


TALK = [
    (0, "åse", "sjakk i kveld?"),
    (4, "bø", "ja"),
    (9, "åse", "klokka sju på klubben"),
    (30, "bø", "jeg tar med brettet"),
    (31, "bø", "og klokka"),
    (70, "åse", "fint"),
    (300, "bø", "snør det hos deg?"),
    (301, "åse", "ja"),
]


def test_equal_copies_pair_line_by_line() -> None:
    found = align(lines(*TALK), lines(*TALK), SECOND)
    assert found.pairs == [(n, n) for n in range(len(TALK))]
    assert (found.uncertain, found.offset) == (0, 0)


def test_a_clock_that_is_off_is_derived_from_texts_that_occur_once() -> None:
    later = [(second + 3695, sender, text) for second, sender, text in TALK]
    found = align(lines(*TALK), lines(*later), SECOND)
    assert found.pairs == [(n, n) for n in range(len(TALK))]
    assert found.offset == 3695 * SECOND


def test_too_few_texts_show_no_clock_and_far_times_stay_apart() -> None:
    found = align(lines(*TALK[:3]), lines(*[(s + 3695, w, t) for s, w, t in TALK[:3]]), SECOND)
    assert (found.pairs, found.offset) == ([], 0)


def test_wall_clocks_pair_only_where_their_zone_shows() -> None:
    wall = lines(*[(s + 3600, w, t) for s, w, t in TALK], zoned=False)
    assert len(align(lines(*TALK), wall, SECOND).pairs) == len(TALK)
    assert align(lines(*TALK[:3]), wall[:3], SECOND).offset is None


def test_a_wall_clock_that_is_set_forward_in_spring_is_followed() -> None:
    day = 86_400
    talk = [(n * day + k * 600, "ab"[k % 2], f"parti {n} trekk {k}") for n in range(20) for k in range(5)]
    moved = [(s + (3600 if s < 10 * day else 7200), w, t) for s, w, t in talk]
    found = align(lines(*talk), lines(*moved, zoned=False), MINUTE)
    assert found.pairs == [(n, n) for n in range(len(talk))]
    thin = [one for one in moved if one[0] // day not in (5, 6) or "trekk 0" in one[2]]
    assert len(align(lines(*talk), lines(*thin, zoned=False), MINUTE).pairs) == len(thin)


def test_ok_twice_in_one_minute_stays_two() -> None:
    twice = lines((0, "åse", "ok"), (40, "åse", "ok"))
    coarse = lines((0, "åse", "ok"), (0, "åse", "ok"))
    assert align(twice, coarse, MINUTE).pairs == [(0, 0), (1, 1)]


def test_what_leaves_a_choice_stays_apart() -> None:
    found = align(lines((0, "åse", "ok"), (40, "åse", "ok")), lines((0, "åse", "ok")), MINUTE)
    assert (found.pairs, found.uncertain) == ([], 1)


def test_the_same_words_of_two_senders_are_two_messages() -> None:
    found = align(lines((0, "åse", "ok"), (1, "bø", "ok")), lines((1, "bø", "ok"), (2, "åse", "ok")), SECOND)
    assert found.pairs == [(0, 1), (1, 0)]


def test_senders_that_an_export_names_otherwise_are_tied_by_their_texts() -> None:
    names = {"åse": "Åse Berg", "bø": "+4790000001"}
    exported = [(second, names[sender], text) for second, sender, text in TALK]
    found = align(lines(*TALK), lines(*exported), MINUTE)
    assert found.senders == {"Åse Berg": "åse", "+4790000001": "bø"}
    assert len(found.pairs) == len(TALK)


def _unnamed(talk: list[tuple[int, str, str]], own: str) -> list[Line]:
    return [Line(s * SECOND, True, None if who == own else who, text) for s, who, text in talk]


def test_a_word_that_both_wrote_in_one_minute_goes_to_its_writer_though_one_copy_does_not_name_its_own() -> (
    None
):
    both = [*TALK, (600, "bø", "hei"), (603, "åse", "hei")]
    exported = lines(*[(s // 60 * 60, w, t) for s, w, t in TALK], (600, "åse", "hei"), (600, "bø", "hei"))
    found = align(_unnamed(both, "åse"), exported, MINUTE)
    assert found.nameless == ("åse", None)
    assert [pair for pair in found.pairs if pair[0] >= len(TALK)] == [(8, 9), (9, 8)]
    turned = align(exported, _unnamed(both, "åse"), MINUTE)
    assert turned.nameless == (None, "åse")
    assert sorted((b, a) for a, b in turned.pairs) == found.pairs


def test_what_its_copy_names_nobody_for_is_not_by_whom_it_names() -> None:
    talk = [*TALK, *((n * 60, "åse", f"trekk {n}") for n in range(10, 20))]
    found = align(_unnamed([*talk, (6000, "åse", "hei")], "åse"), lines(*talk, (6000, "bø", "hei")), MINUTE)
    assert found.pairs == [(n, n) for n in range(len(talk))]


def test_copies_without_senders_pair_one_word_but_not_two_writers_words() -> None:
    def nobody(*given: tuple[int, str]) -> list[Line]:
        return [Line(second * SECOND, True, None, text) for second, text in given]

    one = lines((0, "åse", "ok"), (1, "bø", "ok"), (100, "bø", "nei"))
    found = align(one, nobody((0, "ok"), (1, "ok"), (100, "nei")), SECOND)
    assert (found.pairs, found.uncertain) == ([(2, 2)], 2)


TEXTS = st.sampled_from(["ok", "ja", "nei", "sjakk", "tog", "regn", "sol i morgen", "brettet er pakket"])
TALKS = st.lists(st.tuples(st.integers(0, 2000), st.sampled_from("ab"), TEXTS), max_size=40)


@given(TALKS, TALKS, st.sampled_from([SECOND, MINUTE]))
def test_no_line_is_in_two_pairs_and_pairs_are_near_and_of_one_text(
    one: list[tuple[int, str, str]], other: list[tuple[int, str, str]], precision: int
) -> None:
    left, right = lines(*sorted(one)), lines(*sorted(other))
    found = align(left, right, precision)
    assert len({a for a, _ in found.pairs}) == len({b for _, b in found.pairs}) == len(found.pairs)
    for a, b in found.pairs:
        assert left[a].key == right[b].key
        assert abs((right[b].time or 0) - (found.offset or 0) - (left[a].time or 0)) <= precision + 5 * SECOND


@given(TALKS, st.integers(1, 60), st.integers(0, 59))
def test_a_coarser_copy_never_loses_or_adds_a_message_where_counts_agree(
    talk: list[tuple[int, str, str]], step: int, shift: int
) -> None:
    left = lines(*sorted(talk))
    right = lines(*[(second // step * step, sender, text) for second, sender, text in sorted(talk)])
    found = align(left, right, step * SECOND)
    assert len(found.pairs) + found.uncertain <= len(talk)
    assert all(left[a].sender == right[b].sender for a, b in found.pairs)
