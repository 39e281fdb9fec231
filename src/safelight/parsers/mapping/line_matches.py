"""Lines of a text by RE2: a record is a line, its sources are the named groups of the rule's pattern.

RE2 takes time in proportion to the line, whatever the pattern; Python's `re` cannot be stopped. `input.carry` patterns (a
line with the date of the lines behind it) give groups that stay known; `input.continued` names the group to which lines
without a match are appended.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import re2

from safelight.parsers.mapping.model import Mapping, Rule
from safelight.parsers.mapping.records import Record, Row, Unread
from safelight.parsers.model import Remark, Subject, Trouble
from safelight.parsers.text_lines import chunks

NO_MATCH = "the pattern does not match"
#: Characters that lines without a match add to one record.
_LONGEST = 1 << 20


def compiled(pattern: str) -> Any:
    """The pattern, quietly."""
    options = re2.Options()
    options.log_errors = False
    return re2.compile(pattern, options)


def lines(subject: Subject, mapping: Mapping) -> Iterator[tuple[int, str] | Trouble]:
    """All lines with their numbers."""
    with subject.open() as stream:
        if mapping.input.encoding:
            number = 0
            while raw := stream.readline(1 << 20):
                number += 1
                yield number, raw.decode(mapping.input.encoding, "replace").rstrip("\r\n").lstrip("\ufeff")
            return
        for chunk in chunks(stream):
            if isinstance(chunk, Trouble):
                yield chunk
            elif not isinstance(chunk, Remark):
                for offset, text in enumerate(chunk.text.removesuffix("\n").split("\n")):
                    yield chunk.first + offset, text


def read(subject: Subject, mapping: Mapping) -> Iterator[tuple[tuple[Rule, ...], Record | Unread]]:
    """Each line for the first rule that matches it; a line that none matches is unread for all."""
    rules = [(rule, compiled(rule.source)) for rule in mapping.rules]
    carry = [compiled(pattern) for pattern in mapping.input.carry]
    carried: dict[str, Any] = {}
    waiting: tuple[tuple[Rule, ...], Row] | None = None
    more: list[str] = []
    size = 0
    group = mapping.input.continued
    for found in lines(subject, mapping):
        if isinstance(found, Trouble):
            yield mapping.rules, Unread(found.place, found.detail)
            continue
        number, text = found
        stays = next((match for pattern in carry if (match := pattern.search(text))), None)
        if stays:
            carried.update({key: value for key, value in stays.groupdict().items() if value is not None})
            continue
        hit = next(((rule, match) for rule, pattern in rules if (match := pattern.search(text))), None)
        if hit:
            if waiting:
                yield _whole(waiting, group, more)
            waiting = ((hit[0],), Row(f"line {number}", {**carried, **hit[1].groupdict()}, text[:500]))
            more, size = [], 0
        elif waiting and group and waiting[1].values.get(group) is not None and size < _LONGEST:
            more.append(text)
            size += len(text)
        elif text.strip():
            if waiting:  # nothing more will be appended to it: records come in the order of the file
                yield _whole(waiting, group, more)
                waiting, more = None, []
            yield mapping.rules, Unread(f"line {number}", NO_MATCH, text[:500])
    if waiting:
        yield _whole(waiting, group, more)


def _whole(
    waiting: tuple[tuple[Rule, ...], Row], group: str | None, more: list[str]
) -> tuple[tuple[Rule, ...], Row]:
    if group and more:
        values = dict(waiting[1].values)
        values[group] = "\n".join([str(values[group]), *more]).rstrip("\n")
        waiting[1].values = values
    return waiting
