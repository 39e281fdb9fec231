"""How often two people look like one: namesakes and households of many drawn worlds, as the kinds of evidence see them.

python -m safelight.identities.evaluation.drawn [WORLDS]

An operation holds ten namesakes and four shared computers; how often such a pair escapes `one bearer` and `one user` shows
only in thousands of people. So people, accounts and computers are drawn as `safelight scenario write --size medium` does,
from seed 100 on, and all that accounts are called and were used on is known at once: no files are written, nobody talks.
That is the hardest case, for in files much of a namesake is missing.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from safelight.identities.evidence import one_bearer, one_user
from safelight.identities.kinds import Kind
from safelight.identities.model import Bench
from safelight.scenario.accounts import accounts
from safelight.scenario.equipment import devices
from safelight.scenario.people import persons
from safelight.scenario.sizes import SIZES
from safelight.scenario.traps import households, namesakes
from safelight.scenario.world import Account, Device

#: Seeds below are for training and reporting.
FIRST: Final = 100
WORLDS: Final = 300
#: Networks whose native id says what its holder chose to be called.
_HANDLES: Final = ("skype", "irc", "kik", "xmpp")


def world(seed: int) -> tuple[list[Account], list[Device]]:
    """Accounts and devices of a drawn world, with its traps."""
    size = SIZES["medium"]
    people = namesakes(size, seed, persons(size, seed))
    opened = accounts(size, seed, people)
    things, _living = households(size, seed, people, opened, devices(size, seed, people, opened))
    return opened, things


def filled(bench: Bench, opened: Sequence[Account], things: Sequence[Device]) -> None:
    """The bench with what the accounts are called, whence they connect and what they were used on."""
    tenures, names, identifiers = [], [], []
    for one in opened:
        key = {"tenure": one.index, "trace": f"t1-{one.index}"}
        tenures.append(
            {"tenure": one.index, "id": f"a{one.index:05}", "account_id": f"a{one.index:05}", "network": one.network,
             "instance": one.instance, "native": one.native_id}
        )  # fmt: skip
        called = {name.name: "display name" for name in one.names}
        if one.network in _HANDLES:
            called.setdefault(one.native_id.partition("@")[0], "user name")
        # A telephone tells nobody's name; that stands in address books.
        kinds = {"phone": "book", "imessage": "book"}
        names += [key | {"name": name, "kind": kinds.get(one.network, kind)} for name, kind in called.items()]
        if one.network == "irc":
            identifiers.append(key | {"kind": "host", "value": one.user, "basis": "own"})
    for thing in things:
        identifiers += [
            {"tenure": account, "kind": "device", "value": f"source:{thing.index}", "basis": "file",
             "trace": f"t1-{account}"}
            for account in thing.accounts
        ]  # fmt: skip
    bench.add("tenures", tenures)
    bench.add("names", names)
    bench.add("identifiers", identifiers)


def count(kind: Kind, bench: Bench, opened: Sequence[Account], found: Counter[tuple[Any, ...]]) -> None:
    """Pairs that the kind speaks for, and names or things with a false one among them: by kind and number of networks."""
    bench.db.execute("delete from pairs")
    bench.add("pairs", kind.propose(bench))
    subjects: dict[str, bool] = {}
    for row in kind.measure(bench).to_pylist():
        detail = json.loads(row["detail"])
        if kind is one_user.KIND and detail["shown"] < 2:
            continue
        same = not set(opened[row["a"]].owners).isdisjoint(opened[row["b"]].owners)
        found[kind.name, detail["networks"], "true" if same else "false"] += 1
        subject = str(detail.get("thing") or detail["name"])
        subjects[subject] = subjects.get(subject, True) and same
    found[kind.name, "all", "mixed"] += sum(not pure for pure in subjects.values())
    found[kind.name, "all", "seen"] += len(subjects)


def figures(worlds: int) -> Counter[tuple[Any, ...]]:
    """Counts over so many worlds."""
    found: Counter[tuple[Any, ...]] = Counter()
    for seed in range(FIRST, FIRST + worlds):
        opened, things = world(seed)
        with Bench() as bench:
            filled(bench, opened, things)
            for kind in (one_bearer.KIND, one_user.KIND):
                count(kind, bench, opened, found)
    return found


def main(arguments: Sequence[str]) -> None:
    """Print the counts."""
    found = figures(int(arguments[0]) if arguments else WORLDS)
    for (kind, networks, what), number in sorted(found.items(), key=str):
        sys.stdout.write(f"{kind}\t{networks}\t{what}\t{number}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
