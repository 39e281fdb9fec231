"""What holds about tenures and pairs of them: a pure function of the ledger's entries, brought up to date entry by entry.

Invariants:

- A decision is about two tenures *with the periods that they had when it was made*. It binds as long as both have these
  periods and neither is shared; else it is unsettled: it binds nobody, and stands to be decided anew. So splitting an
  account never moves an old decision to one of the parts, and undoing the split gives it back its force.
- Of several decisions about one pair the newest that counts is in force; a withdrawn one leaves its place to the one
  before. One that needs a second person (four eyes) counts once another person agreed; and what two people said is not
  lifted by one: "undecided" waits as well where it would take the place of a decision that a second person confirmed.
- A "different" that is unsettled since a split binds nobody, but until it is decided anew nothing is joined against it
  (`Standing.held_apart`): a wrong link accuses an innocent person.
- Nothing is dropped: what does not bind is in `waiting` or `unsettled` until people decided anew or withdrew it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final, Literal

from safelight.ledger import kinds
from safelight.ledger.grading import Graded

Decision = Literal["same", "different", "undecided"]
Period = tuple[int | None, int | None]
"""From, and to before, microseconds UTC; None is open."""

#: A later tenure's id: its account's, and the moment at which it begins.
_LATER: Final = re.compile(r"(?P<account>.+)@-?\d+", re.DOTALL)

#: Kinds that this module follows. An erasure takes what it erased with it.
FOLLOWED: Final = (
    kinds.TENURE_SPLIT.name,
    kinds.TENURE_SHARED.name,
    kinds.IDENTITY_DECIDED.name,
    kinds.IDENTITY_CONFIRMED.name,
    kinds.IDENTITY_WITHDRAWN.name,
)


@dataclass(frozen=True, slots=True)
class Tenure:
    """An account in a period, in one pair of hands as far as is known. `seq`: the newest entry that shaped it, or 0."""

    id: str
    account_id: str
    begin_us: int | None
    end_us: int | None
    shared: bool
    seq: int


@dataclass(frozen=True, slots=True)
class Decided:
    """What a person decided about two tenures, `a` before `b` by id. `seen` is the probability that was shown then."""

    seq: int
    decision: Decision
    a: str
    b: str
    actor: str
    recorded_at: int
    reason: str
    source_grade: str
    content_grade: str
    seen: float | None
    confirmed_by: str | None = None
    waiting: bool = False
    """A second person must still confirm it."""
    unsettled: bool = False
    """It binds nobody any more and is to be decided anew; `cause` says why."""
    cause: Literal["", "split", "shared", "refused"] = ""
    refused_by: str | None = None
    four_eyes: bool = False
    periods: tuple[Period, Period] = ((None, None), (None, None))
    scheme: str = "4x4"
    handling: str = ""

    @property
    def grade(self) -> Graded:
        """Source, information and handling, with the scheme that they are of."""
        return Graded(self.scheme, self.source_grade, self.content_grade, self.handling)


@dataclass(frozen=True, slots=True)
class Standing:
    """All that people decided about tenures, as it holds now; each tuple by entry number."""

    tenures: Mapping[str, tuple[Tenure, ...]]
    """By account, in order of time; only accounts that were split or marked shared."""
    in_force: tuple[Decided, ...] = ()
    waiting: tuple[Decided, ...] = ()
    unsettled: tuple[Decided, ...] = ()
    seq: int = 0
    """The newest entry that it knows of."""

    def tenures_of(self, account_id: str) -> tuple[Tenure, ...]:
        """An account's tenures in order of time: one open one, unless people decided otherwise."""
        return tenures_of(self.tenures, account_id)

    def tenure(self, tenure_id: str) -> Tenure | None:
        """One tenure; None if there is none of that id now."""
        return tenure(self.tenures, tenure_id)

    def successors(self, old: Decided) -> list[tuple[str, str]]:
        """The pairs of today's tenures about which an unsettled decision is to be made anew."""
        return successors(self.tenures, old)

    def held_apart(self) -> dict[tuple[str, str], Decided]:
        """Pairs of today's tenures that an unsettled "different" speaks of and that are not decided anew, with it."""
        now = {(one.a, one.b): one for one in self.in_force}
        return {
            pair: old
            for old in self.unsettled
            if old.decision == "different" and _counts(old, None)
            for pair in self.successors(old)
            if pair[0] != pair[1] and not _anew(old, now.get(pair))
        }


NOTHING_DECIDED: Final = Standing({})


@dataclass(frozen=True, slots=True)
class Row:
    """One entry with its payload (None: erased)."""

    seq: int
    kind: str
    actor: str
    recorded_at: int
    subjects: Sequence[str]
    corrects: int | None
    payload: dict[str, Any] | None


def account_of(tenure_id: str) -> str:
    """The account of a tenure, out of its id."""
    found = _LATER.fullmatch(tenure_id)
    return found["account"] if found else tenure_id


def overlap(one: Period, other: Period) -> bool:
    """Whether two periods have a moment in common."""
    return (one[0] is None or other[1] is None or one[0] < other[1]) and (
        other[0] is None or one[1] is None or other[0] < one[1]
    )


def tenures_of(tenures: Mapping[str, tuple[Tenure, ...]], account: str) -> tuple[Tenure, ...]:
    """An account's tenures, where only those of accounts that were split or shared are listed."""
    return tenures.get(account) or (Tenure(account, account, None, None, False, 0),)


def tenure(tenures: Mapping[str, tuple[Tenure, ...]], tenure_id: str) -> Tenure | None:
    """One tenure by its id; None if there is none of that id now."""
    return next((one for one in tenures_of(tenures, account_of(tenure_id)) if one.id == tenure_id), None)


def successors(tenures: Mapping[str, tuple[Tenure, ...]], old: Decided) -> list[tuple[str, str]]:
    """Today's pairs of tenures that overlap what a decision was about; shared ones cannot be decided upon."""
    return [
        (min(one.id, other.id), max(one.id, other.id))
        for one in tenures_of(tenures, account_of(old.a))
        if overlap((one.begin_us, one.end_us), old.periods[0]) and not one.shared
        for other in tenures_of(tenures, account_of(old.b))
        if overlap((other.begin_us, other.end_us), old.periods[1]) and not other.shared
    ]


class Law:
    """Follows entries in their order; `standing()` says what holds after the newest of them."""

    def __init__(self) -> None:
        self.seq = 0
        self._splits: dict[str, dict[int, int]] = {}  # account -> entry -> moment
        self._shares: dict[str, dict[int, tuple[Period, bool]]] = {}  # account -> entry -> what was said
        self._decided: dict[int, Decided] = {}
        self._confirmed: dict[int, int] = {}  # entry of a confirmation -> the decision's
        self._about: dict[tuple[str, str], list[int]] = {}  # two accounts -> entries of decisions
        self._tenures: dict[str, tuple[Tenure, ...]] = {}
        self._binding: tuple[dict[int, Decided], dict[int, Decided], dict[int, Decided]] = ({}, {}, {})
        self._touched_pairs: dict[tuple[str, str], None] = {}
        self._touched_accounts: set[str] = set()
        self._standing: Standing | None = None

    def follow(self, rows: Iterable[Row]) -> None:
        """Take in entries of `FOLLOWED` behind those taken in already."""
        for row in rows:
            self.seq = row.seq
            self._standing = None
            if row.kind == kinds.IDENTITY_WITHDRAWN.name:
                self._withdrawn(row.corrects or 0)
            elif row.payload is not None:
                self._stated(row, row.payload)

    def agreed(self, seq: int) -> Decided | None:
        """The decision that two people made, if an entry is that decision or the second person's agreement to it."""
        decided = self._decided.get(self._confirmed.get(seq, seq))
        return decided if decided is not None and decided.confirmed_by is not None else None

    def tenures_of(self, account: str) -> tuple[Tenure, ...]:
        """An account's tenures as of the entries taken in."""
        self._settle()
        return tenures_of(self._tenures, account)

    def standing(self) -> Standing:
        """What holds now. The same object until something changes."""
        if self._standing is None:
            self._settle()
            in_force, waiting, unsettled = (
                tuple(found[seq] for seq in sorted(found)) for found in self._binding
            )
            self._standing = Standing(dict(self._tenures), in_force, waiting, unsettled, self.seq)
        return self._standing

    def _stated(self, row: Row, payload: dict[str, Any]) -> None:
        if row.kind == kinds.TENURE_SPLIT.name:
            account = row.subjects[0]
            self._splits.setdefault(account, {})[row.seq] = payload["at_us"]
            self._touched_accounts.add(account)
        elif row.kind == kinds.TENURE_SHARED.name:
            account = row.subjects[1]
            begin, end = payload["period"]
            self._shares.setdefault(account, {})[row.seq] = ((begin, end), payload["shared"])
            self._touched_accounts.add(account)
        elif row.kind == kinds.IDENTITY_CONFIRMED.name:
            decided = self._decided.get(row.corrects or 0)
            if decided is not None:
                who = {"confirmed_by" if payload["agrees"] else "refused_by": row.actor}
                self._change(replace(decided, **who))  # type: ignore[arg-type]
                self._confirmed[row.seq] = decided.seq
        else:
            self._change(_decided(row, payload))

    def _withdrawn(self, seq: int) -> None:
        for said in (self._splits, self._shares):
            for account, found in said.items():
                if found.pop(seq, None) is not None:
                    self._touched_accounts.add(account)
                    return
        of = self._confirmed.pop(seq, None)
        if of is not None and of in self._decided:
            self._change(replace(self._decided[of], confirmed_by=None, refused_by=None))
        elif seq in self._decided:
            gone = self._decided.pop(seq)
            pair = _accounts(gone)
            self._about[pair].remove(seq)
            self._touched_pairs[pair] = None
            for binding in self._binding:
                binding.pop(seq, None)

    def _change(self, decided: Decided) -> None:
        pair = _accounts(decided)
        if decided.seq not in self._decided:
            self._about.setdefault(pair, []).append(decided.seq)
        self._decided[decided.seq] = decided
        self._touched_pairs[pair] = None

    def _settle(self) -> None:
        """Work out anew what was touched since."""
        if self._touched_accounts:
            for account in self._touched_accounts:
                self._tenures.pop(account, None)
                if self._splits.get(account) or self._shares.get(account):
                    self._tenures[account] = _tenures(
                        account, self._splits.get(account, {}), self._shares.get(account, {})
                    )
            self._touched_pairs.update(
                (pair, None) for pair in self._about if not self._touched_accounts.isdisjoint(pair)
            )
            self._touched_accounts.clear()
        for pair in self._touched_pairs:
            self._weigh(pair)
        self._touched_pairs.clear()

    def _weigh(self, pair: tuple[str, str]) -> None:
        """Which decisions about the tenures of two accounts bind, wait, or are unsettled."""
        in_force, waiting, unsettled = self._binding
        groups: dict[tuple[str, str, tuple[Period, Period]], list[Decided]] = {}
        for seq in self._about[pair]:
            for binding in self._binding:
                binding.pop(seq, None)
            one = self._decided[seq]
            groups.setdefault((one.a, one.b, one.periods), []).append(one)
        current: dict[tuple[str, str], Decided] = {}
        loose: list[Decided] = []
        for (a, b, _periods), said in groups.items():
            cause = self._cause(said[0])
            newest = said[-1]
            counting = None
            for one in said:
                counting = one if _counts(one, counting) else counting
            if cause:
                loose.append(replace(counting or newest, unsettled=True, cause=cause))
                continue
            if counting is not None:
                in_force[counting.seq] = counting
            if newest is not counting and newest.refused_by is not None:
                unsettled[newest.seq] = replace(newest, unsettled=True, cause="refused")
            elif newest is not counting:
                waiting[newest.seq] = replace(newest, waiting=True)
            if counting is not None:
                current[(a, b)] = counting
        for one in loose:
            if one.decision != "undecided" and not self._decided_anew(one, current):
                unsettled[one.seq] = one

    def _cause(self, decided: Decided) -> Literal["", "split", "shared"]:
        there = [tenure(self._tenures, name) for name in (decided.a, decided.b)]
        periods = tuple((one.begin_us, one.end_us) for one in there if one is not None)
        if periods != decided.periods:
            return "split"
        return "shared" if any(one.shared for one in there if one is not None) else ""

    def _decided_anew(self, old: Decided, current: Mapping[tuple[str, str], Decided]) -> bool:
        """Whether every pair of today's tenures that the old decision spoke of has a newer one, or the same."""
        if old.cause == "shared":
            return False
        return all(_anew(old, current.get(pair)) for pair in successors(self._tenures, old))


def _counts(one: Decided, before: Decided | None) -> bool:
    """Whether a decision counts; `before`: the one that it would take the place of."""
    if one.refused_by is not None:
        return False
    if one.confirmed_by is not None:
        return True
    return not _lifts(one, before) if one.decision == "undecided" else not one.four_eyes


def _lifts(one: Decided, before: Decided | None) -> bool:
    """Whether one person's "undecided" would lift what two people said."""
    return (
        one.decision == "undecided"
        and one.confirmed_by is None
        and before is not None
        and before.decision != "undecided"
        and before.confirmed_by is not None
    )


def _anew(old: Decided, found: Decided | None) -> bool:
    """Whether what counts about a pair now (`found`) answers an unsettled decision: it is newer, or says the same."""
    if found is None or _lifts(found, old):
        return False
    return found.seq > old.seq or found.decision == old.decision


def _accounts(decided: Decided) -> tuple[str, str]:
    first, second = sorted((account_of(decided.a), account_of(decided.b)))
    return first, second


def _decided(row: Row, payload: dict[str, Any]) -> Decided:
    first, second = payload["periods"]
    return Decided(
        seq=row.seq, decision=payload["decision"], a=row.subjects[0], b=row.subjects[1], actor=row.actor,
        recorded_at=row.recorded_at, reason=payload["reason"], source_grade=payload["source_grade"],
        content_grade=payload["content_grade"], seen=payload["seen"], four_eyes=payload["four_eyes"],
        periods=((first[0], first[1]), (second[0], second[1])), scheme=payload.get("scheme", "4x4"),
        handling=payload.get("handling", ""),
    )  # fmt: skip


def _tenures(
    account: str, splits: Mapping[int, int], shares: Mapping[int, tuple[Period, bool]]
) -> tuple[Tenure, ...]:
    shaped = {moment: seq for seq, moment in splits.items()}
    borders: list[int | None] = [None, *sorted(shaped), None]
    made = []
    for begin, end in pairwise(borders):
        shared, said = _shared((begin, end), shares)
        seq = max(
            said,
            shaped.get(begin, 0) if begin is not None else 0,
            shaped.get(end, 0) if end is not None else 0,
        )
        made.append(
            Tenure(account if begin is None else f"{account}@{begin}", account, begin, end, shared, seq)
        )
    return tuple(made)


def _shared(period: Period, shares: Mapping[int, tuple[Period, bool]]) -> tuple[bool, int]:
    """Whether a tenure is shared, and the entry that says so.

    What was said about exactly this period counts, and what was said later about a part of it or more. Where nothing was
    said about exactly this one, one overlapping word is enough: in doubt nothing is passed on.
    """
    newest: dict[Period, tuple[int, bool]] = {}
    for seq, (about, shared) in sorted(shares.items()):
        if overlap(about, period):
            newest[about] = (seq, shared)
    own = newest.get(period, (0, False))[0]
    said = [(seq, shared) for seq, shared in newest.values() if seq >= own]
    return any(shared for _, shared in said), max((seq for seq, _ in said), default=0)
