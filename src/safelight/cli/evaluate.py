"""`safelight evaluate identities`: how good the proposals are, on data whose truth is known."""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from safelight.cli.evaluate_report import show_report, svg
from safelight.cli.output import console
from safelight.errors import BadInput

_MODULES = "safelight.identities.evaluation."


def evaluate(
    writing: Annotated[
        Path | None,
        typer.Option(
            exists=True, file_okay=False, help="Texts of people with several accounts.", metavar="DIR"
        ),
    ] = None,
    mailmap: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Names and addresses of authors.", metavar="DIR"),
    ] = None,
    irc: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Joins and changes of nick.", metavar="DIR"),
    ] = None,
    splink: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Records of persons with errors.", metavar="DIR"),
    ] = None,
    scenario: Annotated[
        tuple[Path, Path] | None,
        typer.Option(
            help="A synthetic operation that was taken in, and its folder `truth`.", metavar="OPERATION TRUTH"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="All figures as JSON.")] = False,
    plot: Annotated[
        Path | None, typer.Option("--svg", help="Write the reliability plots to this file.", metavar="FILE")
    ] = None,
) -> None:
    """Report precision, recall, false merges, calibration and blocking on data with known truth, beside baselines.

    Each set that is named gives its own report. Nothing is written into an operation, and nothing is learned: what is
    reported is how Safelight is, not how it could be made for this data. docs/accuracy.md holds figures of public sets.
    """
    reports: dict[str, dict[str, Any]] = {}
    for name, folder in (("writing", writing), ("mailmap", mailmap), ("irc", irc), ("splink", splink)):
        if folder is not None:
            reports[name] = _module(name).evaluate(folder)
    if scenario is not None:
        reports["scenario"] = _module("scenario").evaluate(*scenario)
    if not reports:
        raise typer.BadParameter(
            "Name at least one set: --writing, --mailmap, --irc, --splink or --scenario."
        )
    if plot is not None:
        plot.write_text(svg(reports), "utf-8")
    if as_json:
        typer.echo(
            orjson.dumps(
                reports, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY
            )
        )
        return
    for number, (name, report) in enumerate(reports.items()):
        if number:
            console().print()
        show_report(name, report)


def _module(name: str) -> Any:
    """The evaluation of one set; they are loaded one by one, since each brings its own large libraries."""
    if importlib.util.find_spec(_MODULES + name) is None:
        raise BadInput(f"This Safelight has no evaluation of the set {name}.", "Leave the option out.")
    return importlib.import_module(_MODULES + name)
