"""Numbers as the language in use writes them: `1,234.5` in English, `1 234,5` in bokmål and nynorsk.

The marks come from Babel (CLDR), once a language; Python's own format does the rest, because a table shows hundreds
of numbers and Babel's takes 30 µs for each. Times stay `2016-11-22 07:12 UTC` in every language: the same digits in
a report, in a filter and on a page, and no month or day that could be mistaken for the other. Coordinates and other
facts stay as the content states them.
"""

from __future__ import annotations

from functools import cache

from safelight.messages import language


@cache
def _marks(code: str) -> dict[int, str]:
    """From the marks of Python's format, which are the English ones, to the language's own."""
    if code == "en":
        return {}
    # Here and not above: commands, which speak English, need not wait for it.
    from babel.numbers import get_decimal_symbol, get_group_symbol, get_minus_sign_symbol

    return str.maketrans(
        {",": get_group_symbol(code), ".": get_decimal_symbol(code), "-": get_minus_sign_symbol(code)}
    )


def decimal(value: int | float, digits: int = 0) -> str:
    """The number with so many digits behind its decimal mark, in groups of three before it."""
    return f"{value:,.{digits}f}".translate(_marks(language()))
