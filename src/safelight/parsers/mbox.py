"""Where the mails of a mailbox file begin and end: mbox in its variants, read as a stream.

Written here because `mailbox.mbox` of the standard library first builds a table of the whole file by name, and takes each
line that begins with `From ` for a new mail. Source: RFC 4155 and its forerunners (mboxo, mboxrd, mboxcl): a separator line
holds a sender and a date as asctime() writes it, stands behind an empty line, and header lines follow it. What looks like
one and is none stays in the mail before. In mboxcl2 lines of the text that begin with `From ` are not marked, and
`Content-Length` tells where it ends: it is believed where a mail or nothing follows that place.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from safelight.parsers.model import Trouble

#: One mail may have this many bytes; a longer one is named and passed over.
LARGEST: Final = 256 << 20
_DAY: Final = rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_MONTH: Final = rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_CLOCK: Final = rb"\d?\d:\d\d(?::\d\d)?"
_ZONE: Final = rb"(?:[+-]\d{4}|[A-Z]{1,5}(?:[ ]DST)?)"
#: asctime(), with a zone before or behind the year as some programs write it, or a date of RFC 5322.
_SEPARATOR: Final = re.compile(
    rb"From (?:\S[^\r\n]{0,300}? )? *(?:" + _DAY + rb" +" + _MONTH + rb" +\d?\d +" + _CLOCK + rb"(?: +" + _ZONE
    + rb"){0,2} +\d{4}(?: +" + _ZONE + rb")?|(?:" + _DAY + rb", +)?\d?\d +" + _MONTH + rb" +\d{4} +" + _CLOCK
    + rb"(?: +" + _ZONE + rb")?)(?: +remote from \S+)?[ \t]*\r?\n?\Z"
)  # fmt: skip
_HEADER: Final = re.compile(rb"[!-9;-~]{1,200}[ \t]*:|>From ")
_LENGTH: Final = re.compile(rb"Content-Length[ \t]*:[ \t]*(\d{1,12})[ \t]*\r?\n", re.I)
_QUOTED: Final = re.compile(rb"(?m)^>(>*From )")
_LINE: Final = 1 << 16
_EMPTY: Final = (b"\n", b"\r\n")


@dataclass(slots=True)
class _Mail:
    """The lines since the last separator line; before the first one they belong to no mail."""

    start: int
    begun: bool
    lines: list[bytes] = field(default_factory=list)
    size: int = 0
    end: int = 0
    """Where its text ends by `Content-Length`; 0 where that is not stated, or wrong."""
    inside: list[tuple[int, int]] = field(default_factory=list)
    """Separator lines in the text (place among the lines, offset): of the text, if it ends where it should."""
    _stated: int = 0
    _headers: bool = True

    def add(self, line: bytes, offset: int) -> None:
        """The next line."""
        behind = offset + len(line)
        if self._headers and line in _EMPTY:
            self._headers = False
            self.end = behind + self._stated if 0 < self._stated <= LARGEST else 0
        elif self._headers and (stated := _LENGTH.fullmatch(line)):
            self._stated = int(stated[1])
        elif self.end and (offset < self.end < behind or (offset >= self.end and line not in _EMPTY)):
            self.end = 0
        self.lines.append(line)
        self.size += len(line)
        if self.size > LARGEST:
            self.lines.clear()
            self.inside.clear()

    def parts(self) -> list[_Mail]:
        """The mails that it is, its length being wrong: the last one may go on."""
        found = []
        starts = [(-1, self.start), *self.inside]
        for (index, start), (end, _) in zip(starts, [*self.inside, (len(self.lines), 0)], strict=True):
            lines = self.lines[index + 1 : end]
            found.append(_Mail(start, self.begun, lines, sum(map(len, lines)), _headers=False))
        return found

    def given(self) -> Iterator[tuple[int, bytes] | Trouble]:
        """It, without the marks before lines that begin with `From `."""
        place = f"byte {self.start}"
        if self.size > LARGEST:
            yield Trouble(place, "limit", f"a mail of more than {LARGEST} bytes")
            return
        data = b"".join(self.lines)
        if self.begun:
            yield self.start, _QUOTED.sub(rb"\1", data) if b"\n>" in data or data[:1] == b">" else data
        elif data.strip():
            yield Trouble(place, "corrupt", f"{len(data)} bytes before the first mail belong to none")


def mails(stream: io.BufferedIOBase) -> Iterator[tuple[int, bytes] | Trouble]:
    """(byte offset of its separator line, the mail's bytes without that line); what cannot be given is named."""
    offset, empty, whole = 0, True, True
    mail = _Mail(0, False, _headers=False)
    line = stream.readline(_LINE)
    while line:
        following = stream.readline(_LINE)
        separates = empty and _separates(line, following, first=offset == 0)
        if separates and offset >= mail.end:
            yield from mail.given()
            mail = _Mail(offset, True)
        else:
            if separates:
                mail.inside.append((len(mail.lines), offset))
            mail.add(line, offset)
            if mail.inside and not mail.end:
                *before, mail = mail.parts()
                for one in before:
                    yield from one.given()
        offset += len(line)
        empty = whole and line in _EMPTY
        whole = line.endswith(b"\n")
        line = following
    for one in [mail] if mail.end <= offset else mail.parts():
        yield from one.given()


def _separates(line: bytes, following: bytes, *, first: bool) -> bool:
    """Whether a line behind an empty one begins a mail; the file's first is one whatever its date looks like."""
    return (
        line.startswith(b"From ")
        and _HEADER.match(following) is not None
        and (first or _SEPARATOR.match(line) is not None)
    )
