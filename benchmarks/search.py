"""Indexing and searching beside SQLite FTS5 over the same messages: `python -m benchmarks.search --millions 10`.

Messages are generated: four languages, words by Zipf's law (some stand in a tenth of all messages, most in a few), numbers
with and without blanks. Ours orders by time whatever was indexed when; FTS5 gets its best case, rows put in in the order of
their time, so that its row number is the order. Both give fifty hits, the newest first, with the place marked. FTS5 needs
a second index (trigram) for substrings and stems nothing; ours does all of it in one. A query runs on one thread; times are
by the wall clock, which is what people wait for, and beside it the thread's processor time, which says more on a machine
with other work. The indexes are made one after the other, each in a process of its own; processor seconds are those of
its process.
"""

from __future__ import annotations

import argparse
import itertools
import random
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from safelight.access import search_copies
from safelight.catalog.catalog import Catalog
from safelight.catalog.fulltext import FullText
from safelight.catalog.fulltext_marks import excerpt, places
from safelight.catalog.fulltext_plan import plan
from safelight.catalog.fulltext_query import parse
from safelight.catalog.fulltext_schema import FACETS
from safelight.catalog.fulltext_search import Search, Wanted
from safelight.catalog.fulltext_update import update
from safelight.parsers.rows import Origin, Rows
from safelight.traces.model import Message
from safelight.traces.moment import stated_utc

_FREQUENT = {
    "nb": "jeg ikke det er på som har til vi kan skal toget sjakk snø nummer kommer møtes stasjonen morgen hytta kaffe",
    "nn": "eg ikkje det er på som har til vi kan skal toget sjakk snø nummeret kjem møtest stasjonen morgon hytta kaffi",
    "en": "the and you is are was have what when with train chess snow number coming meet station tomorrow cabin coffee",
    "tl": "ng ay hindi yung po opo kasi naman tren ulan numero darating magkita istasyon bukas kape saan mamaya salamat",
}
_SYLLABLES = (
    "ka",
    "lo",
    "mi",
    "tra",
    "ne",
    "bu",
    "sto",
    "ri",
    "vel",
    "gan",
    "fo",
    "sel",
    "ju",
    "pan",
    "rø",
    "ås",
    "dy",
    "hem",
)
_LANGUAGES = ("nb", "nn", "en", "tl", "nb", "nb", "en")
_START = 1_230_768_000
_ITEM_MESSAGES = 100_000


@dataclass(frozen=True, slots=True)
class Made:
    """Seconds of wall clock and processor for making an index, and its bytes."""

    name: str
    wall: float
    cpu: float
    bytes: int


@dataclass(frozen=True, slots=True)
class Asked:
    """One kind of query: how many, milliseconds at the median and the 95th percentile, and of processor at the latter."""

    name: str
    queries: int
    p50: float
    p95: float
    cpu95: float


class Speech:
    """Makes messages; the same seed gives the same ones."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        letters = random.Random(7)
        self.rare = ["".join(letters.choices(_SYLLABLES, k=3)) + str(n % 97 or "") for n in range(60_000)]
        self._frequent = {
            language: list(itertools.accumulate(1 / (n + 2) for n in range(len(words.split()))))
            for language, words in _FREQUENT.items()
        }

    def text(self, language: str) -> str:
        """One message."""
        chance = self._random
        size = max(1, int(chance.lognormvariate(1.9, 0.7)))
        words = chance.choices(_FREQUENT[language].split(), cum_weights=self._frequent[language], k=size)
        for at in range(size):
            if chance.random() < 0.3:
                words[at] = self.rare[int(len(self.rare) * chance.random() ** 3)]
        if chance.random() < 0.03:
            digits = f"{chance.randrange(10**9, 10**10)}"
            words.append(digits if chance.random() < 0.5 else f"{digits[:3]}-{digits[3:6]}-{digits[6:]}")
        return " ".join(words)


def fill(catalog: Catalog, messages: int) -> None:
    """Write so many messages, in items of a hundred thousand, each spread over the years."""
    speech, chance = Speech(1), random.Random(2)
    networks = ("irc", "skype", "telegram", "whatsapp", "kik", "discord")
    for item, first in enumerate(range(0, messages, _ITEM_MESSAGES)):
        size, network = min(_ITEM_MESSAGES, messages - first), networks[item % 6]
        rows = Rows(
            Origin(
                f"i1-item{item:06d}", f"s1-{item % 9}", f"exhibit-{item % 9}", network, 1, "", "documentation"
            )
        )
        tables = []
        for place in range(size):
            who, at = chance.randrange(60), _START + chance.randrange(250_000_000)
            message = Message(
                place=f"messages:{place}", network=network, conversation=f"c{item}-{chance.randrange(120)}",
                sender=f"u{who}", sender_name=f"user {who}", text=speech.text(_LANGUAGES[who % 7]),
                sent=stated_utc(at * 1_000_000, ""),
            )  # fmt: skip
            tables += [table for _name, table in rows.add(message)]
        tables += [table for _name, table in rows.rest()]
        catalog.write(
            f"b1-{item:06d}", {"messages": pa.concat_tables(tables)}, made_by={"stage": "benchmark"}
        )


def queries(count: int) -> dict[str, list[str]]:
    """Queries of each kind, in our query language."""
    chance, rare = random.Random(3), Speech(1).rare
    frequent = ["toget", "snø", "nummer", "stasjonen", "train", "chess", "number", "kape", "tren", "hytta"]

    def pick() -> str:
        return rare[int(len(rare) * chance.random() ** 2)]

    return {
        "a rare word": [pick() for _ in range(count)],
        "a frequent word": [chance.choice(frequent) for _ in range(count)],
        "two words": [f"{chance.choice(frequent)} {pick()}" for _ in range(count)],
        "a phrase": [f'"{chance.choice(("på", "the", "ng"))} {pick()}"' for _ in range(count)],
        "a prefix": [pick()[:6] + "*" for _ in range(count)],
        "part of a number": [f"/{chance.randrange(100, 1000)}{chance.randrange(10, 1000):03d}/" for _ in range(count)],
        "part of a word": [f"/{pick()[1:7]}/" for _ in range(count)],
    }  # fmt: skip


def _timed(make: Callable[[], object], name: str, size: Callable[[], int]) -> Made:
    wall, cpu = time.perf_counter(), time.process_time()
    make()
    return Made(name, time.perf_counter() - wall, time.process_time() - cpu, size())


def _ask(ask: Callable[[str], object], name: str, given: Sequence[str]) -> Asked:
    took, worked = [], []
    for one in given:
        start, begun = time.perf_counter(), time.thread_time()
        ask(one)
        worked.append(1000 * (time.thread_time() - begun))
        took.append(1000 * (time.perf_counter() - start))
    took.sort()
    worked.sort()
    late = int(len(took) * 0.95)
    return Asked(name, len(took), took[len(took) // 2], took[late], worked[late])


def _make_ours(place: Path) -> Made:
    shutil.rmtree(place / "index", ignore_errors=True)
    with Catalog(place / "parts", f"sqlite:///{place / 'journal.sqlite'}") as catalog:
        return _timed(lambda: update(catalog, place / "index"), "Safelight", lambda: _size(place / "index"))


def _make_fts(place: Path) -> Made:
    path = place / "fts.sqlite"
    path.unlink(missing_ok=True)
    with Catalog(place / "parts", f"sqlite:///{place / 'journal.sqlite'}") as catalog:
        return _timed(lambda: _fill_fts(catalog, path), "FTS5, words and trigrams", lambda: _size(path))


def _ours(folder: Path) -> Callable[[str], object]:
    fulltext = FullText(folder)
    searcher = fulltext.searcher()
    assert searcher is not None
    search = Search(searcher, fulltext.schema)

    def ask(text: str) -> object:
        node = parse(text)
        assert node is not None
        hits = search.page(plan(fulltext.schema, node), Wanted(), 50)
        return [excerpt(one.text, places(node, one.text, one.language)) for one in hits]

    return ask


def _fill_fts(catalog: Catalog, path: Path) -> None:
    with sqlite3.connect(path) as db, catalog.connect(tables=["messages"]) as source:
        db.execute("PRAGMA journal_mode = OFF")
        db.execute("CREATE VIRTUAL TABLE words USING fts5(text)")
        db.execute("CREATE VIRTUAL TABLE parts USING fts5(text, content='', tokenize='trigram')")
        rows = source.execute("SELECT text FROM messages ORDER BY sent.utc, trace_id")
        last = 0
        while found := rows.fetchmany(50_000):
            numbered = [(last + n, text) for n, (text,) in enumerate(found, 1)]
            last += len(found)
            db.executemany("INSERT INTO words(rowid, text) VALUES (?, ?)", numbered)
            db.executemany("INSERT INTO parts(rowid, text) VALUES (?, ?)", numbered)


def _fts(path: Path) -> Callable[[str], object]:
    db = sqlite3.connect(path)
    words = "SELECT rowid, snippet(words, 0, '[', ']', '…', 40) FROM words WHERE words MATCH ? ORDER BY rowid DESC LIMIT 50"
    parts = (
        "SELECT w.rowid, w.text FROM (SELECT rowid FROM parts WHERE parts MATCH ? ORDER BY rowid DESC LIMIT 50) p "
        "JOIN words w ON w.rowid = p.rowid"
    )

    def ask(text: str) -> object:
        if text.startswith("/"):
            return db.execute(parts, [f'"{text[1:-1]}"']).fetchall()
        return db.execute(words, [text]).fetchall()

    return ask


def measure(
    place: Path, millions: float, count: int = 100
) -> tuple[list[Made], list[tuple[Asked, Asked]], list[Asked]]:
    """Make both, ask both, and ask ours for counts by facet and of distinct messages. What was written there before for
    that size is used again."""
    place = place / f"{millions:g}"
    place.mkdir(parents=True, exist_ok=True)
    with Catalog(place / "parts", f"sqlite:///{place / 'journal.sqlite'}") as catalog:
        if not catalog.snapshot().rows("messages"):
            fill(catalog, int(millions * 1_000_000))
    made = []
    for make in (_make_ours, _make_fts):
        with ProcessPoolExecutor(1) as pool:
            made.append(pool.submit(make, place).result())
    ours, theirs = _ours(place / "index"), _fts(place / "fts.sqlite")
    pairs = []
    for name, given in queries(count).items():
        for one in given[:3]:
            ours(one), theirs(one)
        pairs.append((_ask(ours, name, given), _ask(theirs, name, given)))
    every = [one for given in queries(count).values() for one in given]
    pairs.append((_ask(ours, "all of them", every), _ask(theirs, "all of them", every)))
    return made, pairs, [*_facets(place / "index", queries(count)), *_distinct(place, queries(count))]


def _facets(folder: Path, given: dict[str, list[str]]) -> Iterator[Asked]:
    fulltext = FullText(folder)
    searcher = fulltext.searcher()
    assert searcher is not None
    search = Search(searcher, fulltext.schema)

    def ask(text: str) -> object:
        node = parse(text)
        assert node is not None
        return search.facets(plan(fulltext.schema, node), Wanted(), FACETS)

    for name in ("a rare word", "a frequent word"):
        yield _ask(ask, f"counts by six facets, {name}", given[name])


def _distinct(place: Path, given: dict[str, list[str]]) -> Iterator[Asked]:
    """Distinct messages beside the counts, where every second message is one of two copies."""
    with Catalog(place / "parts", f"sqlite:///{place / 'journal.sqlite'}") as catalog:
        if not catalog.snapshot().rows("same_messages"):
            numbered = "SELECT trace_id, row_number() OVER (ORDER BY trace_id) AS n FROM messages"
            same = catalog.connect(tables=["messages"]).sql(
                "SELECT trace_id, first_value(trace_id) OVER (PARTITION BY n // 2 ORDER BY n) AS distinct_id, "
                f"'aligned' AS rule, '' AS group_id, 'benchmark' AS run FROM ({numbered}) WHERE n % 4 < 2"
            )
            catalog.write("same", {"same_messages": same.to_arrow_table()}, made_by={"stage": "benchmark"})
        found: list[search_copies.Copies] = []
        db = catalog.connect(tables=["messages", "same_messages"])
        yield _ask(
            lambda _none: found.append(search_copies.read(db)), "copies of a snapshot, read once", [""]
        )
    fulltext = FullText(place / "index")
    searcher = fulltext.searcher()
    assert searcher is not None
    search = Search(searcher, fulltext.schema)

    def ask(text: str) -> object:
        node = parse(text) if text else None
        query = None if node is None else plan(fulltext.schema, node)
        repeated = search_copies.among(found[0], search.marks(query, Wanted()))
        return repeated.in_all(), [repeated.by(name) for name in FACETS]

    for name in ("a rare word", "a frequent word"):
        yield _ask(ask, f"distinct messages by six facets, {name}", given[name])
    yield _ask(ask, "distinct messages by six facets, all messages", [""] * 5)


def _size(path: Path) -> int:
    return (
        sum(one.stat().st_size for one in path.rglob("*") if one.is_file())
        if path.is_dir()
        else path.stat().st_size
    )


def table(
    made: list[Made], pairs: list[tuple[Asked, Asked]], facets: list[Asked], millions: float
) -> list[str]:
    """The measurements as Markdown."""
    return [
        f"## Search over {millions:g} million messages",
        "",
        "| index | wall s | processor s | processor s a million | GB |",
        "|---|---|---|---|---|",
        *(
            f"| {m.name} | {m.wall:.0f} | {m.cpu:.0f} | {m.cpu / millions:.1f} | {m.bytes / 1e9:.2f} |"
            for m in made
        ),
        "",
        "| fifty newest hits with places marked | median ms | p95 ms | p95 ms of processor | FTS5 median ms | FTS5 p95 ms "
        "| FTS5 p95 ms of processor |",
        "|---|---|---|---|---|---|---|",
        *(
            f"| {o.name} ({o.queries}) | {o.p50:.1f} | {o.p95:.1f} | {o.cpu95:.1f} | {t.p50:.1f} | {t.p95:.1f} | "
            f"{t.cpu95:.1f} |"
            for o, t in pairs
        ),
        *(
            f"| {one.name} ({one.queries}) | {one.p50:.1f} | {one.p95:.1f} | {one.cpu95:.1f} | — | — | — |"
            for one in facets
        ),
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--millions", type=float, default=1)
    parser.add_argument("--place", type=Path, default=Path(tempfile.gettempdir()) / "safelight-search")
    options = parser.parse_args()
    print("\n".join(table(*measure(options.place, options.millions), options.millions)))


if __name__ == "__main__":
    main()
