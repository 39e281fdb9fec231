"""Find every role of every account and write them to `account_roles`; at once if nothing changed since the last run.

The rows of the last run give way in one transaction. Which contact list is in use stands in the ledger.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson
import pyarrow as pa

from safelight.access import clock, papers, police
from safelight.catalog.catalog import Catalog
from safelight.catalog.snapshot import Snapshot
from safelight.identities.triage import contact_list
from safelight.identities.triage.confirmed import confirmed
from safelight.identities.triage.ground import Ground
from safelight.identities.triage.registry import ROLES
from safelight.ledger import clocks, roles
from safelight.ledger.ledger import Ledger
from safelight.ledger.police import periods as police_periods
from safelight.operation.folder import OperationFolder
from safelight.traces.ids import batch_id

NAME, VERSION = "account roles", "1"
_STAGE = "account-roles/"
_MEMORY = "2GB"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Figures:
    """What a run found: findings by role; `changed` is False where the last run still held."""

    changed: bool
    roles: dict[str, int]


def find_roles(folder: OperationFolder, *, progress: Progress | None = None) -> Figures:
    """Bring `account_roles` up to date. `progress(done, total)` counts roles. Raises BadInput (a contact list in the ledger
    that this version cannot read), DiskFull."""
    tell = progress or (lambda _done, _total: None)
    with Catalog.at(folder) as catalog, Ledger.open(folder) as ledger:
        use = roles.contact_list(ledger)
        wanted = contact_list.parse(use.text, use.name) if use and use.text else None
        with catalog.journal.exclusive("account roles", wait=True):
            return _found(catalog, ledger, wanted, tell)


def _found(
    catalog: Catalog, ledger: Ledger, wanted: contact_list.ContactList | None, tell: Progress
) -> Figures:
    snapshot = catalog.snapshot()
    decisions, same, operated = clocks.every(ledger), confirmed(ledger), police_periods(ledger)
    with catalog.connect(snapshot, memory_limit=_MEMORY) as db:
        told = [str(one.seq) for one in decisions] + [str(pair) for pair in same]
        told += [str(one) for one in operated]
        run = _digest(db, snapshot, [*told, wanted.sha256 if wanted else ""])
        last = [entry.stage.removeprefix(_STAGE) for entry in catalog.finished(_STAGE)]
        if last and last[-1] == run:
            return Figures(False, _counts(db))
        clock.install(db, decisions)
        police.withhold(db, operated)
        exhibits = {key: number for number, key in papers.numbers(ledger).items()}
        ground = Ground(db, snapshot, exhibits=exhibits, same=same, contacts=wanted)
        counts: Counter[str] = Counter()
        rows = list(_rows(ground, snapshot, run, counts, tell))
    made_by = {"stage": _STAGE + run, "analysis": NAME, "version": VERSION}
    identity = batch_id(_STAGE, [str(len(last)), run])
    drop = pa.table({"run": pa.array(sorted(set(last) - {run}), pa.string())})
    if last:
        catalog.supersede(identity, {"account_roles": drop}, {"account_roles": rows}, made_by=made_by)
    else:
        catalog.write(identity, {"account_roles": rows}, made_by=made_by)
    return Figures(True, dict(sorted(counts.items())))


def _rows(
    ground: Ground, snapshot: Snapshot, run: str, counts: Counter[str], tell: Progress
) -> Iterator[dict[str, Any]]:
    for done, role in enumerate(ROLES):
        tell(done, len(ROLES))
        if not all(snapshot.rows(table) for table in role.needs):
            continue
        for one in role.find(ground):
            counts[role.name] += 1
            yield {
                "account": one.account,
                "role": role.name,
                "points": one.points,
                "detail": orjson.dumps(one.detail, option=orjson.OPT_SORT_KEYS).decode(),
                "traces": list(one.traces),
                "run": run,
            }
    tell(len(ROLES), len(ROLES))


#: What roles read, by table: a row's share in the digest.
_READ = {
    "messages": "trace_id, conversation_id, sender_id, recipients_id, text, sent, received, native_id, reply_to",
    "same_messages": "trace_id, distinct_id",
    "same_calls": "trace_id, distinct_id",
    "same_transfers": "trace_id, distinct_id",
    "calls": "trace_id, caller_id, participants_id, started, duration, kind, native_id",
    "transfers": 'trace_id, sender_id, receiver_id, amount, currency, "time", native_id',
    "memberships": 'trace_id, conversation_id, account_id, action, by_id, role, "at"',
    "accounts": "trace_id, account_id, name, name_kind, owner",
    "conversations": "trace_id, conversation_id, kind, members_id",
}


def _digest(db: Any, snapshot: Snapshot, told: list[str]) -> str:
    digest = hashlib.sha256(VERSION.encode())
    for table, columns in _READ.items():
        if snapshot.rows(table):
            row = db.execute(f"select count(*), bit_xor(hash({columns})) from {table}").fetchone()
            digest.update(f"{table}\t{row[0]}\t{row[1]}\n".encode())
    digest.update("\n".join(told).encode())
    return digest.hexdigest()[:32]


def _counts(db: Any) -> dict[str, int]:
    return dict(db.execute("select role, count(*) from account_roles group by 1 order by 1").fetchall())
