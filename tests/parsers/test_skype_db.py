"""Skype's main.db: a file that Skype 6 wrote, and its tables with messages of a chess club."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from safelight.parsers.skype_db import SkypeDb
from safelight.traces.model import Account, Call, Contact, Conversation, GroupMembership, MediaShare, Message
from tests.parsers.run import Parsed, parse
from tests.parsers.sqlite_maker import insert, made

#: The columns of Skype 6's tables that say something, in its order.
DDL = (
    "CREATE TABLE Accounts (id INTEGER NOT NULL PRIMARY KEY, is_permanent INTEGER, status INTEGER, skypename TEXT, "
    "fullname TEXT, birthday INTEGER, emails TEXT, displayname TEXT, profile_timestamp INTEGER, phone_mobile TEXT)",
    "CREATE TABLE Contacts (id INTEGER NOT NULL PRIMARY KEY, is_permanent INTEGER, type INTEGER, skypename TEXT, "
    "fullname TEXT, city TEXT, phone_mobile TEXT, emails TEXT, about TEXT, profile_timestamp INTEGER, displayname TEXT, "
    "given_displayname TEXT, buddystatus INTEGER, isblocked INTEGER)",
    "CREATE TABLE Conversations (id INTEGER NOT NULL PRIMARY KEY, is_permanent INTEGER, identity TEXT, type INTEGER, "
    "given_displayname TEXT, displayname TEXT, creator TEXT, creation_timestamp INTEGER, meta_topic TEXT)",
    "CREATE TABLE Participants (id INTEGER NOT NULL PRIMARY KEY, is_permanent INTEGER, convo_id INTEGER, identity TEXT, "
    "rank INTEGER, adder TEXT)",
    "CREATE TABLE Messages (id INTEGER NOT NULL PRIMARY KEY, is_permanent INTEGER, convo_id INTEGER, chatname TEXT, "
    "author TEXT, from_dispname TEXT, author_was_live INTEGER, guid BLOB, dialog_partner TEXT, timestamp INTEGER, "
    "type INTEGER, sending_status INTEGER, consumption_status INTEGER, edited_by TEXT, edited_timestamp INTEGER, "
    "body_xml TEXT, identities TEXT, reason TEXT, leavereason INTEGER, participant_count INTEGER, "
    "chatmsg_type INTEGER, chatmsg_status INTEGER, body_is_rawxml INTEGER, crc INTEGER, remote_id INTEGER)",
    "CREATE TABLE Calls (id INTEGER NOT NULL PRIMARY KEY, is_permanent INTEGER, begin_timestamp INTEGER, topic TEXT, "
    "is_incoming INTEGER, duration INTEGER, host_identity TEXT, name TEXT, conv_dbid INTEGER)",
    "CREATE TABLE CallMembers (id INTEGER NOT NULL PRIMARY KEY, identity TEXT, dispname TEXT, call_duration INTEGER, "
    "videostatus INTEGER, call_db_id INTEGER)",
    "CREATE TABLE Transfers (id INTEGER NOT NULL PRIMARY KEY, type INTEGER, partner_handle TEXT, partner_dispname TEXT, "
    "starttime INTEGER, filepath TEXT, filename TEXT, filesize TEXT, convo_id INTEGER)",
)
GROUP = "19:abc@thread.skype"
PEOPLE = (
    insert("Accounts", id=1, skypename="Kari.Sjakk", fullname="Kari Ås", emails="kari@klubb.example"),
    insert("Conversations", id=10, identity="ola_tarn", type=1, displayname="Ola"),
    insert(
        "Conversations", id=11, identity=GROUP, type=2, meta_topic="Sjakk\u200bklubben", creator="kari.sjakk"
    ),
    insert("Participants", id=20, convo_id=11, identity="kari.sjakk", rank=1),
    insert("Participants", id=21, convo_id=11, identity="ola_tarn", rank=3, adder="kari.sjakk"),
)


def said(number: int, body: Any, kind: int = 61, who: str = "ola_tarn", **more: Any) -> Any:
    values: dict[str, Any] = {
        "id": number, "convo_id": 10, "chatname": "#kari.sjakk/$ola_tarn;1", "author": who, "from_dispname": who.title(),
        "guid": bytes([number % 256]) * 32, "timestamp": 1_400_000_000 + number, "type": kind, "body_xml": body,
        "body_is_rawxml": 1,
    }  # fmt: skip
    return insert("Messages", **{**values, **more})


def run(*steps: Any) -> Parsed:
    return parse(SkypeDb(), made(*DDL, *PEOPLE, *steps), name="main.db")


def test_a_real_main_db(realdata: Path) -> None:
    parsed = parse(SkypeDb(), realdata / "chat" / "sqlite__skype_main.db")
    assert parsed.ended and (parsed.ended.seen_on, parsed.ended.outcome, parsed.parts) == (
        "real files",
        "done",
        [],
    )
    messages = parsed.of(Message)
    assert len(messages) == 15
    assert [row["text"] for row in messages] == [
        "yt?",
        "need to know if you got it this time.",
        "Hi European Competitor, I'd like to add you as a contact. Gen Beringer",
        None,
        "I'm here",
        "where do I get it from?",
        "https://www.dropbox.com/s/3t95y5d8j64azsj/Recipes.docx",
        "but give me a minute....",
        "i got it",
        "try not to spill coffee on it this time",
        "fer christ sake, it was an accident!",
        "whatever.",
        "later",
        "f you want I can copy some documents for you, if you can pay it... ;)",
        "He is our new employee",
    ]
    first = {
        key: value for key, value in messages[0].items() if value is not None and not key.endswith("_id")
    }
    direct = "direct:european.bbq.competitor|gen.beringer"
    assert first.pop("sent")["text"] == "1375219588"
    assert {
        key: first[key] for key in first if key not in ("exhibit", "parser", "variant", "version", "seen_on")
    } == {
        "place": "Messages:39",
        "ordinal": 0,
        "network": "skype",
        "state": "live",
        "conversation": direct,
        "sender": "gen.beringer",
        "sender_name": "Gen Beringer",
        "recipients": ["european.bbq.competitor"],
        "direction": "outgoing",
        "kind": "text",
        "text": "yt?",
        "precision_us": 1_000_000,
    }
    assert messages[0]["native_id"] == "3fedb08304b2dd153d94cd925eeda809bc8ca48cc212f9d3d1b0e19126ffffdd"
    assert str(messages[0]["sent"]["utc"]) == "2013-07-30 21:26:28+00:00"
    assert messages[13]["sent"]["utc"] is None  # 13727168620, a year that is none
    assert [len(row["members"]) for row in parsed.of(Conversation)] == [2, 2]
    assert parsed.of(MediaShare, "place", "name", "size", "account", "conversation") == [
        ("Transfers:1090", "secret-project.pdf", 69986, "gen.beringer", None),
        ("Transfers:1094", "secret-project.pdf", 69986, "gen.beringer", direct),
    ]
    (call,) = parsed.of(Call)
    assert (call["caller"], call["participants"], call["duration"], call["direction"]) == (
        "gen.beringer", ["european.bbq.competitor"], 646.0, "outgoing",
    )  # fmt: skip
    assert parsed.of(Contact, "contact", "name") == [
        ("echo123", "Echo / Sound Test Service"),
        ("european.bbq.competitor", "European Competitor"),
    ]
    owners = {row["account"] for row in parsed.of(Account) if row["owner"]}
    assert owners == {"gen.beringer"}
    assert ("european.bbq.competitor", "European BBQ") in parsed.of(Account, "account", "name")


def test_markup_is_taken_out_and_a_quote_is_a_reply() -> None:
    quote = (
        f'<quote author="ola_tarn" timestamp="1400000001" guid="x{"01" * 32}">'
        "<legacyquote>[17.05] Ola: </legacyquote>Skal vi spille?<legacyquote>\n\n&lt;&lt;&lt; </legacyquote></quote>Ja!"
    )
    parsed = run(
        said(1, 'Skal vi spille? &lt;nå&gt; <ss type="smile">:)</ss>'),
        said(2, quote, who="kari.sjakk"),
        said(3, "1 < 2 & 3", body_is_rawxml=None),
    )
    rows = parsed.of(Message)
    assert [row["text"] for row in rows] == ["Skal vi spille? <nå> :)", "Skal vi spille?\nJa!", "1 < 2 & 3"]
    assert [row["reply_to"] for row in rows] == [None, "01" * 32, None]
    assert rows[0]["native_id"] == "01" * 32
    assert rows[1]["markup"] == quote
    assert rows[2]["markup"] is None


def test_edited_and_removed_messages() -> None:
    parsed = run(
        said(1, "Rettet", edited_timestamp=1_400_000_500, edited_by="ola_tarn"),
        said(2, "", edited_timestamp=1_400_000_600, edited_by="ola_tarn"),
    )
    edited, removed = parsed.of(Message)
    assert (edited["state"], edited["text"], edited["edited"]["text"], edited["deleted"]) == (
        "live", "Rettet", "1400000500", None,
    )  # fmt: skip
    assert (removed["state"], removed["text"], removed["deleted"]["text"], removed["edited"]) == (
        "deleted", None, "1400000600", None,
    )  # fmt: skip


def test_a_group_who_came_and_who_went() -> None:
    group: dict[str, Any] = {"convo_id": 11, "chatname": GROUP}
    parsed = run(
        said(1, None, 10, "kari.sjakk", identities="ola_tarn per_bonde", **group),
        said(2, None, 12, "kari.sjakk", identities="per_bonde", **group),
        said(3, None, 13, "ola_tarn", **group),
        said(4, "/me flytter", 60, **group),
        said(5, '<files alt=""><file size="12" index="0">parti &amp; trekk.pgn</file></files>', 68, **group),
    )
    assert parsed.of(GroupMembership, "place", "account", "action", "by", "role") == [
        ("Participants:20", "kari.sjakk", "member", None, "1"),
        ("Participants:21", "ola_tarn", "member", "kari.sjakk", "3"),
        ("Messages:1", "ola_tarn", "added", "kari.sjakk", None),
        ("Messages:1", "per_bonde", "added", "kari.sjakk", None),
        ("Messages:2", "per_bonde", "removed", "kari.sjakk", None),
        ("Messages:3", "ola_tarn", "left", None, None),
    ]
    assert parsed.of(Message, "kind", "conversation", "recipients") == [
        ("system", GROUP, None),
        ("system", GROUP, None),
        ("system", GROUP, None),
        ("action", GROUP, None),
        ("media", GROUP, None),
    ]
    assert json.loads(parsed.of(Message)[4]["attachments"]) == [{"name": "parti & trekk.pgn", "size": 12}]
    assert parsed.of(Conversation, "conversation", "title", "kind") == [
        ("direct:kari.sjakk|ola_tarn", "Ola", "direct"),
        (GROUP, "Sjakk\u200bklubben", "group"),
    ]


def test_a_call_with_video_that_came_in() -> None:
    parsed = run(
        insert(
            "Calls",
            id=30,
            begin_timestamp=1_400_000_000,
            is_incoming=1,
            host_identity="ola_tarn",
            name="1-2",
            conv_dbid=10,
        ),
        insert("CallMembers", id=31, identity="ola_tarn", call_duration=60, videostatus=3, call_db_id=30),
    )
    (call,) = parsed.of(Call)
    assert (call["caller"], call["participants"], call["kind"], call["duration"], call["answered"]) == (
        "ola_tarn", ["kari.sjakk"], "video", 60.0, True,
    )  # fmt: skip


def test_deleted_messages_and_contacts_come_back_marked() -> None:
    rows = [said(n, f"Runde {n} i turneringen") for n in range(300, 330)]
    people = [
        insert("Contacts", id=n, skypename=f"spiller{n}", displayname=f"Spiller {n}") for n in range(400, 410)
    ]
    parsed = run(
        *rows, *people, "DELETE FROM Messages WHERE id IN (310, 315)", "DELETE FROM Contacts WHERE id = 405"
    )
    back = [row for row in parsed.of(Message) if row["state"] == "recovered"]
    assert {(row["text"], row["sender"], row["conversation"]) for row in back} == {
        (f"Runde {n} i turneringen", "ola_tarn", "direct:kari.sjakk|ola_tarn") for n in (310, 315)
    }
    assert [row["contact"] for row in parsed.of(Contact) if row["state"] == "recovered"] == ["spiller405"]


def test_skype_4_has_chats_only() -> None:
    ddl = [
        statement for statement in DDL if "Conversations" not in statement and "Participants" not in statement
    ]
    chats = (
        "CREATE TABLE Chats (id INTEGER NOT NULL PRIMARY KEY, name TEXT, friendlyname TEXT, participants TEXT, "
        "dialog_partner TEXT, timestamp INTEGER, type INTEGER, topic TEXT)"
    )
    data = made(
        *ddl, chats, PEOPLE[0],
        insert("Chats", id=5, name="#kari.sjakk/$ola_tarn;1", dialog_partner="ola_tarn", participants="kari.sjakk ola_tarn"),
        said(1, "Hei", convo_id=None),
    )  # fmt: skip
    parsed = parse(SkypeDb(), data, name="main.db")
    assert parsed.ended and parsed.ended.seen_on == "documentation"
    assert parsed.of(Conversation, "conversation", "members") == [
        ("direct:kari.sjakk|ola_tarn", ["kari.sjakk", "ola_tarn"])
    ]
    assert parsed.of(Message, "conversation", "recipients") == [("direct:kari.sjakk|ola_tarn", None)]


def test_a_damaged_page_costs_its_own_rows_only() -> None:
    data = bytearray(made(*DDL, *PEOPLE, *[said(n, f"Trekk {n} " * 20) for n in range(1, 300)]))
    at = data.index(b"Trekk 150 ") // 4096 * 4096
    data[at : at + 4096] = b"\x55" * 4096
    parsed = parse(SkypeDb(), bytes(data), name="main.db")
    texts = [row["text"] for row in parsed.of(Message)]
    assert 250 < len(texts) < 299 and texts == [
        f"Trekk {n} " * 20 for n in range(1, 300) if f"Trekk {n} " * 20 in texts
    ]
    assert (f"page {at // 4096 + 1}", "corrupt") in [(part.place, part.cause) for part in parsed.parts]
