"""The audit: who looked at what and why, and what was handed to whom (LED (EU) 2016/680 art. 25).

The article wants the logs of consultation and disclosure to show the justification, date and time, the person
who consulted or disclosed, and the recipients; so each is asked for here and refused if missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from safelight.errors import Refused
from safelight.ledger import kinds
from safelight.ledger.entry import LED_VERBS, Entry
from safelight.ledger.ledger import Ledger


def consult(
    ledger: Ledger, *, actor: str, purpose: str, what: dict[str, Any], subjects: Iterable[str] = ()
) -> Entry:
    """One entry for one page or command: `what` holds the query and, for lists, a digest of the ids shown."""
    kind = kinds.CONSULTED
    return ledger.append(
        kind.name, {"what": what}, verb=kind.verb, actor=actor, purpose=_needed(purpose), subjects=subjects
    )


def disclose(
    ledger: Ledger,
    *,
    actor: str,
    purpose: str,
    recipient: str,
    what: dict[str, Any],
    subjects: Iterable[str] = (),
    authorisation: str = "",
) -> Entry:
    """One entry for what leaves the operation: an export, bytes read back, a package. `recipient` may be the
    actor.
    """
    if not recipient.strip():
        raise Refused("A disclosure names its recipient, and none was given.", "Say who receives it.")
    kind = kinds.DISCLOSED
    return ledger.append(
        kind.name, {"recipient": recipient, "what": what}, verb=kind.verb, actor=actor,
        purpose=_needed(purpose), authorisation=authorisation, subjects=subjects,
    )  # fmt: skip


def log(ledger: Ledger, *, verbs: Iterable[str] = LED_VERBS, after: int = 0) -> Iterable[Entry]:
    """The entries with these verbs, in order."""
    wanted = frozenset(verbs)
    return (entry for entry in ledger.entries(after) if entry.verb in wanted)


def _needed(purpose: str) -> str:
    if not purpose.strip():
        raise Refused("Nothing is shown or handed out without a reason.", "Give one with --reason.")
    return purpose.strip()
