"""A mapping tried on an item of evidence, inside a supervised child: rows of plain text for a page, nothing stored.

The first records are given with the traces that they would become, then what became of all records that were read.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from safelight.engine.model import Task
from safelight.evidence.model import EvidenceError, Limits
from safelight.evidence.reader import Reader
from safelight.evidence.spec import from_bytes
from safelight.parsers.mapping.apply import Application, Applied
from safelight.parsers.mapping.load import parsed
from safelight.parsers.mapping.parser import MappedParser
from safelight.parsers.model import HEAD_BYTES, ParseFailed, Subject
from safelight.traces.model import GroupMembership, Login, Message, Trace, Transfer
from safelight.traces.moment import Moment, iso_utc

#: Records that are shown, and that are read: enough to judge a mapping by, in a few seconds.
SHOWN = 60
READ = 50_000
_LONGEST = 300
_LEFT_OUT = frozenset({"place", "ordinal", "network", "instance", "state", "facts_from_path", "precision_us"})


class Trier:
    """Tries one mapping a task. Payload: location, spec, beside, credentials, text, scratch, and the item's own columns."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def handle(self, task: Task, note: Callable[[bytes], None]) -> Iterator[dict[str, Any]]:
        """`{"row": ...}` for each record shown, and last `{"whole": ...}`; or `{"cause", "detail"}`."""
        payload = task.payload
        try:
            with Reader(
                Path(payload["location"]), credentials=tuple(payload["credentials"]), limits=self._limits
            ) as reader:
                yield from _tried(payload, reader)
        except EvidenceError as error:
            yield {"cause": error.cause, "detail": error.detail}
        except OSError as error:
            yield {"cause": "unreadable", "detail": error.strerror or str(error)}

    def close(self) -> None:
        """Nothing stays open."""


def _tried(payload: dict[str, Any], reader: Reader) -> Iterator[dict[str, Any]]:
    mapping = parsed(payload["text"].encode())
    subject = _subject(payload, reader)
    try:
        application = Application(mapping, subject)
        recognised = MappedParser(mapping).recognise(subject) is not None
        traces, kinds, shown, ended = 0, dict[str, int](), 0, ""
        try:
            for applied in application.run(READ):
                traces += len(applied.traces)
                for trace in applied.traces:
                    kinds[trace.table] = kinds.get(trace.table, 0) + 1
                if shown < SHOWN:
                    shown += 1
                    yield {"row": _row(applied)}
        except ParseFailed as error:
            ended = f"{error.cause}: {error.detail}"
        yield {
            "whole": {
                "records": application.records,
                "matched": application.matched,
                "traces": traces,
                "kinds": kinds,
                "recognised": recognised,
                "ended": ended,
                "rules": [asdict(report) for report in application.reports],
            }
        }
    finally:
        for close in reversed(subject.closing):
            close()


def _subject(payload: dict[str, Any], reader: Reader) -> Subject:
    def opened(spec: str) -> io.BufferedIOBase:
        return io.BufferedReader(reader.open(from_bytes(spec)), 1 << 18)

    beside: dict[str, str] = payload["beside"]
    with opened(payload["spec"]) as stream:
        head = stream.read(HEAD_BYTES)
    return Subject(
        item_id=payload["item_id"],
        source_id=payload["source_id"],
        path=payload["path"],
        name=payload["name"],
        size=payload["size"],
        mime=payload["mime"],
        group=payload["group"],
        sha256=payload["sha256"],
        head=head,
        open=lambda: opened(payload["spec"]),
        beside=lambda name: opened(beside[name]) if name in beside else None,
        scratch=Path(payload["scratch"]),
    )


def _row(applied: Applied) -> dict[str, Any]:
    trace = applied.traces[0]
    time, assumed = _time(trace)
    return {
        "number": applied.number,
        "place": applied.record.place,
        "text": applied.record.raw(),
        "rule": applied.rule,
        "kind": trace.table,
        "time": time,
        "assumed": assumed,
        "who": _who(trace)[:_LONGEST],
        "where": _where(trace)[:_LONGEST],
        "detail": _detail(trace)[:_LONGEST],
        "doubts": list(applied.doubts),
    }


def _time(trace: Trace) -> tuple[str, bool]:
    """The first time that the trace states: UTC, or the wall clock with `?`; and whether its zone is assumed."""
    for one in fields(trace):
        value = getattr(trace, one.name)
        if isinstance(value, Moment):
            if value.utc_us is not None:
                return iso_utc(value.utc_us)[:19].replace("T", " "), value.basis == "assumed"
            if value.wall_us is not None:
                return iso_utc(value.wall_us)[:19].replace("T", " ") + " ?", False
            return value.text, False
    return "", False


def _who(trace: Trace) -> str:
    if isinstance(trace, Transfer):
        sides = (trace.sender_name or trace.sender or "?", trace.receiver_name or trace.receiver or "?")
        return " → ".join(sides)
    if isinstance(trace, Message):
        return trace.sender_name or trace.sender or ""
    return next((str(found) for name in _WHO if (found := getattr(trace, name, None))), "")


_WHO = ("account", "caller", "contact", "owner")


def _where(trace: Trace) -> str:
    if isinstance(trace, Transfer):
        return f"{trace.currency or ''} {trace.amount:,.2f}".strip() if trace.amount is not None else ""
    if isinstance(trace, Login):
        return trace.ip or trace.host or ""
    return str(getattr(trace, "conversation", None) or getattr(trace, "path", None) or "")


def _detail(trace: Trace) -> str:
    if isinstance(trace, Message):
        return trace.text or ""
    if isinstance(trace, Transfer):
        return " · ".join(filter(None, (trace.reference, trace.native_id)))
    if isinstance(trace, GroupMembership):
        return " · ".join(filter(None, (trace.action, trace.reason)))
    said = _LEFT_OUT | {"account", "conversation", "caller", "ip"}
    values = ((one.name, getattr(trace, one.name)) for one in fields(trace) if one.name not in said)
    return ", ".join(
        f"{name}: {value}" for name, value in values if value is not None and not isinstance(value, Moment)
    )


def trier(config: dict[str, Any]) -> Trier:
    """Factory for the engine. `config`: limits, the fields of `Limits`."""
    return Trier(Limits(**config["limits"]))
