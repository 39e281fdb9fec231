"""What reads items' bytes for people: inside a supervised child, so that a hostile file ends that child and neither
the workbench nor whatever else lives in its process (the operation's unlocked keys).
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safelight.engine.model import Task
from safelight.evidence.model import EvidenceError, Limits
from safelight.evidence.reader import Reader
from safelight.evidence.spec import from_bytes

Note = Callable[[bytes], None]


@dataclass(slots=True)
class _Opened:
    """An item that more pieces are wanted of, and where the last one ended."""

    key: tuple[str, str, tuple[str, ...]]
    reader: Reader
    stream: io.RawIOBase
    at: int

    def close(self) -> None:
        self.stream.close()
        self.reader.close()


class PieceReader:
    """Reads one piece a task. Payload: location, spec, offset, length, credentials, goes_on (the piece behind this one
    is wanted next, so the item stays open: what is packed is not unpacked from its beginning again).
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._opened: _Opened | None = None

    def handle(self, task: Task, note: Note) -> Iterator[dict[str, Any]]:
        """One row: `{"data": base64}`, shorter than asked for at the end of the item; or `{"cause", "detail"}`."""
        payload = task.payload
        try:
            data = self._read(payload)
        except EvidenceError as error:
            row = {"cause": error.cause, "detail": error.detail}
        except (OSError, ValueError) as error:
            row = {"cause": "unreadable", "detail": getattr(error, "strerror", None) or str(error)}
        else:
            if not payload["goes_on"] or len(data) < payload["length"]:
                self.close()
            yield {"data": base64.b64encode(data).decode()}
            return
        self.close()
        yield row

    def _read(self, payload: dict[str, Any]) -> bytes:
        opened = self._at(payload)
        parts, left = [], int(payload["length"])
        while left and (more := opened.stream.read(left)):
            parts.append(more)
            left -= len(more)
            opened.at += len(more)
        return b"".join(parts)

    def _at(self, payload: dict[str, Any]) -> _Opened:
        """The item, open at the wanted position. It is opened anew unless the last piece ended just there."""
        key = (payload["location"], payload["spec"], tuple(payload["credentials"]))
        offset = int(payload["offset"])
        if self._opened is not None and (self._opened.key, self._opened.at) == (key, offset):
            return self._opened
        self.close()
        reader = Reader(Path(payload["location"]), credentials=key[2], limits=self._limits)
        try:
            stream = reader.open(from_bytes(payload["spec"]))
        except BaseException:
            reader.close()
            raise
        self._opened = _Opened(key, reader, stream, offset)
        if offset:
            stream.seek(offset)
        return self._opened

    def close(self) -> None:
        """Let go of the item that stayed open."""
        opened, self._opened = self._opened, None
        if opened is not None:
            opened.close()


def reader(config: dict[str, Any]) -> PieceReader:
    """Factory for the engine. `config`: limits, the fields of `Limits`."""
    return PieceReader(Limits(**config["limits"]))
