"""Android's messages: a file that a telephone wrote, and the provider's own schema with messages of a chess club."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from safelight.parsers.android_sms import AndroidSms
from safelight.traces.model import Account, Conversation, MediaShare, Message
from tests.parsers.run import Parsed, parse
from tests.parsers.sqlite_maker import insert, made

OTHER = "+4790000001"
DDL = (
    "CREATE TABLE pdu (_id INTEGER PRIMARY KEY AUTOINCREMENT,thread_id INTEGER,date INTEGER,date_sent INTEGER DEFAULT 0,"
    "msg_box INTEGER,read INTEGER DEFAULT 0,m_id TEXT,sub TEXT,sub_cs INTEGER,ct_t TEXT,ct_l TEXT,exp INTEGER,m_cls TEXT,"
    "m_type INTEGER,v INTEGER,m_size INTEGER,pri INTEGER,rr INTEGER,rpt_a INTEGER,resp_st INTEGER,st INTEGER,tr_id TEXT,"
    "retr_st INTEGER,retr_txt TEXT,retr_txt_cs INTEGER,read_status INTEGER,ct_cls INTEGER,resp_txt TEXT,d_tm INTEGER,"
    "d_rpt INTEGER,locked INTEGER DEFAULT 0,seen INTEGER DEFAULT 0,text_only INTEGER DEFAULT 0)",
    "CREATE TABLE addr (_id INTEGER PRIMARY KEY,msg_id INTEGER,contact_id INTEGER,address TEXT,type INTEGER,"
    "charset INTEGER)",
    "CREATE TABLE part (_id INTEGER PRIMARY KEY AUTOINCREMENT,mid INTEGER,seq INTEGER DEFAULT 0,ct TEXT,name TEXT,"
    "chset INTEGER,cd TEXT,fn TEXT,cid TEXT,cl TEXT,ctt_s INTEGER,ctt_t TEXT,_data TEXT,text TEXT)",
    "CREATE TABLE sms (_id INTEGER PRIMARY KEY,thread_id INTEGER,address TEXT,person INTEGER,date INTEGER,"
    "date_sent INTEGER DEFAULT 0,protocol INTEGER,read INTEGER DEFAULT 0,status INTEGER DEFAULT -1,type INTEGER,"
    "reply_path_present INTEGER,subject TEXT,body TEXT,service_center TEXT,locked INTEGER DEFAULT 0,"
    "error_code INTEGER DEFAULT 0,seen INTEGER DEFAULT 0)",
    "CREATE TABLE canonical_addresses (_id INTEGER PRIMARY KEY AUTOINCREMENT,address TEXT)",
    "CREATE TABLE threads (_id INTEGER PRIMARY KEY AUTOINCREMENT,date INTEGER DEFAULT 0,message_count INTEGER DEFAULT 0,"
    "recipient_ids TEXT,snippet TEXT,snippet_cs INTEGER DEFAULT 0,read INTEGER DEFAULT 1,type INTEGER DEFAULT 0,"
    "error INTEGER DEFAULT 0,has_attachment INTEGER DEFAULT 0)",
)
THREADS = (
    insert("canonical_addresses", _id=1, address="+47 900 00 001"),
    insert("canonical_addresses", _id=2, address="+4790000002"),
    insert("threads", _id=1, recipient_ids="1"),
    insert("threads", _id=2, recipient_ids="1 2"),
)


def sms(number: int, body: Any, kind: int = 1, **more: Any) -> Any:
    values = {"date": 1_420_000_000_500 + number, "date_sent": 1_420_000_000_000, "thread_id": 1}
    return insert("sms", **{"_id": number, "address": OTHER, "type": kind, "body": body, **values, **more})


def run(*steps: Any) -> Parsed:
    return parse(AndroidSms(), made(*DDL, *THREADS, *steps), name="mmssms.db")


def test_nine_messages_of_a_real_telephone(realdata: Path) -> None:
    parsed = parse(AndroidSms(), realdata / "chat" / "android__mmssms.db")
    assert parsed.ended and parsed.ended.seen_on == "real files"
    assert (parsed.ended.outcome, parsed.ended.remarks, parsed.parts) == ("done", [], [])
    assert parsed.of(Message, "place", "direction", "text", "state") == [
        ("sms:1", "outgoing", "Yo Fred this is my new number.", "live"),
        ("sms:2", "outgoing", "Did you get my message?", "live"),
        ("sms:3", "incoming", "What message?", "live"),
        ("sms:4", "incoming", "Who dis??", "live"),
        (
            "sms:5",
            "outgoing",
            "It's me Barney! I got a new phone after BamBam smashed my other one. This is my new number.",
            "live",
        ),
        ("sms:6", "incoming", "Are we going bowling after the water buffalo meeting tonight?", "live"),
        (
            "sms:7",
            "outgoing",
            "You bet! I'm just going to write a reeeeealllllllyyyyy long message. I was thinking that this weekend we "
            "should head to the race track. I heard that Goggles Paesano is going to be there ;)",
            "live",
        ),
        ("sms:8", "incoming", "Oh noes, that last message did not get through!!!", "live"),
        ("sms:9", "outgoing", "Guess the emulator was not happy with a long message", "live"),
    ]
    third = parsed.of(Message)[2]
    assert (third["sender"], third["recipients"], third["conversation"]) == (
        "15555215554",
        None,
        "direct:15555215554|?",
    )
    assert (str(third["sent"]["utc"]), str(third["received"]["utc"]), third["precision_us"]) == (
        "2013-10-29 17:05:40+00:00",
        "2013-10-29 17:05:41.303000+00:00",
        1_000_000,
    )
    assert third["sent"] | {"utc": 0, "wall": 0} == {
        "utc": 0, "wall": 0, "text": "1383066340000", "basis": "stated", "assumed_by": None,
    }  # fmt: skip
    assert parsed.of(Account, "account", "name", "name_kind", "owner") == [
        ("15555215554", "1 555-521-5554", "phone", None),
        ("15555215554", "15555215554", "phone", None),
    ]
    assert parsed.of(Conversation, "conversation", "kind", "members") == [
        ("direct:15555215554|?", "direct", ["15555215554"])
    ]


def test_boxes_say_who_wrote_and_a_draft_was_never_sent() -> None:
    parsed = run(
        sms(1, "Sjakk i kveld?"), sms(2, "Ja", 2), sms(3, "Kanskje", 3), sms(4, "Feilet", 5), sms(5, None)
    )
    assert parsed.of(Message, "text", "direction", "sender", "recipients") == [
        ("Sjakk i kveld?", "incoming", OTHER, None),
        ("Ja", "outgoing", None, [OTHER]),
        ("Kanskje", "outgoing", None, [OTHER]),
        ("Feilet", "outgoing", None, [OTHER]),
        (None, "incoming", OTHER, None),
    ]
    draft = parsed.of(Message)[2]
    assert (draft["sent"], draft["edited"]["text"]) == (None, "1420000000503")
    assert parsed.ended and parsed.ended.remarks == [
        "1 drafts: outgoing messages without a time at which they were sent"
    ]


def test_deleted_messages_come_back_marked() -> None:
    live = [sms(n, f"Parti nummer {n} er i gang på tirsdag") for n in range(300, 320)]
    parsed = run(*live, "DELETE FROM sms WHERE _id IN (305, 306, 311)")
    found = [row for row in parsed.of(Message) if row["state"] == "recovered"]
    assert sorted(row["text"] for row in found) == [
        f"Parti nummer {n} er i gang på tirsdag" for n in (305, 306, 311)
    ]
    assert all(
        row["place"].startswith("sms:page ") and row["conversation"] == f"direct:{OTHER}|?" for row in found
    )
    assert len(parsed.of(Message)) == 20


def test_mms_with_text_picture_and_three_people() -> None:
    pdu = {
        "thread_id": 2,
        "date": 1_420_000_100,
        "date_sent": 1_420_000_099,
        "m_type": 132,
        "m_id": "<a@mms>",
    }
    parsed = run(
        sms(1, "før"),
        insert("pdu", _id=4, msg_box=1, sub="Ã\x85pen klasse", sub_cs=106, **pdu),
        insert("addr", msg_id=4, address=OTHER, type=137),
        insert("addr", msg_id=4, address="insert-address-token", type=151),
        insert("addr", msg_id=4, address="+4790000002", type=151),
        insert("part", _id=8, mid=4, ct="application/smil", text="<smil/>"),
        insert("part", _id=9, mid=4, ct="text/plain", text="Se stillingen"),
        insert("part", _id=10, mid=4, ct="image/jpeg", cl="brett.jpg", _data="/data/app_parts/PART_1"),
        insert("pdu", _id=5, thread_id=2, date=1_420_000_200, msg_box=1, m_type=134),
    )
    (message,) = [row for row in parsed.of(Message) if row["place"] == "pdu:4"]
    assert {
        key: message[key]
        for key in ("sender", "recipients", "subject", "text", "kind", "native_id", "direction")
    } == {
        "sender": OTHER,
        "recipients": ["+4790000002"],
        "subject": "Åpen klasse",
        "text": "Se stillingen",
        "kind": "text",
        "native_id": "<a@mms>",
        "direction": "incoming",
    }
    assert message["conversation"] == f"group:?|{OTHER}|+4790000002"
    assert str(message["sent"]["utc"]) == "2014-12-31 04:28:19+00:00"
    assert json.loads(message["attachments"]) == [
        {"name": "brett.jpg", "mime": "image/jpeg", "path": "/data/app_parts/PART_1"}
    ]
    assert parsed.of(MediaShare, "place", "name", "mime", "message_place", "account") == [
        ("part:10", "brett.jpg", "image/jpeg", "pdu:4", OTHER)
    ]
    assert len(parsed.of(Message)) == 2
    assert parsed.ended and parsed.ended.seen_on == "documentation"


@pytest.mark.parametrize(
    "value", [0, -1, 1, 9_223_372_036_854_775_807, -9_223_372_036_854_775_808, "i går", 1.5e300, b"\xff"]
)
def test_absurd_times_stay_text(value: Any) -> None:
    parsed = run(sms(1, "Sjakk", 2, date=value))
    (message,) = parsed.of(Message)
    if value in (0, -1) or isinstance(value, bytes):
        assert message["sent"] is None
    else:
        assert message["sent"]["utc"] is None and message["sent"]["basis"] == "unknown"


def test_names_keep_their_tricks_and_numbers_in_odd_columns_do_not_matter() -> None:
    parsed = run(
        sms(1, "a\u202egnp\u200b", address="Tele\u200bnor", thread_id=99), sms(2, 12, type=b"x", address=55)
    )
    assert parsed.of(Message, "text", "sender") == [("a\u202egnp\u200b", "tele\u200bnor"), ("12", None)]
    assert ("tele\u200bnor", "Tele\u200bnor") in parsed.of(Account, "account", "name")


def test_an_encrypted_database_is_said_to_be_one() -> None:
    import random

    parsed = parse(AndroidSms(), random.Random(3).randbytes(16384), name="mmssms.db")
    assert parsed.ended and (parsed.ended.outcome, parsed.ended.cause) == ("failed", "encrypted")
    assert parse(AndroidSms(), random.Random(3).randbytes(16384), name="noise.bin").ended is None
