"""Parsers run by `ingest` and `parse` over an operation: traces in the catalog, failures by culprit, newer versions."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from safelight.catalog.catalog import Catalog
from safelight.operation.folder import OperationFolder
from tests.intake.operations import Operation
from tests.plugins import install_plugin

CLUB = '''
import os
from safelight.parsers.model import ParseFailed, Remark, Trouble, Variant
from safelight.traces.model import Account, Message
from safelight.traces.moment import wall_only


class Club:
    """`CLUB1` and lines `name: text`; some texts are orders to this parser."""

    name = "club"
    version = {version}
    title = "Club log"
    variants = (Variant("club1", "documentation", "the tests' own"),)
    emits = (Account, Message)

    def accepts(self, mime, group, size):
        return group == "text"

    def recognise(self, subject):
        return self.variants[0] if subject.head.startswith(b"CLUB1") else None

    def parse(self, subject, variant):
        seen = set()
        with subject.open() as stream:
            for number, line in enumerate(stream, 1):
                name, colon, text = line.decode().rstrip().partition(": ")
                if not colon:
                    continue
                if text == "exit":
                    os._exit(3)
                if text == "hang":
                    while True:
                        pass
                if text == "raise":
                    raise RuntimeError("out of chalk")
                if text == "order" and subject.options.date_order is None:
                    raise ParseFailed("ambiguous", "03.04. can be read two ways")
                if text == "damaged":
                    yield Trouble(f"line {number}", "corrupt", "the line is torn")
                    continue
                if text == "newer":
                    yield Remark("a newer club log")
                if name not in seen:
                    seen.add(name)
                    yield Account(place=f"line {number}", network="club", account=name, name=name)
                yield Message(place=f"line {number}", network="club", conversation="board", sender=name, text=text)
'''


def plugin(folder: Path, version: int = 1) -> str:
    text = CLUB.replace("{version}", str(version))
    return str(install_plugin(folder, "safelight_club", text, "safelight.parsers", "Club"))


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    folder = tmp_path / "evidence"
    folder.mkdir()
    (folder / "a.log").write_text("CLUB1\nÅse: sjakk i kveld?\nBø: ja\nÅse: ok\n", "utf-8")
    (folder / "b.log").write_text("CLUB1\nBø: newer\nBø: damaged\nBø: etter\n", "utf-8")
    (folder / "c.log").write_text("CLUB1\nBø: før\nBø: raise\n", "utf-8")
    (folder / "d.log").write_text("CLUB1\nBø: før\nBø: exit\n", "utf-8")
    (folder / "e.log").write_text("CLUB1\nBø: order\n", "utf-8")
    (folder / "f.txt").write_text("no club at all\n", "utf-8")
    return folder


def taken_in(tmp_path: Path, evidence: Path, plugins: str) -> Operation:
    operation = Operation(tmp_path / "op", {"PYTHONPATH": plugins}).make()
    operation.ingest(evidence)
    return operation


def test_traces_failures_and_what_was_tried_stand_in_the_catalog(tmp_path: Path, evidence: Path) -> None:
    operation = taken_in(tmp_path, evidence, plugin(tmp_path / "plugins"))
    messages = operation.query("""
        select i.name, m.place, m.sender, m.text, m.parser, m.version, m.variant, m.seen_on, m.state
        from messages m join items i using (item_id) order by i.name, m.place
    """)
    shared = ("club", 1, "club1", "documentation", "live")
    assert messages == [
        ("a.log", "line 2", "Åse", "sjakk i kveld?", *shared),
        ("a.log", "line 3", "Bø", "ja", *shared),
        ("a.log", "line 4", "Åse", "ok", *shared),
        ("b.log", "line 2", "Bø", "newer", *shared),
        ("b.log", "line 4", "Bø", "etter", *shared),
        ("c.log", "line 2", "Bø", "før", *shared),
    ]
    failures = operation.query("""
        select i.name, f.place, f.inspector, f.version, f.cause, f.detail
        from failures f join items i using (item_id) where stage = 'parse' order by all
    """)
    assert [row[:5] for row in failures] == [
        ("b.log", "b.log › line 3", "club", 1, "corrupt"),
        ("c.log", "c.log", "club", 1, "defect"),
        ("d.log", "d.log", "club", 1, "exit"),
        ("e.log", "e.log", "club", 1, "ambiguous"),
    ]
    assert failures[1][5] == "RuntimeError: out of chalk"
    parses = operation.query("""
        select i.name, p.outcome, p.traces, p.remarks from parses p join items i using (item_id)
        where p.parser = 'club' order by all
    """)
    assert parses == [
        ("a.log", "done", 5, ""),
        ("b.log", "done", 3, "a newer club log"),
        ("c.log", "failed", 2, ""),
        ("d.log", "failed", 0, ""),
        ("e.log", "failed", 0, ""),
    ]
    # the same sender in two files is one account; nothing waits any more
    ids = operation.query("select count(distinct sender_id), count(distinct conversation_id) from messages")
    assert ids == [(2, 1)]
    before = operation.query("select * from parses order by all")
    operation.run("parse", str(operation.root))
    assert operation.query("select * from parses order by all") == before


def test_a_date_order_is_told_later_and_only_that_is_parsed_again(tmp_path: Path, evidence: Path) -> None:
    operation = taken_in(tmp_path, evidence, plugin(tmp_path / "plugins"))
    operation.run("parse", str(operation.root), "--date-order", "dmy")
    told = operation.query("""
        select i.name, p.options, p.outcome, p.traces from parses p join items i using (item_id)
        where p.parser = 'club' and i.name >= 'd' order by all
    """)
    assert told == [("d.log", "", "failed", 0), ("e.log", '{"date_order":"dmy"}', "done", 2)]
    ambiguous = operation.query("select * from failures where stage = 'parse' and cause = 'ambiguous'")
    assert ambiguous == []


def test_a_newer_version_takes_the_place_and_keeps_when_it_was_first_known(
    tmp_path: Path, evidence: Path
) -> None:
    operation = taken_in(tmp_path, evidence, plugin(tmp_path / "plugins"))
    first = operation.query("select trace_id, first_known from messages order by all")
    plugin(tmp_path / "plugins", version=2)
    operation.run("parse", str(operation.root))
    assert operation.query(
        "select distinct version from messages union select distinct version from accounts"
    ) == [(2,)]
    assert operation.query("select trace_id, first_known from messages order by all") == first
    assert operation.query("select distinct version from parses where parser = 'club'") == [(2,)]


def test_a_renamed_parser_takes_the_place_of_what_it_made_under_its_former_name(
    tmp_path: Path, evidence: Path
) -> None:
    operation = taken_in(tmp_path, evidence, plugin(tmp_path / "plugins"))
    made = "select place, sender, text from messages order by all"
    before = operation.query(made)
    failed = "select i.name, f.inspector from failures f join items i using (item_id) where stage = 'parse' order by all"
    assert ("c.log", "club") in operation.query(failed)
    renamed = CLUB.replace("{version}", "1").replace(
        'name = "club"', 'name = "club-log"\n    formerly = ("club",)'
    )
    renamed = renamed.replace('"CLUB1")', '"CLUB1") and b"order" not in subject.head')
    install_plugin(tmp_path / "plugins", "safelight_club", renamed, "safelight.parsers", "Club")
    operation.run("parse", str(operation.root))
    assert operation.query(
        "select distinct parser from messages union select distinct parser from accounts"
    ) == [("club-log",)]
    assert operation.query(made) == before
    assert operation.query("select i.name, p.parser from parses p join items i using (item_id) where p.parser like 'club%' "
                           "order by all") == [
        ("a.log", "club-log"), ("b.log", "club-log"), ("c.log", "club-log"), ("d.log", "club-log"),
        ("e.log", "club"),  # which it no longer takes for its own
    ]  # fmt: skip
    assert operation.query(failed) == [
        ("b.log", "club-log"), ("c.log", "club-log"), ("d.log", "club-log"), ("e.log", "club"),
    ]  # fmt: skip


def test_a_parser_that_comes_later_runs_over_what_is_there(tmp_path: Path, evidence: Path) -> None:
    (tmp_path / "plugins").mkdir()
    operation = taken_in(tmp_path, evidence, str(tmp_path / "plugins"))
    assert operation.query("select count(*) from messages") == [(0,)]
    plugin(tmp_path / "plugins")
    operation.run("parse", str(operation.root))
    assert operation.query("select count(*) from messages") == [(6,)]


def test_a_large_item_is_written_in_parts_while_it_is_read(tmp_path: Path) -> None:
    lines = 300_000
    (tmp_path / "evidence").mkdir()
    with (tmp_path / "evidence" / "large.log").open("w") as log:
        log.write("CLUB1\n")
        log.writelines(f"Bø{number % 7}: {'tog ' * 26}{number}\n" for number in range(lines))
    operation = taken_in(tmp_path, tmp_path / "evidence", plugin(tmp_path / "plugins"))
    assert operation.query(
        "select count(*), count(distinct trace_id), min(text), max(place) from messages"
    ) == [(lines, lines, "tog " * 26 + "0", "line 99999")]
    with Catalog.at(OperationFolder(operation.root)) as catalog:
        parts = catalog.snapshot().parts["messages"]
    assert len(parts) == 3  # 100,000 traces each, before the run is over


def test_a_newer_version_that_fails_leaves_what_the_older_one_read(tmp_path: Path, evidence: Path) -> None:
    operation = taken_in(tmp_path, evidence, plugin(tmp_path / "plugins"))
    newer = CLUB.replace("{version}", "2").replace('text == "raise"', 'text in ("raise", "ok")')
    install_plugin(tmp_path / "plugins", "safelight_club", newer, "safelight.parsers", "Club")
    operation.run("parse", str(operation.root))
    kept = operation.query("""
        select i.name, m.version, count(*) from messages m join items i using (item_id) group by all order by all
    """)
    assert kept == [("a.log", 1, 3), ("b.log", 2, 2), ("c.log", 2, 1)]
    ends = operation.query("""
        select i.name, p.version, p.outcome from parses p join items i using (item_id)
        where p.parser = 'club' and i.name < 'c' order by all
    """)
    assert ends == [("a.log", 1, "done"), ("a.log", 2, "failed"), ("b.log", 2, "done")]


def test_what_is_away_keeps_what_it_gave(tmp_path: Path, evidence: Path) -> None:
    operation = taken_in(tmp_path, evidence, plugin(tmp_path / "plugins"))
    before = operation.query("select trace_id from messages order by all")
    failures = operation.query("select item_id, cause from failures where stage = 'parse' order by all")
    evidence.rename(tmp_path / "elsewhere")
    operation.run("parse", str(operation.root), "--again")
    operation.run("parse", str(operation.root), "--retry")
    assert operation.query("select trace_id from messages order by all") == before
    assert (
        operation.query("select item_id, cause from failures where stage = 'parse' order by all") == failures
    )


def test_a_retry_of_some_items_leaves_the_others_their_failures(tmp_path: Path, evidence: Path) -> None:
    operation = taken_in(tmp_path, evidence, plugin(tmp_path / "plugins"))
    operation.run("parse", str(operation.root), "--retry", "--path", "*a.log")
    names = operation.query("""
        select distinct i.name from failures f join items i using (item_id) where stage = 'parse' order by all
    """)
    assert names == [("b.log",), ("c.log",), ("d.log",), ("e.log",)]


def test_a_large_item_cut_off_and_read_otherwise_then_is_there_once(tmp_path: Path) -> None:
    (tmp_path / "evidence").mkdir()
    with (tmp_path / "evidence" / "large.log").open("w") as log:
        log.write("CLUB1\n")
        log.writelines(f"Bø: {'tog ' * 80}{number}\n" for number in range(110_000))
    operation = Operation(tmp_path / "op", {"PYTHONPATH": plugin(tmp_path / "plugins")}).make()
    run = operation.start(
        "ingest", str(operation.root), "--exhibit", "2016-0142-A1", str(tmp_path / "evidence")
    )
    while run.poll() is None and not _some(operation):
        time.sleep(0.02)
    run.kill()
    run.wait()
    operation.run("parse", str(operation.root), "--date-order", "dmy")
    found = operation.query("select count(*), count(distinct trace_id) from messages")
    assert found == [(110_000, 110_000)]


def _some(operation: Operation) -> bool:
    with Catalog.at(OperationFolder(operation.root)) as catalog:
        return bool(catalog.snapshot().parts.get("messages"))
