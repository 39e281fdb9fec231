"""`safelight mapping try`: the first traces that a mapping makes of a file, and what became of all its records."""

from __future__ import annotations

import tempfile
from dataclasses import fields
from pathlib import Path
from typing import Annotated

import typer

from safelight.access.neutral import visible
from safelight.cli.output import console, show
from safelight.parsers.mapping.load import load
from safelight.parsers.mapping.trial import Trial, subject_of, try_mapping
from safelight.traces.model import Trace
from safelight.traces.moment import Moment, iso_utc

#: Columns that say nothing of the record.
_LEFT_OUT = frozenset({"place", "ordinal", "network", "instance", "state"})


def mapping_try(
    file: Annotated[Path, typer.Argument(help="The file to read. It is only read.", metavar="FILE")],
    mapping: Annotated[Path, typer.Option("--mapping", help="The mapping (TOML, docs/mapping.md).")],
    first: Annotated[
        int, typer.Option("--show", min=0, help="Records that are shown with their traces.")
    ] = 20,
) -> None:
    """Try a mapping on a file: nothing is stored. The first records are shown with their traces, then for each rule how many
    records matched, and the first 20 that did not with the reason.
    """
    chosen = load(mapping)
    with tempfile.TemporaryDirectory() as scratch:
        trial = try_mapping(chosen, subject_of(file, Path(scratch)), first)
    for tried in trial.first:
        _line(f"{tried.place}  {tried.text}")
        for trace in tried.traces:
            _line(f"    {type(trace).__name__}: {_told(trace)}")
        for doubt in tried.doubts:
            _line(f"    NOT READ: {doubt}")
    show("", ["rule", "makes", "records", "matched", "doubtful", "not matched"], _counts(trial),
         right=["records", "matched", "doubtful", "not matched"])  # fmt: skip
    for report in trial.rules:
        for word, examples in (("not matched", report.examples), ("doubtful", report.doubts)):
            for example in examples:
                _line(f"{report.name}, {word}: {example.place}: {example.reason}  {example.text}")
    _line(f"mapping {chosen}, SHA-256 {chosen.sha256}")
    if trial.ended:
        _line(f"The file could not be read to its end: {trial.ended}.")
    if not trial.recognised:
        _line("By its content the file would NOT be taken for this mapping's own.")


def _counts(trial: Trial) -> list[tuple[str | int, ...]]:
    return [
        (one.name, one.trace, one.records, one.matched, one.doubtful, one.unmatched) for one in trial.rules
    ]


def _line(text: str) -> None:
    console().print(visible(text), markup=False)


def _told(trace: Trace) -> str:
    words = []
    for one in fields(trace):
        value = getattr(trace, one.name)
        if value is None or one.name in _LEFT_OUT:
            continue
        words.append(f"{one.name}={_time(value) if isinstance(value, Moment) else value}")
    return ", ".join(words)


def _time(moment: Moment) -> str:
    """UTC where it is known; else the wall clock, or what stood there."""
    if moment.utc_us is not None:
        return iso_utc(moment.utc_us) + (" (assumed)" if moment.basis == "assumed" else "")
    return iso_utc(moment.wall_us).removesuffix("Z") if moment.wall_us is not None else moment.text
