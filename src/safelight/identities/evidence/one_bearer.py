"""One bearer of a full name: in the networks in which the name is known, one account goes by it in each.

That two accounts have one name says little, for two people may have it (`names.py`). But two people who are in the same
networks show themselves: there two accounts bear the name. Where a name is known in four networks or more and in hardly any
of them twice, it is rather one person's who is in all of them; the more networks, the more so. All names that accounts ever
carried count, and what address books call them. Of a network in which two accounts bear the name nothing is said, since
nobody knows which of them it is, and of the others a little less. Accounts of one network that were used on one thing, or
have one number or connection, count once: two of one name hardly share that.

What it cannot see: two namesakes who are in no network both (docs/accuracy.md, "Two people who look like one"). So nothing
that rests on names alone is ever told with more than `combine.MOST_BY_NAMES`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any, Final

import pyarrow as pa

from safelight.identities.full_names import Bearer, apart, bearers, ties
from safelight.identities.kinds import Kind
from safelight.identities.model import Bench
from safelight.identities.placeholders import common
from safelight.identities.said import Said, measured, proposed
from safelight.messages import _, ngettext

#: In so many networks accounts must go by the name themselves, and in so many of them only one.
LEAST: Final = 4
LEAST_ALONE: Final = 3
#: Log-odds where four networks have one bearer each, what each more or fewer adds or takes, and the most.
POINTS: Final = 3.0
EACH: Final = 0.3
MOST: Final = 4.0
#: Taken off for each network in which several have it, where each word of the name is many people's, and where only an
#: address book gives one of the two accounts the name.
SEVERAL: Final = 0.2
USUAL: Final = 1.0
BOOK: Final = 0.5
#: Of a name that more accounts bear nothing is said.
_MOST_ACCOUNTS: Final = 40


def _said(bench: Bench) -> Iterator[Said]:
    """Pairs of accounts in different networks that bear such a name."""
    held = ties(bench)
    for words, accounts in bearers(bench).items():
        networks: dict[str, list[Bearer]] = defaultdict(list)
        for one in accounts:
            networks[one.network].append(one)
        own = [name for name, some in networks.items() if any(one.own for one in some)]
        alone = {
            name for name, some in networks.items() if len(apart((one.tenure for one in some), held)) == 1
        }
        count, several = len(alone.intersection(own)), len(networks.keys() - alone)
        if len(own) < LEAST or count < LEAST_ALONE or len(accounts) > _MOST_ACCOUNTS:
            continue
        points = min(MOST, POINTS + EACH * (count - LEAST)) - SEVERAL * several
        points -= USUAL if set(words) <= common() else 0
        for one, other in combinations([one for one in accounts if one.network in alone], 2):
            if one.network != other.network and (one.own or other.own):
                books = not (one.own and other.own)
                detail = {
                    "name": one.name if one.own else other.name, "networks": count, "several": several, "books": books
                }  # fmt: skip
                yield Said(
                    one.tenure,
                    other.tenure,
                    points - (BOOK if books else 0),
                    detail,
                    {one.trace, other.trace},
                )


def _measure(bench: Bench) -> pa.Table:
    return measured(bench, _said(bench))


def _propose(bench: Bench) -> pa.Table:
    return proposed(_said(bench))


def _say(detail: Mapping[str, Any]) -> str:
    n, several = int(detail["networks"]), int(detail["several"])
    told = ngettext(
        "In %(n)d network exactly one known account goes by the name “%(name)s”.",
        "In each of %(n)d networks exactly one known account goes by the name “%(name)s”.",
        n,
    ) % {"n": n, "name": detail["name"]}
    if several:
        told += " " + ngettext(
            "In %(n)d other network several do; of those accounts this says nothing.",
            "In %(n)d other networks several do; of those accounts this says nothing.",
            several,
        ) % {"n": several}
    if detail["books"]:
        told += " " + _("One of these two is called so by an address book only.")
    return told


KIND = Kind("one bearer", "bearer", True, _measure, _say, _propose)
