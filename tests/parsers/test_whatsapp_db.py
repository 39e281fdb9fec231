"""WhatsApp on Android: both forms of msgstore.db, wa.db, and encrypted backups, with a chess club's messages."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import zlib
from typing import Any

import pytest
from Cryptodome.Cipher import AES

from safelight.parsers.model import Options
from safelight.parsers.whatsapp_db import WhatsAppDb
from safelight.parsers.whatsapp_people import WhatsAppContacts
from safelight.traces.model import (
    Account,
    Call,
    Contact,
    Conversation,
    GroupMembership,
    Location,
    MediaShare,
    Message,
)
from tests.parsers.run import Parsed, parse
from tests.parsers.sqlite_maker import insert, made, made_with_log

KARI, OLA = "4790000001@s.whatsapp.net", "4790000002@s.whatsapp.net"
GROUP = "4790000001-1600000000@g.us"
T = 1_643_607_839_000

NEW = (
    "CREATE TABLE jid (_id INTEGER PRIMARY KEY AUTOINCREMENT, user TEXT NOT NULL, server TEXT NOT NULL, agent INTEGER, "
    "device INTEGER, type INTEGER, raw_string TEXT)",
    "CREATE TABLE jid_map (lid_row_id INTEGER PRIMARY KEY, jid_row_id INTEGER)",
    "CREATE TABLE chat (_id INTEGER PRIMARY KEY AUTOINCREMENT, jid_row_id INTEGER UNIQUE, hidden INTEGER, subject TEXT, "
    "created_timestamp INTEGER, archived INTEGER, sort_timestamp INTEGER, group_type INTEGER NOT NULL DEFAULT 0)",
    "CREATE TABLE message (_id INTEGER PRIMARY KEY AUTOINCREMENT, chat_row_id INTEGER NOT NULL, from_me INTEGER NOT NULL, "
    "key_id TEXT NOT NULL, sender_jid_row_id INTEGER, status INTEGER, broadcast INTEGER, recipient_count INTEGER, "
    "participant_hash TEXT, origination_flags INTEGER, origin INTEGER, timestamp INTEGER, received_timestamp INTEGER, "
    "receipt_server_timestamp INTEGER, message_type INTEGER, text_data TEXT, starred INTEGER, lookup_tables INTEGER, "
    "sort_id INTEGER NOT NULL DEFAULT 0, message_add_on_flags INTEGER, view_mode INTEGER)",
    "CREATE TABLE message_edit_info (message_row_id INTEGER PRIMARY KEY, original_key_id TEXT NOT NULL, "
    "edited_timestamp INTEGER NOT NULL, sender_timestamp INTEGER NOT NULL)",
    "CREATE TABLE message_location (message_row_id INTEGER PRIMARY KEY, chat_row_id INTEGER, latitude REAL, longitude REAL, "
    "place_name TEXT, place_address TEXT, url TEXT)",
    "CREATE TABLE message_media (message_row_id INTEGER PRIMARY KEY, chat_row_id INTEGER, file_path TEXT, "
    "file_size INTEGER, media_key BLOB, mime_type TEXT, file_length INTEGER, media_name TEXT, "
    "file_hash TEXT, media_caption TEXT)",
    "CREATE TABLE message_quoted (message_row_id INTEGER PRIMARY KEY AUTOINCREMENT, chat_row_id INTEGER NOT NULL, "
    "parent_message_chat_row_id INTEGER NOT NULL, from_me INTEGER NOT NULL, sender_jid_row_id INTEGER, "
    "key_id TEXT NOT NULL, timestamp INTEGER, message_type INTEGER, text_data TEXT)",
    "CREATE TABLE message_revoked (message_row_id INTEGER PRIMARY KEY, revoked_key_id TEXT NOT NULL, "
    "admin_jid_row_id INTEGER, revoke_timestamp INTEGER)",
    "CREATE TABLE message_system (message_row_id INTEGER PRIMARY KEY, action_type INTEGER NOT NULL)",
    "CREATE TABLE message_system_chat_participant (message_row_id INTEGER, user_jid_row_id INTEGER)",
    "CREATE TABLE group_participant_user (_id INTEGER PRIMARY KEY AUTOINCREMENT, group_jid_row_id INTEGER NOT NULL, "
    "user_jid_row_id INTEGER NOT NULL, rank INTEGER, pending INTEGER)",
    "CREATE TABLE call_log (_id INTEGER PRIMARY KEY AUTOINCREMENT, jid_row_id INTEGER, from_me INTEGER, call_id TEXT, "
    "transaction_id INTEGER, timestamp INTEGER, video_call INTEGER, duration INTEGER, call_result INTEGER, "
    "bytes_transferred INTEGER, group_jid_row_id INTEGER NOT NULL DEFAULT 0)",
    "CREATE TABLE call_log_participant_v2 (_id INTEGER PRIMARY KEY AUTOINCREMENT, call_log_row_id INTEGER, "
    "jid_row_id INTEGER, call_result INTEGER)",
    "CREATE TABLE message_add_on_reaction (message_add_on_row_id INTEGER PRIMARY KEY, reaction TEXT)",
    insert("jid", _id=1, user="4790000001", server="s.whatsapp.net", raw_string=KARI),
    insert("jid", _id=2, user="4790000002", server="s.whatsapp.net", raw_string=OLA),
    insert("jid", _id=3, user="4790000001-1600000000", server="g.us", raw_string=GROUP),
    insert("jid", _id=4, user="777", server="lid", raw_string="777@lid"),
    insert("jid_map", lid_row_id=4, jid_row_id=2),
    insert("chat", _id=10, jid_row_id=2),
    insert("chat", _id=11, jid_row_id=3, subject="Sjakk\u202eklubb", created_timestamp=T),
    insert("group_participant_user", _id=1, group_jid_row_id=3, user_jid_row_id=1, rank=2),
    insert("group_participant_user", _id=2, group_jid_row_id=3, user_jid_row_id=4, rank=0),
)
OLD = (
    "CREATE TABLE messages (_id INTEGER PRIMARY KEY AUTOINCREMENT, key_remote_jid TEXT NOT NULL, key_from_me INTEGER, "
    "key_id TEXT NOT NULL, status INTEGER, needs_push INTEGER, data TEXT, timestamp INTEGER, media_url TEXT, "
    "media_mime_type TEXT, media_wa_type TEXT, media_size INTEGER, media_name TEXT, latitude REAL, longitude REAL, "
    "thumb_image TEXT, remote_resource TEXT, received_timestamp INTEGER, send_timestamp INTEGER, "
    "receipt_server_timestamp INTEGER, receipt_device_timestamp INTEGER, raw_data BLOB, media_hash TEXT, "
    "recipient_count INTEGER, media_duration INTEGER, origin INTEGER, media_caption TEXT, quoted_row_id INTEGER)",
    "CREATE TABLE messages_quotes (_id INTEGER PRIMARY KEY AUTOINCREMENT, key_remote_jid TEXT NOT NULL, "
    "key_from_me INTEGER, key_id TEXT NOT NULL, data TEXT)",
    "CREATE TABLE chat_list (_id INTEGER PRIMARY KEY AUTOINCREMENT, key_remote_jid TEXT UNIQUE, message_table_id INTEGER, "
    "subject TEXT, creation INTEGER)",
    "CREATE TABLE group_participants (_id INTEGER PRIMARY KEY AUTOINCREMENT, gjid TEXT NOT NULL, jid TEXT NOT NULL, "
    "admin INTEGER, pending INTEGER, sent_sender_key INTEGER)",
    insert("messages", _id=1, key_remote_jid="-1", key_from_me=0, key_id="-1", timestamp=0),
)
WA = (
    "CREATE TABLE wa_contacts (_id INTEGER PRIMARY KEY AUTOINCREMENT, jid TEXT NOT NULL, is_whatsapp_user BOOLEAN NOT NULL, "
    "status TEXT, status_timestamp INTEGER, number TEXT, raw_contact_id INTEGER, display_name TEXT, phone_type INTEGER, "
    "phone_label TEXT, given_name TEXT, family_name TEXT, wa_name TEXT, sort_name TEXT, nickname TEXT, "
    "company TEXT, title TEXT)",
    insert("wa_contacts", jid=OLA, is_whatsapp_user=1, display_name="Ola Tårn", wa_name="ola \u200bt", number="900 00 002",
           status="Spiller", status_timestamp=T, company="Sjakklubben"),
    insert("wa_contacts", jid=GROUP, is_whatsapp_user=0, display_name="Sjakk"),
)  # fmt: skip


def said(
    number: int, text: Any, chat: int = 10, mine: int = 0, sender: int = 0, kind: int = 0, **more: Any
) -> Any:
    values = {"timestamp": T + number * 1000, "received_timestamp": T + number * 1000 + 7, "status": 0}
    return insert(
        "message",
        **{
            "_id": number, "chat_row_id": chat, "from_me": mine, "key_id": f"KEY{number:04}", "sender_jid_row_id": sender,
            "message_type": kind, "text_data": text, "sort_id": number, **values, **more,
        },
    )  # fmt: skip


def run(*steps: Any, **beside: bytes) -> Parsed:
    return parse(
        WhatsAppDb(), made(*NEW, *steps), name="msgstore.db", beside={f"{k}.db": v for k, v in beside.items()}
    )


def test_text_in_a_conversation_and_in_a_group() -> None:
    parsed = run(
        said(1, "Sjakk i kveld?"),
        said(2, "Ja", mine=1),
        said(3, "Alle kommer", chat=11, sender=4),
        said(4, "Hei", chat=99),
        wa=made(*WA),
    )
    assert parsed.ended and (parsed.ended.outcome, parsed.ended.seen_on, parsed.parts) == (
        "done",
        "documentation",
        [],
    )
    assert parsed.of(
        Message, "place", "conversation", "sender", "sender_name", "recipients", "direction", "text"
    ) == [
        ("message:1", "direct:+4790000002|?", "+4790000002", "Ola Tårn", None, "incoming", "Sjakk i kveld?"),
        ("message:2", "direct:+4790000002|?", None, None, ["+4790000002"], "outgoing", "Ja"),
        ("message:3", GROUP, "+4790000002", "Ola Tårn", None, "incoming", "Alle kommer"),
        ("message:4", "local:chat:99", None, None, None, "incoming", "Hei"),
    ]
    first = parsed.of(Message)[0]
    assert (str(first["sent"]["utc"]), str(first["received"]["utc"])) == (
        "2022-01-31 05:44:00+00:00",
        "2022-01-31 05:44:00.007000+00:00",
    )
    assert (first["native_id"], first["precision_us"]) == ("KEY0001", 1_000_000)
    assert parsed.of(Conversation, "conversation", "title", "kind", "members") == [
        ("direct:+4790000002|?", "Ola Tårn", "direct", ["+4790000002"]),
        (GROUP, "Sjakk\u202eklubb", "group", ["+4790000001", "+4790000002"]),
    ]
    assert parsed.of(GroupMembership, "account", "role") == [
        ("+4790000001", "superadmin"),
        ("+4790000002", None),
    ]
    assert parsed.of(Account, "account", "name", "name_kind") == [
        ("+4790000001", None, None),
        ("+4790000002", "Ola Tårn", "address book"),
    ]


def test_edited_revoked_quoted_and_what_whatsapp_said() -> None:
    parsed = run(
        said(1, "Rettet"),
        insert(
            "message_edit_info",
            message_row_id=1,
            original_key_id="KEYOLD",
            edited_timestamp=T + 5,
            sender_timestamp=T,
        ),
        said(2, None, kind=15),
        insert("message_revoked", message_row_id=2, revoked_key_id="KEYGONE", revoke_timestamp=T + 9),
        said(3, "Svar"),
        insert(
            "message_quoted",
            message_row_id=3,
            chat_row_id=10,
            parent_message_chat_row_id=10,
            from_me=1,
            key_id="KEYQ",
        ),
        said(4, "", chat=11, mine=1, sender=1, kind=7),
        insert("message_system", message_row_id=4, action_type=12),
        insert("message_system_chat_participant", message_row_id=4, user_jid_row_id=2),
        insert("message_add_on_reaction", message_add_on_row_id=1, reaction="x"),
    )
    rows = parsed.of(Message)
    assert [(row["state"], row["text"], row["native_id"], row["reply_to"], row["kind"]) for row in rows] == [
        ("live", "Rettet", "KEYOLD", None, "text"),
        ("deleted", None, "KEYGONE", None, "text"),
        ("live", "Svar", "KEY0003", "KEYQ", "text"),
        ("live", None, "KEY0004", None, "system"),
    ]
    assert (rows[0]["edited"]["text"], rows[1]["deleted"]["text"]) == (str(T + 5), str(T + 9))
    assert parsed.of(GroupMembership, "place", "account", "action")[-1] == (
        "message:4",
        "+4790000002",
        "added",
    )
    assert parsed.ended and parsed.ended.remarks == [
        "the table message_add_on_reaction holds rows; this parser does not read them"
    ]


def test_pictures_and_places() -> None:
    digest = hashlib.sha256(b"brett").digest()
    parsed = run(
        said(1, None, kind=1),
        insert("message_media", message_row_id=1, file_path="Media/WhatsApp Images/IMG-1.jpg", file_size=1234,
               mime_type="image/jpeg", file_hash=base64.b64encode(digest).decode(), media_caption="Stillingen"),
        said(2, None, kind=5),
        insert("message_location", message_row_id=2, latitude=60.39, longitude=5.32, place_name="Klubben",
               place_address="Torget 1"),
    )  # fmt: skip
    (picture, place) = parsed.of(Message)
    assert (picture["kind"], picture["text"]) == ("media", "Stillingen")
    assert json.loads(picture["attachments"]) == [
        {
            "name": "IMG-1.jpg",
            "mime": "image/jpeg",
            "size": 1234,
            "path": "Media/WhatsApp Images/IMG-1.jpg",
            "sha256": digest.hex(),
        }
    ]
    assert parsed.of(MediaShare, "place", "message_place", "name", "stated_hash", "account") == [
        ("message_media:1", "message:1", "IMG-1.jpg", "sha256:" + digest.hex(), "+4790000002")
    ]
    assert parsed.of(Location, "latitude", "longitude", "name", "account") == [
        (60.39, 5.32, "Klubben, Torget 1", "+4790000002")
    ]
    assert place["text"] is None


def test_calls() -> None:
    call = {"timestamp": T, "video_call": 0}
    parsed = run(
        insert("call_log", _id=1, jid_row_id=2, from_me=0, call_id="call:C1", duration=61, **call),
        insert(
            "call_log", _id=2, jid_row_id=2, from_me=1, call_id="C2", duration=0, timestamp=T, video_call=1
        ),
        insert(
            "call_log", _id=3, jid_row_id=1, from_me=1, call_id="C3", duration=5, group_jid_row_id=3, **call
        ),
        insert("call_log_participant_v2", call_log_row_id=3, jid_row_id=2),
    )
    columns = (
        "native_id",
        "caller",
        "participants",
        "conversation",
        "kind",
        "duration",
        "answered",
        "direction",
    )
    assert parsed.of(Call, *columns) == [
        ("C1", "+4790000002", None, "direct:+4790000002|?", "audio", 61.0, True, "incoming"),
        ("C2", None, ["+4790000002"], "direct:+4790000002|?", "video", 0.0, None, "outgoing"),
        ("C3", None, ["+4790000002", "+4790000001"], GROUP, "audio", 5.0, True, "outgoing"),
    ]


def test_deleted_messages_come_back_from_free_space_and_from_the_log() -> None:
    rows = [said(n, f"Runde {n} er spilt ferdig") for n in range(300, 330)]
    parsed = run(*rows, "DELETE FROM message WHERE _id IN (305, 320)")
    back = [row for row in parsed.of(Message) if row["state"] == "recovered"]
    assert {(row["text"], row["conversation"], row["native_id"]) for row in back} == {
        (f"Runde {n} er spilt ferdig", "direct:+4790000002|?", f"KEY{n:04}") for n in (305, 320)
    }
    data, log = made_with_log(*NEW, *rows, "DELETE FROM message WHERE _id = 310")
    parsed = parse(WhatsAppDb(), data, name="msgstore.db", beside={"msgstore.db-wal": log})
    back = [row for row in parsed.of(Message) if row["state"] == "recovered"]
    assert {row["text"] for row in back} == {"Runde 310 er spilt ferdig"}
    assert len([row for row in parsed.of(Message) if row["state"] == "live"]) == 29


def test_columns_that_a_newer_app_added_are_named() -> None:
    parsed = run("ALTER TABLE message ADD COLUMN new_thing INTEGER", said(1, "Hei"))
    assert parsed.ended and parsed.ended.remarks == [
        "columns of message that this parser does not read: new_thing"
    ]
    assert parsed.of(Message, "text") == ["Hei"]


def old(number: int, jid: str, text: Any, mine: int = 0, **more: Any) -> Any:
    values: dict[str, Any] = {
        "_id": number,
        "key_remote_jid": jid,
        "key_from_me": mine,
        "key_id": f"K{number}",
        "data": text,
    }
    return insert(
        "messages",
        **values,
        **{"timestamp": T + number, "received_timestamp": T + number, "status": 0, **more},
    )


def test_the_older_form() -> None:
    parsed = parse(
        WhatsAppDb(),
        made(
            *OLD,
            insert("chat_list", key_remote_jid=GROUP, subject="Sjakk", creation=T),
            insert("group_participants", gjid=GROUP, jid=OLA, admin=1),
            insert("messages_quotes", _id=7, key_remote_jid=OLA, key_id="K2"),
            old(2, OLA, "Hei", media_wa_type="0"),
            old(3, OLA, "Hallo", 1, quoted_row_id=7),
            old(4, GROUP, "I kveld", remote_resource=OLA),
            old(5, GROUP, None, remote_resource=OLA, media_wa_type="1", media_name="a.jpg", media_size=12,
                media_mime_type="image/jpeg", media_caption="Brettet"),
            old(6, OLA, None, media_wa_type="15"),
            old(7, GROUP, "Ny tittel", status=6, remote_resource=OLA),
            old(8, OLA, None, media_wa_type="5", latitude=60.0, longitude=5.0),
            *[old(n, OLA, f"Trekk {n} i partiet") for n in range(300, 320)],
            "DELETE FROM messages WHERE _id = 312",
        ),
        name="msgstore.db",
    )  # fmt: skip
    assert parsed.ended and (parsed.ended.variant, parsed.ended.remarks) == ("msgstore.db, messages", [])
    direct = "direct:+4790000002|?"
    assert parsed.of(Message, "place", "conversation", "sender", "kind", "text", "state", "reply_to")[:7] == [
        ("messages:2", direct, "+4790000002", "text", "Hei", "live", None),
        ("messages:3", direct, None, "text", "Hallo", "live", "K2"),
        ("messages:4", GROUP, "+4790000002", "text", "I kveld", "live", None),
        ("messages:5", GROUP, "+4790000002", "text", "Brettet", "live", None),
        ("messages:6", direct, "+4790000002", "text", None, "deleted", None),
        ("messages:7", GROUP, "+4790000002", "system", "Ny tittel", "live", None),
        ("messages:8", direct, "+4790000002", "text", None, "live", None),
    ]
    assert [row["text"] for row in parsed.of(Message) if row["state"] == "recovered"] == [
        "Trekk 312 i partiet"
    ]
    assert parsed.of(Conversation, "conversation", "title", "members") == [
        (GROUP, "Sjakk", ["+4790000002"]),
        (direct, None, ["+4790000002"]),
    ]
    assert parsed.of(MediaShare, "name", "size", "mime") == [("a.jpg", 12, "image/jpeg")]
    assert parsed.of(Location, "latitude", "longitude") == [(60.0, 5.0)]


def test_calls_of_the_older_form_are_rows_among_the_messages() -> None:
    def call(number: int, jid: str, mine: int, kind: str, seconds: int, **more: Any) -> Any:
        what = {"status": 6, "media_wa_type": kind, "media_duration": seconds, "key_id": f"call:{number}"}
        return insert(
            "messages", _id=number, key_remote_jid=jid, key_from_me=mine, timestamp=T, **what, **more
        )

    parsed = parse(
        WhatsAppDb(),
        made(
            *OLD,
            call(2, OLA, 0, "8", 61, media_caption="audio"),
            call(3, OLA, 1, "8", 0, media_caption="video"),
            call(4, OLA, 0, "10", 0, media_caption="audio"),
            call(5, GROUP, 0, "8", 7, remote_resource=OLA),
            *[call(n, KARI, 1, "8", n, media_caption="video") for n in range(300, 320)],
            "DELETE FROM messages WHERE _id = 312",
        ),
        name="msgstore.db",
        beside={"wa.db": made(*WA)},
    )
    assert parsed.of(Message) == []
    rows = [row for row in parsed.of(Call) if row["native_id"] in ("2", "3", "4", "5", "312")]
    columns = (
        "place", "state", "native_id", "caller", "participants", "conversation", "kind", "duration", "answered", "direction"
    )  # fmt: skip
    direct, kari = "direct:+4790000002|?", "direct:+4790000001|?"
    assert [tuple(row[name] for name in columns) for row in rows] == [
        ("messages:2", "live", "2", "+4790000002", None, direct, "audio", 61.0, True, "incoming"),
        ("messages:3", "live", "3", None, ["+4790000002"], direct, "video", 0.0, None, "outgoing"),
        ("messages:4", "live", "4", "+4790000002", None, direct, "audio", 0.0, False, "incoming"),
        ("messages:5", "live", "5", "+4790000002", None, GROUP, None, 7.0, True, "incoming"),
        (
            rows[-1]["place"],
            "recovered",
            "312",
            None,
            ["+4790000001"],
            kari,
            "video",
            312.0,
            True,
            "outgoing",
        ),
    ]
    assert {str(row["started"]["utc"]) for row in rows} == {"2022-01-31 05:43:59+00:00"}
    assert parsed.of(Account, "account", "name") == [("+4790000002", "Ola Tårn")]
    assert parsed.of(Conversation, "conversation", "title") == [
        (direct, "Ola Tårn"),
        (GROUP, None),
        (kari, None),
    ]


def test_the_address_book_is_an_item_of_its_own() -> None:
    parsed = parse(WhatsAppContacts(), made(*WA), name="wa.db")
    assert parsed.of(Contact, "contact", "name") == [("+4790000002", "Ola Tårn")]
    assert json.loads(parsed.of(Contact)[0]["detail"]) == {
        "number": "900 00 002",
        "company": "Sjakklubben",
        "whatsapp_user": True,
    }
    assert parsed.of(Account, "account", "name", "name_kind") == [
        ("+4790000002", "ola \u200bt", "display name"),
        ("+4790000002", "Ola Tårn", "address book"),
        ("+4790000002", "900 00 002", "phone"),
    ]
    assert parsed.of(Conversation, "conversation", "title") == [(GROUP, "Sjakk")]


KEY = bytes(range(32))


def backup(kind: str, data: bytes) -> bytes:
    """An encrypted backup as the documentation describes it."""
    iv, key = bytes(range(100, 116)), KEY
    if kind == "15":
        key = hmac.digest(hmac.digest(bytes(32), KEY, "sha256"), b"backup encryption\x01", "sha256")
    cipher = AES.new(key, AES.MODE_GCM, nonce=iv)
    sealed = cipher.encrypt(zlib.compress(data))
    if kind == "12":
        return bytes(51) + iv + sealed + bytes(20)
    header = (
        b"\x08\x01" + (b"\x1a\x12\x0a\x10" if kind == "15" else b"\x12\x12\x2a\x10") + iv + b"\x22\x04abcd"
    )
    body = bytes([len(header)]) + (b"\x01" if kind == "14" else b"") + header + sealed + cipher.digest()
    return body + hashlib.md5(body).digest()


@pytest.mark.parametrize("kind", ["12", "14", "15"])
def test_a_backup_opens_with_its_key_and_with_no_other(kind: str) -> None:
    sealed = backup(kind, made(*NEW, said(1, "Sjakk i kveld?")))
    name = f"msgstore.db.crypt{kind}"
    parsed = parse(
        WhatsAppDb(), sealed, name=name, options=Options(credentials=("feil", "00" * 32, KEY.hex()))
    )
    assert parsed.of(Message, "place", "text") == [("message:1", "Sjakk i kveld?")]
    for credentials in ((), ("11" * 32,)):
        parsed = parse(WhatsAppDb(), sealed, name=name, options=Options(credentials=credentials))
        assert parsed.ended and (parsed.ended.outcome, parsed.ended.cause) == ("failed", "encrypted")
        assert not any(one in parsed.ended.detail for one in credentials)
