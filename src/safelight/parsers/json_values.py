"""Values out of JSON that anybody may have written: each is what was asked for, or None."""

from __future__ import annotations

from typing import Any, Final

import orjson

_LARGEST: Final = (1 << 63) - 1


def text(value: Any) -> str | None:
    """A text that is not empty; a number in its notation."""
    if type(value) is str:
        return value or None
    return str(value) if type(value) is int or type(value) is float else None


def whole(value: Any) -> int | None:
    """A whole number that is not negative and fits 64 bits, also where it stands as text."""
    if type(value) is str and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    return value if type(value) is int and 0 <= value <= _LARGEST else None


def real(value: Any) -> float | None:
    """A finite number, also where it stands as text."""
    if type(value) is str:
        try:
            value = float(value)
        except ValueError:
            return None
    if type(value) not in (int, float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if abs(found) < 1e300 else None


def record(value: Any) -> dict[str, Any]:
    """An object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def records(value: Any) -> list[dict[str, Any]]:
    """The objects of a list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def number(value: Any) -> int | float | str | None:
    """What the functions of `traces.epochs` take."""
    return value if type(value) in (int, float, str) else None


def dumped(value: Any) -> str | None:
    """Compact JSON for a column that holds JSON; None for what is empty."""
    if not value:
        return None
    return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode("utf-8", "replace")
