"""Writes the pages of `docs/` that are made from the code, or checks that they are true (`--check`).

python -m safelight.cli.gendocs [--check]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import typer.main

from safelight.catalog.describe import describe
from safelight.cli.app import app
from safelight.errors import every_error
from safelight.evidence.formats import formats
from safelight.inspect.registry import inspectors
from safelight.operation.settings import Settings
from safelight.parsers.registry import parsers

DOCS = Path(__file__).resolve().parents[3] / "docs"
MADE = "<!-- Made by `make docs` from the code; change it there. -->\n\n"


def errors_page() -> str:
    """docs/errors.md."""
    rows = [f"| {cls.exit_code} | `{cls.__name__}` | {cls.doc} |" for cls in every_error()]
    head = (
        "# Errors and exit codes\n\nEach error is one sentence that says what happened, to what, and what to do next. "
        "Exit code 0 is success, 1 a defect of Safelight (please report it), 2 a wrong use of the command line.\n\n"
        "| exit code | error | meaning |\n|---|---|---|\n"
    )
    return head + "\n".join(rows) + "\n"


def settings_page() -> str:
    """docs/settings.md."""
    lines = [
        "# Settings: operation.toml",
        "",
        "Each operation has its own. A key that is not given has its default; an unknown key is an error.",
        "",
    ]
    for section in fields(Settings):
        kind = type(getattr(Settings(), section.name))
        lines += [f"## [{section.name}]", "", "| key | default | meaning |", "|---|---|---|"]
        lines += [
            f"| `{item.name}` | {str(item.default).lower()} | {item.metadata['doc']} |"
            for item in fields(kind)
        ]
        lines.append("")
    return "\n".join(lines)


def commands_page() -> str:
    """docs/commands.md: the whole help, command by command."""
    parts = ["# Commands\n"]
    for path, command in _commands(typer.main.get_command(app), "safelight"):
        text = "\n".join(line.strip() for line in (command.help or "").splitlines()).strip()
        parts.append(f"## {path}\n\n{text}\n\n" + "".join(_parameter(each) for each in command.params))
    return "\n".join(parts)


def _commands(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Leaves of the command tree in the order of the help; a group has `commands` (click's protocol, vendored by typer)."""
    children = getattr(command, "commands", None)
    if children is None:
        yield path, command.load()
        return
    for name in command.list_commands(None):
        yield from _commands(children[name], f"{path} {name}")


def _parameter(parameter: Any) -> str:
    option = parameter.param_type_name == "option"
    names = ", ".join(parameter.opts) if option else (parameter.metavar or parameter.name.upper())
    needed = " (required)" if parameter.required and option else ""
    return f"- `{names}`{needed}: {' '.join((getattr(parameter, 'help', '') or '').split())}\n"


def plugins_page() -> str:
    """docs/plugins.md: every container format and every inspector."""
    lines = ["# Formats and inspectors", "", "## Container formats, in the order in which they are tried", ""]
    lines += [f"- `{format.kind}`: {_first(format)}" for format in formats()]
    lines += ["", "## Inspectors", "", "| name | version | writes | what it does |", "|---|---|---|---|"]
    lines += [
        f"| `{inspector.name}` | {inspector.version} | {', '.join(inspector.tables)} | {_first(inspector)} |"
        for inspector in inspectors()
    ]
    return "\n".join(lines) + "\n"


def parsers_page() -> str:
    """docs/parsers.md: every parser and variant, and how far it was tried."""
    lines = [
        "# Parsers",
        "",
        "Which apps and formats are read, found by content and not by name. *Seen on* says what a variant was tried "
        "on: `real files` that the app itself wrote, or its `documentation` (a documented schema and files made after it). "
        "Every trace carries it. Adding one: CONTRIBUTING.md.",
        "",
    ]
    for parser in parsers():
        emits = ", ".join(f"`{kind.table}`" for kind in parser.emits)
        lines += [
            f"## {parser.title}",
            "",
            f"Parser `{parser.name}`, version {parser.version}; gives {emits}.",
            "",
        ]
        lines += ["| variant | seen on | what is known |", "|---|---|---|"]
        lines += [f"| `{one.name}` | {one.seen_on} | {one.doc} |" for one in parser.variants]
        lines.append("")
    return "\n".join(lines)


def _first(thing: object) -> str:
    return " ".join((type(thing).__doc__ or "").strip().split("\n\n")[0].split())


PAGES = {
    "errors.md": errors_page,
    "settings.md": settings_page,
    "commands.md": commands_page,
    "plugins.md": plugins_page,
    "catalog.md": describe,
    "parsers.md": parsers_page,
}


def main() -> int:
    """Write or check the pages; 1 if a page is not what the code says."""
    wrong = []
    for name, make in PAGES.items():
        text = MADE + make()
        path = DOCS / name
        if "--check" in sys.argv:
            if not path.is_file() or path.read_text("utf-8") != text:
                wrong.append(name)
        else:
            path.write_text(text, "utf-8")
    if wrong:
        sys.stderr.write(f"docs are not what the code says: {', '.join(wrong)}; run `make docs` and commit\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
