"""The headers of one tar member, extensions included.

The standard library reads the 512 bytes of a header (`TarInfo.frombuf`). Its `TarFile` is not used: it ends
without a word at a damaged header, keeps every member in memory, reads an extension of any size into
memory, and opens a member only after reading all headers before it.

Sources: POSIX.1-2017 pax, "ustar Interchange Format" and "pax Extended Header"; GNU tar manual, "Basic Tar
Format" and "Storing Sparse Files".
"""

from __future__ import annotations

import io
import re
import tarfile
from dataclasses import dataclass, field

from safelight.evidence.archive_times import unix_moment
from safelight.evidence.model import Kind, TimeName
from safelight.evidence.stream import read_up_to
from safelight.traces.moment import Moment, stated_utc

BLOCK = 512
#: Bytes of one extension header; real ones have some hundred, sparse maps of old pax archives some hundred
#: kB.
_EXTENSION_BYTES = 4 << 20
_LONG_NAME, _LONG_LINK, _PAX, _PAX_SOLARIS, _PAX_GLOBAL = b"L", b"K", b"x", b"X", b"g"
_GNU_SPARSE, _VOLUME_LABEL = b"S", b"V"
_KINDS: dict[bytes, Kind] = {b"1": "link", b"2": "link", b"3": "special", b"4": "special", b"5": "folder",
                             b"6": "special", _VOLUME_LABEL: "special", b"D": "folder"}  # fmt: skip
_SECONDS = re.compile(rb"-?\d{1,18}(?:\.(\d*))?")


class DamagedHeader(Exception):
    """What lies at a position is no whole header."""


@dataclass(slots=True)
class Member:
    """One member. Positions and sizes in bytes; `stored` is what it takes in the archive, `size` what it
    unpacks to.

    `sparse` is None for an ordinary member, else where its map stands.
    """

    name: bytes
    kind: Kind
    size: int
    stored: int
    data: int
    end: int
    link_target: bytes | None = None
    times: dict[TimeName, Moment] = field(default_factory=dict)
    sparse: Sparse | None = None


@dataclass(slots=True)
class Sparse:
    """A map of (offset, size) pairs from old GNU headers or pax records, or `in_data`: it begins the data."""

    pairs: list[tuple[int, int]]
    in_data: bool = False


def is_header(block: bytes) -> bool:
    """Whether 512 bytes are a header: its checksum is right and it names something."""
    try:
        return bool(_parse(block).name)
    except DamagedHeader:
        return False


def _parse(block: bytes) -> tarfile.TarInfo:
    try:
        info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except (tarfile.HeaderError, ValueError, OverflowError) as error:
        raise DamagedHeader(str(error)) from error
    if info.size < 0:
        raise DamagedHeader("negative size")
    return info


def read_member(stream: io.RawIOBase, position: int) -> Member:
    """The member whose first header (an extension or its own) lies at `position`. Raises DamagedHeader."""
    if position < 0:
        raise DamagedHeader("no position")
    name = link = None
    pax: dict[bytes, bytes] = {}
    pairs: list[tuple[bytes, bytes]] = []
    while True:
        block = read_up_to(stream, position, BLOCK)
        info = _parse(block)
        position += BLOCK
        if info.type not in (_LONG_NAME, _LONG_LINK, _PAX, _PAX_SOLARIS, _PAX_GLOBAL):
            return _member(stream, block, info, position, name, link, pax, pairs)
        if info.size > _EXTENSION_BYTES:
            raise DamagedHeader(f"an extension of {info.size} bytes")
        data = read_up_to(stream, position, info.size)
        if len(data) < info.size:
            raise DamagedHeader("ends inside an extension")
        position += _padded(info.size)
        if info.type == _LONG_NAME:
            name = data.split(b"\0", 1)[0]
        elif info.type == _LONG_LINK:
            link = data.split(b"\0", 1)[0]
        elif info.type != _PAX_GLOBAL:
            # Global records give defaults (comments, owners) that no item's identity or bytes depend on.
            pairs = _pax_records(data)
            pax = dict(pairs)


def _padded(size: int) -> int:
    return (size + BLOCK - 1) // BLOCK * BLOCK


def _pax_records(data: bytes) -> list[tuple[bytes, bytes]]:
    """`length key=value` lines, in order, since sparse maps repeat keys. Raises DamagedHeader."""
    records, position = [], 0
    while position < len(data) and data[position] != 0:
        length = re.compile(rb"(\d{1,9}) ").match(data, position)
        end = position + int(length[1]) if length else 0
        if length is None or not length.end() < end <= len(data) or data[end - 1 : end] != b"\n":
            raise DamagedHeader("a pax record is damaged")
        key, equals, value = data[length.end() : end - 1].partition(b"=")
        if not equals:
            raise DamagedHeader("a pax record without a value")
        records.append((key, value))
        position = end
    return records


def _number(value: bytes, what: str) -> int:
    if not re.fullmatch(rb"\d{1,19}", value):
        raise DamagedHeader(f"{what} is no number")
    return int(value)


def _member(
    stream: io.RawIOBase,
    block: bytes,
    info: tarfile.TarInfo,
    data: int,
    name: bytes | None,
    link: bytes | None,
    pax: dict[bytes, bytes],
    pairs: list[tuple[bytes, bytes]],
) -> Member:
    stored = _number(pax[b"size"], "size") if b"size" in pax else info.size
    if not (info.isreg() or info.type not in tarfile.SUPPORTED_TYPES):
        stored = 0  # links, devices and folders have no data, whatever their size field says
    own_name = name if name is not None else _bytes(info.name)
    member = Member(
        pax.get(b"path", own_name),
        _KINDS.get(info.type, "file"),
        stored,
        stored,
        data,
        data + _padded(stored),
    )
    if info.type in (b"1", b"2"):
        member.link_target = pax.get(b"linkpath", link if link is not None else _bytes(info.linkname))
    member.times = _times(info, pax)
    if info.type == _GNU_SPARSE:
        member.sparse, member.size, extended = _gnu_sparse(stream, block, data)
        member.data += extended
        member.end += extended
    elif member.kind == "file" and any(key.startswith(b"GNU.sparse.") for key in pax):
        _pax_sparse(member, pax, pairs)
    return member


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _times(info: tarfile.TarInfo, pax: dict[bytes, bytes]) -> dict[TimeName, Moment]:
    times: dict[TimeName, Moment] = {"modified": unix_moment(int(info.mtime))}
    names: tuple[tuple[bytes, TimeName], ...] = (
        (b"mtime", "modified"), (b"atime", "accessed"), (b"ctime", "changed"),
        (b"LIBARCHIVE.creationtime", "created"),
    )  # fmt: skip
    for key, name in names:
        value = pax.get(key, b"")
        if match := _SECONDS.fullmatch(value):
            whole = int(value.partition(b".")[0])
            micros = int((match[1] or b"")[:6].ljust(6, b"0"))
            total = whole * 1_000_000 + (-micros if value.startswith(b"-") else micros)
            times[name] = stated_utc(total, value.decode())
    return times


def _gnu_sparse(stream: io.RawIOBase, block: bytes, position: int) -> tuple[Sparse, int, int]:
    """Old GNU: four pairs in the header, 21 in each block behind it. Map, real size, bytes behind."""
    pairs: list[tuple[int, int]] = []
    area, count, more, extended = block[386:482], 4, block[482], 0
    while True:
        for number in range(count):
            offset, size = _octal(area[24 * number :]), _octal(area[24 * number + 12 :])
            if size or offset:
                pairs.append((offset, size))
        if not more:
            return Sparse(pairs), _octal(block[483:495]), extended
        following = read_up_to(stream, position + extended, BLOCK)
        if len(following) < BLOCK or len(pairs) > 1 << 20:
            raise DamagedHeader("ends inside a sparse map")
        extended += BLOCK
        area, count, more = following[:504], 21, following[504]


def _octal(value: bytes) -> int:
    try:
        number = tarfile.nti(value[:12])  # type: ignore[attr-defined]  # tar's number formats
    except (tarfile.HeaderError, ValueError) as error:
        raise DamagedHeader("a sparse map is damaged") from error
    if number < 0:
        raise DamagedHeader("a sparse map is damaged")
    return int(number)


def _pax_sparse(member: Member, pax: dict[bytes, bytes], records: list[tuple[bytes, bytes]]) -> None:
    """GNU sparse in pax, versions 0.0 (repeated keys), 0.1 (one list) and 1.0 (the map begins the data)."""
    size = pax.get(b"GNU.sparse.realsize", pax.get(b"GNU.sparse.size"))
    if size is None:
        return
    member.size = _number(size, "sparse size")
    member.name = pax.get(b"GNU.sparse.name", member.name)
    if b"GNU.sparse.map" in pax:
        numbers = [_number(value, "sparse map") for value in pax[b"GNU.sparse.map"].split(b",")]
    elif pax.get(b"GNU.sparse.major") == b"1":
        member.sparse = Sparse([], in_data=True)
        return
    else:
        keys = (b"GNU.sparse.offset", b"GNU.sparse.numbytes")
        numbers = [_number(value, "sparse map") for key, value in records if key in keys]
    if len(numbers) % 2:
        raise DamagedHeader("a sparse map is damaged")
    member.sparse = Sparse(list(zip(numbers[::2], numbers[1::2], strict=True)))
