"""A mapping tried on a file of the test, told in lines."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from safelight.parsers.mapping.load import parsed
from safelight.parsers.mapping.trial import Trial, subject_of, try_mapping
from safelight.traces.model import Account, Conversation, Trace
from safelight.traces.moment import Moment, iso_utc


def tried(folder: Path, mapping: str, name: str, data: bytes) -> Trial:
    """Write the file and try the mapping on it."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    return try_mapping(parsed(mapping.encode()), subject_of(path, scratch), 1000)


def lines(trial: Trial) -> list[str]:
    """Each trace and each rule's count as a line."""
    found = [f"{one.place}: {told(trace)}" for one in trial.first for trace in one.traces]
    for rule in trial.rules:
        doubtful = f", {rule.doubtful} doubtful" if rule.doubtful else ""
        found.append(f"{rule.name}: {rule.matched} of {rule.records} records{doubtful}")
        found += [f"  {one.place}: {one.reason}" for one in (*rule.examples, *rule.doubts)]
    return found


def told(trace: Trace) -> str:
    """The fields of a trace that are not empty."""
    words = []
    for one in fields(trace):
        value = getattr(trace, one.name)
        usual = {
            "place": value,
            "network": value,
            "instance": value,
            "state": "live",
            "kind": "text",
            "ordinal": 0,
        }
        if one.name == "ordinal" and isinstance(trace, Account | Conversation):
            continue
        if one.name == "action":
            usual["action"] = "member"
        if value is None or value == usual.get(one.name):
            continue
        words.append(f"{one.name}={_time(value) if isinstance(value, Moment) else value}".replace("\n", "|"))
    return f"{type(trace).__name__}({', '.join(words)})"


def _time(value: Moment) -> str:
    us = value.utc_us if value.utc_us is not None else value.wall_us
    shown = iso_utc(us).replace(".000000", "")
    return f"{shown if value.utc_us is not None else shown.rstrip('Z')} {value.basis}"
