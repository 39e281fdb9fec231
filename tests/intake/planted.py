"""An inspector of the tests' own that does what the bytes tell it: crash, exit, hang, eat memory, leave a grandchild.

It reaches the children as third parties' inspectors do: as an entry point of an installed distribution, laid out by
`install` in a folder for PYTHONPATH.
"""

from __future__ import annotations

import random
from pathlib import Path

PLANTS = ("crash", "exit", "hang", "memory", "grandchild", "defect")

_MODULE = '''
import ctypes, os, subprocess, sys, time

from safelight.inspect.model import Fact


class Planted:
    """Obeys the first word of a text."""

    name = "planted"
    version = 1
    tables = ("texts",)

    def accepts(self, mime, group, size):
        return group == "text" and size < 200

    def inspect(self, content):
        with content.open() as stream:
            word, _, rest = stream.read().decode().partition(" ")
        if word == "crash":
            ctypes.string_at(0)
        elif word == "exit":
            os._exit(3)
        elif word == "hang":
            time.sleep(3600)
        elif word == "slow":
            time.sleep(4)
        elif word == "memory":
            hoard = [bytearray(8 << 20) for _ in range(4000)]
        elif word == "grandchild":
            script = "import os, signal, time; os.setsid(); signal.signal(15, signal.SIG_IGN); time.sleep(3600)"
            subprocess.Popen([sys.executable, "-c", script, "safelight-planted-grandchild"])
            os._exit(4)
        elif word == "defect":
            raise ValueError("planted defect")
        yield Fact("texts", {"kind": "text", "text": word + "/" + rest, "cut": False})
'''


def install(folder: Path) -> Path:
    """Write the module and its distribution metadata; gives the folder for PYTHONPATH."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "safelight_planted.py").write_text(_MODULE, "utf-8")
    metadata = folder / "safelight_planted-1.0.dist-info"
    metadata.mkdir(exist_ok=True)
    (metadata / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: safelight-planted\nVersion: 1.0\n", "utf-8"
    )
    (metadata / "entry_points.txt").write_text(
        "[safelight.inspectors]\nplanted = safelight_planted:Planted\n", "utf-8"
    )
    return folder


def write_source(folder: Path, items: int, each_plant: int, seed: int) -> dict[str, str]:
    """`items` texts in folders of a hundred, `each_plant` of every plant among them; gives path -> plant."""
    order = random.Random(seed)
    chosen = order.sample(range(items), each_plant * len(PLANTS))
    plants = {number: PLANTS[place % len(PLANTS)] for place, number in enumerate(chosen)}
    planted = {}
    for number in range(items):
        path = folder / f"{number // 100:03d}" / f"brev {number:05d}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        word = plants.get(number, "vær")
        path.write_text(f"{word} nummer {number}, skyet og åtte grader\n", "utf-8")
        if number in plants:
            planted[f"{number // 100:03d}/brev {number:05d}.txt"] = word
    return planted
