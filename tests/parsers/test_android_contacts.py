"""Android's address book in the provider's own tables."""

from __future__ import annotations

import json

from safelight.parsers.android_contacts import AndroidContacts
from safelight.traces.model import Account, Contact
from tests.parsers.run import parse
from tests.parsers.sqlite_maker import Step, insert, made

DDL: tuple[Step, ...] = (
    "CREATE TABLE accounts (_id INTEGER PRIMARY KEY AUTOINCREMENT,account_name TEXT, account_type TEXT, data_set TEXT)",
    "CREATE TABLE mimetypes (_id INTEGER PRIMARY KEY AUTOINCREMENT,mimetype TEXT NOT NULL)",
    "CREATE TABLE raw_contacts (_id INTEGER PRIMARY KEY AUTOINCREMENT,account_id INTEGER,sourceid TEXT,"
    "raw_contact_is_read_only INTEGER NOT NULL DEFAULT 0,version INTEGER NOT NULL DEFAULT 1,"
    "dirty INTEGER NOT NULL DEFAULT 0,deleted INTEGER NOT NULL DEFAULT 0,"
    "contact_id INTEGER,starred INTEGER NOT NULL DEFAULT 0,display_name TEXT,"
    "display_name_alt TEXT)",
    "CREATE TABLE data (_id INTEGER PRIMARY KEY AUTOINCREMENT,package_id INTEGER,mimetype_id INTEGER NOT NULL,"
    "raw_contact_id INTEGER NOT NULL,is_read_only INTEGER NOT NULL DEFAULT 0,is_primary INTEGER NOT NULL DEFAULT 0,"
    "is_super_primary INTEGER NOT NULL DEFAULT 0,data_version INTEGER NOT NULL DEFAULT 0,data1 TEXT,data2 TEXT,data3 TEXT,"
    "data4 TEXT,data5 TEXT,data6 TEXT,data7 TEXT,data15 TEXT)",
    insert("accounts", _id=1, account_name="kari@klubb.example", account_type="com.google"),
    *[
        insert("mimetypes", _id=n, mimetype=f"vnd.android.cursor.item/{kind}")
        for n, kind in enumerate(("name", "phone_v2", "email_v2", "organization"), 1)
    ],
)


def test_numbers_and_addresses_are_contacts_of_their_own() -> None:
    parsed = parse(
        AndroidContacts(),
        made(
            *DDL,
            insert("raw_contacts", _id=1, account_id=1, display_name="Ola \u202eTårn", starred=1),
            insert("raw_contacts", _id=2, display_name="Bare navn", deleted=1),
            insert("data", _id=1, mimetype_id=1, raw_contact_id=1, data1="Ola \u202eTårn"),
            insert("data", _id=2, mimetype_id=2, raw_contact_id=1, data1="900 00 002", data4="+4790000002"),
            insert("data", _id=3, mimetype_id=3, raw_contact_id=1, data1="Ola@Klubb.example"),
            insert("data", _id=4, mimetype_id=4, raw_contact_id=1, data1="Sjakklubben"),
        ),
        name="contacts2.db",
    )
    assert parsed.of(Contact, "place", "network", "contact", "name", "state") == [
        ("data:2", "phone", "+4790000002", "Ola \u202eTårn", "live"),
        ("data:3", "mail", "ola@klubb.example", "Ola \u202eTårn", "live"),
        ("raw_contacts:2", "phone", None, "Bare navn", "deleted"),
    ]
    assert json.loads(parsed.of(Contact)[0]["detail"]) == {
        "as": "900 00 002",
        "account": "com.google kari@klubb.example",
        "starred": True,
        "organization": ["Sjakklubben"],
    }
    assert parsed.of(Account, "account", "name", "name_kind") == [
        ("+4790000002", "900 00 002", "phone"),
        ("+4790000002", "Ola \u202eTårn", "address book"),
        ("ola@klubb.example", "Ola@Klubb.example", "e-mail"),
        ("ola@klubb.example", "Ola \u202eTårn", "address book"),
    ]


def test_a_deleted_number_comes_back() -> None:
    rows = [
        insert("data", _id=n, mimetype_id=2, raw_contact_id=1, data1=f"+47900{n:05}") for n in range(200, 220)
    ]
    steps = [
        *DDL,
        insert("raw_contacts", _id=1, display_name="Klubben"),
        *rows,
        "DELETE FROM data WHERE _id = 207",
    ]
    parsed = parse(AndroidContacts(), made(*steps), name="contacts2.db")
    back = [row for row in parsed.of(Contact) if row["state"] == "recovered"]
    assert [(row["contact"], row["name"]) for row in back] == [("+4790000207", "Klubben")]
