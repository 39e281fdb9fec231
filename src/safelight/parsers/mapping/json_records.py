"""JSON by ijson, and JSON lines: a record is an object at a path, its sources are paths inside of it.

`author.name` is a member of a member, `members.0` the first of a list, `.` the record itself. With `each`, the elements of
that list inside of the object are the records, and `..id` is a member of the object around them.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import ijson
import orjson

from safelight.parsers.mapping.model import Mapping, Rule
from safelight.parsers.mapping.records import Record, Unread
from safelight.parsers.model import ParseFailed, Subject

_LINE = 64 << 20


class Member:
    """One object."""

    __slots__ = ("_around", "_value", "place")

    def __init__(self, place: str, value: Any, around: Any = None) -> None:
        self.place, self._value, self._around = place, value, around

    def get(self, source: str) -> Any:
        value = self._value
        if source == ".":
            return _leaf(value)
        if source.startswith(".."):
            value, source = self._around, source[2:]
        for step in source.split("."):
            if isinstance(value, dict):
                value = value.get(step)
            elif isinstance(value, list) and step.isdigit():
                value = value[int(step)] if len(step) < 6 and int(step) < len(value) else None
            else:
                return None
        return _leaf(value)

    def raw(self) -> str:
        return orjson.dumps(self._value, default=str).decode("utf-8", "replace")[:500]


def _leaf(value: Any) -> Any:
    """A list of plain values stays one; other structures are given as JSON."""
    if isinstance(value, list) and all(isinstance(one, str | int | float) for one in value):
        return value
    if isinstance(value, list | dict):
        return orjson.dumps(value, default=str).decode("utf-8", "replace")
    return value


def read(subject: Subject, mapping: Mapping) -> Iterator[tuple[tuple[Rule, ...], Record | Unread]]:
    """The objects at each path, one pass a path. Raises ParseFailed where the JSON breaks off."""
    for path, each in dict.fromkeys((rule.source, rule.each) for rule in mapping.rules):
        rules = tuple(rule for rule in mapping.rules if (rule.source, rule.each) == (path, each))
        with subject.open() as stream:
            for place, value in _lines(stream) if path == "lines" else _items(stream, path):
                if isinstance(value, Unread):
                    yield rules, value
                elif not each:
                    yield rules, Member(place, value)
                else:
                    listed = Member(place, value)._value
                    for step in each.split("."):
                        listed = listed.get(step) if isinstance(listed, dict) else None
                    for number, one in enumerate(listed if isinstance(listed, list) else []):
                        yield rules, Member(f"{place}.{each}[{number}]", one, value)


def _items(stream: io.BufferedIOBase, path: str) -> Iterator[tuple[str, Any]]:
    shown = "$" + "".join(f".{step}" for step in path.removesuffix("item").strip(".").split(".") if step)
    if stream.read(3) != b"\xef\xbb\xbf":
        stream.seek(0)
    number = 0
    try:
        for value in ijson.items(stream, path, use_float=True):
            yield (
                f"{shown}[{number}]"
                if path.endswith("item")
                else (shown if not number else f"{shown}#{number}"),
                value,
            )
            number += 1
    except ijson.JSONError as error:
        raise ParseFailed(
            "corrupt", f"the JSON cannot be read behind {number} records: {error}"[:200]
        ) from None


def _lines(stream: io.BufferedIOBase) -> Iterator[tuple[str, Any]]:
    number = 0
    while line := stream.readline(_LINE):
        number += 1
        bare = line.removeprefix(b"\xef\xbb\xbf").strip()
        if not bare:
            continue
        place = f"line {number}"
        try:
            yield place, orjson.loads(bare)
        except orjson.JSONDecodeError as error:
            yield (
                place,
                Unread(place, f"no JSON (column {error.colno})", bare[:500].decode("utf-8", "replace")),
            )
