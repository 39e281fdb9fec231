"""Tar archives in every dialect, with everything in them that is no file, and damaged."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.evidence.archive_tar import FORMAT
from safelight.evidence.model import Entry, EvidenceError, Limits, OpenContext, Tally, TimeName, Trouble
from safelight.evidence.spec import from_bytes
from safelight.traces.moment import Moment
from tests.evidence.memory_stream import AT, MemoryStream, content, opened, written

GAME = b"1. e4 e5 2. Nf3 Nc6 3. Bb5 a6\n"
FORMATS = {"ustar": tarfile.USTAR_FORMAT, "gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}


def info(name: bytes, size: int = 0, kind: bytes = tarfile.REGTYPE, **more: object) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name.decode("utf-8", "surrogateescape"))
    made.size, made.type = size, kind
    for key, value in more.items():
        setattr(made, key, value)
    return made


def tar(*members: tuple[tarfile.TarInfo, bytes], dialect: int = tarfile.GNU_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=dialect, errors="surrogateescape") as writer:
        for member, data in members:
            writer.addfile(member, io.BytesIO(data))
    return out.getvalue()


def entries(data: bytes) -> list[Entry]:
    return [found for found in opened(FORMAT, data).walk(AT) if isinstance(found, Entry)]


@pytest.mark.parametrize("dialect", FORMATS.values(), ids=list(FORMATS))
def test_every_kind_of_member(dialect: int) -> None:
    data = tar(
        (info(b"folder", kind=tarfile.DIRTYPE), b""),
        (info(b"folder/game.pgn", len(GAME)), GAME),
        (info(b"folder/link", kind=tarfile.SYMTYPE, linkname="game.pgn"), b""),
        (info(b"hard", kind=tarfile.LNKTYPE, linkname="folder/game.pgn"), b""),
        (info(b"fifo", kind=tarfile.FIFOTYPE), b""),
        (info(b"disk", kind=tarfile.BLKTYPE, devmajor=8), b""),
        (info(b"tty", kind=tarfile.CHRTYPE, devmajor=5), b""),
        (info(b"zero"), b""),
        dialect=dialect,
    )
    assert list(written(opened(FORMAT, data))) == [
        (b"folder", "folder", b""),
        (b"folder/game.pgn", "file", GAME),
        (b"folder/link", "link", b"game.pgn"),
        (b"hard", "link", b"folder/game.pgn"),
        (b"fifo", "special", b""),
        (b"disk", "special", b""),
        (b"tty", "special", b""),
        (b"zero", "file", b""),
        (b"", "tally", "8"),
    ]
    container = opened(FORMAT, data)
    for entry in entries(data):
        assert from_bytes(entry.spec.to_bytes()) == entry.spec
        if entry.kind != "file":
            assert content(container, entry) == "unreadable"


_NAME = st.binary(min_size=1, max_size=300).filter(
    lambda name: b"\0" not in name and name.rstrip(b"/") == name
)


@settings(max_examples=150, deadline=None)
@given(names=st.lists(_NAME, min_size=1, max_size=5), dialect=st.sampled_from(["gnu", "pax"]))
def test_any_name_comes_back_byte_by_byte(names: list[bytes], dialect: str) -> None:
    if dialect == "pax":
        # The writer refuses bytes that are no UTF-8 in pax records, which are UTF-8 by definition.
        names = [name.decode("utf-8", "ignore").encode() or b"x" for name in names]
    data = tar(*((info(name, len(name)), name[::-1]) for name in names), dialect=FORMATS[dialect])
    container = opened(FORMAT, data)
    found = entries(data)
    assert [entry.spec.last.path for entry in found] == names
    assert [entry.spec.last.get("index") for entry in found] == list(range(len(names)))
    assert [content(container, entry) for entry in found] == [name[::-1] for name in names]


def test_names_that_hurt() -> None:
    names = [
        b"../../etc/passwd",
        b"/absolute",
        b"C:\\a",
        b"line\nfeed",
        b"\xff",
        b"n" * 4096,
        b"Same",
        b"same",
        b"same",
    ]
    data = tar(*((info(name, 1), b"%d" % number) for number, name in enumerate(names)))
    assert list(written(opened(FORMAT, data))) == [
        *((name, "file", b"%d" % number) for number, name in enumerate(names)),
        (b"", "tally", str(len(names))),
    ]
    assert len({entry.spec for entry in entries(data)}) == len(names)


def times(data: bytes) -> list[dict[TimeName, Moment]]:
    return [dict(entry.times) for entry in entries(data)]


def test_times() -> None:
    assert times(tar((info(b"a", mtime=-1), b""), (info(b"b", mtime=1 << 62), b""))) == [
        {"modified": Moment(-1_000_000, -1_000_000, "-1", "stated")},
        {"modified": Moment(None, None, str(1 << 62), "unknown")},
    ]
    pax = {"mtime": "1452589801.1234567", "atime": "-0.5", "ctime": "7", "LIBARCHIVE.creationtime": "9e9"}
    assert times(tar((info(b"a", pax_headers=pax), b""), dialect=tarfile.PAX_FORMAT)) == [
        {
            "modified": Moment(1_452_589_801_123_456, 1_452_589_801_123_456, "1452589801.1234567", "stated"),
            "accessed": Moment(-500_000, -500_000, "-0.5", "stated"),
            "changed": Moment(7_000_000, 7_000_000, "7", "stated"),
        }
    ]


@pytest.mark.parametrize(
    "options",
    [["--format=gnu"], ["--format=pax", "--sparse-version=0.0"], ["--format=pax", "--sparse-version=0.1"],
     ["--format=pax", "--sparse-version=1.0"]],
    ids=["gnu", "0.0", "0.1", "1.0"],
)  # fmt: skip
def test_sparse_members_of_gnu_tar(tmp_path: Path, options: list[str]) -> None:
    expected = bytearray(3_000_000)
    with (tmp_path / "sparse.img").open("wb") as stream:
        stream.truncate(len(expected))
        for place in range(0, 2_900_000, 100_000):
            stream.seek(place)
            stream.write(b"%d" % place)
            expected[place : place + len(b"%d" % place)] = b"%d" % place
    (tmp_path / "after").write_bytes(GAME)
    done = subprocess.run(
        ["tar", *options, "-S", "-cf", "-", "sparse.img", "after"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    assert len(done.stdout) < len(expected) // 2
    container = opened(FORMAT, done.stdout)
    assert list(written(container)) == [
        (b"sparse.img", "file", bytes(expected)),
        (b"after", "file", GAME),
        (b"", "tally", "2"),
    ]
    stream_ = container.open(entries(done.stdout)[0].spec.last)
    stream_.seek(2_799_998)
    assert stream_.read(12) == b"\0\x002800000\0\0\0"


def test_a_sparse_bomb_ends_at_the_limit(tmp_path: Path) -> None:
    with (tmp_path / "huge").open("wb") as stream:
        stream.truncate(1 << 40)
    done = subprocess.run(["tar", "-S", "-cf", "-", "huge"], cwd=tmp_path, capture_output=True, check=True)
    container = opened(FORMAT, done.stdout)
    (entry,) = entries(done.stdout)
    assert entry.size == 1 << 40
    assert content(container, entry) == "limit"


def test_a_v7_archive_without_magic_is_recognised() -> None:
    header = bytearray(tar((info(b"old.txt", len(GAME)), GAME))[:1024])
    header[257:512] = bytes(255)
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header[:512])
    data = bytes(header) + bytes(1024)
    assert list(written(opened(FORMAT, data))) == [(b"old.txt", "file", GAME), (b"", "tally", "1")]


def test_what_is_no_tar() -> None:
    for data in (b"", bytes(10240), GAME * 30, os.urandom(512), b"\0" * 512 + tar((info(b"a"), b""))):
        assert not FORMAT.recognise(MemoryStream(data), OpenContext())


def test_a_damaged_header_costs_its_member() -> None:
    data = bytearray(tar(*((info(b"%d" % number, len(GAME)), GAME) for number in range(4))))
    data[1024 + 3] ^= 0xFF
    assert list(written(opened(FORMAT, bytes(data)))) == [
        (b"0", "file", GAME),
        (AT.last.path, "trouble", "corrupt"),
        (b"2", "file", GAME),
        (b"3", "file", GAME),
        (b"", "tally", "3"),
    ]


def test_damage_without_end_is_given_up() -> None:
    good, bad = tar((info(b"a"), b""))[:512], bytearray(tar((info(b"b"), b""))[:512])
    bad[0] ^= 1
    found = list(written(opened(FORMAT, (good + bytes(bad)) * 1500)))
    assert [what for _, what, _ in found].count("trouble") == 1000
    assert found[-1] == (b"", "tally", "1000")


def test_a_cut_archive_is_said_to_be_cut() -> None:
    data = tar((info(b"a", len(GAME)), GAME), (info(b"b", 5000), bytes(5000)))
    assert list(written(opened(FORMAT, data[:2000]))) == [
        (b"a", "file", GAME),
        (b"b", "file", "corrupt"),
        (AT.last.path, "trouble", "corrupt"),
        (b"", "tally", "2"),
    ]
    whole = list(written(opened(FORMAT, data[:1024])))
    assert whole == [(b"a", "file", GAME), (AT.last.path, "trouble", "corrupt"), (b"", "tally", "1")]


def test_archives_joined_end_to_end_are_both_listed() -> None:
    data = tar((info(b"a", len(GAME)), GAME)) + tar((info(b"b", len(GAME)), GAME))
    assert list(written(opened(FORMAT, data))) == [
        (b"a", "file", GAME),
        (b"b", "file", GAME),
        (b"", "tally", "2"),
    ]


def test_an_extension_of_gigabytes_is_not_read() -> None:
    header = bytearray(tar((info(b"x", kind=b"L"), b""))[:512])
    header[124:136] = b"77777777777\0"
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header[:512])
    stream = MemoryStream(bytes(header) + tar((info(b"b", len(GAME)), GAME)))
    container = FORMAT.open_container(stream, OpenContext())
    assert list(written(container)) == [
        (AT.last.path, "trouble", "corrupt"),
        (b"b", "file", GAME),
        (b"", "tally", "1"),
    ]
    assert stream.bytes_read < 100_000


@pytest.mark.parametrize(
    "pax",
    [b"99 path=x\n", b"8 path=x", b"xx", b"5 a=\n5 b\n", b"9 path=x\n9 size=y\n", b"11 size=-12\n", b"0 =\n"],
)
def test_a_damaged_pax_record_costs_its_member(pax: bytes) -> None:
    data = tar((info(b"header", len(pax), kind=b"x"), pax), (info(b"a", len(GAME)), GAME), (info(b"b"), b""))
    found = list(written(opened(FORMAT, data)))
    assert found[0] == (AT.last.path, "trouble", "corrupt")
    assert (b"b", "file", b"") in found
    assert found[-1][1] == "tally"


def test_limits_end_a_member_or_the_list_and_nothing_else() -> None:
    data = tar((info(b"large", 5000), bytes(5000)), (info(b"a", len(GAME)), GAME))
    told = [
        told
        for _, kind, told in written(opened(FORMAT, data, limits=Limits(max_member_bytes=4999)))
        if kind == "file"
    ]
    assert told == ["limit", GAME]
    for limits in (Limits(max_members=1), Limits(max_total_bytes=5001)):
        assert list(written(opened(FORMAT, data, limits=limits))) == [
            (b"large", "file", bytes(5000)),
            (AT.last.path, "trouble", "limit"),
            (b"", "tally", "1"),
        ]


def test_opening_one_of_many_reads_only_its_own_bytes() -> None:
    data = tar(*((info(b"%d" % number, len(GAME)), GAME) for number in range(3000)))
    spec = entries(data)[2500].spec
    stream = MemoryStream(data)
    assert FORMAT.open_container(stream, OpenContext()).open(spec.last).readall() == GAME
    assert stream.bytes_read < 2048
    assert MemoryStream(data).read() == data


def test_another_archive_in_its_place_is_noticed() -> None:
    spec = entries(tar((info(b"a", len(GAME)), GAME)))[0].spec
    with pytest.raises(EvidenceError) as raised:
        opened(FORMAT, tar((info(b"b", len(GAME)), GAME))).open(spec.last)
    assert raised.value.cause == "changed"


@settings(max_examples=300, deadline=5000)
@given(flips=st.lists(st.tuples(st.integers(0, 20_000), st.integers(1, 255)), max_size=6),
       cut=st.integers(0, 20_000), dialect=st.sampled_from(sorted(FORMATS)))  # fmt: skip
def test_damaged_bytes_never_raise_anything_else(
    flips: list[tuple[int, int]], cut: int, dialect: str
) -> None:
    long = b"n" * (60 if dialect == "ustar" else 250)
    made = tar(
        (info(long, len(GAME)), GAME),
        (info(b"folder", kind=tarfile.DIRTYPE), b""),
        (info(b"link", kind=tarfile.SYMTYPE, linkname=long.decode()), b""),
        (info(b"a", 3000, mtime=1.5 if dialect == "pax" else 1), bytes(3000)),
        dialect=FORMATS[dialect],
    )
    data = bytearray(made)
    for place, mask in flips:
        data[place % len(data)] ^= mask
    container = FORMAT.open_container(MemoryStream(bytes(data[: cut or None])), OpenContext())
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
        expected = {
            "syslog.tar": [(b"syslog", "file", 1247)],
            "without_directory.tar": [(b"folder/syslog", "file", 1247), (b"folder/wtmp.1", "file", 1537)],
            "with_directory.tar": [
                (b"folder", "folder", 0), (b"folder/syslog", "file", 1247), (b"folder/wtmp.1", "file", 1537),
            ],
            "absolute_paths.tar": [(b"/folder/syslog", "file", 1247), (b"/folder/wtmp.1", "file", 1537)],
            "mixed_paths.tar": [(b"/folder/syslog", "file", 1247), (b"folder/wtmp.1", "file", 1537)],
        }  # fmt: skip
        for name, members in expected.items():
            archive = data(f"tar/{name}")
            container = opened(FORMAT, archive)
            found = entries(archive)
            assert [(entry.spec.last.path, entry.kind, entry.size) for entry in found] == members
            (entry,) = [entry for entry in found if entry.spec.last.path.endswith(b"syslog")]
            assert content(container, entry) == syslog
