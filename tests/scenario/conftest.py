"""One small operation for all tests of the scenario, with every container as a plain folder, and its truth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from safelight.scenario.exhibits import plan as plan_of
from safelight.scenario.operation import write_plan
from safelight.scenario.simulate import simulate
from safelight.scenario.world import Container, Plan, World


@dataclass
class Written:
    """What was written, and where."""

    world: World
    plan: Plan
    folder: Path

    def table(self, name: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = pq.read_table(self.folder / "truth" / f"{name}.parquet").to_pylist()
        return rows

    def file(self, row: dict[str, Any]) -> Path:
        """The file that a row of the truth names."""
        return self.folder / "evidence" / str(row["source"]) / str(row["path"])

    def messages(self, *formats: str) -> dict[Path, list[dict[str, Any]]]:
        """Rows of `message_files` by file, in the order in which they were written."""
        out: dict[Path, list[dict[str, Any]]] = {}
        for row in self.table("message_files"):
            if row["format"] in formats:
                out.setdefault(self.file(row), []).append(row)
        return out


def as_folders(plan: Plan) -> Plan:
    """The same plan with nothing packed."""

    def loose(container: Container) -> Container:
        return replace(container, packer="folder")

    return Plan(
        tuple(replace(exhibit, containers=tuple(map(loose, exhibit.containers))) for exhibit in plan.exhibits)
    )


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Written:
    folder = tmp_path_factory.mktemp("scenario") / "small"
    world = simulate("small", 7)
    plan = as_folders(plan_of(world))
    write_plan(folder, world, plan)
    return Written(world, plan, folder)
