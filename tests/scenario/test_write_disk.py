"""Disks in E01, read back with The Sleuth Kit and checked by the field's own tools; nothing of Safelight's readers."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest
import pytsk3

from safelight.scenario.world import Container
from safelight.scenario.write import disk, ext4, fat
from safelight.scenario.write.phone import below
from tests.conftest import missing
from tests.scenario.hand import PC, digests

SECONDS = 1_529_280_000


def staged(folder: Path) -> dict[str, bytes]:
    """A home with odd names, many files in one directory, empty and longer ones."""
    files = {
        f"Users/åse/Bilder/bilde nr {number}.jpg": bytes([number % 251]) * (number * 97)
        for number in range(150)
    }
    files |= {
        "Users/åse/AppData/Roaming/Skype/ase.berg/main.db": hashlib.shake_256(b"skype").digest(3_000_000),
        "home/ase/.weechat/logs/irc.freenode.#sjakk.weechatlog": b"e4 e5\n",
        "A.TXT": b"",
    }
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return files


def held(image: Path, offset: int = 0) -> dict[str, bytes]:
    """Every file of a file system as The Sleuth Kit reads it."""
    system = pytsk3.FS_Info(pytsk3.Img_Info(str(image)), offset=offset)
    out: dict[str, bytes] = {}

    def walk(directory: pytsk3.Directory, path: str) -> None:
        for entry in directory:
            name = entry.info.name.name.decode()
            if name in (".", "..", "lost+found") or name.startswith(("$", "KORT")) or entry.info.meta is None:
                continue
            if entry.info.meta.type == pytsk3.TSK_FS_META_TYPE_DIR:
                walk(entry.as_directory(), f"{path}{name}/")
            elif entry.info.meta.type == pytsk3.TSK_FS_META_TYPE_REG:
                size = entry.info.meta.size
                out[path + name] = entry.read_random(0, size) if size else b""
                assert entry.info.meta.mtime == SECONDS

    walk(system.open_dir("/"), "")
    return out


def test_ext4(tmp_path: Path) -> None:
    if shutil.which("e2fsck") is None:
        missing("e2fsck (Debian: e2fsprogs)")
    files = staged(tmp_path / "staged")
    image = tmp_path / "image"
    image.write_bytes(
        ext4.image(list(below(tmp_path / "staged")), seconds=SECONDS, uuid=bytes(range(16)), label="disk")
    )
    done = subprocess.run(["e2fsck", "-fn", str(image)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert held(image) == files


def test_ext4_over_several_groups(tmp_path: Path) -> None:
    if shutil.which("e2fsck") is None:
        missing("e2fsck (Debian: e2fsprogs)")
    (tmp_path / "long").write_bytes(hashlib.shake_256(b"long").digest(1 << 20) * 150)
    image = tmp_path / "image"
    image.write_bytes(
        ext4.image([("long", tmp_path / "long")], seconds=SECONDS, uuid=bytes(16), label="disk")
    )
    done = subprocess.run(["e2fsck", "-fn", str(image)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert held(image) == {"long": (tmp_path / "long").read_bytes()}


def test_a_file_that_needs_more_than_four_extents_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(600 << 20)
    with pytest.raises(ValueError, match="5 extents"):
        ext4.image([("huge", tmp_path / "huge")], seconds=SECONDS, uuid=bytes(16), label="disk")


def test_fat(tmp_path: Path) -> None:
    files = staged(tmp_path / "staged")
    image = tmp_path / "image"
    image.write_bytes(fat.image(list(below(tmp_path / "staged")), seconds=SECONDS, serial=7, label="KORT"))
    assert held(image) == files


@pytest.mark.parametrize("packer", ["e01-ext4", "e01-fat"])
def test_e01(tmp_path: Path, packer: str) -> None:
    if shutil.which("ewfverify") is None:
        missing("ewfverify (Debian: ewf-tools)")
    staged(tmp_path / "staged")
    container = Container("A1", "A1/disk.E01", packer, (), PC)
    for number in ("one", "two"):
        (tmp_path / number).mkdir()
        disk.pack(container, tmp_path / "staged", tmp_path / number / "disk.E01")
    assert digests(tmp_path / "one") == digests(tmp_path / "two")
    image = tmp_path / "one" / "disk.E01"
    done = subprocess.run(["ewfverify", "-q", str(image)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert image.stat().st_size < 6_000_000
