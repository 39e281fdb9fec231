"""`safelight identities find`: from the catalog to proposals of which accounts are one person.

Gather, propose, measure, combine, cluster, write: in one transaction the former result gives way. Nothing is done if nothing
changed that it was made from: traces, decisions about clocks and about people, the kinds of evidence and the calibration.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from safelight.catalog import schema
from safelight.catalog.catalog import Catalog
from safelight.identities import combine as combining
from safelight.identities.calibration import Calibration, calibration
from safelight.identities.candidates import propose
from safelight.identities.clusters import Clusters, cluster
from safelight.identities.findings import measure
from safelight.identities.gather import STEPS, TABLES, gather
from safelight.identities.model import Bench
from safelight.identities.registry import KINDS
from safelight.ledger import clocks
from safelight.ledger.clocks import ClockDecision
from safelight.ledger.identities import Standing, standing
from safelight.ledger.ledger import Ledger
from safelight.operation.folder import OperationFolder
from safelight.traces.ids import batch_id

NAME, VERSION = "identities", "1"
_STAGE = "identities/"
#: Pairs less probable than this are not kept, unless people decided about them.
LEAST = 0.01
_WRITTEN = ("same_person", "person_evidence", "person_clusters")

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Figures:
    """What stands in the catalog now. `changed`: it was made anew."""

    changed: bool
    tenures: int
    weighed: int
    proposals: int
    candidates: int
    clusters: int


def find(folder: OperationFolder, *, progress: Progress = lambda _done, _total: None) -> Figures:
    """Bring the proposals up to date. `progress(done, total)` counts steps. Raises DiskFull."""
    with Ledger.open(folder) as ledger, Catalog.at(folder) as catalog:
        with catalog.journal.exclusive("identities", wait=True):
            decided, shifts = standing(ledger), clocks.every(ledger)
            by = calibration()
            run = _inputs(catalog, decided, shifts, by)
            last = [entry.stage.removeprefix(_STAGE) for entry in catalog.finished(_STAGE)]
            changed = not last or last[-1] != run
            if changed:
                weighing = weigh(catalog, decided, shifts, by, progress)
                tables = _tables(weighing, decided, by, run)
                identity = batch_id(_STAGE, [str(len(last)), run])
                made_by = {"stage": _STAGE + run, "analysis": NAME, "version": VERSION}
                if not last:
                    catalog.write(identity, tables, made_by=made_by)
                else:
                    gone = pa.table({"run": pa.array(sorted(set(last) - {run}), pa.string())})
                    catalog.supersede(identity, dict.fromkeys(_WRITTEN, gone), tables, made_by=made_by)
        return _figures(catalog, changed)


def _inputs(catalog: Catalog, decided: Standing, shifts: Sequence[ClockDecision], by: Calibration) -> str:
    """Digest of all that a run is made from."""
    snapshot = catalog.snapshot()
    told = [
        VERSION,
        by.name,
        str(decided.seq),
        *(kind.name for kind in KINDS),
        *(str(one.seq) for one in shifts),
    ]
    told += [part.sha256 for table in TABLES for part in snapshot.parts.get(table, ())]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Weighing:
    """All candidates of an operation, weighed. `ids`, `accounts`: by number of the tenure."""

    combined: combining.Combined
    ids: list[str]
    accounts: list[str]
    table: pa.Table
    """The same two as columns."""


def weigh(
    catalog: Catalog,
    decided: Standing,
    shifts: Sequence[ClockDecision],
    by: Calibration,
    progress: Progress = lambda _done, _total: None,
) -> Weighing:
    """Gather, propose, measure, combine. Decisions make candidates of what they are about, and change no weight."""
    total = STEPS + 2 * len(KINDS) + 1
    done = STEPS

    def step() -> None:
        nonlocal done
        done += 1
        progress(done, total)

    with Bench(spill=str(catalog.spill)) as bench:
        gather(bench, catalog, decided.tenures, shifts, progress=lambda one: progress(one, total))
        propose(bench, KINDS, _decided(decided), step)
        measure(bench, KINDS, step)
        combined = combining.combine(bench, KINDS, by)
        step()
        ids = bench.db.sql("select id, account_id from tenures order by tenure").to_arrow_table()
        return Weighing(combined, ids["id"].to_pylist(), ids["account_id"].to_pylist(), ids)


def _decided(decided: Standing) -> list[tuple[str, str]]:
    return [(one.a, one.b) for one in (*decided.in_force, *decided.waiting, *decided.unsettled)]


def _tables(weighing: Weighing, decided: Standing, by: Calibration, run: str) -> dict[str, pa.Table]:
    number = {id_: n for n, id_ in enumerate(weighing.ids)}
    wanted = {
        (min(number[a], number[b]), max(number[a], number[b]))
        for a, b in _decided(decided)
        if a in number and b in number
    }
    combined, ids = weighing.combined, weighing.table
    kept = combining.kept(combined, wanted, LEAST)
    pairs = combining.weighed(combined, weighing.ids)
    clusters = cluster(pairs, weighing.ids, decided, threshold=by.join)
    return {
        "same_person": combining.same_person(combined, ids, kept, by, run),
        "person_evidence": combining.person_evidence(combined, ids, kept, KINDS, run),
        "person_clusters": _rows(clusters, dict(zip(weighing.ids, weighing.accounts, strict=True)), run),
    }


def _rows(clusters: Clusters, accounts: dict[str, str], run: str) -> pa.Table:
    rows = [
        {
            "cluster": name, "tenure": one, "account": accounts[one], "held_by": clusters.held_by[one],
            "decided": one in clusters.decided, "run": run,
        }
        for name, members in clusters.members.items() for one in members
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=schema.PERSON_CLUSTERS.arrow)


def _figures(catalog: Catalog, changed: bool) -> Figures:
    with catalog.connect(tables=_WRITTEN) as db:
        row = db.execute(
            """select (select count(*) from same_person), (select count(*) from same_person where standing = 'proposal'),
                      (select count(*) from same_person where standing = 'candidate'),
                      (select count(distinct cluster) from person_clusters)"""
        ).fetchall()[0]
    return Figures(changed, 0, *row)
