"""Copies of a conversation, written straight into the catalog of a small operation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safelight.analyse.same_messages import Figures, figures, find_same
from safelight.catalog.catalog import Catalog
from safelight.ledger import exhibits
from safelight.ledger.ledger import Ledger
from safelight.operation.folder import OperationFolder
from safelight.traces.ids import account_id, conversation_id
from tests.intake.operations import Operation

SECOND = 1_000_000
BEGIN = 1_456_000_000 * SECOND

TALK = [
    (0, "åse", "skal vi spille i klubben i kveld?"),
    (4, "bø", "ja"),
    (9, "åse", "da møtes vi klokka sju ved stasjonen"),
    (30, "bø", "jeg tar med brettet og to klokker"),
    (31, "bø", "og kaffe på termos"),
    (70, "åse", "fint, det er meldt snø i kveld"),
    (300, "bø", "toget mitt er forsinket ti minutter"),
    (301, "åse", "ok"),
    (302, "åse", "ok"),
]


class Stage:
    """Writes copies of a conversation into a catalog."""

    def __init__(self, catalog: Catalog, ledger: Ledger, exhibit: str) -> None:
        self.catalog, self.ledger, self.exhibit = catalog, ledger, exhibit
        self._copies = 0

    def copy(
        self,
        talk: list[tuple[int, str, str]],
        *,
        conversation: str = "direct:bø|åse",
        natives: list[str] | None = None,
        parser: str = "club",
        shift: int = 0,
        step: int = 1,
        zoned: bool = True,
        state: str = "live",
        first: int = 0,
    ) -> list[str]:
        """One copy, which begins in line `first`; gives the trace ids."""
        self._copies += 1
        rows: list[dict[str, Any]] = []
        for number, (second, sender, text) in enumerate(talk, first):
            us = BEGIN + (second + shift) // step * step * SECOND
            rows.append(
                {
                    "trace_id": f"t1-{self._copies}:{number:03}",
                    "item_id": f"i{self._copies}",
                    "source_id": f"s{self._copies}",
                    "exhibit": self.exhibit,
                    "parser": parser,
                    "version": 1,
                    "place": f"line {number}",
                    "network": "club",
                    "conversation": conversation,
                    "conversation_id": conversation_id("club", None, conversation),
                    "sender": sender,
                    "sender_id": account_id("club", None, sender),
                    "kind": "text",
                    "state": state,
                    "text": text,
                    "sent": {"utc": us if zoned else None, "wall": us, "text": "", "basis": "stated"},
                    "precision_us": step * SECOND,
                    "native_id": natives[number - first] if natives else None,
                }
            )
        self.catalog.write(f"copy-{self._copies}", {"messages": rows}, made_by={"test": "1"})
        return [row["trace_id"] for row in rows]

    def find(self) -> Figures:
        find_same(self.catalog, self.ledger)
        return figures(self.catalog)

    def pairs(self) -> list[tuple[str, str, str]]:
        with self.catalog.connect() as database:
            return database.execute(
                "select distinct_id, trace_id, rule from same_messages where trace_id <> distinct_id order by all"
            ).fetchall()


@contextmanager
def staged(tmp_path: Path) -> Iterator[Stage]:
    """A new operation with one exhibit, and its stage."""
    operation = Operation(tmp_path / "op").make()
    folder = OperationFolder(operation.root)
    with Ledger.open(folder) as ledger:
        catalog = Catalog.at(folder)
        yield Stage(catalog, ledger, exhibits.find(ledger, "2016-0142-A1").key)
        catalog.close()
