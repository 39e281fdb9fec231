"""Encrypted volumes: recognised, refused without a key, opened with one."""

from __future__ import annotations

from pathlib import Path

import pytest

from safelight.evidence.encrypted import FORMAT, scheme_of
from safelight.evidence.model import Entry, EvidenceError, OpenContext, Trouble, Volume
from safelight.evidence.reader import Reader
from safelight.evidence.spec import PathSpec, layer
from tests.evidence.filesystem_images import AT, CHESS, found_in, image
from tests.evidence.memory_stream import MemoryStream

DECRYPTED = AT.child(layer("encrypted", scheme="luks1"))


def stored(name: str, folder: Path) -> Path:
    path = folder / f"{name}.img"
    path.write_bytes(image(name))
    return path


def test_luks1_opens_with_its_password(tmp_path: Path) -> None:
    with Reader(stored("luks1", tmp_path), credentials=("feil", "sjakkmatt")) as reader:
        found = list(reader.walk())
        volume = found[0]
        assert isinstance(volume, Volume)
        assert (volume.spec, volume.size, volume.label, volume.file_system) == (
            DECRYPTED,
            61440,
            "Hemmelig",
            "ext2",
        )
        entries = [entry for entry in found if isinstance(entry, Entry)]
        assert [entry.spec.last.path for entry in entries] == [b"/lost+found", b"/chess.pgn"]
        assert reader.open(entries[1].spec).read() == CHESS


@pytest.mark.parametrize(
    ("name", "credentials", "detail"),
    [
        ("luks1", (), "luks1: no credential was given"),
        ("luks1", ("feil", ""), "luks1: none of the credentials opens it"),
        ("luks2", ("sjakkmatt",), "luks2: recognised; it cannot be opened with credentials yet"),
    ],
)
def test_closed_volumes_end_as_encrypted(
    name: str, credentials: tuple[str, ...], detail: str, tmp_path: Path
) -> None:
    with Reader(stored(name, tmp_path), credentials=credentials) as reader:
        troubles = [trouble for trouble in reader.walk() if isinstance(trouble, Trouble)]
    assert troubles == [Trouble(AT, "encrypted", detail)]


def boot_sector(*marks: tuple[int, bytes]) -> bytes:
    sector = bytearray(8192)
    sector[510:512] = b"\x55\xaa"
    for at, mark in marks:
        sector[at : at + len(mark)] = mark
    return bytes(sector)


GUID = bytes.fromhex("3bd66749292ed84a8399f6a339e3d001")


@pytest.mark.parametrize(
    ("sector", "scheme"),
    [
        (boot_sector((3, b"-FVE-FS-")), "bitlocker"),
        (boot_sector((3, b"MSWIN4.1"), (424, GUID)), "bitlocker"),
        (boot_sector((3, b"-FVE-FS-"), (160, GUID)), "bitlocker"),
        (boot_sector((8, b"\x01\x00\x10\x00"), (88, b"CS\x01\x00\x00\x00")), "corestorage"),
    ],
)
@pytest.mark.parametrize("credentials", [(), ("hemmelig",)])
def test_schemes_told_by_their_first_sector(sector: bytes, scheme: str, credentials: tuple[str, ...]) -> None:
    stream = MemoryStream(sector)
    assert FORMAT.recognise(stream, OpenContext())
    with pytest.raises(EvidenceError, match=f"encrypted: {scheme}"):
        FORMAT.open_container(stream, OpenContext(credentials=credentials))


@pytest.mark.parametrize("name", ["ntfs", "fat32", "exfat", "ext4", "iso9660", "dfvfs_hfsplus", "dfvfs_apfs"])
def test_plain_file_systems_are_not_taken_for_encrypted(name: str) -> None:
    assert scheme_of(MemoryStream(image(name))) is None


@pytest.mark.parametrize("size", [0, 100, 592, 4096, 100_000])
def test_luks1_that_ends_early(size: int) -> None:
    stream = MemoryStream(image("luks1")[:size])
    if size < 8:
        assert not FORMAT.recognise(stream, OpenContext())
        return
    with pytest.raises(EvidenceError) as caught:
        found_in(FORMAT, stream, OpenContext(credentials=("sjakkmatt",)))
    assert caught.value.cause == "encrypted"


def test_walk_gives_one_volume() -> None:
    found = found_in(FORMAT, MemoryStream(image("luks1")), OpenContext(credentials=("sjakkmatt",)))
    assert [item.spec for item in found] == [DECRYPTED, AT]
    assert PathSpec((layer("file"), layer("encrypted", scheme="luks1"))) == DECRYPTED
