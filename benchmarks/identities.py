"""What `identities find` costs: `benchmarks.identities --accounts 5000 --messages 200`.

Accounts of six networks with generated texts, each in its writer's own mixture of words and marks; every third person has
two accounts with a name or a telephone number in common. Measured is a run from nothing, by phase; the run after one more
account came with as many messages; the run after one decision; one that has nothing to do; and what the roles of accounts
cost behind each. Each is a process of its own, so that each has its own peak of memory. Processor seconds count (of all its
threads), for the clock tells what else the machine does.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from safelight.catalog.catalog import Catalog
from safelight.identities.gather import STEPS
from safelight.identities.registry import KINDS
from safelight.identities.run import Figures, find
from safelight.identities.style.words import FUNCTION_WORDS
from safelight.identities.triage.run import find_roles
from safelight.ledger import exhibits, identities
from safelight.ledger.ledger import Ledger
from safelight.operation.folder import OperationFolder
from safelight.operation.settings import Settings, write_settings
from safelight.traces.columns import MOMENT
from safelight.traces.ids import account_id, conversation_id
from safelight.traces.networks import direct

_BEGIN = 1_388_534_400
_SPAN = 3 * 365 * 86_400
_NETWORKS = ("skype", "telegram", "kik", "whatsapp", "xmpp", "forum")
_FIRST = ("Ola", "Kari", "Per", "Anne", "Nils", "Ingrid", "Lars", "Solveig", "Knut", "Liv", "Arne", "Berit")
_SYLLABLES = (
    "tog",
    "vær",
    "snø",
    "ra",
    "li",
    "ne",
    "sku",
    "brett",
    "ko",
    "mi",
    "sta",
    "fjell",
    "du",
    "gre",
    "pa",
    "vik",
)
_MARKS = (".", "!", "...", ",", " :)", "?", " hehe", "")


class _People:
    """Who holds which accounts, and how each writes."""

    def __init__(self, accounts: int) -> None:
        self.accounts = accounts
        drawn = np.random.default_rng(7)
        words = {"".join(drawn.choice(_SYLLABLES, drawn.integers(2, 4))) for _n in range(6_000)}
        self.words = np.array([*sorted(FUNCTION_WORDS["nb"]), *sorted(words)])
        share = 1 / np.arange(1, len(self.words) + 1)
        self.share = share / share.sum()

    def person(self, account: int) -> int:
        """Of three accounts in turn the first two are one person's."""
        return account // 3 * 2 + (account % 3 == 2)

    def network(self, account: int) -> str:
        return _NETWORKS[account % len(_NETWORKS)]

    def native(self, account: int) -> str:
        return f"+47{90_000_000 + account}" if self.network(account) == "whatsapp" else f"spiller{account:06}"

    def id(self, account: int) -> str:
        return account_id(self.network(account), None, self.native(account))

    def texts(self, account: int, count: int) -> list[str]:
        """So many messages, each of three to fourteen words."""
        own = np.random.default_rng(self.person(account) + 1_000)
        share = self.share * own.gamma(1.0, size=len(self.words))
        drawn = np.random.default_rng(account + 5_000_000)
        lengths = drawn.integers(3, 15, count)
        chosen = self.words[drawn.choice(len(self.words), lengths.sum(), p=share / share.sum())]
        marks = drawn.choice(_MARKS, count, p=own.dirichlet(np.full(len(_MARKS), 0.4)))
        ends = np.cumsum(lengths)
        return [
            " ".join(chosen[end - length : end]) + mark
            for end, length, mark in zip(ends.tolist(), lengths.tolist(), marks.tolist(), strict=True)
        ]

    def messages(self, account: int, count: int, key: str) -> dict[str, list[Any]]:
        """Columns of what an account wrote, to about twelve others of its network, at its hours."""
        drawn = np.random.default_rng(account + 9_000_000)
        network, native = self.network(account), self.native(account)
        step = len(_NETWORKS)
        known = (account % step + step * (drawn.zipf(1.4, 12) % max(1, self.accounts // step))).tolist()
        others = [self.native(one) for one in known if one != account] or [
            self.native((account + step) % self.accounts)
        ]
        talks = [direct(network, native, other) for other in others]
        to = np.minimum(drawn.zipf(1.5, count) - 1, len(talks) - 1).tolist()
        us = np.sort(_BEGIN + drawn.integers(0, _SPAN, count)) * 1_000_000
        return {
            "trace_id": [f"t1-{account:08}-{n}" for n in range(count)],
            "item_id": [f"i1-{account % 300}"] * count, "source_id": [f"s1-{account % 40}"] * count,
            "exhibit": [key] * count, "parser": ["bench"] * count, "network": [network] * count,
            "conversation": [talks[n] for n in to],
            "conversation_id": [conversation_id(network, None, talks[n]) for n in to],
            "sender": [native] * count, "sender_id": [self.id(account)] * count,
            "recipients_id": [[account_id(network, None, others[n])] for n in to],
            "recipients": [[others[n]] for n in to],
            "state": ["live"] * count, "kind": ["text"] * count, "text": self.texts(account, count), "us": us.tolist(),
        }  # fmt: skip

    def named(self, account: int, key: str) -> list[dict[str, Any]]:
        """Its records: a full name, and for half of the persons a telephone number."""
        person = self.person(account)
        last = "".join(np.random.default_rng(person).choice(_SYLLABLES, 3)).capitalize()
        names = [(f"{_FIRST[person % len(_FIRST)]} {last}", "full name")]
        if person // 2 % 2:
            names.append((f"+47{40_000_000 + person}", "phone"))
        return [
            {
                "trace_id": f"t1-{account:08}-a{n}", "item_id": f"i1-{account % 300}", "source_id": f"s1-{account % 40}",
                "exhibit": key, "parser": "bench", "place": f"line {account}", "network": self.network(account),
                "state": "live", "account": self.native(account), "account_id": self.id(account), "name": name,
                "name_kind": kind, "profile": orjson.dumps({"city": "Vik"}).decode() if person % 7 == 0 else None,
            }
            for n, (name, kind) in enumerate(names)
        ]  # fmt: skip


def _batches(people: _People, accounts: range, messages: int, key: str) -> Iterator[dict[str, Any]]:
    for begin in range(accounts.start, accounts.stop, 500):
        some = range(begin, min(begin + 500, accounts.stop))
        columns: dict[str, list[Any]] = {}
        for account in some:
            for name, values in people.messages(account, messages, key).items():
                columns.setdefault(name, []).extend(values)
        us = np.array(columns.pop("us"))
        count = len(us)
        sent = pa.StructArray.from_arrays(
            [pa.array(us, pa.timestamp("us", "UTC")), pa.array(us, pa.timestamp("us")), pa.nulls(count, pa.string()),
             pa.repeat(pa.scalar("stated"), count), pa.nulls(count, pa.string())], fields=list(MOMENT),
        )  # fmt: skip
        yield {
            "messages": pa.table(columns | {"sent": sent}),
            "accounts": [row for account in some for row in people.named(account, key)],
        }


def make(root: Path, people: _People, messages: int) -> tuple[OperationFolder, str]:
    """An operation with all accounts but the last, and the key of its exhibit."""
    folder = OperationFolder(root / "op")
    folder.make()
    write_settings(folder.settings, Settings())
    with Ledger.create(folder, name="Identities", actor="bench", synthetic=True) as ledger:
        key = exhibits.add(ledger, number="2016-1-A1", label="Disk", seized="2016-11-22", legal_basis="synthetic",
                           officer="bench", actor="bench").key  # fmt: skip
    add(folder, people, range(people.accounts - 1), messages, key)
    return folder, key


def add(folder: OperationFolder, people: _People, accounts: range, messages: int, key: str) -> None:
    """Put accounts into the catalog."""
    with Catalog.at(folder) as catalog:
        for n, tables in enumerate(_batches(people, accounts, messages, key)):
            catalog.write(f"b{accounts.start}-{n}", tables, made_by={"bench": "1"})


def measure(name: str, folder: OperationFolder, least: float) -> None:
    """Run once in a process of its own; print the phases that took `least` seconds of processor or more."""
    process = multiprocessing.get_context("spawn").Process(target=_measure, args=(name, folder, least))
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit(f"{name}: ended with {process.exitcode}")


def _measure(name: str, folder: OperationFolder, least: float) -> None:
    phases = [
        *(f"gather {n}" for n in range(1, STEPS + 1)),
        *(f"propose {kind.name}" for kind in KINDS),
        *(f"measure {kind.name}" for kind in KINDS),
        "combine",
    ]
    spent: list[tuple[str, float]] = []
    wall, begin = time.perf_counter(), time.process_time()
    last = begin

    def step(done: int, _total: int) -> None:
        nonlocal last
        now = time.process_time()
        spent.append((phases[done - 1], now - last))
        last = now

    found: Figures = find(folder, progress=step)
    now = time.process_time()
    spent.append(("write, persons", now - last))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"{name}: {now - begin:.1f} s of processor, {time.perf_counter() - wall:.1f} s by the clock, "
          f"peak {peak:.2f} GiB; {found}", flush=True)  # fmt: skip
    for phase, seconds in spent:
        if seconds >= least:
            print(f"    {seconds:8.2f}  {phase}", flush=True)
    wall, begin = time.perf_counter(), time.process_time()
    find_roles(folder)
    spent_on, clock = time.process_time() - begin, time.perf_counter() - wall
    print(f"    roles: {spent_on:.1f} s of processor, {clock:.1f} s by the clock", flush=True)


def main() -> None:
    """Generate, run, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--accounts", type=int, default=5_000)
    parser.add_argument("--messages", type=int, default=200)
    parser.add_argument("--least", type=float, default=0.5, help="seconds from which on a phase is told")
    parser.add_argument("--place", type=Path, default=None)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="safelight-bench", dir=options.place) as root:
        people = _People(options.accounts)
        folder, key = make(Path(root), people, options.messages)
        print(f"{options.accounts} accounts with {options.messages} messages each", flush=True)
        measure("from nothing", folder, options.least)
        add(folder, people, range(options.accounts - 1, options.accounts), options.messages, key)
        measure("one more account", folder, options.least)
        with Ledger.open(folder) as ledger:
            a, b = sorted((people.id(0), people.id(1)))
            identities.decide(ledger, a, b, "same", reason="he said so", source_grade="A", content_grade="1", seen=None,
                              actor="bench")  # fmt: skip
        measure("one decision", folder, options.least)
        measure("nothing new", folder, options.least)


if __name__ == "__main__":
    main()
