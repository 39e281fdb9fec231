"""Figures as of any date on a ledger of one million decisions: `benchmarks.ledger_figures --decisions 1000000`.

Decisions of ten years are generated straight into the tables that are projected from the chain (the chain itself takes no
part in a figure): persons with names, addresses and accounts, cases with owners, states and sessions, children; one in ten
was corrected later, one in fifty persons was joined with another. That makes some fifteen thousand persons and ten thousand
cases: a hundred times those of the operation that the acceptance figures come from. Each figure is asked as known then and
as seen today, on days spread over the years; the slowest of each counts, after one question that opens the database. The
contract is 200 ms.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa

from safelight.casework import figures
from safelight.casework.figure import Asked
from safelight.ledger.as_of import AsOf, begin_of
from safelight.ledger.ledger import Ledger
from safelight.ledger.tables import RECORDS, STATEMENTS
from safelight.operation.folder import OperationFolder

#: What one figure may take, in milliseconds.
CONTRACT = 200
DAYS = ("2010-06-01", "2013-01-15", "2016-11-20", "2017-05-30", "2019-12-31")
ASKED = ("suspects", "suspects_own", "cases", "cases_own", "districts", "seized", "accounts", "children")
_BEGIN, _END = begin_of("2010-01-01"), begin_of("2020-01-01")
_DISTRICTS = ("Oslo", "Øst", "Innlandet", "Sør-Øst", "Agder", "Sør-Vest", "Vest", "Møre og Romsdal", "Trøndelag",
              "Nordland", "Troms", "Finnmark")  # fmt: skip
_STATES = ("opened", "detained", "indicted", "judged", "closed")


def make(root: Path, decisions: int) -> OperationFolder:
    """An operation whose ledger holds so many decisions about persons, cases and children."""
    folder = OperationFolder(root / "op")
    folder.make()
    Ledger.create(folder, name="Figures", actor="bench", synthetic=True).close()
    with Ledger.open(folder) as ledger, ledger.store.writing() as connection:
        made = _Made(connection, random.Random(1))
        made.until(decisions)
    return folder


@dataclass(frozen=True, slots=True)
class Measured:
    """The slowest answer of one figure: wall clock and processor time, milliseconds."""

    name: str
    wall: float
    cpu: float


def measure(folder: OperationFolder) -> list[Measured]:
    """Ask for each figure on every day, both questions."""
    slowest = []
    with Ledger.open(folder) as ledger:
        figures.one(Asked(ledger, AsOf.then(DAYS[0]), "Vest"), "cases")
        for name in ASKED:
            wall, cpu = [], []
            for day in DAYS:
                for as_of in (AsOf.then(day), AsOf.seen_today(day)):
                    begin, used = time.perf_counter(), time.process_time()
                    figures.one(Asked(ledger, as_of, "Vest"), name)
                    wall.append((time.perf_counter() - begin) * 1000)
                    cpu.append((time.process_time() - used) * 1000)
            slowest.append(Measured(name, max(wall), max(cpu)))
    return slowest


def table(rows: list[Measured], decisions: int) -> list[str]:
    """What stands in docs/benchmarks.md."""
    return [
        "## Figures as of any day",
        "",
        f"A ledger of {decisions:,} decisions on SQLite; the slowest of {2 * len(DAYS)} questions (as known then, as seen",
        f"today). Contract: {CONTRACT} ms a figure.",
        "",
        "| figure | ms by the clock | ms of processor |",
        "|---|--:|--:|",
        *(f"| `{row.name}` | {row.wall:.0f} | {row.cpu:.0f} |" for row in rows),
    ]


class _Made:
    """Rows of the projected tables, in batches."""

    def __init__(self, connection: sa.Connection, roll: random.Random) -> None:
        self.connection, self.roll = connection, roll
        self.seq, self.count = 1, 0
        self.numbers: dict[str, int] = {}
        self.records: list[dict[str, Any]] = []
        self.rows: list[dict[str, Any]] = []

    def until(self, decisions: int) -> None:
        last, child = "", ""
        while self.count < decisions:
            turn = self.roll.random()
            if turn < 0.45:
                last = self.person(last)
            elif turn < 0.9:
                self.case(last)
            elif self.numbers.get("victim", 0) < 5_000:
                child = self.child(child)
            if len(self.rows) > 20_000:
                self.flush()
        self.flush()

    def person(self, before: str) -> str:
        id_, at = self.record("person")
        for field, value in (
            ("category", self.roll.choice(("suspect", "other", "victim", "suspect"))),
            ("name", f"Person {self.count}"),
            ("born", "1970-01-01"),
            ("identified", "yes"),
            *(("alias", f"alias {n} of {self.count}") for n in range(4)),
        ):
            self.said(id_, "person", field, value, at)
        for _account in range(16):
            self.said(id_, "person", "account", True, at, target=f"{self.roll.getrandbits(128):032x}")
        for _move in range(2):
            self.said(id_, "person", "district", self.roll.choice(_DISTRICTS), at)
            self.said(
                id_, "person", "address", {"text": f"Storgata {self.count}", "municipality": "1201"}, at
            )
        if before and self.roll.random() < 0.02:
            self.said(id_, "person", "same_as", True, at, target=before)
        return id_

    def case(self, suspect: str) -> None:
        id_, at = self.record("case")
        owner: Any = self.roll.choice(_DISTRICTS)
        self.said(id_, "case", "title", f"Case {self.count}", at)
        self.said(id_, "case", "kind", "chess", at)
        self.said(
            id_, "case", "owner", owner if self.roll.random() > 0.01 else {"country": "SE", "unit": "NOA"}, at
        )
        for step in range(self.roll.randint(1, 4)):
            self.said(id_, "case", "status", _STATES[step], at + step * 10**13)
        for rung in ("suspected", "charged"):
            self.said(id_, "case", "standing", rung, at, target=suspect or id_)
        for _lesson in range(32):
            self.said(id_, "case", "session", True, at, target=f"{self.roll.getrandbits(128):032x}")
        self.said(id_, "case", "role", "suspect", at, target=suspect or id_)

    def child(self, before: str) -> str:
        id_, at = self.record("victim")
        self.said(id_, "victim", "status", "located", at)
        if self.roll.random() < 0.1:
            self.said(id_, "victim", "name", f"Child {self.count}", at)
        elif before and self.roll.random() < 0.3:
            self.said(id_, "victim", "different_from", True, at, target=before)
        return id_

    def record(self, type_: str) -> tuple[str, int]:
        id_, at = str(uuid.UUID(int=self.roll.getrandbits(128), version=4)), self.roll.randrange(_BEGIN, _END)
        self.numbers[type_] = number = self.numbers.get(type_, 0) + 1
        self.seq += 1
        self.records.append(
            {
                "id": id_,
                "type": type_,
                "number": number,
                "received_from": "",
                "seq": self.seq,
                "recorded_at": at,
            }
        )
        return id_, at

    def said(
        self, record: str, type_: str, field: str, value: Any, at: int, target: str | None = None
    ) -> None:
        corrected = self.roll.random() < 0.1
        later = at + self.roll.randrange(10**13)
        for recorded, ended in ((at, later), (later, None)) if corrected else ((at, None),):
            self.seq += 1
            self.count += 1
            self.rows.append(
                {
                    "seq": self.seq, "record": record, "type": type_, "field": field,
                    "value": orjson.dumps(value).decode(), "code": value if isinstance(value, str) else "",
                    "target": target, "recorded_at": recorded, "superseded_at": ended,
                    "valid_from": at - self.roll.randrange(10**13), "valid_to": None,
                }
            )  # fmt: skip

    def flush(self) -> None:
        for into, rows in ((RECORDS, self.records), (STATEMENTS, self.rows)):
            if rows:
                self.connection.execute(into.insert(), rows)
            rows.clear()


def main() -> None:
    """Make the ledger and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--decisions", type=int, default=1_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        found = measure(make(Path(place), options.decisions))
    print("\n".join(table(found, options.decisions)))


if __name__ == "__main__":
    main()
