"""Rights of their own: who may see the register of victims, who may review what is privileged.

A right that nobody was ever granted is everybody's: embedded and alone, that is one person. From the first grant on only
those who hold it have it, and a withdrawal of the last one leaves nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from safelight.errors import Refused
from safelight.ledger import kinds
from safelight.ledger.entry import Entry
from safelight.ledger.ledger import Ledger

VICTIMS, PRIVILEGED, HANDOVER = "victims", "privileged", "handover"
RIGHTS: Final = (VICTIMS, PRIVILEGED, HANDOVER)


def grant(ledger: Ledger, person: str, right: str, *, reason: str, actor: str) -> Entry:
    """Give somebody a right. Raises Refused for what is no right, or without a reason."""
    return _append(ledger, kinds.RIGHT_GRANTED, person, right, reason, actor)


def withdraw(ledger: Ledger, person: str, right: str, *, reason: str, actor: str) -> Entry:
    """Take it back. Raises Refused if it is not held."""
    if person not in (holders(ledger)[right] or ()):
        raise Refused(f"{person} does not hold the right {right!r}.", "See `safelight right list`.")
    return _append(ledger, kinds.RIGHT_WITHDRAWN, person, right, reason, actor)


def holders(ledger: Ledger) -> Mapping[str, frozenset[str] | None]:
    """Who holds each right; None: nobody was ever named, so that everybody does."""
    found: dict[str, set[str] | None] = dict.fromkeys(RIGHTS)
    for entry in ledger.entries(kinds=[kinds.RIGHT_GRANTED.name, kinds.RIGHT_WITHDRAWN.name]):
        payload = ledger.payload(entry.seq)
        if payload is None:
            continue
        held = found[payload["right"]]
        held = set() if held is None else held
        found[payload["right"]] = held
        if entry.kind == kinds.RIGHT_GRANTED.name:
            held.add(payload["person"])
        else:
            held.discard(payload["person"])
    return {right: None if held is None else frozenset(held) for right, held in found.items()}


def holds(ledger: Ledger, person: str, right: str) -> bool:
    """Whether somebody has a right."""
    named = holders(ledger)[right]
    return named is None or person in named


def _append(ledger: Ledger, kind: kinds.Kind, person: str, right: str, reason: str, actor: str) -> Entry:
    if right not in RIGHTS:
        raise Refused(f"There is no right {right!r}.", f"Use one of {', '.join(RIGHTS)}.")
    if not person.strip() or not reason.strip():
        raise Refused("A right needs its person and its reason.", "Name who, and say why.")
    return ledger.append(
        kind.name,
        {"person": person.strip(), "right": right, "reason": reason.strip()},
        verb=kind.verb,
        actor=actor,
    )
