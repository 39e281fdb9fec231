"""Packed streams: one member each, whole or said to be damaged, within limits."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import struct
import sys
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.evidence import archive_tar
from safelight.evidence.bounds import Expansion, expansion_of
from safelight.evidence.compressed import FORMATS, CompressedFormat
from safelight.evidence.model import Entry, EvidenceError, Limits, OpenContext, Tally
from safelight.evidence.spec import Layer, PathSpec
from safelight.traces.moment import Moment
from tests.evidence.memory_stream import AT, MemoryStream, content, opened, written

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

BY_KIND: dict[str, CompressedFormat] = {known.kind: known for known in FORMATS}
PACK: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstd.compress,
    "lzma": lambda data: lzma.compress(data, lzma.FORMAT_ALONE),
}
PLAIN = b"Bergen 12 mm, Oslo 3 mm\n" * 5000
KINDS = sorted(PACK)


def read(kind: str, data: bytes, limits: Limits | None = None) -> bytes | str:
    """The one member's bytes, or the cause why there are none."""
    container = opened(BY_KIND[kind], data, limits=limits)
    (entry,) = [found for found in container.walk(AT) if isinstance(found, Entry)]
    return content(container, entry)


@pytest.mark.parametrize("kind", KINDS)
def test_each_packing_gives_its_plain_bytes_and_knows_only_its_own(kind: str) -> None:
    packed = PACK[kind](PLAIN)
    assert read(kind, packed) == PLAIN
    assert read(kind, PACK[kind](b"")) == b""
    recognised = [known.kind for known in FORMATS if known.recognise(MemoryStream(packed), OpenContext())]
    assert recognised == [kind]


def test_ordinary_data_is_none_of_them() -> None:
    draw = random.Random(1)
    samples = [
        b"",
        b"\x5d",
        b"]\0\0\1\0" + bytes(30),
        PLAIN,
        b"BZh9 is a word",
        b"\x1f\x8b\x08\xff" + bytes(20),
    ]
    samples += [b"]\0\0\x80\0" + draw.randbytes(100), *(draw.randbytes(600) for _ in range(50))]
    for sample in samples:
        assert [known.kind for known in FORMATS if known.recognise(MemoryStream(sample), OpenContext())] == []


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz", "zst"])
def test_streams_one_after_the_other_are_one_member(kind: str) -> None:
    pack = PACK[kind]
    assert read(kind, pack(PLAIN) + pack(b"") + pack(b"tail")) == PLAIN + b"tail"
    assert read(kind, pack(PLAIN) + bytes(1000)) == PLAIN
    assert read(kind, pack(PLAIN) + b"something else") == PLAIN
    assert read(kind, pack(PLAIN) + bytes(512) + pack(b"tail")) == PLAIN + b"tail"


@pytest.mark.parametrize("kind", KINDS)
def test_a_cut_stream_is_corrupt_after_what_is_there(kind: str) -> None:
    noise = random.Random(2).randbytes(1_400_000)
    packed = PACK[kind](noise)
    container = opened(BY_KIND[kind], packed[: len(packed) * 3 // 4])
    stream = container.open(Layer(kind, b""))
    assert stream.read(1000) == noise[:1000]
    with pytest.raises(EvidenceError) as raised:
        stream.readall()
    assert raised.value.cause == "corrupt"


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz"])
def test_a_wrong_checksum_is_corrupt(kind: str) -> None:
    packed = bytearray(PACK[kind](PLAIN))
    if kind == "gz":
        packed[-7] ^= 1
    else:
        packed[len(packed) // 2] ^= 1
    assert read(kind, bytes(packed)) == "corrupt"


def _named(name: bytes, seconds: int, extra: bytes = b"", comment: bytes = b"") -> bytes:
    flags = (8 if name else 0) | (4 if extra else 0) | (16 if comment else 0) | 2
    head = struct.pack("<4sIBB", b"\x1f\x8b\x08" + bytes([flags]), seconds, 0, 3)
    if extra:
        head += struct.pack("<H", len(extra)) + extra
    head += (name + b"\0" if name else b"") + (comment + b"\0" if comment else b"")
    head += struct.pack("<H", zlib.crc32(head) & 0xFFFF)
    packer = zlib.compressobj(wbits=-15)
    return head + packer.compress(PLAIN) + packer.flush() + struct.pack("<II", zlib.crc32(PLAIN), len(PLAIN))


def test_gz_states_name_and_time() -> None:
    for name, extra, comment in (
        (b"v\xe6r.csv", b"", b""),
        (b"../\n", b"extra", b"said"),
        (b"n" * 5000, b"\0" * 300, b""),
    ):
        container = opened(BY_KIND["gz"], _named(name, 1_452_589_801, extra, comment))
        entry, tally = container.walk(AT)
        at = 1_452_589_801_000_000
        assert entry == Entry(
            AT.child(Layer("gz", name)),
            "file",
            None,
            times={"modified": Moment(at, at, "1452589801", "stated")},
        )
        assert tally == Tally(AT, 1)
        assert isinstance(entry, Entry)
        assert content(container, entry) == PLAIN


@pytest.mark.parametrize(
    ("packed", "expected"),
    [(b"a.tar.gz", b"a.tar"), (b"A.TGZ", b"A.tar"), (b"log.gz", b"log"), (b".gz", b".gz"), (b"", b"unpacked"),
     (b"noise", b"noise"), (b"d/e.gz", b"e")],
)  # fmt: skip
def test_without_a_stored_name_the_files_own_is_used(packed: bytes, expected: bytes) -> None:
    container = BY_KIND["gz"].open_container(MemoryStream(_named(b"", 0)), OpenContext(name=packed))
    entry = next(iter(container.walk(AT)))
    assert entry == Entry(AT.child(Layer("gz", expected)), "file", None)


@pytest.mark.parametrize("kind", KINDS)
def test_a_bomb_ends_at_the_limit(kind: str) -> None:
    """300 MB of zeros; with these limits unpacking stops at 20 MB."""
    zeros = {"gz": lambda: gzip.compress(bytes(300 << 20), 1)}.get(
        kind, lambda: PACK[kind](bytes(30 << 20))
    )()
    for limits in (
        Limits(max_member_bytes=20 << 20),
        Limits(max_total_bytes=20 << 20),
        Limits(max_ratio=10, ratio_from_bytes=20 << 20),
    ):
        container = opened(BY_KIND[kind], zeros, limits=limits)
        stream = container.open(Layer(kind, b""))
        seen = 0
        with pytest.raises(EvidenceError) as raised:
            while part := stream.read(1 << 20):
                seen += len(part)
        assert raised.value.cause == "limit"
        assert 19 << 20 < seen <= 20 << 20


def test_the_ratio_counts_the_whole_packed_stream() -> None:
    """A disk image that begins with much emptiness is no bomb."""
    image = bytes(40 << 20) + random.Random(3).randbytes(1 << 20)
    limits = Limits(max_ratio=100, ratio_from_bytes=1 << 20)
    assert read("xz", lzma.compress(image, preset=0), limits) == image


@pytest.mark.parametrize(
    ("limits", "layers"),
    [(Limits(), 4), (Limits(ratio_from_bytes=1 << 20), 3)],
    ids=["the next container", "the member itself"],
)
def test_nested_packing_multiplies_to_the_limit(limits: Limits, layers: int) -> None:
    """30 MB of zeros, packed four times over: no layer alone is above 1,030 times."""
    data = bytes(30 << 20)
    for _ in range(4):
        data = gzip.compress(data)
    stream: io.RawIOBase = MemoryStream(data)
    read_layers = 0
    with pytest.raises(EvidenceError) as raised:
        while True:
            container = BY_KIND["gz"].open_container(stream, OpenContext(limits=limits))
            stream = container.open(Layer("gz", b""))
            stream.seek(0, io.SEEK_END)
            read_layers += 1
    assert (raised.value.cause, read_layers) == ("limit", layers)


def test_a_bomb_in_a_container_that_was_hardly_read_meets_the_same_limit() -> None:
    data = gzip.compress(gzip.compress(bytes(30 << 20)))
    limits = Limits(ratio_from_bytes=1 << 20)
    outer = BY_KIND["gz"].open_container(MemoryStream(data), OpenContext(limits=limits))
    middle = outer.open(Layer("gz", b""))
    assert middle.read(3) == b"\x1f\x8b\x08"
    inner = BY_KIND["gz"].open_container(middle, OpenContext(limits=limits)).open(Layer("gz", b""))
    with pytest.raises(EvidenceError) as raised:
        inner.readall()
    assert raised.value.cause == "limit"


def test_a_tar_inside_a_gz_in_any_order_costs_two_passes() -> None:
    draw = random.Random(4)
    plains = {f"{number:02}": draw.randbytes(1 << 20) for number in range(24)}
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", compresslevel=1) as writer:
        for name, plain in plains.items():
            info = tarfile.TarInfo(name)
            info.size = len(plain)
            writer.addfile(info, io.BytesIO(plain))
    below = MemoryStream(out.getvalue())
    packed = BY_KIND["gz"].open_container(below, OpenContext(name=b"a.tgz"))
    stream = packed.open(Layer("gz", b"a.tar"))
    assert archive_tar.FORMAT.recognise(stream, OpenContext())
    archive = archive_tar.FORMAT.open_container(stream, OpenContext())
    found = [entry for entry in archive.walk(PathSpec(())) if isinstance(entry, Entry)]
    draw.shuffle(found)
    for entry in found:
        assert content(archive, entry) == plains[entry.spec.last.path.decode()]
    assert below.bytes_read < 2.2 * len(out.getvalue())


def test_a_stream_says_how_far_it_expanded() -> None:
    container = opened(BY_KIND["gz"], gzip.compress(bytes(1 << 20)))
    stream = container.open(Layer("gz", b""))
    assert expansion_of(stream) == Expansion(1.0, 1)
    stream.readall()
    assert expansion_of(stream).ratio > 500
    assert expansion_of(MemoryStream(b"")) == Expansion()


@settings(max_examples=300, deadline=5000)
@given(kind=st.sampled_from(KINDS), flips=st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 255)), max_size=5),
       size=st.integers(0, 5000))  # fmt: skip
def test_damaged_bytes_never_raise_anything_else(kind: str, flips: list[tuple[int, int]], size: int) -> None:
    data = bytearray(PACK[kind](random.Random(size).randbytes(size) + bytes(size)))
    for place, mask in flips:
        data[place % len(data)] ^= mask
    stream = MemoryStream(bytes(data))
    known = BY_KIND[kind]
    if known.recognise(stream, OpenContext()):
        container = known.open_container(stream, OpenContext())
        assert [type(found) for found in container.walk(AT)] == [Entry, Tally]
        try:
            container.open(Layer(kind, b"")).readall()
        except EvidenceError as error:
            assert error.cause in ("corrupt", "limit")


def test_real_files_of_dfvfs(realdata: Path) -> None:
    with tarfile.open(realdata / "dfvfs" / "dfvfs_test_data.tar.gz") as source:

        def data(name: str) -> bytes:
            member = source.extractfile(f"./test_data/{name}")
            assert member is not None
            return member.read()

        syslog = data("syslog")
        assert len(syslog) == 1247
        for kind in ("gz", "bz2", "xz", "lzma"):
            assert read(kind, data(f"syslog.{kind}")) == syslog
        tgz = opened(BY_KIND["gz"], data("syslog.tgz"))
        stream = tgz.open(next(iter(tgz.walk(AT))).spec.last)
        inner = opened(archive_tar.FORMAT, stream.readall())
        assert list(written(inner)) == [(b"syslog", "file", syslog), (b"", "tally", "1")]
        assert read("gz", data("corrupt1.gz")) == "corrupt"
