"""One content through all inspectors: what each yields is kept, how each ended is told, and no failure spreads."""

from __future__ import annotations

import errno
import io
from collections.abc import Iterator

import pytest

from safelight.evidence.model import EvidenceError
from safelight.inspect.examine import Ended, Found, examine
from safelight.inspect.model import Cause, Content, Derivative, Fact, Group, InspectionFailed, NotMine
from safelight.inspect.registry import inspectors
from tests.inspect.patterns import content
from tests.inspect.test_registry import samples


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


def told(*stages: Stage, rescue: bool = False) -> tuple[list[tuple[str, ...]], list[bytes]]:
    notes: list[bytes] = []
    events: list[tuple[str, ...]] = []
    for event in examine(content("været på Røst".encode()), stages, notes.append, rescue=rescue):
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


def test_after_a_crash_strings_are_kept_once() -> None:
    events, notes = told(Stage("good"), rescue=True)
    assert events == [("good", "documents", "good"), ("good", "done", "", ""), RESCUED]
    assert notes == [b"good", b"strings"]
    events, _ = told(Stage("broken", InspectionFailed("corrupt", "cut off")), rescue=True)
    assert events == [("broken", "documents", "broken"), ("broken", "failed", "corrupt", "cut off"), RESCUED]


class Panic(BaseException):
    """As Rust libraries raise it."""


def test_a_panic_is_a_defect() -> None:
    events, _ = told(Stage("panicking", Panic("index out of range")), Stage("last"))
    assert events[1] == ("panicking", "failed", "defect", "Panic: index out of range")
    assert events[3] == ("last", "done", "", "")


def test_memory_and_the_hand_on_the_switch() -> None:
    events, _ = told(Stage("hungry", MemoryError()))
    assert events[1] == ("hungry", "failed", "limit", "MemoryError:")
    with pytest.raises(KeyboardInterrupt):
        told(Stage("stopped", KeyboardInterrupt()))


def test_a_content_that_cannot_be_read_again() -> None:
    def vanished() -> Content:
        gone = content(b"weather")
        gone.open = lambda: (_ for _ in ()).throw(OSError(errno.EIO, "the source is gone"))
        return gone

    events = list(
        examine(vanished(), [Stage("broken", OSError(errno.EIO, "the source is gone"))], lambda _: None)
    )
    ended = [event for event in events if isinstance(event, Ended)]
    assert [(event.inspector, event.outcome, event.cause) for event in ended] == [
        ("broken", "failed", "unreadable"),
        ("strings", "failed", "unreadable"),
    ]


class Unreadable(io.RawIOBase):
    """A stream whose bytes lie on a damaged sector behind the first 100."""

    def __init__(self, data: bytes) -> None:
        self.data = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self.data.seek(offset, whence)

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self.data.tell() >= 100:
            raise EvidenceError("unreadable", "sector 7 cannot be read")
        part = self.data.read(min(len(buffer), 100 - self.data.tell()))
        buffer[: len(part)] = part
        return len(part)


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.mime)
def test_a_damaged_sector_is_told_as_unreadable(sample: Content) -> None:
    """Whichever library reads: the failure is the source's and not the format's."""
    with sample.open() as stream:
        data = stream.read() + bytes(1000)
    sample.open = lambda: io.BufferedReader(Unreadable(data), 100)
    ended = [event for event in examine(sample, inspectors(), lambda _: None) if isinstance(event, Ended)]
    assert {(event.outcome, event.cause, event.detail) for event in ended} == {
        ("failed", "unreadable", "sector 7 cannot be read")
    }


class Picky:
    """Fails on everything, after as many facts as it is told."""

    name = "picky"
    version = 1
    tables: tuple[str, ...] = ("pictures",)

    def __init__(self, facts: int, cause: Cause) -> None:
        self.facts, self.cause = facts, cause

    def accepts(self, mime: str, group: Group, size: int) -> bool:
        return True

    def inspect(self, content: Content) -> Iterator[Fact]:
        for _ in range(self.facts):
            yield Fact("pictures", {"width": 8})
        raise InspectionFailed(self.cause, "no such header")


@pytest.mark.parametrize(
    ("basis", "name", "facts", "cause", "outcome"),
    [
        ("libmagic", "$TxfLog.blf", 0, "corrupt", "not mine"),
        ("libmagic", "$TxfLog.blf", 0, "encrypted", "failed"),
        ("libmagic", "$TxfLog.blf", 1, "corrupt", "failed"),
        ("libmagic", "scan.tga", 0, "corrupt", "failed"),
        ("signature", "$TxfLog.blf", 0, "corrupt", "failed"),
    ],
)
def test_a_guessed_type_that_no_decoder_bears_out(
    basis: str, name: str, facts: int, cause: Cause, outcome: str
) -> None:
    guessed = content(b"\0" * 40, name)
    guessed.mime, guessed.group, guessed.basis = "image/x-tga", "picture", basis
    events = list(examine(guessed, [Picky(facts, cause)], lambda _: None))
    assert [e.outcome for e in events if isinstance(e, Ended) and e.inspector == "picky"] == [outcome]
