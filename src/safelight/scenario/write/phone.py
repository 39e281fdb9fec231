"""A phone extraction as one archive (zip, tar): the apps' files where they lie, and what the camera took.

Names, order, times and modes are fixed: a zip's own times are wall clock to two seconds, a tar's are UTC seconds.
"""

from __future__ import annotations

import hashlib
import tarfile
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from safelight.scenario.patterns import jpeg
from safelight.scenario.world import Container, Device

_CAMERA_ROLL = {"android": "data/media/0/DCIM/Camera", "iphone": "private/var/mobile/Media/DCIM/100APPLE"}
_PICTURES = 6
_BLOCK = 1 << 20


def pack(container: Container, staged: Path, target: Path) -> None:
    """Put everything below `staged` into `target`, and beside it the pictures of the device's camera."""
    if container.device is not None and container.device.kind in _CAMERA_ROLL:
        _camera(container.device, staged, _day(container.seized_us // 1_000_000)[0] - 2)
    if container.packer == "tar":
        _tar(staged, target, container.seized_us // 1_000_000)
    else:
        _zip(staged, target, container.seized_us // 1_000_000)


def _camera(device: Device, staged: Path, year: int) -> None:
    """A few pictures with camera data: which ones, and when and where they were taken, follows from the serial."""
    folder = staged / _CAMERA_ROLL[device.kind]
    folder.mkdir(parents=True, exist_ok=True)
    make = device.model.split()[0] if device.kind == "android" else "Apple"
    for number in range(_PICTURES):
        roll = hashlib.sha256(f"{device.serial} {number}".encode()).digest()
        day = f"{year + roll[0] % 2}:{1 + roll[1] % 12:02d}:{1 + roll[2] % 28:02d}"
        taken = f"{day} {8 + roll[3] % 12:02d}:{roll[4] % 60:02d}:00"
        south = device.zone == "Asia/Manila"
        place = (
            (10.3 + roll[5] / 2000, 123.9 + roll[6] / 2000)
            if south
            else (60.3 + roll[5] / 2000, 5.3 + roll[6] / 2000)
        )
        data = jpeg(
            int.from_bytes(roll[8:12], "big"),
            camera=(make, device.model, device.serial),
            taken=taken,
            place=place if number % 2 == 0 else None,
            width=640,
        )  # fmt: skip
        (folder / f"IMG_{number + 1:04d}.JPG").write_bytes(data)


def below(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every file below a folder, by name in the order of its bytes."""
    found = [(path.relative_to(folder).as_posix(), path) for path in folder.rglob("*") if path.is_file()]
    return iter(sorted(found, key=lambda one: one[0].encode()))


def _day(seconds: int) -> tuple[int, int, int]:
    day = datetime.fromtimestamp(seconds, UTC)
    return day.year, day.month, day.day


def _zip(staged: Path, target: Path, seconds: int) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, path in below(staged):
            entry = zipfile.ZipInfo(name, (*_day(seconds), 12, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o100600 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.file_size = path.stat().st_size
            with path.open("rb") as file, archive.open(entry, "w") as out:
                while block := file.read(_BLOCK):
                    out.write(block)


def _tar(staged: Path, target: Path, seconds: int) -> None:
    with tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as archive:
        for name, path in below(staged):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.mode = path.stat().st_size, seconds, 0o600
            with path.open("rb") as file:
                archive.addfile(entry, file)
