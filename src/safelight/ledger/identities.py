"""What people decide about accounts and persons: same or different, whose account when, shared by several.

Acts that append entries and reads of what holds. What is linked is a *tenure*, an account in a period; `identity_law.py`
says which decisions bind. Machines propose, and write nothing here.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakKeyDictionary

import orjson
import sqlalchemy as sa

from safelight.errors import NotFound, Refused
from safelight.ledger import grading, kinds
from safelight.ledger.entry import Entry
from safelight.ledger.grading import Graded
from safelight.ledger.identity_law import (
    FOLLOWED,
    NOTHING_DECIDED,
    Decided,
    Decision,
    Law,
    Row,
    Standing,
    Tenure,
    account_of,
)
from safelight.ledger.kinds import Kind
from safelight.ledger.ledger import Ledger, Writing
from safelight.ledger.tables import ENTRIES, PAYLOADS, SUBJECTS

__all__ = [
    "DECISIONS", "NOTHING_DECIDED", "Decided", "Decision", "Past", "Standing", "Tenure", "account_of", "confirm", "decide",
    "history", "share", "split", "standing", "touched_since", "withdraw",
]  # fmt: skip

DECISIONS: Final[tuple[Decision, ...]] = ("same", "different", "undecided")

_PAGE: Final = 20_000
#: What can be taken back.
_WITHDRAWN_FROM: Final = (
    *(kind for kind in FOLLOWED if kind != kinds.IDENTITY_WITHDRAWN.name),
    kinds.IDENTITY_WITHDRAWAL_ASKED.name,
)
_TENURE_KINDS: Final = (kinds.TENURE_SPLIT.name, kinds.TENURE_SHARED.name, kinds.IDENTITY_WITHDRAWN.name)
_PAIR_KINDS: Final = (
    kinds.IDENTITY_DECIDED.name,
    kinds.IDENTITY_CONFIRMED.name,
    kinds.IDENTITY_WITHDRAWN.name,
)


@dataclass(frozen=True, slots=True)
class Past:
    """One entry about a pair. `of` is the decision's entry; texts are empty where the payload was erased."""

    seq: int
    of: int
    act: str
    """same, different, undecided; confirmed, refused; withdrawn, asked (to withdraw it); erased."""
    reason: str
    source_grade: str
    content_grade: str
    seen: float | None
    actor: str
    recorded_at: int
    withdrawn: bool
    scheme: str = "4x4"
    handling: str = ""

    @property
    def grade(self) -> str:
        """As people write it; empty where the entry grades nothing."""
        return str(Graded(self.scheme, self.source_grade, self.content_grade, self.handling))


def decide(
    ledger: Ledger,
    a: str,
    b: str,
    decision: str,
    *,
    reason: str,
    source_grade: str,
    content_grade: str,
    seen: float | None,
    actor: str,
    four_eyes: bool = False,
    scheme: str = "4x4",
    handling: str = "",
) -> Entry:
    """Decide about two tenures. Under `four_eyes` same and different count once another person confirmed them.

    The newest decision about a pair takes the place of the one before. Decisions that contradict each other over several
    pairs are written all the same, for people disagree; `identities/conflicts.py` reports them. Raises NotFound for a
    tenure that is not, Refused for what is no decision.
    """
    if decision not in DECISIONS:
        raise Refused(f"{decision!r} is no decision.", f"Use one of {', '.join(DECISIONS)}.")
    if a == b:
        raise Refused(f"{a} was paired with itself.", "Name two different accounts, or two of its periods.")
    grading.check(Graded(scheme, source_grade, content_grade, handling))
    if seen is not None and not 0 <= seen <= 1:
        raise Refused(f"{seen} is no probability.", "Give a number from 0 to 1.")
    why = _reasoned(reason)
    first, second = sorted((a, b))
    with ledger.writing() as act:
        law = _law(act.connection, first, second)
        one, other = (_tenure(law, name) for name in (first, second))
        for shared in (one, other):
            if shared.shared:
                raise Refused(
                    f"{shared.id} is marked as shared by several people, so nobody can be linked through it.",
                    "Split it into periods, or take that mark back first.",
                )
        waits = next(iter(law.standing().waiting), None)
        if waits is not None and waits.decision == decision and waits.actor != actor and four_eyes:
            raise Refused(
                f"Entry {waits.seq} by {waits.actor} decides the same and waits for a second person.",
                "Confirm that entry instead.",
            )
        payload = {
            "decision": decision,
            "reason": why,
            "source_grade": source_grade,
            "content_grade": content_grade,
            "scheme": scheme,
            "handling": handling,
            "seen": seen,
            "periods": [[one.begin_us, one.end_us], [other.begin_us, other.end_us]],
            "four_eyes": four_eyes and decision != "undecided",
        }
        return _append(act, kinds.IDENTITY_DECIDED, payload, actor, [first, second])


def confirm(ledger: Ledger, seq: int, *, agrees: bool, reason: str, actor: str) -> Entry:
    """Say as the second person whether one agrees with a decision that waits for it.

    Where one does not, the decision binds nobody and the pair is to be decided anew. Raises NotFound, Refused.
    """
    why = _reasoned(reason)
    with ledger.writing() as act:
        found = next(iter(_rows(act.connection, ENTRIES.c.seq == seq)), None)
        if found is None or found.kind != kinds.IDENTITY_DECIDED.name:
            raise NotFound(
                f"Entry {seq} is no decision about two accounts.", "See `safelight identities list`."
            )
        if found.actor == actor:
            raise Refused(
                f"Entry {seq} is your own decision, and nobody is their own second person.",
                "Let somebody else confirm it.",
            )
        law = _law(act.connection, *found.subjects)
        if seq not in {one.seq for one in law.standing().waiting}:
            raise Refused(
                f"Entry {seq} waits for no second person.", "See `safelight identities list` for what does."
            )
        payload = {"agrees": agrees, "reason": why}
        about = [f"entry:{seq}", *found.subjects]
        return _append(act, kinds.IDENTITY_CONFIRMED, payload, actor, about, corrects=seq)


def withdraw(ledger: Ledger, seq: int, *, reason: str, actor: str, four_eyes: bool = False) -> Entry:
    """Take back a decision, a confirmation, a split or a mark as shared; it stays in the ledger and what was in force before
    it is so again.

    Under `four_eyes` one person does not take back what two said: the first who tries asks for it, and it is withdrawn when
    another one withdraws it too. What was asked can itself be taken back. Raises NotFound, Refused without a reason.
    """
    why = _reasoned(reason)
    with ledger.writing() as act:
        found = next(iter(_rows(act.connection, ENTRIES.c.seq == seq)), None)
        if found is None or found.kind not in _WITHDRAWN_FROM:
            raise NotFound(
                f"Entry {seq} is no decision about accounts or persons.", "See `safelight identities list`."
            )
        if any(
            row.kind == kinds.IDENTITY_WITHDRAWN.name
            for row in _rows(act.connection, _of_subjects(f"entry:{seq}"))
        ):
            raise NotFound(f"Entry {seq} is withdrawn already.", "See `safelight identities list`.")
        about = [f"entry:{seq}", *(name for name in found.subjects if not name.startswith("entry:"))]
        kind = kinds.IDENTITY_WITHDRAWN
        if four_eyes and _said_by_two(act.connection, found):
            asked = _asked(act.connection, seq)
            if asked is None:
                kind = kinds.IDENTITY_WITHDRAWAL_ASKED
            elif asked.actor == actor:
                raise Refused(
                    f"You asked for that already, entry {asked.seq}, and nobody is their own second person.",
                    "Let somebody else withdraw it too.",
                )
        return _append(act, kind, {"reason": why}, actor, about, corrects=seq)


def split(ledger: Ledger, account_id: str, at_us: int, at_text: str, *, reason: str, actor: str) -> Entry:
    """State that an account changed hands at a moment (µs UTC; `at_text` as the person gave it). Raises Refused."""
    why = _reasoned(reason)
    with ledger.writing() as act:
        law = Law()
        law.follow(_about_accounts(act.connection, {account_id}))
        if any(one.begin_us == at_us for one in law.tenures_of(account_id)):
            raise Refused(f"{account_id} is split at {at_text} already.", "Give another moment.")
        payload = {"at_us": at_us, "at_text": at_text.strip(), "reason": why}
        return _append(act, kinds.TENURE_SPLIT, payload, actor, [account_id])


def share(ledger: Ledger, tenure_id: str, shared: bool, *, reason: str, actor: str) -> Entry:
    """Mark a tenure as used by several people, or as used by one alone. Raises NotFound, Refused."""
    why = _reasoned(reason)
    account = account_of(tenure_id)
    with ledger.writing() as act:
        law = Law()
        law.follow(_about_accounts(act.connection, {account}))
        found = _tenure(law, tenure_id)
        if found.shared == shared:
            word = "as shared" if shared else "as one person's"
            raise Refused(f"{tenure_id} stands {word} already.", "Nothing needs to be done.")
        payload = {"shared": shared, "period": [found.begin_us, found.end_us], "reason": why}
        return _append(act, kinds.TENURE_SHARED, payload, actor, [tenure_id, account])


# What holds. One law for each open ledger, brought up to date by what was written since.

_LAWS: WeakKeyDictionary[Ledger, Law] = WeakKeyDictionary()
_LOCK: Final = threading.Lock()


def standing(ledger: Ledger) -> Standing:
    """All that people decided about tenures, as it holds now. Reads what was written since it was last asked."""
    with _LOCK, ledger.store.reading() as connection:
        law = _LAWS.get(ledger)
        if law is None or _erased_since(connection, law.seq):
            law = _LAWS[ledger] = Law()
        law.follow(_rows(connection, ENTRIES.c.kind.in_(FOLLOWED), after=law.seq))
        return law.standing()


def touched_since(ledger: Ledger, seq: int) -> set[str]:
    """Tenures about which anything was decided behind an entry: what must be clustered anew, and no more.

    Of an account that was split or shared all tenures, and all about whom something was decided together with one of
    them. A tenure that is no more since then is not among them.
    """
    now = standing(ledger)
    accounts: set[str] = set()
    found: set[str] = set()
    with ledger.store.reading() as connection:
        for row in _rows(connection, ENTRIES.c.kind.in_(FOLLOWED), after=seq):
            named = [name for name in row.subjects if not name.startswith("entry:")]
            found.update(named)
            if (
                row.kind in (kinds.TENURE_SPLIT.name, kinds.TENURE_SHARED.name)
                or len({account_of(one) for one in named}) == 1
            ):
                accounts.update(account_of(name) for name in named)
    for account in accounts:
        found.update(one.id for one in now.tenures_of(account))
    for one in (*now.in_force, *now.waiting, *now.unsettled) if accounts else ():
        if account_of(one.a) in accounts or account_of(one.b) in accounts:
            found.update((one.a, one.b))
    return found


def history(ledger: Ledger, a: str, b: str) -> list[Past]:
    """Every entry about a pair of tenures in order, withdrawn ones too."""
    first, second = sorted((a, b))
    with ledger.store.reading() as connection:
        rows = list(_about_pair(connection, first, second, (kinds.IDENTITY_WITHDRAWAL_ASKED.name,)))
    gone = {row.corrects for row in rows if row.kind == kinds.IDENTITY_WITHDRAWN.name}
    return [_past(row, row.seq in gone) for row in rows]


def _past(row: Row, withdrawn: bool) -> Past:
    payload = row.payload or {}
    if row.payload is None:
        act = "erased"
    elif row.kind == kinds.IDENTITY_DECIDED.name:
        act = payload["decision"]
    elif row.kind == kinds.IDENTITY_CONFIRMED.name:
        act = "confirmed" if payload["agrees"] else "refused"
    else:
        act = "withdrawn" if row.kind == kinds.IDENTITY_WITHDRAWN.name else "asked"
    return Past(
        seq=row.seq,
        of=row.seq if row.kind == kinds.IDENTITY_DECIDED.name else row.corrects or 0,
        act=act,
        reason=payload.get("reason", ""),
        source_grade=payload.get("source_grade", ""),
        content_grade=payload.get("content_grade", ""),
        seen=payload.get("seen"),
        actor=row.actor,
        recorded_at=row.recorded_at,
        withdrawn=withdrawn,
        scheme=payload.get("scheme", "4x4"),
        handling=payload.get("handling", ""),
    )


def _erased_since(connection: sa.Connection, seq: int) -> bool:
    query = sa.select(ENTRIES.c.seq).where(ENTRIES.c.kind == kinds.PAYLOAD_ERASED.name, ENTRIES.c.seq > seq)
    return connection.execute(query.limit(1)).first() is not None


def _said_by_two(connection: sa.Connection, found: Row) -> bool:
    """Whether an entry is a decision that a second person agreed to, or that agreement."""
    pair = [name for name in found.subjects if not name.startswith("entry:")]
    if found.kind not in (kinds.IDENTITY_DECIDED.name, kinds.IDENTITY_CONFIRMED.name):
        return False
    return _law(connection, pair[0], pair[1]).agreed(found.seq) is not None


def _asked(connection: sa.Connection, seq: int) -> Row | None:
    """Who asked to take an entry back, and did not take that back."""
    about = list(_rows(connection, _of_subjects(f"entry:{seq}")))
    for row in about:
        if row.kind == kinds.IDENTITY_WITHDRAWAL_ASKED.name and not any(
            _rows(
                connection,
                ENTRIES.c.kind == kinds.IDENTITY_WITHDRAWN.name,
                _of_subjects(f"entry:{row.seq}"),
            )
        ):
            return row
    return None


def _law(connection: sa.Connection, a: str, b: str) -> Law:
    """What holds about one pair alone."""
    law = Law()
    law.follow(_about_accounts(connection, {account_of(a), account_of(b)}))
    law.follow(_about_pair(connection, a, b))
    return law


def _about_accounts(connection: sa.Connection, accounts: set[str]) -> Iterator[Row]:
    """What shaped the tenures of these accounts."""
    return _rows(connection, ENTRIES.c.kind.in_(_TENURE_KINDS), _of_subjects(*sorted(accounts)))


def _about_pair(connection: sa.Connection, a: str, b: str, more: Sequence[str] = ()) -> Iterator[Row]:
    return _rows(connection, ENTRIES.c.kind.in_((*_PAIR_KINDS, *more)), _of_subjects(a), _of_subjects(b))


def _of_subjects(*subjects: str) -> sa.ColumnElement[bool]:
    return ENTRIES.c.seq.in_(sa.select(SUBJECTS.c.seq).where(SUBJECTS.c.subject.in_(subjects)))


def _rows(connection: sa.Connection, *where: sa.ColumnElement[bool], after: int = 0) -> Iterator[Row]:
    """Entries with their payloads, by number: one query for each 20,000."""
    query = (
        sa.select(ENTRIES.c.seq, ENTRIES.c.body, PAYLOADS.c.payload)
        .select_from(ENTRIES.outerjoin(PAYLOADS, ENTRIES.c.seq == PAYLOADS.c.seq))
        .where(*where)
        .order_by(ENTRIES.c.seq)
        .limit(_PAGE)
    )
    while True:
        rows = connection.execute(query.where(ENTRIES.c.seq > after)).all()
        for seq, body, payload in rows:
            yield _row(seq, orjson.loads(bytes(body)), payload)
        if len(rows) < _PAGE:
            return
        after = rows[-1].seq


def _row(seq: int, body: dict[str, Any], payload: bytes | None) -> Row:
    return Row(
        seq=seq,
        kind=body["kind"],
        actor=body["actor"],
        recorded_at=body["recorded_at"],
        subjects=body["subjects"],
        corrects=body["corrects"],
        payload=None if payload is None else orjson.loads(bytes(payload)),
    )


def _tenure(law: Law, tenure_id: str) -> Tenure:
    account = account_of(tenure_id)
    found = next((one for one in law.tenures_of(account) if one.id == tenure_id), None)
    if found is None:
        there = ", ".join(one.id for one in law.tenures_of(account))
        raise NotFound(f"There is no tenure {tenure_id} now.", f"This account's are: {there}.")
    return found


def _reasoned(reason: str) -> str:
    if not reason.strip():
        raise Refused("A decision about accounts needs its reason.", "Say what it rests on.")
    return reason.strip()


def _append(
    act: Writing,
    kind: Kind,
    payload: dict[str, Any],
    actor: str,
    subjects: Iterable[str],
    corrects: int | None = None,
) -> Entry:
    return act.append(kind.name, payload, verb=kind.verb, actor=actor, subjects=subjects, corrects=corrects)
