"""What every reader of hash sets hands on: records with checked digests, and a count of what it could not
use.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from safelight.analyse.known_labels import Label

_HEX = re.compile(r"[0-9a-f]+")
_BY_LENGTH = {32: "md5", 40: "sha1", 64: "sha256"}
#: Lengths of digests that are recognised and not used: CRC32, SHA-224, SHA-384, SHA-512.
_UNUSED = {8, 56, 96, 128}
_EXAMPLES = 100


class Record(NamedTuple):
    """Digests of one file (lower-case hexadecimal, or None) and what the set says of it."""

    md5: str | None
    sha1: str | None
    sha256: str | None
    label: Label


@dataclass
class BadLines:
    """Lines or entries that could not be used: all counted, the first hundred kept with their place and
    reason.
    """

    count: int = 0
    examples: list[tuple[str, str]] = field(default_factory=list)

    def add(self, place: str, reason: str) -> None:
        self.count += 1
        if len(self.examples) < _EXAMPLES:
            self.examples.append((place, reason))


def as_detail(said: Mapping[str, Any]) -> str:
    """A JSON object of what a set says besides digests and category; empty text for nothing.

    The standard library's writer, since a set may hold integers beyond 64 bits, which orjson refuses.
    """
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"), default=_plain) if said else ""


def _plain(value: object) -> object:
    """Fractions come as Decimal out of the JSON reader; anything else strange as its text."""
    return float(value) if isinstance(value, Decimal) else str(value)


def digest(value: object, algorithm: str) -> str | None:
    """The digest in lower case, or None if the value is not one of that algorithm. Blanks around it are
    dropped.
    """
    if not isinstance(value, str):
        return None
    text = value.strip().lower()
    return text if _BY_LENGTH.get(len(text)) == algorithm and _HEX.fullmatch(text) else None


def algorithm_of(text: str) -> str | None:
    """md5, sha1 or sha256 by the length of a hexadecimal text; `unused` for other digests; None if it is
    none.
    """
    if not _HEX.fullmatch(text.lower()):
        return None
    return "unused" if len(text) in _UNUSED else _BY_LENGTH.get(len(text))


def of_one(algorithm: str, value: str, label: Label) -> Record:
    """A record with one digest."""
    given = {algorithm: value.lower()}
    return Record(given.get("md5"), given.get("sha1"), given.get("sha256"), label)
