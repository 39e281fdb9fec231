"""Where the mails of a mailbox file begin and end: mbox in its variants, read as a stream.

Written here because `mailbox.mbox` of the standard library first builds a table of the whole file by name, and takes each
line that begins with `From ` for a new mail. Source: RFC 4155 and its forerunners (mboxo, mboxrd): a separator line holds a
sender and a time, and stands behind an empty line.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Final

#: One mail may have this many bytes; a longer one is named and passed over.
LARGEST: Final = 256 << 20
_SEPARATOR: Final = re.compile(rb"From \S[^\r\n]{0,300}\d\d:\d\d")
_QUOTED: Final = re.compile(rb"(?m)^>(>*From )")
_LINE: Final = 1 << 16


def mails(stream: io.BufferedIOBase) -> Iterator[tuple[int, bytes | None]]:
    """(byte offset of its separator line, the mail's bytes without that line); None for one that is too large."""
    offset, size = 0, 0
    start: int | None = None
    kept: list[bytes] = []
    empty, whole = True, True
    while line := stream.readline(_LINE):
        if empty and line.startswith(b"From ") and _SEPARATOR.match(line):
            if start is not None:
                yield start, _mail(kept, size)
            start, kept, size = offset, [], 0
        elif start is not None:
            size += len(line)
            kept.append(line)
            if size > LARGEST:
                kept.clear()
        offset += len(line)
        empty = whole and line in (b"\n", b"\r\n")
        whole = line.endswith(b"\n")
    if start is not None:
        yield start, _mail(kept, size)


def _mail(lines: list[bytes], size: int) -> bytes | None:
    """The mail without the marks before lines that begin with `From `."""
    if size > LARGEST:
        return None
    data = b"".join(lines)
    return _QUOTED.sub(rb"\1", data) if b"\n>" in data else data
