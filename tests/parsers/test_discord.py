"""DiscordChatExporter's JSON: the documented form in, all traces out."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.parsers.discord import Discord
from safelight.traces.model import Account, Call, Conversation, GroupMembership, MediaShare, Message
from tests.parsers.run import Parsed, parse
from tests.parsers.test_json_pieces import ANY

KARI: dict[str, Any] = {
    "id": "10", "name": "kari", "discriminator": "0000", "nickname": "Kari", "color": None, "isBot": False,
    "roles": [], "avatarUrl": "",
}  # fmt: skip
OLA = {**KARI, "id": "20", "name": "ola", "discriminator": "4711", "nickname": "ola"}


def _message(number: int, author: dict[str, Any], content: str, **more: Any) -> dict[str, Any]:
    return {
        "id": str(number),
        "type": "Default",
        "timestamp": f"2023-06-15T12:00:{number:02}.321+00:00",
        "timestampEdited": None,
        "callEndedTimestamp": None,
        "isPinned": False,
        "content": content,
        "author": author,
        "attachments": [],
        "embeds": [],
        "stickers": [],
        "reactions": [],
        "mentions": [],
        **more,
    }


EXPORT: dict[str, Any] = {
    "guild": {"id": "900", "name": "Sjakk", "iconUrl": ""},
    "channel": {
        "id": "100", "type": "GuildTextChat", "categoryId": "5", "category": "Klubb", "name": "partier", "topic": None,
    },
    "dateRange": {"after": None, "before": None},
    "exportedAt": "2023-07-01T00:00:00+00:00",
    "messages": [
        _message(1, KARI, "Parti i kveld?"),
        _message(2, KARI, "Klokken sju"),
        _message(3, OLA, "Ja", type="Reply", reference={"messageId": "1", "channelId": "100", "guildId": "900"}),
        _message(
            4,
            OLA,
            "",
            attachments=[{"id": "7", "url": "https://f.example/parti.pgn", "fileName": "parti.pgn", "fileSizeBytes": 812}],
            timestampEdited="2023-06-15T14:10:00+02:00",
        ),
        _message(5, KARI, "Joined the server.", type="GuildMemberJoin"),
        _message(6, KARI, "Pinned a message.", type="ChannelPinnedMessage"),
    ],
    "messageCount": 6,
}  # fmt: skip
GROUP: dict[str, Any] = {
    "guild": {"id": "0", "name": "Direct Messages", "iconUrl": ""},
    "channel": {"id": "300", "type": "DirectGroupTextChat", "name": "Kari, Ola", "topic": None},
    "messages": [
        _message(
            1,
            KARI,
            "Started a call",
            type="Call",
            callEndedTimestamp="2023-06-15T12:01:31.321+00:00",
            mentions=[OLA],
        ),
        _message(2, KARI, "Added ola to the group.", type="RecipientAdd", mentions=[OLA]),
        _message(3, OLA, "Left the group.", type="RecipientRemove", mentions=[OLA]),
    ],
}


def run(values: Any, **more: Any) -> Parsed:
    return parse(Discord(), json.dumps(values, **more).encode())


def test_channel() -> None:
    parsed = run(EXPORT, indent=2)
    assert parsed.ended is not None
    assert (parsed.ended.outcome, parsed.ended.detail, parsed.ended.remarks) == ("done", "", [])
    assert parsed.of(Conversation, "conversation", "title", "kind") == [
        ("100", "Klubb / partier", "channel"),
        ("900", "Sjakk", "group"),
    ]
    assert parsed.of(Account, "account", "name", "name_kind", "place") == [
        ("10", "kari", "user name", "$.messages[0]"),
        ("10", "Kari", "nick", "$.messages[0]"),
        ("20", "ola#4711", "user name", "$.messages[2]"),
    ]
    rows = sorted(parsed.of(Message), key=lambda row: row["native_id"])
    columns = ("place", "sender", "sender_name", "kind", "text", "reply_to")
    assert [tuple(row[name] for name in columns) for row in rows] == [
        ("$.messages[0]", "10", "Kari", "text", "Parti i kveld?", None),
        ("$.messages[1]", "10", "Kari", "text", "Klokken sju", None),
        ("$.messages[2]", "20", "ola", "text", "Ja", "1"),
        ("$.messages[3]", "20", "ola", "media", None, None),
        ("$.messages[5]", "10", "Kari", "system", "Pinned a message.", None),
    ]
    assert [row["sent"]["utc"].isoformat() for row in rows[:2]] == [
        "2023-06-15T12:00:01.321000+00:00",
        "2023-06-15T12:00:02.321000+00:00",
    ]
    assert {row["sent"]["basis"] for row in rows} == {"stated"}
    assert rows[3]["edited"]["utc"].isoformat() == "2023-06-15T12:10:00+00:00"
    assert rows[3]["edited"]["wall"].isoformat() == "2023-06-15T14:10:00"
    assert parsed.of(MediaShare, "account", "name", "path", "size", "message_place") == [
        ("20", "parti.pgn", "https://f.example/parti.pgn", 812, "$.messages[3]")
    ]
    assert parsed.of(GroupMembership, "conversation", "account", "action") == [("900", "10", "joined")]


def test_group_of_friends() -> None:
    parsed = run(GROUP)
    assert parsed.of(Conversation, "conversation", "kind") == [("300", "group")]
    assert parsed.of(Call, "caller", "participants", "duration", "native_id") == [("10", ["20"], 90.0, "1")]
    assert parsed.of(GroupMembership, "account", "action", "by") == [
        ("20", "added", "10"),
        ("20", "left", None),
    ]
    assert parsed.of(Message) == []


def test_order_of_keys_and_cut_files() -> None:
    data = json.dumps(EXPORT, sort_keys=True).encode()
    usual, other = run(EXPORT), parse(Discord(), data)
    assert sorted(other.of(Message), key=str) == sorted(usual.of(Message), key=str)
    whole = json.dumps(EXPORT).encode()
    cut = parse(Discord(), whole[: whole.index(b"parti.pgn")])
    assert cut.ended is not None
    assert (cut.ended.cause, sorted(cut.of(Message, "native_id"))) == ("corrupt", ["1", "2", "3"])


@settings(max_examples=60, deadline=None)
@given(st.lists(ANY | st.dictionaries(st.sampled_from(sorted(EXPORT["messages"][0])), ANY), max_size=4), ANY)
def test_any_json_is_read_or_named(messages: list[Any], other: Any) -> None:
    parsed = run(
        {
            "guild": {"id": other, "name": other},
            "channel": {"id": 1, "type": other, "name": 2},
            "messages": messages,
        }
    )
    assert parsed.ended is not None
    assert parsed.ended.cause == ""


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=80), st.integers(0, 900))
def test_any_damage_is_corrupt(noise: bytes, at: int) -> None:
    data = json.dumps(EXPORT).encode()
    parsed = parse(Discord(), data[:at] + noise + data[at + len(noise) :])
    assert parsed.ended is None or parsed.ended.cause in ("", "corrupt")
