"""Progress of a run, the same for the terminal and the workbench: a small file that is replaced at most twice a second."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

import orjson

from safelight.traces.moment import now_us

Stage = Literal[
    "starting",
    "comparing",
    "hashing",
    "matching",
    "inspecting",
    "parsing",
    "pairing",
    "indexing",
    "done",
    "stopped",
]


@dataclass(slots=True)
class Progress:
    """Figures of the run so far. Units: bytes, items, seconds; None where nobody can know yet."""

    run: str
    stage: Stage = "starting"
    source: str = ""
    items: int = 0
    bytes: int = 0
    failed: int = 0
    total_items: int | None = None
    total_bytes: int | None = None
    rate_bytes: float = 0.0
    remaining_seconds: float | None = None
    updated: int = 0


@dataclass(slots=True)
class Reporter:
    """Keeps the figures, writes them to `path` and tells `listener`; both at most every half second."""

    path: Path
    progress: Progress
    listener: Callable[[Progress], None] = lambda progress: None
    _last: float = field(default=0.0)
    _stage_began: float = field(default_factory=time.monotonic)
    _stage_bytes: int = 0

    def stage(
        self, stage: Stage, source: str = "", total_items: int | None = None, total_bytes: int | None = None
    ) -> None:
        """A new stage begins; its counts begin at zero."""
        progress = self.progress
        progress.stage, progress.source = stage, source
        progress.items = progress.bytes = 0
        progress.total_items, progress.total_bytes = total_items, total_bytes
        progress.rate_bytes, progress.remaining_seconds = 0.0, None
        self._stage_began, self._stage_bytes = time.monotonic(), 0
        self._tell()

    def add(
        self, *, items: int = 0, bytes: int = 0, worked_bytes: int | None = None, failed: int = 0
    ) -> None:
        """More is done. `worked_bytes` counts for the rate (what a resumed run only skips does not)."""
        progress = self.progress
        progress.items += items
        progress.bytes += bytes
        progress.failed += failed
        self._stage_bytes += bytes if worked_bytes is None else worked_bytes
        if time.monotonic() - self._last >= 0.5 or progress.stage == "done":
            self._tell()

    def _tell(self) -> None:
        progress = self.progress
        elapsed = max(time.monotonic() - self._stage_began, 0.001)
        progress.rate_bytes = self._stage_bytes / elapsed
        if progress.total_bytes and progress.rate_bytes:
            progress.remaining_seconds = max(progress.total_bytes - progress.bytes, 0) / progress.rate_bytes
        progress.updated = now_us()
        self._last = time.monotonic()
        temporary = self.path.with_suffix(".new")
        temporary.write_bytes(orjson.dumps(asdict(progress)))
        temporary.replace(self.path)
        self.listener(progress)
