"""Zip archives as other programs write them, as nobody should write them, and as attackers do."""

from __future__ import annotations

import io
import random
import struct
import tarfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.evidence.archive_zip import FORMAT
from safelight.evidence.model import Container, Entry, EvidenceError, Limits, OpenContext, Tally, Trouble
from safelight.evidence.spec import from_bytes
from safelight.traces.moment import Moment
from tests.evidence.memory_stream import AT, MemoryStream, content, opened, written

ARCHIVES = Path(__file__).parent / "archives"
WEATHER = (ARCHIVES / "weather.csv").read_bytes()
GAME = (ARCHIVES / "game.pgn").read_bytes()
PASSWORD = "sjakk2016"


def archive(name: str, *credentials: str) -> Container:
    return opened(FORMAT, (ARCHIVES / name).read_bytes(), credentials=credentials)


def entries(container: Container) -> list[Entry]:
    return [found for found in container.walk(AT) if isinstance(found, Entry)]


@dataclass
class Raw:
    """One member exactly as the test wants it in the archive."""

    name: bytes
    data: bytes
    method: int = 8
    flags: int = 0
    extra: bytes = b""
    time: int = 0
    date: int = 0
    attributes: int = 0
    system: int = 0
    size: int | None = None
    crc: int | None = None
    header: int | None = None


def raw_zip(*members: Raw, front: bytes = b"") -> bytes:
    """A zip archive written by hand; an independent writer would refuse most of what the tests need."""
    out, directory = bytearray(front), bytearray()
    for member in members:
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = packer.compress(member.data) + packer.flush() if member.method == 8 else member.data
        crc = zlib.crc32(member.data) if member.crc is None else member.crc
        size = len(member.data) if member.size is None else member.size
        fields = (
            member.flags,
            member.method,
            member.time,
            member.date,
            crc,
            len(packed),
            size,
            len(member.name),
        )
        place = len(out) - len(front) if member.header is None else member.header
        out += struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, *fields, 0) + member.name + packed
        directory += struct.pack(
            "<4sBBHHHHHIIIHHHHHII", b"PK\1\2", 20, member.system, 20, *fields, len(member.extra), 0, 0, 0,
            member.attributes, place,
        ) + member.name + member.extra  # fmt: skip
    end = struct.pack(
        "<4sHHHHIIH", b"PK\5\6", 0, 0, len(members), len(members), len(directory), len(out) - len(front), 0
    )
    return bytes(out + directory + end)


def test_what_infozip_wrote() -> None:
    container = archive("infozip.zip")
    jam = "blåbærsyltetøy.txt".encode()
    assert list(written(container)) == [
        (b"game.pgn", "file", GAME),
        (b"link", "link", b"game.pgn"),
        (b"folder/", "folder", b""),
        (b"folder/zero", "file", b""),
        (b"folder/empty/", "folder", b""),
        (jam, "file", "Blåbær, sukker, vann.\n".encode()),
        (b"", "tally", "6"),
    ]
    at = 1_452_589_801_000_000  # 2016-01-12 09:10:01 UTC, from the Unix extra field
    assert entries(container)[0].times == {"modified": Moment(at, at, "1452589801", "stated")}
    assert [entry.spec.last.get("index") for entry in entries(container)] == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("method", "expected"),
    [("Copy", WEATHER), ("Deflate", WEATHER), ("Deflate64", WEATHER), ("BZip2", WEATHER), ("LZMA", WEATHER),
     ("PPMd", "unsupported")],
)  # fmt: skip
def test_every_method_of_7zip(method: str, expected: bytes | str) -> None:
    assert list(written(archive(f"method_{method}.zip"))) == [
        (b"weather.csv", "file", expected),
        (b"", "tally", "1"),
    ]


@pytest.mark.parametrize("name", ["pkware.zip", "pkware_streamed.zip", "aes128.zip", "aes256.zip"])
def test_encrypted_members_need_the_password(name: str) -> None:
    plain = {"game.pgn": GAME, "weather.csv": WEATHER, "-": WEATHER}
    for credentials, fits in (((), False), (("wrong", "", "blåbær"), False), (("wrong", PASSWORD), True)):
        container = archive(name, *credentials)
        for entry in entries(container):
            expected = plain[entry.spec.last.path.decode()]
            assert entry.size == len(expected)
            assert content(container, entry) == (expected if fits else "encrypted")


def test_no_wrong_password_passes_as_damage() -> None:
    """PKWARE's check value is one byte: one wrong password of 256 passes it and must still end as encrypted."""
    for first in range(0, 600, 4):
        container = archive("pkware.zip", *(f"wrong {number}" for number in range(first, first + 4)))
        assert {content(container, entry) for entry in entries(container)} == {"encrypted"}


def test_damaged_aes_data_is_corrupt_and_not_encrypted() -> None:
    data = bytearray((ARCHIVES / "aes256.zip").read_bytes())
    data[120] ^= 1
    container = opened(FORMAT, bytes(data), credentials=(PASSWORD,))
    assert [content(container, entry) for entry in entries(container)] == ["corrupt", WEATHER]


_NAMES = st.lists(st.binary(min_size=1, max_size=80), min_size=1, max_size=6)


@settings(max_examples=150, deadline=None)
@given(names=_NAMES)
def test_any_name_comes_back_byte_by_byte(names: list[bytes]) -> None:
    container = opened(
        FORMAT, raw_zip(*(Raw(name, name * 3, flags=0x800 * (len(name) % 2)) for name in names))
    )
    found = entries(container)
    assert [entry.spec.last.path for entry in found] == names
    for entry in found:
        assert from_bytes(entry.spec.to_bytes()) == entry.spec
        if entry.kind == "file":
            assert content(container, entry) == entry.spec.last.path * 3


def test_names_that_hurt() -> None:
    names = [
        b"../../etc/passwd", b"/absolute", b"C:\\Users\\Ola\\a.txt", b"nul\0hidden.exe", b"line\nfeed", b"\xff\xfe",
        "blåbær".encode("cp850"), b"n" * 4096, b"Same", b"same", b"same", b"a//b", b".", b"..", b"a%20b",
    ]  # fmt: skip
    container = opened(FORMAT, raw_zip(*(Raw(name, str(i).encode()) for i, name in enumerate(names))))
    assert list(written(container)) == [
        *((name, "file", str(i).encode()) for i, name in enumerate(names)),
        (b"", "tally", str(len(names))),
    ]
    specs = {entry.spec.to_bytes() for entry in entries(container)}
    assert len(specs) == len(names)


def test_times_of_the_extra_fields_win_over_dos() -> None:
    unix = struct.pack("<HHBi", 0x5455, 5, 1, -86_400)
    filetime = 116_444_736_000_000_000
    ntfs = struct.pack("<HHIHHQQQ", 0x000A, 32, 0, 1, 24, filetime + 10, 0, filetime + 30)
    dos = 36 << 9 | 1 << 5 | 12, 9 << 11 | 10 << 5
    container = opened(
        FORMAT,
        raw_zip(
            Raw(b"unix", b"", extra=unix, date=dos[0], time=dos[1]),
            Raw(b"ntfs", b"", extra=unix + ntfs, date=dos[0], time=dos[1]),
            Raw(b"month 15", b"", date=36 << 9 | 15 << 5 | 12),
            Raw(b"none", b""),
            Raw(b"cut short", b"", extra=ntfs[:20], date=dos[0], time=dos[1]),
        ),
    )
    wall = Moment(None, 1_452_589_800_000_000, "2016-01-12 09:10:00", "unknown")
    assert [entry.times for entry in entries(container)] == [
        {"modified": Moment(-86_400_000_000, -86_400_000_000, "-86400", "stated")},
        {
            "modified": Moment(1, 1, str(filetime + 10), "stated"),
            "created": Moment(3, 3, str(filetime + 30), "stated"),
        },
        {"modified": Moment(None, None, "2016-15-12 00:00:00", "unknown")},
        {},
        {"modified": wall},
    ]


def test_special_unix_members_are_no_files() -> None:
    fifo = Raw(b"fifo", b"", system=3, attributes=0o010644 << 16)
    link = Raw(b"loop", b"loop", system=3, attributes=0o120777 << 16)
    dos_folder = Raw(b"dir", b"", attributes=0x10)
    assert list(written(opened(FORMAT, raw_zip(fifo, link, dos_folder)))) == [
        (b"fifo", "special", b""),
        (b"loop", "link", b"loop"),
        (b"dir", "folder", b""),
        (b"", "tally", "3"),
    ]


def test_zip64_of_the_standard_library() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as writer:
        for number in range(3):
            with writer.open(f"{number}", "w", force_zip64=True) as member:
                member.write(WEATHER)
    # The directory's own 64-bit fields: sizes and position of the second member moved into the extra field.
    data = out.getvalue()
    assert [told for _, kind, told in written(opened(FORMAT, data)) if kind == "file"] == [WEATHER] * 3
    wide = struct.pack("<HHQQQ", 1, 24, len(GAME), len(GAME), 0)
    forged = bytearray(raw_zip(Raw(b"wide", GAME, method=0, extra=wide)))
    record = forged.index(b"PK\1\2")
    for offset in (20, 24, 42):
        forged[record + offset : record + offset + 4] = b"\xff" * 4
    assert list(written(opened(FORMAT, bytes(forged)))) == [(b"wide", "file", GAME), (b"", "tally", "1")]


def test_more_members_than_sixteen_bits_count() -> None:
    data = raw_zip(*(Raw(b"%d" % number, b"", method=0) for number in range(100)))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as writer:
        for number in range(65_600):
            writer.writestr(zipfile.ZipInfo(f"{number}"), b"")
    container = opened(FORMAT, out.getvalue())
    found = list(container.walk(AT))
    assert [entry.spec.last.path for entry in found[:-1]] == [b"%d" % number for number in range(65_600)]
    assert found[-1] == Tally(AT, 65_600)
    assert len(entries(opened(FORMAT, data))) == 100


@pytest.mark.parametrize("front", [b"MZ" + bytes(500), b"\x7fELF" + bytes(9), b"#!/bin/sh\nexit\n"])
def test_an_archive_behind_a_program(front: bytes) -> None:
    assert list(written(opened(FORMAT, raw_zip(Raw(b"a", GAME), Raw(b"b", WEATHER), front=front)))) == [
        (b"a", "file", GAME),
        (b"b", "file", WEATHER),
        (b"", "tally", "2"),
    ]
    assert not FORMAT.recognise(MemoryStream(front * 20), OpenContext())


def test_a_part_of_a_split_archive_is_said_to_be_one() -> None:
    whole = bytearray(raw_zip(Raw(b"a", GAME), Raw(b"b", GAME)))
    end = whole.index(b"PK\5\6")
    whole[end + 4 : end + 8] = struct.pack("<HH", 2, 2)
    assert [told for _, kind, told in written(opened(FORMAT, bytes(whole))) if kind == "file"] == [GAME, GAME]
    last = whole[whole.index(b"PK\3\4", 4) :]
    with pytest.raises(EvidenceError) as raised:
        opened(FORMAT, bytes(last))
    assert (raised.value.cause, raised.value.detail) == (
        "unsupported",
        "the last of 3 parts of a split zip archive",
    )


def test_an_empty_archive() -> None:
    assert list(written(opened(FORMAT, raw_zip()))) == [(b"", "tally", "0")]


def test_members_are_salvaged_without_a_directory() -> None:
    whole = raw_zip(Raw(b"a", GAME), Raw(b"b", WEATHER), Raw(b"c", GAME, method=0))
    cut = whole[: whole.index(b"PK\1\2") - 10]
    assert list(written(opened(FORMAT, cut))) == [
        (AT.last.path, "trouble", "corrupt"),
        (b"a", "file", GAME),
        (b"b", "file", WEATHER),
        (b"c", "file", "corrupt"),
        (b"", "tally", "3"),
    ]


def test_a_streamed_member_is_salvaged_up_to_where_its_data_ends() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise io.UnsupportedOperation

        def seek(self, *_: int) -> int:
            raise io.UnsupportedOperation

    out = Pipe()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as writer:
        writer.writestr("weather.csv", WEATHER)
        writer.writestr("stored", GAME, zipfile.ZIP_STORED)
    whole = out.getvalue()
    container = opened(FORMAT, whole[: whole.index(b"PK\1\2")])
    assert [entry.size for entry in entries(container)] == [None, None]
    assert [told for _, kind, told in written(container) if kind == "file"] == [WEATHER, "corrupt"]


def test_a_directory_cut_in_the_middle_lists_what_is_left() -> None:
    data = bytearray(raw_zip(Raw(b"a", GAME), Raw(b"b", WEATHER), Raw(b"c", GAME)))
    second = data.index(b"PK\1\2", data.index(b"PK\1\2") + 1)
    data[second : second + 4] = b"XXXX"
    assert list(written(opened(FORMAT, bytes(data)))) == [
        (b"a", "file", GAME),
        (AT.last.path, "trouble", "corrupt"),
        (b"", "tally", "1"),
    ]


def test_damage_costs_one_member() -> None:
    good = Raw(b"good", GAME)
    cases = {
        "checksum": Raw(b"x", WEATHER, crc=1),
        "larger": Raw(b"x", WEATHER, size=len(WEATHER) - 1),
        "smaller": Raw(b"x", WEATHER, size=len(WEATHER) + 1),
        "stored checksum": Raw(b"x", WEATHER, method=0, crc=1),
        "no header there": Raw(b"x", WEATHER, header=raw_zip(good).index(b"PK\1\2") + 3),
        "beyond the end": Raw(b"x", WEATHER, header=0x7FFFFFFF),
        "not deflate": Raw(b"x", b"\xff" * 50, method=12),
    }
    for what, bad in cases.items():
        container = opened(FORMAT, raw_zip(good, bad))
        assert [told for _, kind, told in written(container) if kind == "file"] == [GAME, "corrupt"], what


def test_what_lies_before_the_damage_can_be_read() -> None:
    data = bytearray(raw_zip(Raw(b"x", bytes(random.Random(1).randbytes(2_000_000)))))
    data[1_500_000] ^= 0xFF
    container = opened(FORMAT, bytes(data))
    stream = container.open(entries(container)[0].spec.last)
    assert stream.read(1000) == random.Random(1).randbytes(1000)
    with pytest.raises(EvidenceError):
        stream.readall()
    with pytest.raises(EvidenceError):
        stream.read(1)  # the failure stays, and is no end of the data
    stream.seek(0)
    assert stream.read(1000) == random.Random(1).randbytes(1000)


@pytest.mark.parametrize("size", [3_000, 18_000_000], ids=["in memory", "spooled"])
def test_streams_can_be_read_in_any_order(size: int) -> None:
    plain = random.Random(2).randbytes(size)
    container = opened(FORMAT, raw_zip(Raw(b"packed", plain), Raw(b"stored", plain, method=0)))
    for entry in entries(container):
        stream = container.open(entry.spec.last)
        assert stream.seek(0, io.SEEK_END) == size
        draw = random.Random(3)
        for _ in range(60):
            place, length = draw.randrange(size + 10), draw.randrange(5000)
            stream.seek(place)
            got = bytearray()
            while len(got) < length and (more := stream.read(length - len(got))):
                got += more
            assert bytes(got) == plain[place : place + length]


def test_overlapping_members_are_a_bomb() -> None:
    """The full-overlap construction: many directory records name one member (D. Fifield, WOOT 2019)."""
    one = raw_zip(Raw(b"a", bytes(100_000)))
    start = one.index(b"PK\1\2")
    record = one[start : one.index(b"PK\5\6")]
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 4, 4, 4 * len(record), start, 0)
    container = opened(FORMAT, one[:start] + record * 4 + end)
    assert list(written(container)) == [
        (b"a", "file", bytes(100_000)),
        (b"a", "file", "limit"),
        (b"a", "file", "limit"),
        (b"a", "file", "limit"),
        (b"", "tally", "4"),
    ]


def test_quoted_overlap_is_a_bomb() -> None:
    """Each member's data runs through the next one's header, as stored block."""
    kernel = raw_zip(Raw(b"k", GAME, method=0))
    inner = kernel[: kernel.index(b"PK\1\2")]
    data = raw_zip(Raw(b"outer", inner, method=0), Raw(b"k", GAME, method=0, header=35))
    assert [told for _, kind, told in written(opened(FORMAT, data)) if kind == "file"] == ["limit", GAME]


def test_limits_end_a_member_or_the_list_and_nothing_else() -> None:
    zeros = Raw(b"zeros", bytes(3_000_000))
    small = Limits(ratio_from_bytes=1_000_000, max_ratio=100)
    data = raw_zip(zeros, Raw(b"game", GAME))
    assert [told for _, kind, told in written(opened(FORMAT, data, limits=small)) if kind == "file"] == [
        "limit",
        GAME,
    ]
    small = Limits(max_member_bytes=2_999_999)
    assert [told for _, kind, told in written(opened(FORMAT, data, limits=small)) if kind == "file"] == [
        "limit",
        GAME,
    ]
    for limits in (Limits(max_total_bytes=3_000_010), Limits(max_members=1)):
        container = opened(FORMAT, data, limits=limits)
        assert list(written(container)) == [
            (b"zeros", "file", bytes(3_000_000)),
            (AT.last.path, "trouble", "limit"),
            (b"", "tally", "1"),
        ]


def test_a_size_that_lies_ends_the_member_early() -> None:
    """A member that states 10 bytes and unpacks to 50 MB: no more than one step is unpacked."""
    container = opened(FORMAT, raw_zip(Raw(b"liar", bytes(50_000_000), size=10)))
    (entry,) = entries(container)
    assert content(container, entry) == "corrupt"


def test_opening_one_of_many_reads_only_its_own_bytes() -> None:
    stream = MemoryStream(raw_zip(*(Raw(b"%d" % number, GAME) for number in range(5000))))
    container = FORMAT.open_container(stream, OpenContext())
    found = entries(container)
    stream.bytes_read = 0
    assert container.open(found[4000].spec.last).readall() == GAME
    assert stream.bytes_read < 4096


def test_another_archive_in_its_place_is_noticed() -> None:
    first = entries(opened(FORMAT, raw_zip(Raw(b"a", GAME))))[0].spec.last
    second = opened(FORMAT, raw_zip(Raw(b"b", GAME)))
    with pytest.raises(EvidenceError) as raised:
        second.open(first)
    assert raised.value.cause == "changed"
    with pytest.raises(EvidenceError) as raised:
        opened(FORMAT, raw_zip()).open(first)
    assert raised.value.cause == "vanished"


_SAMPLES = [
    (ARCHIVES / name).read_bytes()
    for name in ("infozip.zip", "aes128.zip", "pkware.zip", "method_LZMA.zip", "method_Deflate64.zip")
]


@settings(max_examples=300, deadline=5000)
@given(sample=st.sampled_from(_SAMPLES), flips=st.lists(st.tuples(st.floats(0, 1), st.integers(1, 255)), max_size=8),
       cut=st.floats(0, 1))  # fmt: skip
def test_damaged_bytes_never_raise_anything_else(
    sample: bytes, flips: list[tuple[float, int]], cut: float
) -> None:
    data = bytearray(sample)
    for place, mask in flips:
        data[min(len(data) - 1, int(place * len(data)))] ^= mask
    stream = MemoryStream(bytes(data[: int(len(data) * cut)] if cut < 0.5 else data))
    try:
        container = FORMAT.open_container(stream, OpenContext(credentials=(PASSWORD,)))
    except EvidenceError:
        return
    found = list(container.walk(AT))
    assert isinstance(found[-1], Tally)
    for one in found:
        assert isinstance(one, (Entry, Trouble, Tally))
        if isinstance(one, Entry) and one.kind == "file":
            content(container, one)


def test_real_archives_of_dfvfs(realdata: Path) -> None:
    with tarfile.open(realdata / "dfvfs" / "dfvfs_test_data.tar.gz") as source:

        def data(name: str) -> bytes:
            member = source.extractfile(f"./test_data/{name}")
            assert member is not None
            return member.read()

        syslog = data("syslog")
        assert len(syslog) == 1247
        expected = {
            "syslog.zip": [b"syslog", b"wtmp.1"],
            "without_directory.zip": [b"folder/syslog", b"folder/wtmp.1"],
            "with_directory.zip": [b"folder/", b"folder/wtmp.1", b"folder/syslog"],
            "absolute_paths.zip": [b"/folder/syslog", b"/folder/wtmp.1"],
            "mixed_paths.zip": [b"/folder/syslog", b"folder/wtmp.1"],
        }
        for name, paths in expected.items():
            container = opened(FORMAT, data(f"zip/{name}"))
            found = entries(container)
            assert [entry.spec.last.path for entry in found] == paths
            for entry in found:
                if entry.spec.last.path.endswith(b"syslog"):
                    assert content(container, entry) == syslog
                elif entry.spec.last.path.endswith(b"wtmp.1"):
                    assert entry.size == 1537


def test_the_bomb_of_tika_ends_by_itself(realdata: Path) -> None:
    with tarfile.open(realdata / "malformed" / "tika.tar.gz") as source:
        member = source.extractfile("tika/testZIP_corrupted_oom.zip")
        assert member is not None
        container = opened(FORMAT, member.read())
    found = list(written(container))
    assert found[-1][1] == "tally"
    assert [told for _, kind, told in found if kind == "file"]
