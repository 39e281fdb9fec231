"""A small real operation for tests, driven by the commands as people drive them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from safelight.catalog.catalog import Catalog
from safelight.operation.folder import OperationFolder
from tests.intake import commands

#: Columns that say how the run went and not what is in the evidence.
ABOUT_THE_RUN = {"seconds", "sealed", "first_known"}


@dataclass
class Operation:
    """An operation's folder and how commands are run on it."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "safelight.cli", *words]

    def env(self) -> dict[str, str]:
        """Without COLUMNS, so that a row of a table is a line."""
        plain = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
        return {**plain, "SAFELIGHT_PASSPHRASE": "korrekt hest batteri", **self.environment}

    def done(self, words: Sequence[str], stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """A command that has run to its end."""
        return commands.run(words, self.env(), stdin=stdin)

    def run(self, *words: str, expect: int = 0) -> str:
        """Run a command to its end; its standard output. Fails if the exit code is another than expected."""
        done = self.done(words)
        assert done.returncode == expect, (
            f"{words}: {done.returncode}\n{done.stdout.decode()}\n{done.stderr.decode()}"
        )
        return done.stdout.decode() if expect == 0 else done.stderr.decode()

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self.command(*words), env=self.env(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def make(self, exhibit: str = "2016-0142-A1") -> Operation:
        """init and one exhibit with a legal basis."""
        self.run("init", str(self.root), "--name", "Sjakk", "--synthetic")
        self.run(
            "exhibit", "add", str(self.root), "--id", exhibit, "--label", "Laptop", "--seized", "2016-01-12",
            "--legal-basis", "strpl. § 203", "--officer", "K. Berg",
        )  # fmt: skip
        return self

    def ingest(self, *sources: Path, exhibit: str = "2016-0142-A1", extra: Sequence[str] = ()) -> str:
        return self.run(
            "ingest", str(self.root), "--exhibit", exhibit, *(str(source) for source in sources), *extra
        )

    def said(self, *words: str, expect: int = 0, stdin: str = "") -> tuple[str, str]:
        """Run a command to its end: standard output and error. Fails if the exit code is another than expected."""
        done = self.done(words, stdin.encode())
        said, told = done.stdout.decode(), done.stderr.decode()
        assert done.returncode == expect, f"{words}: {done.returncode}\n{said}\n{told}"
        return said, told

    def items(self, *words: str) -> list[dict[str, Any]]:
        """Items as `safelight items --format jsonl` gives them."""
        said = self.run("items", str(self.root), "--format", "jsonl", "--reason", "test", *words)
        return [json.loads(line) for line in said.splitlines()]

    def settings(self, **engine: float) -> None:
        """Overwrite keys of [engine] in operation.toml."""
        path = self.root / "operation.toml"
        lines = path.read_text("utf-8").splitlines()
        for key, value in engine.items():
            lines = [f"{key} = {value}" if line.startswith(f"{key} =") else line for line in lines]
        path.write_text("\n".join(lines) + "\n", "utf-8")

    def database(self) -> duckdb.DuckDBPyConnection:
        return Catalog.at(OperationFolder(self.root)).connect()

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query over the catalog's views."""
        with self.database() as database:
            return database.execute(sql).fetchall()

    def rows(self, table: str, *, but: frozenset[str] = frozenset()) -> list[tuple[Any, ...]]:
        """All rows of a table but for columns about the run, in a fixed order."""
        with self.database() as database:
            names = [row[0] for row in database.execute(f"describe {table}").fetchall()]
            kept = [name for name in names if name not in ABOUT_THE_RUN | but]
            columns = ", ".join(_about_the_evidence(table, name) for name in kept)
            return sorted(database.execute(f"select {columns} from {table}").fetchall(), key=str)


def _about_the_evidence(table: str, column: str) -> str:
    """A column as text; how long a thing ran or grew before it was ended is about the run."""
    if (table, column) == ("failures", "detail"):
        return "case when cause in ('time limit', 'memory limit') then '' else detail end"
    return f'cast("{column}" as varchar)'
