"""`make bench`: the pipeline beside bare loops and peers, alternating in one run, as ratios in docs/benchmarks.md.

    python benchmarks/run.py [--size 2GB] [--rounds 3] [--pages MILLIONS] [--place FOLDER] [--write]
                             [--only-hashing | --only-traces | --only-handover]
                             [--irc-lines N] [--json-messages N] [--sqlite-rows N] [--search-millions MILLIONS]
                             [--timeline-rows N] [--decisions N]
                             [--handover-megabytes N]

Every contestant runs on one core (its CPU affinity is set), reads the same generated source from the page cache, and is
run `rounds` times in turn; the fastest of each counts. `--write` puts the report into docs/benchmarks.md; with
`--only-traces` or `--only-handover` that part alone is replaced there. The sizes of parsers, search, timeline and packages
may be 0: they are left out.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
PAGE = CHECKOUT / "docs" / "benchmarks.md"
sys.path.insert(0, str(CHECKOUT))

from benchmarks import (  # noqa: E402
    bare,
    catalog_pages,
    handover,
    ledger_figures,
    peers,
    pipeline,
    report,
    source,
    supervision,
    traces,
)


def main() -> int:
    """Run everything and print the report."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", default="2GB")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--place", type=Path, default=Path(tempfile.gettempdir()) / "safelight-bench")
    parser.add_argument(
        "--pages", type=float, default=5, help="millions of items for pages; 0 leaves them out"
    )
    parser.add_argument("--irc-lines", type=int, default=500_000, help="lines of the log")
    parser.add_argument("--json-messages", type=int, default=100_000, help="messages of each export")
    parser.add_argument("--sqlite-rows", type=int, default=100_000, help="messages of each database")
    parser.add_argument("--search-millions", type=float, default=1, help="millions of messages to search")
    parser.add_argument(
        "--decisions", type=int, default=1_000_000, help="decisions in the ledger of the figures"
    )
    parser.add_argument("--timeline-rows", type=int, default=1_000_000, help="messages of the timeline")
    parser.add_argument(
        "--handover-megabytes",
        type=int,
        default=1024,
        help="MiB in a package, 16 files; a whole handover has one item of half of it",
    )
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--only-hashing", action="store_true", help="pass one and who is compared with it")
    only.add_argument("--only-traces", action="store_true", help="parsers, index, search and timeline")
    only.add_argument("--only-handover", action="store_true", help="packing and verifying packages")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    place: Path = options.place
    if options.only_traces:
        section = _traces(options)
        print("\n".join(section))
        if options.write:
            PAGE.write_text(traces.put_into(PAGE.read_text("utf-8"), section), "utf-8")
        return 0
    if options.only_handover:
        section = _handover(options)
        print("\n".join(section))
        if options.write:
            PAGE.write_text(handover.put_into(PAGE.read_text("utf-8"), section), "utf-8")
        return 0
    print(f"generating {options.size} in {place} ...", flush=True)
    made = source.make(place / "source", _bytes(options.size))
    best: dict[str, float] = {}
    busy: dict[str, float] = {}
    runs: dict[str, pipeline.Intake] = {}
    for number in range(options.rounds):
        for name, contestant in _contestants(made, place, runs, options.only_hashing).items():
            seconds, used = _on_one_core(contestant)
            if name in runs:  # the intake knows what its first pass took
                used = runs[name].cpu["hashing"]
            told = "-" if seconds is None else f"{seconds:.2f} s, {used:.2f} s of the processor"
            print(f"round {number + 1}: {name}: {told}", flush=True)
            if seconds is not None:
                best[name] = min(best.get(name, seconds), seconds)
                busy[name] = min(busy.get(name, used), used)
    if options.only_hashing:
        print("\n".join(report.ratios(best, busy)))
        return 0
    runs["two workers"] = pipeline.run(place / "op", made.tree, workers=2)
    overhead = supervision.measure()
    text = report.render(made, best, busy, runs, overhead, options.rounds)
    if options.pages:
        print(f"pages at {options.pages:g} million items ...", flush=True)
        rows = catalog_pages.measure(place / "pages", options.pages)
        text += "\n" + "\n".join(catalog_pages.table(rows, options.pages)) + "\n"
    if options.decisions:
        folder = ledger_figures.make(place / "figures", options.decisions)
        text += (
            "\n" + "\n".join(ledger_figures.table(ledger_figures.measure(folder), options.decisions)) + "\n"
        )
    text = traces.put_into(text, _traces(options))
    if options.handover_megabytes:
        text = handover.put_into(text, _handover(options))
    print(text)
    if options.write:
        PAGE.write_text(text, "utf-8")
    return 0


def _handover(options: argparse.Namespace) -> list[str]:
    options.place.mkdir(parents=True, exist_ok=True)
    size = options.handover_megabytes
    return handover.run(options.place, 16, max(1, size // 16), size // 2, options.rounds)


def _traces(options: argparse.Namespace) -> list[str]:
    sizes = traces.Sizes(
        options.irc_lines,
        options.json_messages,
        options.sqlite_rows,
        options.search_millions,
        options.timeline_rows,
    )
    return traces.measure(options.place / "traces", sizes, report.machine(), options.rounds)


def _contestants(
    made: source.Source, place: Path, runs: dict[str, pipeline.Intake], only_hashing: bool
) -> dict[str, Callable[[], float | None]]:
    def ours(name: str, what: Path) -> Callable[[], float]:
        def measure() -> float:
            done = pipeline.run(place / "op", what, workers=1, only_hashing=only_hashing)
            if name not in runs or done.seconds["hashing"] < runs[name].seconds["hashing"]:
                runs[name] = done
            return done.seconds["hashing"]

        return measure

    contestants: dict[str, Callable[[], float | None]] = {
        "bare os.walk + hashlib": lambda: bare.walk_and_hash(made.tree)[2],
        "safelight tree": ours("safelight tree", made.tree),
        "hashdeep": lambda: peers.hashdeep(made.tree),
        "safelight raw image": ours("safelight raw image", made.raw),
        "bare pytsk3 + hashlib": lambda: bare.tsk_and_hash(made.raw)[2],
        "tsk_recover + hashdeep": lambda: peers.tsk_recover_and_hashdeep(made.raw, place / "recovered"),
        "log2timeline": lambda: peers.log2timeline(made.raw, place / "plaso"),
    }
    if not only_hashing:
        contestants["bare loop over inspectors"] = lambda: bare.inspect_loop(made.tree)[2]
    if made.e01 is not None:
        e01 = made.e01
        contestants["safelight E01"] = ours("safelight E01", e01)
        contestants["bare inflate + hashlib"] = lambda: bare.inflate_and_hash(e01)[2]
    return contestants


def _on_one_core(contestant: Callable[[], float | None]) -> tuple[float | None, float]:
    """Seconds as the contestant says, and of processor time, its processes included."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    before = pipeline.cpu_seconds()
    try:
        return contestant(), pipeline.cpu_seconds() - before
    finally:
        os.sched_setaffinity(0, allowed)


def _bytes(text: str) -> int:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?)B?", text.upper())
    if not found:
        raise SystemExit(f"--size {text}: write it like 2GB")
    return int(float(found[1]) * 1000 ** " KMGT".index(found[2] or " "))


if __name__ == "__main__":
    sys.exit(main())
