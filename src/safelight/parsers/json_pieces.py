"""JSON of any size in pieces: members and elements are walked one by one, long lists come in batches of whole elements.

Written here because a library's events cost a Python object for each key and value: `ijson` needs about a microsecond for
each, thirty of them a message. Here one regular expression skips strings and finds brackets (so the end of each element
is known without reading it), and `orjson` reads a thousand elements at once. A piece that does not parse is read alone, so
that one broken element costs itself.

What is read is never trusted: depth is counted and not followed, sizes are bounded, a file that ends in the middle gives
all whole elements before it raises `ParseFailed("corrupt", ...)`. Source of the grammar: RFC 8259.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from typing import Any, Final, NoReturn

import orjson

from safelight.parsers.model import ParseFailed

_CHUNK: Final = 1 << 17

#: One element that is read as a whole (a message) may have this many bytes.
LARGEST_ELEMENT: Final = 256 << 20

_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
#: Up to the next bracket outside of strings. It always matches: without group 1 the buffer ended (in a string, or before
#: the next bracket).
_BRACKET: Final = re.compile(rb'[^"{}\[\]]*+(?:' + _STRING + rb'[^"{}\[\]]*+)*+(?:([{}\[\]])|"|\Z)', re.S)
_ONE_STRING: Final = re.compile(_STRING, re.S)
_SCALAR: Final = re.compile(rb'[^\s,\]}\["{:]+')
_SPACE: Final = re.compile(rb"[ \t\r\n]*")
_BETWEEN: Final = b" \t\r\n,"
#: From the end of one element to the first key of the next: looks the same all through a list that one program wrote.
_SEAM: Final = re.compile(rb'\s*,\s*\{\s*"[^"\\]{1,80}"\s*:')


class Broken:
    """Stands where an element could not be read."""

    def __init__(self, detail: str) -> None:
        self.detail = detail


class JsonPieces:
    """A pull reader. What `members` and `elements` yield is to be consumed by one of the other methods; what is left
    alone is skipped.
    """

    def __init__(self, stream: io.BufferedIOBase, chunk: int = _CHUNK) -> None:
        self._stream = stream
        self._chunk = chunk
        self._buffer = b""
        self._at = 0
        self._base = 0
        self._ended = False
        if self._need(3) and self._buffer.startswith(b"\xef\xbb\xbf"):
            self._at = 3

    @property
    def offset(self) -> int:
        """Where the reader stands, in bytes from the start of the file."""
        return self._base + self._at

    def jump(self, offset: int) -> None:
        """Go on reading at a byte offset that `offset` gave before."""
        self._stream.seek(offset)
        self._buffer, self._at, self._base, self._ended = b"", 0, offset, False

    def kind(self) -> str:
        """What comes next: `{`, `[`, `"`, another first character of a value, or a closing bracket."""
        return chr(self._peek())

    def members(self) -> Iterator[str]:
        """The keys of the object that comes next."""
        self._expect(b"{")
        if self._peek() == 0x7D:
            self._at += 1
            return
        while True:
            key = self._key()
            self._expect(b":")
            before = (self._peek(), self.offset)[1]
            yield key
            if self.offset == before:
                self.skip()
            if self._ends(b"}"):
                return

    def elements(self) -> Iterator[int]:
        """The positions of the elements of the list that comes next."""
        self._expect(b"[")
        if self._peek() == 0x5D:
            self._at += 1
            return
        index = 0
        while True:
            before = (self._peek(), self.offset)[1]
            yield index
            if self.offset == before:
                self.skip()
            if self._ends(b"]"):
                return
            index += 1

    def batches(self) -> Iterator[list[Any]]:
        """The elements of the list that comes next, many at a time; `Broken` for one that cannot be read."""
        self._expect(b"[")
        depth, scan, ends, count, seam = 0, self._at, [], 0, b""
        while True:
            if seam:
                values = self._up_to(seam)
                if values:
                    count += len(values)
                    yield values
                    seam = seam if self._more() else b""
                    depth, scan = 0, self._at
                    continue
                seam = b""
            closed = 0
            for found in _BRACKET.finditer(self._buffer, scan):
                char = found[1]
                if char is None:
                    break
                scan = found.end()
                if char == b"{" or char == b"[":
                    depth += 1
                elif depth:
                    depth -= 1
                    if not depth:
                        ends.append(scan)
                else:
                    closed = scan
                    break
            if closed:
                if self._buffer[closed - 1] != 0x5D:
                    self._corrupt("a list is closed by a brace")
                rest = self._read(self._at, closed - 1, ends)
                self._at = closed
                if rest:
                    yield rest
                return
            if ends:
                values = self._read(self._at, ends[-1], ends)
                seam = self._seam(ends)
                self._at, ends = ends[-1], []
                count += len(values)
                yield values
            elif len(self._buffer) - self._at > LARGEST_ELEMENT:
                raise ParseFailed(
                    "limit", f"an element at byte {self.offset} is larger than {LARGEST_ELEMENT} bytes"
                )
            scan -= self._at
            if not self._more():
                self._corrupt(f"the JSON ends in the middle of a list, after {count} whole elements")
            scan += self._at

    def _seam(self, ends: list[int]) -> bytes:
        """What stands between the first two of these elements, if both are objects."""
        found = _SEAM.match(self._buffer, ends[0]) if len(ends) > 1 else None
        if found is None or self._buffer[ends[0] - 1] != 0x7D:
            return b""
        before = len(self._buffer[: ends[0] - 1].rstrip(b" \t\r\n"))
        return self._buffer[before : found.end()]

    def _up_to(self, seam: bytes) -> list[Any]:
        """The elements before the last place in the buffer that looks like a seam; empty if it was none.

        That a piece in brackets parses proves that it ends with an element: JSON is read from left to right, and inside of
        a text, a list or another element the brackets would not fit.
        """
        last = self._buffer.rfind(seam, self._at)
        if last < 0:
            return []
        end = self._buffer.index(b"}", last) + 1
        values = _loaded(b"[" + self._buffer[self._at : end].lstrip(_BETWEEN) + b"]", alone=False)
        if not isinstance(values, list):
            return []
        self._at = end
        return values

    def value(self) -> Any:
        """The whole value that comes next; `Broken` if it cannot be read."""
        end = self._end_of_value(keep=True)
        piece = self._buffer[self._at : end]
        self._at = end
        return _loaded(piece)

    def skip(self) -> None:
        """Pass over the value that comes next, of any size."""
        self._at = self._end_of_value(keep=False)

    def _end_of_value(self, keep: bool) -> int:
        first = self._peek()
        if first == 0x22:
            return self._matched(_ONE_STRING)
        if first not in (0x7B, 0x5B):
            return self._scalar_end()
        depth, scan = 0, self._at
        while True:
            for found in _BRACKET.finditer(self._buffer, scan):
                char = found[1]
                if char is None:
                    break
                scan = found.end()
                depth += 1 if char == b"{" or char == b"[" else -1
                if not depth:
                    return scan
            if not keep:
                self._at = scan
            elif len(self._buffer) - self._at > LARGEST_ELEMENT:
                raise ParseFailed(
                    "limit", f"a value at byte {self.offset} is larger than {LARGEST_ELEMENT} bytes"
                )
            scan -= self._at
            if not self._more():
                self._corrupt("the JSON ends in the middle of a value")
            scan += self._at

    def _scalar_end(self) -> int:
        while True:
            found = _SCALAR.match(self._buffer, self._at)
            if found is None:
                self._corrupt(f"{chr(self._buffer[self._at])!r} stands where a value should")
            if found.end() < len(self._buffer) or not self._more():
                return found.end()
            if len(self._buffer) - self._at > _CHUNK * 16:
                self._corrupt("a number or word without an end")

    def _matched(self, pattern: re.Pattern[bytes]) -> int:
        while True:
            found = pattern.match(self._buffer, self._at)
            if found is not None:
                return found.end()
            if len(self._buffer) - self._at > LARGEST_ELEMENT:
                raise ParseFailed(
                    "limit", f"a text at byte {self.offset} is larger than {LARGEST_ELEMENT} bytes"
                )
            if not self._more():
                self._corrupt("the JSON ends in the middle of a text")

    def _key(self) -> str:
        if self._peek() != 0x22:
            self._corrupt("a key is missing")
        end = self._matched(_ONE_STRING)
        key = _loaded(self._buffer[self._at : end])
        self._at = end
        return key if isinstance(key, str) else ""

    def _ends(self, closing: bytes) -> bool:
        """Past the comma (False) or past the closing bracket (True)."""
        char = self._peek()
        if char == closing[0]:
            self._at += 1
            return True
        if char != 0x2C:
            self._corrupt(f"{chr(char)!r} stands where a comma should")
        self._at += 1
        if self._peek() == closing[0]:
            self._at += 1
            return True
        return False

    def _expect(self, char: bytes) -> None:
        if self._peek() != char[0]:
            self._corrupt(f"{chr(self._buffer[self._at])!r} stands where {char.decode()!r} should")
        self._at += 1

    def _peek(self) -> int:
        """The next byte that is no space, where the reader then stands."""
        while True:
            found = _SPACE.match(self._buffer, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._more():
                self._corrupt("the JSON ends in the middle")

    def _need(self, count: int) -> bool:
        while len(self._buffer) - self._at < count:
            if not self._more():
                return False
        return True

    def _more(self) -> bool:
        """Read on; what stands before `_at` is let go. A long element doubles the amount, so that its bytes are looked at
        a bounded number of times.
        """
        if self._ended:
            return False
        left = self._buffer[self._at :]
        data = self._stream.read(max(self._chunk, len(left)))
        self._base += self._at
        self._at = 0
        self._buffer = left + data
        self._ended = not data
        return bool(data)

    def _read(self, start: int, end: int, ends: list[int]) -> list[Any]:
        """The elements between two positions; `ends` are the ends of those that are objects or lists."""
        piece = self._buffer[start:end].strip(_BETWEEN)
        if not piece:
            return []
        values = _loaded(b"[" + piece + b"]", alone=False)
        if isinstance(values, list):
            return values
        found = []
        for stop in ends or [end]:
            one = self._buffer[start:stop].strip(_BETWEEN)
            start = stop
            if one:
                found.append(_loaded(one))
        return found

    def _corrupt(self, what: str) -> NoReturn:
        raise ParseFailed("corrupt", f"{what} (byte {self.offset})")


def _loaded(piece: bytes, alone: bool = True) -> Any:
    try:
        return orjson.loads(piece)
    except orjson.JSONDecodeError as error:
        if not alone:
            return Broken(str(error))
    # Half surrogates, NaN, deep nesting and bytes that are not UTF-8 are read by the slower reader.
    try:
        return _whole(json.loads(piece.decode("utf-8", "replace"), strict=False))
    except (ValueError, RecursionError) as error:
        return Broken(f"{type(error).__name__}: {error}"[:200])


def _whole(value: Any) -> Any:
    """The value with half surrogates replaced: they are not text and cannot be stored."""
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, list):
        return [_whole(one) for one in value]
    if isinstance(value, dict):
        return {_whole(key): _whole(one) for key, one in value.items()}
    if isinstance(value, float) and value != value:
        return None
    return value


def beginning(head: bytes, depth: int = 4) -> dict[str, Any]:
    """What stands in the first bytes of a file whose top is an object, as far as they go: objects by their members, of lists
    the first element alone. Empty if it is no such file.
    """
    found: dict[str, Any] = {}
    try:
        reader = JsonPieces(io.BytesIO(head))
        if reader.kind() == "{":
            _sketch(reader, found, depth)
    except ParseFailed:
        pass
    return found


def _sketch(reader: JsonPieces, found: dict[str, Any], depth: int) -> None:
    for key in reader.members():
        kind = reader.kind()
        if kind == "[":
            listed: list[Any] = []
            found[key] = listed
            for index in reader.elements():
                if index == 0 and depth and reader.kind() == "{":
                    first: dict[str, Any] = {}
                    listed.append(first)
                    _sketch(reader, first, depth - 1)
                elif index == 0 and reader.kind() not in "{[":
                    listed.append(reader.value())
        elif kind == "{" and depth:
            inner: dict[str, Any] = {}
            found[key] = inner
            _sketch(reader, inner, depth - 1)
        elif kind != "{":
            found[key] = reader.value()
