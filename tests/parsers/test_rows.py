"""Rows of traces: objects and blocks of the same traces give equal tables, with the ids of `traces.ids`."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from safelight.parsers.model import Block
from safelight.parsers.rows import Origin, Rows
from safelight.traces.ids import account_id, conversation_id, trace_id, trace_prefix
from safelight.traces.model import Conversation, Message, Trace
from safelight.traces.moment import Moment, wall_only

_ORIGIN = Origin("i1-item", "s1-source", "exhibit", "irc", 1, "irssi", "real files")

_NAMES = st.sampled_from(["anna", "bo", "café", ""])
_MOMENTS = st.none() | st.builds(wall_only, st.integers(0, 10**15), st.sampled_from(["12:00", "x"]))
_MESSAGES = st.builds(
    Message,
    place=st.integers(1, 10**6).map("line {}".format),
    ordinal=st.sampled_from([0, 0, 0, 1, 17]),
    network=st.sampled_from(["irc", "irc", "xmpp"]),
    instance=st.sampled_from([None, "?", "libera"]),
    conversation=st.sampled_from(["#chess", "#trains"]),
    sender=st.none() | _NAMES,
    recipients=st.none() | st.lists(_NAMES, max_size=2).map(tuple),
    text=st.none() | st.text("aå\n", max_size=5),
    sent=_MOMENTS,
    precision_us=st.none() | st.just(1_000_000),
)


def rows_of(traces: list[Trace]) -> list[dict[str, Any]]:
    rows = Rows(_ORIGIN)
    tables = [table for trace in traces for _, table in rows.add(trace)] + [table for _, table in rows.rest()]
    return [row for table in tables for row in table.to_pylist()]


def block_rows(traces: list[Trace], *, arrow: bool) -> list[dict[str, Any]]:
    kind = type(traces[0])
    columns: dict[str, Any] = {one.name: [getattr(t, one.name) for t in traces] for one in fields(kind)}
    if arrow:
        for one in fields(kind):
            if one.metadata["type"] == pa.string():
                columns[one.name] = pa.array(columns[one.name], pa.string())
    return [row for _, table in Rows(_ORIGIN).add_block(Block(kind, columns)) for row in table.to_pylist()]


@given(st.lists(_MESSAGES, min_size=1, max_size=8))
def test_objects_and_blocks_give_equal_rows(messages: list[Message]) -> None:
    traces: list[Trace] = list(messages)
    rows = rows_of(traces)
    assert rows == block_rows(traces, arrow=False)
    assert rows == block_rows(traces, arrow=True)


@given(st.lists(_MESSAGES, min_size=1, max_size=8))
def test_ids_are_those_of_the_rules(messages: list[Message]) -> None:
    prefix = trace_prefix("i1-item", "irc", "m")
    for message, row in zip(messages, rows_of(list(messages)), strict=True):
        instance = "?s1-source" if message.instance == "?" else message.instance
        assert row["instance"] == instance
        assert row["trace_id"] == trace_id(prefix, message.place, message.ordinal)
        assert row["conversation_id"] == conversation_id(message.network, instance, message.conversation)
        sender = message.sender
        assert row["sender_id"] == (sender and account_id(message.network, instance, sender))
        others = message.recipients
        assert row["recipients_id"] == (
            None if others is None else [account_id(message.network, instance, one) for one in others]
        )


def test_columns_that_a_block_leaves_out_hold_the_default() -> None:
    columns: dict[str, Any] = {"place": ["line 1", "line 2"], "conversation": ["#chess", "#chess"]}
    rows = [row for _, table in Rows(_ORIGIN).add_block(Block(Message, columns)) for row in table.to_pylist()]
    assert rows == rows_of([Message(place=f"line {n}", conversation="#chess") for n in (1, 2)])
    assert (rows[0]["kind"], rows[0]["state"], rows[0]["network"]) == ("text", "live", "")


def test_a_block_follows_what_came_before_it() -> None:
    rows = Rows(_ORIGIN)
    assert list(rows.add(Message(place="line 1", conversation="#chess"))) == []
    assert list(rows.add(Conversation(place="line 1", conversation="#chess"))) == []
    given_out = list(rows.add_block(Block(Message, {"place": ["line 2"], "conversation": ["#chess"]})))
    assert [(name, table["place"].to_pylist()) for name, table in given_out] == [
        ("messages", ["line 1"]),
        ("messages", ["line 2"]),
    ]
    assert [name for name, _ in rows.rest()] == ["conversations"]
    assert rows.count == 3


def test_a_moment_is_kept_whole() -> None:
    sent = Moment(1_000_000, 3_601_000_000, "1970-01-01T01:00:01+01:00", "stated", "who")
    row = rows_of([Message(place="line 1", conversation="#chess", sent=sent)])[0]
    assert row["sent"]["text"] == sent.text
    assert row["sent"]["wall"].isoformat() == "1970-01-01T01:00:01"
    assert row["sent"]["utc"].isoformat() == "1970-01-01T00:00:01+00:00"
    assert (row["sent"]["basis"], row["sent"]["assumed_by"]) == ("stated", "who")
    assert row["edited"] is None
