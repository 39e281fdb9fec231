"""7z archives: py7zr reads the headers and decodes the blocks, the members are parts of a block's stream.

py7zr's own extraction unpacks whole archives; here each solid block is one seekable stream, so that its
members are read in any order at the price of at most two passes over the block. py7zr gives names as text
with `/`; they are kept as UTF-8. Its many exception types all mean a damaged archive to the one who reads
it.
"""

from __future__ import annotations

import io
import stat
import zlib
from array import array
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import py7zr
from py7zr.compressor import SevenZipDecompressor, SupportedMethods
from py7zr.exceptions import PasswordRequired, UnsupportedCompressionMethodError

from safelight.evidence.archive_times import filetime_moment
from safelight.evidence.bounds import Budget, Guard, check_nesting
from safelight.evidence.decoders import DICTIONARY_BYTES
from safelight.evidence.model import Entry, EvidenceError, Found, Kind, OpenContext, Tally, TimeName, Trouble
from safelight.evidence.spec import Layer, PathSpec, layer
from safelight.evidence.stream import read_up_to, stream_size
from safelight.evidence.unpacked import STEP, Part, Unpacked
from safelight.traces.moment import Moment

_SIGNATURE = b"7z\xbc\xaf\x27\x1c"
_HEADER_BYTES = 32
_COPY, _LZMA, _LZMA2, _PPMD = b"\x00", b"\x03\x01\x01", b"\x21", b"\x03\x04\x01"
_LINK_BYTES = 4096
#: Blocks without a fitting credential after which none is tried any more: each try derives a key for a third of a
#: second, and an archive can have a block for each member.
_MISSES = 8
#: Bytes of a block's first member that are unpacked to see whether a password is right.
_PROBE_BYTES = 64 << 20
_TIMES: tuple[tuple[str, TimeName], ...] = (
    ("lastwritetime", "modified"), ("lastaccesstime", "accessed"), ("creationtime", "created")
)  # fmt: skip


def _failure(error: Exception) -> EvidenceError:
    """py7zr's exceptions (its own, and whatever damaged bytes make it run into)."""
    if isinstance(error, EvidenceError):
        return error
    if isinstance(error, PasswordRequired):
        return EvidenceError("encrypted", "a password is needed")
    if isinstance(error, UnsupportedCompressionMethodError):
        return EvidenceError("unsupported", f"7z method: {error.message}")
    if isinstance(error, MemoryError):
        return EvidenceError("limit", "needs more memory to unpack than is allowed")
    return EvidenceError("corrupt", f"{type(error).__name__}: {error}")


class SevenZipContainer:
    """One opened archive. Raises EvidenceError("encrypted" | "corrupt" | "unsupported" | "limit")."""

    def __init__(self, stream: io.RawIOBase, context: OpenContext) -> None:
        self._stream, self._context = stream, context
        self._archive = self._parsed()
        self._outer = check_nesting(stream, context.limits)
        self._files: list[dict[str, Any]] = [entry.file_properties() for entry in self._archive.files]
        self._block_of, self._offset_in = array("q"), array("q")
        self._starts, self._packed = array("q"), array("q")
        streams = getattr(self._archive.header, "main_streams", None)
        self._folders: list[Any] = [] if streams is None else streams.unpackinfo.folders
        try:
            self._map_blocks(streams)
        except (IndexError, KeyError, TypeError, ValueError, OverflowError) as error:
            raise _failure(error) from error
        self._blocks: dict[int, io.RawIOBase] = {}
        self._credentials = list(context.credentials)
        self._misses = 0

    def _parsed(self) -> py7zr.SevenZipFile:
        size = stream_size(self._stream)
        encrypted = False
        for password in (None, *self._context.credentials):
            try:
                return py7zr.SevenZipFile(Part(self._stream, 0, size), "r", password=password)
            except PasswordRequired:
                encrypted = True
            except Exception as error:
                if not encrypted:
                    raise _failure(error) from error
        tried = len(self._context.credentials)
        told = f"none of {tried} credentials opens it" if tried else "a password is needed"
        raise EvidenceError("encrypted", f"the list of members is encrypted: {told}")

    def _map_blocks(self, streams: Any) -> None:
        """For each member its block and its offset in it; for each block where it lies in the archive."""
        counts: list[int] = []
        if streams is not None:
            position, used = _HEADER_BYTES + streams.packinfo.packpos, 0
            for folder in self._folders:
                inputs = sum(coder["numinstreams"] for coder in folder.coders)
                width = max(1, inputs - len(folder.bindpairs))
                packed = sum(streams.packinfo.packsizes[used : used + width])
                self._starts.append(position)
                self._packed.append(packed)
                position, used = position + packed, used + width
            counts = list(streams.substreamsinfo.num_unpackstreams_folders)
        block, within, offset = 0, 0, 0
        for item in self._files:
            if item["emptystream"]:
                self._block_of.append(-1)
                self._offset_in.append(0)
                continue
            while block < len(counts) and within >= counts[block]:
                block, within, offset = block + 1, 0, 0
            if block >= len(counts):
                raise EvidenceError("corrupt", "more members than the blocks hold")
            self._block_of.append(block)
            self._offset_in.append(offset)
            within, offset = within + 1, offset + item["uncompressed"]

    def walk(self, at: PathSpec) -> Iterator[Found]:
        """Members in the archive's order."""
        budget = Budget(self._context.limits)
        for index in range(len(self._files)):
            try:
                entry = self._entry(index, at)
                budget.add(entry.size or 0)
            except EvidenceError as error:
                yield Trouble(at, error.cause, error.detail)
                break
            yield entry
        yield Tally(at, budget.members)

    def _entry(self, index: int, at: PathSpec) -> Entry:
        item = self._files[index]
        kind = _kind(item)
        size = item["uncompressed"]
        target = None
        if kind == "link" and size <= _LINK_BYTES:
            try:
                target = self._member(index).readall()
            except EvidenceError:
                target = None  # the link is listed; opening it says what is wrong
        block = self._block_of[index]
        return Entry(
            at.child(layer("7z", _name(item), index=index)),
            kind,
            0 if kind == "folder" else size,
            times=_times(item),
            link_target=target,
            first_block=self._starts[block] if block >= 0 else 0,
        )

    def open(self, layer: Layer) -> io.RawIOBase:
        """One member. Raises EvidenceError."""
        index = layer.number("index", -1)
        if not 0 <= index < len(self._files):
            raise EvidenceError("vanished", f"the archive has no member {index}")
        if _name(self._files[index]) != layer.path:
            raise EvidenceError("changed", "the archive holds another member in this place")
        return self._member(index)

    def _member(self, index: int) -> Part:
        item, block = self._files[index], self._block_of[index]
        if block < 0:
            return Part(self._stream, 0, 0)
        if item["uncompressed"] < 0:
            raise EvidenceError("corrupt", "a negative size")
        Guard(self._context.limits, item["uncompressed"]).check(item["uncompressed"])
        return Part(self._block(block), self._offset_in[index], item["uncompressed"], item.get("digest"))

    def _block(self, number: int) -> io.RawIOBase:
        """The unpacked stream of a block. The last one is kept, since members are read in the archive's
        order; earlier ones live as long as a member's stream needs them.
        """
        if number not in self._blocks:
            self._blocks = {number: self._opened(number)}
        return self._blocks[number]

    def _opened(self, number: int) -> io.RawIOBase:
        folder, packed = self._folders[number], self._packed[number]
        coders = folder.coders
        if any(coder["numinstreams"] != 1 or coder["numoutstreams"] != 1 for coder in coders):
            raise EvidenceError("unsupported", "7z method with several streams (BCJ2)")
        if any(coder["method"] == _PPMD for coder in coders):
            raise EvidenceError("unsupported", "7z method PPMd, whose decoder crashes on damaged data")
        for coder in coders:
            _check_dictionary(coder)
        if [coder["method"] for coder in coders] == [_COPY]:
            return Part(self._stream, self._starts[number], folder.get_unpack_size())
        limits = replace(self._context.limits, max_member_bytes=self._context.limits.max_total_bytes)
        guard = Guard(limits, packed, self._outer)
        password = self._password(number) if SupportedMethods.needs_password(coders) else None
        return Unpacked(lambda: self._decode(number, password), guard, folder.get_unpack_size())

    def _decode(self, number: int, password: str | None) -> Iterator[bytes]:
        """A block from its start, in chunks of at most STEP bytes."""
        folder, packed = self._folders[number], self._packed[number]
        native = all(coder["method"] in (_LZMA, _LZMA2) for coder in folder.coders)
        feed = _Feed(self._stream, self._starts[number])
        left = folder.get_unpack_size()
        try:
            # Decoders without a limit on their output get little input at a time.
            decoder = SevenZipDecompressor(
                folder.coders,
                packed,
                folder.unpacksizes,
                folder.crc,
                password,
                1 << 16 if native else 1 << 12,
            )
            while left > 0:
                given, wanted = feed.position, min(STEP, left)
                out = bytes(decoder.decompress(feed, wanted))
                if not out and feed.hungry and feed.position == given:
                    raise EvidenceError("corrupt", f"the block ends {left} bytes early")
                # More input only when the last did not fill what was asked for: decoders keep what they get.
                feed.hungry = len(out) < wanted
                left -= len(out)
                if out:
                    yield out
        except Exception as error:
            raise _failure(error) from error

    def _password(self, number: int) -> str:
        """The first credential with which the block's first member unpacks to its checksum."""
        first = self._block_of.index(number)
        size, crc = self._files[first]["uncompressed"], self._files[first].get("digest")
        for password in self._credentials if self._misses < _MISSES else ():
            seen = running = 0
            try:
                for chunk in self._decode(number, password):
                    chunk = chunk[: size - seen]
                    seen, running = seen + len(chunk), zlib.crc32(chunk, running)
                    if seen >= min(size, _PROBE_BYTES):
                        break
            except EvidenceError as error:
                if error.cause in ("corrupt", "encrypted"):
                    continue
                raise
            if seen < size or crc is None or running == crc:
                self._credentials = [password, *(other for other in self._credentials if other != password)]
                return password
        self._misses += 1
        tried = len(self._context.credentials)
        raise EvidenceError(
            "encrypted", f"none of {tried} credentials opens it" if tried else "a password is needed"
        )

    def close(self) -> None:
        """The archive's stream belongs to whoever opened it."""
        self._blocks.clear()


class _Feed:
    """The packed bytes of a block as py7zr reads them: nothing while its decoder still has output to give."""

    def __init__(self, stream: io.RawIOBase, position: int) -> None:
        self._stream = stream
        self.position = position
        self.hungry = True

    def read(self, size: int) -> bytes:
        if not self.hungry:
            return b""
        data = read_up_to(self._stream, self.position, size)
        self.position += len(data)
        return data


def _check_dictionary(coder: dict[str, Any]) -> None:
    """Raises EvidenceError("limit") for an LZMA dictionary that no child has memory for."""
    properties = coder.get("properties") or b""
    size = 0
    if coder["method"] == _LZMA and len(properties) >= 5:
        size = int.from_bytes(properties[1:5], "little")
    elif coder["method"] == _LZMA2 and properties:
        size = (2 | properties[0] & 1) << (properties[0] // 2 + 11)
    if size > DICTIONARY_BYTES:
        raise EvidenceError("limit", f"needs {size} bytes of memory to unpack")


def _name(item: dict[str, Any]) -> bytes:
    return str(item["filename"]).encode("utf-8", "surrogatepass")


def _kind(item: dict[str, Any]) -> Kind:
    attributes = item.get("attributes") or 0
    mode = attributes >> 16 if attributes & 0x8000 else 0
    if stat.S_ISLNK(mode) or (not mode and attributes & 0x400):
        return "link"
    if attributes & 0x10 or stat.S_ISDIR(mode):
        return "folder"
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return "special"
    return "file"


def _times(item: dict[str, Any]) -> dict[TimeName, Moment]:
    return {name: filetime_moment(int(item[key])) for key, name in _TIMES if item.get(key)}


class SevenZipFormat:
    """7z by its signature."""

    kind = "7z"
    transparent = False

    def recognise(self, stream: io.RawIOBase, context: OpenContext) -> bool:
        return read_up_to(stream, 0, len(_SIGNATURE)) == _SIGNATURE

    def open_container(self, stream: io.RawIOBase, context: OpenContext) -> SevenZipContainer:
        return SevenZipContainer(stream, context)


FORMAT = SevenZipFormat()
