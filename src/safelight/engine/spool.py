"""The spool: what a child hands over, as lines that outlive it.

    :<position> {row as JSON}
    :<position> =[rows, bytes of those lines, cpu seconds, null or {"cause", "detail", "seconds", "note"}]

Each line is in the kernel before the child takes its next step. A file holds the lines of one job of one
child, is opened for appending only, and needs no durability: whoever restarts throws it away. A position
counts as done only when its end line stands directly behind exactly the lines that it speaks of, so a torn
last line, bytes that a library wrote to the wrong descriptor and a truncated file cost the positions that
they touch and no other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

LINE_BYTES: Final = 64 << 20
"""The longest line, in bytes. A longer row is refused by the child, so a longer line is not one of ours."""
_FRAME: Final = b":0 *"
_LONGEST_LENGTH: Final = len(str(LINE_BYTES))
_LONGEST_HEAD: Final = 11  # a colon, nine digits and a space


@dataclass(slots=True)
class End:
    """The end line of a position: how much it wrote, and what the handler raised, if it did."""

    rows: int
    size: int
    seconds: float
    failure: dict[str, Any] | None


def prefix_of(position: int) -> bytes:
    """How each line of a position begins. The colon keeps foreign digits before it from changing the number."""
    return b":%d " % position


def row_line(prefix: bytes, row: object) -> bytes:
    """Raises TypeError (orjson.JSONEncodeError) for what JSON cannot hold."""
    return prefix + orjson.dumps(row) + b"\n"


def frame_line(prefix: bytes, length: int) -> bytes:
    """Announces bytes as they are, in a stream's pipe alone; a spool holds lines and nothing else."""
    return prefix + b"*%d\n" % length


def announced(line: bytes) -> int | None:
    """How many bytes follow this line of a stream's pipe; None for any other line."""
    if not line.startswith(_FRAME):
        return None
    digits = line[len(_FRAME) : -1]
    if not digits.isdigit() or len(digits) > _LONGEST_LENGTH:
        return None
    length = int(digits)
    return length if length <= LINE_BYTES else None


def end_line(prefix: bytes, end: End) -> bytes:
    return prefix + b"=" + orjson.dumps([end.rows, end.size, end.seconds, end.failure]) + b"\n"


def read_line(line: bytes) -> tuple[int, End | bytes] | None:
    """Position and end, or position and the row still as JSON; None for what no child of ours writes."""
    read = looked_at(line)
    if read is None:
        return None
    position, what = read
    return position, what if isinstance(what, End) else line[what:]


def looked_at(line: bytes) -> tuple[int, End | int] | None:
    """Position and end, or position and where in the line the row's JSON begins; None for what is not ours."""
    space = line.find(b" ", 0, _LONGEST_HEAD)
    digits = line[1:space]
    if space < 0 or line[:1] != b":" or not digits.isdigit() or line[-1:] != b"\n":
        return None
    kind = line[space + 1 : space + 3]
    if kind[:1] == b"{":
        return int(digits), space + 1
    if kind != b"=[":
        return None
    try:
        rows, size, seconds, failure = orjson.loads(line[space + 2 :])
    except ValueError:
        return None
    if type(rows) is int and type(size) is int and isinstance(seconds, float):
        return int(digits), End(rows, size, seconds, failure if isinstance(failure, dict) else None)
    return None


class Spool:
    """The lines of one job, indexed by position. `ends` has the positions that are done, as written."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self.ends: dict[int, End] = {}
        self._where: dict[int, tuple[int, int]] = {}
        self._index()

    def _index(self) -> None:
        offset = 0
        settled = 0  # the byte behind the last end line: the next position's rows begin here and nowhere else
        ended: set[int] = set()
        run: tuple[int, int, int] | None = None  # rows that lie together: position, first byte, number
        while line := self._file.readline(LINE_BYTES):
            after = offset + len(line)
            read = looked_at(line)
            if read is None:
                run = None
            else:
                position, content = read
                if run is None or run[0] != position:
                    run = (position, offset, 0)
                if isinstance(content, End):
                    whole = run[1] == settled and (run[2], offset - run[1]) == (content.rows, content.size)
                    if position in ended:
                        self.ends.pop(position, None)  # one of the two is not ours
                    elif whole:
                        self.ends[position] = content
                        self._where[position] = (run[1], offset)
                    ended.add(position)
                    settled, run = after, None
                else:
                    run = (position, run[1], run[2] + 1)
                    if position not in self.ends:
                        self._where[position] = (run[1], after)
            offset = after

    def rows(self, position: int) -> Iterator[dict[str, Any]]:
        """The rows of a position that is done; of one that is not, those that lie whole in the file."""
        start, stop = self._where.get(position, (0, 0))
        self._file.seek(start)
        while start < stop:
            line = self._file.readline(LINE_BYTES)
            start += len(line)
            yield orjson.loads(line[line.index(b" ") + 1 :])

    def close(self) -> None:
        self._file.close()
