"""A handover of the chess club's case, made by hand: every sort of thing that a package can tell, small and harmless."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from safelight.casework.handover.contents import (
    AccountGiven,
    AccountSplit,
    Contents,
    IdentityDecision,
    ItemGiven,
    LeftOut,
    Recipient,
    Terms,
)
from safelight.ledger.custody import Custody
from safelight.ledger.exhibits import Exhibit
from safelight.ledger.records import Basis, Record, Statement
from safelight.ledger.sources import Source
from safelight.traces.ids import account_id, conversation_id, item_id, source_id, trace_id, trace_prefix
from safelight.traces.schema import TRACE_TABLES

OPERATION = "0b5cfb6e-5c1d-4d0e-9a4f-3b1f6a0f0001"
KARI, OLA, CLUB = (account_id("skype", None, native) for native in ("kari.h", "ola.n", "klubben"))
DIRECT = conversation_id("skype", None, "kari.h;ola.n")
EXHIBIT_KEY = str(uuid.UUID(int=0xE1))
SOURCE = source_id(OPERATION, EXHIBIT_KEY, "disk")
ITEM = item_id(SOURCE, b"main.db")
PICTURE = item_id(SOURCE, b"brett.jpg")
TWIN = item_id(SOURCE, b"kopi/brett.jpg")
SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def us(text: str) -> int:
    """Microseconds UTC of an ISO time."""
    return int(datetime.fromisoformat(text).timestamp() * 1_000_000)


def record(type_: str, number: int, seq: int) -> Record:
    return Record(str(uuid.UUID(int=seq)), type_, number, "", seq, us("2016-11-20T09:00:00+01:00") + seq)


CASE, PERSON, OTHER, VICTIM, AUTHORITY, SERIES = (
    record("case", 1, 11),
    record("person", 31, 12),
    record("person", 32, 13),
    record("victim", 4, 14),
    record("authority", 1, 15),
    record("series", 2, 16),
)


_PLAIN = Basis()


def said(
    seq: int,
    of: Record,
    field: str,
    value: Any,
    target: str | None = None,
    basis: Basis = _PLAIN,
    **times: Any,
) -> Statement:
    return Statement(
        seq,
        of.id,
        field,
        value,
        target,
        basis,
        times.get("actor", "kåre"),
        us("2016-11-21T10:00:00+01:00") + seq,
        times.get("superseded_at"),
        times.get("valid_from"),
        times.get("valid_to"),
    )


_CHECKED = Basis("fact", "yes", "A", "1", source="Folkeregisteret, 3. november 2016")
_THOUGHT = Basis(
    "assessment",
    "no",
    "B",
    "3",
    reason="Same opening in 40 of 41 games",
    claimed_at=us("2016-11-02T00:00:00Z"),
)

STATEMENTS = (
    said(30, CASE, "number", "2016-0142-29"),
    said(31, CASE, "title", "Klubbmesterskapet i lynsjakk"),
    said(32, CASE, "status", "opened", valid_from=us("2016-11-01T00:00:00+01:00")),
    said(33, CASE, "provision", "§ 371 (test)"),
    said(34, CASE, "role", "suspect", PERSON.id, _CHECKED),
    said(35, CASE, "role", "witness", OTHER.id),
    said(36, CASE, "standing", "suspected", PERSON.id),
    said(37, CASE, "victim", "", VICTIM.id),
    said(38, CASE, "exhibit", "", EXHIBIT_KEY),
    said(39, CASE, "prosecutor", "T. Åmås"),
    said(40, PERSON, "category", "suspect", None, _CHECKED),
    said(41, PERSON, "name", "Kari Hansen", None, _CHECKED),
    said(42, PERSON, "alias", "Løperen <b>&"),
    said(
        43,
        PERSON,
        "address",
        {"text": "Storgata 1", "municipality": "1201"},
        None,
        _CHECKED,
        superseded_at=us("2017-01-02T00:00:00Z"),
    ),
    said(
        44,
        PERSON,
        "address",
        {"text": "Strandgaten 2", "municipality": "1201"},
        None,
        _CHECKED,
        valid_from=us("2016-12-01T00:00:00+01:00"),
    ),
    said(45, PERSON, "account", "", KARI, _THOUGHT),
    said(46, PERSON, "born", "1980", None, _CHECKED),
    said(47, PERSON, "relation", "plays with", OTHER.id),
    said(48, OTHER, "name", "Ola van der Berg"),
    said(49, OTHER, "category", "other", None, Basis(source="Avhør 4. november 2016")),
    said(
        50, OTHER, "different_from", "", PERSON.id, Basis("assessment", reason="Seen at two boards at once")
    ),
    said(51, PERSON, "alias", "Dronninga", None, _THOUGHT, superseded_at=us("2017-02-01T00:00:00Z")),
    said(60, VICTIM, "status", "located"),
    said(61, VICTIM, "suspect", "", PERSON.id),
    said(62, VICTIM, "media", "", PICTURE),
    said(63, VICTIM, "series", "", SERIES.id),
    said(64, SERIES, "name", "Sjakkbrett"),
    said(70, AUTHORITY, "decision", "2016/77"),
    said(
        71,
        AUTHORITY,
        "period",
        "",
        valid_from=us("2016-11-01T00:00:00+01:00"),
        valid_to=us("2016-12-01T00:00:00+01:00"),
    ),
)

EXHIBIT = Exhibit(
    EXHIBIT_KEY,
    "2016-0142-A1",
    "Bærbar maskin",
    "2016-11-01",
    "strpl. § 203, beslutning 2016-0142",
    "S. Brækhus",
    "md5:d41d8cd98f00b204e9800998ecf8427e",
    4_000_000,
    20,
    us("2016-11-01T12:00:00+01:00"),
)
CUSTODY = (
    Custody(
        21,
        EXHIBIT_KEY,
        "received",
        "Bergen, rom 4",
        "S. Brækhus",
        us("2016-11-01T14:00:00+01:00"),
        "Forseglet, NO-884207",
        "kåre",
        us("2016-11-01T14:05:00+01:00"),
    ),
    Custody(
        22,
        EXHIBIT_KEY,
        "moved",
        "Bergen, lager",
        "N. Hauge",
        us("2016-11-02T09:00:00+01:00"),
        "",
        "kåre",
        us("2016-11-02T09:01:00+01:00"),
    ),
)


def _item(id_: str, path: str, mime: str, **more: Any) -> ItemGiven:
    given = {
        "item_id": id_,
        "source_id": SOURCE,
        "exhibit": EXHIBIT.number,
        "path": path,
        "name": path.rpartition("/")[2],
        "size": 0,
        "mime": mime,
        "state": "allocated",
        "md5": "d41d8cd98f00b204e9800998ecf8427e",
        "sha1": "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "sha256": SHA256,
        "created": "2016-03-01T10:00:00",
        "modified": "2016-10-30T18:02:11.000000Z",
        "accessed": None,
        "given": "hashes",
        "chosen": True,
    }
    return ItemGiven(**{**given, **more})


def _when(text: str) -> dict[str, Any]:
    at = datetime.fromisoformat(text).astimezone(UTC)
    return {"utc": at, "wall": at.replace(tzinfo=None), "text": text, "basis": "stated", "assumed_by": None}


def _trace(table: str, letter: str, place: str, at: str | None, **fields: Any) -> dict[str, Any]:
    time = {"messages": "sent", "calls": "started", "transfers": "time"}.get(table)
    row = {
        "trace_id": trace_id(trace_prefix(ITEM, "skype", letter), place, 0),
        "item_id": ITEM,
        "source_id": SOURCE,
        "exhibit": EXHIBIT_KEY,
        "parser": "skype",
        "version": 3,
        "variant": "main.db",
        "seen_on": "real files",
        "place": place,
        "ordinal": 0,
        "network": "skype",
        "state": "live",
        "exhibit_number": EXHIBIT.number,
        "at_us": us(at) if at else None,
    }
    if time and at:
        row[time] = _when(at)
    return {**row, **fields}


def _message(place: str, at: str, sender: str, text: str, **more: Any) -> dict[str, Any]:
    natives = {"kari.h": KARI, "ola.n": OLA}
    other = next(one for one in natives if one != sender)
    return _trace(
        "messages",
        "m",
        place,
        at,
        conversation="kari.h;ola.n",
        conversation_id=DIRECT,
        sender=sender,
        sender_id=natives[sender],
        sender_name=sender.partition(".")[0].capitalize(),
        recipients=[other],
        recipients_id=[natives[other]],
        kind="text",
        text=text,
        **more,
    )


_UNKNOWN_ZONE = {
    "utc": None,
    "wall": datetime.fromisoformat("2016-10-03T17:00:05"),
    "text": "03.10.2016 17:00:05",
    "basis": "unknown",
    "assumed_by": None,
}

ROWS: Mapping[str, list[dict[str, Any]]] = {
    "messages": [
        _message(
            "Messages:17", "2016-10-01T18:02:11+02:00", "kari.h", "Tårnet eller løperen?", native_id="m17"
        ),
        _message(
            "Messages:18",
            "2016-10-01T18:02:40+02:00",
            "ola.n",
            "=SUM(A1) <script>alert(1)</script> \U0001f600",
        ),
        {
            **_message(
                "Messages:19", "2016-10-01T18:03:00+02:00", "kari.h", "Møtes vi ved brettet?\nKlokka seks."
            ),
            "at_us": None,
            "sent": _UNKNOWN_ZONE,
            "state": "recovered",
        },
    ],
    "conversations": [
        _trace(
            "conversations",
            "v",
            "Conversations:2",
            None,
            conversation="kari.h;ola.n",
            conversation_id=DIRECT,
            title="Kari og Ola",
            kind="direct",
            members=["kari.h", "ola.n"],
            members_id=[KARI, OLA],
        ),
    ],
    "calls": [
        _trace(
            "calls",
            "c",
            "Calls:4",
            "2016-10-02T20:00:00+02:00",
            caller="kari.h",
            caller_id=KARI,
            participants=["ola.n"],
            participants_id=[OLA],
            kind="video",
            duration=61.4,
            answered=True,
        ),
    ],
    "transfers": [
        _trace(
            "transfers",
            "t",
            "line 4",
            "2016-10-03T12:00:00+02:00",
            sender="kari.h",
            sender_id=KARI,
            sender_name="Kari Hansen",
            receiver="klubben",
            receiver_id=CLUB,
            receiver_name="Sjakklubben",
            amount=Decimal("350.0000"),
            currency="NOK",
            reference="Kontingent",
            native_id="T-1",
            channel="bank",
        ),
    ],
    "accounts": [],
}


def table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    """Rows as the package's tables have them: the catalog's columns, and before them the time and the exhibit."""
    columns = next(one for one in TRACE_TABLES if one.name == name).arrow
    schema = pa.schema([pa.field("at_us", pa.int64()), pa.field("exhibit_number", pa.string()), *columns])
    return pa.Table.from_pylist([{key: row.get(key) for key in schema.names} for row in rows], schema)


def contents(**changes: Any) -> Contents:
    """The whole handover; `changes` replace fields of `Contents`, and `terms` fields of its terms."""
    terms = Terms(
        id=str(uuid.UUID(int=0x40)),
        number="HO-007",
        made_at=us("2017-03-09T14:40:00+01:00"),
        maker="brækhus",
        approver="hauge",
        recipients=(Recipient("Øst politidistrikt", "age1test"),),
        audience="partner",
        basis="Politiregisterloven § 30 (test)",
        conditions="For this case only. Passed on with our consent.",
        language="en",
        items="hashes",
    )
    made = Contents(
        operation="Sjakk",
        operation_id=OPERATION,
        synthetic=True,
        tool="Safelight 0.6",
        terms=replace(terms, **changes.pop("terms", {})),
        case=CASE,
        records=(CASE, PERSON, OTHER, VICTIM, AUTHORITY, SERIES),
        statements=STATEMENTS,
        withdrawn={51: "Somebody else's nickname"},
        superseded_by={43: 44, 51: 52},
        accounts=(
            AccountGiven(KARI, "skype", None, "kari.h", "Kari", ("Kari", "Løperen"), (KARI,)),
            AccountGiven(OLA, "skype", None, "ola.n", "Ola", ("Ola",), (OLA,)),
        ),
        identities=(
            IdentityDecision(
                80,
                KARI,
                CLUB,
                "same",
                "Pays for it",
                "B",
                "2",
                0.934,
                "kåre",
                us("2016-12-01T10:00:00+01:00"),
                "hauge",
            ),
            IdentityDecision(
                81,
                KARI,
                OLA,
                "different",
                "They play each other",
                "A",
                "1",
                None,
                "kåre",
                us("2016-12-02T10:00:00+01:00"),
            ),
        ),
        splits=(
            AccountSplit(
                82,
                OLA,
                us("2015-01-01T00:00:00Z"),
                "2015-01-01",
                "Sold with the phone",
                "kåre",
                us("2016-12-03T10:00:00+01:00"),
            ),
        ),
        exhibits=(EXHIBIT,),
        custody=CUSTODY,
        sources=(
            Source(
                SOURCE, EXHIBIT_KEY, "disk", Path("disk.E01"), "ewf", {}, 23, us("2016-11-03T10:00:00+01:00")
            ),
        ),
        items=(
            _item(ITEM, "Users/kari/AppData/Skype/kari.h/main.db", "application/vnd.sqlite3", chosen=False),
            _item(PICTURE, "Users/kari/Bilder/brett.jpg", "image/jpeg"),
            _item(TWIN, "Users/kari/kopi/brett.jpg", "image/jpeg", state="deleted"),
        ),
        traces={name: table(name, rows) for name, rows in ROWS.items()},
        left_out=(
            LeftOut(12, "persons", "numbers", "third parties, LED art. 6"),
            LeftOut(3, "findings", "", "proposals nobody decided"),
        ),
        head="9f3c0000000000a1",
    )
    return replace(made, **changes)
