"""The place under work on the engine's page, and signs of life while native code works there for long.

Whoever watches takes a walker for hung that names no place and gives no row for some minutes, and a search of a
large FAT volume for orphans takes longer than that within one native call. A sign is given whenever that call
reads a part of the volume for the first time since the place was named: so work that gets on goes on, and a reader
that runs in circles is still stopped.
"""

from __future__ import annotations

from collections.abc import Callable

REGION = 64 << 20


class Pulse:
    """`note` is the engine's."""

    def __init__(self, note: Callable[[bytes], None]) -> None:
        self._note = note
        self._place = b""
        self._regions: set[int] = set()

    def at(self, place: bytes) -> None:
        """Work is now at this place."""
        self._place = place
        self._regions.clear()
        self._note(place)

    def alive(self) -> None:
        """Work at the place goes on."""
        self._note(self._place)

    def reads(self, offset: int) -> None:
        """The volume is read at this byte."""
        region = offset // REGION
        if region not in self._regions:
            if self._regions:
                self.alive()
            self._regions.add(region)
