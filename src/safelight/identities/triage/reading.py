"""What triage found, for people: accounts with their roles and reasons, in the order of the written rule, and facets."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from safelight.access import accounts
from safelight.access.accounts import AccountRow
from safelight.access.reading import Reading
from safelight.identities.triage.registry import BY_NAME, LAST, ROLES, TAGS
from safelight.ledger import roles as decisions
from safelight.ledger.roles import ContactListUse, Rejection

#: Filter for accounts without any tag.
NONE: Final = "none"
_ORDER: Final = {role.name: number for number, role in enumerate(ROLES)}


@dataclass(frozen=True, slots=True)
class Finding:
    """One role of an account, with the facts of its sentence and the traces that it rests on."""

    account: str
    role: str
    points: float
    detail: Mapping[str, Any]
    traces: tuple[str, ...]

    @property
    def title(self) -> str:
        """The tag."""
        return BY_NAME[self.role].title()

    @property
    def said(self) -> str:
        """The sentence, in the language in use."""
        return BY_NAME[self.role].say(self.detail)


@dataclass(frozen=True, slots=True)
class Tagged:
    """A role that stands as a tag; `rejected` by a person, or a machine's proposal."""

    finding: Finding
    rejected: Rejection | None


@dataclass(frozen=True, slots=True)
class Triaged:
    """One row of the triage table."""

    row: AccountRow
    tags: tuple[Tagged, ...]
    contacts: int
    """With how many others it is tied."""

    @property
    def holding(self) -> tuple[Tagged, ...]:
        """The tags that nobody rejected."""
        return tuple(one for one in self.tags if one.rejected is None)


@dataclass(frozen=True, slots=True)
class Asked:
    """Filters and order of the table."""

    words: str = ""
    networks: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    order: str = "rule"
    address: str = ""


def was_run(reading: Reading) -> bool:
    """Whether triage has findings at all."""
    return reading.snapshot.rows("account_roles") > 0


def contact_list(reading: Reading) -> ContactListUse | None:
    """The contact list in use, whole; None where none ever was."""
    return decisions.contact_list(reading.ledger)


def findings(reading: Reading) -> Mapping[str, Sequence[Finding]]:
    """All findings by account, in the order of the rule; computed once a snapshot. Roles that this version does not know
    are left out."""
    found: Mapping[str, Sequence[Finding]] = reading.memo.get("account roles", lambda: _read(reading))
    return found


def _read(reading: Reading) -> Mapping[str, Sequence[Finding]]:
    found: dict[str, list[Finding]] = defaultdict(list)
    if not was_run(reading):
        return found
    rows = reading.db.execute("select account, role, points, detail, traces from account_roles").fetchall()
    for account, role, points, detail, traces in rows:
        if role in _ORDER:
            found[account].append(Finding(account, role, points, orjson.loads(detail), tuple(traces or ())))
    for mine in found.values():
        mine.sort(key=lambda one: _ORDER[one.role])
    return found


def of(reading: Reading, account: str) -> tuple[Sequence[Finding], tuple[Tagged, ...]]:
    """All findings about one account, and those that are tags with what people said to them."""
    mine = findings(reading).get(account, ())
    return mine, _tags(mine, decisions.rejected(reading.ledger))


def _tags(mine: Sequence[Finding], rejected: Mapping[tuple[str, str], Rejection]) -> tuple[Tagged, ...]:
    return tuple(Tagged(one, rejected.get((one.account, one.role))) for one in mine if BY_NAME[one.role].tag)


def every(reading: Reading) -> list[Triaged]:
    """Every account, in no certain order."""
    found, rejected = findings(reading), decisions.rejected(reading.ledger)
    return [_triaged(row, found.get(row.account_id, ()), rejected) for row in accounts.every(reading)]


def _triaged(
    row: AccountRow, mine: Sequence[Finding], rejected: Mapping[tuple[str, str], Rejection]
) -> Triaged:
    contacts = next((one.detail["contacts"] for one in mine if one.role == "place"), 0)
    return Triaged(row, _tags(mine, rejected), contacts)


def listed(
    reading: Reading, asked: Asked, first: int = 0, count: int = 100
) -> tuple[Sequence[Triaged], int, Mapping[str, int]]:
    """The rows that match, `count` from `first` on; how many match; and how many have each role under the other filters."""
    there = accounts.used_from(reading, asked.address) if asked.address else None
    wanted = asked.words.casefold().split()
    before = [
        one
        for one in every(reading)
        if (not asked.networks or one.row.network in asked.networks)
        and (there is None or one.row.account_id in there)
        and _named(one.row, wanted)
    ]
    counts: Counter[str] = Counter()
    for one in before:
        names = _roles(one)
        counts.update(names)
    found = [one for one in before if not asked.roles or _roles(one) & set(asked.roles)]
    found.sort(key=_KEYS[asked.order])
    page = found[first : first + count]
    reading.show(one.row.account_id for one in page)
    return page, len(found), {role.name: counts[role.name] for role in TAGS} | {NONE: counts[NONE]}


def _roles(one: Triaged) -> set[str]:
    return {tag.finding.role for tag in one.holding} or {NONE}


def _named(row: AccountRow, wanted: Sequence[str]) -> bool:
    if not wanted:
        return True
    text = f"{row.native} {row.account_id} {' '.join(row.names)}".casefold()
    return all(word in text for word in wanted)


def _by_rule(one: Triaged) -> tuple[Any, ...]:
    names = [tag.finding.role for tag in one.holding]
    first = min((_ORDER[name] for name in names if name != LAST), default=len(_ORDER))
    return LAST in names, first, -one.row.messages, one.row.name.casefold(), one.row.account_id


_KEYS: Final[Mapping[str, Any]] = {
    "rule": _by_rule,
    "messages": lambda one: (
        -one.row.messages,
        -one.row.conversations,
        one.row.name.casefold(),
        one.row.account_id,
    ),
    "contacts": lambda one: (-one.contacts, -one.row.messages, one.row.account_id),
    "conversations": lambda one: (-one.row.conversations, -one.row.messages, one.row.account_id),
    "name": lambda one: (one.row.name.casefold(), one.row.network, one.row.account_id),
    "first": lambda one: (one.row.first_us is None, one.row.first_us or 0, one.row.account_id),
    "last": lambda one: (one.row.last_us is None, -(one.row.last_us or 0), one.row.account_id),
}
ORDERS: Final = tuple(_KEYS)
