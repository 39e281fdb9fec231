"""One content through all inspectors that accept its type: facts as they come, and how each inspector
ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from safelight.inspect import strings
from safelight.inspect.model import Content, Derivative, Fact, InspectionFailed, Inspector, NotMine

Outcome = Literal["done", "not mine", "failed"]
#: Name and version that rescued strings are recorded under.
RESCUER = ("strings", 1)


@dataclass(frozen=True, slots=True)
class Found:
    """A fact or derivative and who made it."""

    inspector: str
    version: int
    what: Fact | Derivative


@dataclass(frozen=True, slots=True)
class Ended:
    """How one inspector ended. `cause` is one of the causes of `InspectionFailed`, or `defect` for an
    exception that it did not foresee; `seconds` is processor time."""

    inspector: str
    version: int
    outcome: Outcome
    cause: str = ""
    detail: str = ""
    seconds: float = 0.0


def examine(
    content: Content,
    inspectors: Iterable[Inspector],
    note: Callable[[bytes], None],
    *,
    without: Collection[str] = (),
) -> Iterator[Found | Ended]:
    """Run the inspectors that accept the content, one after the other; an exception in one costs the others
    nothing.

    `note` is told the inspector's name before each, so that whoever supervises knows the culprit of a crash
    or hang. `without` names inspectors that ended the process on this content before: they are left out, and,
    as after a failure, printable strings are kept. What an inspector gave before it failed is kept. Never
    raises on account of the content; KeyboardInterrupt and SystemExit pass through.
    """
    rescue = False
    for inspector in inspectors:
        if not inspector.accepts(content.mime, content.group, content.size):
            continue
        if inspector.name in without:
            rescue = True
            continue
        note(inspector.name.encode())
        started = time.process_time()
        outcome, cause, detail = yield from _run(inspector, content)
        rescue = rescue or outcome == "failed"
        seconds = time.process_time() - started
        yield Ended(inspector.name, inspector.version, outcome, cause, detail, seconds)
    if rescue and RESCUER[0] not in without:
        note(RESCUER[0].encode())
        try:
            fact = strings.rescue(content)
        except Exception as error:
            yield Ended(*RESCUER, "failed", "unreadable", _one_line(error))
        else:
            if fact is not None:
                yield Found(*RESCUER, fact)


def _run(inspector: Inspector, content: Content) -> Generator[Found, None, tuple[Outcome, str, str]]:
    try:
        for what in inspector.inspect(content):
            yield Found(inspector.name, inspector.version, what)
    except NotMine:
        return "not mine", "", ""
    except InspectionFailed as failure:
        return "failed", failure.cause, failure.detail
    except MemoryError as error:
        return "failed", "limit", _one_line(error)
    except Exception as error:
        return "failed", "defect", _one_line(error)
    return "done", "", ""


def _one_line(error: BaseException) -> str:
    """Class and message of an exception, for people: one line, at most 500 characters."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:500]
