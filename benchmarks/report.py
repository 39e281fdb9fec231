"""The report of a benchmark run as Markdown: ratios first, then what they are made of, and the machine."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from benchmarks.pipeline import Intake
from benchmarks.source import Source

#: target: (name, numerator, denominator, at least). A ratio is speed over speed.
TARGETS = (
    (
        "hashing and typing a tree, over a bare os.walk + hashlib loop",
        "safelight tree",
        "bare os.walk + hashlib",
        0.85,
    ),
    (
        "hashing and typing a raw image, over a bare pytsk3 loop",
        "safelight raw image",
        "bare pytsk3 + hashlib",
        0.85,
    ),
    ("a tree, over hashdeep", "safelight tree", "hashdeep", 2.5),
    ("a raw image, over tsk_recover + hashdeep", "safelight raw image", "tsk_recover + hashdeep", 2.5),
    ("a raw image, over log2timeline with three hashes", "safelight raw image", "log2timeline", 4.0),
    ("an E01, over inflate + three hashes by zlib", "safelight E01", "bare inflate + hashlib", 0.85),
)

#: About, from processor time of walker, hasher and supervisor run by themselves and a sampling profile (perf) of all.
PROFILE = (
    "Wall-clock ratios move with whatever else the machine does; those of processor time, loop and intake in turn, are",
    "steadier. Beyond the bare loop pass one takes for each item of this source (6,100 items, so that what a run costs",
    "once weighs 100 µs an item here and nothing on a disk of a million):",
    "",
    "| part | about µs an item |",
    "|---|---|",
    "| once a run: fork server and its imports (0.3 s), first queries of the catalog (0.1 s), first child | 90 |",
    "| walker: listing, times, computed id, row as JSON (tree 20, NTFS 65) | 20 to 65 |",
    "| supervisor: rows in, batch, task out, result in, Parquet part, journal | 50 |",
    "| hasher: task in, result out, its own bookkeeping | 25 |",
    "| hasher: opening without following links, whether the file changed; in NTFS record and runs | 25 to 50 |",
    "| hasher: type (25 for texts, 2 for signatures) and whether it opens as a container (60 where asked) | 40 |",
    "",
    "In a raw image plain runs of blocks are read straight from the file; that saves the copies, and finding the runs costs",
    "most of it again where files are small (3 to 40 µs an item gained, by the measurement). Python's own work an item",
    "is what is left, spread over many steps of one or two microseconds: the largest are the type of texts, the search for",
    "containers in documents, JSON in and out (each item's row is written three times and read three times), and times.",
)


def render(
    source: Source,
    best: dict[str, float],
    busy: dict[str, float],
    runs: dict[str, Intake],
    overhead: float,
    rounds: int,
) -> str:
    """The whole page."""
    lines = [
        "# Benchmarks",
        "",
        f"Made by `make bench` on {machine()}. One core each, page cache warm, the fastest of {rounds} alternating rounds.",
        f"Source: {source.bytes / 1e9:.2f} GB in {source.files:,} files ({source.bytes / source.files / 1e3:.0f} kB on "
        "average, half of them below 10 kB), 77 % of the bytes in pictures; the image is "
        f"{source.file_system}.",
        "",
        *ratios(best, busy),
    ]
    full = _full(runs, best)
    if full:
        lines.append(f"| full inspection of the tree, over a bare loop with the same libraries | {full:.2f} | | ≥ 0.87 | "
                     f"{'yes' if full >= 0.87 else 'NO'} |")  # fmt: skip
    lines.append(f"| supervision, time over a bare multiprocessing.Pool | {overhead:.2f} | | ≤ 1.10 | "
                 f"{'yes' if overhead <= 1.10 else 'NO'} |")  # fmt: skip
    lines += ["", "| contestant | seconds | MB/s |", "|---|---|---|"]
    lines += [
        f"| {name} | {seconds:.2f} | {source.bytes / 1e6 / seconds:.0f} |"
        for name, seconds in sorted(best.items())
    ]
    lines += [
        "",
        "## The whole pipeline",
        "",
        "| run | hashing s | inspecting s | MB/s | items/s | highest memory MB |",
        "|---|---|---|---|---|---|",
    ]
    for name, run in runs.items():
        both = run.seconds.get("hashing", 0) + run.seconds.get("inspecting", 0)
        lines.append(
            f"| {name} | {run.seconds.get('hashing', 0):.2f} | {run.seconds.get('inspecting', 0):.2f} | "
            f"{run.bytes / 1e6 / both:.0f} | {run.items / both:.0f} | {run.megabytes:.0f} |"
        )
    lines += ["", "## Where the time goes beside the digests", "", *PROFILE]
    lines += ["", "## Cost of each inspector", "", "| inspector | contents | ms a content |", "|---|---|---|"]
    tree = runs.get("safelight tree")
    for name, (count, seconds) in (tree.inspectors if tree else {}).items():
        lines.append(f"| {name} | {count:,} | {seconds / count * 1000:.1f} |")
    return "\n".join(lines) + "\n"


def ratios(best: dict[str, float], busy: dict[str, float]) -> list[str]:
    """A table of speed over speed, by the clock and by processor time: all run on one core, so that on an idle machine
    both are the same. Reached is what both say."""
    lines = [
        "| what | ratio by the clock | by processor time | target | reached |",
        "|---|---|---|---|---|",
    ]
    for name, ours, other, target in TARGETS:
        if ours in best and other in best:
            clock, used = best[other] / best[ours], busy[other] / busy[ours]
            reached = "yes" if min(clock, used) >= target else "NO"
            lines.append(f"| {name} | {clock:.2f} | {used:.2f} | ≥ {target} | {reached} |")
        else:
            lines.append(f"| {name} | not measured: {other} is not there | | ≥ {target} | NOT CHECKED |")
    return lines


def _full(runs: dict[str, Intake], best: dict[str, float]) -> float | None:
    tree = runs.get("safelight tree")
    if tree is None or "bare loop over inspectors" not in best:
        return None
    return best["bare loop over inspectors"] / (tree.seconds["hashing"] + tree.seconds["inspecting"])


def machine() -> str:
    """Cores, processor, Python and system."""
    model = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    return f"{os.cpu_count()} cores of {model}, Python {platform.python_version()}, {platform.system()}"
