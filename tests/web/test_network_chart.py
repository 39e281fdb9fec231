"""Labels of the network's picture: as much of each as does not reach into a neighbour's."""

from __future__ import annotations

from safelight.identities.network_view import HIGH, WIDE, Node, View
from safelight.web.network_chart import LETTER, LONGEST, drawn


def picture(*places: tuple[float, float, int]) -> View:
    """Communities at x and y (points), with so many members."""
    nodes = tuple(
        Node(
            f"c{n}",
            "community",
            f"the chess players of table {n}",
            members,
            x / WIDE,
            y / HIGH,
            (1, 0, 0, 0, 0),
            (1, 0, 0, 0, 0),
        )
        for n, (x, y, members) in enumerate(places)
    )
    return View("communities", "", nodes, (), {}, 100, 100)


def test_neighbours_of_one_height_share_the_way_between_them() -> None:
    left, middle, right, below = drawn(picture((0, 90, 9), (90, 90, 9), (250, 90, 9), (90, 140, 9))).discs
    assert [one.room for one in (left, middle, right, below)] == [15, 15, LONGEST, LONGEST]
    assert (left.room + middle.room) / 2 * LETTER <= middle.x - left.x


def test_of_two_that_are_too_near_the_weaker_goes_without() -> None:
    weak, strong = drawn(picture((0, 90, 4), (20, 90, 5))).discs
    assert (weak.label, strong.label, strong.room) == ("", "the chess players of table 1", LONGEST)
