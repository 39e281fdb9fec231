"""Android's call log: a real contacts2.db, and the schema of calllog.db."""

from __future__ import annotations

from pathlib import Path

from safelight.parsers.android_calls import AndroidCalls
from safelight.traces.model import Account, Call
from tests.parsers.run import parse
from tests.parsers.sqlite_maker import insert, made

DDL = (
    "CREATE TABLE calls (_id INTEGER PRIMARY KEY AUTOINCREMENT,number TEXT,presentation INTEGER NOT NULL DEFAULT 1,"
    "post_dial_digits TEXT NOT NULL DEFAULT '',date INTEGER,duration INTEGER,data_usage INTEGER,type INTEGER,"
    "features INTEGER NOT NULL DEFAULT 0,subscription_component_name TEXT,subscription_id TEXT,new INTEGER,name TEXT,"
    "numbertype INTEGER,numberlabel TEXT,countryiso TEXT,is_read INTEGER,geocoded_location TEXT,normalized_number TEXT)"
)


def test_three_calls_of_a_real_telephone(realdata: Path) -> None:
    parsed = parse(AndroidCalls(), realdata / "chat" / "android__contacts2.db")
    assert parsed.ended and (parsed.ended.seen_on, parsed.ended.outcome) == ("real files", "done")
    rows = [
        (row["place"], row["direction"], row["caller"], row["participants"], row["duration"], row["answered"])
        for row in parsed.of(Call)
    ]
    assert rows == [
        ("calls:714", "incoming", "+15404561685", None, 0.0, False),
        ("calls:715", "outgoing", None, ["+15404561685"], 126.0, True),
        ("calls:717", "incoming", "+15404561685", None, 639.0, True),
    ]
    assert [str(row["started"]["utc"]) for row in parsed.of(Call)] == [
        "2013-11-06 21:17:16.690000+00:00",
        "2013-11-06 21:18:53.283000+00:00",
        "2013-11-07 00:03:36.690000+00:00",
    ]
    assert parsed.of(Account, "account", "name", "name_kind") == [
        ("+15404561685", "5404561685", "phone"),
        ("+15404561685", "Barney", "address book"),
    ]


def test_types_video_and_withheld_numbers() -> None:
    call = {"date": 1_500_000_000_000, "duration": 0, "new": 1}
    parsed = parse(
        AndroidCalls(),
        made(
            DDL,
            insert("calls", number="90 00 00 01", type=2, features=1, **call),
            insert("calls", number="-2", type=1, presentation=2, **call),
            insert("calls", number="+4790000002", type=5, **call),
            insert("calls", number="+4790000003", type=77, **call),
            *[
                insert("calls", _id=n, number="+4790000004", type=1, name="Kari", **call)
                for n in range(200, 210)
            ],
            "DELETE FROM calls WHERE _id = 205",
        ),
        name="calllog.db",
    )
    rows = [
        (row["direction"], row["caller"], row["participants"], row["kind"], row["answered"])
        for row in parsed.of(Call)
    ]
    assert rows[:4] == [
        ("outgoing", None, ["90000001"], "video", None),
        ("incoming", None, None, "audio", True),
        ("incoming", "+4790000002", None, "audio", False),
        (None, None, None, "audio", None),
    ]
    assert parsed.ended and parsed.ended.seen_on == "documentation"
    assert len(rows) == 13  # the deleted call cannot be told from the others: all its values are theirs
