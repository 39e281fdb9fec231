"""What reads items' bytes for people: inside a supervised child, so that a hostile file ends that child and neither
the workbench nor whatever else lives in its process (the operation's unlocked keys).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from safelight.engine.model import Task
from safelight.evidence.model import EvidenceError, Limits
from safelight.evidence.reader import Reader
from safelight.evidence.spec import from_bytes

Note = Callable[[bytes], None]

#: The most bytes that are handed over at once.
CHUNK: Final = 1 << 20


class PieceReader:
    """Reads a part of one item a task. Payload: location, spec, offset, length (null: to the end), credentials."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def handle(self, task: Task, note: Note) -> Iterator[dict[str, Any] | memoryview]:
        """The bytes, `CHUNK` at a time until the end of the item; if it cannot be read (further), `{"cause", "detail"}`."""
        try:
            yield from self._chunks(task.payload)
        except EvidenceError as error:
            yield {"cause": error.cause, "detail": error.detail}
        except (OSError, ValueError) as error:
            yield {"cause": "unreadable", "detail": getattr(error, "strerror", None) or str(error)}

    def _chunks(self, payload: dict[str, Any]) -> Iterator[memoryview]:
        credentials = tuple(payload["credentials"])
        left = payload["length"]
        # One buffer for all chunks: each is in the engine's pipe before the next is read.
        buffer = memoryview(bytearray(CHUNK if left is None else min(CHUNK, left)))
        with (
            Reader(Path(payload["location"]), credentials=credentials, limits=self._limits) as reader,
            reader.open(from_bytes(payload["spec"])) as stream,
        ):
            if payload["offset"]:
                stream.seek(payload["offset"])
            while left is None or left > 0:
                wanted = buffer if left is None else buffer[:left]
                got = _filled(stream, wanted)
                if got:
                    yield wanted[:got]
                if got < len(wanted):
                    return
                left = None if left is None else left - got

    def close(self) -> None:
        """Nothing is open between two tasks."""


def _filled(stream: io.RawIOBase, buffer: memoryview) -> int:
    """How many bytes of the buffer were filled, fewer than all only at the end: readers give what they have at once."""
    got = 0
    while got < len(buffer) and (more := stream.readinto(buffer[got:])):
        got += more
    return got


def reader(config: dict[str, Any]) -> PieceReader:
    """Factory for the engine. `config`: limits, the fields of `Limits`."""
    return PieceReader(Limits(**config["limits"]))
