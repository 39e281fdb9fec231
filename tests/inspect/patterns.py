"""Test pictures drawn by arithmetic, and how the tests hand bytes to an inspector."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from safelight.inspect.digests import digest
from safelight.inspect.examine import Ended, examine
from safelight.inspect.filetype import identify
from safelight.inspect.model import Content, Derivative, Fact, Inspector
from safelight.operation.settings import InspectionSettings

Pixels = NDArray[np.uint8]


def rings(height: int, width: int) -> Pixels:
    y, x = np.mgrid[0:height, 0:width]
    v = ((x - width // 3) ** 2 + (y - height * 2 // 5) ** 2) // 97 % 256
    return np.stack([v, (v * 3) % 256, 255 - v], -1).astype(np.uint8)


def board(height: int, width: int) -> Pixels:
    y, x = np.mgrid[0:height, 0:width]
    v = ((x * 8 // width + y * 8 // height) % 2) * 160 + (x * 7 + y * 3) % 60
    return np.stack([v, v // 2, v], -1).astype(np.uint8)


def blobs(height: int, width: int) -> Pixels:
    y, x = np.mgrid[0:height, 0:width]
    v = (x * y // 50 + (x * x) // 400 + (y * y) // 700) % 256
    return np.stack([v, 255 - v, (v + 80) % 256], -1).astype(np.uint8)


PATTERNS: dict[str, Callable[[int, int], Pixels]] = {"rings": rings, "board": board, "blobs": blobs}


def content(data: bytes, name: str = "", settings: InspectionSettings | None = None) -> Content:
    """Bytes as the intake hands them over: hashed and typed."""
    stream = io.BytesIO(data)
    found = digest(stream)
    kind = identify(found.head, found.size, found.tail, stream)

    def open_stream() -> io.BufferedIOBase:
        return io.BufferedReader(io.BytesIO(data))

    return Content(
        hashlib.sha256(data).hexdigest(),
        len(data),
        kind.mime,
        kind.group,
        name,
        open_stream,
        settings or InspectionSettings(),
    )


@dataclass
class Outcome:
    """What came out, sorted by table; rows without the columns that are null."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    derivatives: list[Derivative] = field(default_factory=list)
    ended: dict[str, tuple[str, str]] = field(default_factory=dict)
    detail: dict[str, str] = field(default_factory=dict)

    def only(self, table: str) -> dict[str, Any]:
        (row,) = self.rows[table]
        return row


def run(
    data: bytes, *inspectors: Inspector, settings: InspectionSettings | None = None, name: str = ""
) -> Outcome:
    """Bytes through inspectors by the public door."""
    outcome = Outcome()
    for event in examine(content(data, name, settings), inspectors, lambda _: None):
        if isinstance(event, Ended):
            outcome.ended[event.inspector] = (event.outcome, event.cause)
            outcome.detail[event.inspector] = event.detail
        elif isinstance(event.what, Fact):
            row = {key: value for key, value in event.what.row.items() if value is not None}
            outcome.rows.setdefault(event.what.table, []).append(row)
        else:
            outcome.derivatives.append(event.what)
    return outcome


def member(archive: Path, name: str) -> bytes:
    """One file out of a tar archive of the real data."""
    import tarfile

    with tarfile.open(archive) as source:
        stream = source.extractfile(name)
        assert stream is not None
        return stream.read()
