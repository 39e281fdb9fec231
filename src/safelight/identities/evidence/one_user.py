"""One user of a seized thing: on it every network has exactly one account, and whoever shows a first name shows the same.

That two accounts were used on one thing says little, for households share computers (`owner.py`). But a household shows
itself: two accounts of one network, or two first names. Where a thing knows accounts of three networks or more, each once,
and all first names that they show are one, it is rather one person's; the more networks, the more so, and more where the
first name stands on several accounts. A surname in common says nothing, for that is what a household has. Accounts of one
network that show the first name, or have one number or connection, count once.

What it cannot see: two people of whom each has another network, and one of whom shows no name (docs/accuracy.md, "Two
people who look like one"). So nothing that rests on things alone is ever told with more than `combine.MOST_BY_THINGS`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any, Final

import pyarrow as pa

from safelight.identities.evidence.first_name import first_names
from safelight.identities.full_names import apart, ties
from safelight.identities.kinds import Kind
from safelight.identities.model import Bench
from safelight.identities.said import Said, measured, proposed
from safelight.messages import _, ngettext

#: Of so many networks there must be an account.
LEAST: Final = 3
#: Log-odds with so many networks, what each further one adds, and the most.
POINTS: Final = 3.5
EACH: Final = 0.4
MOST: Final = 5.0
#: Taken off where fewer than two accounts on it show the first name: nobody says whose it is.
UNNAMED: Final = 2.0
#: Things on which more accounts were used are nobody's own.
_MOST_ACCOUNTS: Final = 40

_ON = """
    select value, network || ' ' || coalesce(instance, '') as network, tenure, min(identifiers.trace) as trace
    from identifiers join tenures using (tenure)
    where kind = 'device' and basis in ('file', 'presence') and value like 'source:%' and network is not null
    group by all order by all
"""


def _said(bench: Bench) -> Iterator[Said]:
    """Pairs of accounts of different networks on such a thing."""
    things: dict[str, list[tuple[str, int, str | None]]] = defaultdict(list)
    for thing, network, tenure, trace in bench.db.execute(_ON).fetchall():
        things[thing].append((network, tenure, trace))
    firsts: dict[int, set[str]] = defaultdict(set)
    for tenure, first, _trace in first_names(bench):
        firsts[tenure].add(first)
    held = _held(bench, firsts)
    for thing, accounts in things.items():
        networks: dict[str, list[int]] = defaultdict(list)
        for network, tenure, _trace in accounts:
            networks[network].append(tenure)
        shown = [firsts[tenure] for _network, tenure, _trace in accounts if tenure in firsts]
        name = min(set.intersection(*shown), default=None) if shown else None
        if len(networks) < LEAST or len(accounts) > _MOST_ACCOUNTS or (shown and name is None):
            continue
        if any(len(apart(some, held)) > 1 for some in networks.values()):
            continue
        points = min(MOST, POINTS + EACH * (len(networks) - LEAST)) - (UNNAMED if len(shown) < 2 else 0)
        detail = {"thing": thing, "networks": len(networks), "first": name, "shown": len(shown)}
        for (network, one, trace), (other_network, other, other_trace) in combinations(accounts, 2):
            if network != other_network:
                yield Said(one, other, points, detail, {trace, other_trace})


def _held(bench: Bench, firsts: Mapping[int, set[str]]) -> Mapping[int, frozenset[str]]:
    """What ties accounts of one network on a thing to one person: anything but that they were used on a thing."""
    held = {tenure: frozenset(f"first {one}" for one in some) for tenure, some in firsts.items()}
    for tenure, values in ties(bench).items():
        other = frozenset(one for one in values if not one.startswith("device "))
        held[tenure] = held.get(tenure, frozenset()) | other
    return held


def _measure(bench: Bench) -> pa.Table:
    return measured(bench, _said(bench))


def _propose(bench: Bench) -> pa.Table:
    return proposed(_said(bench))


def _say(detail: Mapping[str, Any]) -> str:
    n, shown = int(detail["networks"]), int(detail["shown"])
    told = ngettext(
        "On one seized item an account of %(n)d network was used.",
        "On one seized item accounts of %(n)d networks were used, one person's in each as far as is seen.",
        n,
    ) % {"n": n}
    if not shown:
        return told + " " + _("None of them shows a first name.")
    return (
        told
        + " "
        + ngettext(
            "%(n)d of them shows a first name, “%(name)s”.",
            "%(n)d of them show a first name, and it is always “%(name)s”.",
            shown,
        )
        % {"n": shown, "name": str(detail["first"]).capitalize()}
    )


KIND = Kind("one user", "identifier", True, _measure, _say, _propose)
