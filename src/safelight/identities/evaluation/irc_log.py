"""Joins with user@host and changes of nick in public IRC logs (`realdata/irc`), and which nicks are one person by them."""

from __future__ import annotations

import re
import tarfile
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import networkx

from safelight.identities.model import Bench
from safelight.identities.placeholders import condition
from safelight.traces.networks import irc

_JOIN = re.compile(r"^=== (\S+) \[([^\]\s]+)\]\s+has joined ")
_CHANGE = re.compile(r"^=== (\S+) is now known as (\S+)\s*$")
#: A nick that changed to or from more others is a name that many people take (`root`), and joins them to chains.
MOST_CHANGES = 3


@dataclass(frozen=True, slots=True)
class Log:
    """Nicks in the network's normal form."""

    joins: Mapping[str, Counter[str]]
    """Nick -> user@host -> how often."""
    changes: frozenset[tuple[str, str]]
    """Pairs of nicks of which one became the other, sorted within."""
    person: Mapping[str, str]
    """Nick -> person, for nicks that changed: chains of changes without placeholders and without names that many take."""
    chained: int
    """How many nicks one chain would hold if every change were believed."""


def read(folder: Path) -> Log:
    """All logs of the archive; nothing is unpacked. Raises OSError."""
    joins: dict[str, Counter[str]] = defaultdict(Counter)
    changes = set()
    with tarfile.open(folder / "ubuntu_irc.tar.gz") as archive:
        for member in archive:
            stream = archive.extractfile(member) if member.name.endswith(".raw.txt") else None
            for line in stream or ():
                text = line.decode("utf-8", "replace")
                if found := _JOIN.match(text):
                    joins[irc(found[1])][found[2]] += 1
                elif found := _CHANGE.match(text):
                    one, other = sorted((irc(found[1]), irc(found[2])))
                    if one != other:
                        changes.add((one, other))
    return Log(dict(joins), frozenset(changes), *_people(changes))


def _people(changes: set[tuple[str, str]]) -> tuple[dict[str, str], int]:
    every = networkx.Graph(sorted(changes))
    chained = max((len(chain) for chain in networkx.connected_components(every)), default=0)
    with Bench() as bench:
        bench.add("names", [{"tenure": 0, "name": nick, "kind": "nick"} for nick in sorted(every)])
        none = bench.db.execute(f"select name from names where {condition('name', 'lower(name)')}").fetchall()
    believed = every.copy()
    believed.remove_nodes_from([row[0] for row in none])
    believed.remove_nodes_from([nick for nick in every if every.degree[nick] > MOST_CHANGES])
    person = {
        nick: min(chain)
        for chain in networkx.connected_components(believed)
        if len(chain) > 1
        for nick in chain
    }
    return person, chained


def bench(log: Log) -> Bench:
    """All nicks as tenures of one network, with their hosts."""
    nicks = sorted({*log.joins, *(nick for pair in log.changes for nick in pair)})
    made = Bench()
    made.add("tenures", [
        {"tenure": n, "id": nick, "account_id": nick, "network": "irc", "native": nick} for n, nick in enumerate(nicks)
    ])  # fmt: skip
    made.add("names", [{"tenure": n, "name": nick, "kind": "nick"} for n, nick in enumerate(nicks)])
    made.add("identifiers", [
        {"tenure": n, "kind": "host", "value": host, "basis": "own", "uses": uses}
        for n, nick in enumerate(nicks) for host, uses in sorted(log.joins.get(nick, {}).items())
    ])  # fmt: skip
    return made


def add_changes(told: Bench, log: Log) -> None:
    """The changes of nick as an operation gathers them: of each nick, which others one connection changed it to or from."""
    nicks = [row[0] for row in told.db.execute("select id from tenures order by tenure").fetchall()]
    number = {nick: n for n, nick in enumerate(nicks)}
    told.add("identifiers", [
        {"tenure": number[one], "kind": "renamed", "value": other, "basis": "own", "uses": 1}
        for one, other in sorted(log.changes)
    ])  # fmt: skip
