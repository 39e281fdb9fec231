"""Peers: hashdeep, and tsk_recover followed by hashdeep. None where the program is not installed."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path


def hashdeep(tree: Path) -> float | None:
    """Seconds of `hashdeep -c md5,sha1,sha256 -r`."""
    if not shutil.which("hashdeep"):
        return None
    began = time.perf_counter()
    subprocess.run(
        ["hashdeep", "-c", "md5,sha1,sha256", "-j0", "-r", str(tree)], check=True, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - began


def tsk_recover_and_hashdeep(image: Path, place: Path) -> float | None:
    """Seconds of `tsk_recover -e` into a folder and hashdeep over it."""
    if not shutil.which("tsk_recover") or not shutil.which("hashdeep"):
        return None
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    began = time.perf_counter()
    subprocess.run(["tsk_recover", "-e", str(image), str(place)], check=True, stdout=subprocess.DEVNULL)
    hashdeep(place)
    seconds = time.perf_counter() - began
    shutil.rmtree(place)
    return seconds


def log2timeline(image: Path, place: Path) -> float | None:
    """Seconds of plaso's log2timeline with three hashes, if it is installed."""
    program = shutil.which("log2timeline.py") or shutil.which("log2timeline")
    if not program:
        return None
    place.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    subprocess.run(
        [program, "--unattended", "--status_view", "none", "--hashers", "md5,sha1,sha256", "--parsers", "filestat",
         "--single_process", "--partitions", "all", "--storage_file", str(place / "out.plaso"), str(image)],
        check=True, capture_output=True, cwd=place,
    )  # fmt: skip
    return time.perf_counter() - began
