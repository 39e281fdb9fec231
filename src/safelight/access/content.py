"""Bytes of items, read out of their sources just now: the sources stay the only place where they lie."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from safelight.access.model import Bytes
from safelight.errors import Unreachable
from safelight.evidence.model import EvidenceError
from safelight.evidence.spec import from_bytes
from safelight.ledger.sources import Source
from safelight.messages import _

if TYPE_CHECKING:
    from safelight.evidence.reader import Reader

#: A page of the hex view never asks for more than this (bytes).
MOST = 1 << 20


def opened(source: Source | None, spec: str, credentials: Sequence[str] = ()) -> tuple[Reader, io.RawIOBase]:
    """The stream, and the reader that must stay open while it is read. Raises Unreachable, EvidenceError."""
    # All file systems and archives come with it: a fifth of a second that only those who read bytes shall pay.
    from safelight.evidence.reader import Reader

    if source is None:
        raise Unreachable(
            _("The source of this item is not registered here."),
            _("Register it again, or see `safelight verify`."),
        )
    if not source.location.exists():
        raise Unreachable(
            _("The source “%(label)s” is not at %(place)s.")
            % {"label": source.label, "place": source.location},
            _("Tell Safelight its new place with `safelight source locate`."),
        )
    reader = Reader(source.location, credentials=tuple(credentials))
    return reader, reader.open(from_bytes(spec))


def piece(
    source: Source | None, item_id: str, spec: str, size: int | None, offset: int, length: int
) -> Bytes:
    """A piece of an item's bytes for the hex view. What cannot be read is said in `trouble`, never raised."""
    try:
        reader, stream = opened(source, spec)
        with reader, stream:
            stream.seek(offset)
            data = b""
            while len(data) < length and (more := stream.read(length - len(data))):
                data += more
        return Bytes(item_id, offset, data, size)
    except Unreachable as error:
        return Bytes(item_id, offset, b"", size, str(error))
    except EvidenceError as error:
        return Bytes(item_id, offset, b"", size, str(error))
    except (OSError, ValueError) as error:
        return Bytes(item_id, offset, b"", size, _("The bytes cannot be read: %(why)s.") % {"why": error})
