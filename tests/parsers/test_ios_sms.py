"""Apple's messages: the documented tables with messages of a chess club."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.parsers import typedstream
from safelight.parsers.ios_sms import IosSms
from safelight.traces.model import Account, Conversation, GroupMembership, MediaShare, Message
from tests.parsers.run import Parsed, parse
from tests.parsers.sqlite_maker import insert, made

OLA = "+4790000002"
SECONDS = 400_000_000  # 2013-09-04 15:06:40 UTC in Cocoa seconds
DDL = (
    "CREATE TABLE handle (ROWID INTEGER PRIMARY KEY AUTOINCREMENT UNIQUE, id TEXT NOT NULL, country TEXT, "
    "service TEXT NOT NULL, uncanonicalized_id TEXT, UNIQUE (id, service))",
    "CREATE TABLE chat (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT UNIQUE NOT NULL, style INTEGER, state INTEGER, "
    "account_id TEXT, properties BLOB, chat_identifier TEXT, service_name TEXT, room_name TEXT, account_login TEXT, "
    "is_archived INTEGER DEFAULT 0, display_name TEXT)",
    "CREATE TABLE chat_handle_join (chat_id INTEGER, handle_id INTEGER, UNIQUE (chat_id, handle_id))",
    "CREATE TABLE chat_message_join (chat_id INTEGER, message_id INTEGER, PRIMARY KEY (chat_id, message_id))",
    "CREATE TABLE message (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT UNIQUE NOT NULL, text TEXT, "
    "replace INTEGER DEFAULT 0, service_center TEXT, handle_id INTEGER DEFAULT 0, subject TEXT, country TEXT, "
    "attributedBody BLOB, version INTEGER DEFAULT 0, type INTEGER DEFAULT 0, service TEXT, account TEXT, account_guid TEXT, "
    "error INTEGER DEFAULT 0, date INTEGER, date_read INTEGER, date_delivered INTEGER, is_from_me INTEGER DEFAULT 0, "
    "cache_has_attachments INTEGER DEFAULT 0, item_type INTEGER DEFAULT 0, other_handle INTEGER DEFAULT -1, "
    "group_title TEXT, group_action_type INTEGER DEFAULT 0, associated_message_guid TEXT, "
    "associated_message_type INTEGER DEFAULT 0, thread_originator_guid TEXT, date_edited INTEGER, date_retracted INTEGER)",
    "CREATE TABLE attachment (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT UNIQUE NOT NULL, "
    "created_date INTEGER DEFAULT 0, filename TEXT, uti TEXT, mime_type TEXT, transfer_name TEXT, "
    "total_bytes INTEGER DEFAULT 0)",
    "CREATE TABLE message_attachment_join (message_id INTEGER, attachment_id INTEGER, UNIQUE (message_id, attachment_id))",
    "CREATE TABLE chat_recoverable_message_join (chat_id INTEGER, message_id INTEGER, delete_date INTEGER)",
    insert("handle", ROWID=1, id=OLA, service="iMessage"),
    insert("handle", ROWID=2, id="Per@Klubb.example", service="iMessage"),
    insert("handle", ROWID=3, id=OLA, service="SMS"),
    insert("chat", ROWID=1, guid=f"iMessage;-;{OLA}", style=45, chat_identifier=OLA, service_name="iMessage",
           account_login="P:+4790000001"),
    insert("chat", ROWID=2, guid="iMessage;+;chat77", style=43, chat_identifier="chat77", service_name="iMessage",
           room_name="chat77", account_login="E:kari@klubb.example", display_name="Sjakk \u200f♟"),
    insert("chat_handle_join", chat_id=1, handle_id=1),
    insert("chat_handle_join", chat_id=2, handle_id=1),
    insert("chat_handle_join", chat_id=2, handle_id=2),
)  # fmt: skip


def said(number: int, words: Any, chat: int | None = 1, handle: int = 1, **more: Any) -> list[Any]:
    values: dict[str, Any] = {
        "ROWID": number, "guid": f"G{number}", "text": words, "handle_id": handle, "service": "iMessage",
        "date": SECONDS + number, "is_from_me": 0,
    }  # fmt: skip
    steps = [insert("message", **{**values, **more})]
    if chat:
        steps.append(insert("chat_message_join", chat_id=chat, message_id=number))
    return steps


def run(*steps: list[Any]) -> Parsed:
    return parse(IosSms(), made(*DDL, *[step for some in steps for step in some]), name="sms.db")


def archived(words: str) -> bytes:
    """An attributed string as Messages writes it, up to the end of its text."""
    data = words.encode()
    size = bytes([len(data)]) if len(data) < 0x81 else b"\x81" + len(data).to_bytes(2, "little")
    head = b"\x04\x0bstreamtyped\x81\xe8\x03\x84\x01@\x84\x84\x84\x12NSAttributedString\x00\x84\x84\x08NSObject\x00\x85\x92"
    return head + b"\x84\x84\x84\x08NSString\x01\x94\x84\x01+" + size + data + b"\x86\x84\x02iI\x01\x06\x92"


def test_one_end_a_group_and_a_text_message() -> None:
    parsed = run(
        said(1, "Sjakk i kveld?"),
        said(2, "Ja", is_from_me=1, handle=0),
        said(3, "Alle kommer", chat=2, handle=2, thread_originator_guid="G1"),
        said(4, "SMS", chat=None, handle=3, service="SMS", account="p:+4790000001"),
    )
    assert parsed.ended and (parsed.ended.outcome, parsed.ended.remarks, parsed.parts) == ("done", [], [])
    direct = "direct:+4790000001|+4790000002"
    assert parsed.of(
        Message, "network", "conversation", "sender", "recipients", "direction", "text", "reply_to"
    ) == [
        ("imessage", direct, OLA, None, "incoming", "Sjakk i kveld?", None),
        ("imessage", direct, "+4790000001", [OLA], "outgoing", "Ja", None),
        ("imessage", "chat77", "per@klubb.example", None, "incoming", "Alle kommer", "G1"),
        ("phone", direct, OLA, None, "incoming", "SMS", None),
    ]
    first = parsed.of(Message)[0]
    assert (str(first["sent"]["utc"]), first["sent"]["text"], first["precision_us"], first["native_id"]) == (
        "2013-09-04 15:06:41+00:00", "400000001", 1_000_000, "G1",
    )  # fmt: skip
    assert parsed.of(Conversation, "conversation", "title", "kind", "members") == [
        (direct, None, "direct", [OLA]),
        ("chat77", "Sjakk \u200f♟", "group", [OLA, "per@klubb.example"]),
    ]
    assert {(row["account"], row["network"]) for row in parsed.of(Account) if row["owner"]} == {
        ("+4790000001", "imessage"),
        ("kari@klubb.example", "imessage"),
    }


@pytest.mark.parametrize(
    ("date", "utc"),
    [
        (400_000_001, "2013-09-04 15:06:41+00:00"),
        (600_000_000_123_456_789, "2020-01-06 10:40:00.123456+00:00"),
        (0, None),
        (9_000_000_000_000_000_000, "unknown"),
        (-40_000_000_000, "unknown"),
    ],
)
def test_seconds_and_nanoseconds_since_2001(date: int, utc: str | None) -> None:
    sent = run(said(1, "Hei", date=date)).of(Message)[0]["sent"]
    if utc in (None, "unknown"):
        assert sent is None if utc is None else (sent["utc"], sent["basis"]) == (None, "unknown")
    else:
        assert (str(sent["utc"])[: len(utc) - 6] + "+00:00", sent["text"]) == (utc, str(date))


@pytest.mark.parametrize("words", ["Kort", "Sjakk " * 60, "å♟" * 40])
def test_words_that_stand_in_the_attributed_body_only(words: str) -> None:
    assert run(said(1, None, attributedBody=archived(words))).of(Message, "text") == [words]


@given(st.binary(max_size=200))
def test_no_archive_raises(noise: bytes) -> None:
    typedstream.text_of(b"NSString\x01\x94\x84\x01+" + noise)
    typedstream.text_of(noise)


def test_attachments_reactions_and_changes_of_a_group() -> None:
    parsed = run(
        said(1, "\ufffc", cache_has_attachments=1),
        [
            insert("attachment", ROWID=5, guid="A5", filename="~/Library/SMS/Attachments/00/IMG_1.HEIC",
                   mime_type="image/heic", transfer_name="IMG_1.HEIC", total_bytes=99),
            insert("message_attachment_join", message_id=1, attachment_id=5),
        ],
        said(2, "Likte «Hei»", associated_message_guid="p:0/G1", associated_message_type=2001),
        said(3, None, chat=2, handle=2, item_type=1, other_handle=1),
        said(4, None, chat=2, handle=2, item_type=2, group_title="Turnering"),
        said(5, None, chat=2, handle=2, item_type=3),
    )  # fmt: skip
    assert parsed.of(Message, "kind", "text", "reply_to") == [
        ("media", None, None),
        ("notice", "Likte «Hei»", "G1"),
        ("system", None, None),
        ("system", "Turnering", None),
        ("system", None, None),
    ]
    assert json.loads(parsed.of(Message)[0]["attachments"]) == [
        {
            "name": "IMG_1.HEIC",
            "mime": "image/heic",
            "size": 99,
            "path": "~/Library/SMS/Attachments/00/IMG_1.HEIC",
        }
    ]
    assert parsed.of(MediaShare, "name", "size", "message_place") == [("IMG_1.HEIC", 99, "message:1")]
    assert parsed.of(GroupMembership, "account", "action", "by")[2:] == [
        (OLA, "added", "per@klubb.example"),
        ("per@klubb.example", "left", None),
    ]


def test_the_character_that_stands_for_an_attachment_is_no_text() -> None:
    rows = [said(n, f"\ufffcStilling {n} etter åpningen") for n in range(300, 330)]
    parsed = run(*rows, said(331, "\ufffc", is_from_me=1), [("DELETE FROM message WHERE ROWID = 310", [])])
    messages = {
        row["native_id"]: row for row in parsed.of(Message) if row["native_id"] in ("G309", "G310", "G331")
    }
    assert {
        key: (row["state"], row["kind"], row["text"], row["markup"]) for key, row in messages.items()
    } == {
        "G309": ("live", "text", "Stilling 309 etter åpningen", "\ufffcStilling 309 etter åpningen"),
        "G310": ("recovered", "text", "Stilling 310 etter åpningen", "\ufffcStilling 310 etter åpningen"),
        "G331": ("live", "media", None, "\ufffc"),
    }


def test_deleted_for_the_bin_retracted_edited_and_recovered() -> None:
    rows = [said(n, f"Runde {n} er satt opp") for n in range(300, 330)]
    parsed = run(
        *rows,
        [insert("chat_recoverable_message_join", chat_id=1, message_id=300, delete_date=SECONDS + 900)],
        said(400, None, date_retracted=SECONDS + 950),
        said(401, "Rettet", date_edited=SECONDS + 960),
        ["DELETE FROM message WHERE ROWID IN (310, 311)"],
    )
    found = {row["place"]: row for row in parsed.of(Message)}
    assert (found["message:300"]["state"], found["message:300"]["deleted"]["text"]) == (
        "deleted",
        str(SECONDS + 900),
    )
    assert (found["message:400"]["state"], found["message:400"]["deleted"]["text"]) == (
        "deleted",
        str(SECONDS + 950),
    )
    assert (found["message:401"]["state"], found["message:401"]["edited"]["text"]) == (
        "live",
        str(SECONDS + 960),
    )
    back = [row for row in parsed.of(Message) if row["state"] == "recovered"]
    assert {(row["text"], row["native_id"], row["sender"]) for row in back} == {
        (f"Runde {n} er satt opp", f"G{n}", OLA) for n in (310, 311)
    }
