"""`safelight --help` reads like a manual, for every verb, at the width of a terminal."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main

from safelight.cli.app import MANUAL, app
from safelight.cli.deferred import Deferred
from tests.intake.operations import Operation


def _verbs(command: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    children = getattr(command, "commands", None)
    if children is None:
        return [path]
    return [verb for name, child in children.items() for verb in _verbs(child, (*path, name))]


VERBS = _verbs(typer.main.get_command(app))


def _help(*words: str) -> str:
    return Operation(Path(), {"COLUMNS": "80", "NO_COLOR": "1"}).run(*words, "--help")


def _find(path: tuple[str, ...]) -> Deferred:
    found: Any = typer.main.get_command(app)
    for name in path:
        found = found.commands[name]
    assert isinstance(found, Deferred)
    return found


def test_the_front_keeps_its_examples_whole_and_its_panels_in_the_order_of_a_days_work() -> None:
    said = _help()
    lines = [line.rstrip() for line in said.splitlines()]
    examples = [line for line in MANUAL.splitlines() if line.startswith("  ")]
    assert len(examples) == 9
    assert all(f" {line}" in lines for line in examples)
    panels = re.findall(r"^╭─ (.+?) ─+╮$", said, re.MULTILINE)
    assert [panel.split(":")[0] for panel in panels] == ["Options", "Begin", "Work", "Cases", "Know", "Keep"]
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in said
    for path in VERBS:
        assert re.search(rf"│ {path[0]} +\w", said), path


def test_every_example_is_a_command_that_exists() -> None:
    text = re.sub(r"\\\n\s*", "", MANUAL)
    for line in re.findall(r"^  safelight (.*)$", text, re.MULTILINE) + re.findall(
        r"`safelight (.*?)`", text
    ):
        words = line.split()
        path = next(tuple(words[:n]) for n in (1, 2) if tuple(words[:n]) in VERBS)
        known = {name for parameter in _find(path).load().params for name in parameter.opts} | {"--help"}
        assert {word for word in words if word.startswith("--")} <= known, line


@pytest.mark.parametrize("path", VERBS, ids=" ".join)
def test_every_verb_explains_itself_and_all_that_it_takes(path: tuple[str, ...]) -> None:
    real = _find(path).load()
    assert real.help.strip().endswith(".")
    assert len(real.help) > 20
    for parameter in real.params:
        assert (parameter.help and parameter.help[0].isupper()) or parameter.help[0] in "5prs", parameter.name
        if parameter.param_type_name == "argument":
            assert parameter.metavar.isupper() or parameter.metavar.endswith("..."), parameter.name


def test_one_verb_as_it_is_printed() -> None:
    said = _help("exhibit", "add")
    assert "Usage: safelight exhibit add [OPTIONS] {OPERATION}" in said
    assert "Day of the seizure, written" in said
    assert max(len(line.rstrip()) for line in said.splitlines()) <= 80


def test_a_slip_is_answered_with_what_was_meant() -> None:
    operation = Operation(Path(), {"COLUMNS": "80", "NO_COLOR": "1"})
    assert "No such command 'ingst'. Did you mean 'ingest'" in operation.run("ingst", expect=2)
    assert "Missing argument 'OPERATION'." in operation.run("status", expect=2)
    assert "Missing option '--label'." in operation.run("exhibit", "add", "op", "--id", "A1", expect=2)
    said = operation.run(
        "exhibit", "add", "op", "--id", "A1", "--label", "x", "--seized", "12.1.2016", expect=2
    )
    assert "Invalid value for '--seized': '12.1.2016' is no day; write year, month and" in said


def test_help_loads_nothing_heavy() -> None:
    heavy = (
        "duckdb",
        "pyarrow",
        "sqlalchemy",
        "alembic",
        "av",
        "PIL",
        "numpy",
        "starlette",
        "pytsk3",
        "kreuzberg",
    )
    script = (
        "import sys\nfrom safelight.cli import main\nsys.argv = ['safelight', '--help']\n"
        "try: main()\nexcept SystemExit: pass\n"
        f"print(sorted(set({heavy!r}) & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"


def test_the_version_is_told() -> None:
    assert Operation(Path()).run("--version") == "safelight 0.1.0\n"
