"""Which accounts of a synthetic operation are one person's, and which pairs of them the evidence can show at all.

Accounts of the truth are found in the catalog by network, instance and native id. A log that does not say which IRC network
it is from names local accounts; they belong to whoever bears that nick in the one or only network of the truth.

A pair is linkable by itself if the files say the same of both: one full name, one handle, one number, one user@host, or both
logged in on one seized thing in files that name them (of which a log that names no network says nothing). It is linkable at
all if a chain of such pairs leads from one to the other among the accounts of one person. What links neither (two handles
that chance drew, without a name) nobody could find.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import networkx as nx
import pyarrow.parquet as pq
from duckdb import DuckDBPyConnection

from safelight.errors import NotFound
from safelight.traces.ids import account_id

_TABLES = ("accounts", "account_files", "persons")
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Truth:
    """By account of the catalog. Pairs are sorted."""

    owners: Mapping[str, frozenset[int]]
    """Persons: several where an account is shared."""
    persons: int
    """Who has an account in the catalog."""
    direct: frozenset[Pair]
    """True pairs that the evidence can show by themselves."""
    linkable: frozenset[Pair]
    """True pairs that it can show at all."""
    missing: int
    """Accounts of the catalog that the truth does not know (names without an id)."""

    def same(self, a: str, b: str) -> bool:
        """Whether one person has both."""
        return bool(self.owners[a] & self.owners[b])


def truth(folder: Path, db: DuckDBPyConnection) -> Truth:
    """Read `folder` and the catalog's accounts. Raises NotFound where there is no truth."""
    if any(not (folder / f"{name}.parquet").is_file() for name in _TABLES):
        raise NotFound(
            f"{folder} holds no truth of a scenario.",
            "Name the folder `truth` that `safelight scenario write` made.",
        )
    accounts = {row["account"]: row for row in pq.read_table(folder / "accounts.parquet").to_pylist()}
    files = pq.read_table(folder / "account_files.parquet").to_pylist()
    known = db.execute(_CATALOG).fetchall()
    by_id = {
        account_id(one["network"], one["instance"], one["native_id"]): key for key, one in accounts.items()
    }
    nicks: dict[str, set[int]] = defaultdict(set)
    for key, one in accounts.items():
        if one["network"] == "irc":
            nicks[one["native_id"]].add(key)
    found: dict[str, int] = {}
    for id_, network, instance, native in known:
        key = by_id.get(id_)
        if key is None and network == "irc" and (instance or "").startswith("?") and len(nicks[native]) == 1:
            key = next(iter(nicks[native]))
        if key is not None:
            found[id_] = key
    owners = {id_: frozenset(accounts[key]["owners"]) for id_, key in found.items()}
    named = _marks(folder, accounts, files)
    marks = {id_: _told_of(id_, named[key], by_id) for id_, key in found.items()}
    of_person: dict[int, list[str]] = defaultdict(list)
    for id_, people in owners.items():
        for person in people:
            of_person[person].append(id_)
    direct: set[Pair] = set()
    linkable: set[Pair] = set()
    for ids in of_person.values():
        graph: nx.Graph[str] = nx.Graph()
        graph.add_nodes_from(ids)
        for a, b in pairs(ids):
            if found[a] == found[b] or marks[a] & marks[b]:
                direct.add((a, b))
                graph.add_edge(a, b)
        for component in nx.connected_components(graph):
            linkable.update(pairs(component))
    return Truth(owners, len(of_person), frozenset(direct), frozenset(linkable), len(known) - len(found))


def _told_of(id_: str, marks: set[str], by_id: Mapping[str, int]) -> set[str]:
    """What the files say of an account of the catalog: of a log's own one, not where the account that it stands for was
    logged in, for the log says nothing of that."""
    return marks if id_ in by_id else {one for one in marks if not one.startswith("on ")}


def pairs(ids: Iterable[str]) -> Iterable[Pair]:
    """All pairs, sorted."""
    ordered = sorted(ids)
    return ((a, b) for n, a in enumerate(ordered) for b in ordered[n + 1 :])


_CATALOG = """
    select id, any_value(network), any_value(instance), any_value(native) from (
        select account_id as id, network, instance, account as native from accounts
        union all select sender_id, network, instance, sender from messages where sender_id is not null
        union all select sender_id, network, instance, sender from transfers where sender_id is not null
        union all select receiver_id, network, instance, receiver from transfers where receiver_id is not null
        union all select caller_id, network, instance, caller from calls where caller_id is not null
        union all select contact_id, network, instance, contact from contacts where contact_id is not null
        union all select account_id, network, instance, account from memberships where account_id is not null
        union all select account_id, network, instance, account from logins where account_id is not null
    ) group by id order by id"""


def _marks(
    folder: Path, accounts: Mapping[int, dict[str, Any]], files: list[dict[str, Any]]
) -> Mapping[int, set[str]]:
    """What the files say of each account."""
    marks: dict[int, set[str]] = defaultdict(set)
    named: dict[int, set[str]] = defaultdict(set)
    for row in files:
        named[row["account"]].add(row["name"] or "")
    for key, one in accounts.items():
        marks[key].update(_of_native(one))
        for name in named.get(key, ()):
            marks[key].update(_of_name(name))
    said = {(row["account"], row["exhibit"], row["format"]) for row in files}
    for exhibit in json.loads((folder / "exhibits.json").read_text("utf-8")):
        for source in exhibit["sources"]:
            for file in source["files"]:
                stated = (file["owner"], exhibit["number"], file["format"]) in said
                if stated and file["device"] is not None:
                    marks[file["owner"]].add(f"on {source['path']}")
    return marks


def _of_native(one: dict[str, Any]) -> Iterable[str]:
    native = one["native_id"]
    if one["network"] in ("phone", "whatsapp", "imessage"):
        yield f"number {native}"
    elif one["network"] == "mail":
        yield f"mail {native}"
        yield from _of_name(native.partition("@")[0].replace(".", " "))
    elif one["network"] in ("skype", "irc", "kik", "xmpp"):
        handle = native.partition("@")[0].removeprefix("live:")
        yield from _of_name(re.sub(r"_[a-z0-9]{3}$", "", handle) if one["network"] == "kik" else handle)
    if one["network"] == "irc" and one["user"]:
        yield f"host {one['user']}"


def _of_name(name: str) -> Iterable[str]:
    folded = " ".join(name.casefold().split())
    if " " in folded and not folded.endswith((" sjakk", ".")):
        yield f"name {folded}"
    elif len(bare := re.sub(r"(\|.*|_+)$", "", folded)) >= 5:
        yield f"handle {bare.removeprefix('@')}"
