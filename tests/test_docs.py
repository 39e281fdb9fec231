"""The pages say what the code does: commands, errors, settings, links."""

from __future__ import annotations

import re
import shlex
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import typer.main

from safelight.cli.app import app
from safelight.cli.gendocs import MADE, PAGES
from safelight.errors import every_error
from safelight.operation.settings import Settings

ROOT = Path(__file__).parents[1]
HAND_WRITTEN = [
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    *(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md")),
]


def _text(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


def _command(words: list[str]) -> Any:
    """The command that words begin with, or None if there is none; groups alone are commands of the reader."""
    found: Any = typer.main.get_command(app)
    for word in words:
        children = getattr(found, "commands", None)
        if children is None:
            break
        if word not in children:
            return None if word[:1].isalpha() else found
        found = children[word]
    return found


def _commands(text: str) -> list[str]:
    """Lines of examples and code spans that call `safelight`."""
    joined = re.sub(r"\\\n\s*", "", text)
    return re.findall(r"^ {4,}safelight (.+)$", joined, re.MULTILINE) + re.findall(
        r"`safelight ([^`\n]+)`", joined
    )


@pytest.mark.parametrize("page", sorted(HAND_WRITTEN))
def test_every_command_that_a_page_names_exists_with_its_options(page: str) -> None:
    for line in _commands(_text(page)):
        words = shlex.split(line.replace("...", "x"), comments=True)
        command = _command([word for word in words if not word.startswith("-")])
        assert command is not None, f"{page}: safelight {line}"
        if hasattr(command, "load"):
            options = {name for parameter in command.load().params for name in parameter.opts} | {"--help"}
            assert {word for word in words if word.startswith("--")} <= options, f"{page}: safelight {line}"


def test_the_readme_shows_a_first_day() -> None:
    named = [_command(shlex.split(line)).name for line in _commands(_text("README.md"))]
    assert {"init", "add", "ingest", "items", "serve"} <= set(named)


@pytest.mark.parametrize("page", sorted(PAGES))
def test_pages_made_from_the_code_are_up_to_date(page: str) -> None:
    assert _text(f"docs/{page}") == MADE + PAGES[page](), (
        f"docs/{page} is out of date: run `make docs` and commit"
    )


def test_every_error_stands_in_its_page_with_its_exit_code() -> None:
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \| (.+) \|$", PAGES["errors.md"](), re.MULTILINE)
    assert rows == [(str(kind.exit_code), kind.__name__, kind.doc) for kind in every_error()]
    assert all(kind.doc.endswith(".") and "doc" in vars(kind) for kind in every_error())


def test_every_setting_has_a_sentence_and_a_default_in_its_page() -> None:
    page = PAGES["settings.md"]()
    for section in fields(Settings):
        part = page.split(f"## [{section.name}]")[1].split("## [")[0]
        values = getattr(Settings(), section.name)
        for setting in fields(values):
            assert len(setting.metadata["doc"]) > 10, setting.name
            default = str(getattr(values, setting.name)).lower()  # as TOML writes it: false, not False
            row = f"| `{setting.name}` | {default} | {setting.metadata['doc']} |"
            assert row in part


def test_every_command_stands_in_its_page_with_every_option() -> None:
    page = PAGES["commands.md"]()

    def leaves(command: Any, path: str) -> list[tuple[str, Any]]:
        children = getattr(command, "commands", None)
        if children is None:
            return [(path, command.load())]
        return [leaf for name, child in children.items() for leaf in leaves(child, f"{path} {name}")]

    for path, command in leaves(typer.main.get_command(app), "safelight"):
        part = page.split(f"## {path}\n")[1].split("\n## ")[0]
        for parameter in command.params:
            name = ", ".join(parameter.opts) if parameter.param_type_name == "option" else parameter.metavar
            assert f"- `{name}`" in part, (path, name)


@pytest.mark.parametrize("page", sorted(HAND_WRITTEN))
def test_links_between_pages_lead_somewhere(page: str) -> None:
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", _text(page)):
        assert ((ROOT / page).parent / target).exists(), f"{page} links to {target}"
