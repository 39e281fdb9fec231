"""What is privileged (client and lawyer, doctor; strpl. § 204): held for a named reviewer, released, or destroyed.

The ledger keeps who decided what about which ids, never a word of it. `intake/privileged.py` does the work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from safelight.errors import NotFound, Refused
from safelight.ledger import kinds, rights
from safelight.ledger.entry import Entry
from safelight.ledger.ledger import Ledger

What = Literal["item", "conversation", "account"]
WHATS: Final[tuple[What, ...]] = ("item", "conversation", "account")
ENDS: Final = ("released", "destroyed")


@dataclass(frozen=True, slots=True)
class Hold:
    """One hold by the number of its entry. `closed`: items whose bytes hold it and are opened for nobody; `applied`: the
    rows were taken out everywhere; `ended`: released, destroyed, or empty while it stands."""

    seq: int
    what: What
    ids: tuple[str, ...]
    reviewer: str
    recipient: str
    reason: str
    actor: str
    recorded_at: int
    applied: bool
    rows: int
    closed: frozenset[str]
    ended: str


def hold(
    ledger: Ledger,
    what: str,
    ids: Sequence[str],
    *,
    reviewer: str,
    recipient: str,
    reason: str,
    actor: str,
) -> Entry:
    """Decide that these are privileged; `recipient` is the reviewer's age key. Raises Refused."""
    if what not in WHATS or not ids:
        raise Refused(f"{what!r} cannot be held.", f"Use one of {', '.join(WHATS)}, and name at least one.")
    if not reviewer.strip() or not reason.strip():
        raise Refused("A hold needs its reviewer and its reason.", "Name who may read it, and say why.")
    if not rights.holds(ledger, reviewer, rights.PRIVILEGED):
        raise Refused(
            f"{reviewer} does not hold the right {rights.PRIVILEGED!r}.", "Name a reviewer who holds it."
        )
    kind = kinds.PRIVILEGED_HELD
    payload = {"what": what, "reviewer": reviewer, "recipient": recipient, "reason": reason.strip()}
    return ledger.append(kind.name, payload, verb=kind.verb, actor=actor, subjects=sorted(set(ids)))


def applied(ledger: Ledger, seq: int, *, rows: int, closed: Sequence[str], actor: str) -> Entry:
    """Write down that a hold's rows were taken out, and which items' bytes are closed by it."""
    kind = kinds.PRIVILEGED_APPLIED
    subjects = [f"entry:{seq}", *sorted(closed)]
    return ledger.append(
        kind.name, {"rows": rows}, verb=kind.verb, actor=actor, subjects=subjects, corrects=seq
    )


def end(ledger: Ledger, seq: int, how: str, *, reason: str, actor: str) -> Entry:
    """Release or destroy; only the reviewer decides that. Raises NotFound, Refused."""
    one = find(ledger, seq)
    if how not in ENDS:
        raise Refused(f"A hold is not {how!r}.", f"Use one of {', '.join(ENDS)}.")
    if not reason.strip():
        raise Refused("This decision needs its reason.", "Say what it rests on.")
    if one.ended:
        raise Refused(f"The hold {seq} was {one.ended} already.", "See `safelight privileged list`.")
    if actor != one.reviewer or not rights.holds(ledger, actor, rights.PRIVILEGED):
        raise Refused("Only the reviewer decides about this.", "Ask the one who was named.")
    kind = kinds.PRIVILEGED_ENDED
    payload = {"how": how, "reason": reason.strip()}
    return ledger.append(
        kind.name, payload, verb=kind.verb, actor=actor, subjects=[f"entry:{seq}"], corrects=seq
    )


def find(ledger: Ledger, seq: int) -> Hold:
    """The hold with this number. Raises NotFound."""
    found = next((one for one in every(ledger) if one.seq == seq), None)
    if found is None:
        raise NotFound(f"Entry {seq} holds nothing.", "See `safelight privileged list`.")
    return found


def reviewed_by(ledger: Ledger, who: str) -> list[Hold]:
    """Holds of which somebody is the named reviewer and holds the right to be one, the oldest first."""
    found = [one for one in every(ledger) if one.reviewer == who]
    return found if found and rights.holds(ledger, who, rights.PRIVILEGED) else []


def closed_items(ledger: Ledger) -> frozenset[str]:
    """Items whose bytes nobody opens: what is held lies in them among other things."""
    return frozenset(item for one in every(ledger) if one.ended != "released" for item in one.closed)


def refuse_closed(ledger: Ledger, item: str) -> None:
    """Raises Refused if nobody may open this item's bytes."""
    if item in closed_items(ledger):
        raise Refused(
            "The bytes of this item are closed: something in it is held as privileged.",
            "Ask those who may review it; see `safelight privileged list`.",
        )


def every(ledger: Ledger) -> list[Hold]:
    """All holds, the oldest first."""
    found: dict[int, Hold] = {}
    names = [kinds.PRIVILEGED_HELD.name, kinds.PRIVILEGED_APPLIED.name, kinds.PRIVILEGED_ENDED.name]
    for entry in ledger.entries(kinds=names):
        payload = ledger.payload(entry.seq) or {}
        if entry.kind == kinds.PRIVILEGED_HELD.name:
            if payload:
                found[entry.seq] = Hold(
                    entry.seq, payload["what"], entry.subjects, payload["reviewer"], payload["recipient"],
                    payload["reason"], entry.actor, entry.recorded_at, False, 0, frozenset(), "",
                )  # fmt: skip
            continue
        one = found.get(entry.corrects or 0)
        if one is None:
            continue
        if entry.kind == kinds.PRIVILEGED_APPLIED.name:
            rows, closed = one.rows + int(payload.get("rows", 0)), one.closed | set(entry.subjects[1:])
            found[one.seq] = replace(one, applied=True, rows=rows, closed=closed)
        else:
            found[one.seq] = replace(one, ended=str(payload.get("how", "released")))
    return list(found.values())
