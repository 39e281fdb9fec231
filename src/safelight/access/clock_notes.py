"""Which decision about a clock stands behind a line's time, so that a page can say so beside it.

The same rules as the catalog's macro (`clock.py`): of the decisions that cover a time as found the newest counts alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from safelight.ledger.clocks import ClockDecision


def zone_decision(
    decisions: Sequence[ClockDecision], exhibit: str, parser: str, wall_us: int | None
) -> ClockDecision | None:
    """The decision that gives a wall time its zone."""
    if wall_us is None:
        return None
    return next(
        (one for one in _newest(decisions) if one.zone and _covers(one, exhibit, parser, wall_us)), None
    )


def shift_decision(
    decisions: Sequence[ClockDecision], exhibit: str, parser: str, utc_us: int | None, compared_us: int | None
) -> ClockDecision | None:
    """The decision that moved a time to `compared_us`; `utc_us` is the time as found, None where only a wall clock was."""
    if compared_us is None:
        return None
    for one in _newest(decisions):
        if not one.seconds:
            continue
        found = compared_us - one.seconds * 1_000_000 if utc_us is None else utc_us
        if _covers(one, exhibit, parser, found):
            return one
    return None


def _newest(decisions: Sequence[ClockDecision]) -> list[ClockDecision]:
    return sorted(decisions, key=lambda one: -one.seq)


def _covers(one: ClockDecision, exhibit: str, parser: str, us: int) -> bool:
    return (
        one.exhibit == exhibit
        and (not one.formats or parser in one.formats)
        and (one.begin is None or us >= one.begin)
        and (one.end is None or us < one.end)
    )
