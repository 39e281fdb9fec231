"""What a cohort's writing is like: which runs of characters and words tell its accounts apart, and how well.

Nothing here is learned from other people: how far a feature can be relied on is measured in the cohort itself, by laying
the first half of each account's messages beside its second half. So it works for any language and any jargon.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from safelight.identities.style.counts import SPACE, VIEWS, Counter, Ids
from safelight.identities.style.text import words
from safelight.identities.style.words import ALL_FUNCTION_WORDS, FUNCTION_WORDS

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]

#: A cohort is fitted on at most so many accounts.
MOST_FITTED = 4_000
#: Features of a view at most, those that most accounts have.
MOST_FEATURES = {"characters": 16_000, "words": 10_000}
#: A word is common, and not masked, if this share of the accounts of some language use it.
COMMON = 0.15
#: A feature must be found in this share of the accounts, and in at least three.
_FOUND = 0.01
#: A network's own mean counts as much as the cohort's at so many accounts.
_SHRINK = 50.0
_NONE = np.zeros(0, np.int64)


@dataclass(frozen=True)
class Member:
    """An account of a cohort: its network and its sampled texts (`text.sample`)."""

    network: str
    texts: Sequence[str]

    @cached_property
    def language(self) -> str:
        """The language whose function words are most frequent; "" if they are hardly there."""
        return _language(Tally(words(self.texts)))


def _language(counted: Tally[str]) -> str:
    total = sum(counted.values())
    shares = {
        name: sum(counted[word] for word in counted.keys() & listed) / max(1, total)
        for name, listed in FUNCTION_WORDS.items()
    }
    best = max(shares, key=lambda name: shares[name])
    return best if shares[best] >= 0.1 else ""


def common_words(members: Sequence[Member], names: Collection[str]) -> frozenset[str]:
    """Function words, and the words that many accounts of one language use; never `names` (lower case)."""
    sizes: Tally[str] = Tally()
    users: dict[str, Tally[str]] = {}
    for member in members:
        counted = Tally(words(member.texts))
        spoken = _language(counted)
        sizes[spoken] += 1
        users.setdefault(spoken, Tally()).update(counted.keys())
    kept: set[str] = set()
    for spoken, found in users.items():
        least = max(3.0, COMMON * sizes[spoken])
        kept |= {word for word, number in found.items() if number >= least}
    return frozenset((kept - set(names)) | ALL_FUNCTION_WORDS)


@dataclass(frozen=True, slots=True)
class _Counted:
    """What stands in some texts: ids and how often each is there."""

    ids: npt.NDArray[np.int32]
    counts: npt.NDArray[np.int32]

    @classmethod
    def of(cls, ids: Ids) -> _Counted:
        order = np.sort(ids)
        begins = np.flatnonzero(np.concatenate([[True], order[1:] != order[:-1]])) if len(order) else _NONE
        counts = np.diff(begins, append=len(order))
        return cls(order[begins].astype(np.int32), counts.astype(np.int32))

    def plus(self, other: _Counted) -> _Counted:
        return _Counted(np.concatenate([self.ids, other.ids]), np.concatenate([self.counts, other.counts]))


def _rates(counted: Sequence[_Counted], columns: Numbers) -> Floats:
    """Square roots of shares, a row each: their spread hardly depends on how frequent a feature is."""
    place = np.full(SPACE, len(columns), np.int32)
    place[columns] = np.arange(len(columns))
    rates = np.empty((len(counted), len(columns)), np.float32)
    for row, one in enumerate(counted):
        rates[row] = np.bincount(place[one.ids], one.counts, len(columns) + 1)[:-1]
    rates /= np.maximum(rates.sum(axis=1, keepdims=True), 1.0)
    return np.sqrt(rates, out=rates)


@dataclass(frozen=True, slots=True)
class Fitted:
    """One view of a cohort: its features, their means by network, and what each is worth."""

    columns: npt.NDArray[np.int64]
    mean: Floats
    means: Mapping[str, Floats]
    weight: Floats

    def vectors(self, counted: Sequence[_Counted], networks: Sequence[str]) -> Floats:
        """Unit vectors, one row a list of ids."""
        rates = _rates(counted, self.columns)
        for row, network in enumerate(networks):
            rates[row] -= self.means.get(network, self.mean)
        rates *= self.weight
        length = np.sqrt(np.einsum("ij,ij->i", rates, rates))
        rates /= np.maximum(length, 1e-9)[:, None]
        return rates


def _fit(
    name: str,
    halves: Sequence[tuple[_Counted, _Counted]],
    both: Sequence[_Counted],
    networks: Sequence[str],
) -> Fitted:
    accounts = np.zeros(SPACE, np.int64)
    for one in both:
        accounts[np.unique(one.ids)] += 1
    found = np.flatnonzero(accounts >= max(3.0, _FOUND * len(halves)))
    if len(found) > MOST_FEATURES[name]:
        found = np.sort(found[np.argsort(-accounts[found], kind="stable")[: MOST_FEATURES[name]]])
    rates = _rates(both, found)
    mean = rates.mean(axis=0)
    means = {}
    kinds = np.array(networks)
    for network in sorted(set(networks)):
        rows = np.flatnonzero(kinds == network)
        share = len(rows) / (len(rows) + _SHRINK)
        means[network] = (share * rates[rows].mean(axis=0) + (1 - share) * mean).astype(np.float32)
    squares, first, second, product = (np.zeros(len(found)) for _number in range(4))
    for begin in range(0, len(both), 256):
        part = slice(begin, begin + 256)
        centre = np.stack([means[network] for network in networks[part]])
        squares += ((rates[part] - centre) ** 2).sum(axis=0)
        a = _rates([one for one, _other in halves[part]], found) - centre
        b = _rates([other for _one, other in halves[part]], found) - centre
        first += (a * a).sum(axis=0)
        second += (b * b).sum(axis=0)
        product += (a * b).sum(axis=0)
    alike = np.clip(product / np.sqrt(first * second + 1e-20), 0.0, 1.0)
    weight = (np.sqrt(alike) / (np.sqrt(squares / len(both)) + 1e-6)).astype(np.float32)
    return Fitted(found, mean.astype(np.float32), means, weight)


@dataclass(frozen=True, slots=True)
class Cohort:
    """A fitted cohort: turns texts into vectors, one a view."""

    counter: Counter
    views: Mapping[str, Fitted]
    counted: dict[int, tuple[Member, dict[str, _Counted]]] = field(default_factory=dict)
    """What stands in the texts of members that it was fitted on, by `id`, until their vectors are made."""

    def vectors(self, members: Sequence[Member]) -> dict[str, Floats]:
        """Unit vectors of each view, one row a member."""
        found = [self._counts(member) for member in members]
        networks = [member.network for member in members]
        return {
            name: fitted.vectors([one[name] for one in found], networks)
            for name, fitted in self.views.items()
        }

    def _counts(self, member: Member) -> dict[str, _Counted]:
        if id(member) in self.counted:
            return self.counted.pop(id(member))[1]
        return {name: _Counted.of(ids) for name, ids in self.counter(member.texts).items()}


def fit(members: Sequence[Member], names: Collection[str] = (), *, seed: int = 1) -> Cohort:
    """Fit a cohort. `names`: names of accounts in lower case, which are never common words."""
    if len(members) > MOST_FITTED:
        chosen = np.sort(np.random.default_rng(seed).choice(len(members), MOST_FITTED, replace=False))
        members = [members[place] for place in chosen]
    counter = Counter(common_words(members, names))
    networks = [member.network for member in members]
    halves: dict[str, list[tuple[_Counted, _Counted]]] = {name: [] for name in VIEWS}
    for member in members:
        middle = len(member.texts) // 2
        first, second = counter(member.texts[:middle]), counter(member.texts[middle:])
        for name in VIEWS:
            halves[name].append((_Counted.of(first[name]), _Counted.of(second[name])))
    # No run reaches from one message into the next, so that both halves together are the whole.
    both = {name: [first.plus(second) for first, second in found] for name, found in halves.items()}
    views = {name: _fit(name, halves[name], both[name], networks) for name in VIEWS}
    counted = {
        id(member): (member, {name: both[name][place] for name in VIEWS})
        for place, member in enumerate(members)
    }
    return Cohort(counter, views, counted)
