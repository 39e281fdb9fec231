"""Volumes with one large folder, made by the file systems' own tools (which must be there)."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

from tests.conftest import missing


def run_tool(name: str, *arguments: str, commands: str = "") -> subprocess.CompletedProcess[bytes]:
    """Run one of the tools, which must be there."""
    found = shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")
    if found is None:
        missing(name)
    return subprocess.run([str(found), *arguments], input=commands.encode(), capture_output=True)


def name_of(number: int) -> str:
    return f"parti{number:07d}.pgn"


def ext_with_folder(path: Path, names: int) -> None:
    """ext4 with the folder /parti: `names` links to /trekk.pgn, whose inode is 12. The folder is written as a file
    that then is declared a folder: the kernel would take minutes for a million names."""
    block = 4096
    blocks = []
    for start in range(0, names, 100):
        data = b""
        for number in range(start, min(names, start + 100)):
            name = name_of(number).encode()
            data += struct.pack("<IHBB", 12, 28, len(name), 1) + name.ljust(20, b"\0")
        last = len(data) - 28
        data = data[: last + 4] + struct.pack("<H", block - last) + data[last + 6 :]
        blocks.append(data.ljust(block, b"\0"))
    folder = path.with_suffix(".folder")
    folder.write_bytes(b"".join(blocks))
    game = path.with_suffix(".pgn")
    game.write_bytes(b"1. e4 e5\n")
    with path.open("wb") as file:
        file.truncate(len(blocks) * block + (16 << 20))
    run_tool("mke2fs", "-q", "-F", "-t", "ext4", "-b", str(block), str(path)).check_returncode()
    commands = f"write {game} trekk.pgn\nwrite {folder} parti\nsif parti mode 040755\n"
    run_tool("debugfs", "-w", "-f", "-", str(path), commands=commands).check_returncode()
    folder.unlink()


def ntfs_with_folder(path: Path, names: int) -> None:
    """NTFS with `names` empty files in /parti, by ntfs-3g (root and FUSE): 30,000 take 3 s, a million minutes."""
    with path.open("wb") as file:
        file.truncate((names * 1500) + (16 << 20))
    point = path.with_suffix(".mount")
    point.mkdir()
    run_tool("mkntfs", "-q", "-F", str(path)).check_returncode()
    mounted = run_tool("ntfs-3g", str(path), str(point))
    if mounted.returncode:
        missing(f"a mount of NTFS ({mounted.stderr.decode().strip()})")
    try:
        (point / "parti").mkdir()
        for number in range(names):
            (point / "parti" / name_of(number)).touch()
    finally:
        run_tool("umount", str(point)).check_returncode()
