"""The part of the report about traces: parsers beside bare loops, search beside SQLite FTS5, timeline beside plain SQL.

Each contestant and its bare loop run in turn in one process; seconds are processor time, so that what else the machine does
counts little, and the fastest round counts. Search is asked by the wall clock, since that is what people wait for.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import parsers_irc, parsers_json, parsers_sqlite, search, timeline

#: The section's heading, by which a later run finds and replaces it.
HEADING = "## Traces: parsing, index, search, timeline"

#: Messages a second and core, and seconds for a million texts in the index: what the targets are.
_IRC_A_SECOND = 150_000
_INDEX_SECONDS = 30
#: Milliseconds at the 95th percentile, over so many million messages.
_P95_MS, _P95_MILLIONS = 10, 10
#: Milliseconds of any page of the timeline, over so many events.
_PAGE_MS, _PAGE_EVENTS = 1000, 10_000_000

#: (name, seconds of ours, seconds of the bare loop, messages)
Result = tuple[str, float, float, int]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of each; 0 leaves it out."""

    irc_lines: int
    json_messages: int
    sqlite_rows: int
    search_millions: float
    timeline_rows: int


def measure(place: Path, sizes: Sizes, machine: str, rounds: int = 3) -> list[str]:
    """Run what `sizes` asks for; gives the section as Markdown. Generated messages for search stay in `place`."""
    place.mkdir(parents=True, exist_ok=True)
    before = os.getloadavg()[0]
    targets: list[str] = []
    parsed: list[str] = []
    for result, times, bare_loop in _parsers(place, sizes, rounds):
        print("\n".join(_parser_row(result, bare_loop)), flush=True)
        parsed += _parser_row(result, bare_loop)
        targets += _parser_targets(result, times, bare_loop)
    searched: list[str] = []
    if sizes.search_millions:
        found, searched = _search(place, sizes.search_millions)
        targets += found
    timed: list[str] = []
    if sizes.timeline_rows:
        found, timed = _timeline(place, sizes.timeline_rows, rounds)
        targets += found
    return [
        HEADING,
        "",
        f"Made on {machine}. The load was {before:.1f} when this part began and {os.getloadavg()[0]:.1f} when it ended. "
        f"Seconds are processor time, the fastest of {rounds} rounds; search and timeline are by the wall clock, so "
        "that a load above the number of cores makes them look slower than they are.",
        "",
        "| what | measured | target | reached |",
        "|---|---|---|---|",
        *targets,
        "",
        "| input | messages | Safelight messages/s | bare messages/s | times bare | bare loop |",
        "|---|---|---|---|---|---|",
        *parsed,
        *searched,
        *timed,
    ]


def _parsers(place: Path, sizes: Sizes, rounds: int) -> Iterator[tuple[Result, float, str]]:
    """Each result, how many times the bare loop it may take, and what that is."""
    if sizes.irc_lines:
        yield parsers_irc.measure(sizes.irc_lines, rounds), 3, "a regular expression over the same lines"
    if sizes.json_messages:
        with tempfile.TemporaryDirectory(dir=place) as folder:
            for name, own, bare, count in parsers_json.measure(Path(folder), sizes.json_messages):
                yield (f"JSON export, {name}", own, bare, count), 2, "an ijson (yajl2_c) pass"
    if sizes.sqlite_rows:
        for found in parsers_sqlite.measured(sizes.sqlite_rows, rounds):
            yield found, 2, "sqlite3 and json of the same rows"


def _parser_row(result: Result, bare_loop: str) -> list[str]:
    name, own, bare, count = result
    return [
        f"| {name} | {count:,} | {count / own:,.0f} | {count / bare:,.0f} | {own / bare:.2f} | {bare_loop} |"
    ]


def _parser_targets(result: Result, times: float, bare_loop: str) -> list[str]:
    name, own, bare, count = result
    rows = []
    if name == "IRC log":
        speed = count / own
        rows.append(
            f"| {name}, messages/s a core | {speed:,.0f} | ≥ {_IRC_A_SECOND:,} | {_reached(speed >= _IRC_A_SECOND)} |"
        )
    ratio = own / bare
    rows.append(f"| {name}, times {bare_loop} | {ratio:.2f} | ≤ {times:g} | {_reached(ratio <= times)} |")
    return rows


def _search(place: Path, millions: float) -> tuple[list[str], list[str]]:
    """Rows of the targets, and the tables."""
    print(f"search over {millions:g} million messages ...", flush=True)
    made, pairs, facets = search.measure(place / f"search-{millions:g}", millions)
    a_million = made[0].cpu / millions
    ours, theirs = pairs[-1]
    told = _reached(ours.p95 <= _P95_MS)
    if ours.p95 <= _P95_MS and millions < _P95_MILLIONS:
        told = f"yes at {millions:g}; NOT CHECKED at {_P95_MILLIONS} million"
    targets = [
        f"| index, processor seconds a million messages | {a_million:.1f} | ≤ {_INDEX_SECONDS} | "
        f"{_reached(a_million <= _INDEX_SECONDS)} |",
        f"| search, p95 in ms of all queries (FTS5 in the same run: {theirs.p95:.1f}) | {ours.p95:.1f} | "
        f"≤ {_P95_MS} at {_P95_MILLIONS} million | {told} |",
    ]
    return targets, ["", *_lowered(search.table(made, pairs, facets, millions))]


def _timeline(place: Path, rows: int, rounds: int) -> tuple[list[str], list[str]]:
    """Rows of the targets, and the table."""
    print(f"timeline over {rows:,} messages ...", flush=True)
    with tempfile.TemporaryDirectory(dir=place) as folder:
        found = timeline.measure(timeline.make(Path(folder), rows), rounds)
    pages = [one for one in found[1:] if "account" not in one.name]
    slowest = max(pages, key=lambda one: one.wall)
    told = _reached(slowest.wall <= _PAGE_MS)
    if slowest.wall <= _PAGE_MS and rows < _PAGE_EVENTS:
        told = f"yes at {rows / 1e6:g}; NOT CHECKED at {_PAGE_EVENTS // 1_000_000} million"
    target = (
        f"| timeline, ms of its slowest page ({slowest.name}) | {slowest.wall:.0f} | ≤ {_PAGE_MS} at "
        f"{_PAGE_EVENTS // 1_000_000} million | {told} |"
    )
    return [target], ["", "### Timeline and accounts", "", *timeline.render(rows, found).splitlines()]


def _lowered(lines: Iterable[str]) -> Iterator[str]:
    """A section as a part of another one."""
    for line in lines:
        yield f"#{line}" if line.startswith("## ") else line


def _reached(held: bool) -> str:
    return "yes" if held else "NO"


def put_into(page: str, section: list[str]) -> str:
    """A report with this section in the place of its former one, or at the end."""
    before, found, rest = page.partition(f"{HEADING}\n")
    following = rest.partition("\n## ") if found else ("", "", "")
    after = f"\n## {following[2]}" if following[1] else ""
    return before.rstrip("\n") + "\n\n" + "\n".join(section) + "\n" + after
