"""Transfers that stand in several items are found once: the payer's statement and the payee's, a list of the remitter's.

Only by the transfer's own id (MTCN, end-to-end id), where both state it: two payments of one sum between the same two on
one day are common. Beside the id the amount and the currency must be equal, payer and payee must not contradict, and the
days lie within DAYS (a bank books on working days). Two transfers of one item are never one, and where one item holds two
that could be the one of another, none is joined. What goes back (a return bears the id of what it returns) has payer and
payee the other way round and stays another. Made anew whenever transfers or decisions about clocks changed.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from safelight.access import clock
from safelight.analyse.renewed import Tables, renew
from safelight.catalog.catalog import Catalog
from safelight.ledger import clocks
from safelight.ledger.clocks import ClockDecision
from safelight.ledger.ledger import Ledger

NAME, VERSION = "same transfers", "1"
STAGE = "same-transfers/"
#: Between the booking at both ends.
DAYS = 5
#: Characters of an id that is no list's own count of lines.
LONG_ID = 6
_DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Paid:
    """A transfer as one item tells of it: payer and payee are ids of accounts, with the network that they are of."""

    trace_id: str
    item: str
    network: str
    payer: str | None
    payee: str | None
    amount: Decimal | None
    currency: str | None
    at: int | None
    native: str


def find_same_transfers(catalog: Catalog, ledger: Ledger) -> bool:
    """Bring `same_transfers` up to date; False if it was. Raises DiskFull."""
    decisions = clocks.every(ledger)
    with catalog.journal.exclusive("same transfers", wait=True):
        run = _inputs(catalog, decisions)
        made_by = {"analysis": NAME, "version": VERSION}

        def made() -> Tables:
            heads = join(_transfers(catalog, decisions))
            return {
                "same_transfers": [
                    {"trace_id": trace, "distinct_id": head, "rule": "native id", "run": run}
                    for trace, head in sorted(heads.items())
                ]
            }

        return renew(catalog, STAGE, run, made_by, made)


def join(transfers: Sequence[Paid]) -> dict[str, str]:
    """trace id -> the one that stands for all, of every transfer that was found more than once."""
    by_id: dict[tuple[str, Decimal, str], list[Paid]] = defaultdict(list)
    for one in sorted(transfers, key=lambda paid: (_silent(paid), paid.trace_id)):
        if one.amount is not None and one.currency:
            by_id[one.native, one.amount, one.currency].append(one)
    heads: dict[str, str] = {}
    for rows in by_id.values():
        near = {frozenset((a.trace_id, b.trace_id)) for a, b in combinations(rows, 2) if may_be_one(a, b)}
        left = list(rows)
        while left:
            head, *rest = left
            members = [head, *(one for one in rest if frozenset((head.trace_id, one.trace_id)) in near)]
            left = [one for one in rest if one not in members]
            if len(members) > 1 and _certain(members, near):
                heads |= {one.trace_id: head.trace_id for one in members}
    return heads


def may_be_one(one: Paid, other: Paid) -> bool:
    """Whether nothing that two transfers of one id and amount say contradicts it."""
    if one.at is None or other.at is None or abs(one.at - other.at) > DAYS * _DAY_US:
        return False
    if one.network != other.network:
        return True  # accounts of a bank and customers of a remitter cannot be compared
    if one.payer and other.payer and one.payer != other.payer:
        return False
    if one.payee and other.payee and one.payee != other.payee:
        return False
    returned = {one.payer, one.payee} & {other.payer, other.payee} and (
        (one.payer and one.payer == other.payee) or (one.payee and one.payee == other.payer)
    )
    return not returned


def _certain(members: Sequence[Paid], near: set[frozenset[str]]) -> bool:
    """Each of an item of its own, and each may be each other."""
    items = {one.item for one in members}
    pairs = combinations((one.trace_id for one in members), 2)
    return len(items) == len(members) and all(frozenset(pair) in near for pair in pairs)


def _silent(paid: Paid) -> int:
    """How little it says of the two ends."""
    return (paid.payer is None) + (paid.payee is None)


def _inputs(catalog: Catalog, decisions: Sequence[ClockDecision]) -> str:
    digest = hashlib.sha256(VERSION.encode())
    with catalog.connect() as database:
        rows = database.execute(
            "select item_id, parser, version, count(*), bit_xor(hash(trace_id, sender_id, receiver_id, amount, currency, "
            '"time", native_id)) from transfers group by all order by all'
        ).fetchall()
    for row in rows:
        digest.update("\t".join(map(str, row)).encode() + b"\n")
    digest.update(" ".join(str(one.seq) for one in decisions).encode())
    return digest.hexdigest()[:32]


_TRANSFERS = f"""
    select trace_id, item_id, network, sender_id, receiver_id, amount, currency,
           coalesce(at_us("time", exhibit, parser), epoch_us("time".wall), at_us(valued, exhibit, parser),
                    epoch_us(valued.wall)), native_id
    from transfers where length(native_id) >= {LONG_ID} and state <> 'recovered'
    and native_id in (select native_id from transfers group by 1 having count(distinct item_id) > 1)
    order by trace_id
"""


def _transfers(catalog: Catalog, decisions: Sequence[ClockDecision]) -> list[Paid]:
    with catalog.connect() as database:
        clock.install(database, decisions)
        return [Paid(*row) for row in database.execute(_TRANSFERS).fetchall()]
