"""Traces of one type gathered as tuples and emitted as blocks: a database's rows cost no object each.

Stored times stay numbers until the block is made and become moments column by column, by the same rules as
`traces.epochs` (nothing set: none; outside 1990 to 2100: the text alone).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from safelight.parsers.model import Block
from safelight.parsers.rows import moments
from safelight.traces import epochs
from safelight.traces.columns import MOMENT
from safelight.traces.model import Trace

#: Rows of a block.
ROWS = 8192

_LOWEST_US, _HIGHEST_US = 631_152_000_000_000, 4_102_444_800_000_000


@dataclass(frozen=True, slots=True)
class Epoch:
    """How a column of numbers counts time: `one` reads a single value, `scale` and `shift` whole columns of integers."""

    one: Any
    scale: int
    shift: int = 0


SECONDS = Epoch(epochs.unix_seconds, 1_000_000)
MILLIS = Epoch(epochs.unix_millis, 1_000)
COCOA = Epoch(epochs.cocoa, 0)


def moment_column(values: Sequence[Any], epoch: Epoch) -> Any:
    """Stored numbers as an Arrow array of moments."""
    if not any(values):
        return pa.nulls(len(values), MOMENT)
    if epoch.scale and all(type(value) is int or value is None for value in values):
        return _integers(values, epoch)
    if epoch.scale == 0 and all(type(value) is int or value is None for value in values):
        return _cocoa_integers(values)
    if epoch.scale == 0 and all(type(value) is float or value is None for value in values):
        return _cocoa_floats(values)
    return moments([epoch.one(value if type(value) in (int, float, str) else None) for value in values])


def _integers(values: Sequence[int | None], epoch: Epoch) -> Any:
    try:
        array = pa.array(values, pa.int64())
    except OverflowError:
        return moments([epoch.one(value) for value in values])
    numbers = array.fill_null(0).to_numpy()
    unset = (numbers == 0) | (numbers == -1)
    within = np.abs(numbers) < (1 << 62) // epoch.scale
    us = np.where(within, numbers, 0) * epoch.scale + epoch.shift
    sane = within & (us >= _LOWEST_US) & (us <= _HIGHEST_US)
    return _structs(us, sane, unset, pa.array(numbers).cast(pa.string()))


def _cocoa_integers(values: Sequence[int | None]) -> Any:
    try:
        array = pa.array(values, pa.int64())
    except OverflowError:
        return moments([epochs.cocoa(value) for value in values])
    numbers = array.fill_null(0).to_numpy()
    unset = (numbers == 0) | (numbers == -1)
    nanos = np.abs(numbers) >= 10**12
    us = np.where(nanos, numbers // 1_000, np.where(nanos, 0, numbers) * 1_000_000) + epochs.COCOA_US
    sane = (us >= _LOWEST_US) & (us <= _HIGHEST_US)
    return _structs(us, sane, unset, pa.array(numbers).cast(pa.string()))


def _cocoa_floats(values: Sequence[float | None]) -> Any:
    numbers = np.array([value or 0.0 for value in values])
    unset = (numbers == 0) | (numbers == -1) | ~np.isfinite(numbers)
    if bool((np.abs(numbers) >= 1e12).any()) or not bool(np.isfinite(numbers).all()):
        return moments([epochs.cocoa(value) for value in values])
    us = np.rint(numbers * 1_000_000).astype(np.int64) + epochs.COCOA_US
    sane = (us >= _LOWEST_US) & (us <= _HIGHEST_US)
    return _structs(us, sane, unset, pa.array([str(value) for value in values], pa.string()))


def _structs(us: Any, sane: Any, unset: Any, texts: Any) -> Any:
    count = len(us)
    if bool(sane.all()):
        basis = pa.repeat(pa.scalar("stated", pa.string()), count)
        stamps = pa.array(us)
    else:
        basis = pa.array(np.where(sane, "stated", "unknown").tolist(), pa.string())
        stamps = pa.array(us, mask=~sane)
    return pa.StructArray.from_arrays(
        [
            stamps.cast(pa.timestamp("us", "UTC")),
            stamps.cast(pa.timestamp("us")),
            texts,
            basis,
            pa.nulls(count, pa.string()),
        ],
        fields=list(MOMENT),
        mask=pa.array(unset) if bool(unset.any()) else None,
    )


class RowBlocks:
    """Rows of one trace type in the order of `columns`; `times` says how the numbers of some columns count, `same` holds
    what all rows share.
    """

    def __init__(
        self, kind: type[Trace], columns: Sequence[str], times: Mapping[str, Epoch], **same: Any
    ) -> None:
        self._kind = kind
        self._columns = tuple(columns)
        self._times = dict(times)
        self._same = same
        self._rows: list[tuple[Any, ...]] = []

    def add(self, row: tuple[Any, ...]) -> None:
        """Take one row; `full` says when to emit."""
        self._rows.append(row)

    def full(self) -> Iterator[Block]:
        """A block when there are many rows."""
        if len(self._rows) >= ROWS:
            yield from self.rest()

    def rest(self) -> Iterator[Block]:
        """What was not yet emitted."""
        if not self._rows:
            return
        rows, self._rows = self._rows, []
        columns: dict[str, Any] = dict(zip(self._columns, zip(*rows, strict=True), strict=True))
        for name, epoch in self._times.items():
            columns[name] = moment_column(columns[name], epoch)
        for name, value in self._same.items():
            columns[name] = [value] * len(rows)
        yield Block(self._kind, columns)
