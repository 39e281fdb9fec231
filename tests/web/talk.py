"""An operation with conversations for the reader's tests: every kind of line, and one conversation of many messages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from safelight.analyse.same_messages import find_same
from safelight.analyse.search_index import bring_up
from safelight.catalog.catalog import Catalog
from safelight.ledger.ledger import Ledger
from safelight.traces.ids import account_id, conversation_id
from tests.access.built import Built, build
from tests.analyse.stage import BEGIN, SECOND, TALK, Stage
from tests.web.conftest import Workbench, serving

HERE = conversation_id("club", None, "direct:bø|åse")
LONG = conversation_id("club", None, "#modelltog")
ASE, BO = account_id("club", None, "åse"), account_id("club", None, "bø")
NAME = "togmann (Åse B.)"
DAY = 86_400


def stated(second: int) -> dict[str, Any]:
    us = BEGIN + second * SECOND
    return {"utc": us, "wall": us, "text": str(us // SECOND), "basis": "stated"}


class Writer:
    """Rows of the conversation, with what every row has."""

    def __init__(self, built: Built) -> None:
        self.common = {
            "item_id": built.item("sjakk/åpninger.pgn"), "source_id": built.sources[0].id,
            "exhibit": built.exhibits[0].key, "parser": "skype", "version": 3, "variant": "main.db",
            "seen_on": "documentation", "network": "club", "conversation": "direct:bø|åse", "conversation_id": HERE,
            "state": "live",
        }  # fmt: skip

    def message(self, name: str, second: int, sender: str, text: str | None, **more: Any) -> dict[str, Any]:
        return self.common | {
            "trace_id": f"t1-{name}", "place": f"Messages:{name}", "sender": sender,
            "sender_id": ASE if sender == "åse" else BO, "sender_name": NAME if sender == "åse" else "manila_knight",
            "kind": "text", "text": text, "sent": stated(second), "precision_us": SECOND, **more,
        }  # fmt: skip


def fill(built: Built, long: int = 20_000) -> None:
    """Two copies of a talk, lines of every kind, a group, and a conversation of `long` messages."""
    one, picture = Writer(built), built.digests["DCIM/DSC08112.jpg"]
    attached = [
        {"name": "x.jpg", "mime": "image/jpeg", "size": 1234, "sha256": picture},
        {"name": "DSC08113.jpg", "path": None},
        {"name": "klipp.mp4", "mime": "video/mp4"},
    ]
    messages = [
        one.message("x01", DAY + 10, "bø", "kumusta! here 32 degrees, sobrang init 😀", native_id="q1"),
        one.message("x02", DAY + 60, "åse", "Hei! Rekker vi et parti før snøen kommer?", reply_to="q1",
                    edited=stated(DAY + 110)),
        one.message("x03", DAY + 70, "bø", "same place pls", state="recovered"),
        one.message("x04", DAY + 75, "åse", None, state="deleted", deleted=stated(DAY + 80)),
        one.message("x05", DAY + 90, "bø", "bildene fra toget", attachments=orjson.dumps(attached).decode()),
        one.message("x06", DAY + 95, "åse", "=cmd \u202egnignir\u200b <b>fet</b>", sender_name="\u202egpj.navn"),
        one.message("x07", 5 * DAY, "bø", "ok salamat"),
        one.message("x08", 5 * DAY + 50, "åse", "uten sone",
                    sent={"utc": None, "wall": BEGIN + (5 * DAY + 50) * SECOND, "text": "", "basis": "unknown"}),
        one.message("x09", 0, "bø", "uten dato", sent={"utc": None, "wall": None, "text": "18:02", "basis": "unknown"}),
        one.message("x10", 5 * DAY + 90, "åse", "linje tre", place="line 3",
                    facts_from_path="conversation sent"),
    ]  # fmt: skip
    call = one.common | {
        "trace_id": "t1-call:1", "place": "Calls:1", "caller": "åse", "caller_id": ASE, "kind": "video", "duration": 2528.0,
        "answered": True, "started": stated(DAY + 400),
    }  # fmt: skip
    joined = one.common | {
        "trace_id": "t1-g:1", "place": "Members:1", "account": "kaissa_07",
        "account_id": account_id("club", None, "kaissa_07"), "action": "joined", "at": stated(DAY + 4000),
    }  # fmt: skip
    many = [
        one.message(
            f"long:{n:05}", n * 300, "åse" if n % 3 else "bø", f"tog nummer {n} " + "og litt til " * (n % 9),
            conversation="#modelltog", conversation_id=LONG,
        )
        for n in range(long)
    ]  # fmt: skip
    catalog = Catalog.at(built.folder)
    with Ledger.open(built.folder) as ledger:
        stage = Stage(catalog, ledger, built.exhibits[0].key)
        natives = [f"n{n}" for n in range(len(TALK))]
        stage.copy(TALK, natives=natives)
        stage.copy(TALK, natives=natives)
        stage.copy(TALK[:3], conversation="gruppe")
        stage.copy(TALK[:2], conversation="gruppe to")
        catalog.write(
            "lines",
            {
                "messages": messages,
                "calls": [call],
                "memberships": [joined],
                "parses": [
                    {"item_id": one.common["item_id"], "source_id": one.common["source_id"], "parser": "skype", "version": 3,
                     "variant": "main.db", "seen_on": "documentation", "outcome": "done", "traces": len(messages),
                     "remarks": "Messages has columns that are not known: mood"},
                ],
            },
            made_by={"test": "1"},
        )  # fmt: skip
        for start in range(0, long, 50_000):
            catalog.write(f"long-{start}", {"messages": many[start : start + 50_000]}, made_by={"test": "1"})
        find_same(catalog, ledger)
    catalog.close()


def talk(folder: Path, token: str, long: int = 20_000) -> Iterator[Workbench]:
    """A workbench over such an operation, with its index unless it is a very long one."""
    built = build(folder)
    fill(built, long)
    if long <= 20_000:
        bring_up(built.folder)
    yield from serving(built, token)
