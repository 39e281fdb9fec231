"""Split raw images, which nothing but their names and sizes tell."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from safelight.evidence.model import EvidenceError, Trouble
from safelight.evidence.osfile import open_regular
from safelight.evidence.raw import FORMAT
from safelight.evidence.spec import PathSpec, layer
from tests.evidence.media import beside, pattern

PART = 8192
MEDIA = pattern(3 * PART + 1000, seed=7)
AT = PathSpec((layer("file"),))


def split(folder: Path, *names: str, part: int = PART) -> Path:
    for number, name in enumerate(names):
        (folder / name).write_bytes(MEDIA[number * part : (number + 1) * part])
    return folder / names[0]


def is_split(path: Path) -> bool:
    with open_regular(path) as stream:
        return FORMAT.recognise(stream, beside(path.parent, path.name))


def opened(path: Path) -> io.RawIOBase:
    assert is_split(path)
    return FORMAT.open_container(open_regular(path), beside(path.parent, path.name)).open(layer("raw"))


@pytest.mark.parametrize(
    "names",
    [
        ("disk.001", "disk.002", "disk.003", "disk.004"),
        ("disk.000", "disk.001", "disk.002", "disk.003"),
        ("disk.dd.aa", "disk.dd.ab", "disk.dd.ac", "disk.dd.ad"),
        ("DISK.AAA", "DISK.AAB", "DISK.AAC", "DISK.AAD"),
        ("été 1.01", "été 1.02", "été 1.03", "été 1.04"),
    ],
)
def test_segments_are_joined(tmp_path: Path, names: tuple[str, ...]) -> None:
    image = opened(split(tmp_path, *names))
    assert image.read() == MEDIA
    image.seek(PART - 3)
    assert image.read(6) == MEDIA[PART - 3 : PART + 3]
    assert not is_split(tmp_path / names[1])


def test_a_hole_is_named_and_the_rest_reads(tmp_path: Path) -> None:
    path = split(tmp_path, "disk.001", "disk.002", "disk.003", "disk.004")
    (tmp_path / "disk.002").unlink()
    container = FORMAT.open_container(open_regular(path), beside(tmp_path, path.name))
    assert [found for found in container.walk(AT) if isinstance(found, Trouble)] == [
        Trouble(AT, "corrupt", "segment 2 (disk.002) is missing")
    ]
    image = container.open(layer("raw"))
    assert image.read(PART) == MEDIA[:PART]
    with pytest.raises(EvidenceError, match="corrupt: byte 8192 lies in missing segment 2"):
        image.read(1)
    image.seek(2 * PART)
    assert image.read() == MEDIA[2 * PART :]


def test_files_that_only_look_alike_are_no_image(tmp_path: Path) -> None:
    assert not is_split(split(tmp_path, "alone.001"))
    assert not is_split(split(tmp_path, "odd.001", "odd.002", part=1000))
    assert not is_split(split(tmp_path, "name.txt", "name.002"))
    (tmp_path / "a.7z.001").write_bytes(b"7z\xbc\xaf\x27\x1c" + bytes(506))
    (tmp_path / "a.7z.002").write_bytes(bytes(512))
    assert not is_split(tmp_path / "a.7z.001")
    (tmp_path / "log.001").write_bytes(bytes(1024))
    (tmp_path / "log.002").write_bytes(bytes(2048))
    assert not is_split(tmp_path / "log.001")


def test_a_segment_that_shrinks_meanwhile(tmp_path: Path) -> None:
    image = opened(split(tmp_path, "disk.001", "disk.002", "disk.003", "disk.004"))
    (tmp_path / "disk.002").write_bytes(b"")
    image.seek(PART)
    with pytest.raises(EvidenceError, match="changed"):
        image.read(10)
