"""The timeline and one account beside the bare aggregate over the same Parquet: `benchmarks.timeline --rows 10000000`.

Messages of ten years are generated: conversations by Zipf's law, five thousand accounts, six networks, forty exhibits.
Compared is what a page asks of the catalog with what DuckDB needs to count the same rows by month, network and exhibit
straight from the files (no ids, no clocks, no copies, nothing kept): the least that any timeline must do. Both run in this
process, in turn, with the same threads; the fastest of the rounds counts. `first` is a page over a new snapshot, `again` one
whose counts are known already.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from safelight.access import (
    account,
    account_contacts,
    accounts,
    timeline,
    timeline_copies,
    timeline_lanes,
    timeline_rows,
)
from safelight.access.door import Door
from safelight.access.memo import Memo
from safelight.access.reading import Reading
from safelight.access.timeline_bars import DAY, HOUR
from safelight.access.zones import ZONES
from safelight.catalog.catalog import Catalog
from safelight.catalog.views import read_parts
from safelight.ledger import exhibits
from safelight.ledger.ledger import Ledger
from safelight.operation.folder import OperationFolder
from safelight.operation.settings import Settings, write_settings
from safelight.traces.columns import MOMENT

_BEGIN, _END = 1_167_609_600, 1_480_000_000
_NETWORKS = ("skype", "telegram", "irc", "whatsapp", "phone", "mail")
_BATCH = 500_000


@dataclass(frozen=True, slots=True)
class Measured:
    """One thing that was asked: wall clock and processor time, milliseconds."""

    name: str
    wall: float
    cpu: float


def make(root: Path, rows: int, copied: float = 0.0) -> OperationFolder:
    """An operation with so many messages; this share of them are second copies, in another exhibit, of others."""
    folder = OperationFolder(root / "op")
    folder.make()
    write_settings(folder.settings, Settings())
    with Ledger.create(folder, name="Timeline", actor="bench", synthetic=True) as ledger:
        keys = [
            exhibits.add(ledger, number=f"2016-1-A{n}", label="Disk", seized="2016-11-22", legal_basis="synthetic",
                         officer="bench", actor="bench").key
            for n in range(40)
        ]  # fmt: skip
    drawn = np.random.default_rng(1)
    with Catalog.at(folder) as catalog:
        for start in range(0, rows, _BATCH):
            batch = _batch(drawn, start, min(_BATCH, rows - start), keys)
            tables = {"messages": batch}
            if copied:
                tables["messages"], tables["same_messages"] = _with_copies(drawn, batch, copied, keys)
            catalog.write(f"b{start}", tables, made_by={"bench": "1"})
        catalog.compact(force=True)
    return folder


def _batch(drawn: np.random.Generator, start: int, n: int, keys: list[str]) -> pa.Table:
    talk, sender = drawn.zipf(1.3, n) % 60_000, drawn.integers(0, 5_000, n)
    us = np.sort(drawn.integers(_BEGIN, _END, n)) * 1_000_000
    moment = [pa.array(us, pa.timestamp("us", "UTC")), pa.array(us, pa.timestamp("us")), pa.nulls(n, pa.string()),
              pa.repeat(pa.scalar("stated"), n), pa.nulls(n, pa.string())]  # fmt: skip
    return pa.table({
        "trace_id": pa.array([f"t1-{start + k:029}:1" for k in range(n)]),
        "item_id": pa.array([f"i1-{one % 300:032}" for one in talk]),
        "exhibit": pa.array([keys[one % 40] for one in talk]),
        "parser": pa.repeat(pa.scalar("skype-db"), n),
        "network": pa.array([_NETWORKS[one % 6] for one in talk]),
        "conversation": pa.array([f"#tog{one}" for one in talk]),
        "conversation_id": pa.array([f"v1-{one:032}" for one in talk]),
        "sender": pa.array([f"spiller{one}" for one in sender]),
        "sender_id": pa.array([f"a1-{one:032}" for one in sender]),
        "state": pa.repeat(pa.scalar("live"), n),
        "kind": pa.repeat(pa.scalar("text"), n),
        "text": pa.array([f"hei, toget går klokka {k % 24} og det snør på Dovre" for k in range(n)]),
        "sent": pa.StructArray.from_arrays(moment, fields=list(MOMENT)),
    })  # fmt: skip


def _with_copies(
    drawn: np.random.Generator, batch: pa.Table, copied: float, keys: list[str]
) -> tuple[pa.Table, pa.Table]:
    """The batch with the last rows replaced by copies of rows before, and what says so."""
    n = int(len(batch) * copied)
    rest = batch.slice(0, len(batch) - n)
    chosen = pa.array(np.sort(drawn.choice(len(rest), n, replace=False)))
    heads, ids = rest["trace_id"].take(chosen), batch["trace_id"].slice(len(rest))
    columns = {name: rest[name].take(chosen) for name in batch.column_names} | {
        "trace_id": ids, "exhibit": pa.array([keys[one] for one in drawn.integers(0, 40, n)]),
    }  # fmt: skip
    same = pa.table({
        "trace_id": pa.chunked_array([*heads.chunks, *ids.chunks]),
        "distinct_id": pa.chunked_array([*heads.chunks, *heads.chunks]),
        "rule": pa.repeat(pa.scalar("native id"), 2 * n),
        "run": pa.repeat(pa.scalar("r"), 2 * n),
    })  # fmt: skip
    return pa.concat_tables([rest, pa.table(columns).select(batch.column_names)]), same


def measure(folder: OperationFolder, rounds: int) -> list[Measured]:
    """Everything, the bare aggregate first."""
    with Door(folder, who="bench", purpose="benchmark") as door, door.consult("benchmark") as look:
        kept = look.reading
        parts = read_parts(kept.snapshot.parts["messages"], folder.parts)
        bare = f"""select epoch_us(sent.utc) // {30 * DAY}, network, exhibit, state, count(*) from {parts} group by all"""

        def fresh() -> Reading:
            return Reading(kept.db, kept.snapshot, Memo(), kept.ledger, kept.numbers, lambda _ids: None)

        whole = timeline.extent(kept, {}, ZONES["no"])
        assert whole is not None
        middle = (whole[0] + whole[1]) // 2 // HOUR * HOUR
        week = middle, middle + 7 * DAY
        known = next(row.account_id for row in accounts.every(kept))
        asked: list[tuple[str, Callable[[], object]]] = [
            ("bare aggregate by month, network, exhibit", lambda: kept.db.execute(bare).fetchall()),
            ("whole extent, first: bars, facets, lanes, gaps", lambda: _picture(fresh(), whole)),
            ("whole extent, again, another zone", lambda: timeline.picture(kept, {}, *whole, ZONES["ph"])),
            (
                "a week, first: bars, facets",
                lambda: timeline.picture(_with_whole(kept, fresh()), {}, *week, ZONES["no"]),
            ),
            (
                "whole extent: lanes by who acted",
                lambda: timeline_lanes.lanes(fresh(), "account", {}, *whole),
            ),
            ("a week: 100 rows", lambda: timeline_rows.events(kept, {}, *week, count=100)),
            ("whole extent: 100 rows", lambda: timeline_rows.events(kept, {}, *whole, count=100)),
            ("list of accounts, first", lambda: accounts.listed(fresh())),
            ("one account, first", lambda: _account(fresh(), known)),
        ]
        best: dict[str, Measured] = {}
        for _round in range(rounds):
            for name, ask in asked:
                wall, cpu = time.perf_counter(), time.process_time()
                ask()
                one = Measured(name, 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu))
                before = best.get(name)
                best[name] = (
                    one
                    if before is None
                    else Measured(name, min(one.wall, before.wall), min(one.cpu, before.cpu))
                )
        return [best[name] for name, _ask in asked]


def _picture(reading: Reading, whole: tuple[int, int]) -> timeline.Picture:
    timeline.extent(reading, {}, ZONES["no"])
    timeline_lanes.lanes(reading, "exhibit", {}, *whole)
    timeline_lanes.nowhere(reading, *whole)
    return timeline.picture(reading, {}, *whole, ZONES["no"])


def _with_whole(kept: Reading, reading: Reading) -> Reading:
    """A reading that knows the whole already, as it does when somebody zooms."""
    reading.memo.get(("timeline copies", "message"), lambda: timeline_copies.copies(kept, "message"))
    reading.memo.get(("timeline", None, HOUR, ()), lambda: timeline.whole(kept, {}))
    reading.memo.get(("timeline groups", None, ()), lambda: timeline.groups(kept, {}))
    return reading


def _account(reading: Reading, id_: str) -> None:
    account.account(reading, id_)
    account_contacts.company(reading, id_)


def render(rows: int, found: list[Measured]) -> str:
    """As Markdown: milliseconds, and the ratio to the bare aggregate by processor time."""
    bare = found[0].cpu
    lines = [
        f"{rows:,} messages",
        "",
        "| what | ms by the clock | ms of processor | over the bare aggregate |",
        "|---|---|---|---|",
    ]
    lines += [f"| {one.name} | {one.wall:.0f} | {one.cpu:.0f} | {one.cpu / bare:.2f} |" for one in found]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Make, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000, help="messages (1,000,000)")
    parser.add_argument(
        "--copied", type=float, default=0.0, help="share of them that are copies of others (0)"
    )
    parser.add_argument("--rounds", type=int, default=3, help="times that each is asked; the fastest counts")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="timeline") as place:
        print(render(given.rows, measure(make(Path(place), given.rows, given.copied), given.rounds)))


if __name__ == "__main__":
    main()
