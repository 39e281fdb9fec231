"""The network of accounts as it is looked at: communities first, one community or one account on demand.

Never more than some two hundred nodes are drawn, however many accounts there are: the strongest stand by themselves and
the others together in one. Places are computed from all ties, so that nothing jumps when a window of time is moved; only
what a window holds is counted. Communities are those of the last triage run.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import networkx as nx
import numpy as np

from safelight.access import accounts
from safelight.access.police import without_police
from safelight.access.reading import Reading
from safelight.errors import NotFound
from safelight.identities import network
from safelight.identities.network import KINDS, Floats, Ints, Pairs, Ties
from safelight.identities.triage import reading as triage
from safelight.messages import _
from safelight.messages.figures import decimal

#: Nodes drawn by themselves: communities, members of one, contacts of one account; communities around one.
COMMUNITIES, MEMBERS, CONTACTS, AROUND = 60, 120, 80, 14
#: Room for an account's circle, in the picture's units.
ACCOUNT: Final = 16.0
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
    """A community, an account, or the rest. `x`, `y` in 0..1; `counts` by kind, of its ties in the window, and `copies` the
    same with every copy counted."""

    key: str
    what: Literal["community", "account", "rest"]
    label: str
    members: int
    x: float
    y: float
    counts: tuple[int, ...]
    copies: tuple[int, ...]
    known: bool = False
    network: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """Ties between two nodes in the window, or within one; counts as in `Node`. `weight` as in `network.WEIGHTS`."""

    a: int
    b: int
    counts: tuple[int, ...]
    copies: tuple[int, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class View:
    """What is drawn. `inside`: ties within each community node; `accounts` and `tied`: accounts there are in what is looked
    at, and those with a tie in the window."""

    level: Level
    title: str
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    inside: Mapping[str, Link]
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
    ties = network.read(without_police(reading.db, reading.ledger), reading.snapshot)
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


def months(reading: Reading, asked: Asked) -> list[tuple[int, int, int]]:
    """Each month, how often there was a tie in it, and how often with every copy, of the account, the community or all that
    is looked at; from the first month of the whole network to its last."""
    every = whole(reading)
    extent = every.ties.months()
    if extent is None:
        return []
    ties = _of_kinds(_about(every, asked), asked.kinds)
    dated = ties.month >= extent[0]
    at, size = ties.month[dated] - extent[0], extent[1] - extent[0] + 1
    sums, copies = (
        np.bincount(at, column[dated], size).astype(int).tolist() for column in (ties.n, ties.copies)
    )
    return [(extent[0] + n, *both) for n, both in enumerate(zip(sums, copies, strict=True))]


def totals(reading: Reading, asked: Asked) -> dict[int, tuple[int, int]]:
    """How often each kind of tie was, in the window, of what is looked at: each once, and with every copy."""
    ties = _window(_about(whole(reading), asked), asked)
    found = {}
    for kind in range(len(KINDS)):
        mine = ties.kind == kind
        found[kind] = (int(ties.n[mine].sum()), int(ties.copies[mine].sum()))
    return found


def _about(every: Whole, asked: Asked) -> Ties:
    """The ties of the account or the community that is looked at; else all."""
    ties = every.ties
    if asked.account:
        here = every.place.get(asked.account, -1)
        return ties.where((ties.a == here) | (ties.b == here))
    if asked.community in every.communities:
        number = every.communities.index(asked.community)
        return ties.where((every.community[ties.a] == number) | (every.community[ties.b] == number))
    return ties


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
    return ties.where(np.isin(ties.kind, kinds))


def _communities(reading: Reading, every: Whole, asked: Asked) -> View:
    drawn = min(len(every.communities), COMMUNITIES)
    node_of = np.minimum(every.community, drawn)  # the last one is the rest
    sizes = np.bincount(node_of, minlength=drawn + 1)
    radii = [radius(int(n)) for n in sizes[: drawn + bool(sizes[drawn])]]
    spots = reading.memo.get("network spots", lambda: _spots(every.pairs, node_of, radii))
    now, copies = _now(every, asked)
    links, inside, own = _summed(now, copies, node_of, len(radii))
    nodes = []
    for n in range(len(radii)):
        rest = n == drawn
        root = REST if rest else every.communities[n]
        label = _rest(len(every.communities) - drawn) if rest else _label(every, root)
        x, y = spots[n]
        what: Literal["rest", "community"] = "rest" if rest else "community"
        nodes.append(Node(root, what, label, int(sizes[n]), x, y, *_counted(own[n])))
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
    # Nodes: members drawn, the others in one, communities around.
    size = len(every.ties.accounts)
    node_of = np.full(size, -1, np.int64)
    node_of[shown] = np.arange(len(shown))
    further = len(order) - len(shown)
    node_of[order[MEMBERS:]] = len(shown)
    begin = len(shown) + bool(further)
    around = _around(every, number)
    for n, other in enumerate(around, begin):
        node_of[every.community == other] = n
    sizes = np.bincount(every.community, minlength=len(every.communities))
    radii = (
        [ACCOUNT] * len(shown)
        + [radius(further)] * bool(further)
        + [radius(int(sizes[one])) for one in around]
    )
    spots = reading.memo.get(
        ("network spots", asked.community), lambda: _spots(every.pairs, node_of, radii, len(around))
    )
    now, copies = _now(every, asked)
    links, inside, own = _summed(now, copies, node_of, len(radii))
    nodes = [_person(every, int(one), spots[n], own[n]) for n, one in enumerate(shown)]
    if further:
        nodes.append(_further(further, spots[len(shown)], own[len(shown)]))
    for n, other in enumerate(around, begin):
        root, label = every.communities[other], _label(every, every.communities[other])
        nodes.append(Node(root, "community", label, int(sizes[other]), *spots[n], *_counted(own[n])))
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
    further = len(order) - len(shown)
    node_of[order[CONTACTS:]] = len(shown) + 1
    radii = [ACCOUNT] * (len(shown) + 1) + [radius(further)] * bool(further)
    spots = reading.memo.get(("network spots", asked.account), lambda: _spots(pairs, node_of, radii))
    now, copies = _now(every, asked)
    links, inside, own = _summed(now, copies, node_of, len(radii))
    nodes = [_person(every, int(one), spots[n], own[n]) for n, one in enumerate([here, *shown.tolist()])]
    if further:
        nodes.append(_further(further, spots[len(shown) + 1], own[len(shown) + 1]))
    name = every.names.get(asked.account, (asked.account, ""))[0]
    return _view("account", name, nodes, links, inside, every, now, len(order) + 1)


def _person(every: Whole, one: int, spot: tuple[float, float], own: Ints) -> Node:
    account = every.ties.accounts[one]
    name, net = every.names.get(account, (account, ""))
    return Node(account, "account", name, 1, *spot, *_counted(own), account in every.known, net)


def _further(n: int, spot: tuple[float, float], own: Ints) -> Node:
    return Node(REST, "rest", _("%(n)s others") % {"n": decimal(n)}, n, *spot, *_counted(own))


def _counted(own: Ints) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """By kind: how often, and with every copy."""
    counts, copies = own.tolist()
    return tuple(counts), tuple(copies)


def _around(every: Whole, number: int) -> list[int]:
    """The communities with the strongest ties to one."""
    a, b = every.community[every.pairs.a], every.community[every.pairs.b]
    out = (a == number) != (b == number)
    others = np.where(a[out] == number, b[out], a[out])
    sums = np.bincount(others, every.pairs.weight[out], len(every.communities))
    order = sorted(np.flatnonzero(sums).tolist(), key=lambda n: (-sums[n], n))
    return order[:AROUND]


def _now(every: Whole, asked: Asked) -> tuple[Pairs, Ints]:
    """The ties of the window and the kinds that are asked for, and their counts with every copy."""
    ties = _of_kinds(_window(every.ties, asked), asked.kinds)
    return network.pairs(ties), network.pairs(ties.with_copies()).counts


def _summed(pairs: Pairs, copies: Ints, node_of: Ints, size: int) -> tuple[list[Link], dict[int, Link], Ints]:
    """Links between nodes, those within each node, and counts of all ties of each node (node × 2 × kind: how often, and with
    every copy); accounts at -1 are left out."""
    a, b = node_of[pairs.a], node_of[pairs.b]
    there = (a >= 0) & (b >= 0)
    a, b, weight = a[there], b[there], pairs.weight[there]
    counts = np.stack([pairs.counts[there], copies[there]], axis=1)
    low, high = np.minimum(a, b), np.maximum(a, b)
    keys, place = np.unique(low * size + high, return_inverse=True)
    sums = np.zeros((len(keys), 2, len(KINDS)), np.int64)
    np.add.at(sums, place, counts)
    weights = np.bincount(place, weight, len(keys)) if len(keys) else np.zeros(0)
    own = np.zeros((size, 2, len(KINDS)), np.int64)
    np.add.at(own, low, counts)
    np.add.at(own, high[low != high], counts[low != high])
    links, inside = [], {}
    for key, row, heavy in zip(keys.tolist(), sums, weights.tolist(), strict=True):
        one, other = divmod(key, size)
        link = Link(one, other, *_counted(row), heavy)
        if one == other:
            inside[one] = link
        else:
            links.append(link)
    return links, inside, own


def _spots(pairs: Pairs, node_of: Ints, radii: Sequence[float], around: int = 0) -> list[tuple[float, float]]:
    """Places by force (Fruchterman and Reingold 1991), then pushed apart until circles of these radii (in the picture's
    units) leave each other room; the same for the same ties. The last `around` nodes begin on a ring."""
    size = len(radii)
    links, _inside, _own = _summed(pairs, pairs.counts, node_of, size)
    graph: Any = nx.Graph()
    graph.add_nodes_from(range(size))
    graph.add_weighted_edges_from((one.a, one.b, math.log1p(one.weight)) for one in links)
    start = {n: _ring(n, size, 0.25 + 0.6 * ((n * 7) % 10) / 10) for n in range(size)}
    start |= {size - around + n: _ring(n, around, 1.0) for n in range(around)}
    fixed = list(range(size - around, size))
    bound = [n for n in range(size) if graph.degree(n)]
    found = nx.spring_layout(
        graph.subgraph(bound), pos={n: start[n] for n in bound}, fixed=[n for n in fixed if n in set(bound)] or None,
        weight="weight", seed=1, iterations=80, scale=None if around else 1.0,
    ) if bound else {}  # fmt: skip
    # What is tied to nothing here would fly off: it lies below the others, in rows.
    loose = [n for n in range(size) if n not in found]
    places = np.zeros((size, 2))
    if bound:
        places[bound] = np.array(_fitted([(float(found[n][0]), float(found[n][1])) for n in bound]))
    share = len(loose) / size if size else 0.0
    columns = max(math.ceil(math.sqrt(len(loose) * WIDE / HIGH / max(share, 0.05))), 1)
    lines = max(math.ceil(len(loose) / columns), 1)
    for n, one in enumerate(loose):
        places[one] = ((n % columns + 0.5) / columns, 1 - share + share * (n // columns + 0.5) / lines)
    if bound and loose:
        places[bound, 1] *= 1 - share
    return _apart(places, np.array(radii, np.float64))


#: The picture that places are made for, and the room for a label under a circle.
WIDE, HIGH, LABEL = 908.0, 528.0, 16.0


def _apart(places: Floats, radii: Floats) -> list[tuple[float, float]]:
    """Push circles apart that would cover each other, in small equal steps."""
    at = places * (WIDE, HIGH)
    room = radii[:, None] + radii[None, :] + LABEL
    for _step in range(120):
        apart = at[:, None, :] - at[None, :, :]
        apart += np.where(
            np.abs(apart) < 1e-9,
            np.sign(np.arange(len(at))[:, None, None] - np.arange(len(at))[None, :, None]),
            0,
        )
        distance = np.maximum(np.hypot(apart[..., 0], apart[..., 1]), 1e-6)
        lacking = np.maximum(room - distance, 0)
        np.fill_diagonal(lacking, 0)
        if not lacking.any():
            break
        at += (apart / distance[..., None] * lacking[..., None] * 0.3).sum(axis=1)
        at = np.clip(at, 0, (WIDE, HIGH))
    return [(round(float(x / WIDE), 4), round(float(y / HIGH), 4)) for x, y in at]


def _ring(n: int, of: int, radius: float) -> tuple[float, float]:
    angle = 2 * math.pi * n / max(of, 1)
    return radius * math.cos(angle), radius * math.sin(angle)


def _fitted(spots: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Into 0..1."""
    (x0, x1), (y0, y1) = ((min(v), max(v)) for v in zip(*spots, strict=True))
    wide, high = max(x1 - x0, 1e-9), max(y1 - y0, 1e-9)
    return [((x - x0) / wide, (y - y0) / high) for x, y in spots]


def radius(members: int) -> float:
    """Of a community's circle, in the picture's units."""
    return round(min(6 + 1.6 * math.sqrt(members), 40), 1)


def _view(
    level: Level,
    title: str,
    nodes: Sequence[Node],
    links: Sequence[Link],
    inside: Mapping[int, Link],
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
        {keys[n]: link for n, link in inside.items() if n in keys},
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
    name, net = every.names.get(best, (best, ""))
    return f"{name}, {net}" if net else name


def _rest(n: int) -> str:
    return _("%(n)s smaller communities") % {"n": decimal(n)}
