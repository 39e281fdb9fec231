"""What the command line's front adds to typer: verbs imported when they are called, panels in order, text that flows.

The verbs' modules pull in databases, file systems and codecs: seconds on a cold disk, for a help page that needs none of
them. Typer has no deferred commands of its own, lists groups after all commands, keeps the line breaks of the source in
all but the first paragraph, and knows two endings that are not ours; each is one method or one function here.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from inspect import cleandoc
from typing import Any

import typer
import typer.main
from typer.core import TyperCommand, TyperGroup

from safelight.errors import Interrupted


class Deferred(TyperCommand):
    """Stands in the help with its summary; hands over to the verb itself once there are arguments to read."""

    module: str

    def load(self) -> Any:
        """The verb's own command, made from the function that bears its module's name."""
        alone = typer.Typer(add_completion=False, rich_markup_mode="rich", pretty_exceptions_enable=False)
        verb = getattr(import_module(f"safelight.cli.{self.module}"), self.module)
        alone.command(self.name, help=flowing(cleandoc(verb.__doc__)))(verb)
        return typer.main.get_command(alone)

    def make_context(self, *args: Any, **extra: Any) -> Any:
        """The context of the verb's own command, which then runs in this one's place."""
        return self.load().make_context(*args, **extra)


def defer(group: typer.Typer, name: str, module: str, summary: str, panel: str | None = None) -> None:
    """Put the verb `name`, whose function lies in `safelight.cli.<module>`, into a group."""
    kind = type("Deferred", (Deferred,), {"module": module})
    group.command(name, cls=kind, help=summary, rich_help_panel=panel)(_nothing)


def front_of(*panels: str) -> type[TyperGroup]:
    """The outermost group: its help shows these panels in this order, verbs before groups within each.

    It also says how a command ends that was stopped (typer: exit code 130 and no word) or whose reader went away
    (`| head`; typer: exit code 1, which here means a defect).
    """

    class Front(TyperGroup):
        def list_commands(self, ctx: Any) -> list[str]:
            return sorted(
                self.commands,
                key=lambda name: panels.index(getattr(self.commands[name], "rich_help_panel", "")),
            )

        def invoke(self, ctx: Any) -> Any:
            try:
                done = super().invoke(ctx)
                sys.stdout.flush()
                return done
            except KeyboardInterrupt:
                raise Interrupted("Stopped.", "The same command goes on where it stopped.") from None
            except RuntimeError as error:
                if str(error) != "Query interrupted":  # what DuckDB makes of a Ctrl-C in the midst of a query
                    raise
                raise Interrupted("Stopped.", "The same command goes on where it stopped.") from None
            except BrokenPipeError:
                # Python must not try to flush to it once more at the end.
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                raise typer.Exit from None

    return Front


def flowing(text: str) -> str:
    """Paragraphs as one line each, for the terminal to break; those that are indented (examples) as they are."""
    paragraphs = text.strip().split("\n\n")
    return "\n\n".join(p if p.startswith("  ") else " ".join(p.splitlines()) for p in paragraphs)


def _nothing() -> None:
    """Never called: typer wants a function to be there."""
