"""The two days of an address, `known` and `true`, as the moment that is asked about."""

from __future__ import annotations

from safelight.ledger.as_of import NOW, PRESENT, AsOf, end_of


def asked(known: str, true: str) -> AsOf:
    """What had been written by the end of the day `known`, of what was so at the end of `true` (both written 2016-11-20).

    Without either now; `known` alone asks what was known then of what was so then. Raises BadInput.
    """
    if not known and not true:
        return PRESENT
    if not known:
        return AsOf(NOW, end_of(true))
    return AsOf(end_of(known), end_of(true or known))
