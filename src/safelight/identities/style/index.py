"""Scores between accounts, each normalised by its cohort, and the nearest neighbours of all.

That two accounts are alike to 0.3 means nothing by itself: some write like everybody and some like nobody. So each
score is told in standard deviations above what the most similar strangers of the other's network reach with that account
(adaptive symmetric normalisation, known from speaker verification), for each view, and once more for the views' sum.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from safelight.identities.style.cohort import Cohort, Floats, Member, Numbers
from safelight.identities.style.words import FUNCTION_WORDS

#: Accounts of a network that others are normalised by, at most; drawn by lot.
MOST_COHORT = 1_500
#: Fewer accounts of a network cannot normalise; the whole cohort does it then.
LEAST_COHORT = 30
#: Neighbours kept for each account in each network.
NEIGHBOURS = 6
_TILE = 2_048
#: Scores of a view that are remembered while the norms are worked out, at most (a quarter of a gigabyte).
_REMEMBERED = 64_000_000
#: Pairs whose vectors are laid beside each other at once: few enough for the processor's own memory.
_PAIRS = 64
#: The network of a row that was left out.
_NOWHERE = -1
#: More accounts are held at half precision, which takes half the memory and twice the time.
_EXACT = 12_000


def _top(count: int) -> int:
    """How many of a cohort's most similar ones an account is normalised by."""
    return int(np.clip(round(count * 0.05), 20, 100))


def _stats(scores: Floats, top: int) -> tuple[Floats, Floats]:
    """Mean and spread of the highest `top` of each row; entries that do not count are -inf."""
    top = min(top, scores.shape[1] - 1)
    best = -np.partition(-scores, top - 1, axis=1)[:, :top]
    best = np.where(np.isfinite(best), best, np.nan)
    mean = np.nanmean(best, axis=1)
    spread = np.maximum(np.nanstd(best, axis=1), 1e-3)
    return mean.astype(np.float32), spread.astype(np.float32)


@dataclass(slots=True)
class Index:
    """Vectors and norms of the accounts that wrote enough. Rows are in the order of the members given."""

    vectors: Mapping[str, npt.NDArray[np.float32] | npt.NDArray[np.float16]]
    network: npt.NDArray[np.int16]
    networks: Sequence[str]
    language: npt.NDArray[np.int16]
    weights: Mapping[str, float]
    cohorts: Sequence[Numbers]
    #: By view, row and network: mean and spread of the scores with that network's cohort. "" is the views' sum.
    mean: dict[str, Floats]
    spread: dict[str, Floats]
    more: dict[str, npt.NDArray[Any]] = field(default_factory=dict)
    """Vectors of rows that were added."""

    @property
    def size(self) -> int:
        """How many accounts there are."""
        return len(self.network)

    def _raw(self, view: str, rows: Numbers | slice, columns: Numbers | slice) -> Floats:
        product: Floats = self._vectors(view, rows) @ self._vectors(view, columns).T
        return product

    def _vectors(self, view: str, rows: Numbers | slice) -> Floats:
        """Of these rows; those that were added lie behind the others."""
        first = self.vectors[view]
        if self.size == len(first):
            return np.asarray(first[rows], np.float32)
        if isinstance(rows, slice):
            if rows.stop <= len(first):
                return np.asarray(first[rows], np.float32)
            rows = np.arange(*rows.indices(self.size))
        added = rows >= len(first)
        made = np.empty((len(rows), first.shape[1]), np.float32)
        made[~added] = first[rows[~added]]
        made[added] = self.more[view][rows[added] - len(first)]
        return made

    def _normal(self, view: str, scores: Floats, rows: Numbers | slice, columns: Numbers | slice) -> Floats:
        """Normalised by both sides, in place."""
        mean, spread = self.mean[view], self.spread[view]
        of_rows, of_columns = self.network[rows], self.network[columns]
        narrow = 1 / spread
        shift = mean * narrow
        scores *= narrow[rows][:, of_columns] + narrow[columns][:, of_rows].T
        scores -= shift[rows][:, of_columns]
        scores -= shift[columns][:, of_rows].T
        scores /= 2
        return scores

    def _summed(
        self, rows: Numbers | slice, columns: Numbers | slice, raw: Mapping[str, Floats] | None = None
    ) -> Floats:
        """The views' sum. `raw`: their scores where they are worked out already, which are used up."""
        total: Floats | None = None
        for view, weight in self.weights.items():
            found = self._raw(view, rows, columns) if raw is None else raw[view]
            scores = self._normal(view, found, rows, columns)
            scores *= np.float32(weight)
            total = scores if total is None else np.add(total, scores, out=total)
        assert total is not None
        return total

    def scores(self, rows: Numbers | slice, columns: Numbers | slice) -> Floats:
        """Scores of all rows with all columns."""
        return self._normal("", self._summed(rows, columns), rows, columns)

    def pair_scores(self, a: Numbers, b: Numbers) -> Floats:
        """Scores of pairs of rows."""
        total = np.zeros(len(a), np.float32)
        na, nb = self.network[a], self.network[b]

        def normal(view: str, raw: npt.NDArray[Any]) -> npt.NDArray[Any]:
            mean, spread = self.mean[view], self.spread[view]
            halves: npt.NDArray[Any] = (raw - mean[a, nb]) / spread[a, nb] + (raw - mean[b, na]) / spread[
                b, na
            ]
            return halves / 2

        for view, weight in self.weights.items():
            raw = np.empty(len(a), np.float32)
            for begin in range(0, len(a), _PAIRS):
                part = slice(begin, begin + _PAIRS)
                left, right = self._vectors(view, a[part]), self._vectors(view, b[part])
                raw[part] = np.einsum("ij,ij->i", left, right)
            total += np.float32(weight) * normal(view, raw)
        return normal("", total).astype(np.float32)

    def normalise(self, rows: Numbers) -> None:
        """Work out the norms of rows against the cohorts. Those of the cohorts' members must be there or among the rows."""
        pool = np.unique(np.concatenate(list(self.cohorts)))
        inside = [np.searchsorted(pool, cohort) for cohort in self.cohorts]
        # Where all in a row are in it, their vectors need not be copied.
        whole = len(pool) == pool[-1] + 1 - pool[0]
        columns = slice(int(pool[0]), int(pool[-1]) + 1) if whole else pool
        # The sum waits for the norms of all in each view; till then their scores are remembered where they are not many.
        known: dict[int, dict[str, Floats]] = {}
        for stage in (*self.weights, ""):
            for begin in range(0, len(rows), _TILE):
                part = rows[begin : begin + _TILE]
                if stage:
                    scores = self._raw(stage, part, columns)
                    if len(rows) * len(pool) <= _REMEMBERED:
                        known.setdefault(begin, {})[stage] = scores.copy()
                else:
                    scores = self._summed(part, columns, known.pop(begin, None))
                scores[part[:, None] == pool[None, :]] = -np.inf
                for number, places in enumerate(inside):
                    mean, spread = _stats(scores[:, places], _top(len(places)))
                    self.mean[stage][part, number], self.spread[stage][part, number] = mean, spread

    def extend(self, members: Sequence[Member], cohort: Cohort) -> Numbers:
        """Add accounts and normalise them by the cohorts as they are; gives their rows.

        What is there stays as it was, so this takes a second where building anew takes minutes; build anew when many came.
        Raises ValueError for a network that the index has not.
        """
        if unknown := {member.network for member in members} - set(self.networks):
            raise ValueError(f"the index has no network {sorted(unknown)}")
        before = self.size
        made = cohort.vectors(members)
        for view, vectors in self.vectors.items():
            added = made[view].astype(vectors.dtype)
            self.more[view] = np.concatenate([self.more[view], added]) if view in self.more else added
        numbers = [self.networks.index(member.network) for member in members]
        self.network = np.concatenate([self.network, np.array(numbers, np.int16)])
        self.language = np.concatenate([self.language, _spoken(members)])
        for stage in self.mean:
            more = np.zeros((len(members), len(self.networks)), np.float32)
            self.mean[stage] = np.concatenate([self.mean[stage], more])
            self.spread[stage] = np.concatenate([self.spread[stage], more + 1])
        rows = np.arange(before, self.size)
        self.normalise(rows)
        return rows

    def leave_out(self, rows: Numbers) -> None:
        """From now on these are nobody's neighbours and no network's; as members of a cohort they stay."""
        self.network = self.network.copy()
        self.network[rows] = _NOWHERE

    def add_neighbours(self, found: npt.NDArray[np.int32], best: Floats, rows: Numbers) -> None:
        """Find the nearest of these rows and lay the rows beside the nearest of all others, in place (see `neighbours`)."""
        for begin in range(0, self.size, _TILE):
            columns = np.arange(begin, min(begin + _TILE, self.size))
            scores = self.scores(rows, slice(begin, begin + len(columns)))
            scores[rows[:, None] == columns[None, :]] = -np.inf
            self._keep(found, best, rows, columns, scores)
            others = ~np.isin(columns, rows) & (self.network[columns] != _NOWHERE)
            self._keep(found, best, columns[others], rows, scores.T[others])

    def neighbours(self, k: int = NEIGHBOURS) -> tuple[npt.NDArray[np.int32], Floats]:
        """By row, network and rank: the nearest other rows and their scores; -1 and -inf where there are none."""
        found = np.full((self.size, len(self.networks), k), -1, np.int32)
        best = np.full((self.size, len(self.networks), k), -np.inf, np.float32)
        for top in range(0, self.size, _TILE):
            rows = np.arange(top, min(top + _TILE, self.size))
            for begin in range(top, self.size, _TILE):
                columns = np.arange(begin, min(begin + _TILE, self.size))
                scores = self.scores(slice(top, top + len(rows)), slice(begin, begin + len(columns)))
                if begin == top:
                    np.fill_diagonal(scores, -np.inf)
                self._keep(found, best, rows, columns, scores)
                if begin != top:
                    self._keep(found, best, columns, rows, scores.T)
        return found, best

    def _keep(
        self, found: npt.NDArray[np.int32], best: Floats, rows: Numbers, columns: Numbers, scores: Floats
    ) -> None:
        """Lay a tile's scores beside the best so far, and keep the highest of each network."""
        of_columns = self.network[columns]
        for network in np.unique(of_columns[of_columns != _NOWHERE]):
            inside = of_columns == network
            own, ids = scores[:, inside], columns[inside]
            k = best.shape[2]
            if len(ids) > k:
                places = np.argpartition(-own, k - 1, axis=1)[:, :k]
                own, near = np.take_along_axis(own, places, axis=1), ids[places].astype(np.int32)
            else:
                near = np.broadcast_to(ids.astype(np.int32), own.shape)
            own = np.concatenate([best[rows, network], own], axis=1)
            near = np.concatenate([found[rows, network], near], axis=1)
            near = np.where(np.isfinite(own), near, -1)
            order = np.lexsort((near, -own), axis=1)[:, :k]
            best[rows, network] = np.take_along_axis(own, order, axis=1)
            found[rows, network] = np.take_along_axis(near, order, axis=1)


def _spoken(members: Sequence[Member]) -> npt.NDArray[np.int16]:
    """Each member's language as a number."""
    names = ["", *FUNCTION_WORDS]
    return np.array([names.index(member.language) for member in members], np.int16)


def build(members: Sequence[Member], cohort: Cohort, weights: Mapping[str, float], *, seed: int = 1) -> Index:
    """The index of the members."""
    networks = sorted({member.network for member in members})
    number = {name: place for place, name in enumerate(networks)}
    network = np.array([number[member.network] for member in members], np.int16)
    size = len(members)
    exact = np.float32 if size <= _EXACT else np.float16
    vectors = {view: np.empty((size, len(fitted.columns)), exact) for view, fitted in cohort.views.items()}
    for begin in range(0, size, 256):
        for view, made in cohort.vectors(members[begin : begin + 256]).items():
            vectors[view][begin : begin + 256] = made
    dice = np.random.default_rng(seed)
    cohorts = []
    for place in range(len(networks)):
        own = np.flatnonzero(network == place)
        if len(own) < LEAST_COHORT:
            own = np.arange(size)
        if len(own) > MOST_COHORT:
            own = np.sort(dice.choice(own, MOST_COHORT, replace=False))
        cohorts.append(own)
    shape = (size, len(networks))
    stages = (*weights, "")
    index = Index(
        vectors,
        network,
        networks,
        _spoken(members),
        dict(weights),
        cohorts,
        {stage: np.zeros(shape, np.float32) for stage in stages},
        {stage: np.ones(shape, np.float32) for stage in stages},
    )
    index.normalise(np.arange(size))
    return index
