"""Telegram Desktop's export: the documented form in, all traces out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.parsers.telegram import Telegram
from safelight.traces.model import (
    Account,
    Call,
    Contact,
    Conversation,
    Device,
    GroupMembership,
    Location,
    Login,
    MediaShare,
    Message,
)
from safelight.traces.networks import direct
from tests.parsers.run import Parsed, parse
from tests.parsers.test_json_pieces import ANY

T0 = 1_577_880_000


def _message(number: int, who: int, text: Any, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "type": "message",
        "date": "2020-01-01T13:00:00",
        "date_unixtime": str(T0 + number),
        "from": {1: "Kari", 2: "Ola"}[who],
        "from_id": f"user{who}",
        "text": text,
        "text_entities": [],
        **more,
    }


def _service(number: int, who: int, action: str, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "type": "service",
        "date": "2020-01-01T13:00:00",
        "date_unixtime": str(T0 + number),
        "actor": {1: "Kari", 2: "Ola"}[who],
        "actor_id": f"user{who}",
        "action": action,
        "text": "",
        **more,
    }


DIRECT: dict[str, Any] = {
    "name": "Ola",
    "type": "personal_chat",
    "id": 2,
    "messages": [
        _message(1, 2, "Sjakk i kveld?"),
        _message(
            2, 1, ["Ja, se ", {"type": "link", "text": "https://sjakk.example"}, "!"], reply_to_message_id=1
        ),
        _message(3, 1, "", photo="photos/photo_1.jpg", width=640, height=480, edited_unixtime=str(T0 + 60)),
        _service(4, 2, "phone_call", duration_seconds=61, discard_reason="hangup"),
        _service(5, 1, "phone_call", discard_reason="missed"),
        _message(6, 2, "", location_information={"latitude": 60.39, "longitude": 5.32}, place_name="Klubben"),
        _message(7, 2, "Kamp", forwarded_from="Sjakknytt"),
    ],
}
GROUP: dict[str, Any] = {
    "name": "Sjakklubben",
    "type": "private_supergroup",
    "id": 77,
    "messages": [
        _service(1, 1, "create_group", title="Sjakklubben", members=["Kari", "Ola"]),
        _service(2, 2, "join_group_by_link", inviter="Group"),
        _service(3, 2, "remove_members", members=["Ola"]),
        _service(4, 1, "edit_group_title", title="Klubben"),
        _message(
            5,
            1,
            "",
            file="(File not included. Change data exporting settings to download.)",
            file_name="parti.pgn",
            file_size=812,
            mime_type="application/x-chess-pgn",
        ),
    ],
}
ACCOUNT = {
    "about": "Here is the data you requested.",
    "personal_information": {
        "user_id": 1,
        "first_name": "Kari",
        "last_name": "Nordmann",
        "phone_number": "+47 900 00 000",
        "username": "@kari_sjakk",
        "bio": "Sjakk",
    },
    "contacts": {
        "about": "",
        "list": [
            {
                "user_id": 2,
                "first_name": "Ola",
                "last_name": "",
                "phone_number": "+47 900 00 001",
                "date": "2019-01-01T12:00:00",
                "date_unixtime": "1546340400",
            }
        ],
    },
    "sessions": {
        "about": "",
        "list": [
            {
                "last_active": "2020-01-02T10:00:00",
                "last_active_unixtime": "1577959200",
                "last_ip": "192.0.2.7",
                "last_country": "Norway",
                "application_name": "Telegram Desktop",
                "application_version": "1.9",
                "device_model": "PC",
                "platform": "Windows",
                "system_version": "10",
            }
        ],
    },
    "chats": {"about": "", "list": [DIRECT, GROUP]},
}


def run(values: Any, **more: Any) -> Parsed:
    return parse(Telegram(), json.dumps(values, **more).encode())


def _times(parsed: Parsed, kind: Any, column: str) -> list[Any]:
    return [row[column] and row[column]["text"] for row in parsed.of(kind)]


def test_one_direct_chat() -> None:
    parsed = run(DIRECT, indent=1)
    assert parsed.ended is not None
    assert (parsed.ended.outcome, parsed.ended.variant, parsed.ended.detail) == ("done", "chat", "")
    between = direct("telegram", "user1", "user2")
    assert parsed.of(Conversation, "conversation", "title", "kind", "members") == [
        (between, "Ola", "direct", ["user1", "user2"])
    ]
    assert parsed.of(Account, "place", "account", "name", "owner") == [
        ("$", "user1", None, True),
        ("$.messages[0]", "user2", "Ola", None),
        ("$.messages[1]", "user1", "Kari", None),
    ]
    assert parsed.of(Message, "place", "sender", "recipients", "direction", "kind", "text", "native_id") == [
        ("$.messages[0]", "user2", ["user1"], "incoming", "text", "Sjakk i kveld?", "1"),
        ("$.messages[1]", "user1", ["user2"], "outgoing", "text", "Ja, se https://sjakk.example!", "2"),
        ("$.messages[2]", "user1", ["user2"], "outgoing", "media", None, "3"),
        ("$.messages[5]", "user2", ["user1"], "incoming", "media", None, "6"),
        ("$.messages[6]", "user2", ["user1"], "incoming", "text", "Kamp", "7"),
    ]
    assert parsed.of(Message, "reply_to") == [None, "1", None, None, None]
    assert parsed.of(Message, "forwarded") == [None, None, None, None, "Sjakknytt"]
    assert _times(parsed, Message, "sent") == [str(T0 + n) for n in (1, 2, 3, 6, 7)]
    assert _times(parsed, Message, "edited") == [None, None, str(T0 + 60), None, None]
    assert {row["sent"]["basis"] for row in parsed.of(Message)} == {"stated"}
    assert parsed.of(Message, "markup")[1] == json.dumps(
        DIRECT["messages"][1]["text"],
        separators=(",", ":"),
    )
    assert parsed.of(MediaShare, "message_place", "name", "path", "account", "direction") == [
        ("$.messages[2]", "photo_1.jpg", "photos/photo_1.jpg", "user1", "outgoing")
    ]
    assert parsed.of(Location, "account", "latitude", "longitude", "name", "what") == [
        ("user2", 60.39, 5.32, "Klubben", "sent")
    ]
    assert parsed.of(Call, "caller", "participants", "direction", "duration", "answered", "conversation") == [
        ("user2", ["user1"], "incoming", 61.0, True, between),
        ("user1", ["user2"], "outgoing", None, False, between),
    ]


def test_whole_account() -> None:
    parsed = run(ACCOUNT)
    assert parsed.ended is not None
    assert (parsed.ended.outcome, parsed.ended.variant, parsed.ended.remarks) == ("done", "account", [])
    assert parsed.of(Account, "account", "name", "name_kind", "owner", "profile") == [
        ("user1", "Kari Nordmann", "full name", True, '{"bio":"Sjakk"}'),
        ("user1", "@kari_sjakk", "user name", True, None),
        ("user1", "+47 900 00 000", "phone", True, None),
        ("user2", "Ola", "display name", None, None),
        ("user1", "Kari", "display name", None, None),
    ]
    assert parsed.of(Contact, "owner", "contact", "name", "detail") == [
        ("user1", "user2", "Ola", '{"phone":"+47 900 00 001"}')
    ]
    assert parsed.of(Login, "account", "ip", "what", "client") == [
        ("user1", "192.0.2.7", "session", "Telegram Desktop 1.9")
    ]
    assert parsed.of(Device, "account", "model", "system") == [("user1", "PC", "Windows 10")]
    assert parsed.of(Conversation, "conversation", "kind") == [
        (direct("telegram", "user1", "user2"), "direct"),
        ("channel77", "group"),
    ]
    assert parsed.of(GroupMembership, "conversation", "account", "action", "place") == [
        ("channel77", "user2", "joined", "$.chats.list[1].messages[1]"),
        ("channel77", "user2", "left", "$.chats.list[1].messages[2]"),
    ]
    system = [row for row in parsed.of(Message) if row["kind"] == "system"]
    assert [row["text"] for row in system] == [
        "create_group: Kari, Ola, Sjakklubben",
        "edit_group_title: Klubben",
    ]
    assert parsed.of(MediaShare)[1]["name"] == "parti.pgn"
    assert parsed.of(MediaShare)[1]["path"] is None
    assert parsed.of(MediaShare)[1]["size"] == 812


def test_the_order_of_keys_does_not_matter() -> None:
    usual, other = run(ACCOUNT), run(ACCOUNT, sort_keys=True)
    for kind in (Message, Call, Conversation, GroupMembership, MediaShare, Contact, Login, Device, Location):
        rows = [[{**row, "markup": None} for row in parsed.of(kind)] for parsed in (usual, other)]
        assert sorted(rows[0], key=str) == sorted(rows[1], key=str)


def test_wall_clock_of_older_exports_stays_without_a_zone() -> None:
    old = {
        "id": 9,
        "type": "message",
        "date": "2019-05-01T18:30:00",
        "edited": "1970-01-01T01:00:00",
        "from": "Ola",
        "from_id": 2,
        "text": "Hei",
    }
    parsed = run({"name": "Klubb", "type": "private_group", "id": 5, "messages": [old]})
    (row,) = parsed.of(Message)
    assert (row["sender"], row["conversation"], row["edited"]) == ("user2", "chat5", None)
    assert row["sent"]["utc"] is None
    assert row["sent"]["wall"].isoformat() == "2019-05-01T18:30:00"
    assert row["sent"]["basis"] == "unknown"
    assert parsed.of(Account, "since")[0]["utc"] is None


def test_a_file_that_ends_in_the_middle_keeps_what_came_before() -> None:
    data = json.dumps(ACCOUNT).encode()
    parsed = parse(Telegram(), data[: data.index(b"Klubben")])
    assert parsed.ended is not None
    assert (parsed.ended.outcome, parsed.ended.cause) == ("failed", "corrupt")
    assert "after 5 whole elements (byte 1884)" in parsed.ended.detail
    assert parsed.of(Message, "native_id") == ["1", "2", "3"]
    whole = parse(Telegram(), data[: data.index(b'"parti.pgn"')])
    assert whole.of(Message, "native_id") == ["1", "2", "3", "6", "7", "1", "4"]


def test_a_broken_message_costs_itself() -> None:
    values = json.dumps(DIRECT).replace('"text": "Sjakk i kveld?"', '"text": Sjakk')
    parsed = parse(Telegram(), values.encode())
    assert [(part.place, part.cause) for part in parsed.parts] == [("$.messages[0]", "corrupt")]
    assert parsed.of(Message, "native_id") == ["2", "3", "6", "7"]


def test_two_messages_of_one_id_are_two() -> None:
    twice = {**DIRECT, "messages": [_message(7, 2, "Kamp"), _message(7, 1, "Remis"), _message(7, 2, "Kamp")]}
    parsed = run(twice)
    assert parsed.ended is not None and parsed.ended.outcome == "done"
    assert parsed.of(Message, "place", "text", "native_id") == [
        ("$.messages[0]", "Kamp", "7"), ("$.messages[1]", "Remis", "7"), ("$.messages[2]", "Kamp", "7"),
    ]  # fmt: skip
    assert len({row["trace_id"] for row in parsed.of(Message)}) == 3


def test_saved_messages_name_their_owner() -> None:
    saved = {"type": "saved_messages", "id": 1, "messages": [_message(1, 1, "Husk brett")]}
    assert run(saved).of(Message, "conversation", "direction") == [
        (direct("telegram", "user1", "user1"), "outgoing")
    ]


def test_a_chat_without_its_id_is_the_exports_own() -> None:
    said = [_message(1, 2, "Sjakk?"), _message(2, 1, "Ja")]
    for kind in ("personal_chat", "private_group"):
        chat = {"type": kind, "id": None, "messages": said}
        parsed = run(chat)
        assert set(parsed.of(Message, "conversation")) == {"export:i1-test:$"}
        assert [row["account"] for row in parsed.of(Account) if row["owner"]] == []
        assert parsed.of(Message, "direction") == [None, None]
    listed = {
        "personal_information": {"user_id": 1, "first_name": "Kari", "phone_number": "+47 900 00 001"},
        "chats": {"list": [chat, chat]},
    }
    assert sorted(set(run(listed).of(Message, "conversation"))) == [
        "export:i1-test:$.chats.list[0]",
        "export:i1-test:$.chats.list[1]",
    ]


def test_many_write_in_replies() -> None:
    replies = {"type": "replies", "id": 9, "messages": [_message(1, 2, "Sjakk?"), _message(2, 1, "Ja")]}
    assert [row["account"] for row in run(replies).of(Account) if row["owner"]] == []


@pytest.mark.parametrize("other", [{"messages": [], "type": "x"}, {"chats": {}}, {"a": 1}, [1]])
def test_others_are_not_taken(other: Any) -> None:
    assert run(other).ended is None


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.dictionaries(st.sampled_from(sorted({*GROUP["messages"][4], "actor", "action", "members"})), ANY)
        | ANY,
        max_size=4,
    ),
    ANY,
    st.sampled_from(["personal_chat", "private_group", "saved_messages"]),
)
def test_any_json_is_read_or_named(messages: list[Any], number: Any, kind: str) -> None:
    parsed = run({"id": number, "type": kind, "name": number, "messages": messages})
    assert parsed.ended is not None
    assert parsed.ended.cause == ""


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=80), st.integers(0, 900))
def test_any_damage_is_corrupt(noise: bytes, at: int) -> None:
    data = json.dumps(ACCOUNT).encode()
    parsed = parse(Telegram(), data[:at] + noise + data[at + len(noise) :])
    assert parsed.ended is None or parsed.ended.cause in ("", "corrupt")
