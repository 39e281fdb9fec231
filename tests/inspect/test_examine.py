"""One content through all inspectors: what each yields is kept, how each ended is told, and no failure spreads."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from safelight.inspect.examine import Ended, Found, examine
from safelight.inspect.model import Content, Derivative, Fact, Group, InspectionFailed, NotMine
from tests.inspect.patterns import content


class Stage:
    """An inspector of text that yields a fact and then does what the test wants."""

    version = 3
    tables: tuple[str, ...] = ("documents",)

    def __init__(self, name: str, error: BaseException | None = None, group: Group = "text") -> None:
        self.name, self.error, self.group = name, error, group

    def accepts(self, mime: str, group: Group, size: int) -> bool:
        return group == self.group

    def inspect(self, content: Content) -> Iterator[Fact | Derivative]:
        yield Fact("documents", {"title": self.name})
        if self.error is not None:
            raise self.error


def told(*stages: Stage, without: tuple[str, ...] = ()) -> tuple[list[tuple[str, ...]], list[bytes]]:
    notes: list[bytes] = []
    events: list[tuple[str, ...]] = []
    for event in examine(content("været på Røst".encode()), stages, notes.append, without=without):
        if isinstance(event, Ended):
            assert event.seconds >= 0
            events.append((event.inspector, event.outcome, event.cause, event.detail))
        else:
            assert isinstance(event, Found)
            assert isinstance(event.what, Fact)
            events.append(
                (
                    event.inspector,
                    event.what.table,
                    str(event.what.row.get("title") or event.what.row["text"]),
                )
            )
    return events, notes


RESCUED = ("strings", "texts", "været på Røst")


def test_each_way_to_end() -> None:
    events, notes = told(
        Stage("good"),
        Stage("stranger", group="picture"),
        Stage("shy", NotMine()),
        Stage("locked", InspectionFailed("encrypted", "needs a password")),
        Stage("broken", ZeroDivisionError("division\nby zero")),
        Stage("last"),
    )
    assert events == [
        ("good", "documents", "good"),
        ("good", "done", "", ""),
        ("shy", "documents", "shy"),
        ("shy", "not mine", "", ""),
        ("locked", "documents", "locked"),
        ("locked", "failed", "encrypted", "needs a password"),
        ("broken", "documents", "broken"),
        ("broken", "failed", "defect", "ZeroDivisionError: division by zero"),
        ("last", "documents", "last"),
        ("last", "done", "", ""),
        RESCUED,
    ]
    assert notes == [b"good", b"shy", b"locked", b"broken", b"last", b"strings"]


def test_no_strings_without_failure() -> None:
    assert told(Stage("good"), Stage("shy", NotMine())) == (
        [
            ("good", "documents", "good"),
            ("good", "done", "", ""),
            ("shy", "documents", "shy"),
            ("shy", "not mine", "", ""),
        ],
        [b"good", b"shy"],
    )


def test_one_that_crashed_before_is_left_out_and_strings_are_kept() -> None:
    events, notes = told(Stage("good"), Stage("crasher"), without=("crasher",))
    assert events == [("good", "documents", "good"), ("good", "done", "", ""), RESCUED]
    assert notes == [b"good", b"strings"]
    events, _ = told(Stage("crasher"), without=("crasher", "strings"))
    assert events == []


def test_memory_and_the_hand_on_the_switch() -> None:
    events, _ = told(Stage("hungry", MemoryError()))
    assert events[1] == ("hungry", "failed", "limit", "MemoryError:")
    with pytest.raises(KeyboardInterrupt):
        told(Stage("stopped", KeyboardInterrupt()))


def test_a_content_that_cannot_be_read_again() -> None:
    def vanished() -> Content:
        gone = content(b"weather")
        gone.open = lambda: (_ for _ in ()).throw(OSError("the source is gone"))
        return gone

    events = list(examine(vanished(), [Stage("broken", OSError("the source is gone"))], lambda _: None))
    ended = [event for event in events if isinstance(event, Ended)]
    assert [(event.inspector, event.outcome, event.cause) for event in ended] == [
        ("broken", "failed", "defect"),
        ("strings", "failed", "unreadable"),
    ]
