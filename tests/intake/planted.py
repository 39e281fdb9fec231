"""An inspector of the tests' own that does what the bytes tell it: crash, exit, hang, eat memory, leave a grandchild.

It reaches the children as third parties' inspectors do: as an entry point of an installed distribution, laid out by
`install` in a folder for PYTHONPATH.
"""

from __future__ import annotations

import random
from pathlib import Path

from tests.plugins import install_plugin

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
    """Lay the plugin out; gives the folder for PYTHONPATH."""
    return install_plugin(folder, "safelight_planted", _MODULE, "safelight.inspectors", "Planted")


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
