"""The clock of a ledger: the machine's, or in a synthetic operation one that was set, so that history can be replayed.

`SAFELIGHT_CLOCK=2016-11-20T09:00:00Z` sets it for one command; it goes on from there. In an operation whose first entry
does not say `synthetic` it is refused: nobody dates a real decision.
"""

from __future__ import annotations

import os
from datetime import datetime
from typing import Final

from safelight.errors import BadInput, Refused
from safelight.ledger.chain import Clock
from safelight.traces.moment import now_us

VARIABLE: Final = "SAFELIGHT_CLOCK"


def clock_for(synthetic: bool) -> Clock:
    """The clock that entries are dated by. Raises Refused where one is set and may not be, BadInput for no time."""
    text = os.environ.get(VARIABLE, "")
    if not text:
        return now_us
    if not synthetic:
        raise Refused(
            f"{VARIABLE} is set, and this operation is not synthetic: its entries bear the machine's time.",
            f"Unset {VARIABLE}.",
        )
    return set_to(text)


def set_to(text: str) -> Clock:
    """A clock that shows this time now and goes on from it. Raises BadInput for what names no zone."""
    try:
        wanted = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"{text!r} is no time.", "Write it as 2016-11-20T09:00:00Z.") from error
    if wanted.tzinfo is None:
        raise BadInput(f"{text!r} names no zone.", "Write it as 2016-11-20T09:00:00Z.")
    ahead = int(wanted.timestamp() * 1_000_000) - now_us()
    return lambda: now_us() + ahead
