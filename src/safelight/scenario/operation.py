"""Write a whole synthetic operation: `evidence/` with a folder an exhibit, `truth/` beside it, the list of
exhibits, and the script of the casework."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from safelight.scenario import casework
from safelight.scenario.exhibits import plan as plan_of
from safelight.scenario.formats import packer, writer
from safelight.scenario.simulate import simulate
from safelight.scenario.truth import Truth
from safelight.scenario.world import Container, Plan, World

Said = Callable[[int, int, str], None]


def write_operation(folder: Path, size: str, seed: int, said: Said = lambda done, total, what: None) -> Plan:
    """Write the operation into `folder`, which must be empty or missing (FileExistsError). The same size and seed give the
    same bytes. `said` hears (containers done, all, path).
    """
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(folder)
    world = simulate(size, seed)
    plan = plan_of(world)
    write_plan(folder, world, plan, said)
    return plan


def write_plan(folder: Path, world: World, plan: Plan, said: Said = lambda done, total, what: None) -> None:
    """Write what a plan says."""
    evidence = folder / "evidence"
    evidence.mkdir(parents=True)
    containers = [container for exhibit in plan.exhibits for container in exhibit.containers]
    with Truth(folder / "truth", world) as truth:
        for done, container in enumerate(containers):
            said(done, len(containers), container.path)
            _write(evidence, folder / "staged", world, container, truth)
        said(len(containers), len(containers), "truth")
        truth.plan(plan)
        truth.world()
    casework.write(world, plan.exhibits, folder / "casework.jsonl")
    listed = [
        {
            "number": exhibit.number,
            "label": exhibit.label,
            "sources": [f"evidence/{container.path}" for container in exhibit.containers],
        }
        for exhibit in plan.exhibits
    ]
    about = {"size": world.size, "seed": world.seed, "seized": world.day(), "exhibits": listed}
    (folder / "operation.json").write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _write(evidence: Path, staged: Path, world: World, container: Container, truth: Truth) -> None:
    """One container: its files are written where they stay (folder), or aside and then packed."""
    target = evidence / container.path
    root = target if container.packer == "folder" else staged
    root.mkdir(parents=True, exist_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    truth.start(container.path)
    for file in container.files:
        writer(file.format)(world, file, root, truth)
    _settle(root, world.seized_us)
    if root is staged:
        packer(container.packer)(container, staged, target)
        shutil.rmtree(staged)
    _settle(target, world.seized_us)


def _settle(path: Path, seized_us: int) -> None:
    """Times of files and folders: when the thing was seized, never when this ran."""
    seconds = seized_us // 1_000_000
    for inside in [*path.rglob("*"), path] if path.is_dir() else [path]:
        os.utime(inside, (seconds, seconds))
