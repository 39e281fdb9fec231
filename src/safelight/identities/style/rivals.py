"""How a pair stands among its rivals: the next best accounts that either of the two could be one person with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from safelight.identities.style.cohort import Floats, Numbers
from safelight.identities.style.index import Index


@dataclass(frozen=True, slots=True)
class Compared:
    """Pairs of rows of an index, and what `model.py` judges them by."""

    a: Numbers
    b: Numbers
    score: Floats
    margin: Floats
    """How far the score lies above the best of either side's others in that network; below 0: a rival is nearer."""
    mutual: npt.NDArray[np.bool_]
    """Each is the other's nearest in that network."""
    rivals: Numbers
    """How many accounts could have been the other one (the larger of both sides)."""
    strangers: Numbers
    """How many accounts of the other's network write the same language (the smaller of both sides)."""
    across: npt.NDArray[np.bool_]
    """The two are in different networks."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The nearest of every row in every network, nearest first."""

    rows: npt.NDArray[np.int32]
    scores: Floats

    @classmethod
    def of(cls, index: Index) -> Neighbours:
        """Find them."""
        return cls(*index.neighbours())

    def renewed(self, index: Index, gone: Numbers, rows: Numbers) -> Neighbours:
        """The same where rows were left out of the index and others were added to it."""
        shape = (len(rows), *self.rows.shape[1:])
        found = np.concatenate([self.rows, np.full(shape, -1, np.int32)])
        best = np.concatenate([self.scores, np.full(shape, -np.inf, np.float32)])
        away = np.isin(found, gone)
        found[away], best[away] = -1, -np.inf
        order = np.argsort(-best, axis=2, kind="stable")
        found, best = np.take_along_axis(found, order, axis=2), np.take_along_axis(best, order, axis=2)
        found[gone], best[gone] = -1, -np.inf
        index.add_neighbours(found, best, rows)
        return Neighbours(found, best)

    def pairs(self, k: int) -> tuple[Numbers, Numbers]:
        """All pairs (a < b) in which one is among the other's `k` nearest in a network."""
        near = self.rows[:, :, :k].reshape(len(self.rows), -1).astype(np.int64)
        a = np.repeat(np.arange(len(near)), near.shape[1])
        b = near.ravel()
        there = b >= 0
        pairs = np.unique(np.stack([np.minimum(a, b)[there], np.maximum(a, b)[there]]), axis=1)
        return pairs[0], pairs[1]

    def _rival(self, a: Numbers, b: Numbers, network: Numbers) -> Floats:
        """The best score of `a` in the network of `b` with another than `b`."""
        rows, scores = self.rows[a, network], self.scores[a, network]
        rival: Floats = np.where(rows == b[:, None], -np.inf, scores).max(axis=1)
        return rival

    def compare(self, index: Index, a: Numbers, b: Numbers) -> Compared:
        """Score the pairs and lay them beside their rivals."""
        na, nb = index.network[a].astype(np.int64), index.network[b].astype(np.int64)
        score = index.pair_scores(a, b)
        of_a, of_b = self._rival(a, b, nb), self._rival(b, a, na)
        there = index.network >= 0
        members = np.bincount(index.network[there], minlength=len(index.networks))
        rivals = np.maximum(members[na] - (na == nb), members[nb] - (na == nb))
        mutual = (score >= of_a) & (score >= of_b)
        peers = np.zeros((len(index.networks), int(index.language.max(initial=0)) + 1), np.int64)
        np.add.at(peers, (index.network[there], index.language[there]), 1)
        strangers = np.minimum(peers[nb, index.language[a]], peers[na, index.language[b]])
        return Compared(a, b, score, score - np.maximum(of_a, of_b), mutual, rivals, strangers, na != nb)
