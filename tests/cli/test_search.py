"""`safelight index`, `search` and `keywords`: driven as people drive them, over what an intake found."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pyarrow as pa
import pytest
from typer.testing import CliRunner

from safelight.access import search as search_module
from safelight.catalog.catalog import Catalog
from safelight.cli.app import app
from safelight.operation.folder import open_folder
from safelight.parsers.rows import Origin, Rows
from safelight.traces.model import Message
from safelight.traces.moment import stated_utc
from tests.intake.operations import Operation

_LINES = (
    "toget går snart, ta med nummeret",
    "har du nummeret 482-119-7306, det er ikke det samme som i går",
    "=cmd|' /C calc'!A0 sjakk",
    "the number is 482-118-9921 and the train is late",
)


@pytest.fixture(scope="module")
def talked(tmp_path_factory: pytest.TempPathFactory) -> Operation:
    """An operation with four messages, indexed by the command."""
    operation = Operation(tmp_path_factory.mktemp("talked") / "op").make()
    rows = Rows(Origin("i1-aaaa", "s1-a", "2016-0142-A1", "irc", 1, "v", "documentation"))
    for number, text in enumerate(_LINES):
        message = Message(place=f"line {number}", network="irc", conversation="#tog", sender="kari", text=text,
                          sender_name="Kari", sent=stated_utc(1_478_606_400_000_000 + number * 60_000_000, ""))  # fmt: skip
        assert not list(rows.add(message))
    ((name, table),) = rows.rest()
    with Catalog.at(open_folder(operation.root)) as catalog:
        catalog.write("b1-1", {name: pa.concat_tables([table])}, made_by={"stage": "test"})
    said = operation.run("index", str(operation.root))
    assert said == "4 texts indexed, 0 units taken out; 4 texts can be searched.\n"
    return operation


def test_nothing_can_be_searched_before_there_is_an_index(fresh: Operation) -> None:
    said = fresh.run("search", str(fresh.root), "tog", expect=13)
    assert said == f"Nothing can be searched yet. Run `safelight index {fresh.root}`.\n"


def test_hits_stand_in_a_table_the_newest_first(talked: Operation) -> None:
    lines = talked.run("search", str(talked.root), "nummer").splitlines()
    assert lines[0].split() == ["exhibit", "in", "where", "when", "who", "state", "text"]
    assert [line.split()[3] for line in lines[1:3]] == ["2016-11-08T12:01:00Z", "2016-11-08T12:00:00Z"]
    assert lines[1].endswith("har du nummeret 482-119-7306, det er ikke det samme som i går")
    assert lines[-1] == "2 of 2 hits, 2 distinct  nummer"
    oldest = talked.run("search", str(talked.root), "nummer", "--oldest", "--limit", "1").splitlines()
    assert oldest[1].endswith("toget går snart, ta med nummeret")
    assert oldest[-1] == "1 of 2 hits, 2 distinct  nummer order:oldest"


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (["contains:4821197306"], 1),
        (["det samme"], 1),  # the shell kept it together: a phrase
        (["nummer", "--from", "2016-11-08T12:01"], 1),
        (["nummer network:irc", "--to", "2016-11-08"], 2),
        (["--kind", "message", "--state", "live"], 4),
        (["nummer", "--person", "kari"], 2),
    ],
)
def test_queries_and_filters(talked: Operation, words: list[str], count: int) -> None:
    assert (
        talked.run("search", str(talked.root), *words).splitlines()[-1].startswith(f"{count} of {count} hits")
    )


def test_hits_leave_as_csv_and_json_lines_with_a_reason(talked: Operation) -> None:
    said = talked.run("search", str(talked.root), "sjakk", "--format", "csv", expect=16)
    assert said == "An export is a disclosure and needs a reason. Say why with --reason.\n"
    rows = talked.run(
        "search", str(talked.root), "sjakk", "--format", "csv", "--reason", "counsel"
    ).splitlines()
    assert rows[1].endswith(",'=cmd|' /C calc'!A0 sjakk")
    (line,) = talked.run(
        "search", str(talked.root), "train", "--format", "jsonl", "--reason", "counsel"
    ).splitlines()
    found = json.loads(line)
    keys = ("item", "network", "title", "sender", "time", "copies", "text")
    assert tuple(found[key] for key in keys) == (
        "i1-aaaa", "irc", "#tog", "Kari", "2016-11-08T12:03:00Z", 1, _LINES[3],
    )  # fmt: skip


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Operation:
    """Two exhibits that hold the same four messages, the second of them a fifth one."""
    operation = Operation(tmp_path_factory.mktemp("copied") / "op").make()
    with Catalog.at(open_folder(operation.root)) as catalog:
        ids: dict[str, list[str]] = {}
        for item, exhibit in (("i1-aaaa", "A1"), ("i1-bbbb", "B2")):
            rows = Rows(Origin(item, "s1-a", exhibit, "irc", 1, "v", "documentation"))
            for number, text in enumerate((*_LINES, "sjakk i morgen")[: 5 if exhibit == "B2" else 4]):
                at = stated_utc(1_478_606_400_000_000 + number * 60_000_000, "")
                message = Message(
                    place=f"line {number}",
                    network="irc",
                    conversation="#tog",
                    sender="kari",
                    text=text,
                    sent=at,
                )
                assert not list(rows.add(message))
            ((name, table),) = rows.rest()
            catalog.write(f"b1-{exhibit}", {name: table}, made_by={"stage": "test"})
            for id_ in table["trace_id"].to_pylist():
                ids.setdefault(id_.rpartition(":")[2], []).append(id_)
        same = [
            {"trace_id": id_, "distinct_id": held[0], "rule": "native id", "run": "r"}
            for held in ids.values()
            for id_ in held
            if len(held) > 1
        ]
        catalog.write("same", {"same_messages": same}, made_by={"stage": "test"})
    operation.run("index", str(operation.root))
    return operation


def test_a_table_is_filled_although_copies_are_one_hit(copied: Operation) -> None:
    lines = copied.run("search", str(copied.root), "network:irc", "--limit", "3").splitlines()
    assert [line.split()[3] for line in lines[1:-1]] == [
        "2016-11-08T12:04:00Z", "2016-11-08T12:03:00Z", "2016-11-08T12:02:00Z",
    ]  # fmt: skip
    assert lines[-1] == "3 of 9 hits, 5 distinct  network:irc"


def test_an_export_has_every_copy_and_says_of_each_how_many_there_are(copied: Operation) -> None:
    lines = copied.run(
        "search", str(copied.root), "sjakk", "--format", "jsonl", "--reason", "counsel"
    ).splitlines()
    found = [json.loads(line) for line in lines]
    assert sorted((one["exhibit"], one["time"], one["copies"]) for one in found) == [
        ("A1", "2016-11-08T12:02:00Z", 2), ("B2", "2016-11-08T12:02:00Z", 2), ("B2", "2016-11-08T12:04:00Z", 1),
    ]  # fmt: skip


def test_counts_by_facet_tell_hits_and_distinct_ones(
    copied: Operation, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = copied.run("search", str(copied.root), "sjakk", "--counts").splitlines()
    found = [line.split() for line in lines[:-1]]
    assert found[0] == ["facet", "value", "title", "hits", "distinct"]
    assert ["kind", "message", "3", "2"] in found
    assert ["exhibit", "A1", "1", "1"] in found
    assert ["exhibit", "B2", "2", "2"] in found
    assert lines[-1] == "3 hits, 2 distinct  sjakk"
    said = copied.run("search", str(copied.root), "sjakk", "--counts", "--format", "csv", expect=16)
    assert said == "An export is a disclosure and needs a reason. Say why with --reason.\n"
    asked = ("search", str(copied.root), "sjakk", "--counts", "--format")
    lines = copied.run(*asked, "csv", "--reason", "counsel").splitlines()
    assert lines[:4] == [
        "facet,value,title,hits,distinct",
        "all,,,3,2",
        "kind,message,,3,2",
        "network,irc,,3,2",
    ]
    monkeypatch.setattr(search_module, "DISTINCT_OF", 2)
    for name, value in copied.env().items():
        monkeypatch.setenv(name, value)
    rows = [
        json.loads(one)
        for one in CliRunner().invoke(app, [*asked, "jsonl", "--reason", "counsel"]).stdout.splitlines()
    ]
    assert rows[0] == {"facet": "all", "value": "", "title": "", "hits": 3, "distinct": None}
    assert [(one["value"], one["distinct"]) for one in rows if one["facet"] == "exhibit"] == [
        ("B2", None),
        ("A1", None),
    ]
    said = CliRunner().invoke(app, ["search", str(copied.root), "sjakk", "--counts"]).stdout
    assert said.splitlines()[-1] == "3 hits, distinct ones not counted  sjakk"


def test_a_query_that_cannot_be_read_is_told(talked: Operation) -> None:
    said = talked.run("search", str(talked.root), '"open', expect=16)
    assert said == '“"open” cannot be read as a query. A quotation mark is open.\n'


def test_index_says_that_nothing_is_new_and_is_made_anew(talked: Operation) -> None:
    assert (
        talked.run("index", str(talked.root))
        == "0 texts indexed, 0 units taken out; 4 texts can be searched.\n"
    )
    said = talked.run("index", str(talked.root), "--rebuild")
    assert said == "4 texts indexed, 0 units taken out; 4 texts can be searched.\n"


def test_a_keyword_list_gives_a_table_and_is_replaced_when_it_is_run_again(
    talked: Operation, tmp_path: Path
) -> None:
    words = tmp_path / "ord.txt"
    words.write_text(
        "\ufeff# numbers\nnummer\n/\\b482-\\d{3}-\\d{4}\\b/\n/(?:KARI|sjakk)/\nfinnes ikke\n", "utf-8"
    )
    lines = talked.run("keywords", "run", str(talked.root), str(words)).splitlines()
    assert [line.split() for line in lines] == [
        ["line", "term", "texts", "distinct", "places"],
        ["2", "nummer", "2", "2", "2"],
        ["3", "/\\b482-\\d{3}-\\d{4}\\b/", "2", "2", "2"],
        ["4", "/(?:KARI|sjakk)/", "1", "1", "1"],
        ["5", "finnes", "ikke", "0", "0", "0"],
        ["5", "hits", "in", "4", "texts"],
    ]
    hits = talked.run("keywords", "hits", str(talked.root), "ord.txt", "--line", "3").splitlines()
    assert hits[-1] == "2 of 2 hits, 2 distinct"
    assert sorted(line.rstrip().split("  ")[-1].strip() for line in hits[1:-1]) == sorted(
        [_LINES[1], _LINES[3]]
    )
    words.write_text("train\n", "utf-8")
    talked.run("keywords", "run", str(talked.root), str(words))
    assert (
        talked.run("keywords", "hits", str(talked.root), "ord.txt").splitlines()[-1]
        == "1 of 1 hits, 1 distinct"
    )
    said = talked.run("keywords", "hits", str(talked.root), "other.txt", expect=13)
    assert said == "No hit of a list other.txt is there. Lists with hits: ord.txt.\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "tog\n/(a/\n",
            "{path}, line 2: “/(a/” cannot be read: missing ): (a. Correct the line; nothing was searched.\n",
        ),
        ("# only\n", "{path} holds no term. Write one term a line.\n"),
        ("\udcff", "{path} is not text in UTF-8. Save it as UTF-8 and try again.\n"),
    ],
)
def test_a_list_that_cannot_be_read_is_told(talked: Operation, tmp_path: Path, text: str, said: str) -> None:
    words = tmp_path / "ord.txt"
    words.write_bytes(os.fsencode(text))
    assert talked.run("keywords", "run", str(talked.root), str(words), expect=22) == said.format(path=words)
