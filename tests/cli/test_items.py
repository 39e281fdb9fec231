"""`safelight items`: filters, formats, and names that would act on a terminal or a spreadsheet."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path

import pyarrow.parquet as pq

from safelight.cli.items import COLUMNS
from tests.intake.operations import Operation

LETTER = "turnering.txt"


def _jsonl(operation: Operation, *words: str) -> list[dict[str, object]]:
    said = operation.run("items", str(operation.root), "--format", "jsonl", "--reason", "test", *words)
    return [json.loads(line) for line in said.splitlines()]


def test_a_row_carries_what_the_source_says(taken_in: Operation) -> None:
    source = taken_in.root.parent / "computer" / "Dokumenter" / LETTER
    data = source.read_bytes()
    rows = _jsonl(taken_in, f"path:Dokumenter/{LETTER}")
    assert len(rows) == 1
    row = rows[0]
    assert {name: row[name] for name in ("exhibit", "path", "kind", "size", "sha256", "sha1", "md5", "type", "mime", "state",
                                         "deleted", "container", "failed")} == {
        "exhibit": "2016-0142-A1",
        "path": f"Dokumenter/{LETTER}",
        "kind": "file",
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "sha1": hashlib.sha1(data).hexdigest(),
        "md5": hashlib.md5(data).hexdigest(),
        "type": "text",
        "mime": "text/plain",
        "state": "allocated",
        "deleted": False,
        "container": None,
        "failed": None,
    }  # fmt: skip


def test_copies_and_members_of_archives_in_archives_are_items(taken_in: Operation) -> None:
    source = taken_in.root.parent / "computer" / "Dokumenter" / LETTER
    rows = _jsonl(taken_in, f"hash:{hashlib.sha256(source.read_bytes()).hexdigest()}")
    assert sorted(str(row["path"]) for row in rows) == [
        f"Dokumenter/{LETTER}",
        f"Nedlastinger/sikkerhetskopi.tar.gz › sikkerhetskopi.tar › kopi/{LETTER}",
    ]


def test_filters_of_one_kind_add_and_of_several_narrow(taken_in: Operation) -> None:
    pictures = _jsonl(taken_in, "--type", "picture")
    assert {row["type"] for row in pictures} == {"picture"}
    both = _jsonl(taken_in, "--type", "picture", "--type", "video")
    assert {row["type"] for row in both} == {"picture", "video"}
    narrowed = _jsonl(taken_in, "--type", "picture", "--path", "Nedlastinger/*")
    assert {str(row["path"]).split("/")[0] for row in narrowed} == {"Nedlastinger"}
    assert 0 < len(narrowed) < len(pictures) < len(both)


def test_every_format_gives_the_same_rows(taken_in: Operation, tmp_path: Path) -> None:
    rows = _jsonl(taken_in, "--type", "text")
    said = taken_in.run("items", str(taken_in.root), "--type", "text", "--format", "csv", "--reason", "test")
    table = list(csv.DictReader(io.StringIO(said)))
    target = tmp_path / "items.parquet"
    taken_in.run(
        "items",
        str(taken_in.root),
        "--type",
        "text",
        "--format",
        "parquet",
        "--reason",
        "test",
        "--output",
        str(target),
    )
    parquet = pq.read_table(target).to_pylist()
    assert tuple(table[0]) == COLUMNS
    assert parquet == rows
    assert [row["id"] for row in table] == [row["id"] for row in rows]
    assert len(_jsonl(taken_in, "--type", "text", "--limit", "1")) == 1


def test_names_cannot_act_on_a_terminal_or_a_spreadsheet(fresh: Operation, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "=cmd|' calc'!A0.txt").write_text("skyer")
    (source / "bilde\u202egpj.txt").write_text("regn")
    (source / "\x1b]0;title\x07.txt").write_text("sol")
    fresh.ingest(source)
    table = fresh.run("items", str(fresh.root))
    sheet = fresh.run("items", str(fresh.root), "--format", "csv", "--reason", "test")
    for said in (table, sheet):
        assert "\x1b" not in said
        assert "\u202e" not in said
        assert "‹U+202E›" in said
    assert [row["path"] for row in csv.DictReader(io.StringIO(sheet)) if "cmd" in row["path"]] == [
        "'=cmd|' calc'!A0.txt"
    ]


def test_an_export_without_a_reason_is_refused(taken_in: Operation) -> None:
    said = taken_in.run("items", str(taken_in.root), "--format", "csv", expect=16)
    assert said == "An export is a disclosure and needs a reason. Say why with --reason.\n"
