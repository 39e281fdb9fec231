"""Places of one file in their order."""

from __future__ import annotations

import random

import duckdb

from safelight.traces.place import IN_FILE

PLACES = [
    "line 998", "line 1000", "page 2 byte 99", "page 2 byte 100", "page 10 byte 3",
    "$.chats.list[3].messages[998]", "$.chats.list[3].messages[1000]", "$.chats.list[10].messages[2]",
]  # fmt: skip


def test_numbers_count_as_numbers_from_the_outermost_on() -> None:
    for alike in (PLACES[:2], PLACES[2:5], PLACES[5:]):
        mixed = random.Random(1).sample(alike, len(alike))
        with duckdb.connect() as db:
            db.execute("create table t as select unnest($places) as place", {"places": mixed})
            found = db.execute(f"select place from t order by {IN_FILE}, place").fetchall()
        assert [place for (place,) in found] == alike


def test_a_number_too_long_for_one_is_no_error() -> None:
    with duckdb.connect() as db:
        assert db.sql(f"select {IN_FILE} from (select 'row {'9' * 40}' as place)").fetchall() == [([None],)]
