"""Messages gathered column by column and emitted as blocks: what formats of millions of messages use instead of objects.

A row is a tuple; a time in it is microseconds in UTC, microseconds of the wall clock and text, for formats that state UTC.
Everything rarer (other bases, media, calls) goes the usual way, as objects.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import pyarrow as pa

from safelight.parsers.model import Block
from safelight.parsers.rows import moments
from safelight.traces.columns import MOMENT
from safelight.traces.iso_text import moment
from safelight.traces.model import Message

#: Rows of a block.
ROWS: Final = 8192

#: The order of a row. Either all rows of a conversation have `sent` and `wall`, or none has, and `sent_text` is ISO 8601.
ROW: Final = (
    "place", "sender", "sender_name", "recipients", "direction", "text", "markup", "sent", "wall", "sent_text",
    "native_id", "reply_to", "forwarded",
)  # fmt: skip


class MessageColumns:
    """Plain text messages of one conversation."""

    def __init__(self, network: str, instance: str | None, conversation: str, precision_us: int) -> None:
        self._same = {
            "network": network,
            "instance": instance,
            "conversation": conversation,
            "precision_us": precision_us,
        }
        self._rows: list[tuple[Any, ...]] = []

    def add(self, rows: Sequence[tuple[Any, ...]]) -> Iterator[Block]:
        """Take rows in the order of `ROW`; gives a block when there are many."""
        self._rows.extend(rows)
        if len(self._rows) >= ROWS:
            yield from self.rest()

    def rest(self) -> Iterator[Block]:
        """What was not yet emitted."""
        if not self._rows:
            return
        rows, self._rows = self._rows, []
        columns: dict[str, Any] = dict(zip(ROW, zip(*rows, strict=True), strict=True))
        utc, wall, texts = columns["sent"], columns.pop("wall"), columns.pop("sent_text")
        columns["sent"] = written(texts) if utc[0] is None else stated(utc, wall, texts)
        columns = {name: values for name, values in columns.items() if name == "sent" or any(values)}
        for name, value in self._same.items():
            if value is not None:
                columns[name] = pa.scalar(value, pa.int64() if name == "precision_us" else pa.string())
        yield Block(Message, columns)


def written(texts: Sequence[str]) -> pa.Array:
    """Moments out of texts of ISO 8601 in UTC (`Z`, `+00:00`): by Arrow, or one by one where it refuses one of them."""
    array = pa.array(texts, pa.string())
    try:
        utc = array.cast(pa.timestamp("us", "UTC"))
    except pa.ArrowInvalid:
        return moments([moment(text) for text in texts])
    return _struct(utc, utc.cast(pa.timestamp("us")), array)


def stated(utc: Sequence[int], wall: Sequence[int], texts: Sequence[str]) -> pa.Array:
    """Moments whose format states UTC, as an Arrow struct array."""
    return _struct(
        pa.array(utc, pa.timestamp("us", "UTC")),
        pa.array(wall, pa.timestamp("us")),
        pa.array(texts, pa.string()),
    )


def _struct(utc: pa.Array, wall: pa.Array, texts: pa.Array) -> pa.Array:
    count = len(utc)
    return pa.StructArray.from_arrays(
        [
            utc,
            wall,
            texts,
            pa.repeat(pa.scalar("stated", pa.string()), count),
            pa.nulls(count, pa.string()),
        ],
        fields=list(MOMENT),
    )
