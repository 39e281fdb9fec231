"""Find every role of every account and write them to `account_roles`; at once if nothing changed since the last run.

What a role goes by has a digest (`Role.reads`). Where that is the one of the last run, its findings stand; a role that looks
at nothing but what an account wrote itself is found anew for the accounts that wrote something else than then, and the
network is woven anew only if something changed that ties accounts (`kept.py`). So the outcome is the same as that of a run
from nothing. The rows of the last run give way in one transaction. Which contact list is in use stands in the ledger.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import orjson
import pyarrow as pa

from safelight.access import clock, papers, police
from safelight.catalog.catalog import Catalog
from safelight.catalog.snapshot import Snapshot
from safelight.identities.triage import contact_list
from safelight.identities.triage.confirmed import confirmed
from safelight.identities.triage.ground import Ground
from safelight.identities.triage.kept import Kept, find_kept, keep
from safelight.identities.triage.model import NETWORK, Role
from safelight.identities.triage.registry import ROLES
from safelight.ledger import clocks, roles
from safelight.ledger.ledger import Ledger
from safelight.ledger.police import periods as police_periods
from safelight.operation.folder import OperationFolder
from safelight.traces.ids import batch_id

NAME, VERSION = "account roles", "2"
_STAGE = "account-roles/"
_MEMORY = "2GB"
#: What was left behind is of use to this alone. DuckDB's hashes change with its version.
_MADE_BY = f"{VERSION} {duckdb.__version__}"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Figures:
    """What a run found: findings by role; `changed` is False where the last run still held."""

    changed: bool
    roles: dict[str, int]


def find_roles(folder: OperationFolder, *, whole: bool = False, progress: Progress | None = None) -> Figures:
    """Bring `account_roles` up to date. `whole`: look at everything anew. `progress(done, total)` counts roles. Raises
    BadInput (a contact list in the ledger that this version cannot read), DiskFull."""
    tell = progress or (lambda _done, _total: None)
    with Catalog.at(folder) as catalog, Ledger.open(folder) as ledger:
        use = roles.contact_list(ledger)
        wanted = contact_list.parse(use.text, use.name) if use and use.text else None
        # What is held as privileged waits for this, as for a weighing: nothing of it is left behind afterwards.
        with (
            catalog.journal.exclusive("identities", wait=True),
            catalog.journal.exclusive("account roles", wait=True),
        ):
            return _found(folder, catalog, ledger, wanted, whole, tell)


def _found(
    folder: OperationFolder,
    catalog: Catalog,
    ledger: Ledger,
    wanted: contact_list.ContactList | None,
    whole: bool,
    tell: Progress,
) -> Figures:
    snapshot = catalog.snapshot()
    decisions, same, operated = clocks.every(ledger), confirmed(ledger), police_periods(ledger)
    exhibits = {key: number for number, key in papers.numbers(ledger).items()}
    with catalog.connect(snapshot, memory_limit=_MEMORY) as db:
        given = _tables(db, snapshot) | {
            "always": "\n".join([VERSION, *(str(one.seq) for one in decisions), *map(str, operated)]),
            "same": "\n".join(map(str, same)),
            "list": wanted.sha256 if wanted else "",
            "exhibits": "\n".join(f"{key} {number}" for key, number in sorted(exhibits.items())),
        }
        run = _digest(given, tuple(given))
        last = [entry.stage.removeprefix(_STAGE) for entry in catalog.finished(_STAGE)]
        if last and last[-1] == run and not whole:
            return Figures(False, _counts(db))
        clock.install(db, decisions)
        police.withhold(db, operated)
        before = find_kept(folder.identities, _MADE_BY) if last and not whole else None
        if before is not None and before.run != last[-1]:
            before = None
        ties = _digest(given, NETWORK)
        woven = before.woven if before is not None and before.ties == ties else None
        ground = Ground(db, snapshot, exhibits=exhibits, same=same, contacts=wanted, woven=woven)
        looked = _Looked(ground, given, before, run)
        rows = list(looked.rows(tell))
        now = looked.left_behind(ties)
    made_by = {"stage": _STAGE + run, "analysis": NAME, "version": VERSION}
    identity = batch_id(_STAGE, [str(len(last)), run])
    drop = pa.table({"run": pa.array(sorted(set(last)), pa.string())})
    if last:
        catalog.supersede(identity, {"account_roles": drop}, {"account_roles": rows}, made_by=made_by)
    else:
        catalog.write(identity, {"account_roles": rows}, made_by=made_by)
    keep(folder.identities, now, _MADE_BY)
    return Figures(True, dict(sorted(looked.counts.items())))


class _Looked:
    """One run: what of the last one stands, and what is found anew."""

    def __init__(self, ground: Ground, given: Mapping[str, str], before: Kept | None, run: str) -> None:
        self._ground, self._before, self._run = ground, before, run
        self.counts: Counter[str] = Counter()
        self._inputs = {role.name: _digest(given, role.reads) for role in ROLES}
        self._wrote = ground.wrote()
        earlier = before.wrote if before is not None else {}
        self._changed = {one for one, digest in self._wrote.items() if earlier.get(one) != digest}
        self._gone = earlier.keys() - self._wrote.keys()
        self._stood = self._rows_of(before) if before is not None else {}

    def rows(self, tell: Progress) -> Iterator[dict[str, Any]]:
        """All rows of the table, as they are now."""
        for done, role in enumerate(ROLES):
            tell(done, len(ROLES))
            for row in self._of(role):
                self.counts[role.name] += 1
                yield row
        tell(len(ROLES), len(ROLES))

    def left_behind(self, ties: str) -> Kept:
        """For the next run."""
        counts = {role.name: self.counts[role.name] for role in ROLES}
        return Kept(self._run, self._inputs, counts, self._wrote, ties, self._ground.woven)

    def _rows_of(self, before: Kept) -> dict[str, list[dict[str, Any]]]:
        """Rows of the last run by role; a role of which some are gone since has none here."""
        found: dict[str, list[dict[str, Any]]] = {role.name: [] for role in ROLES}
        for account, role, points, detail, traces in self._ground.rows(
            "select account, role, points, detail, traces from account_roles where run = $run", run=before.run
        ):
            if role in found:
                found[role].append(self._row(account, role, points, detail, traces or []))
        return {role: rows for role, rows in found.items() if len(rows) == before.rows.get(role)}

    def _of(self, role: Role) -> list[dict[str, Any]]:
        if not all(self._ground.snapshot.rows(table) for table in role.needs):
            return []
        stood = self._stood.get(role.name)
        if self._before is None or stood is None:
            return self._anew(role)
        if self._before.inputs.get(role.name) == self._inputs[role.name]:
            return stood
        if not role.own:
            return self._anew(role)
        self._ground.look_at(self._changed)
        anew = self._anew(role)
        left = self._changed | self._gone
        return sorted(
            [*(row for row in stood if row["account"] not in left), *anew], key=lambda row: row["account"]
        )

    def _anew(self, role: Role) -> list[dict[str, Any]]:
        return [
            self._row(
                one.account,
                role.name,
                one.points,
                orjson.dumps(one.detail, option=orjson.OPT_SORT_KEYS).decode(),
                list(one.traces),
            )
            for one in role.find(self._ground)
        ]

    def _row(self, account: str, role: str, points: float, detail: str, traces: list[str]) -> dict[str, Any]:
        return {
            "account": account, "role": role, "points": points, "detail": detail, "traces": traces, "run": self._run,
        }  # fmt: skip


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


def _tables(db: Any, snapshot: Snapshot) -> dict[str, str]:
    """By table, a digest of what roles read of it."""
    found = dict.fromkeys(_READ, "")
    for table, columns in _READ.items():
        if snapshot.rows(table):
            row = db.execute(f"select count(*), bit_xor(hash({columns})) from {table}").fetchone()
            found[table] = f"{row[0]} {row[1]}"
    return found


def _digest(given: Mapping[str, str], names: Sequence[str]) -> str:
    """One digest of several inputs, and of what is always one."""
    told = [f"{name}\t{given[name]}" for name in sorted({*names, "always"})]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:32]


def _counts(db: Any) -> dict[str, int]:
    return dict(db.execute("select role, count(*) from account_roles group by 1 order by 1").fetchall())
