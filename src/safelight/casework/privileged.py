"""What is held as privileged, as people meet it: named from its own page, read and decided about by its reviewer.

To everybody but the reviewer a hold does not exist. The reviewer's secret key opens what is held for one answer and is kept
nowhere; that it was read is written down before the first row is given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from safelight.access.conversation_order import conversation_ids
from safelight.access.door import Door
from safelight.access.item import find
from safelight.access.reading import Reading
from safelight.casework import persons
from safelight.errors import NotFound, Refused
from safelight.intake import privileged as work
from safelight.ledger import audit, privileged
from safelight.ledger.identities import account_of
from safelight.ledger.ledger import Ledger
from safelight.ledger.privileged import Hold
from safelight.messages import _
from safelight.operation.age import identities_in

#: Tables of which rows are shown to be read; the others are counted.
_READ: Final = ("messages", work.WRITTEN, "texts", "calls", "transfers")


@dataclass(frozen=True, slots=True)
class Read:
    """What a hold holds: the first rows that have something to read, each with its table, and how many of all there are."""

    hold: Hold
    rows: tuple[tuple[str, Mapping[str, Any]], ...]
    counts: tuple[tuple[str, int], ...]


def accounts_to_hold(reading: Reading, names: Iterable[str]) -> list[str]:
    """Ids of all accounts that are these persons', or of anybody joined with them. Raises NotFound, Refused."""
    members = [one.id for name in names for one in persons.person(reading, name).joined]
    found = sorted({account_of(one) for one in persons.accounts_of(reading.ledger, members)})
    if not found:
        raise Refused(_("No account belongs to that person."), _("State one: `safelight person state`."))
    return found


def named(reading: Reading, what: str, id_: str) -> list[str]:
    """What a hold names: an item, a conversation with its copies, an account, or a person's accounts.

    Raises NotFound, Refused.
    """
    if what == "item":
        return [find(reading.db, id_)[0]]
    if what == "conversation":
        return list(conversation_ids(reading, id_)[1])
    if what == "person":
        return accounts_to_hold(reading, [id_])
    if what == "account" and id_:
        return [id_]
    raise Refused(_("Nothing is named that could be held."), _("Begin at its own page."))


def hold(door: Door, what: str, id_: str, *, reviewer: str, key: str, reason: str) -> int:
    """Hold it for a reviewer (`key`: that person's age recipient); the number of the hold. When this returns, no page and no
    file shows it any more. Raises NotFound, Refused, Locked, DiskFull."""
    with door.consult("privileged", f"{what} {id_}") as look:
        ids = named(look.reading, what, id_)
    kind = "account" if what == "person" else what
    made = work.hold(
        door.folder, kind, ids, reviewer=reviewer, recipient_key=key, reason=reason, actor=door.who
    )
    return made.hold.seq


def for_review(reading: Reading, who: str) -> list[Hold]:
    """Holds of which somebody is the reviewer, the oldest first."""
    return privileged.reviewed_by(reading.ledger, who)


def one(door: Door, seq: int) -> Hold:
    """A hold, for its reviewer. Raises NotFound for everybody else."""
    with Ledger.open(door.folder) as ledger:
        for found in privileged.reviewed_by(ledger, door.who):
            if found.seq == seq:
                return found
    raise NotFound(_("There is no such hold."), _("See the list of what is held for you."))


def read(door: Door, seq: int, identity: str, *, reason: str, most: int) -> Read:
    """What is held, at most so many rows of it. Raises NotFound, Refused, BadInput (no age identity, or another's)."""
    found, keys = one(door, seq), _keys(identity)
    if not reason.strip():
        raise Refused(_("A reason is needed, and none was given."), _("Say why, in one sentence."))
    with Ledger.open(door.folder) as ledger:
        what = {"page": "privileged review", "query": str(seq)}
        audit.consult(ledger, actor=door.who, purpose=reason, what=what, subjects=[f"entry:{seq}"])
    counts: Counter[str] = Counter()
    rows: list[tuple[str, Mapping[str, Any]]] = []
    for table, row in work.review(door.folder, seq, keys, actor=door.who):
        counts[table] += 1
        if table in _READ and len(rows) < most:
            rows.append((table, row))
    return Read(found, tuple(rows), tuple(sorted(counts.items())))


def release(door: Door, seq: int, identity: str, *, reason: str) -> None:
    """The reviewer finds that it is not privileged: it is put back. Raises NotFound, Refused, BadInput, Locked, DiskFull."""
    one(door, seq)
    work.release(door.folder, seq, _keys(identity), reason=reason, actor=door.who)


def destroy(door: Door, seq: int, *, reason: str) -> None:
    """The reviewer finds that nobody may ever read it. Raises NotFound, Refused, Locked."""
    one(door, seq)
    work.destroy(door.folder, seq, reason=reason, actor=door.who)


def _keys(identity: str) -> list[Any]:
    return identities_in(identity, _("What was given as the secret key"))
