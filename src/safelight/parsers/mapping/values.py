"""From the values of a record to the value of a field: joined, looked up, converted, normalised."""

from __future__ import annotations

import re
from dataclasses import Field
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa

from safelight.parsers.mapping.load import plain
from safelight.parsers.mapping.model import FieldSpec
from safelight.parsers.mapping.times import time_of
from safelight.parsers.money import amount
from safelight.traces.columns import AMOUNT, MOMENT, TEXTS
from safelight.traces.model import ACCOUNT, ACCOUNTS
from safelight.traces.networks import direct, normal

_YES: Final = frozenset({"true", "yes", "1", "ja", "y", "t"})
_NO: Final = frozenset({"false", "no", "0", "nei", "n", "f"})
_WORDS: Final = {"direction": ("outgoing", "incoming"), "state": ("live", "deleted", "recovered")}
_BITS: Final = {pa.int32(): 31, pa.int64(): 63}


class NoValue(Exception):
    """A value is there and cannot be what the field needs; says why."""


def value_of(
    name: str, column: Field[Any], spec: FieldSpec, found: list[Any], network: str, stated_by: str
) -> Any:
    """The field's value out of the values of its sources, None for nothing. Raises NoValue."""
    type_, names = column.metadata["type"], column.metadata["names"]
    if spec.direct:
        one, other = (clean(plain(value)) if value is not None else "" for value in found)
        if not other:
            raise NoValue(f"{name}: the other end is empty")
        return direct(network, one or None, other)
    value = spec.constant if not spec.sources else _joined(found, spec)
    if spec.sign and value is not None:
        value = "outgoing" if clean(plain(value))[:1] in ("-", "\u2212", "(") else "incoming"
    if spec.table:
        value = _looked_up(name, value, spec)
    if value is None or value == "":
        value = spec.default
    if value is None or value == "":
        return None
    if type_ == TEXTS:
        return _listed(value, spec, network if names == ACCOUNTS else "")
    if type_ == MOMENT:
        try:
            return time_of(value, spec.time, stated_by)
        except ValueError as error:
            raise NoValue(f"{name}: {error}") from None
    if type_ == pa.bool_():
        return _bool(name, value)
    if type_ == AMOUNT or type_ == pa.float64() or type_ in _BITS:
        return _number(name, value, type_, spec)
    text = clean(plain(value))
    if name in _WORDS and text not in _WORDS[name]:
        raise NoValue(f"{name}: {text!r} is none of {', '.join(_WORDS[name])}")
    return (normal(network, text) if names == ACCOUNT else text) or None


def clean(text: str) -> str:
    """Without blanks at the ends, and without half surrogates, which cannot be stored."""
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
    return text.strip()


def _joined(found: list[Any], spec: FieldSpec) -> Any:
    there = [value for value in found if value is not None and value != ""]
    if len(there) == 1:
        return there[0]
    return spec.join.join(plain(value) for value in there) if there else None


def _looked_up(name: str, value: Any, spec: FieldSpec) -> Any:
    if value is None or value == "":
        return None
    for one, meaning in spec.table:
        if one == clean(plain(value)):
            return meaning
    if spec.default is None:
        raise NoValue(f"{name}: the map does not know {plain(value)[:80]!r}")
    return None


def _listed(value: Any, spec: FieldSpec, network: str) -> tuple[str, ...] | None:
    pieces = value if isinstance(value, list) else plain(value).split(spec.split) if spec.split else [value]
    texts = [clean(plain(one)) for one in pieces]
    return tuple(normal(network, one) if network else one for one in texts if one) or None


def _bool(name: str, value: Any) -> bool:
    word = clean(plain(value)).lower()
    if word not in _YES | _NO:
        raise NoValue(f"{name}: {word[:80]!r} is neither yes nor no")
    return word in _YES


def _number(name: str, value: Any, type_: Any, spec: FieldSpec) -> Any:
    # Numbers of the reader itself have a point, whatever texts of the file have.
    own = isinstance(value, int | float)
    text = clean(repr(value) if isinstance(value, float) and not value.is_integer() else plain(value))
    text = re.sub(r"[\s\u00a0\u202f]", "", text) if spec.thousands.isspace() else text
    size = amount(text, "." if own else spec.decimal, "" if own else spec.thousands)
    if size is None:
        raise NoValue(f"{name}: {text[:80]!r} is no number")
    if type_ == AMOUNT:
        scaled = (size / Decimal(spec.scale)).quantize(Decimal("0.0001"))
        if scaled * spec.scale != size:
            raise NoValue(f"{name}: {text[:80]!r} has more decimals than an amount can have")
        return scaled
    signed = -size if text.startswith("-") else size
    if type_ == pa.float64():
        return float(signed) / spec.scale
    if signed != int(signed) or abs(int(signed)) >> _BITS[type_]:
        raise NoValue(f"{name}: {text[:80]!r} is no whole number")
    return int(signed) // spec.scale
