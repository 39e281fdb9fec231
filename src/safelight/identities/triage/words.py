"""How figures and days stand in the sentences of roles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from safelight.messages import _
from safelight.messages.figures import decimal
from safelight.traces.moment import iso_utc


def day(us: int | None) -> str:
    """A day, UTC."""
    return iso_utc(us)[:10] if us is not None else "—"


def span(detail: Mapping[str, Any]) -> str:
    """From the first day to the last (`first`, `last`); empty where no time is known."""
    first, last = detail.get("first"), detail.get("last")
    if first is None or last is None:
        return ""
    if day(first) == day(last):
        return _(", on %(day)s") % {"day": day(first)}
    return _(", %(first)s to %(last)s") % {"first": day(first), "last": day(last)}


def sums(amounts: Sequence[Sequence[str]]) -> str:
    """Sums by currency: `NOK 3,400, PHP 12,000`; amounts are decimal texts."""
    return ", ".join(f"{currency} {decimal(float(amount))}".strip() for currency, amount in amounts)


def listed(names: Sequence[str], more: int = 0) -> str:
    """Names with commas, and how many more there are."""
    told = ", ".join(names)
    return _("%(names)s and %(n)s more") % {"names": told, "n": decimal(more)} if more > 0 else told
