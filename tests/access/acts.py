"""Acts of three chess players over some years, in two exhibits, for tests of the timeline and of accounts.

Åse writes with Bø directly and in the channel #tog, calls, pays, logs in and has an address book entry at Bø's.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from safelight.catalog.catalog import Catalog
from safelight.traces.ids import account_id, conversation_id
from tests.access.built import Built

ASE, BO, KAISSA = (account_id("club", None, name) for name in ("åse", "bø", "kaissa"))
PAYER, PAYEE = account_id("bank", None, "NO1"), account_id("bank", None, "NO2")
DIRECT, TOG = conversation_id("club", None, "direct:bø|åse"), conversation_id("club", None, "#tog")
#: Times of messages, calls ...; the times of the built operation's files are left out with this.
KINDS = ("message", "call", "transfer", "media", "login", "membership", "location")


def us(text: str) -> int:
    """Microseconds of a UTC time written in ISO 8601."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000


def at(text: str) -> dict[str, Any]:
    return {"utc": us(text), "wall": us(text), "text": text, "basis": "stated"}


def wall(text: str) -> dict[str, Any]:
    return {"utc": None, "wall": us(text), "text": text, "basis": "unknown"}


class _Rows:
    def __init__(self, built: Built, exhibit: int) -> None:
        item = built.item("sjakk/åpninger.pgn") if exhibit == 0 else built.item("rutetabell.txt", 1)
        self.common = {
            "item_id": item, "source_id": built.sources[exhibit].id, "exhibit": built.exhibits[exhibit].key,
            "parser": "club", "version": 1, "network": "club", "state": "live",
        }  # fmt: skip

    def __call__(self, id_: str, **columns: Any) -> dict[str, Any]:
        return self.common | {"trace_id": f"t1-{id_}", "place": f"line {id_}"} | columns

    def message(self, id_: str, sender: str, text: str, sent: dict[str, Any], **more: Any) -> dict[str, Any]:
        talk = {"conversation": "direct:bø|åse", "conversation_id": DIRECT}
        who = {"sender": sender, "sender_id": account_id("club", None, sender)}
        return self(id_, **({"kind": "text", "text": text, "sent": sent} | talk | who | more))


def act(built: Built) -> None:
    """Write them into the operation's catalog."""
    a1, b3 = _Rows(built, 0), _Rows(built, 1)
    tog = {"conversation": "#tog", "conversation_id": TOG}
    messages = [
        a1.message("m1", "åse", "skal vi spille i kveld?", at("2016-11-07T08:00"), sender_name="togmann"),
        b3.message("m1x", "åse", "skal vi spille i kveld?", at("2016-11-07T08:00"), sender_name="togmann"),
        a1.message("m2", "bø", "ja, klokka sju", at("2016-11-07T08:05")),
        a1.message("m3", "åse", "fint", at("2016-11-07T23:30"), state="recovered"),
        b3.message("m4", "kaissa", "toget er forsinket", at("2016-11-08T10:00"), native_id="n1", **tog),
        b3.message("m5", "åse", "takk", at("2016-11-08T10:01"), reply_to="n1", native_id="n2", **tog),
        b3.message("m6", "bø", "uten sone", wall("2016-11-08T12:00"), **tog),
        b3.message("m7", "bø", "uten dato", {"utc": None, "wall": None, "text": "18:02", "basis": "unknown"}, **tog),
        a1.message("m0", "åse", "første parti", at("2014-03-30T01:30")),
    ]  # fmt: skip
    tables = {
        "messages": messages,
        "same_messages": [
            {"trace_id": "t1-m1", "distinct_id": "t1-m1", "rule": "native id", "run": "r"},
            {"trace_id": "t1-m1x", "distinct_id": "t1-m1", "rule": "native id", "run": "r"},
        ],
        "calls": [a1("c1", conversation="direct:bø|åse", conversation_id=DIRECT, caller="åse", caller_id=ASE,
                     participants=["bø"], participants_id=[BO], kind="video", started=at("2016-11-07T20:00"), duration=600.0,
                     answered=True)],
        "transfers": [b3("p1", network="bank", sender="NO1", sender_id=PAYER, sender_name="Åse B.", receiver="NO2",
                         receiver_id=PAYEE, receiver_name="Sjakklubben", amount=Decimal("450.00"), currency="NOK",
                         time=at("2016-11-08T12:00"), reference="kontingent")],
        "logins": [
            a1("l1", account="åse", account_id=ASE, ip="192.0.2.7", port=50118, at=at("2016-11-08T17:00"), what="login"),
            a1("l2", account="bø", account_id=BO, ip="192.0.2.7", at=at("2016-11-09T17:00"), what="login"),
        ],
        "memberships": [
            b3("g1", account="åse", account_id=ASE, action="joined", at=at("2016-11-01T09:00"), **tog),
            b3("g2", account="åse", account_id=ASE, action="left", at=at("2016-11-09T09:00"), reason="ha det", **tog),
            b3("g3", account="kaissa", account_id=KAISSA, action="member", **tog),
        ],
        "media_shares": [a1("s1", conversation="direct:bø|åse", conversation_id=DIRECT, account="åse", account_id=ASE,
                            name="brett.jpg", mime="image/jpeg", size=1234, at=at("2016-11-08T16:00"))],
        "locations": [a1("o1", account="åse", account_id=ASE, latitude=60.6, longitude=7.5, name="Finse",
                         at=at("2016-11-08T18:00"), what="sent")],
        "devices": [a1("d1", account="åse", account_id=ASE, kind="phone", native_id="imei:1", model="Nordlys N5")],
        "contacts": [a1("k1", owner="bø", owner_id=BO, contact="åse", contact_id=ASE, name="Åse tog")],
        "conversations": [
            b3("v1", title="Tog og vær", kind="channel", members=["åse", "kaissa", "bø"],
               members_id=[ASE, KAISSA, BO], **tog),
        ],
        "accounts": [
            a1("a1", account="åse", account_id=ASE, name="tåkelur", name_kind="nick", since=at("2013-01-01T00:00")),
            a1("a2", account="åse", account_id=ASE, name="togmann", name_kind="nick", since=at("2015-06-01T00:00")),
            a1("a3", account="åse", account_id=ASE, name="togmann", name_kind="nick", owner=True,
               since=at("2016-06-01T00:00"), profile='{"city":"Nordvik"}'),
            a1("a4", account="åse", account_id=ASE, name="Åse tog", name_kind="address book"),
            a1("a5", account="bø", account_id=BO, name="manila_knight", name_kind="nick"),
        ],
    }  # fmt: skip
    catalog = Catalog.at(built.folder)
    catalog.write("acts", tables, made_by={"test": "1"})
    catalog.close()
