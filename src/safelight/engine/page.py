"""The page of shared memory on which a child says what it works on: it outlives the child and needs no system
call.

Words of 64 bits, each written by one aligned store, so that a child stopped at any instruction leaves a page
that can be read. `place` is written last when a task begins; whoever reads it finds the times of that task or
later ones.
"""

from __future__ import annotations

import mmap
import os
import time
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

NOTE_BYTES: Final = 4096
_WORDS: Final = 64
_SIZE: Final = 8192
_PLACE, _STARTED, _ACTIVE, _WRITING, _NOTE_LENGTH = range(5)


class State(IntEnum):
    """What the child does."""

    STARTING = 0
    AT_WORK = 1
    BETWEEN = 2


@dataclass(frozen=True, slots=True)
class Place:
    """Where a child is: job, position in the batch, since when (seconds of the monotonic clock)."""

    job: int
    position: int
    state: State
    started: float
    active: float
    writing: bool
    note: bytes


def new_page() -> int:
    """The descriptor of a fresh page, all zero: STARTING. Its memory is taken at once: no write fails."""
    fd = os.memfd_create("safelight-page", os.MFD_CLOEXEC)
    os.write(fd, bytes(_SIZE))
    return fd


class Page:
    """One side of the page."""

    def __init__(self, fd: int) -> None:
        self._map = mmap.mmap(fd, _SIZE)
        self._view = memoryview(self._map)
        self._words = self._view[:_WORDS].cast("Q")
        self._notes = self._view[_WORDS : _WORDS + NOTE_BYTES]

    def begin(self, job: int, position: int) -> None:
        """The child is about to work on this position."""
        words = self._words
        words[_STARTED] = words[_ACTIVE] = time.monotonic_ns()
        words[_NOTE_LENGTH] = 0
        words[_PLACE] = (job & 0xFFFFFFFF) << 32 | position << 2 | State.AT_WORK

    def finish(self, job: int, position: int) -> None:
        """The result of this position is in the spool."""
        self._words[_PLACE] = (job & 0xFFFFFFFF) << 32 | position << 2 | State.BETWEEN

    def note(self, text: bytes) -> None:
        """Name the place that work is at; more than 4 KiB are cut."""
        text = text[:NOTE_BYTES]
        self._words[_NOTE_LENGTH] = 0
        self._notes[: len(text)] = text
        self._words[_NOTE_LENGTH] = len(text)
        self._words[_ACTIVE] = time.monotonic_ns()

    def write_begins(self) -> None:
        """A row is being handed over: time waited for a slow reader is not the task's."""
        self._words[_WRITING] = 1

    def write_ended(self) -> None:
        self._words[_ACTIVE] = time.monotonic_ns()
        self._words[_WRITING] = 0

    def read(self) -> Place:
        """What the page says. A child that scribbled over it yields nonsense, never an error."""
        place = self._words[_PLACE]
        state = place & 3
        length = min(self._words[_NOTE_LENGTH], NOTE_BYTES)
        return Place(
            job=place >> 32,
            position=place >> 2 & 0x3FFFFFFF,
            state=State(state) if state < 3 else State.BETWEEN,
            started=self._words[_STARTED] / 1e9,
            active=self._words[_ACTIVE] / 1e9,
            writing=self._words[_WRITING] != 0,
            note=bytes(self._notes[:length]),
        )

    def close(self) -> None:
        self._words.release()
        self._notes.release()
        self._view.release()
        self._map.close()
