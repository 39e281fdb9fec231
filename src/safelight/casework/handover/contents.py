"""What one handover holds, gathered once: everything that its parts (records, traces, CASE graph, report) are written from.

A part is a function `write(contents: Contents, folder: Path) -> None` that writes its files into an empty folder: the
package's `data/<part>/`. Nothing is read anew there, so that all parts tell of the same moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import pyarrow as pa

from safelight.ledger.clocks import ClockDecision
from safelight.ledger.custody import Custody
from safelight.ledger.exhibits import Exhibit
from safelight.ledger.police import PolicePeriod
from safelight.ledger.records import Record, Statement, newest
from safelight.ledger.sources import Source

Given = Literal["bytes", "hashes"]
#: To whom it goes: the disclosure ledger tells them apart.
Audience = Literal["partner", "prosecutor", "defence"]
Language = Literal["nb", "nn", "en"]


@dataclass(frozen=True, slots=True)
class Recipient:
    """One receiver. `key`: an age recipient (`age1...`) that the package is encrypted to; empty: none is known."""

    name: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """Who gives what to whom, on which ground. `made_at`: µs UTC. `number`: HO-007; `id`: the handover record's."""

    id: str
    number: str
    made_at: int
    maker: str
    approver: str
    recipients: tuple[Recipient, ...]
    audience: Audience
    basis: str
    conditions: str
    language: Language
    items: Given
    corrects: str = ""
    """Number of the handover that this one corrects; empty: none."""


@dataclass(frozen=True, slots=True)
class AccountGiven:
    """One account of the case's persons. `tenures`: the ids under which decisions speak of it."""

    account_id: str
    network: str
    instance: str | None
    native: str
    name: str
    names: tuple[str, ...]
    tenures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IdentityDecision:
    """A decision in force about two tenures (ids of accounts in a period). Times are µs UTC."""

    seq: int
    a: str
    b: str
    decision: str
    """same or different."""
    reason: str
    source_grade: str
    content_grade: str
    seen: float | None
    """The machine's probability that the person saw; None: none was proposed."""
    actor: str
    recorded_at: int
    confirmed_by: str = ""
    scheme: str = "4x4"
    handling: str = ""


@dataclass(frozen=True, slots=True)
class AccountSplit:
    """An account changed hands at a moment (µs UTC)."""

    seq: int
    account_id: str
    at_us: int
    at_text: str
    reason: str
    actor: str
    recorded_at: int


@dataclass(frozen=True, slots=True)
class ItemGiven:
    """One item: what is known of it, and how it is given. Times are ISO 8601 as the file system states them, or None."""

    item_id: str
    source_id: str
    exhibit: str
    """Number of the exhibit."""
    path: str
    name: str
    size: int | None
    mime: str
    state: str
    md5: str
    sha1: str
    sha256: str
    created: str | None
    modified: str | None
    accessed: str | None
    given: Given
    chosen: bool
    """True: it was chosen itself; False: traces that are given were read out of it."""
    file: str = ""
    """Where its bytes lie in the package (`data/items/...`); empty: only its hashes are given."""

    @property
    def media(self) -> bool:
        """Picture, film or sound, as its type says."""
        return self.mime.partition("/")[0] in ("image", "video", "audio")


@dataclass(frozen=True, slots=True)
class Touched:
    """Something given that no longer holds as it was given. `now` is empty where nothing took its place."""

    about: str
    """Number of the record or exhibit, or the account's id in its network."""
    field: str
    given: str
    now: str
    seq: int
    """The entry that touched it."""
    actor: str
    recorded_at: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What was left out and why: how many, what, what is given instead, and the ground."""

    count: int
    what: str
    instead: str
    why: str


@dataclass(frozen=True)
class Contents:
    """All that a package tells. Statements are the whole history of their records; `standing` gives what holds.

    `traces`: tables of the catalog by name (`received_traces.TABLES_GIVEN`), with the catalog's columns and before them
    `at_us` (µs UTC after correction of clocks, null: unknown), `exhibit_number` and `by_police` (police operated the account
    then: no words of a suspect).
    """

    operation: str
    operation_id: str
    synthetic: bool
    tool: str
    """Name and version of the program: `Safelight 0.6`."""
    terms: Terms
    case: Record
    records: tuple[Record, ...]
    """The case, its persons, its victims (if the maker may see them) and the authorities and series they point at."""
    statements: tuple[Statement, ...]
    withdrawn: Mapping[int, str]
    """Statement's entry -> reason, for those that were taken back."""
    superseded_by: Mapping[int, int]
    """Statement's entry -> the entry that followed it or took it back."""
    accounts: tuple[AccountGiven, ...]
    identities: tuple[IdentityDecision, ...]
    splits: tuple[AccountSplit, ...]
    exhibits: tuple[Exhibit, ...]
    custody: tuple[Custody, ...]
    sources: tuple[Source, ...]
    items: tuple[ItemGiven, ...]
    traces: Mapping[str, pa.Table]
    left_out: tuple[LeftOut, ...]
    head: str
    """The ledger's head when it was gathered, as printed."""
    seqs: tuple[int, ...] = field(default=())
    """Entries that the audit excerpt shows."""
    touched: tuple[Touched, ...] = ()
    """Of a correction: what of the earlier package no longer holds."""
    police: tuple[PolicePeriod, ...] = ()
    """When police operated which of the accounts that are named: what they wrote then is an officer's word."""
    clocks: tuple[ClockDecision, ...] = ()
    """Decisions in force about the clocks of the exhibits."""
    same: Mapping[str, str] = field(default_factory=dict)
    """Of messages that were found in several copies: trace -> the trace that stands for all of them."""
    item_rows: pa.Table | None = None
    """The same items as `items`, in the catalog's own columns; None: there are none."""

    @cached_property
    def record(self) -> Mapping[str, Record]:
        """Records by id."""
        return {one.id: one for one in self.records}

    def of_type(self, type_: str) -> list[Record]:
        """Records of a type (ledger.vocabulary) by number."""
        return sorted((one for one in self.records if one.type == type_), key=lambda one: one.number)

    def standing(self, record: str, field_: str) -> list[Statement]:
        """Statements of a record's field that nothing followed."""
        return list(self._current.get((record, field_), ()))

    def value(self, record: str, field_: str) -> Any:
        """Of a single field the value that counts; None: nothing is said."""
        found = newest(self.standing(record, field_))
        return None if found is None else found.value

    def by_police(self, account_id: str | None, at_us: int | None) -> bool:
        """Whether an act is an officer's, as `access/police.py` has it: without a time, if police ever had the account."""
        return any(
            one.account_id == account_id
            and (at_us is None or one.begin_us is None or at_us >= one.begin_us)
            and (at_us is None or one.end_us is None or at_us < one.end_us)
            for one in self.police
        )

    def rows(self, table: str) -> Iterator[dict[str, Any]]:
        """The rows of one table of traces."""
        found = self.traces.get(table)
        for batch in () if found is None else found.to_batches(max_chunksize=4096):
            yield from batch.to_pylist()

    @cached_property
    def _current(self) -> Mapping[tuple[str, str], Sequence[Statement]]:
        found: dict[tuple[str, str], list[Statement]] = {}
        for one in self.statements:
            if one.superseded_at is None:
                found.setdefault((one.record, one.field), []).append(one)
        return found
