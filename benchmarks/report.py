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

#: From a sampling profile of pass one over the tree (py-spy, all processes on one core).
PROFILE = (
    "Each item costs about 190 µs of processor time that the bare loop does not have, whatever its size, so the ratio",
    "falls with small files: reaching 0.85 wants files of 350 kB on average. Of these 190 µs:",
    "",
    "| part | µs an item |",
    "|---|---|",
    "| walker: listing, times, computed id, row as JSON | 25 |",
    "| supervisor: rows in, batch, task out, result in, Parquet part, journal | 65 |",
    "| hasher: task in, note, result out | 30 |",
    "| hasher: opening without following links, closing, looking whether the file changed | 25 |",
    "| hasher: type (25 for texts, 2 for signatures) and whether it opens as a container | 35 |",
    "| start of the fork server, spread over the items of this source | 10 |",
)


def render(
    source: Source, best: dict[str, float], runs: dict[str, Intake], overhead: float, rounds: int
) -> str:
    """The whole page."""
    lines = [
        "# Benchmarks",
        "",
        f"Made by `make bench` on {_machine()}. One core each, page cache warm, the fastest of {rounds} alternating rounds.",
        f"Source: {source.bytes / 1e9:.2f} GB in {source.files:,} files ({source.bytes / source.files / 1e3:.0f} kB on "
        "average, half of them below 10 kB), 77 % of the bytes in pictures; the image is "
        f"{source.file_system}.",
        "",
        "| what | ratio | target | reached |",
        "|---|---|---|---|",
    ]
    for name, ours, other, target in TARGETS:
        if ours in best and other in best:
            ratio = best[other] / best[ours]
            lines.append(f"| {name} | {ratio:.2f} | ≥ {target} | {'yes' if ratio >= target else 'NO'} |")
        else:
            lines.append(f"| {name} | not measured: {other} is not there | ≥ {target} | NOT CHECKED |")
    full = _full(runs, best)
    if full:
        lines.append(f"| full inspection of the tree, over a bare loop with the same libraries | {full:.2f} | ≥ 0.87 | "
                     f"{'yes' if full >= 0.87 else 'NO'} |")  # fmt: skip
    lines.append(f"| supervision, time over a bare multiprocessing.Pool | {overhead:.2f} | ≤ 1.10 | "
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


def _full(runs: dict[str, Intake], best: dict[str, float]) -> float | None:
    tree = runs.get("safelight tree")
    if tree is None or "bare loop over inspectors" not in best:
        return None
    return best["bare loop over inspectors"] / (tree.seconds["hashing"] + tree.seconds["inspecting"])


def _machine() -> str:
    model = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    return f"{os.cpu_count()} cores of {model}, Python {platform.python_version()}, {platform.system()}"
