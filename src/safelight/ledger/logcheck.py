"""`head.log` against the chain: it must know no other entry, lack none but the last, and know none beyond the end."""

from __future__ import annotations

import sqlalchemy as sa

from safelight.ledger import tables
from safelight.ledger.head import Head
from safelight.ledger.headlog import MOST_LOST, HeadLog
from safelight.ledger.ledger import Ledger
from safelight.ledger.walk import Bad


class LogCheck:
    """Compares `head.log` with the chain while the walk goes on."""

    def __init__(self, log: HeadLog) -> None:
        self.name = log.path.name
        self._lines = log.lines()
        self._last = 0
        self._unlogged: int | None = None
        self._missing, self._lacks = 0, 0
        self._next = self._advance()

    def at(self, seq: int, own: bytes, recorded_at: int) -> None:
        """Entry `seq` has this hash and time: the log must not know another.

        It has a line for the last entry of each transaction, and all entries of one have the same time. A power cut costs
        the last of them, never one in between, and never the first.
        """
        if self._unlogged is not None and self._unlogged != recorded_at:
            self._missing += 1
            self._lacks = self._lacks or seq - 1
            if self._next is not None or self._last == 0 or self._missing >= MOST_LOST:
                raise Bad(
                    None,
                    f"{self.name} lacks the head of entry {self._lacks}: more is missing than a crash explains",
                )
        self._unlogged = recorded_at
        if self._next is not None and self._next.seq == seq:
            if self._next.hash != own:
                raise Bad(seq, f"{self.name} knows another entry {seq} than the ledger")
            self._unlogged, self._next = None, self._advance()

    def end(self, end: int, ledger: Ledger) -> list[str]:
        """The chain is at its end: what the log knows beyond it must have been committed meanwhile."""
        while self._next is not None:
            if not _is_committed(ledger, self._next):
                raise Bad(
                    end + 1, f"the ledger ends at entry {end}, but {self.name} knows entry {self._next.seq}"
                )
            self._next = self._advance()
        if self._last >= end:
            return []
        return [
            f"{self.name} ends at entry {self._last} (a crash came in between); the next entry completes it"
        ]

    def _advance(self) -> Head | None:
        try:
            head = next(self._lines)
        except StopIteration:
            return None
        if head is None or head.seq <= self._last:
            raise Bad(
                None, f"{self.name} was changed: a line after that of entry {self._last} is not in order"
            )
        self._last = head.seq
        return head


def _is_committed(ledger: Ledger, head: Head) -> bool:
    with ledger.store.reading() as connection:
        query = sa.select(tables.ENTRIES.c.hash).where(tables.ENTRIES.c.seq == head.seq)
        return bytes(connection.execute(query).scalar() or b"") == head.hash
