"""Bare loops: what a core can do with the same libraries and nothing around them. Each gives (bytes, items, seconds)."""

from __future__ import annotations

import contextlib
import hashlib
import io
import mmap
import os
import struct
import time
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytsk3

from safelight.inspect.filetype import identify
from safelight.inspect.model import Content, InspectionFailed, NotMine
from safelight.inspect.registry import inspectors

Measured = tuple[int, int, float]


def three(data: memoryview | bytes, digests: list[Any]) -> None:
    """Feed three digests."""
    for digest in digests:
        digest.update(data)


def _digests() -> list[Any]:
    return [hashlib.sha256(), hashlib.sha1(usedforsecurity=False), hashlib.md5(usedforsecurity=False)]


def walk_and_hash(tree: Path) -> Measured:
    """`os.walk` and three digests."""
    began, size, items = time.perf_counter(), 0, 0
    buffer = bytearray(1 << 20)
    view = memoryview(buffer)
    for folder, _, names in os.walk(tree):
        for name in names:
            digests = _digests()
            with open(os.path.join(folder, name), "rb", buffering=0) as stream:
                while count := stream.readinto(buffer):
                    three(view[:count], digests)
                    size += count
            items += 1
    return size, items, time.perf_counter() - began


def tsk_and_hash(raw: Path) -> Measured:
    """pytsk3 over a raw image and three digests."""
    began, size, items = time.perf_counter(), 0, 0
    file_system = pytsk3.FS_Info(pytsk3.Img_Info(str(raw)))
    folders = [file_system.open_dir("/")]
    seen: set[int] = set()
    while folders:
        for entry in folders.pop():
            meta, name = entry.info.meta, entry.info.name.name
            if meta is None or name in (b".", b"..") or name.startswith(b"$"):
                continue
            if meta.type == pytsk3.TSK_FS_META_TYPE_DIR:
                if meta.addr not in seen:
                    seen.add(meta.addr)
                    folders.append(entry.as_directory())
            elif meta.type == pytsk3.TSK_FS_META_TYPE_REG:
                digests, offset = _digests(), 0
                while offset < meta.size:
                    data = entry.read_random(offset, min(1 << 20, meta.size - offset))
                    if not data:
                        break
                    three(data, digests)
                    offset += len(data)
                size, items = size + offset, items + 1
    return size, items, time.perf_counter() - began


def inflate_and_hash(e01: Path) -> Measured:
    """Inflate every chunk of an E01 by zlib and feed three digests: the limit of hashing what lies in an E01."""
    began = time.perf_counter()
    size = 0
    digests = _digests()
    for data in _chunks(e01):
        three(data, digests)
        size += len(data)
    return size, 1, time.perf_counter() - began


def _chunks(e01: Path) -> Iterator[bytes]:
    """The chunks of a one-segment E01, straight from its tables (EWF-E01: 76-byte section headers, 32 KiB chunks)."""
    with e01.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as image:
        at = 13
        end_of_sectors = 0
        while True:
            kind = image[at : at + 16].rstrip(b"\0")
            following, length = struct.unpack_from("<QQ", image, at + 16)
            if kind == b"sectors":
                end_of_sectors = at + length
            if kind == b"table":
                count, base = struct.unpack_from("<I4xQ", image, at + 76)
                entries = struct.unpack_from(f"<{count}I", image, at + 76 + 24)
                starts = [base + (entry & 0x7FFFFFFF) for entry in entries] + [end_of_sectors]
                for number, entry in enumerate(entries):
                    data = image[starts[number] : starts[number + 1]]
                    yield zlib.decompress(data) if entry & 0x80000000 else data[:-4]
            if kind in (b"done", b"next") or following == at:
                return
            at = following


def _opened(path: Path) -> io.BufferedReader:
    return path.open("rb")


def inspect_loop(tree: Path) -> Measured:
    """Read, three digests, and each content once through the inspectors' own code, in one process and nothing around it."""
    began, size, items = time.perf_counter(), 0, 0
    seen: set[str] = set()
    for folder, _, names in os.walk(tree):
        for name in names:
            path = Path(folder, name)
            data = path.read_bytes()
            digests = _digests()
            three(data, digests)
            size, items = size + len(data), items + 1
            sha256 = digests[0].hexdigest()
            if sha256 in seen:
                continue
            seen.add(sha256)
            kind = identify(data[:65536], len(data))
            content = Content(sha256, len(data), kind.mime, kind.group, name, partial(_opened, path))
            for inspector in inspectors():
                if inspector.accepts(kind.mime, kind.group, len(data)):
                    with contextlib.suppress(InspectionFailed, NotMine):
                        list(inspector.inspect(content))
    return size, items, time.perf_counter() - began
