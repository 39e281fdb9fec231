"""`safelight identities find`: from the catalog to proposals of which accounts are one person.

Two stages, each of which gives way to its successor in one transaction and is not done again if nothing changed that it is
made from. First all pairs are weighed: gather, propose, measure, combine. That rests on the traces, on decisions about
clocks and about tenures (splits, shared accounts), on what police did with an account, on the kinds of evidence, their
lists and models (`DATA`) and on the calibration. Where few accounts came or changed since all were weighed, they alone are
weighed, beside what was kept of that (`arrived.py`). Then persons are made of the weighed pairs under all decisions: a new
decision alone costs only this.

A decision about a pair changes the weight of none, and weighs none that would not be weighed without it: where a pair must
or cannot stand together, its weight counts no more. So the outcome is the same in whatever order traces and decisions came.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from types import MappingProxyType

import duckdb
import numpy as np
import pyarrow as pa

from safelight.catalog import schema_findings
from safelight.catalog.catalog import Catalog
from safelight.identities import combine as combining
from safelight.identities.arrived import weigh_arrived
from safelight.identities.calibration import Calibration, calibration
from safelight.identities.candidates import propose
from safelight.identities.clusters import Clusters, cluster
from safelight.identities.findings import measure
from safelight.identities.gather import STEPS, TABLES, gather
from safelight.identities.kept import Kept, find_kept, keep
from safelight.identities.model import Bench
from safelight.identities.registry import KINDS
from safelight.ledger import clocks
from safelight.ledger.clocks import ClockDecision
from safelight.ledger.identities import Standing, standing
from safelight.ledger.ledger import Ledger
from safelight.ledger.police import PolicePeriod, periods
from safelight.operation.folder import OperationFolder
from safelight.traces.ids import batch_id

#: The version is raised with every change of the work between the kinds: gathering, proposing, combining, clustering.
NAME, VERSION = "identities", "6"
#: What kinds of evidence go by beside the traces; the calibration tells for itself.
DATA = tuple(
    Path(__file__).parent / name
    for name in ("placeholders.toml", "common_names.toml", "names_model.json", "style/weights.json")
)
_PAIRS, _PERSONS = "identities/pairs/", "identities/persons/"
#: Pairs less probable than this are kept only where something speaks against them.
LEAST = 0.01
_TOTAL = STEPS + 2 * len(KINDS) + 1

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Figures:
    """What stands in the catalog now. `changed`: pairs were weighed or persons made anew."""

    changed: bool
    weighed: int
    proposals: int
    candidates: int
    persons: int
    """Proposed, with several accounts."""
    since: int | None = None
    """Accounts that came or changed since all pairs were weighed, which alone were weighed anew. None: all were."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """All candidates of an operation, weighed. `ids`, `accounts`: by number of the tenure."""

    combined: combining.Combined
    ids: list[str]
    accounts: list[str]
    table: pa.Table
    """The same two as columns."""


def find(
    folder: OperationFolder,
    *,
    whole: bool = False,
    progress: Progress = lambda _done, _total: None,
) -> Figures:
    """Bring the proposals up to date. `whole`: weigh all pairs anew, though few accounts came or changed.

    `progress(done, total)` counts steps. Raises DiskFull.
    """
    with (
        Ledger.open(folder) as ledger,
        Catalog.at(folder) as catalog,
        catalog.journal.exclusive("identities", wait=True),
    ):
        inputs = _Inputs(catalog, standing(ledger), clocks.every(ledger), calibration(), periods(ledger))
        pairs, changed = _pairs(folder, inputs, whole, progress)
        persons = hashlib.sha256(f"{pairs} {inputs.decided.seq}".encode()).hexdigest()[:32]
        changed |= _renew(catalog, _PERSONS, persons, lambda: _persons(inputs, persons))
        since = catalog.finished(_PAIRS)[-1].made_by.get("since")
        return replace(_figures(catalog, changed), since=None if since is None else int(since))


@dataclass(frozen=True, slots=True)
class _Inputs:
    """What a weighing is made from."""

    catalog: Catalog
    decided: Standing
    shifts: Sequence[ClockDecision]
    by: Calibration
    police: Sequence[PolicePeriod]

    def rules(self) -> str:
        """Digest of the code, lists and models. DuckDB's hashes change with its version."""
        told = [VERSION, self.by.name, duckdb.__version__, *(f"{kind.name} {kind.version}" for kind in KINDS)]
        told += [hashlib.sha256(file.read_bytes()).hexdigest() for file in DATA]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()[:32]


def _pairs(folder: OperationFolder, inputs: _Inputs, whole: bool, progress: Progress) -> tuple[str, bool]:
    """Bring the pairs up to date; gives the run that they are of, and whether it was this one."""
    catalog, by = inputs.catalog, inputs.by
    run = _digest(catalog, inputs.decided, inputs.shifts, by, inputs.police)
    before = [entry.stage.removeprefix(_PAIRS) for entry in catalog.finished(_PAIRS)]
    kept = None if whole else find_kept(folder.identities, inputs.rules())
    if kept is not None and kept.run in before:
        resting = hashlib.sha256(f"{run} rests on {kept.run}".encode()).hexdigest()[:32]
        if before[-1] in (run, resting):
            return before[-1], False
        if arrived := _arrived(inputs, kept, progress):
            weighing, since = arrived
            told = {"rests on": kept.run, "since": str(since)}
            return resting, _renew(catalog, _PAIRS, resting, lambda: _weighed(weighing, by, resting), told)

    def weighed() -> dict[str, pa.Table]:
        def leave(bench: Bench) -> None:
            keep(folder.identities, bench, run, inputs.rules())

        made = weigh(catalog, inputs.decided, inputs.shifts, by, progress, inputs.police, leave)
        return _weighed(made, by, run)

    return run, _renew(catalog, _PAIRS, run, weighed)


def _arrived(inputs: _Inputs, kept: Kept, progress: Progress) -> tuple[Weighing, int] | None:
    """Few accounts weighed beside what was kept, and how many; None where too many came or changed."""
    steps = count(1)
    with Bench(spill=str(inputs.catalog.spill)) as bench:
        found = weigh_arrived(
            bench, inputs.catalog, kept, inputs.decided.tenures, inputs.shifts, inputs.police, inputs.by,
            lambda: progress(next(steps), _TOTAL),
        )  # fmt: skip
        if found is None:
            return None
        combined, since = found
        return _weighing(bench, combined), since


def weigh(
    catalog: Catalog,
    decided: Standing,
    shifts: Sequence[ClockDecision],
    by: Calibration,
    progress: Progress = lambda _done, _total: None,
    police: Sequence[PolicePeriod] = (),
    leave: Callable[[Bench], None] = lambda _bench: None,
    *,
    every: bool = False,
) -> Weighing:
    """Gather, propose, measure, combine; nothing is written. `leave` sees the bench at the end; `every`: see `propose`."""
    steps = count(STEPS + 1)

    def step() -> None:
        progress(next(steps), _TOTAL)

    with Bench(spill=str(catalog.spill)) as bench:
        gather(bench, catalog, decided.tenures, shifts, police, progress=lambda one: progress(one, _TOTAL))
        propose(bench, KINDS, progress=step, every=every)
        measure(bench, KINDS, step)
        combined = combining.combine(bench, KINDS, by)
        step()
        leave(bench)
        return _weighing(bench, combined)


def _weighing(bench: Bench, combined: combining.Combined) -> Weighing:
    ids = bench.db.sql("select id, account_id from tenures order by tenure").to_arrow_table()
    return Weighing(combined, ids["id"].to_pylist(), ids["account_id"].to_pylist(), ids)


def _digest(
    catalog: Catalog,
    decided: Standing,
    shifts: Sequence[ClockDecision],
    by: Calibration,
    police: Sequence[PolicePeriod],
) -> str:
    """Digest of all that the weights of pairs are made from."""
    snapshot = catalog.snapshot()
    told = [
        VERSION,
        by.name,
        *(f"{kind.name} {kind.version}" for kind in KINDS),
        *(str(one.seq) for one in shifts),
        *(str(one) for one in police),
    ]
    told += [hashlib.sha256(file.read_bytes()).hexdigest() for file in DATA]
    told += [str(one) for account in sorted(decided.tenures) for one in decided.tenures[account]]
    told += [part.sha256 for table in TABLES for part in snapshot.parts.get(table, ())]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:32]


def _renew(
    catalog: Catalog,
    stage: str,
    run: str,
    make: Callable[[], Mapping[str, pa.Table]],
    told: Mapping[str, str] = MappingProxyType({}),
) -> bool:
    """Put what `make` gives in the place of the stage's earlier rows; False if they are of this very run. `told`: what else
    the journal says of it."""
    last = [entry.stage.removeprefix(stage) for entry in catalog.finished(stage)]
    if last and last[-1] == run:
        return False
    tables = make()
    identity = batch_id(stage, [str(len(last)), run])
    made_by = {"stage": stage + run, "analysis": NAME, "version": VERSION, **told}
    if not last:
        return catalog.write(identity, tables, made_by=made_by)
    gone = pa.table({"run": pa.array(sorted(set(last) - {run}), pa.string())})
    return catalog.supersede(identity, dict.fromkeys(tables, gone), tables, made_by=made_by)


def _weighed(weighing: Weighing, by: Calibration, run: str) -> dict[str, pa.Table]:
    combined, ids = weighing.combined, weighing.table
    kept = combining.kept(combined, LEAST)
    return {
        "same_person": combining.same_person(combined, ids, kept, by, run),
        "person_evidence": combining.person_evidence(combined, ids, kept, KINDS, run),
    }


def clustered(weighing: Weighing, decided: Standing, by: Calibration) -> Clusters:
    """Persons made of weighed pairs that are not in a catalog."""
    kept = combining.kept(weighing.combined, LEAST)
    pairs = combining.weighed(weighing.combined, weighing.ids, kept, by)
    return cluster(pairs, weighing.ids, decided, threshold=by.join, absent=by.absent)


def _persons(inputs: _Inputs, run: str) -> dict[str, pa.Table]:
    catalog, decided, by = inputs.catalog, inputs.decided, inputs.by
    with catalog.connect(tables=("same_person", "person_evidence")) as db:
        found = db.sql(
            """select tenure_a, tenure_b, account_a, account_b, probability, standing = 'proposal' as proposed,
                      coalesce(against, 0)::double as against
               from same_person left join (
                   select tenure_a, tenure_b, sum(points) as against from person_evidence where points < 0 group by all
               ) using (tenure_a, tenure_b) order by tenure_a, tenure_b"""
        ).to_arrow_table()
    a, b = found["tenure_a"].to_pylist(), found["tenure_b"].to_pylist()
    weights = combining.weights(
        found["probability"].to_numpy().astype(np.float64),
        found["proposed"].to_numpy().astype(bool),
        found["against"].to_numpy().astype(np.float64),
        by.absent,
    )
    accounts = dict(zip(a, found["account_a"].to_pylist(), strict=True))
    accounts |= dict(zip(b, found["account_b"].to_pylist(), strict=True))
    for one in decided.in_force:  # what people put together stands, whatever was weighed
        accounts |= {tenure: tenure.partition("@")[0] for tenure in (one.a, one.b) if tenure not in accounts}
    clusters = cluster(
        zip(a, b, weights.tolist(), strict=True), accounts, decided, threshold=by.join, absent=by.absent
    )
    return {"person_clusters": _rows(clusters, accounts, run)}


def _rows(clusters: Clusters, accounts: Mapping[str, str], run: str) -> pa.Table:
    rows = [
        {
            "cluster": name, "tenure": one, "account": accounts[one], "held_by": clusters.held_by[one],
            "decided": one in clusters.decided, "run": run,
        }
        for name, members in clusters.members.items() for one in members
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=schema_findings.PERSON_CLUSTERS.arrow)


def _figures(catalog: Catalog, changed: bool) -> Figures:
    with catalog.connect(tables=("same_person", "person_clusters")) as db:
        row = db.execute(
            """select count(*), count(*) filter (standing = 'proposal'), count(*) filter (standing = 'candidate'),
                      (select count(distinct cluster) from person_clusters)
               from same_person"""
        ).fetchall()[0]
    return Figures(changed, *row)
