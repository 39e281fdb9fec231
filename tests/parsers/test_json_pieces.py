"""JSON in pieces: equal to a whole read, at any size of chunk; what stood before the end of a cut file is kept."""

from __future__ import annotations

import io
import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.parsers.json_pieces import Broken, JsonPieces, beginning
from safelight.parsers.model import ParseFailed

ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


def _all(data: bytes, chunk: int) -> list[Any]:
    return [one for batch in JsonPieces(io.BytesIO(data), chunk).batches() for one in batch]


@given(st.lists(ANY, max_size=8), st.integers(1, 64), st.sampled_from([None, 1, 4]))
def test_batches_are_the_list(values: list[Any], chunk: int, indent: int | None) -> None:
    assert _all(json.dumps(values, indent=indent).encode(), chunk) == values


@given(
    st.lists(st.fixed_dictionaries({"id": st.integers(0, 9), "text": ANY}), max_size=30),
    st.integers(20, 300),
    st.sampled_from([None, 0, 1]),
)
def test_lists_that_one_program_wrote(values: list[Any], chunk: int, indent: int | None) -> None:
    text = '{"messages": ' + json.dumps(values, indent=indent) + ', "id": 1}'
    reader = JsonPieces(io.BytesIO(text.encode()), chunk)
    found = {
        key: [one for batch in reader.batches() for one in batch] if key == "messages" else reader.value()
        for key in reader.members()
    }
    assert found == {"messages": values, "id": 1}


def test_seams_inside_of_texts_and_elements() -> None:
    trap = '},{"id":'
    values = [{"id": n, "text": trap * 3, "inner": [{"id": trap}, {"id": n}]} for n in range(200)]
    for chunk in range(100, 400, 7):
        assert _all(orjson.dumps(values), chunk) == values


@given(st.dictionaries(st.text(max_size=6), ANY, max_size=6), st.integers(1, 64), st.data())
def test_members_are_read_or_skipped(values: dict[str, Any], chunk: int, data: st.DataObject) -> None:
    reader = JsonPieces(io.BytesIO(json.dumps(values).encode()), chunk)
    found = {key: reader.value() for key in reader.members() if data.draw(st.booleans())}
    assert found == {key: values[key] for key in found}


@given(st.binary(max_size=200), st.integers(1, 16))
def test_any_bytes_fail_in_one_way_only(data: bytes, chunk: int) -> None:
    for method in ("batches", "members", "elements"):
        try:
            list(getattr(JsonPieces(io.BytesIO(data), chunk), method)())
        except ParseFailed as error:
            assert error.cause in ("corrupt", "limit")


@given(st.lists(st.dictionaries(st.text(max_size=4), ANY, max_size=3), min_size=1, max_size=6), st.data())
def test_what_stands_before_the_cut_is_kept(values: list[dict[str, Any]], data: st.DataObject) -> None:
    whole = orjson.dumps(values)
    cut = data.draw(st.integers(0, len(whole) - 1))
    kept: list[Any] = []
    with pytest.raises(ParseFailed) as error:
        for batch in JsonPieces(io.BytesIO(whole[:cut]), 16).batches():
            kept += batch
    assert error.value.cause == "corrupt"
    sizes = [len(orjson.dumps(one)) for one in values]
    fits = sum(1 for n in range(len(values)) if 1 + sum(sizes[: n + 1]) + n <= cut)
    assert kept == values[:fits]


def test_a_broken_element_costs_itself() -> None:
    found = _all(b'[{"a": 1}, {"a": nope}, {"a": "\xff"}, {"a": "\\ud800"}, {"a": NaN}]', 1 << 20)
    assert found[0] == {"a": 1}
    assert isinstance(found[1], Broken)
    assert found[2:] == [{"a": "\ufffd"}, {"a": "\ufffd"}, {"a": None}]


def test_deep_nesting_costs_itself() -> None:
    deep = b"[" * 100_000 + b"]" * 100_000
    found = _all(b'[{"a": 1}, ' + deep + b', {"a": 2}]', 1 << 12)
    assert [type(one) for one in found] == [dict, Broken, dict]
    assert JsonPieces(io.BytesIO(deep)).kind() == "["


def test_offsets_lead_back() -> None:
    reader = JsonPieces(io.BytesIO(b'\xef\xbb\xbf{"first": [1, 2], "second": {"third": 3}}'), 4)
    offsets = {}
    for key in reader.members():
        offsets[key] = reader.offset
    assert offsets == {"first": 13, "second": 31}
    reader.jump(offsets["first"])
    assert reader.value() == [1, 2]


def test_beginning_of_a_long_file() -> None:
    head = b'{"type": "chat", "chats": {"about": "x", "list": [{"id": 5, "messages": [{"id": 1, "text": "Sja'
    assert beginning(head) == {
        "type": "chat",
        "chats": {"about": "x", "list": [{"id": 5, "messages": [{"id": 1}]}]},
    }
    assert beginning(b"[1, 2]") == beginning(b"") == beginning(b"{1") == {}
