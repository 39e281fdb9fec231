"""The messages of a report, by conversation and time: who wrote, what, in which item and place, and what an officer wrote.

Copies of a message stand in one line with all their sources: those that the analysis found to be one message
(`analyse/same_messages.py`), and those of the same time, sender and text that were read from different items.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from safelight.casework.handover import report_document
from safelight.casework.handover.contents import Contents
from safelight.casework.handover.report_document import Cell, Column, Row, Section, Table, Text, cell, row
from safelight.casework.handover.report_words import read_by, time_of
from safelight.messages import _, ngettext
from safelight.messages.figures import decimal


def sections(contents: Contents) -> Iterator[Section]:
    """How many there are, and each conversation."""
    every, chosen = _chosen(contents)
    lines = [ngettext("%(n)s message is given.", "%(n)s messages are given.", every) % {"n": decimal(every)}]
    shown = sum(map(len, chosen.values()))
    if shown < every:
        lines.append(
            _("The first %(n)s stand here; all are in the package's traces/messages.csv.")
            % {"n": decimal(shown)}
        )
    if contents.same:
        distinct = len({contents.same.get(id_, id_) for id_ in _traces(contents)})
        lines.append(
            ngettext("%(n)s of them is distinct.", "%(n)s of them are distinct.", distinct)
            % {"n": decimal(distinct)}
        )
    rows = {id_: _lines(contents, found) for id_, found in chosen.items()}
    if any(one["trace_id"] in contents.same for found in chosen.values() for one in found):
        lines.append(
            _(
                "Copies of one message stand in one line with all their sources; its time and text are those of the "
                "first source."
            )
        )
    elif sum(map(len, rows.values())) < shown:
        lines.append(
            _("Copies with the same time, sender and text stand in one line with all their sources.")
        )
    if any(_police(contents, one) for found in chosen.values() for one in found):
        lines.append(
            _("What is marked “police” was written by an officer, from an account in the hands of police.")
        )
    yield Section(_("Messages"), "messages", [Text(" ".join(lines))])
    titles = {one["conversation_id"]: one["title"] for one in contents.rows("conversations") if one["title"]}
    columns = (
        Column(_("Time"), 1.7),
        Column(_("From"), 1.5),
        Column(_("Text"), 4.2),
        Column(_("Source"), 2.7),
    )
    for number, (id_, found) in enumerate(chosen.items(), 1):
        title = titles.get(id_) or found[0]["conversation"]
        table = Table(columns, rows[id_])
        yield Section(f"{found[0]['network']}: {title}", f"conversation-{number}", [table], 2)


def _chosen(contents: Contents) -> tuple[int, dict[str, list[dict[str, Any]]]]:
    """How many messages there are, and the first ones by conversation: the one that began first goes first."""
    table = contents.traces.get("messages")
    if table is None:
        return 0, {}
    names = ("conversation_id", "at_us", "trace_id")
    keys = list(zip(*(table[name].to_pylist() for name in names), strict=True))
    homes: dict[str, str] = {}  # copies stand in the conversation of the first of them
    keys = [(homes.setdefault(contents.same.get(trace, trace), id_), at, trace) for id_, at, trace in keys]
    begins: dict[str, tuple[bool, int]] = {}
    for id_, at, _trace in keys:
        begins[id_] = min(begins.get(id_, (True, 0)), (at is None, at or 0))
    order = sorted(
        range(len(keys)),
        key=lambda n: (begins[keys[n][0]], keys[n][0], keys[n][1] is None, keys[n][1] or 0, keys[n][2]),
    )
    found: dict[str, list[dict[str, Any]]] = {}
    first: set[str] = set()
    shown = []
    for n in order:  # every copy of as many messages as a report holds
        stands = contents.same.get(keys[n][2], keys[n][2])
        if stands in first or len(first) < report_document.MOST:
            first.add(stands)
            shown.append(n)
    for n, one in zip(shown, table.take(pa.array(shown, pa.int64())).to_pylist(), strict=True):
        found.setdefault(keys[n][0], []).append(one)
    return len(keys), found


def _lines(contents: Contents, found: Sequence[Mapping[str, Any]]) -> list[Row]:
    numbers = {item.item_id: number for number, item in enumerate(contents.items, 1)}
    groups: list[list[Mapping[str, Any]]] = []
    known: dict[tuple[Any, ...], list[list[Mapping[str, Any]]]] = {}
    copies: dict[str, list[Mapping[str, Any]]] = {}
    for one in found:
        if (stands := contents.same.get(one["trace_id"])) is not None:
            if stands not in copies:
                groups.append(copies.setdefault(stands, []))
            copies[stands].append(one)
            continue
        key = (
            one["at_us"],
            one["sender_id"],
            one["sender_name"],
            one["text"],
            one["subject"],
            one["kind"],
            one["state"],
        )
        same = [] if one["at_us"] is None else known.setdefault(key, [])
        group = next((g for g in same if one["item_id"] not in {other["item_id"] for other in g}), None)
        if group is None:
            group = []
            groups.append(group)
            same.append(group)
        group.append(one)
    return [_line(contents, sorted(group, key=_recovered), numbers) for group in groups]


def _recovered(one: Mapping[str, Any]) -> bool:
    """Whether a copy was recovered: a live one tells what is shown, if there is one."""
    return str(one["state"]) == "recovered"


def _traces(contents: Contents) -> list[str]:
    table = contents.traces.get("messages")
    return [] if table is None else table["trace_id"].to_pylist()


def _line(contents: Contents, copies: Sequence[Mapping[str, Any]], numbers: Mapping[str, int]) -> Row:
    one = copies[0]
    when, note = time_of(dict(one), "sent")
    states = {"deleted": _("deleted"), "recovered": _("recovered")}
    small = ", ".join(part for part in (note, states.get(one["state"], "")) if part)
    text = "\n".join(part for part in (one["subject"], one["text"]) if part)
    name = one["sender_name"] or one["sender"] or ""
    who = [one["sender"] if one["sender"] and one["sender"] != name else ""]
    who.append(_("police") if _police(contents, one) else "")
    number = numbers.get(one["item_id"])
    return row(
        (
            cell(when, small),
            cell(name, ", ".join(part for part in who if part)),
            cell(text, _("with attachments") if one["attachments"] else ""),
            Cell(
                "\n".join(_source(numbers, copy, one) for copy in copies),
                "; ".join(dict.fromkeys(map(read_by, copies))),
                True,
                f"item-{number}" if number else "",
            ),
        )
    )


def _police(contents: Contents, one: Mapping[str, Any]) -> bool:
    return contents.by_police(one["sender_id"], one["at_us"])


def _source(numbers: Mapping[str, int], one: Mapping[str, Any], shown: Mapping[str, Any]) -> str:
    """Item and place; a recovered copy of a line that is not says so."""
    number = numbers.get(one["item_id"])
    said = f"{f'I{number}' if number else one['item_id']}, {one['place']}"
    return f"{said} ({_('recovered')})" if _recovered(one) and not _recovered(shown) else said
