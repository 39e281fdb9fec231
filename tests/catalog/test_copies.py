"""What stands once and how often it was found: of chosen rows and of a whole table the same as counted by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.catalog.copies import all_once, each_once, no_copy

TEN = 10


def standing(drawn: Sequence[int]) -> list[int]:
    """Of each message the one that stands for it: that of a message before it, or itself."""
    heads: list[int] = []
    for place, one in enumerate(drawn):
        heads.append(heads[one] if one < place else place)
    return heads


@given(
    heads=st.lists(st.integers(0, TEN), min_size=TEN, max_size=TEN).map(standing),
    chosen=st.sets(st.integers(0, TEN - 1)),
)
@settings(max_examples=40, deadline=None)
def test_each_stands_once_with_the_number_of_its_copies(heads: list[int], chosen: set[int]) -> None:
    copies = dict(Counter(heads))
    with duckdb.connect() as db:
        db.execute(f"create table messages as select range as trace_id from range({TEN})")
        db.execute("create table same_messages (trace_id bigint, distinct_id bigint)")
        several = [[n, head] for n, head in enumerate(heads) if copies[head] > 1]
        if several:
            db.executemany("insert into same_messages values (?, ?)", several)
        some = each_once("select trace_id from messages where trace_id = any($ids)", "same_messages")
        found = db.execute(f"with {some} select trace_id, copies from once", {"ids": list(chosen)}).fetchall()
        assert sorted(found) == sorted((one, n) for one, n in copies.items() if one in chosen)
        found = db.execute(f"select trace_id, copies from {all_once('messages')}").fetchall()
        assert sorted(found) == sorted(copies.items())
        found = db.execute(f"select trace_id from messages where {no_copy('same_messages')}").fetchall()
        assert sorted(found) == sorted((one,) for one in copies)
