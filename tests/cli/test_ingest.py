"""`safelight ingest`: what a person may do wrong, stop, or come back to."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from safelight.catalog.schema import TABLES
from tests.intake.operations import Operation
from tests.intake.planted import install, write_source

ARCHIVES = Path(__file__).parents[1] / "evidence" / "archives"
EXHIBIT = "2016-0142-A1"


def _stage(operation: Operation, stage: str, run: subprocess.Popen[bytes]) -> None:
    """Wait until the run has come to a stage."""
    file = operation.root / "spool" / "progress.json"
    while run.poll() is None:
        if file.exists() and json.loads(file.read_bytes())["stage"] == stage:
            return
        time.sleep(0.02)
    pytest.fail(f"the run ended with {run.returncode} before {stage}")


def test_a_run_is_locked_against_another_and_ctrl_c_stops_it_and_the_same_command_goes_on(
    fresh: Operation, tmp_path: Path
) -> None:
    source, op = tmp_path / "source", str(fresh.root)
    write_source(source, 600, 0, seed=1)
    hang = source / "heng.txt"
    hang.write_text("hang lenge")
    fresh.environment["PYTHONPATH"] = str(install(tmp_path / "plugin"))
    run = subprocess.Popen(
        fresh.command("ingest", op, "--exhibit", EXHIBIT, str(source)),
        env=fresh.env(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    _stage(fresh, "inspecting", run)
    second = fresh.run("ingest", op, "--exhibit", EXHIBIT, str(source), expect=17)
    assert second == (
        "Another run is working on this operation. Wait for it, or stop it with Ctrl-C, then try again.\n"
    )
    run.send_signal(signal.SIGINT)
    _, told = run.communicate(timeout=15)
    assert (run.returncode, told.decode().splitlines()[-1]) == (
        21,
        "Stopped. The same command goes on where it stopped.",
    )
    assert "Intake: stopped; the same command goes on" in fresh.run("status", op)
    fresh.settings(time_base_seconds=2.0)
    fresh.ingest(source)
    assert len(fresh.items("kind:file")) == 601
    with fresh.database() as database:
        texts = database.execute("select count(*) from texts where inspector = 'planted'").fetchone()
        failed = database.execute("select place, cause from failures").fetchall()
    assert texts == (600,)
    assert failed == [("heng.txt", "time limit")]
    before = {table: fresh.rows(table) for table in TABLES}
    fresh.ingest(source)
    assert {table: fresh.rows(table) for table in TABLES} == before


def test_what_is_encrypted_is_opened_once_a_password_is_given(fresh: Operation, tmp_path: Path) -> None:
    source, op = tmp_path / "source", str(fresh.root)
    source.mkdir()
    (source / "parti.zip").write_bytes((ARCHIVES / "aes256.zip").read_bytes())
    fresh.ingest(source)
    members = {row["path"]: row for row in fresh.items("path:parti.zip*", "kind:file")}
    locked = [row for path, row in members.items() if path != "parti.zip"]
    assert locked
    assert {row["failed"] for row in locked} == {"encrypted"}
    assert f"{len(locked)} of {len(locked)} failures" in fresh.run("failures", op, "--cause", "encrypted")
    item = next(row["id"] for row in locked if row["path"].endswith("game.pgn"))
    said = fresh.run("cat", op, item, "--reason", "prøve", expect=10)
    assert said.startswith(f"The bytes of {item} cannot be read (encrypted): ")
    assert said.endswith(". Add --credential.\n")

    fresh.ingest(source, extra=["--credential", "feil", "--credential", "sjakk2016"])
    opened = {row["path"]: row for row in fresh.items("path:parti.zip*", "kind:file")}
    assert {path: row["id"] for path, row in opened.items()} == {
        path: row["id"] for path, row in members.items()
    }
    assert len(fresh.items("kind:file")) == len(opened)
    assert fresh.run("failures", op) == "No failures.\n"
    game = next(row for row in opened.values() if row["id"] == item)
    assert (game["failed"], game["type"]) == (None, "text")
    expected = (ARCHIVES / "game.pgn").read_bytes().decode()
    assert fresh.run("cat", op, item, "--reason", "prøve", "--credential", "sjakk2016") == expected
    with fresh.database() as database:
        done = database.execute(
            "select inspector, outcome, count(*) from inspections where sha256 = ? group by all",
            [game["sha256"]],
        ).fetchall()
        texts = database.execute("select text from texts where sha256 = ?", [game["sha256"]]).fetchall()
    assert ("text", "done", 1) in done
    assert {count for _, _, count in done} == {1}
    assert [text for (text,) in texts] == [expected]
    assert "The chain holds" in fresh.run("verify", op)


def test_two_sources_of_one_name_are_never_taken_for_one(fresh: Operation, tmp_path: Path) -> None:
    op = str(fresh.root)
    for disk in ("disk 1", "disk 2"):
        (tmp_path / disk / "Brukere").mkdir(parents=True)
        (tmp_path / disk / "Brukere" / f"{disk}.txt").write_text(disk)
    first, second = tmp_path / "disk 1" / "Brukere", tmp_path / "disk 2" / "Brukere"
    fresh.ingest(first)
    said = fresh.run("ingest", op, "--exhibit", EXHIBIT, str(second), expect=12)
    assert said == (
        f"Exhibit {EXHIBIT} has another source called Brukere, at {first}. Give this one a name of its own with "
        "--label, or, if it is the same and moved, use `safelight source locate`.\n"
    )
    fresh.ingest(second, extra=["--label", "Brukere på disk 2"])
    assert sorted(row["path"] for row in fresh.items()) == ["disk 1.txt", "disk 2.txt"]
    fresh.ingest(second)
    assert len(fresh.items()) == 2


def test_a_legal_basis_that_comes_later_opens_the_exhibit(fresh: Operation, tmp_path: Path) -> None:
    op, source = str(fresh.root), tmp_path / "source"
    source.mkdir()
    said = fresh.run(
        "exhibit",
        "add",
        op,
        "--id",
        "B2",
        "--label",
        "Phone",
        "--seized",
        "2016-01-12",
        "--officer",
        "Å. Berg",
    )
    assert said == (
        "Exhibit B2 is registered.\nIt has no legal basis yet, so nothing can be taken into it; "
        "state it with `safelight exhibit correct`.\n"
    )
    assert fresh.run("ingest", op, "--exhibit", "B2", str(source), expect=14) == (
        "Exhibit B2 has no legal basis, so nothing is taken into it. State it with `safelight exhibit correct`.\n"
    )
    fresh.run(
        "exhibit", "correct", op, "B2", "--legal-basis", "strpl. § 203", "--reason", "kjennelse kom i dag"
    )
    fresh.ingest(source, exhibit="B2")


def test_an_operation_never_takes_itself_in(fresh: Operation, tmp_path: Path) -> None:
    for source in (tmp_path, fresh.root, fresh.root / "ledger"):
        said = fresh.run("ingest", str(fresh.root), "--exhibit", EXHIBIT, str(source), expect=16)
        assert said == (
            f"{source} and the operation's own folder lie one in the other. Keep the operation and the evidence apart.\n"
        )


def test_stages_are_told_on_the_error_stream_and_the_figures_at_the_end(
    fresh: Operation, tmp_path: Path
) -> None:
    source = tmp_path / "kopi æøå"
    source.mkdir()
    (source / "linje\nskift.txt").write_text("sjakk")
    (source / "ødelagt.zip").write_bytes(b"PK\x03\x04" + bytes(100))
    out, stages = fresh.said("ingest", str(fresh.root), "--exhibit", EXHIBIT, str(source))
    assert stages.splitlines() == [
        *("hashing kopi æøå", "matching", "inspecting", "parsing", "pairing", "indexing", "done")
    ]
    assert out == (
        "The operation now: 2 items, 2 distinct contents, 109 B; 0 known, 0 messages (0 distinct), 1 failures.\n"
        f"See what failed and why: safelight failures {fresh.root}\n"
    )
    assert "linje‹U+000A›skift.txt" in fresh.run("items", str(fresh.root))


def test_several_runs_look_at_the_whole_operation_once(tmp_path: Path) -> None:
    """The last one, without --more-follows, finds what all of them brought."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        lines = "".join(f"2016-05-01 10:0{n}:00\trook\tthe train number {n} is late\n" for n in range(8))
        (tmp_path / name / "irc.libera.#tog.weechatlog").write_text(lines, "utf-8")
    operation = Operation(tmp_path / "op").make()
    operation.ingest(tmp_path / "one", extra=["--more-follows"])
    assert operation.rows("messages") and not operation.rows("same_messages")
    assert operation.run("search", str(operation.root), "train", expect=13).startswith(
        "Nothing can be searched yet."
    )
    operation.ingest(tmp_path / "two")
    assert len(operation.rows("same_messages")) == 16
    # the text of the file, which both hold, is a hit besides
    assert "of 17 hits, 9 distinct" in operation.run("search", str(operation.root), "train")
