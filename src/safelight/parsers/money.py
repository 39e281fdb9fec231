"""Amounts as written, as the catalog holds them: four decimals at most and never negative; what does not fit is None."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Final

_PLAIN: Final = re.compile(r"[+-]?[0-9]{1,16}(\.[0-9]{0,18})?|[+-]?\.[0-9]{1,18}")
_FOUR: Final = Decimal("0.0001")


def amount(text: str, decimal: str = ".", thousands: str = "") -> Decimal | None:
    """The size of an amount, with the signs that separate decimals and thousands; None for what is no such number, is larger
    than the catalog holds, or would lose decimals.
    """
    bare = text.strip()
    for sign in thousands:
        bare = bare.replace(sign, "")
    if decimal != ".":
        if "." in bare:
            return None
        bare = bare.replace(decimal, ".")
    if not _PLAIN.fullmatch(bare):
        return None
    try:
        found = abs(Decimal(bare))
        kept = found.quantize(_FOUR)
    except InvalidOperation:
        return None
    return kept if kept == found else None
