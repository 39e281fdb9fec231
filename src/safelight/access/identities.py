"""Pairs of accounts that were weighed, what speaks for and against each, and the persons that are proposed of them.

Rows of `same_person`, `person_evidence` and `person_clusters` as the newest snapshot has them. What people decided stands
in the ledger (`ledger/identities.py`) and is never mixed into these figures.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from safelight.access.accounts import AccountRow, every, one
from safelight.access.reading import Reading
from safelight.errors import NotFound
from safelight.messages import _

Weighing = Literal["proposal", "candidate", "unlikely"]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two tenures that were weighed. `log_odds` is `prior` and all evidence summed; `probability` is calibrated."""

    tenure_a: str
    tenure_b: str
    account_a: str
    account_b: str
    prior: float
    log_odds: float
    probability: float
    standing: str
    margin: float | None
    mutual: bool
    proposed_by: Sequence[str]
    run: str
    hard: bool
    """A hard kind of evidence speaks for it."""
    across: bool
    """The two accounts are of different networks."""
    against: float = 0.0
    """The sum of the points against it (natural log-odds, zero or below)."""

    @property
    def claims(self) -> bool:
        """Whether it may be more than a candidate: soft evidence alone may not, across networks."""
        return self.hard or not self.across

    @property
    def key(self) -> tuple[str, str]:
        """What the pair is known by."""
        return self.tenure_a, self.tenure_b

    def other(self, tenure: str) -> str:
        """The tenure beside this one."""
        return self.tenure_b if tenure == self.tenure_a else self.tenure_a


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of evidence: what it adds, what it alone would add (natural log-odds), facts of its sentence, traces."""

    kind: str
    points: float
    raw_points: float
    detail: Mapping[str, Any]
    traces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """A tenure in a proposed person. `held_by`: average log-odds between it and the rest."""

    cluster: str
    tenure: str
    account: str
    held_by: float | None
    decided: bool


def account_of(tenure: str) -> str:
    """The account of a tenure's id (`<account_id>` or `<account_id>@<microseconds>`)."""
    return tenure.partition("@")[0]


def begin_of(tenure: str) -> int | None:
    """From when a tenure holds, as its id says (µs UTC); None for the first one of an account."""
    _account, mark, begin = tenure.partition("@")
    return int(begin) if mark and begin.lstrip("-").isdecimal() else None


def every_pair(reading: Reading, hard: Sequence[str] = ()) -> Sequence[Pair]:
    """All weighed pairs, most probable first; computed once a snapshot. `hard`: kinds that may carry a claim."""
    found: Sequence[Pair] = reading.memo.get(("identity pairs", tuple(hard)), lambda: _pairs(reading, hard))
    return found


def pair(reading: Reading, a: str, b: str, hard: Sequence[str] = ()) -> Pair | None:
    """The weighing of two tenures; None if they were never compared."""
    first, second = sorted((a, b))
    found = _pairs(reading, hard, "tenure_a = $a and tenure_b = $b", {"a": first, "b": second})
    reading.show([account_of(first), account_of(second)])
    return found[0] if found else None


def pairs_of(reading: Reading, tenures: Iterable[str], hard: Sequence[str] = ()) -> Sequence[Pair]:
    """Every weighed pair that one of these tenures is in, most probable first."""
    wanted = sorted(set(tenures))
    return _pairs(reading, hard, "(tenure_a = any($ids) or tenure_b = any($ids))", {"ids": wanted})


def weighed_tenures(reading: Reading, account: str) -> frozenset[str]:
    """Tenures of an account that any pair was weighed with."""
    rows = reading.db.execute(
        """select tenure_a from same_person where account_a = $id
           union select tenure_b from same_person where account_b = $id""",
        {"id": account},
    ).fetchall()
    return frozenset(row[0] for row in rows)


def evidence(reading: Reading, a: str, b: str) -> Sequence[Piece]:
    """What was found about a pair: for before against, the strongest first, silent kinds last."""
    return _evidence(reading, [tuple(sorted((a, b)))]).get((min(a, b), max(a, b)), ())


def evidence_of(
    reading: Reading, pairs: Iterable[tuple[str, str]]
) -> Mapping[tuple[str, str], Sequence[Piece]]:
    """The same of several pairs."""
    return _evidence(reading, [tuple(sorted(one)) for one in pairs])


def members(reading: Reading) -> Mapping[str, Sequence[Member]]:
    """Members by cluster, as the last run made them."""
    found: Mapping[str, Sequence[Member]] = reading.memo.get("identity clusters", lambda: _members(reading))
    return found


#: So many accounts are read one by one; for more, all are read once a snapshot.
_FEW_ROWS = 1


def rows_of(reading: Reading, tenures: Iterable[str]) -> Mapping[str, AccountRow]:
    """The accounts of tenures, by tenure; one that no trace names any more is left out."""
    wanted = {tenure: account_of(tenure) for tenure in tenures}
    there: Mapping[str, AccountRow]
    if len(set(wanted.values())) > _FEW_ROWS or reading.memo.known("accounts"):
        there = reading.memo.get("accounts by id", lambda: {row.account_id: row for row in every(reading)})
    else:
        there = {id_: row for id_ in set(wanted.values()) for row in _one(reading, id_)}
    found = {tenure: there[id_] for tenure, id_ in wanted.items() if id_ in there}
    reading.show(row.account_id for row in found.values())
    return found


def _one(reading: Reading, account: str) -> Sequence[AccountRow]:
    try:
        return [one(reading, account)]
    except NotFound:
        return []


def known(reading: Reading, *tenures: str) -> AccountRow:
    """The account of the first of some tenures that an address names. Raises NotFound where one is of no account."""
    found = rows_of(reading, tenures)
    if len(found) < len(set(tenures)):
        raise NotFound(_("There is no such account."), _("Go back to the proposals and open one from there."))
    return found[tenures[0]]


def _pairs(
    reading: Reading, hard: Sequence[str], where: str = "true", values: Mapping[str, Any] | None = None
) -> list[Pair]:
    rows = reading.db.execute(
        f"""with networks as (select account_id, any_value(network) as network from accounts group by 1),
                 carried as (select distinct tenure_a, tenure_b from person_evidence
                             where kind = any($hard) and points > 0 and {where}),
                 spoken as (select tenure_a, tenure_b, sum(points) as against from person_evidence
                            where points < 0 and {where} group by all)
            select p.tenure_a, p.tenure_b, account_a, account_b, prior, log_odds, probability, coalesce(standing, ''),
                   margin, coalesce(mutual, false), coalesce(proposed_by, []), coalesce(run, ''),
                   c.tenure_a is not null, m.network is distinct from n.network, coalesce(s.against, 0)
            from (select * from same_person where {where}) p
            left join carried c on c.tenure_a = p.tenure_a and c.tenure_b = p.tenure_b
            left join spoken s on s.tenure_a = p.tenure_a and s.tenure_b = p.tenure_b
            left join networks m on m.account_id = account_a left join networks n on n.account_id = account_b
            order by probability desc, log_odds desc, p.tenure_a, p.tenure_b""",
        {"hard": list(hard), **(values or {})},
    ).fetchall()
    return [Pair(*row) for row in rows]


def _evidence(reading: Reading, pairs: Sequence[tuple[str, ...]]) -> dict[tuple[str, str], Sequence[Piece]]:
    if not pairs:
        return {}
    rows = reading.db.execute(
        """select tenure_a, tenure_b, kind, points, coalesce(raw_points, points), detail, traces from person_evidence
           where tenure_a = any($firsts) and (tenure_a || ' ' || tenure_b) = any($pairs)
           order by tenure_a, tenure_b, kind""",
        {"firsts": sorted({one[0] for one in pairs}), "pairs": sorted({" ".join(one) for one in pairs})},
    ).fetchall()
    found: dict[tuple[str, str], list[Piece]] = defaultdict(list)
    for a, b, kind, points, raw, detail, traces in rows:
        found[a, b].append(Piece(kind, points, raw, facts(detail), tuple(traces or ())))
    return {key: _in_order(pieces) for key, pieces in found.items()}


def _in_order(pieces: Sequence[Piece]) -> Sequence[Piece]:
    sides = {1: 0, 0: 1, -1: 2}
    return sorted(pieces, key=lambda piece: (sides[_side(piece.points)], -abs(piece.points), piece.kind))


def _side(points: float) -> int:
    return 0 if abs(points) < 0.05 else 1 if points > 0 else -1


def facts(text: str | None) -> Mapping[str, Any]:
    """The facts of a sentence; what is no object of JSON is none."""
    try:
        found = orjson.loads(text or "{}")
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _members(reading: Reading) -> dict[str, Sequence[Member]]:
    rows = reading.db.execute(
        """select cluster, tenure, account, held_by, coalesce(decided, false) from person_clusters
           order by cluster, tenure"""
    ).fetchall()
    found: dict[str, list[Member]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(Member(*row))
    return dict(found)
