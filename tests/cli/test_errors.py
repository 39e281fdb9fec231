"""Every error that a command can end with: its sentence in full, and its exit code."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from safelight import errors
from safelight.intake.lock import run_lock
from tests.intake.operations import Operation

EXHIBIT = "2016-0142-A1"

#: Tests that show the sentence of an error elsewhere, since it needs more than a command.
ELSEWHERE = {
    errors.NoLegalBasis: "tests/cli/test_ingest.py",
    errors.Interrupted: "tests/cli/test_ingest.py",
    errors.Unreachable: "tests/cli/test_source.py",
    # A network file system cannot be had in a test; the mount tables of many machines stand there.
    errors.UnsafePlace: "tests/ledger/test_place.py",
    errors.SignerNotChecked: "tests/cli/test_handover.py",
}
HERE = {
    errors.SafelightError,
    errors.NotAnOperation,
    errors.AlreadyExists,
    errors.NotFound,
    errors.Refused,
    errors.Locked,
    errors.WrongPassphrase,
    errors.IntegrityBroken,
    errors.DiskFull,
    errors.BadInput,
    errors.EngineBroken,
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Operation:
    """An operation with one exhibit; what these tests do to it is undone or refused."""
    place = tmp_path_factory.mktemp("house")
    (place / "source").mkdir()
    (place / "source" / "brev.txt").write_text("sjakk")
    return Operation(place / "op").make()


def _exit(kind: type[errors.SafelightError]) -> int:
    return kind.exit_code


def test_every_error_is_shown_somewhere() -> None:
    assert HERE | set(ELSEWHERE) == set(errors.every_error())
    assert not HERE & set(ELSEWHERE)
    root = Path(__file__).parents[2]
    for kind, where in ELSEWHERE.items():
        assert kind.__name__ in (root / where).read_text("utf-8") or str(kind.exit_code) in (
            root / where
        ).read_text("utf-8")
    codes = [kind.exit_code for kind in errors.every_error()]
    assert len(set(codes)) == len(codes)
    assert not {0, 1, 2} & set(codes)


def test_what_the_system_refuses(tmp_path: Path) -> None:
    operation = Operation(tmp_path / "fil" / "op")
    (tmp_path / "fil").write_text("sjakk")
    said = operation.run("init", str(operation.root), expect=_exit(errors.SafelightError))
    assert said == (
        f"{tmp_path / 'fil'} cannot be used: file exists. Check the path and who may read and write there.\n"
    )


def test_no_operation(tmp_path: Path) -> None:
    op = tmp_path / "op æøå"
    for words in (["status"], ["items"], ["ingest", "--exhibit", "A1"], ["backup"], ["verify"], ["serve"]):
        more = [str(tmp_path)] if words[0] in ("ingest", "backup") else []
        said = Operation(op).run(words[0], str(op), *words[1:], *more, expect=_exit(errors.NotAnOperation))
        assert said == (
            f"{op} is not a Safelight operation. Make one with `safelight init {op}` or name another folder.\n"
        )


def test_what_exists_already(house: Operation) -> None:
    said = house.run("init", str(house.root), expect=_exit(errors.AlreadyExists))
    assert said == f"{house.root} is not empty. Choose a new folder.\n"
    twice = house.run(
        "exhibit", "add", str(house.root), "--id", EXHIBIT, "--label", "x", "--seized", "2016-01-12", "--officer", "x",
        expect=_exit(errors.AlreadyExists),
    )  # fmt: skip
    assert twice == f"There is an exhibit {EXHIBIT} already. Use its number, or give another one.\n"


def test_what_is_not_there(house: Operation) -> None:
    op, code = str(house.root), _exit(errors.NotFound)
    assert house.run("cat", op, "i1-ingenting", "--reason", "x", expect=code) == (
        "There is no item i1-ingenting. Check the id, or look for its hash or path among the items.\n"
    )
    assert house.run("items", op, "--exhibit", "X9", expect=code) == (
        "There is no exhibit X9. See `safelight exhibit list` for those there are.\n"
    )
    assert house.run("ingest", op, "--exhibit", EXHIBIT, f"{op}-borte", expect=code) == (
        f"There is no source at {op}-borte. Check the path, or mount the evidence first.\n"
    )


def test_what_breaks_a_rule(house: Operation) -> None:
    op, code = str(house.root), _exit(errors.Refused)
    assert house.run("cat", op, "i1-ingenting", "--reason", " ", expect=code) == (
        "A reason is needed, and none was given. Say why, in one sentence.\n"
    )
    assert house.run("items", op, "--format", "parquet", "--reason", "test", expect=code) == (
        "Parquet needs a file. Add --output FILE.parquet.\n"
    )


def test_another_run_at_work(house: Operation) -> None:
    op = str(house.root)
    with run_lock(house.root / "run.lock"):
        for words in (
            ["ingest", op, "--exhibit", EXHIBIT, str(house.root.parent / "source")],
            ["key", "rotate", op],
        ):
            assert house.run(*words, expect=_exit(errors.Locked)) == (
                "Another run is working on this operation. Wait for it, or stop it with Ctrl-C, then try again.\n"
            )


def test_a_wrong_passphrase(house: Operation) -> None:
    wrong = Operation(house.root, {"SAFELIGHT_PASSPHRASE": "feil hest batteri"})
    assert wrong.run("serve", str(house.root), expect=_exit(errors.WrongPassphrase)) == (
        "The passphrase is wrong. Try again, or use `safelight key recover`.\n"
    )


def test_a_broken_chain(house: Operation, tmp_path: Path) -> None:
    shutil.copytree(house.root, tmp_path / "op")
    copy = Operation(tmp_path / "op")
    with closing(sqlite3.connect(copy.root / "ledger" / "ledger.sqlite")) as ledger, ledger:
        ledger.execute("DROP TRIGGER entries_no_delete")
        ledger.execute("DELETE FROM entries WHERE seq = 2")
    said = copy.run("verify", str(copy.root), expect=_exit(errors.IntegrityBroken))
    assert said == "The ledger is not as it was written: entry 2 is missing. Restore from a backup.\n"


def test_a_full_disk(house: Operation) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            house.command("status", str(house.root)),
            env=house.env(),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (done.returncode, done.stderr.decode()) == (
        _exit(errors.DiskFull),
        "The disk of a file is full. Make room, then repeat the command.\n",
    )


def test_settings_that_are_none(house: Operation, tmp_path: Path) -> None:
    shutil.copytree(house.root, tmp_path / "op")
    copy, source = Operation(tmp_path / "op"), str(house.root.parent / "source")
    settings = copy.root / "operation.toml"
    settings.write_text("[engine]\nworkers = 'to'\n")
    words = ["ingest", str(copy.root), "--exhibit", EXHIBIT, source]
    assert copy.run(*words, expect=_exit(errors.BadInput)) == (
        f"{settings}: engine.workers = 'to' is not allowed. See docs/settings.md.\n"
    )


def _plugin(folder: Path, module: str) -> Operation:
    info = folder / "safelight_sjakk-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: safelight-sjakk\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[safelight.inspectors]\nsjakk = safelight_sjakk:Sjakk\n")
    (folder / "safelight_sjakk.py").write_text(module)
    return Operation(folder.parent / "op", {"PYTHONPATH": str(folder)}).make()


def test_children_that_do_not_live_to_their_first_item(house: Operation, tmp_path: Path) -> None:
    operation = _plugin(
        tmp_path / "plugin",
        "import os, sys\nif 'safelight.cli' not in sys.orig_argv: os._exit(9)\n"
        "class Sjakk:\n    name, version, tables = 'x', 1, ()\n"
        "    def accepts(self, mime, group, size): return True\n",
    )
    source = str(house.root.parent / "source")
    said = operation.run(
        "ingest", str(operation.root), "--exhibit", EXHIBIT, source, expect=_exit(errors.EngineBroken)
    ).splitlines()[-1]
    assert said == (
        "Children of the engine die before their first item: The child ended by itself with exit code 9. "
        "No item is to blame: look at the memory and at inspectors that were installed, then repeat the command."
    )


def test_an_inspector_that_cannot_be_loaded_is_named(house: Operation, tmp_path: Path) -> None:
    operation = _plugin(tmp_path / "plugin", "import ikke_installert\n")
    said = operation.run(
        "ingest", str(operation.root), "--exhibit", EXHIBIT, str(house.root.parent / "source"), expect=10
    ).splitlines()[-1]
    assert said == (
        "The inspector sjakk of the package safelight-sjakk cannot be loaded: ModuleNotFoundError: "
        "No module named 'ikke_installert'. Repair or uninstall that package."
    )


def test_a_reader_that_goes_away_is_no_error(house: Operation) -> None:
    run = subprocess.Popen(
        house.command("exhibit", "list", str(house.root)), env=house.env(),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert run.stdout is not None and run.stderr is not None
    run.stdout.close()
    said = run.stderr.read()
    run.stderr.close()
    assert (run.wait(30), said) == (0, b"")
