"""One content through all inspectors that accept its type: facts as they come, and how each inspector
ended."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from safelight.evidence.model import EvidenceError
from safelight.inspect import strings
from safelight.inspect.extensions import extension_agrees
from safelight.inspect.model import Content, Derivative, Fact, InspectionFailed, Inspector, NotMine

Outcome = Literal["done", "not mine", "failed"]
_READ_ERRORS = frozenset({errno.EIO, errno.ENOENT, errno.ESTALE, errno.EACCES, errno.ENXIO, errno.ENODEV})
#: Causes that a decoder also gives for what was never of its type.
_MAYBE_ANOTHER_TYPE = frozenset({"corrupt", "limit", "unsupported"})
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
    rescue: bool = False,
) -> Iterator[Found | Ended]:
    """Run the inspectors that accept the content, one after the other; an exception in one costs the others
    nothing, and what it gave before is kept.

    `note` is told the inspector's name before each, so that whoever supervises knows the culprit of a crash
    or hang. After a failure, or if `rescue` says that an inspector ended the process on this content before
    (and was left out), the printable strings are kept once. Never raises on account of the content;
    KeyboardInterrupt and SystemExit pass through.
    """
    for inspector in inspectors:
        if not inspector.accepts(content.mime, content.group, content.size):
            continue
        note(inspector.name.encode())
        started = time.process_time()
        outcome, cause, detail = yield from _run(inspector, content)
        rescue = rescue or outcome == "failed"
        seconds = time.process_time() - started
        yield Ended(inspector.name, inspector.version, outcome, cause, detail, seconds)
    if rescue:
        note(RESCUER[0].encode())
        try:
            fact = strings.rescue(content)
        except Exception as error:
            yield Ended(*RESCUER, "failed", *_why(error))
        else:
            if fact is not None:
                yield Found(*RESCUER, fact)


def _run(inspector: Inspector, content: Content) -> Generator[Found, None, tuple[Outcome, str, str]]:
    found = False
    try:
        for what in inspector.inspect(content):
            found = True
            yield Found(inspector.name, inspector.version, what)
    except NotMine:
        return "not mine", "", ""
    except InspectionFailed as error:
        if not found and error.cause in _MAYBE_ANOTHER_TYPE and _guessed(content):
            return "not mine", "", ""
        return "failed", *_why(error)
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # A panic of a Rust library is no Exception.
        return "failed", *_why(error)
    return "done", "", ""


def _guessed(content: Content) -> bool:
    """Whether the type is a guess of libmagic that the name does not bear out (it takes the logs of NTFS
    transactions for Targa pictures)."""
    return content.basis == "libmagic" and not extension_agrees(content.name, content.mime)


def _why(error: BaseException) -> tuple[str, str]:
    """Cause and detail of a failure."""
    if isinstance(error, InspectionFailed | EvidenceError):
        return error.cause, error.detail
    if isinstance(error, MemoryError):
        return "limit", _one_line(error)
    return "unreadable" if _from_the_disk(error) else "defect", _one_line(error)


def _from_the_disk(error: BaseException) -> bool:
    """Whether the operating system failed to read the source (libraries raise OSError without a number)."""
    return isinstance(error, OSError) and error.errno in _READ_ERRORS


def _one_line(error: BaseException) -> str:
    """Class and message of an exception, for people: one line, at most 500 characters."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:500]
