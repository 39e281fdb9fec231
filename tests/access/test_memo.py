"""Figures of a snapshot are computed once, for whoever asks, and again only where they failed or were let go."""

from __future__ import annotations

import threading

import pytest

from safelight.access.memo import Memo


def test_a_value_is_computed_once_for_many_threads() -> None:
    memo, computed, found = Memo(), [], []
    start = threading.Barrier(4)

    def compute() -> int:
        computed.append(1)
        return 42

    def ask() -> None:
        start.wait()
        found.append(memo.get("count", compute))

    threads = [threading.Thread(target=ask) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (computed, found) == ([1], [42] * 4)


def test_what_failed_is_tried_again() -> None:
    memo = Memo()

    def fails() -> int:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        memo.get("count", fails)
    assert not memo.known("count")
    assert memo.get("count", lambda: 7) == 7
    assert memo.known("count")


def test_the_one_not_asked_for_longest_goes_first() -> None:
    memo = Memo(most=2)
    memo.get("a", lambda: 1)
    memo.get("b", lambda: 2)
    memo.get("a", lambda: 0)
    memo.get("c", lambda: 3)
    assert [memo.known(key) for key in "abc"] == [True, False, True]
