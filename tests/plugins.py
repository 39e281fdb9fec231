"""Plugins of the tests' own reach the children as third parties' do: as entry points of an installed distribution."""

from __future__ import annotations

from pathlib import Path


def install_plugin(folder: Path, module: str, text: str, group: str, entry: str) -> Path:
    """Lay out a module and its distribution metadata in `folder`, and give the folder for PYTHONPATH.

    `entry` is the object in the module that the entry point group `group` names.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{module}.py").write_text(text, "utf-8")
    metadata = folder / f"{module}-1.0.dist-info"
    metadata.mkdir(exist_ok=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n", "utf-8")
    name = module.removeprefix("safelight_")
    (metadata / "entry_points.txt").write_text(f"[{group}]\n{name} = {module}:{entry}\n", "utf-8")
    return folder
