"""Random numbers that are the same on every machine: each subject has its own stream, named by words.

`random.Random` (Mersenne Twister) gives the same floats for the same integer seed in every Python 3; only
`random()` and what is made of it by arithmetic is used, so that no library's idea of a distribution changes the truth.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


def dice(seed: int, *words: object) -> Random:
    """A stream of its own for what the words name."""
    named = "\0".join([str(seed), *map(str, words)])
    return Random(int.from_bytes(hashlib.sha256(named.encode()).digest()[:16], "big"))


def pick(roll: Random, among: Sequence[T]) -> T:
    """One of them, each as likely."""
    return among[int(roll.random() * len(among))]


def some(roll: Random, among: Sequence[T], count: int) -> list[T]:
    """`count` different ones (all, if there are fewer), in their own order."""
    if count >= len(among):
        return list(among)
    chosen: set[int] = set()
    while len(chosen) < count:
        chosen.add(int(roll.random() * len(among)))
    return [among[index] for index in sorted(chosen)]


def around(roll: Random, median: float, spread: float) -> float:
    """A log-normal value (Box-Muller over two draws): human delays and sizes. `spread` 1.0: one in six is e times larger."""
    one, other = 1.0 - roll.random(), roll.random()
    return median * math.exp(spread * math.sqrt(-2.0 * math.log(one)) * math.cos(2.0 * math.pi * other))


def letters(roll: Random, alphabet: str, length: int) -> str:
    """A string of that many letters."""
    return "".join([alphabet[int(roll.random() * len(alphabet))] for _ in range(length)])
