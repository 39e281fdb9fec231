"""What `combine.py` goes by: learned weights, discounts and caps, and the second calibration; `calibration.json` holds them.

The file is made by `evaluation/train.py` from synthetic operations with known truth, never from people's data alone; what
was not in its training has a low weight that is stated by hand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

import orjson

FILE: Final = Path(__file__).with_name("calibration.json")


@dataclass(frozen=True, slots=True)
class Calibration:
    """All numbers are natural log-odds or factors of them."""

    name: str
    """Digest of the file: part of what a run was made from."""
    bias: float
    """Added to -log(tenures) before any evidence: how many accounts a person has."""
    weights: Mapping[str, float]
    """By kind of evidence."""
    discount: float
    """In a group the second strongest piece counts so much, the third this much of that, and so on."""
    caps: Mapping[str, float]
    """The most that a group's pieces in favour add together."""
    floors: Mapping[str, float]
    """The least that a group's pieces against add together, below zero. Who hides writes in another way."""
    soft_cap: float
    """The most that all soft pieces in favour add together across networks: never enough for a claim."""
    proposal: float
    """Probability from which on a pair is proposed."""
    candidate: float
    """Probability from which on it is a candidate."""
    join: float
    """Average log-odds above which groups are joined to one person."""
    absent: float
    """What a pair counts in that average that was never a candidate."""
    second: Mapping[str, float] = field(default_factory=dict)
    """Second calibration: factors of its features (`combine.FEATURES`); empty: none."""
    stated: Mapping[str, float] = field(default_factory=dict)
    """Weights of kinds that no training contained, set by hand and low. Neither a bias above zero nor the second
    calibration speaks for what rests on them: nobody has seen how often they are right."""

    def weight(self, kind: str) -> float:
        """Of a kind; 1 where nothing was learned or stated."""
        return self.weights.get(kind, self.stated.get(kind, 1.0))


@cache
def calibration(file: Path = FILE) -> Calibration:
    """The calibration of a file."""
    data = file.read_bytes()
    return read(data)


def read(data: bytes) -> Calibration:
    """The calibration that a file's bytes state."""
    told = orjson.loads(data)
    return Calibration(
        name=hashlib.sha256(data).hexdigest()[:16],
        bias=told["bias"],
        weights=told["weights"],
        discount=told["discount"],
        caps=told["caps"],
        floors=told["floors"],
        soft_cap=told["soft_cap"],
        proposal=told["proposal"],
        candidate=told["candidate"],
        join=told["join"],
        absent=told["absent"],
        second=told.get("second", {}),
        stated=told.get("stated", {}),
    )
