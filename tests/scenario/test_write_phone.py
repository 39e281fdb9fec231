"""A phone packed into a zip and a tar, read back with the standard library."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

from PIL import Image

from safelight.scenario.world import Container
from safelight.scenario.write import phone
from tests.scenario.hand import ANDROID, IPHONE, digests

FILES = {
    "data/data/com.whatsapp/databases/msgstore.db": b"database",
    "data/data/com.whatsapp/databases/msgstore.db-wal": b"log",
    "data/media/0/Ærlig talt.txt": b"vaer",
}


def packed(folder: Path, packer: str) -> Path:
    staged = folder / "staged"
    for name, data in FILES.items():
        (staged / name).parent.mkdir(parents=True, exist_ok=True)
        (staged / name).write_bytes(data)
    target = folder / "out" / f"phone.{packer}"
    target.parent.mkdir()
    device = ANDROID if packer == "zip" else IPHONE
    phone.pack(Container("A1", f"A1/phone.{packer}", packer, (), device), staged, target)
    return target


def test_zip(tmp_path: Path) -> None:
    with zipfile.ZipFile(packed(tmp_path, "zip")) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names == sorted(names, key=str.encode)
        assert {name: archive.read(name) for name in FILES} == FILES
        assert {entry.date_time for entry in archive.infolist()} == {(2018, 6, 18, 12, 0, 0)}
        camera = [name for name in names if "DCIM" in name]
        with Image.open(io.BytesIO(archive.read(camera[0]))) as picture:
            exif = picture.getexif()
    assert camera == [f"data/media/0/DCIM/Camera/IMG_{number:04d}.JPG" for number in range(1, 7)]
    assert exif[0x0110] == "SM-G900F"
    assert exif.get_ifd(0x8769)[0xA431] == "353918050000001"


def test_tar(tmp_path: Path) -> None:
    with tarfile.open(packed(tmp_path, "tar")) as archive:
        members = {member.name: member for member in archive.getmembers()}
        for name, data in FILES.items():
            held = archive.extractfile(members[name])
            assert held is not None
            assert held.read() == data
    assert {member.mtime for member in members.values()} == {1_529_280_000}
    assert "private/var/mobile/Media/DCIM/100APPLE/IMG_0001.JPG" in members


def test_same_files_same_bytes(tmp_path: Path) -> None:
    for packer in ("zip", "tar"):
        one, two = packed(tmp_path / f"1{packer}", packer), packed(tmp_path / f"2{packer}", packer)
        assert digests(one.parent) == digests(two.parent)
