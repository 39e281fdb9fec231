"""Numbers as the language in use writes them: `1,234.5` in English, `1 234,5` in bokmål and nynorsk.

Times stay `2016-11-22 07:12 UTC` in every language: the same digits in a report, in a filter and on a page, and
no month or day that could be mistaken for the other. Coordinates and other facts stay as the content states them.
"""

from __future__ import annotations

from babel.numbers import format_decimal

from safelight.messages import language


def decimal(value: int | float, digits: int = 0) -> str:
    """The number with so many digits behind its decimal mark, in groups of three before it."""
    pattern = "#,##0." + "0" * digits if digits else "#,##0"
    return str(format_decimal(value, format=pattern, locale=language()))
