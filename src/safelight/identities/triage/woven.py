"""The network as roles look at it: ties of all time summed by pair, and each account's place among all others.

An account's rank, its community and what leads over it follow from all ties. So they are made anew as soon as one tie
changes, and kept as long as none does (`kept.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from safelight.identities import network
from safelight.identities.network import Floats, Ints, Pairs


@dataclass(frozen=True)
class Woven:
    """By place in `pairs.accounts`, each of which has a tie: PageRank, number of the community (0 is the largest), share of
    shortest ways."""

    pairs: Pairs
    rank: Floats
    community: Ints
    ways: Floats

    @cached_property
    def members(self) -> Ints:
        """By community: how many accounts."""
        found: Ints = np.bincount(self.community)
        return found

    @cached_property
    def first(self) -> Ints:
        """By community: its first account."""
        found: Ints = np.unique(self.community, return_index=True)[1]
        return found


def weave(pairs: Pairs) -> Woven:
    """Everyone's place."""
    graph, size = pairs.graph(), len(pairs.accounts)
    rank, ways = network.pagerank(graph), network.betweenness(graph)
    community = np.zeros(size, np.int64)
    for number, members in enumerate(network.communities(graph)):
        community[sorted(members)] = number
    return Woven(
        pairs,
        np.asarray([rank[one] for one in range(size)], np.float64),
        community,
        np.asarray([ways[one] for one in range(size)], np.float64),
    )
