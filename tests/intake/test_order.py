"""What pass two does first, what it does once, and what is done again: seen in the order in which things were ended."""

from __future__ import annotations

import hashlib
import io
import json
import time
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

from tests.intake.operations import Operation
from tests.intake.witness import install_witness, seen

CATEGORISED, PLAIN = 3, 4


def picture(number: int) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (64, 48), (number * 20, 90, 160)).save(target, "PNG")
    return target.getvalue()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Texts before pictures by name, one of each in a set later, and 500 copies of one text."""
    folder = tmp_path / "source"
    for number in range(6):
        (folder / "a texts").mkdir(parents=True, exist_ok=True)
        (folder / "a texts" / f"brev {number}.txt").write_text(f"brev nummer {number}\n", "utf-8")
        (folder / "b pictures").mkdir(exist_ok=True)
        (folder / "b pictures" / f"bilde {number}.png").write_bytes(picture(number))
    (folder / "c copies").mkdir()
    for number in range(500):
        (folder / "c copies" / f"kopi {number:03d}.txt").write_text("det samme brevet\n", "utf-8")
    return folder


@pytest.fixture
def operation(tmp_path: Path) -> Operation:
    environment = {
        "PYTHONPATH": str(install_witness(tmp_path / "plugin", version=1)),
        "TEST_WITNESS": str(tmp_path / "witness.log"),
    }
    made = Operation(tmp_path / "operation", environment).make()
    made.settings(workers=1)
    return made


def md5s(path: Path, *contents: bytes) -> Path:
    path.write_text("".join(f"{hashlib.md5(data).hexdigest()}  x\n" for data in contents), "utf-8")
    return path


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_urgent_first_then_pictures_and_each_content_once(
    source: Path, operation: Operation, tmp_path: Path
) -> None:
    text, image = f"brev nummer {CATEGORISED}\n".encode(), picture(CATEGORISED)
    known = f"brev nummer {PLAIN}\n".encode()
    root = str(operation.root)
    listed = md5s(tmp_path / "listed.md5", text, image)
    operation.run(
        "known",
        "add",
        root,
        str(listed),
        "--name",
        "Sjakk",
        "--scheme",
        "Klubb",
        "--code",
        "1",
        "--label",
        "Trekk",
    )
    operation.run("known", "add", root, str(md5s(tmp_path / "plain.md5", known)), "--name", "Vanlig")
    operation.ingest(source)
    order = seen(tmp_path / "witness.log")
    assert Counter(order).most_common(1)[0][1] == 1, "500 copies are one content"
    pictures = [sha(picture(number)) for number in range(6) if number != CATEGORISED]
    letters = [
        sha(f"brev nummer {number}\n".encode()) for number in range(6) if number not in (CATEGORISED, PLAIN)
    ]
    copies = sha(b"det samme brevet\n")
    # A set without categories (as NSRL) says "known": such come last. Within a rank the order is that of the paths.
    assert order == [sha(text), sha(image), *pictures, *letters, copies, sha(known)]
    with operation.database() as database:
        hits = database.execute("select sha256, set_name, code from hits order by all").fetchall()
        count = database.execute("select count(*) from items where sha256 = ?", [copies]).fetchone()
        ended = database.execute(
            "select inspector, outcome from inspections where sha256 = ?", [copies]
        ).fetchall()
    assert hits == sorted([(sha(text), "Sjakk", "1"), (sha(image), "Sjakk", "1"), (sha(known), "Vanlig", "")])
    assert count == (500,)
    assert sorted(ended) == [("text", "done"), ("witness", "done")]


def test_the_first_pass_is_whole_while_the_second_runs(
    source: Path, operation: Operation, tmp_path: Path
) -> None:
    text = f"brev nummer {CATEGORISED}\n".encode()
    root = str(operation.root)
    operation.run("known", "add", root, str(md5s(tmp_path / "listed.md5", text)), "--name", "Sjakk")
    operation.environment["TEST_WITNESS_WAITS"] = str(tmp_path / "go on")
    run = operation.start("ingest", root, "--exhibit", "2016-0142-A1", str(source))
    try:
        while not seen(tmp_path / "witness.log"):
            assert run.poll() is None, "the run ended before an inspector began"
            time.sleep(0.05)
        with operation.database() as database:
            items = database.execute(
                """select count(*), count(sha256), count(sha1), count(md5), count("type") from items where kind = 'file'"""
            ).fetchone()
            hits = database.execute("select sha256, set_name from hits").fetchall()
            complete = database.execute("select kind, children, complete from containers").fetchall()
            inspected = database.execute("select count(*) from inspections").fetchone()
        assert items == (512, 512, 512, 512, 512)
        assert hits == [(sha(text), "Sjakk")]
        assert complete == [("folder", 515, True)]
        assert inspected == (0,)
        assert json.loads((operation.root / "spool" / "progress.json").read_text())["stage"] == "inspecting"
        listed = operation.run("items", root, "--format", "jsonl", "--reason", "test", "--limit", "1000")
        assert len(listed.splitlines()) == 515
    finally:
        (tmp_path / "go on").touch()
        assert run.wait(120) == 0
    assert len(seen(tmp_path / "witness.log")) == 13


def test_a_set_added_later_and_an_inspector_of_a_newer_version(
    source: Path, operation: Operation, tmp_path: Path
) -> None:
    operation.ingest(source)
    before = {
        table: operation.rows(table) for table in ("items", "pictures", "texts", "inspections", "derivatives")
    }
    assert len(seen(tmp_path / "witness.log")) == 13
    copies = b"det samme brevet\n"
    root = str(operation.root)
    said = operation.run("known", "add", root, str(md5s(tmp_path / "later.md5", copies)), "--name", "Senere")
    assert said.strip() == "Senere: 1 entries read; 1 contents here stand in it."
    shown = operation.run("hits", root, "--set", "Senere", "--limit", "1000")
    assert [f"c copies/kopi {number:03d}.txt" in shown for number in range(500)] == [True] * 500
    operation.ingest(source)
    assert len(seen(tmp_path / "witness.log")) == 13, "nothing is inspected again"
    assert {table: operation.rows(table) for table in before} == before

    install_witness(tmp_path / "plugin", version=2)
    operation.ingest(source)
    assert Counter(Counter(seen(tmp_path / "witness.log")).values()) == {2: 13}
    with operation.database() as database:
        ended = database.execute(
            "select inspector, version, count(*) from inspections group by all order by all"
        ).fetchall()
    assert ended == [("picture", 1, 6), ("text", 1, 7), ("witness", 2, 13)]
    assert {table: operation.rows(table) for table in ("items", "pictures", "derivatives")} == {
        table: before[table] for table in ("items", "pictures", "derivatives")
    }
