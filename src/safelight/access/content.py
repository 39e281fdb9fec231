"""Bytes of items, read out of their sources just now: the sources stay the only place where they lie."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence

from safelight.access.model import Bytes
from safelight.access.reading_child import ReadingChild
from safelight.engine.model import Task
from safelight.errors import SafelightError, Unreachable
from safelight.evidence.model import EvidenceError
from safelight.ledger.sources import Source
from safelight.messages import _
from safelight.operation.folder import OperationFolder

#: A page of the hex view never asks for more than this (bytes).
MOST = 1 << 20

#: Bytes of one piece of a stream. As base64 it is far below what the engine takes as one row.
CHUNK = 4 << 20


class Contents:
    """Reads items in one supervised child, which is started with the first piece (half a second) and stays until
    `close`. One piece is read at a time; safe for several threads. Limits are those of `operation.toml`, read when the
    child starts. `credentials` are tried on whatever is encrypted.
    """

    def __init__(self, folder: OperationFolder, credentials: Sequence[str] = ()) -> None:
        self._credentials = tuple(credentials)
        self._child = ReadingChild(folder, "safelight.access.pieces:reader")

    def close(self) -> None:
        """End the child."""
        self._child.close()

    def piece(
        self, source: Source | None, item_id: str, spec: str, size: int | None, offset: int, length: int
    ) -> Bytes:
        """A piece of an item's bytes for the hex view. What cannot be read is said in `trouble`, never raised."""
        try:
            data = self._read(source, spec, offset, length, worth=offset + length)
        except (SafelightError, EvidenceError) as error:
            return Bytes(item_id, offset, b"", size, str(error))
        return Bytes(item_id, offset, data, size)

    def stream(self, source: Source | None, spec: str, credentials: Sequence[str] = ()) -> Iterator[bytes]:
        """The whole item, `CHUNK` bytes at a time; each is read when it is asked for. `credentials` are tried first.

        Raises Unreachable, EvidenceError, SafelightError (the child was ended), DiskFull, EngineBroken.
        """
        offset = 0
        while data := self._read(source, spec, offset, CHUNK, credentials, goes_on=True):
            yield data
            offset += len(data)
            if len(data) < CHUNK:
                return

    def _read(
        self,
        source: Source | None,
        spec: str,
        offset: int,
        length: int,
        credentials: Sequence[str] = (),
        *,
        goes_on: bool = False,
        worth: int = CHUNK,
    ) -> bytes:
        """One piece. `worth` is the bytes that its time limit is reckoned from."""
        payload = {
            "location": str(there(source).location),
            "spec": spec,
            "offset": offset,
            "length": length,
            "credentials": list(dict.fromkeys((*credentials, *self._credentials))),
            "goes_on": goes_on,
        }
        rows, failure = self._child.run(Task("piece", worth, payload))
        if failure is not None:
            why = failure.detail.partition("\n")[0]
            raise SafelightError(
                _("The reader of these bytes was ended (%(cause)s): %(why)s")
                % {"cause": failure.cause, "why": why},
                _("Nothing else is touched; see the failures of this item."),
            )
        if "data" not in rows[0]:
            raise EvidenceError(rows[0]["cause"], rows[0]["detail"])
        return base64.b64decode(rows[0]["data"])


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
