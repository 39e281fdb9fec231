"""Figures of one snapshot, computed once: snapshots never change, so neither do they.

`functools.lru_cache` would do for one thread; here two people who open the same page must not both read five
million rows, so the second one waits for the first.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")

#: Figures that are kept; the one that was not asked for longest goes first.
_MOST = 512


@dataclass(slots=True)
class _Slot:
    lock: threading.Lock = field(default_factory=threading.Lock)
    done: bool = False
    value: Any = None


class Memo:
    """Values by key. Safe for several threads; a value that cannot be computed is tried again."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._slots: OrderedDict[Hashable, _Slot] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, compute: Callable[[], T]) -> T:
        """The value of a key, computed by the first who asks. Raises what `compute` raises."""
        with self._lock:
            slot = self._slots.setdefault(key, _Slot())
            self._slots.move_to_end(key)
            while len(self._slots) > self._most:
                self._slots.popitem(last=False)
        with slot.lock:
            if not slot.done:
                slot.value, slot.done = compute(), True
            found: T = slot.value
            return found

    def known(self, key: Hashable) -> bool:
        """Whether the value is there already."""
        with self._lock:
            slot = self._slots.get(key)
            return slot is not None and slot.done
