"""A desk to do casework at: a synthetic operation with nothing in it, and a door whose clock a test sets."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from safelight.access.door import Door
from safelight.access.reading import Reading
from safelight.ledger.ledger import Ledger, Writing
from safelight.ledger.records import Basis
from safelight.ledger.set_clock import VARIABLE
from safelight.operation.folder import OperationFolder

ACTOR = "kari.nordmann"
TOLD = Basis("fact", "yes", "A", "1", "population register", "asked for in the chess club's matter")
Made = TypeVar("Made")


class Desk:
    """One operation. `at` says when it is; every act and look is a consultation of its own."""

    def __init__(self, place: Path) -> None:
        self.folder = OperationFolder(place / "operation")
        self.folder.make()
        self.folder.settings.write_text("")
        self.when = "2016-03-01T09:00:00Z"
        with self._clock():
            Ledger.create(self.folder, name="Vårsol", actor=ACTOR, synthetic=True).close()

    def at(self, when: str) -> Desk:
        """It is another time now."""
        self.when = when
        return self

    def does(self, act: Callable[[Writing], Made]) -> Made:
        """One act in one transaction."""
        with self._door() as door, door.consult("test") as look, look.reading.ledger.writing() as writing:
            return act(writing)

    def sees(self, read: Callable[[Reading], Made]) -> Made:
        """One read."""
        with self._door() as door, door.consult("test") as look:
            return read(look.reading)

    @contextmanager
    def _door(self) -> Iterator[Door]:
        with self._clock(), Door(self.folder, who=ACTOR, purpose="test") as door:
            yield door

    @contextmanager
    def _clock(self) -> Iterator[None]:
        os.environ[VARIABLE] = self.when
        try:
            yield
        finally:
            del os.environ[VARIABLE]
