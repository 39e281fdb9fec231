"""Kik: an iPhone's store as it was found, and the Android tables as the app makes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from safelight.parsers.kik import Kik
from safelight.traces.model import Account, Contact, Conversation, GroupMembership, MediaShare, Message
from tests.parsers.run import parse
from tests.parsers.sqlite_maker import insert, made

GROUP = "1100024090445_g@groups.kik.com"
ANDROID = (
    "CREATE TABLE KIKcontactsTable (_id INTEGER PRIMARY KEY AUTOINCREMENT, jid VARCHAR, display_name VARCHAR, "
    "local_name VARCHAR, user_name VARCHAR, in_roster BOOLEAN,photo_url VARCHAR, photo_timestamp VARCHAR, is_stub BOOLEAN,"
    "is_group BOOLEAN,is_blocked BOOLEAN,is_ignored BOOLEAN,group_hashtag VARCHAR)",
    "CREATE TABLE messagesTable (_id INTEGER PRIMARY KEY AUTOINCREMENT, body VARCHAR, partner_jid VARCHAR, was_me INT, "
    "read_state INT, uid VARCHAR, length INT, timestamp LONG, bin_id VARCHAR, sys_msg VARCHAR, stat_msg VARCHAR, "
    "stat_user_jid VARCHAR, req_read_reciept BOOLEAN, content_id VARCHAR, app_id VARCHAR)",
    "CREATE TABLE memberTable (_id INTEGER PRIMARY KEY AUTOINCREMENT, group_id VARCHAR, member_jid VARCHAR, "
    "is_admin BOOLEAN, is_banned BOOLEAN)",
    "CREATE TABLE KIKContentTable (_id INTEGER PRIMARY KEY AUTOINCREMENT, content_id VARCHAR, content_type INT, "
    "content_name VARCHAR, content_string VARCHAR)",
)


def test_the_store_of_a_real_iphone(realdata: Path) -> None:
    parsed = parse(Kik(), realdata / "chat" / "ios__kik.sqlite")
    assert parsed.ended and (parsed.ended.seen_on, parsed.ended.outcome, parsed.parts) == (
        "real files",
        "done",
        [],
    )
    rows = parsed.of(Message, "place", "conversation", "sender", "direction", "kind", "text")
    assert len(rows) == 60
    assert rows[1] == ("ZKIKMESSAGE:2", GROUP, None, "outgoing", "text", "Hello")
    assert rows[3] == (
        "ZKIKMESSAGE:4",
        "direct:?|sbabadi61_jet@talk.kik.com",
        "sbabadi61_jet@talk.kik.com",
        "incoming",
        "text",
        "Hi",
    )
    assert rows[7] == ("ZKIKMESSAGE:8", GROUP, None, None, "system", "You started a group")
    assert rows[13][1:3] == (GROUP, "solidravenocelot89_eqn@talk.kik.com")
    assert rows[19][4:] == ("media", None)
    assert {row["state"] for row in parsed.of(Message)} == {"live"}
    fourth = parsed.of(Message)[3]
    assert (str(fourth["sent"]["utc"]), str(fourth["received"]["utc"])) == (
        "2015-06-29 14:05:20.192000+00:00",
        "2015-06-29 14:05:20.425480+00:00",
    )
    assert (fourth["sent"]["text"], fourth["sent"]["basis"]) == ("457279520.1919999", "stated")
    assert fourth["native_id"] == "9c2f2311-0c98-45ea-ba91-eadd2e330507"
    accounts = {row["account"] for row in parsed.of(Account)}
    assert len(accounts) == 24  # the 25th user is the group
    assert ("solidravenocelot89_eqn@talk.kik.com", "Solid Snake", "display name") in parsed.of(
        Account, "account", "name", "name_kind"
    )
    assert parsed.of(Conversation, "title", "kind") == [
        ("EveryoneButRoss", "group"),
        ("Kik Team", "direct"),
        ("Sina Babadi", "direct"),
        ("Rofl Harris", "direct"),
        ("Solid Snake", "direct"),
        ("Ken Doh", "direct"),
    ]
    assert parsed.of(GroupMembership, "conversation", "account", "role") == [
        (GROUP, "ken.doh_khv@talk.kik.com", None),
        (GROUP, "solidravenocelot89_eqn@talk.kik.com", None),
        (GROUP, "sbabadi61_jet@talk.kik.com", None),
        (GROUP, "mjenki14_yk4@talk.kik.com", None),
        (GROUP, "jon.doh2015_mql@talk.kik.com", "admin"),
    ]
    assert parsed.of(MediaShare, "place", "message_place", "name") == [
        ("ZKIKATTACHMENT:1", "ZKIKMESSAGE:20", "a7160843-c595-4afb-a359-4151dcd79157"),
        ("ZKIKATTACHMENT:2", "ZKIKMESSAGE:26", "b98fc1f4-8862-48fd-9cba-cc0fc4d12037"),
    ]


IOS = (
    "CREATE TABLE ZKIKUSER ( Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER, ZDISPLAYNAME VARCHAR, ZJID VARCHAR, "
    "ZUSERNAME VARCHAR )",
    "CREATE TABLE ZKIKCHAT ( Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER, ZUSER INTEGER )",
    "CREATE TABLE ZKIKCHATEXTRA ( Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER, ZCHAT INTEGER )",
    "CREATE TABLE ZKIKMESSAGE ( Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER, ZTYPE INTEGER, ZCHATEXTRA INTEGER, "
    "ZLASTMESSAGECHAT INTEGER, ZUSER INTEGER, ZRECEIVEDTIMESTAMP TIMESTAMP, ZTIMESTAMP TIMESTAMP, ZBODY VARCHAR, "
    "ZSTANZAID VARCHAR )",
    "CREATE TABLE Z_3MESSAGES ( Z_3CHAT INTEGER, Z_5MESSAGES INTEGER, PRIMARY KEY (Z_3CHAT, Z_5MESSAGES) )",
    insert("ZKIKUSER", Z_PK=1, ZJID="ola_abc@talk.kik.com", ZDISPLAYNAME="Ola"),
    insert("ZKIKUSER", Z_PK=2, ZJID=GROUP, ZDISPLAYNAME="Sjakk"),
    insert("ZKIKCHAT", Z_PK=7, ZUSER=1),
    insert("ZKIKCHAT", Z_PK=8, ZUSER=2),
    insert("ZKIKCHATEXTRA", Z_PK=3, ZCHAT=8),
)


def test_the_last_messages_of_a_chat_say_themselves_to_which_they_belong() -> None:
    def said(number: int, **more: int) -> tuple[str, list[Any]]:
        times = {"ZTIMESTAMP": 457_279_520.25 + number, "ZRECEIVEDTIMESTAMP": 457_279_520.5 + number}
        return insert("ZKIKMESSAGE", Z_PK=number, Z_ENT=5, Z_OPT=2, ZTYPE=1, ZUSER=1, ZBODY=f"Trekk {number} i partiet",
                      ZSTANZAID=f"s{number}", **times, **more)  # fmt: skip

    others = [said(n) for n in range(200, 220)]
    joined = [insert("Z_3MESSAGES", Z_3CHAT=7, Z_5MESSAGES=n) for n in range(200, 220)]
    last = [said(300, ZLASTMESSAGECHAT=7), said(301, ZCHATEXTRA=3), said(302), said(303)]
    gone = "DELETE FROM ZKIKMESSAGE WHERE Z_PK BETWEEN 300 AND 302"
    parsed = parse(Kik(), made(*IOS, *others, *joined, *last, gone), name="kik.sqlite")
    found = {row["native_id"]: (row["state"], row["conversation"]) for row in parsed.of(Message)}
    direct, unknown = "direct:?|ola_abc@talk.kik.com", "local:user:ola_abc@talk.kik.com"
    assert {key: found[key] for key in ("s200", "s300", "s301", "s302", "s303")} == {
        "s200": ("live", direct),
        "s300": ("recovered", direct),
        "s301": ("recovered", GROUP),
        "s302": ("recovered", unknown),  # who wrote it may have written in any chat
        "s303": ("live", unknown),
    }


def test_android_people_groups_and_pictures() -> None:
    parsed = parse(
        Kik(),
        made(
            *ANDROID,
            insert("KIKcontactsTable", _id=1, jid="ola_abc@talk.kik.com", display_name="Ola T\u200bårn",
                   user_name="ola", in_roster=1),
            insert("KIKcontactsTable", _id=2, jid="1_g@groups.kik.com", display_name="Sjakk", is_group=1),
            insert("memberTable", group_id="1_g@groups.kik.com", member_jid="Ola_ABC@talk.kik.com", is_admin=1),
            insert("KIKContentTable", content_id="c1", content_name="file-name", content_string="brett.jpg"),
            insert("KIKContentTable", content_id="c1", content_name="file-size", content_string="345"),
            insert("messagesTable", _id=1, body="Hei", partner_jid="ola_abc@talk.kik.com", was_me=0, uid="u1",
                   timestamp=1_435_587_691_790, bin_id="ola_abc@talk.kik.com"),
            insert("messagesTable", _id=2, body="Hallo", partner_jid="ola_abc@talk.kik.com", was_me=1, uid="u2",
                   timestamp=1_435_587_691_791, bin_id="ola_abc@talk.kik.com"),
            insert("messagesTable", _id=3, partner_jid="ola_abc@talk.kik.com", was_me=0, uid="u3", content_id="c1",
                   timestamp=1_435_587_691_792, bin_id="1_g@groups.kik.com"),
            insert("messagesTable", _id=4, partner_jid="1_g@groups.kik.com", was_me=0, sys_msg="Ola ble med",
                   timestamp=0, bin_id="1_g@groups.kik.com"),
            *[insert("messagesTable", _id=n, body=f"Trekk nummer {n}", partner_jid="ola_abc@talk.kik.com", was_me=0,
                     uid=f"u{n}", timestamp=1_435_587_700_000 + n, bin_id="ola_abc@talk.kik.com") for n in range(200, 220)],
            "DELETE FROM messagesTable WHERE _id = 210",
        ),
        name="kikDatabase.db",
    )  # fmt: skip
    assert parsed.ended and parsed.ended.seen_on == "documentation"
    rows = parsed.of(Message, "conversation", "sender", "direction", "kind", "text", "native_id")
    direct = "direct:?|ola_abc@talk.kik.com"
    assert rows[:4] == [
        (direct, "ola_abc@talk.kik.com", "incoming", "text", "Hei", "u1"),
        (direct, None, "outgoing", "text", "Hallo", "u2"),
        ("1_g@groups.kik.com", "ola_abc@talk.kik.com", "incoming", "media", None, "u3"),
        ("1_g@groups.kik.com", None, None, "system", "Ola ble med", None),
    ]
    assert parsed.of(Message)[3]["sent"] is None
    assert json.loads(parsed.of(Message)[2]["attachments"]) == [{"name": "brett.jpg", "size": 345}]
    assert [row["text"] for row in parsed.of(Message) if row["state"] == "recovered"] == ["Trekk nummer 210"]
    assert parsed.of(Contact, "contact", "name") == [("ola_abc@talk.kik.com", "Ola T\u200bårn")]
    assert parsed.of(GroupMembership, "account", "role") == [("ola_abc@talk.kik.com", "admin")]
    assert parsed.of(Conversation, "conversation", "kind", "members") == [
        ("1_g@groups.kik.com", "group", ["ola_abc@talk.kik.com"]),
        (direct, "direct", ["ola_abc@talk.kik.com"]),
    ]
