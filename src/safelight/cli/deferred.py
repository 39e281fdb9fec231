"""A verb whose module is imported when it is called and not before.

The verbs' modules pull in databases, file systems and codecs: seconds on a cold disk, for a help page that needs none of
them. Typer has no deferred commands of its own; this is its command class with one method replaced.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
import typer.main
from typer.core import TyperCommand


class Deferred(TyperCommand):
    """Stands in the help with its summary; hands over to the verb itself once there are arguments to read."""

    module: str

    def load(self) -> Any:
        """The verb's own command, made from the function that bears its module's name."""
        alone = typer.Typer(add_completion=False, rich_markup_mode="rich", pretty_exceptions_enable=False)
        verb = getattr(import_module(f"safelight.cli.{self.module}"), self.module)
        alone.command(self.name)(verb)
        return typer.main.get_command(alone)

    def make_context(self, *args: Any, **extra: Any) -> Any:
        """The context of the verb's own command, which then runs in this one's place."""
        return self.load().make_context(*args, **extra)


def defer(group: typer.Typer, name: str, module: str, summary: str, panel: str | None = None) -> None:
    """Put the verb `name`, whose function lies in `safelight.cli.<module>`, into a group."""
    kind = type("Deferred", (Deferred,), {"module": module})
    group.command(name, cls=kind, help=summary, rich_help_panel=panel)(_nothing)


def _nothing() -> None:
    """Never called: typer wants a function to be there."""
