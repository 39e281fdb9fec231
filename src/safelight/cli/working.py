"""Progress of a job on the terminal: done, total, rate and what remains; quiet where nobody watches."""

from __future__ import annotations

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


class Working:
    """A bar on the terminal's error stream while the block runs."""

    def __init__(self, unit: str) -> None:
        """`unit`: what is counted, in the plural."""
        console = Console(stderr=True)
        self._bar = Progress(
            TextColumn(unit), BarColumn(bar_width=24), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(), TimeRemainingColumn(), console=console, disable=not console.is_terminal,
        )  # fmt: skip
        self._task = self._bar.add_task(unit, total=None, rate="")

    def __enter__(self) -> Working:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def show(self, done: int, total: int) -> None:
        """Called with the figures so far."""
        speed = self._bar.tasks[0].speed
        self._bar.update(self._task, completed=done, total=total, rate=f"{speed:,.0f}/s" if speed else "")
