"""Appends of several threads of one process in one transaction, so that they wait for one sync together.

Who comes while another writes waits, and the first of those who waited writes for all of them. A transaction that one of
them spoils is taken back and each is written by itself, so that nobody pays for another's mistake; only where the commit
itself fails is that told to all.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from safelight.ledger.entry import Draft, Entry


class _Act(Protocol):
    def append_drafts(self, drafts: Sequence[Draft]) -> list[Entry]: ...


class _Wish:
    """What one thread wants written, and what came of it. The thread waits for `called` unless it leads already."""

    def __init__(self, drafts: Sequence[Draft]) -> None:
        self.drafts = drafts
        self.made: list[Entry] | None = None
        self.error: BaseException | None = None
        self.leads = False
        self.called = threading.Lock()
        self.called.acquire()


class Together:
    """Appends for the threads that share it; `writing` opens the one writing transaction."""

    def __init__(self, writing: Callable[[], AbstractContextManager[_Act]]) -> None:
        self._writing = writing
        self._guard = threading.Lock()
        self._waiting: list[_Wish] = []
        self._somebody_leads = False

    def append(self, drafts: Sequence[Draft]) -> list[Entry]:
        """All of `drafts` in one transaction or none; committed when this returns. Raises what writing them raises."""
        wish = _Wish(drafts)
        with self._guard:
            self._waiting.append(wish)
            if not self._somebody_leads:
                self._somebody_leads = wish.leads = True
        if not wish.leads:
            try:
                wish.called.acquire()
            except BaseException:  # a key was pressed
                self._give_up(wish)
                raise
        if wish.leads:
            self._lead(wish)
        if wish.error is not None:
            raise wish.error
        assert wish.made is not None
        return wish.made

    def _lead(self, own: _Wish) -> None:
        with self._guard:
            wishes, self._waiting = self._waiting, []
        self._write(wishes)
        for wish in wishes:
            if wish is not own:
                wish.called.release()
        self._hand_on()

    def _hand_on(self) -> None:
        with self._guard:
            self._somebody_leads = bool(self._waiting)
            if self._waiting:
                self._waiting[0].leads = True
                self._waiting[0].called.release()

    def _give_up(self, wish: _Wish) -> None:
        with self._guard:
            if wish in self._waiting:
                self._waiting.remove(wish)
        if wish.leads:
            self._hand_on()

    def _write(self, wishes: Sequence[_Wish]) -> None:
        spoilt = True
        try:
            with self._writing() as act:
                made = act.append_drafts([draft for wish in wishes for draft in wish.drafts])
                spoilt = False
        except BaseException as error:
            if spoilt and len(wishes) > 1 and isinstance(error, Exception):
                for wish in wishes:
                    self._write([wish])
                return
            for wish in wishes:
                wish.error = error
            return
        for wish in wishes:
            wish.made, made = made[: len(wish.drafts)], made[len(wish.drafts) :]
