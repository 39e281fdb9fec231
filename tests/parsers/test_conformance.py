"""The contract of `parsers/model.py`, held by every registered parser over rubbish and over each other's kinds of file."""

from __future__ import annotations

import random
import re

import pytest

from safelight.parsers.model import Parser, Variant
from safelight.parsers.registry import parsers
from safelight.traces.model import TRACES
from tests.parsers.run import parse

RUBBISH = {
    "empty": b"",
    "nul": bytes(70_000),
    "noise": random.Random(1).randbytes(70_000),
    "sqlite-header": b"SQLite format 3\0" + bytes(4080),
    "sqlite-noise": b"SQLite format 3\0" + random.Random(2).randbytes(20_000),
    "json": b'{"a": [1, 2, {"b": null}], "messages": []}',
    "json-cut": b'{"name": "Sjakk", "type": "personal_chat", "id": 1, "messages": [{"id": 1, "type": "mess',
    "xml": b"<?xml version='1.0'?><a xmlns='urn:x'><b/></a>",
    "xml-bomb": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;&b;">]><a>&d;</a>',
    "text": "Det snør på Dovre.\nToget går klokka sju.\n".encode(),
    "long-line": b"tog " * 300_000,
    "csv": b"a;b;c\n1;2;3\n",
    "sql": b"CREATE TABLE `x` (`a` int);\nINSERT INTO `x` VALUES (1),(2);\n",
    "mbox": b"From a@b Mon Jan  4 10:00:00 2016\nSubject: tog\n\nhei\n",
    "html": b"<html><head><script>alert(1)</script></head><body>tog</body></html>",
}


@pytest.mark.parametrize("parser", parsers(), ids=lambda parser: parser.name)
class TestEveryParser:
    def test_it_declares_itself(self, parser: Parser) -> None:
        assert re.fullmatch(r"[a-z0-9][a-z0-9-]*", parser.name)
        assert parser.version >= 1
        assert parser.title
        assert parser.variants and all(isinstance(one, Variant) and one.doc for one in parser.variants)
        assert len({one.name for one in parser.variants}) == len(parser.variants)
        assert {one.seen_on for one in parser.variants} <= {"real files", "documentation"}
        assert parser.emits and set(parser.emits) <= set(TRACES)

    @pytest.mark.parametrize("data", RUBBISH.values(), ids=RUBBISH)
    def test_rubbish_never_makes_it_defect_or_invent(self, parser: Parser, data: bytes) -> None:
        parsed = parse(parser, data)
        if parsed.ended is not None:
            assert parsed.ended.cause != "defect", parsed.ended.detail
        rows = [row for rows in parsed.tables.values() for row in rows]
        ids = [row["trace_id"] for row in rows]
        assert len(set(ids)) == len(ids)
        emitted = {kind.table for kind in parser.emits}
        assert set(parsed.tables) <= emitted

    def test_it_does_not_take_a_plain_text_for_its_own(self, parser: Parser) -> None:
        assert parse(parser, RUBBISH["text"]).ended is None
