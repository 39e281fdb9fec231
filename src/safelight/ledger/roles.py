"""What people decide in triage: a role of an account is rejected (or no longer), a contact list comes into use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from safelight.errors import NotFound, Refused
from safelight.ledger import kinds
from safelight.ledger.entry import Entry
from safelight.ledger.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Rejection:
    """A role of an account that a person rejected. `recorded_at` is microseconds UTC."""

    seq: int
    account: str
    role: str
    reason: str
    actor: str
    recorded_at: int


@dataclass(frozen=True, slots=True)
class ContactListUse:
    """A contact list that came into use; `text` is its whole TOML, None where that was erased or none is used any more."""

    seq: int
    name: str
    text: str | None
    actor: str
    recorded_at: int


def reject(ledger: Ledger, account: str, role: str, *, reason: str, actor: str) -> Entry:
    """Say that an account does not have a role. Raises Refused without a reason, or if that stands already."""
    if not reason.strip():
        raise Refused("A reason is needed, and none was given.", "Say why, in one sentence.")
    if (account, role) in rejected(ledger):
        raise Refused(f"The role {role} of this account is rejected already.", "Withdraw that first.")
    kind = kinds.ROLE_REJECTED
    payload = {"role": role, "reason": reason.strip()}
    return ledger.append(kind.name, payload, verb=kind.verb, actor=actor, subjects=[account])


def withdraw(ledger: Ledger, seq: int, *, reason: str, actor: str) -> Entry:
    """Take a rejection back. Raises NotFound, Refused without a reason."""
    if not reason.strip():
        raise Refused("A reason is needed, and none was given.", "Say why, in one sentence.")
    if seq not in {one.seq for one in rejected(ledger).values()}:
        raise NotFound(
            f"Entry {seq} is no rejection in force.", "See the account's page for those there are."
        )
    kind = kinds.ROLE_WITHDRAWN
    return ledger.append(
        kind.name,
        {"reason": reason.strip()},
        verb=kind.verb,
        actor=actor,
        subjects=[f"entry:{seq}"],
        corrects=seq,
    )


def rejected(ledger: Ledger) -> Mapping[tuple[str, str], Rejection]:
    """The rejections in force, by account and role."""
    found: dict[int, Rejection] = {}
    for entry in ledger.entries(kinds=[kinds.ROLE_REJECTED.name, kinds.ROLE_WITHDRAWN.name]):
        if entry.kind == kinds.ROLE_WITHDRAWN.name:
            found.pop(entry.corrects or 0, None)
            continue
        payload = ledger.payload(entry.seq)
        if payload is not None:
            found[entry.seq] = Rejection(
                entry.seq,
                entry.subjects[0],
                payload["role"],
                payload["reason"],
                entry.actor,
                entry.recorded_at,
            )
    return {(one.account, one.role): one for one in found.values()}


def use_contact_list(ledger: Ledger, *, name: str, text: str, sha256: str, actor: str) -> Entry:
    """Bring a contact list into use, whole; an empty text ends the use of the last one."""
    kind = kinds.CONTACT_LIST_USED
    payload = {"name": name, "sha256": sha256, "text": text}
    return ledger.append(kind.name, payload, verb=kind.verb, actor=actor)


def contact_list(ledger: Ledger) -> ContactListUse | None:
    """The list in use; None where none ever was."""
    entries = list(ledger.entries(kinds=[kinds.CONTACT_LIST_USED.name]))
    if not entries:
        return None
    last = entries[-1]
    payload = ledger.payload(last.seq) or {}
    return ContactListUse(
        last.seq, payload.get("name", ""), payload.get("text") or None, last.actor, last.recorded_at
    )
