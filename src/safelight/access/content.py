"""Bytes of items, read out of their sources just now: the sources stay the only place where they lie."""

from __future__ import annotations

import threading
from collections.abc import Generator, Sequence
from typing import Any, Final

from safelight.access.model import Bytes
from safelight.access.pieces import CHUNK
from safelight.access.reading_child import ReadingChild
from safelight.engine.model import Failure, Task
from safelight.errors import SafelightError, Unreachable
from safelight.evidence.model import EvidenceError
from safelight.ledger.sources import Source
from safelight.messages import _
from safelight.operation.folder import OperationFolder

#: A page of the hex view never asks for more than this (bytes).
MOST = 1 << 20

#: Pieces for hex views that are read at once: each has a child that may take the memory of one.
_AT_ONCE: Final = 4


class Contents:
    """Reads items in supervised children, one for each that is read; the engine starts with the first (half a second) and
    stays until `close`. Safe for several threads. Limits are those of `operation.toml`, read when the engine starts.
    `credentials` are tried on whatever is encrypted.
    """

    def __init__(self, folder: OperationFolder, credentials: Sequence[str] = ()) -> None:
        self._credentials = tuple(credentials)
        self._children = ReadingChild(folder, "safelight.access.pieces:reader")
        self._pieces = threading.BoundedSemaphore(_AT_ONCE)

    def close(self) -> None:
        """End the children."""
        self._children.close()

    def piece(
        self, source: Source | None, item_id: str, spec: str, size: int | None, offset: int, length: int
    ) -> Bytes:
        """A piece of an item's bytes for the hex view. What cannot be read is said in `trouble`, never raised."""
        try:
            with self._pieces:
                data = b"".join(self._read(source, spec, offset, length))
        except (SafelightError, EvidenceError) as error:
            return Bytes(item_id, offset, b"", size, str(error))
        return Bytes(item_id, offset, data, size)

    def stream(
        self, source: Source | None, spec: str, credentials: Sequence[str] = ()
    ) -> Generator[bytearray, None, None]:
        """The whole item, `CHUNK` bytes at a time; the child is one chunk or two ahead. `credentials` are tried first.

        Raises Unreachable, EvidenceError, SafelightError (the child was ended), DiskFull, EngineBroken.
        """
        return self._read(source, spec, 0, None, credentials)

    def _read(
        self,
        source: Source | None,
        spec: str,
        offset: int,
        length: int | None,
        credentials: Sequence[str] = (),
    ) -> Generator[bytearray, None, None]:
        """Bytes from `offset` on. A child that was ended is forgiven once: another goes on where it was, since memory or a
        fork server can give out without the item's doing. A defect comes again, so it is not tried again.
        """
        payload: dict[str, Any] = {
            "location": str(there(source).location),
            "spec": spec,
            "credentials": list(dict.fromkeys((*credentials, *self._credentials))),
        }
        end = None if length is None else offset + length
        forgiven = False
        while True:
            failure: Failure | None = None
            left = None if end is None else end - offset
            # Whatever lies before the offset in something packed is unpacked first.
            worth = offset + (CHUNK if left is None else min(left, CHUNK))
            task = Task("piece", worth, {**payload, "offset": offset, "length": left})
            for one in self._children.bytes_of(task):
                match one:
                    case bytearray(data):
                        offset += len(data)
                        yield data
                    case Failure():
                        failure = one
                    case refused:
                        raise EvidenceError(refused["cause"], refused["detail"])
            if failure is None:
                return
            if forgiven or failure.cause == "defect":
                raise _ended(failure)
            forgiven = True


def _ended(failure: Failure) -> SafelightError:
    why = failure.detail.partition("\n")[0]
    return SafelightError(
        _("The reader of these bytes was ended (%(cause)s): %(why)s") % {"cause": failure.cause, "why": why},
        _("Nothing else is touched; see the failures of this item."),
    )


def there(source: Source | None) -> Source:
    """The source, if it is where it was. Raises Unreachable."""
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
    return source
