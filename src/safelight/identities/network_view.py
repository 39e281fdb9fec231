"""The network of accounts as it is looked at: communities first, one community or one account on demand.

Never more than some two hundred nodes are drawn, however many accounts there are: the strongest stand by themselves and
the others together in one. Places are computed from all ties, so that nothing jumps when a window of time is moved; only
what a window holds is counted. Communities are those of the last triage run.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import networkx as nx
import numpy as np

from safelight.access import accounts
from safelight.access.reading import Reading
from safelight.errors import NotFound
from safelight.identities import network
from safelight.identities.network import KINDS, Ints, Pairs, Ties
from safelight.identities.triage import reading as triage
from safelight.messages import _

#: Nodes drawn by themselves: communities, members of one, contacts of one account; communities around one.
COMMUNITIES, MEMBERS, CONTACTS, AROUND = 60, 120, 80, 14
#: The key of what stands for all nodes that are not drawn by themselves, and of accounts that have no community yet.
REST: Final = "rest"
UNPLACED: Final = "unplaced"

Level = Literal["communities", "community", "account"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked at: months from `first` to `last` (None: all, also what has no time), kinds (numbers; empty: all)."""

    first: int | None = None
    last: int | None = None
    kinds: tuple[int, ...] = ()
    community: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """A community, an account, or the rest. `x`, `y` in 0..1; `counts` by kind, of its ties in the window."""

    key: str
    what: Literal["community", "account", "rest"]
    label: str
    members: int
    x: float
    y: float
    counts: tuple[int, ...]
    known: bool = False
    network: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """Ties between two nodes in the window. `weight` as in `network.WEIGHTS`."""

    a: int
    b: int
    counts: tuple[int, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class View:
    """What is drawn. `inside`: ties within each community node; `accounts` and `tied`: accounts there are in what is looked
    at, and those with a tie in the window."""

    level: Level
    title: str
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    inside: Mapping[str, tuple[int, ...]]
    accounts: int
    tied: int


@dataclass(frozen=True, slots=True)
class Whole:
    """The network of a snapshot: all ties, pairs over all time, each account's community and name. Numbers are places in
    `ties.accounts`."""

    ties: Ties
    pairs: Pairs
    communities: tuple[str, ...]
    community: Ints
    place: Mapping[str, int]
    names: Mapping[str, tuple[str, str]]
    known: frozenset[str]


def whole(reading: Reading) -> Whole:
    """Computed once a snapshot."""
    found: Whole = reading.memo.get("network of accounts", lambda: _whole(reading))
    return found


def _whole(reading: Reading) -> Whole:
    ties = network.read(reading.db, reading.snapshot)
    roots: dict[str, str] = {}
    known = set()
    for account, mine in triage.findings(reading).items():
        for finding in mine:
            if finding.role == "place":
                roots[account] = str(finding.detail["community"])
            elif finding.role == "seized":
                known.add(account)
    sizes: dict[str, int] = {}
    for one in ties.accounts:
        root = roots.get(one, UNPLACED)
        sizes[root] = sizes.get(root, 0) + 1
    communities = tuple(sorted(sizes, key=lambda root: (root == UNPLACED, -sizes[root], root)))
    number = {root: n for n, root in enumerate(communities)}
    return Whole(
        ties=ties,
        pairs=network.pairs(ties),
        communities=communities,
        community=np.array([number[roots.get(one, UNPLACED)] for one in ties.accounts], np.int64),
        place={one: n for n, one in enumerate(ties.accounts)},
        names={row.account_id: (row.name, row.network) for row in accounts.every(reading)},
        known=frozenset(known),
    )


def months(reading: Reading, kinds: Sequence[int] = ()) -> list[tuple[int, int]]:
    """How many ties each month has (rows of pairs and kinds, by how often), from the first month to the last."""
    ties = _of_kinds(whole(reading).ties, kinds)
    extent = ties.months()
    if extent is None:
        return []
    dated = ties.month >= extent[0]
    sums = np.bincount(ties.month[dated] - extent[0], ties.n[dated])
    return [(extent[0] + n, int(value)) for n, value in enumerate(sums)]


def totals(reading: Reading, asked: Asked) -> dict[int, int]:
    """How often each kind of tie was, in the window, over all accounts."""
    ties = _window(whole(reading).ties, asked)
    return {kind: int(ties.n[ties.kind == kind].sum()) for kind in range(len(KINDS))}


def view(reading: Reading, asked: Asked) -> View:
    """What is asked for. Raises NotFound for a community or an account that is not in the network."""
    every = whole(reading)
    if asked.account:
        return _account(reading, every, asked)
    if asked.community:
        return _community(reading, every, asked)
    return _communities(reading, every, asked)


def _window(ties: Ties, asked: Asked) -> Ties:
    if asked.first is None or asked.last is None:
        return ties
    return ties.between(asked.first, asked.last)


def _of_kinds(ties: Ties, kinds: Sequence[int]) -> Ties:
    if not kinds:
        return ties
    there = np.isin(ties.kind, kinds)
    return Ties(ties.accounts, *(column[there] for column in (ties.a, ties.b, ties.month, ties.kind, ties.n)))


def _communities(reading: Reading, every: Whole, asked: Asked) -> View:
    drawn = min(len(every.communities), COMMUNITIES)
    node_of = np.minimum(every.community, drawn)  # the last one is the rest
    spots = reading.memo.get("network spots", lambda: _spots(every.pairs, node_of, range(drawn + 1)))
    now = network.pairs(_of_kinds(_window(every.ties, asked), asked.kinds))
    links, inside, own = _summed(now, node_of, drawn + 1)
    sizes = np.bincount(node_of, minlength=drawn + 1)
    nodes = []
    for n in range(drawn + 1):
        if not sizes[n]:
            continue
        rest = n == drawn
        root = REST if rest else every.communities[n]
        label = _rest(len(every.communities) - drawn) if rest else _label(every, root)
        x, y = spots[n]
        counts = tuple(int(k) for k in own[n])
        nodes.append(Node(root, "rest" if rest else "community", label, int(sizes[n]), x, y, counts))
    return _view("communities", "", nodes, links, inside, every, now, len(every.ties.accounts))


def _community(reading: Reading, every: Whole, asked: Asked) -> View:
    if asked.community not in every.communities:
        raise NotFound(
            _("There is no such community."), _("Communities change with each run; begin at the network.")
        )
    number = every.communities.index(asked.community)
    strength = every.pairs.strength()
    members = np.flatnonzero(every.community == number)
    order = members[np.lexsort((members, -strength[members]))]
    shown = order[:MEMBERS]
    # Nodes: members drawn, the rest of them, communities around, all further ones.
    size = len(every.ties.accounts)
    node_of = np.full(size, -1, np.int64)
    node_of[shown] = np.arange(len(shown))
    rest = len(shown)
    node_of[order[MEMBERS:]] = rest
    around = _around(every, number)
    for n, other in enumerate(around):
        node_of[every.community == other] = rest + 1 + n
    total = rest + 1 + len(around)
    spots = reading.memo.get(
        ("network spots", asked.community), lambda: _spots(every.pairs, node_of, range(total), len(around))
    )
    now = network.pairs(_of_kinds(_window(every.ties, asked), asked.kinds))
    links, inside, own = _summed(now, node_of, total)
    nodes = [_person(every, int(one), spots[n], own[n]) for n, one in enumerate(shown)]
    if len(order) > MEMBERS:
        counts = tuple(int(k) for k in own[rest])
        x, y = spots[rest]
        nodes.append(Node(REST, "rest", _others(len(order) - MEMBERS), len(order) - MEMBERS, x, y, counts))
    for n, other in enumerate(around, rest + 1):
        root = every.communities[other]
        x, y = spots[n]
        counts = tuple(int(k) for k in own[n])
        nodes.append(
            Node(root, "community", _label(every, root), int((every.community == other).sum()), x, y, counts)
        )
    links = _renumbered(
        links, total, [*range(len(shown)), *([rest] if len(order) > MEMBERS else []), *range(rest + 1, total)]
    )
    return _view("community", _label(every, asked.community), nodes, links, inside, every, now, len(members))


def _account(reading: Reading, every: Whole, asked: Asked) -> View:
    here = every.place.get(asked.account)
    if here is None:
        row = accounts.one(reading, asked.account)
        return View("account", row.name, (), (), {}, 1, 0)
    pairs = every.pairs
    mine = (pairs.a == here) | (pairs.b == here)
    others = np.where(pairs.a[mine] == here, pairs.b[mine], pairs.a[mine])
    order = others[np.lexsort((others, -pairs.weight[mine]))]
    shown = order[:CONTACTS]
    node_of = np.full(len(every.ties.accounts), -1, np.int64)
    node_of[here] = 0
    node_of[shown] = np.arange(1, len(shown) + 1)
    rest = len(shown) + 1
    node_of[order[CONTACTS:]] = rest
    spots = reading.memo.get(
        ("network spots", asked.account), lambda: _spots(pairs, node_of, range(rest + 1), centre=True)
    )
    now = network.pairs(_of_kinds(_window(every.ties, asked), asked.kinds))
    links, inside, own = _summed(now, node_of, rest + 1)
    nodes = [_person(every, int(one), spots[n], own[n]) for n, one in enumerate([here, *shown.tolist()])]
    if len(order) > CONTACTS:
        x, y = spots[rest]
        counts = tuple(int(k) for k in own[rest])
        nodes.append(Node(REST, "rest", _others(len(order) - CONTACTS), len(order) - CONTACTS, x, y, counts))
    links = _renumbered(links, rest + 1, list(range(len(nodes))))
    name = every.names.get(asked.account, (asked.account, ""))[0]
    return _view("account", name, nodes, links, inside, every, now, len(order) + 1)


def _person(every: Whole, one: int, spot: tuple[float, float], own: Iterable[int]) -> Node:
    account = every.ties.accounts[one]
    name, net = every.names.get(account, (account, ""))
    return Node(account, "account", name, 1, *spot, tuple(int(k) for k in own), account in every.known, net)


def _around(every: Whole, number: int) -> list[int]:
    """The communities with the strongest ties to one."""
    a, b = every.community[every.pairs.a], every.community[every.pairs.b]
    out = (a == number) != (b == number)
    others = np.where(a[out] == number, b[out], a[out])
    sums = np.bincount(others, every.pairs.weight[out], len(every.communities))
    order = sorted(np.flatnonzero(sums).tolist(), key=lambda n: (-sums[n], n))
    return order[:AROUND]


def _summed(pairs: Pairs, node_of: Ints, size: int) -> tuple[list[Link], dict[int, tuple[int, ...]], Ints]:
    """Links between nodes, counts within each node, and counts of all ties of each node; accounts at -1 are left out."""
    a, b = node_of[pairs.a], node_of[pairs.b]
    there = (a >= 0) & (b >= 0)
    a, b, counts, weight = a[there], b[there], pairs.counts[there], pairs.weight[there]
    low, high = np.minimum(a, b), np.maximum(a, b)
    keys, place = np.unique(low * size + high, return_inverse=True)
    sums = np.zeros((len(keys), len(KINDS)), np.int64)
    np.add.at(sums, place, counts)
    weights = np.bincount(place, weight, len(keys)) if len(keys) else np.zeros(0)
    own = np.zeros((size, len(KINDS)), np.int64)
    np.add.at(own, low, counts)
    np.add.at(own, high[low != high], counts[low != high])
    links, inside = [], {}
    for key, row, heavy in zip(keys.tolist(), sums.tolist(), weights.tolist(), strict=True):
        one, other = divmod(key, size)
        if one == other:
            inside[one] = tuple(row)
        else:
            links.append(Link(one, other, tuple(row), heavy))
    return links, inside, own


def _renumbered(links: Sequence[Link], size: int, kept: Sequence[int]) -> list[Link]:
    new = {old: n for n, old in enumerate(kept)}
    assert all(one < size for one in kept)
    return [
        Link(new[one.a], new[one.b], one.counts, one.weight) for one in links if one.a in new and one.b in new
    ]


def _spots(
    pairs: Pairs, node_of: Ints, nodes: range, around: int = 0, *, centre: bool = False
) -> list[tuple[float, float]]:
    """Places by force (Fruchterman and Reingold 1991), the same for the same ties; the last `around` nodes stand on a ring,
    and with `centre` the first one in the middle."""
    links, _inside, _own = _summed(pairs, node_of, len(nodes))
    graph: Any = nx.Graph()
    graph.add_nodes_from(nodes)
    graph.add_weighted_edges_from((one.a, one.b, math.log1p(one.weight)) for one in links)
    start = {n: _ring(n, len(nodes), 0.3 + 0.6 * ((n * 7) % 10) / 10) for n in nodes}
    fixed = []
    for n in range(around):
        node = nodes[len(nodes) - around + n]
        start[node] = _ring(n, around, 1.0)
        fixed.append(node)
    if centre:
        start[0] = (0.0, 0.0)
        fixed.append(0)
    found = nx.spring_layout(
        graph,
        pos=start,
        fixed=fixed or None,
        weight="weight",
        seed=1,
        iterations=60,
        scale=None if fixed else 1.0,
    )
    return _fitted([(float(found[n][0]), float(found[n][1])) for n in nodes])


def _ring(n: int, of: int, radius: float) -> tuple[float, float]:
    angle = 2 * math.pi * n / max(of, 1)
    return radius * math.cos(angle), radius * math.sin(angle)


def _fitted(spots: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Into 0..1, two digits after what a pixel needs."""
    if not spots:
        return []
    (x0, x1), (y0, y1) = ((min(v), max(v)) for v in zip(*spots, strict=True))
    wide, high = max(x1 - x0, 1e-9), max(y1 - y0, 1e-9)
    return [(round((x - x0) / wide, 4), round((y - y0) / high, 4)) for x, y in spots]


def _view(
    level: Level,
    title: str,
    nodes: Sequence[Node],
    links: Sequence[Link],
    inside: Mapping[int, tuple[int, ...]],
    every: Whole,
    now: Pairs,
    size: int,
) -> View:
    keys = {n: one.key for n, one in enumerate(nodes)}
    tied = len(np.unique(np.concatenate([now.a, now.b])))
    if level != "communities":
        tied = len([one for one in nodes if one.what == "account" and any(one.counts)])
    by_weight = sorted(links, key=lambda one: (-one.weight, one.a, one.b))
    return View(
        level,
        title,
        tuple(nodes),
        tuple(by_weight),
        {keys[n]: counts for n, counts in inside.items() if n in keys},
        size,
        tied,
    )


def _label(every: Whole, root: str) -> str:
    """A community is called by its strongest member."""
    if root == UNPLACED:
        return _("not in a community yet")
    members = np.flatnonzero(every.community == every.communities.index(root))
    strength = every.pairs.strength()[members]
    best = every.ties.accounts[int(members[int(np.argmax(strength))])]
    return every.names.get(best, (best, ""))[0]


def _rest(n: int) -> str:
    return _("%(n)s smaller communities") % {"n": n}


def _others(n: int) -> str:
    return _("%(n)s others") % {"n": n}
