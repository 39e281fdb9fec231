"""What a kind of evidence is: one file in `evidence/` with one `Kind`.

Its two queries run on the bench (`model.py`). `propose` names pairs that are worth a look because of it; `measure`
weighs every pair of the table `pairs` that it has something to say about and leaves all others out, for missing
evidence is neutral. `points` are natural log-odds of this kind alone: log of (chance of seeing this if one person / if
two). How kinds that depend on each other are summed, and what a kind may reach at most, is `combine.py`'s business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa

from safelight.identities.model import Bench

#: Kinds of one group say partly the same thing: in a group the strongest counts whole and each further one less.
Group = Literal[
    "identifier", "name", "style", "rhythm", "contacts", "media", "told", "profile", "bearer", "against"
]

PAIRS = pa.schema([("a", pa.int32()), ("b", pa.int32())])
MEASURED = pa.schema(
    [
        ("a", pa.int32()),
        ("b", pa.int32()),
        ("points", pa.float64()),
        ("detail", pa.string()),
        ("traces", pa.list_(pa.string())),
    ]
)


def nothing_proposed(_bench: Bench) -> pa.Table:
    """For kinds that weigh pairs and propose none."""
    return PAIRS.empty_table()


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of evidence. `say` makes the layman's sentence of a measured detail, in the reader's language."""

    name: str
    group: Group
    hard: bool
    """Hard kinds may carry a claim by themselves; soft ones alone never make more than a candidate across networks."""
    measure: Callable[[Bench], pa.Table]
    say: Callable[[Mapping[str, Any]], str]
    propose: Callable[[Bench], pa.Table] = nothing_proposed
    version: int = 1
    """To be raised with every change of what it proposes or measures: proposals made before are then made anew."""
