"""Filters read what they write, in addresses and in words, and say what they cannot read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.access.filter import CAUSES, KINDS, STATES, TIMES, TYPES, ItemFilter, Span, span_of
from safelight.errors import Refused

DAY = 86_400_000_000
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30).filter(
    lambda s: s == s.strip() != ""
)
DATES = st.dates().map(str)


@st.composite
def filters(draw: st.DrawFn) -> ItemFilter:
    """Any filter that can be written."""
    pairs: list[tuple[str, str]] = []
    for key, values in (
        ("type", TYPES),
        ("state", STATES),
        ("kind", KINDS),
        ("failed", (*CAUSES, "any", "none")),
    ):
        pairs += [(key, value) for value in draw(st.lists(st.sampled_from(values), max_size=3))]
    for key in ("exhibit", "source", "known", "path", "name", "container"):
        pairs += [(key, value) for value in draw(st.lists(TEXT, max_size=2))]
    pairs += [
        ("category", f"{scheme}/{code}") for scheme, code in draw(st.lists(st.tuples(TEXT, TEXT), max_size=1))
    ]
    low, high = draw(st.none() | st.integers(0, 1 << 50)), draw(st.none() | st.integers(0, 1 << 50))
    pairs.append(("size", f"{'' if low is None else low}..{'' if high is None else high}"))
    for key in TIMES:
        pairs += [
            (key, f"{first}..{last}") for first, last in draw(st.lists(st.tuples(DATES, DATES), max_size=1))
        ]
    pairs += draw(st.lists(st.sampled_from([("extension", "disagrees"), ("encrypted", "maybe")]), max_size=2))
    pairs += [("hash", value) for value in draw(st.lists(st.from_regex(r"\A[0-9a-f]{8,64}\Z"), max_size=1))]
    return ItemFilter.from_pairs((key, value) for key, value in pairs if value != "..")


@given(filters())
def test_reads_back_what_it_writes(wanted: ItemFilter) -> None:
    assert ItemFilter.from_pairs(wanted.pairs()) == wanted
    assert ItemFilter.from_query(wanted.query()) == wanted
    assert ItemFilter.from_words(wanted.words()) == wanted


@given(filters(), st.sampled_from(TYPES))
def test_toggling_twice_changes_nothing(wanted: ItemFilter, value: str) -> None:
    once = wanted.toggled("type", value)
    assert (value in once.type) != (value in wanted.type)
    assert set(once.toggled("type", value).type) == set(wanted.type)


@pytest.mark.parametrize(
    ("words", "low", "high"),
    [
        ("size:>=1kB", 1000, None),
        ("size:>1KiB", 1025, None),
        ("size:<=5MB", None, 5_000_000),
        ("size:<10", None, 9),
        ("size:1.5MB..2GB", 1_500_000, 2_000_000_000),
        ("size:0", 0, 0),
        ("size:≥4096", 4096, None),
        ("size:..7", None, 7),
    ],
)
def test_sizes(words: str, low: int | None, high: int | None) -> None:
    wanted = ItemFilter.from_words(words)
    assert (wanted.size_min, wanted.size_max) == (low, high)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("1970", 0, 365 * DAY),
        ("1970-02", 31 * DAY, 59 * DAY),
        ("1970-12", 334 * DAY, 365 * DAY),
        ("1970-01-02", DAY, 2 * DAY),
        ("1970-01-01..1970-01-02", 0, 2 * DAY),
        ("..1970-01-01", None, DAY),
        ("1970-01-02..", DAY, None),
        ("1970-01-01T00:01", 60_000_000, 120_000_000),
        ("1970-01-01T02:00:00+01:00..", 3_600_000_000, None),
    ],
)
def test_spans_include_their_last_unit(text: str, start: int | None, end: int | None) -> None:
    assert span_of(text) == Span(text, start, end)


@pytest.mark.parametrize(
    "words",
    [
        "type:poem", "state:lost", "kind:socket", "failed:boredom", "size:big", "size:1..x", "modified:yesterday",
        "modified:2016-13", "hash:1234", "hash:zzzzzzzzz", "category:7", "extension:yes", "encrypted:no",
        '"open quotation',
    ],
)  # fmt: skip
def test_refuses_what_it_cannot_read(words: str) -> None:
    with pytest.raises(Refused) as caught:
        ItemFilter.from_words(words)
    assert caught.value.next_step


def test_words_without_a_key_are_parts_of_the_name_and_whole_hashes_are_hashes() -> None:
    assert ItemFilter.from_words("lokomotiv") == ItemFilter(name="lokomotiv")
    assert ItemFilter.from_words("C:/tog") == ItemFilter(name="C:/tog")
    assert ItemFilter.from_words("AB" * 16) == ItemFilter(hash="ab" * 16)


def test_an_empty_filter_is_false() -> None:
    assert not ItemFilter()
    assert ItemFilter(size_min=0)
