"""`safelight ingest --retry`: what a limit ended is done again under higher limits, and nothing is doubled."""

from __future__ import annotations

from pathlib import Path

from tests.intake.operations import Operation
from tests.intake.planted import install


def test_what_ran_into_a_limit_is_done_again_under_a_higher_one(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "treg.txt").write_text("slow vær i fjellet", "utf-8")
    (source / "rask.txt").write_text("sol ved fjorden", "utf-8")
    operation = Operation(tmp_path / "op", {"PYTHONPATH": str(install(tmp_path / "plugin"))}).make()
    operation.settings(time_base_seconds=1.5)
    operation.ingest(source)
    assert _planted(operation) == {"rask.txt": "sol/ved fjorden"}
    assert _failures(operation) == [("treg.txt", "planted", "time limit")]

    operation.ingest(source)
    assert _failures(operation) == [("treg.txt", "planted", "time limit")], "only --retry tries again"

    operation.settings(time_base_seconds=60.0)
    operation.ingest(source, extra=["--retry"])
    assert _planted(operation) == {"rask.txt": "sol/ved fjorden", "treg.txt": "slow/vær i fjellet"}
    assert _failures(operation) == []
    with operation.database() as database:
        ended = database.execute(
            "select name, inspector, outcome from inspections join items using (sha256) order by all"
        ).fetchall()
    assert ended == [
        ("rask.txt", "planted", "done"),
        ("rask.txt", "text", "done"),
        ("treg.txt", "planted", "done"),
        ("treg.txt", "strings", "done"),
        ("treg.txt", "text", "done"),
    ]


def test_what_nobody_can_open_yet_stays_a_failure_after_a_retry(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "tog.rar").write_bytes(b"Rar!\x1a\x07\x01\x00" + bytes(64))
    operation = Operation(tmp_path / "op").make()
    operation.ingest(source)
    before = {table: operation.rows(table) for table in ("items", "failures", "containers")}
    with operation.database() as database:
        found = database.execute("select place, stage, cause from failures").fetchall()
    assert found == [("tog.rar", "open", "unsupported")]
    operation.ingest(source, extra=["--retry"])
    assert {table: operation.rows(table) for table in before} == before


def _planted(operation: Operation) -> dict[str, str]:
    with operation.database() as database:
        return dict(
            database.execute(
                "select name, text from texts join items using (sha256) where inspector = 'planted'"
            ).fetchall()
        )


def _failures(operation: Operation) -> list[tuple[str, str, str]]:
    with operation.database() as database:
        return database.execute("select place, inspector, cause from failures order by all").fetchall()
