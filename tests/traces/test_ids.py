"""Computed ids: the rule written out a second time, with plain hashlib and base64."""

from __future__ import annotations

import base64
import hashlib

from hypothesis import given
from hypothesis import strategies as st

from safelight.traces.ids import batch_id, item_id, source_id


def _by_the_rule(prefix: str, *fields: bytes) -> str:
    framed = prefix.encode() + b"".join(len(field).to_bytes(8, "big") + field for field in fields)
    return f"{prefix}-{base64.b32encode(hashlib.sha256(framed).digest()[:20]).decode().lower()}"


@given(st.text(), st.binary())
def test_an_items_id_is_its_source_and_its_specification(source: str, spec: bytes) -> None:
    if source.isprintable():
        assert item_id(source, spec) == _by_the_rule("i1", source.encode(), spec)


@given(
    st.text(alphabet="abc-12", max_size=6),
    st.text(alphabet="abc-12", max_size=6),
    st.text(alphabet="abcæøå", max_size=6),
)
def test_a_sources_id_is_operation_exhibit_and_label(operation: str, exhibit: str, label: str) -> None:
    assert source_id(operation, exhibit, label) == _by_the_rule(
        "s1", operation.encode(), exhibit.encode(), label.encode()
    )


def test_known_ids() -> None:
    assert item_id("s1-x", b'[["folder","a.txt"]]') == _by_the_rule("i1", b"s1-x", b'[["folder","a.txt"]]')
    assert source_id("op", "ab", "c") != source_id("op", "a", "bc")


def test_the_members_of_a_batch_count_and_not_their_order() -> None:
    assert (
        batch_id("hash1", ["b", "a"])
        == batch_id("hash1", ["a", "b"])
        == _by_the_rule("b1", b"hash1", b"a", b"b")
    )
    assert batch_id("hash1", ["ab"]) != batch_id("hash1", ["a", "b"])
