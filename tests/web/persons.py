"""An operation whose accounts were weighed: three chess players, six accounts, rows as the analysis writes them.

`åse` and `tog_åse` are one person by phone and style; `bø` and `bø_2` a candidate; `kaissa` and `åse` were declared
different by the tests that need it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from safelight.catalog.catalog import Catalog
from safelight.traces.ids import account_id
from tests.access.acts import ASE, BO, KAISSA, act, at
from tests.access.built import Built, build
from tests.web.conftest import Workbench, serving

TOG = account_id("tele", None, "tog_åse")
BO2 = account_id("tele", None, "bø_2")
AVIS = account_id("irc", None, "avis")
PRIOR = -8.7
#: Facts of the sentence about writing style.
STYLE = {
    "messages": [612, 388], "rivals": 5, "mutual": True, "across": True, "compared": 6,
    "habits": [{"written": ",,", "uses": [31, 12], "accounts": 2}],
}  # fmt: skip


def pair(
    a: str,
    b: str,
    probability: float,
    evidence: Mapping[str, tuple[float, Mapping[str, Any], list[str]]],
    **more: Any,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A row of same_person and its rows of person_evidence: points, facts and traces by kind."""
    standing = "proposal" if probability >= 0.9 else "candidate" if probability > 0.1 else "unlikely"
    first, second = sorted((a, b))
    row = {
        "tenure_a": first, "tenure_b": second, "account_a": first, "account_b": second, "prior": PRIOR,
        "log_odds": PRIOR + sum(points for points, _detail, _traces in evidence.values()),
        "probability": probability, "standing": standing, "margin": 2.1,
        "mutual": True, "proposed_by": sorted(evidence)[:2], "run": "r1", **more,
    }  # fmt: skip
    pieces = [
        {
            "tenure_a": first, "tenure_b": second, "kind": kind, "points": points, "raw_points": points * 1.2,
            "detail": orjson.dumps(detail).decode(), "traces": traces, "run": "r1",
        }
        for kind, (points, detail, traces) in evidence.items()
    ]  # fmt: skip
    return row, pieces


def weigh(built: Built) -> None:
    """Acts of the players, two more accounts with texts, and what the analysis found."""
    act(built)
    common = {
        "item_id": built.item("rutetabell.txt", 1), "source_id": built.sources[1].id,
        "exhibit": built.exhibits[1].key, "parser": "club", "version": 1, "network": "tele", "state": "live",
    }  # fmt: skip
    texts = [
        (TOG, "tog_åse", "rekk vi eit parti før snøen kjem?", "2016-11-10T17:40"),
        (TOG, "tog_åse", "takk ,, biletet var litt uskarpt", "2016-11-11T12:31"),
        (BO2, "bø_2", "ja, klokka sju", "2016-11-12T08:05"),
        (AVIS, "avis", "været i morgen: snø", "2016-11-12T09:00"),
    ]
    messages = [
        common | {
            "trace_id": f"t1-w{n}", "place": f"line {n}", "conversation": "#vær", "conversation_id": "c1-vær",
            "sender": sender, "sender_id": id_, "kind": "text", "text": text, "sent": at(when),
        }
        for n, (id_, sender, text, when) in enumerate(texts)
    ]  # fmt: skip
    accounts = [
        common | {
            "trace_id": f"t1-wa{n}", "place": f"row {n}", "account": name, "account_id": id_, "name": name,
            "name_kind": "nick", "since": at("2016-11-09T12:58"),
        }
        for n, (id_, name) in enumerate([(TOG, "tog_åse"), (BO2, "bø_2"), (AVIS, "avis")])
    ]  # fmt: skip
    found = [
        pair(ASE, TOG, 0.96, {
            "moves": (3.2, {"value": "tog_åse", "network": "tele"}, ["t1-m1"]),
            "names": (1.7, {"part": "åse", "holders": 2, "accounts": 6}, ["t1-a1", "t1-wa0"]),
            "ip": (0.4, {"ip": "192.0.2.7", "holders": 13}, ["t1-l1"]),
            "phone": (5.9, {"value": "+47 900 00 000", "holders": 2}, ["t1-wa0", "t1-k1"]),
            "style": (2.4, STYLE, ["t1-m1", "t1-w0", "t1-m5", "t1-w1"]),
            "rhythm": (0.0, {}, []),
            "languages": (-1.3, {"a": "nb", "b": "nn"}, ["t1-w0"]),
        }),
        pair(BO, BO2, 0.62, {
            "names": (4.1, {"part": "bø"}, ["t1-a5", "t1-wa1"]),
            "style": (5.0, STYLE, ["t1-m2", "t1-w2"]),
        }),
        pair(ASE, KAISSA, 0.02, {
            "names": (1.0, {}, []),
            "talks": (-3.0, {"n": 41, "days": 12}, []),
        }, mutual=False, margin=-6.1),
        pair(ASE, AVIS, 0.001, {"talks": (-4.0, {"n": 90, "days": 40}, [])}, mutual=False),
        pair(TOG, AVIS, 0.91, {"ip": (9.9, {"ip": "192.0.2.7", "holders": 2}, ["t1-l1"])}, mutual=False),
    ]  # fmt: skip
    clusters = [
        {
            "cluster": min(ASE, TOG),
            "tenure": one,
            "account": one,
            "held_by": 3.4,
            "decided": False,
            "run": "r1",
        }
        for one in sorted((ASE, TOG))
    ]
    with Catalog.at(built.folder) as catalog:
        catalog.write(
            "weighed",
            {
                "messages": messages,
                "accounts": accounts,
                "same_person": [row for row, _pieces in found],
                "person_evidence": [piece for _row, pieces in found for piece in pieces],
                "person_clusters": clusters,
            },
            made_by={"test": "1"},
        )


def persons(folder: Path, token: str) -> Iterator[Workbench]:
    """A workbench over such an operation."""
    built = build(folder)
    weigh(built)
    yield from serving(built, token)
