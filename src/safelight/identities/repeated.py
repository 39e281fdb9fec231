"""Facts that several kinds of evidence tell of one pair: they are one fact, and count once.

An account's profile says `kik: zorg` and its message says "my kik is zorg": one claim of one person. A mail address that
two accounts share makes their names alike, when the name is the part before the `@`. A connection that is logged with its
address and with the host's name is one connection. The strongest of such pieces counts; what merely repeats it is
left with `LEFT` of its worth.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import orjson

#: What is left of a piece that repeats another.
LEFT: Final = 0.25
#: Kinds that state a value which another kind may state too.
_STATING: Final = frozenset({"native", "phone", "email", "moves", "host", "ip"})
_NAMES: Final = frozenset({"names", "book names"})
_CONNECTION: Final = frozenset({"ip", "host"})

Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]


def factors(
    pair: Ints, kind: Ints, points: Floats, detail: Sequence[str | None], kinds: Sequence[str]
) -> Floats:
    """By piece: 1, or LEFT for what repeats a stronger piece of its pair. Pieces of a pair stand together."""
    made = np.ones(len(pair))
    stating = np.asarray([name in _STATING for name in kinds], dtype=bool)
    known = stating | np.asarray([name in _NAMES for name in kinds], dtype=bool)
    concerned = np.flatnonzero(known[kind] & (points > 0)) if len(pair) else np.zeros(0, np.int64)
    if not len(concerned):
        return made
    size = int(pair.max()) + 1
    several = np.bincount(pair[concerned], minlength=size) > 1
    states = np.bincount(pair[concerned], stating[kind[concerned]], minlength=size) > 0
    concerned = concerned[(several & states)[pair[concerned]]]
    seen: set[str] = set()
    last = -1
    for n in concerned[np.lexsort((kind[concerned], -points[concerned], pair[concerned]))].tolist():
        if pair[n] != last:
            last, seen = int(pair[n]), set()
        stated = _values(kinds[kind[n]], orjson.loads(detail[n] or "{}"))
        values = {"".join(char for char in one if char.isalnum()) for one in stated} - {""}
        if seen & values:
            made[n] = LEFT
        seen |= values
    return made


def _values(kind: str, detail: Mapping[str, Any]) -> Iterator[str]:
    """What a piece rests on, in forms in which another kind would state the same."""
    if kind in _CONNECTION:
        if detail.get("value"):
            yield "connection"
    elif kind in _NAMES:
        yield from (str(detail.get(name, "")).lower().partition("@")[0] for name in ("name_a", "name_b"))
    else:
        value = str(detail.get("value", "")).lower()
        if kind == "native":
            value = value.partition(":")[2]
        yield value
        if "@" in value:
            yield value.partition("@")[0]
