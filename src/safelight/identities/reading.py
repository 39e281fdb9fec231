"""What pages ask about who is who: sentences of the evidence, persons as proposed now, and what people decided.

Under `access` lie the rows as the last run wrote them; here they meet the kinds of evidence that can put them in words
and the decisions that came since, so that a page never proposes what somebody has just refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from safelight.access import identities as rows
from safelight.access.identities import Pair, Piece
from safelight.access.reading import Reading
from safelight.identities import persons
from safelight.identities.conflicts import contradicted
from safelight.identities.constraints import constraints
from safelight.identities.queue import Question, queue
from safelight.identities.registry import KINDS, kind
from safelight.ledger import identities as law
from safelight.ledger import kinds
from safelight.ledger.identities import Decided, Past, Standing, Tenure

__all__ = [
    "Decided", "Past", "Question", "Reason", "Shaped", "Standing", "Tenure", "Weighed", "asked_in_turn", "past_of",
    "questions", "reason", "standing", "tenure", "weighed",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reason:
    """One piece of evidence with its sentence in the reader's language; empty where no module can say it any more."""

    piece: Piece
    sentence: str
    hard: bool


@dataclass(frozen=True, slots=True)
class Weighed:
    """All about one pair: its figures (None: never compared), reasons, decisions in order, and the one in force."""

    a: Tenure
    b: Tenure
    pair: Pair | None
    reasons: tuple[Reason, ...]
    silent: tuple[str, ...]
    """Kinds that found nothing to say about it."""
    history: tuple[Past, ...]
    in_force: Decided | None
    waiting: Decided | None
    unsettled: tuple[Decided, ...]
    before_split: bool
    """One of the accounts was split, and it seems that the analysis has not run since: its figures are then those of the
    undivided account."""
    suspended: bool
    """The decision in force is suspended: others contradict it."""
    against_same: tuple[Decided, ...]
    """Decisions in force that "same" would contradict, and those that "different" would."""
    against_different: tuple[Decided, ...]
    people: tuple[tuple[str, ...], tuple[str, ...]]
    """Whom each of the two stands with now, itself among them."""


def standing(reading: Reading) -> Standing:
    """What people decided, as it holds now."""
    return law.standing(reading.ledger)


def weighed(reading: Reading, a: str, b: str) -> Weighed:
    """Everything about a pair of tenures. Raises NotFound for an account that there is not."""
    first, second = sorted((a, b))
    rows.known(reading, first, second)
    now = standing(reading)
    reasons = tuple(reason(piece) for piece in rows.evidence(reading, first, second))
    told = {one.piece.kind for one in reasons}
    return Weighed(
        a=tenure(now, first),
        b=tenure(now, second),
        pair=rows.pair(reading, first, second),
        reasons=reasons,
        silent=tuple(one.name for one in KINDS if one.name not in told),
        history=tuple(law.history(reading.ledger, first, second)),
        in_force=_about(now.in_force, first, second),
        waiting=_about(now.waiting, first, second),
        unsettled=tuple(one for one in now.unsettled if (first, second) in now.successors(one)),
        before_split=any(_unweighed(reading, now, one) for one in (first, second)),
        suspended=(first, second) in constraints(now).suspended,
        against_same=contradicted(now, first, second, "same"),
        against_different=contradicted(now, first, second, "different"),
        people=(persons.members_of(reading, now, first), persons.members_of(reading, now, second)),
    )


def _unweighed(reading: Reading, now: Standing, tenure_id: str) -> bool:
    """Whether an account has several tenures now and only its undivided one was ever weighed."""
    account = law.account_of(tenure_id)
    return len(now.tenures_of(account)) > 1 and rows.weighed_tenures(reading, account) <= {account}


def _about(decided: Sequence[Decided], a: str, b: str) -> Decided | None:
    return next((one for one in reversed(decided) if (one.a, one.b) == (a, b)), None)


def tenure(now: Standing, tenure_id: str) -> Tenure:
    """A tenure by its id; one that is no more (the split was taken back) stands for its account's time from then on."""
    found = now.tenure(tenure_id)
    if found is not None:
        return found
    return Tenure(tenure_id, law.account_of(tenure_id), rows.begin_of(tenure_id), None, False, 0)


def reason(piece: Piece) -> Reason:
    """A piece of evidence in words."""
    try:
        known = kind(piece.kind)
    except KeyError:
        return Reason(piece, "", False)
    try:
        return Reason(piece, known.say(piece.detail), known.hard)
    except (KeyError, TypeError, ValueError):  # written by an older version, whose facts had other names
        return Reason(piece, "", known.hard)


def questions(reading: Reading) -> Sequence[Question]:
    """Proposals that people are asked about, the most useful first."""
    return [one for one in queue(reading) if one.sort == "proposal"]


def asked_in_turn(reading: Reading, me: str) -> Sequence[Question]:
    """All pairs that this person can answer, in the order of the queue, each once; conflicts are no questions."""
    found: dict[tuple[str, str], Question] = {}
    for one in queue(reading):
        own = one.sort == "waiting" and one.decided is not None and one.decided.actor == me
        if one.sort != "conflict" and not own:
            found.setdefault((one.a, one.b), one)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Shaped:
    """One entry that shaped an account's periods. `act`: split, shared, alone or withdrawn; times are microseconds UTC."""

    seq: int
    act: str
    at_us: int | None
    begin_us: int | None
    end_us: int | None
    reason: str
    actor: str
    recorded_at: int
    withdrawn: bool


def past_of(reading: Reading, account: str) -> list[Shaped]:
    """Every entry that split an account or said whether it is shared, in order, withdrawn ones too."""
    names = (kinds.TENURE_SPLIT.name, kinds.TENURE_SHARED.name, kinds.IDENTITY_WITHDRAWN.name)
    entries = list(reading.ledger.entries(kinds=names, subject=[account]))
    shaping = {one.seq for one in entries if one.kind != kinds.IDENTITY_WITHDRAWN.name}
    gone = {one.corrects for one in entries if one.kind == kinds.IDENTITY_WITHDRAWN.name}
    found = []
    for one in entries:
        payload = reading.ledger.payload(one.seq) or {}
        if one.kind == kinds.IDENTITY_WITHDRAWN.name and one.corrects not in shaping:
            continue  # it took back a decision about a pair
        act = {
            kinds.TENURE_SPLIT.name: "split",
            kinds.TENURE_SHARED.name: "shared" if payload.get("shared") else "alone",
        }.get(one.kind, "withdrawn")
        begin, end = payload.get("period") or (None, None)
        found.append(
            Shaped(
                one.seq, act, payload.get("at_us"), begin, end, payload.get("reason", ""), one.actor,
                one.recorded_at, one.seq in gone,
            )
        )  # fmt: skip
    return found
