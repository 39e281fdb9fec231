"""What roles look at: a snapshot of the catalog, the network of accounts, who is known, and the unit's contact list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa
from duckdb import DuckDBPyConnection

from safelight.access.account_names import OWN_NAMES
from safelight.catalog.copies import no_copy
from safelight.catalog.snapshot import Snapshot
from safelight.identities import network
from safelight.identities.triage.contact_list import ContactList
from safelight.identities.triage.woven import Woven, weave

#: SQL: distinct messages, each once, with the time for comparison.
_ONCE = """
    create temp view once as
    select trace_id, sender_id as account, conversation_id, network, text,
           coalesce(at_us(sent, exhibit, parser), at_us(received, exhibit, parser)) as us
    from messages where sender_id is not null and {}
"""
#: Payments, each once however many statements tell of it.
_PAID = f"""
    create temp view paid as
    select sender_id as payer, receiver_id as payee, amount, any_value(currency) as currency,
           min(at_us("time", exhibit, parser)) as us, min(trace_id) as trace_id
    from transfers
    where sender_id is not null and receiver_id is not null and {no_copy("same_transfers")}
    group by sender_id, receiver_id, amount, coalesce(native_id, "time".text, trace_id)
"""


@dataclass(frozen=True, slots=True)
class Known:
    """Why an account counts as known. `basis`: `seized` (an exhibit's own account) or `decided` (confirmed by people as one
    person with another account); `where`: numbers of exhibits, or of ledger entries."""

    basis: str
    where: tuple[str, ...]


class Ground:
    """Made once a run, on a connection of its own that knows `at_us`."""

    def __init__(
        self,
        db: DuckDBPyConnection,
        snapshot: Snapshot,
        *,
        exhibits: Mapping[str, str],
        same: Iterable[tuple[str, str, int]] = (),
        contacts: ContactList | None = None,
        woven: Woven | None = None,
    ) -> None:
        """`exhibits`: key -> number. `same`: pairs of accounts that people confirmed as one person, with the entry. `woven`:
        the network, where it is known already."""
        self.db, self.snapshot, self.contacts = db, snapshot, contacts
        self._woven = woven
        self._exhibits, self._same = exhibits, tuple(same)
        db.execute(_ONCE.format(no_copy("same_messages", snapshot)))
        db.execute(_PAID)
        db.execute("create temp view theirs as select * from once")

    def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """Rows of a query."""
        found: list[tuple[Any, ...]] = self.db.execute(query, values or None).fetchall()
        return found

    @cached_property
    def woven(self) -> Woven:
        """The network, and everyone's place in it."""
        return self._woven or weave(network.pairs(network.read(self.db, self.snapshot)))

    def wrote(self) -> dict[str, int]:
        """By account that wrote: a digest of all that it wrote, and when."""
        if not self.snapshot.rows("messages"):
            return {}
        return dict(
            self.rows(
                """select account, hash(count(*), bit_xor(hash(trace_id, conversation_id, network, text, us)))
                   from once group by account"""
            )
        )

    def look_at(self, accounts: Iterable[str]) -> None:
        """Let `theirs` hold the messages of these accounts alone."""
        self.db.register("looked_at", pa.table({"account": pa.array(sorted(accounts), pa.string())}))
        self.db.execute(
            "create or replace temp view theirs as select * from once semi join looked_at using (account)"
        )

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The usual name of each account that has one: its own that was seen most often, else what others call it."""
        own = ", ".join(f"'{kind}'" for kind in OWN_NAMES)
        return dict(
            self.rows(
                f"""select account_id, coalesce(name, account) from accounts
                    group by account_id, coalesce(name, account)
                    order by account_id, bool_or(name is not null and name_kind in ({own})), count(*),
                             coalesce(name, account) desc"""
            )
        )

    @cached_property
    def groups(self) -> Mapping[str, tuple[frozenset[str], tuple[int, ...]]]:
        """Account -> all accounts that people confirmed as its person's (itself among them), and the entries."""
        members: dict[str, set[str]] = {}
        entries: dict[str, set[int]] = {}
        for a, b, seq in self._same:
            joined = members.get(a, {a}) | members.get(b, {b})
            seqs = entries.get(a, set()) | entries.get(b, set()) | {seq}
            for one in joined:
                members[one], entries[one] = joined, seqs
        return {one: (frozenset(members[one]), tuple(sorted(entries[one]))) for one in members}

    @cached_property
    def known(self) -> Mapping[str, Known]:
        """Accounts of seized devices, and those that people decided upon."""
        found = {one: Known("decided", tuple(map(str, seqs))) for one, (_all, seqs) in self.groups.items()}
        for account, keys in self.rows(
            "select account_id, list_sort(list(distinct exhibit)) from accounts where owner group by 1"
        ):
            found[account] = Known("seized", tuple(self._exhibits.get(key, key) for key in keys))
        return found
