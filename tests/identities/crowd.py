"""A crowd of accounts for tests of the network: clubs that mostly talk among themselves, members who know several, and some
payments and calls. Nothing is said; only who wrote to whom, and when."""

from __future__ import annotations

import random
from typing import Any

import pyarrow as pa

from safelight.catalog.catalog import Catalog
from safelight.operation.folder import OperationFolder
from safelight.traces.columns import MOMENT
from safelight.traces.ids import account_id, conversation_id

_YEAR_US = 365 * 86_400_000_000
_BEGIN_US = 1_451_606_400_000_000  # 2016-01-01


def crowd(
    folder: OperationFolder, accounts: int, *, exhibit: str = "", ties: int = 5, clubs: int = 60
) -> None:
    """Write `accounts` accounts with about `ties` conversations each, three messages or more in each."""
    roll = random.Random(7)
    common = {"item_id": "i1", "exhibit": exhibit, "parser": "club", "network": "club", "state": "live"}
    natives = [f"member{n:05}" for n in range(accounts)]
    ids = [account_id("club", None, native) for native in natives]
    club = [n * clubs // accounts for n in range(accounts)]
    members: list[list[int]] = [[] for _club in range(clubs)]
    for n, number in enumerate(club):
        members[number].append(n)
    pairs = set()
    for n in range(accounts):
        for _tie in range(roll.randint(1, 2 * ties - 1)):
            inside = roll.random() < 0.95
            other = roll.choice(members[club[n]]) if inside else roll.randrange(accounts)
            if other != n:
                pairs.add((min(n, other), max(n, other)))
    messages: dict[str, list[Any]] = {name: [] for name in ("trace_id", "conversation", "conversation_id", "sender",
                                                            "sender_id", "sent", "text")}  # fmt: skip
    calls: list[dict[str, Any]] = []
    for number, (a, b) in enumerate(sorted(pairs)):
        native = f"direct:{natives[a]}|{natives[b]}"
        talk = conversation_id("club", None, native)
        begin = _BEGIN_US + roll.randrange(2 * _YEAR_US)
        for line in range(3 + int(roll.expovariate(0.2))):
            who, us = roll.choice((a, b)), begin + line * roll.randrange(1, 86_400_000_000)
            messages["trace_id"].append(f"t1-{number}-{line}")
            messages["conversation"].append(native)
            messages["conversation_id"].append(talk)
            messages["sender"].append(natives[who])
            messages["sender_id"].append(ids[who])
            messages["sent"].append({"utc": us, "wall": us, "text": str(us), "basis": "stated"})
            messages["text"].append("trekk")
        if number % 20 == 0:
            calls.append(common | {
                "trace_id": f"t1-c{number}", "place": f"line {number}", "caller_id": ids[a], "participants_id": [ids[b]],
                "kind": "video", "duration": 900.0,
                "started": {"utc": begin, "wall": begin, "text": str(begin), "basis": "stated"},
            })  # fmt: skip
    size = len(messages["trace_id"])
    same = common | {"source_id": "s1", "kind": "text", "place": "line 1"}
    moments = pa.array(messages.pop("sent"), MOMENT)
    table = pa.table(
        messages | {"sent": moments} | {name: pa.array([value] * size) for name, value in same.items()}
    )
    named = [
        common | {"trace_id": f"t1-a{n}", "place": f"line {n}", "account": natives[n], "account_id": ids[n],
                  "name": natives[n], "name_kind": "nick", "owner": n % 200 == 0}
        for n in range(accounts)
    ]  # fmt: skip
    with Catalog.at(folder) as catalog:
        catalog.write("crowd", {"messages": table, "calls": calls, "accounts": named}, made_by={"test": "1"})
