"""Full names that accounts bear, and which accounts of one network are plainly one person's.

A full name is one of two words or more, the first and the last of three letters or more; the order of the words does not
matter. Accounts that a file's own program made up ("name:Ola Vik", where an export tells no number) are nobody's account:
several such may be one, so they bear no name here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from safelight.identities.handles import handle
from safelight.identities.model import Bench
from safelight.identities.placeholders import condition

#: SQL: a native id that an export made up.
MADE_UP: Final = "regexp_matches(coalesce(native, ''), '^(name:|local:|[?])')"
_WORD: Final = 3
#: What two accounts of one network and one name have in common whose name is not two people's.
_TIES: Final = "('phone', 'email', 'payment', 'host', 'fingerprint', 'device')"


@dataclass(frozen=True, slots=True)
class Bearer:
    """An account that bears a full name. `own`: it goes by it itself; else only address books call it so."""

    tenure: int
    network: str
    name: str
    """As it was written."""
    own: bool
    trace: str | None


def full(name: str) -> tuple[str, ...]:
    """The words of a full name, sorted; none for what is none."""
    words = handle(name).words if " " in name.strip() else ()
    if len(words) < 2 or len(words[0]) < _WORD or len(words[-1]) < _WORD:
        return ()
    return tuple(sorted(words))


def bearers(bench: Bench) -> Mapping[tuple[str, ...], Sequence[Bearer]]:
    """By full name, all accounts that bear it, in the order of tenures."""
    rows = bench.db.execute(
        f"""select tenure, network || ' ' || coalesce(instance, ''), names.name, kind <> 'book' as own, min(trace)
            from names join tenures using (tenure)
            where network is not null and not {MADE_UP} and not {condition("name", "lower(trim(names.name))")}
            group by all order by all"""
    ).fetchall()
    found: dict[tuple[str, ...], dict[int, Bearer]] = defaultdict(dict)
    words: dict[str, tuple[str, ...]] = {}
    for tenure, network, name, own, trace in rows:
        if name not in words:
            words[name] = full(name)
        if key := words[name]:
            before = found[key].get(tenure)
            if before is None or (own and not before.own):
                found[key][tenure] = Bearer(tenure, network, name, own, trace)
    return {key: list(some.values()) for key, some in sorted(found.items())}


def ties(bench: Bench) -> Mapping[int, frozenset[str]]:
    """By tenure, what ties accounts of one name in one network to one person: a thing, a number, a connection."""
    rows = bench.db.execute(
        f"""select tenure, list(distinct kind || ' ' || value) from identifiers
            where kind in {_TIES} and basis <> 'book' group by tenure"""
    ).fetchall()
    return {tenure: frozenset(values) for tenure, values in rows}


def apart(accounts: Iterable[int], held: Mapping[int, frozenset[str]]) -> list[list[int]]:
    """Accounts in groups: those that something of `held` ties together, directly or through each other."""
    groups: list[tuple[list[int], frozenset[str]]] = []
    for one in accounts:
        mine, values = [one], held.get(one, frozenset())
        others = []
        for members, theirs in groups:
            if theirs & values:
                mine, values = members + mine, theirs | values
            else:
                others.append((members, theirs))
        groups = [*others, (mine, values)]
    return sorted(sorted(members) for members, _values in groups)
