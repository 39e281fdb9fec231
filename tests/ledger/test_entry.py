"""The entry's format, recomputed from the documentation's worked example by hashlib alone."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from safelight.errors import Refused
from safelight.ledger import kinds
from safelight.ledger.entry import (
    VERBS,
    Draft,
    Entry,
    body_digest,
    canonical,
    check_draft,
    from_body,
    link,
    payload_digest,
    skip_target,
)

DOCS = Path(__file__).parents[2] / "docs" / "ledger.md"

_TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
_TIME = st.integers(-(2**53) + 1, 2**53 - 1)
_ENTRIES = st.builds(
    Entry,
    seq=st.integers(1, 2**53 - 1),
    recorded_at=_TIME,
    clock=st.none() | _TIME,
    actor=_TEXT,
    verb=st.sampled_from(VERBS),
    kind=_TEXT,
    version=st.integers(1, 99),
    subjects=st.lists(_TEXT, max_size=4).map(tuple),
    purpose=_TEXT,
    authorisation=_TEXT,
    valid_from=st.none() | _TIME,
    valid_to=st.none() | _TIME,
    corrects=st.none() | st.integers(1, 2**53 - 1),
    digest=st.binary(min_size=32, max_size=32),
    previous=st.binary(min_size=32, max_size=32),
    hash=st.binary(min_size=32, max_size=32),
)


def _example() -> dict[str, Any]:
    block = re.search(r"```json\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    assert block is not None
    found: dict[str, Any] = json.loads(block[1])
    return found


def test_the_documented_example_holds_by_hashlib_alone() -> None:
    example = _example()
    salt, payload, body = (
        bytes.fromhex(example["salt"]),
        example["payload"].encode(),
        example["body"].encode(),
    )
    previous, skip = bytes.fromhex(example["previous"]), bytes.fromhex(example["skip"])

    of_payload = hashlib.sha256(b"safelight.ledger.payload.1\x00" + salt + payload).digest()
    of_body = hashlib.sha256(b"safelight.ledger.body.1\x00" + body).digest()
    seq = json.loads(body)["seq"].to_bytes(8, "big")
    own = hashlib.sha256(b"safelight.ledger.link.1\x00" + seq + previous + skip + of_body).digest()

    assert json.loads(body)["digest"] == of_payload.hex()
    assert (of_body.hex(), own.hex()) == (example["body_digest"], example["hash"])


def test_the_code_makes_the_documented_example() -> None:
    example = _example()
    previous, skip = bytes.fromhex(example["previous"]), bytes.fromhex(example["skip"])
    entry = from_body(example["body"].encode(), previous, bytes.fromhex(example["hash"]))
    assert entry.body().decode() == example["body"]
    assert canonical(json.loads(example["payload"])).decode() == example["payload"]
    assert payload_digest(bytes.fromhex(example["salt"]), example["payload"].encode()) == entry.digest
    assert link(entry.seq, previous, skip, body_digest(entry.body())) == entry.hash


def test_the_documented_kinds_are_those_of_the_code() -> None:
    rows = re.findall(
        r"^\| `([a-z._]+)` \| ([a-z]+) \| (.*?) \| (.*?) \|$", DOCS.read_text("utf-8"), re.MULTILINE
    )
    assert rows == [(kind.name, kind.verb, kind.subjects, kind.payload) for kind in kinds.KINDS]


@given(_ENTRIES)
def test_an_entry_is_read_back_from_its_body(entry: Entry) -> None:
    assert from_body(entry.body(), entry.previous, entry.hash) == entry


@given(_ENTRIES, _ENTRIES)
def test_different_entries_have_different_bodies(one: Entry, other: Entry) -> None:
    same = from_body(one.body(), other.previous, other.hash) == other
    assert (one.body() == other.body()) == same


@given(st.integers(1, 2**60))
def test_the_skip_leads_back_without_the_lowest_bit(seq: int) -> None:
    target = skip_target(seq)
    step = seq - target
    assert 0 <= target < seq and step.bit_count() == 1 and seq % step == 0 and (seq // step) % 2 == 1


def test_canonical_bytes_are_those_of_rfc_8785() -> None:
    """Section 3.2.3's sorting sample (keys by UTF-16 code units) and section 3.2.2's literals and numbers."""
    keys = {"€": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\x80": 6, "ö": 7}
    assert canonical(keys).decode() == '{"\\r":2,"1":4,"\x80":6,"ö":7,"€":1,"\U0001f600":5,"\ufb33":3}'
    numbers = {
        "numbers": [333333333.33333329, 4.50, 2e-3, 0.000000000000000000000000001],
        "literals": [None, True, False],
    }
    assert (
        canonical(numbers) == b'{"literals":[null,true,false],"numbers":[333333333.3333333,4.5,0.002,1e-27]}'
    )


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), 2**53, -(2**53), 1e17, "\ud800", {1: 2}, b"x", object(), [{"a": {2**60}}]],
)
def test_what_would_not_come_back_equal_is_refused(value: object) -> None:
    with pytest.raises(Refused):
        canonical({"value": value})


@pytest.mark.parametrize(
    "changes",
    [
        {"verb": "wish"},
        {"actor": " "},
        {"kind": ""},
        {"kind": "blåbær"},
        {"version": 0},
        {"purpose": "a\x00"},
        {"subjects": ("a", "b\x00")},
        {"valid_from": 2, "valid_to": 1},
    ],
)
def test_a_draft_that_breaks_a_rule_is_refused(changes: dict[str, Any]) -> None:
    fields: dict[str, Any] = {"kind": "note.written", "payload": {}, "verb": "decision", "actor": "Kari"}
    check_draft(Draft(**fields))
    with pytest.raises(Refused):
        check_draft(Draft(**{**fields, **changes}))


@given(
    st.dictionaries(
        st.text(max_size=4),
        st.recursive(
            st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | _TEXT,
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
            max_leaves=6,
        ),
        max_size=5,
    )
)
def test_the_fast_way_writes_the_bytes_of_the_library(value: dict[str, Any]) -> None:
    try:
        expected = rfc8785.dumps(value)
    except UnicodeEncodeError:
        with pytest.raises(Refused):
            canonical(value)
    else:
        assert canonical(value) == expected


@pytest.mark.parametrize(
    "value", [date(2016, 1, 12), UUID(int=1), VERBS.__class__, {1: 2}, {"a"}, b"x", 2**53, -(2**53)]
)
def test_what_json_does_not_know_is_refused(value: object) -> None:
    with pytest.raises(Refused):
        canonical({"value": value})
