"""What a score means: the calibrated probability that two accounts are one person, by style alone.

A logistic model on the score, its margin over the next best, whether each is the other's best, and how much text there
is on both sides. Its few weights are learned by `train.py` from the part `train` of public chats (docs/model-card.md) and
lie in `weights.json`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from safelight.identities.style.cohort import Floats
from safelight.identities.style.rivals import Compared

#: Below so much on either side the style is silent: distinct messages and characters, after cleaning.
LEAST = (30, 600)
#: In a cohort of fewer accounts with so much text, style is silent: there are no strangers to compare with.
LEAST_ACCOUNTS = 50
#: Where fewer accounts of the other's network write the same language, nobody knows how alike strangers write there.
LEAST_STRANGERS = 100
#: What style alone may claim at most, in one network and across two.
MOST_PROBABLE, MOST_ACROSS = 0.98, 0.3
#: Points against are cut here: people write differently to different people.
LEAST_POINTS = -3.0

Doubles = npt.NDArray[np.float64]


def speaks(texts: Sequence[str], least: tuple[int, int] = LEAST) -> bool:
    """Whether there is enough text (`text.sample`) for the style to say anything."""
    return len(texts) >= least[0] and sum(map(len, texts)) >= least[1]


def terms(compared: Compared, characters: Floats) -> Doubles:
    """The columns of the logistic model. `characters`: amount of text of every row of the index."""
    small = np.log(np.minimum(characters[compared.a], characters[compared.b]) / 4_000)
    large = np.log(np.maximum(characters[compared.a], characters[compared.b]) / 4_000)
    score = np.clip(compared.score, -6, 8)
    margin = np.clip(compared.margin, -4, 6)
    up = np.maximum(margin, 0)
    lead, high = np.log1p(up), np.maximum(score, 0)
    mutual = compared.mutual.astype(float)
    rivals = np.log(np.maximum(compared.rivals, 1) / 1_000)
    across = compared.across.astype(float)
    columns = [
        score, np.sqrt(high), np.minimum(margin, 0), np.sqrt(up), lead, mutual, mutual * score, mutual * small,
        small, large, rivals, score * small, lead * small, score * large, np.sqrt(up * high), mutual * rivals,
        across, across * score, across * lead, across * mutual,
    ]  # fmt: skip
    return np.stack(columns, axis=1).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Model:
    """Learned weights."""

    version: int
    trained_on: str
    views: Mapping[str, float]
    intercept: float
    weights: Sequence[float]

    def log_odds(self, compared: Compared, characters: Floats) -> Doubles:
        """Calibrated log-odds of each pair, uncapped."""
        odds: Doubles = terms(compared, characters) @ np.array(self.weights) + self.intercept
        return odds

    def to_json(self) -> str:
        """As it stands in the file of weights."""
        return json.dumps(asdict(self), indent=1) + "\n"


@cache
def learned() -> Model:
    """The weights that come with Safelight."""
    text = (files("safelight.identities.style") / "weights.json").read_text("utf-8")
    return Model(**json.loads(text))


def capped(odds: Doubles, compared: Compared) -> Doubles:
    """Log-odds cut to what style alone may claim."""
    few = compared.strangers < LEAST_STRANGERS
    most = np.where(compared.across | few, MOST_ACROSS, MOST_PROBABLE)
    cut: Doubles = np.minimum(odds, np.log(most / (1 - most)))
    return cut


def points(odds: Doubles, compared: Compared) -> Doubles:
    """Log-likelihood ratios: what the (capped) log-odds say beyond "one of so many"."""
    gained: Doubles = np.maximum(odds + np.log(np.maximum(compared.rivals, 2)), LEAST_POINTS)
    return gained


def probability(odds: Doubles) -> Doubles:
    """Log-odds as probabilities."""
    chance: Doubles = 1 / (1 + np.exp(-odds))
    return chance
