"""Skype's account export: the documented form in, all traces out."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.parsers import skype_content
from safelight.parsers.skype_export import SkypeExport
from safelight.traces.model import Account, Call, Conversation, GroupMembership, Location, MediaShare, Message
from safelight.traces.networks import direct
from tests.parsers.run import Parsed, parse
from tests.parsers.test_json_pieces import ANY


def _message(number: int, who: str, content: str, kind: str = "RichText", **more: Any) -> dict[str, Any]:
    return {
        "id": str(1_551_400_000_000 + number),
        "displayName": None,
        "originalarrivaltime": f"2019-03-01T00:26:{number:02}.123Z",
        "messagetype": kind,
        "version": 1_551_400_000_000 + number,
        "content": content,
        "conversationid": "8:ola.sjakk",
        "from": who,
        "properties": None,
        "amsreferences": None,
        **more,
    }


def _call(number: int, who: str, kind: str, call_id: str, duration: str = "") -> dict[str, Any]:
    parts = "".join(
        f'<part identity="{one}"><name>{one}</name>{duration}</part>'
        for one in ("8:live:kari_1", "8:ola.sjakk")
    )
    return _message(
        number, who, f'<partlist type="{kind}" alt="" callId="{call_id}">{parts}</partlist>', "Event/Call"
    )


KARI, OLA = "8:live:kari_1", "8:ola.sjakk"
EXPORT: dict[str, Any] = {
    "userId": KARI,
    "exportDate": "2019-04-01T10:00",
    "conversations": [
        {
            "id": OLA,
            "displayName": "Ola",
            "version": 1.0,
            "properties": {"conversationblocked": False, "lastimreceivedtime": None},
            "threadProperties": None,
            "MessageList": [
                _call(30, OLA, "missed", "c2"),
                _call(20, OLA, "ended", "c1", "<duration>84.82</duration>"),
                _call(10, KARI, "started", "c1"),
                _message(
                    9,
                    OLA,
                    '<URIObject type="File.1" uri="https://files.example/1" url_thumbnail="x">To view this file, go to: '
                    '<a href="https://files.example">x</a><OriginalName v="parti.pgn"/><FileSize v="812"/></URIObject>',
                    "RichText/Media_GenericFile",
                ),
                _message(8, OLA, "", properties={"deletetime": "1551400008500"}),
                _message(7, KARI, "Ja &amp; takk<e_m a=\"x\" ts=\"1\"></e_m>", properties={"edittime": "1551400007900"}),
                _message(
                    6,
                    KARI,
                    '<quote author="ola.sjakk" authorname="Ola" messageid="1551400000001">'
                    "<legacyquote>Ola: </legacyquote>Sjakk?<legacyquote>\n\n&lt;&lt;&lt; </legacyquote></quote>Gjerne",
                ),
                _message(5, OLA, '<b raw_pre="*">Hei</b> <ss type="smile">:)</ss>'),
                _message(4, OLA, "1 < 2 & 3", "Text"),
                _message(3, OLA, '<location latitude="60391000" longitude="5322000" address="Bergen">x</location>',
                         "RichText/Location"),
                _message(1, OLA, "Sjakk?"),
            ],
        },
        {
            "id": "19:abc@thread.skype",
            "displayName": None,
            "version": 1.0,
            "properties": {},
            "threadProperties": {
                "membercount": 2, "members": json.dumps([KARI, OLA]), "topic": "Sjakklubben"
            },
            "MessageList": [
                _message(3, OLA, "<topicupdate><eventtime>1551400000003</eventtime><initiator>8:ola.sjakk</initiator>"
                         "<value>Sjakklubben</value></topicupdate>", "ThreadActivity/TopicUpdate"),
                _message(2, KARI, "<deletemember><eventtime>1551400000002</eventtime><initiator>8:ola.sjakk</initiator>"
                         "<target>8:ola.sjakk</target></deletemember>", "ThreadActivity/DeleteMember"),
                _message(1, KARI, "<addmember><eventtime>1551400000001</eventtime><initiator>8:live:kari_1</initiator>"
                         "<target>8:ola.sjakk</target><target>8:per</target></addmember>", "ThreadActivity/AddMember"),
            ],
        },
        {
            "id": "48:calllogs",
            "displayName": None,
            "properties": {},
            "threadProperties": None,
            "MessageList": [
                _message(2, KARI, "", "Text", properties={"call-log": json.dumps({
                    "startTime": "2019-03-01T08:00:00Z", "connectTime": "2019-03-01T08:00:05Z",
                    "endTime": "2019-03-01T08:01:05Z", "callState": "Accepted", "originator": OLA, "target": KARI,
                    "callId": "c9"})}),
                _message(1, KARI, "", "Text", properties={"call-log": json.dumps({
                    "startTime": "2019-03-01T00:26:10.123Z", "callState": "Accepted", "callId": "c1"})}),
            ],
        },
    ],
}  # fmt: skip


def run(values: Any, **more: Any) -> Parsed:
    return parse(SkypeExport(), json.dumps(values, **more).encode())


def test_export() -> None:
    parsed = run(EXPORT)
    assert parsed.ended is not None
    assert (parsed.ended.outcome, parsed.ended.detail, parsed.parts) == ("done", "", [])
    between = direct("skype", "live:kari_1", "ola.sjakk")
    assert parsed.of(Conversation, "conversation", "title", "kind", "members") == [
        (between, "Ola", "direct", ["live:kari_1", "ola.sjakk"]),
        ("19:abc@thread.skype", "Sjakklubben", "group", ["live:kari_1", "ola.sjakk"]),
    ]
    assert parsed.of(Account, "account", "name", "owner") == [
        ("live:kari_1", None, True),
        ("ola.sjakk", "Ola", None),
    ]
    rows = sorted(parsed.of(Message), key=lambda row: (row["conversation"], row["native_id"]))
    columns = ("sender", "recipients", "direction", "kind", "text", "state", "reply_to")
    assert [tuple(row[name] for name in columns) for row in rows] == [
        ("ola.sjakk", None, "incoming", "system",
         "ThreadActivity/TopicUpdate: Sjakklubben", "live", None),
        ("ola.sjakk", ["live:kari_1"], "incoming", "text", "Sjakk?", "live", None),
        ("ola.sjakk", ["live:kari_1"], "incoming", "text", "x", "live", None),
        ("ola.sjakk", ["live:kari_1"], "incoming", "text", "1 < 2 & 3", "live", None),
        ("ola.sjakk", ["live:kari_1"], "incoming", "text", "Hei :)", "live", None),
        ("live:kari_1", ["ola.sjakk"], "outgoing", "text", "Sjakk?\nGjerne", "live", "1551400000001"),
        ("live:kari_1", ["ola.sjakk"], "outgoing", "text", "Ja & takk", "live", None),
        ("ola.sjakk", ["live:kari_1"], "incoming", "text", None, "deleted", None),
        ("ola.sjakk", ["live:kari_1"], "incoming", "media", None, "live", None),
    ]  # fmt: skip
    assert rows[1]["sent"]["utc"].isoformat() == "2019-03-01T00:26:01.123000+00:00"
    assert rows[4]["markup"] == '<b raw_pre="*">Hei</b> <ss type="smile">:)</ss>'
    assert rows[6]["edited"]["utc"].isoformat() == "2019-03-01T00:26:47.900000+00:00"
    assert rows[7]["deleted"]["utc"].isoformat() == "2019-03-01T00:26:48.500000+00:00"
    assert json.loads(rows[8]["attachments"]) == [
        {"name": "parti.pgn", "size": 812, "path": "https://files.example/1", "text": "File.1"}
    ]
    assert parsed.of(MediaShare, "name", "size", "account") == [("parti.pgn", 812, "ola.sjakk")]
    assert parsed.of(Location, "latitude", "longitude", "name") == [(60.391, 5.322, "Bergen")]
    assert parsed.of(GroupMembership, "account", "action", "by") == [
        ("ola.sjakk", "left", None),
        ("ola.sjakk", "added", "live:kari_1"),
        ("per", "added", "live:kari_1"),
    ]


def test_one_call_is_one_call() -> None:
    calls = sorted(run(EXPORT).of(Call), key=lambda row: str(row["native_id"]))
    columns = ("native_id", "caller", "participants", "direction", "duration", "answered")
    assert [tuple(row[name] for name in columns) for row in calls] == [
        ("c1", "live:kari_1", ["ola.sjakk"], "outgoing", 84.82, True),
        ("c2", "ola.sjakk", ["live:kari_1"], "incoming", None, False),
        ("c9", "ola.sjakk", ["live:kari_1"], "incoming", 60.0, True),
    ]
    assert [row["started"]["utc"].isoformat() for row in calls] == [
        "2019-03-01T00:26:10.123000+00:00",
        "2019-03-01T00:26:30.123000+00:00",
        "2019-03-01T08:00:00+00:00",
    ]


def test_a_call_whose_beginning_is_missing_begins_where_its_duration_says() -> None:
    values = {**EXPORT, "conversations": [{**EXPORT["conversations"][0]}]}
    values["conversations"][0]["MessageList"] = [_call(50, OLA, "ended", "c5", "<duration>10.5</duration>")]
    (row,) = run(values).of(Call)
    assert row["started"]["utc"].isoformat() == "2019-03-01T00:26:39.623000+00:00"
    assert row["started"]["basis"] == "derived"


def test_order_of_keys_and_cut_files() -> None:
    usual, other = run(EXPORT), run(EXPORT, sort_keys=True)
    for kind in (Message, Call, GroupMembership, Conversation):
        assert sorted(other.of(kind), key=str) == sorted(usual.of(kind), key=str)
    data = json.dumps(EXPORT).encode()
    cut = parse(SkypeExport(), data[: data.index(b"1551400008500")])
    assert cut.ended is not None
    assert cut.ended.cause == "corrupt"
    assert cut.of(Message, "kind") == ["media"]
    assert sorted(cut.of(Call, "native_id")) == ["c1", "c2"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        ANY | st.dictionaries(st.sampled_from(sorted(EXPORT["conversations"][0]["MessageList"][0])), ANY),
        max_size=4,
    ),
    ANY,
    st.sampled_from(["8:x", "19:y", "", 5]),
)
def test_any_json_is_read_or_named(messages: list[Any], other: Any, number: Any) -> None:
    parsed = run(
        {
            "userId": other,
            "conversations": [
                {
                    "id": number,
                    "displayName": other,
                    "threadProperties": {"members": other},
                    "MessageList": messages,
                }
            ],
        }
    )
    assert parsed.ended is not None
    assert parsed.ended.cause == ""


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["<", ">", "</", "legacyquote>", "quote ", "part", "list ", '="', '"', "&amp;", "a", "\n"]
        ),
        max_size=40,
    ),
    st.sampled_from(["Event/Call", "RichText", "ThreadActivity/AddMember", "RichText/Location"]),
)
def test_any_markup_is_read_or_named(pieces: list[str], kind: str) -> None:
    values = {**EXPORT, "conversations": [{**EXPORT["conversations"][0]}]}
    values["conversations"][0]["MessageList"] = [_message(1, OLA, "".join(pieces), kind)]
    parsed = run(values)
    assert parsed.ended is not None
    assert parsed.ended.cause == ""


def test_long_hostile_markup_ends() -> None:
    for piece in ("<legacyquote>", "<part>", "<quote ", "a" * 10, "<a b=", "</part>", '<URIObject a="'):
        content = piece * (150_000 // len(piece))
        skype_content.plain("<" + content)
        skype_content.part_list("<partlist " + content + ">" + content)
        skype_content.shared_file("<URIObject " + content + ">")
        skype_content.attributes(content)


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=80), st.integers(0, 900))
def test_any_damage_is_corrupt(noise: bytes, at: int) -> None:
    data = json.dumps(EXPORT).encode()
    parsed = parse(SkypeExport(), data[:at] + noise + data[at + len(noise) :])
    assert parsed.ended is None or parsed.ended.cause in ("", "corrupt")
