"""Values that are no evidence: example addresses, numbers of zeros, localhost, hosts of web gateways ("placeholders").

The list is `placeholders.toml`. A value that is in no list may still be one: what many hold weighs little or nothing anyway
(`shared_values.py`); the list is for those that few happen to hold.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Final

_FILE: Final = Path(__file__).with_name("placeholders.toml")
_COMMON: Final = Path(__file__).with_name("common_names.toml")


@cache
def _lists() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def kinds() -> tuple[str, ...]:
    """Kinds of values that have a list."""
    return tuple(_lists())


def condition(kind: str, column: str) -> str:
    """DuckDB SQL that is true where `column` holds a placeholder of that kind; `false` for a kind without a list."""
    told = _lists().get(kind, {})
    tests = []
    if values := told.get("values"):
        tests.append(f"lower({column}) in ({', '.join(_quoted(one) for one in values)})")
    if patterns := told.get("patterns"):
        # One expression for all: RE2 walks through a value once, however many there are.
        whole = "|".join(f"(?:{one})" for one in patterns)
        tests.append(f"regexp_full_match({column}, {_quoted(whole)})")
    return f"({' or '.join(tests)})" if tests else "false"


@cache
def common() -> frozenset[str]:
    """Given names and surnames that many people have, in the form of `handles.py`."""
    return frozenset(
        word for found in tomllib.loads(_COMMON.read_text(encoding="utf-8")).values() for word in found
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
