"""Signs of life: for work that gets on, and none for a reader that runs in circles."""

from __future__ import annotations

from safelight.evidence.tsk_pulse import REGION, Pulse


def test_a_sign_for_each_new_part_of_the_volume() -> None:
    notes: list[bytes] = []
    pulse = Pulse(notes.append)
    pulse.at(b"/$OrphanFiles")
    for offset in (0, 512, REGION - 1, REGION, 5 * REGION, 0, REGION, 5 * REGION + 9):
        pulse.reads(offset)
    assert notes == [b"/$OrphanFiles"] * 3


def test_a_new_place_starts_anew() -> None:
    notes: list[bytes] = []
    pulse = Pulse(notes.append)
    for place in (b"/a", b"/b"):
        pulse.at(place)
        pulse.reads(0)
        pulse.reads(REGION)
    pulse.alive()
    assert notes == [b"/a", b"/a", b"/b", b"/b", b"/b"]
