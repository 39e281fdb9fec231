"""One mail (RFC 5322, MIME) as its parts: headers decoded, the body as text, attachments with their hashes.

By the standard library's `email` in its tolerant policy (`compat32`): the newer one spends a millisecond on each line of
addresses and raises on some that are merely odd. Headers are decoded here: RFC 2047 words, raw UTF-8 and 8-bit bytes.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header
from email.message import Message as Mail
from email.parser import BytesHeaderParser
from email.utils import collapse_rfc2231_value, getaddresses, parsedate_to_datetime
from typing import Any, Final

from safelight.traces.iso_text import with_offset
from safelight.traces.moment import Moment, wall_only
from safelight.traces.networks import mail as normal

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_IDS: Final = re.compile(r"<([^<>\s]{1,998})>")
_IP: Final = re.compile(
    r"\[?(?:IPv6:)?((?:\d{1,3}\.){3}\d{1,3}(?![\d.])|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7})\]?", re.I
)
_FROM: Final = re.compile(r"\bfrom\s+(.{1,1000}?)(?:\bby\b|;|\Z)", re.S)
#: Parts of one mail that are looked at.
_PARTS: Final = 2000
#: Text of a body that is kept.
_LONGEST: Final = 16 << 20


@dataclass(slots=True)
class Parts:
    """What one mail says."""

    headers: list[tuple[str, str]]
    text: str | None = None
    html: str | None = None
    attachments: list[dict[str, Any]] = field(default_factory=list)
    trouble: str | None = None
    """What of it could not be read."""

    def first(self, name: str) -> str | None:
        """The first header of that name, decoded; None if it is not there or empty."""
        return next((decoded(value) or None for key, value in self.headers if key == name), None)

    def all(self, name: str) -> list[str]:
        """All headers of that name, from top to bottom, decoded."""
        return [decoded(value) for key, value in self.headers if key == name]

    def ids(self, name: str) -> list[str]:
        """The message ids in a header."""
        return _IDS.findall(self.first(name) or "")

    def addresses(self, *names: str) -> list[tuple[str, str | None]]:
        """(address in normal form, name as written) of those headers."""
        raw = [_unfolded(value) for key, value in self.headers if key in names]
        found = []
        for name, address in getaddresses(raw):
            if "@" in address and len(address) < 400:
                found.append((normal(address), decoded(name).strip() or None))
        return found


def parts_of(data: bytes) -> Parts:
    """Read one mail. Never raises on any bytes: what is odd is told in `trouble`."""
    try:
        mail = message_from_bytes(data)
        found = Parts(_headers(mail))
        _body(mail, found)
    except (
        MessageError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        AssertionError,
        RecursionError,
    ) as error:
        try:
            found = Parts(_headers(BytesHeaderParser().parsebytes(data[: 1 << 20])))
        except (MessageError, ValueError, LookupError, RecursionError):
            found = Parts([])
        found.trouble = f"{type(error).__name__}: {error}"[:200]
    return found


def _headers(mail: Mail) -> list[tuple[str, str]]:
    return [(str(name).lower(), str(value)) for name, value in mail.raw_items()]


def _unfolded(value: str) -> str:
    """A header on one line, its raw bytes read as UTF-8, else as Western European."""
    flat = value.replace("\r", "").replace("\n", "").replace("\0", "")
    if flat.isascii():
        return flat
    raw = flat.encode("utf-8", "surrogateescape")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def decoded(value: str) -> str:
    """A header's text."""
    flat = _unfolded(value)
    if "=?" not in flat:
        return flat.strip()
    try:
        pieces = decode_header(flat)
    except (MessageError, ValueError):
        return flat.strip()
    return "".join(one if isinstance(one, str) else _bytes(one, charset) for one, charset in pieces).strip()


def _bytes(data: bytes, charset: str | None) -> str:
    for name in (charset, "utf-8"):
        try:
            return data.decode(name or "ascii")
        except (LookupError, ValueError):
            continue
    return data.decode("cp1252", "replace")


def _body(mail: Mail, found: Parts) -> None:
    waiting: list[Mail] = [mail]
    count = 0
    while waiting and count < _PARTS:
        part = waiting.pop()
        count += 1
        payload: Any = part.get_payload()
        kind = part.get_content_type()
        if part.is_multipart() and isinstance(payload, list) and kind != "message/rfc822":
            waiting.extend(reversed([one for one in payload if isinstance(one, Mail)]))
            continue
        name = _file_name(part)
        inline = name is None and part.get_content_disposition() != "attachment"
        data = _payload(part, kind)
        if inline and len(data) > _LONGEST:
            found.trouble = f"of a text of {len(data)} bytes the first {_LONGEST} are kept"
        if inline and kind == "text/plain" and found.text is None:
            found.text = _text(part, data)
        elif inline and kind == "text/html" and found.html is None:
            found.html = _text(part, data)
        elif data or not inline:
            stated = {
                "name": name,
                "mime": kind,
                "size": len(data),
                "sha256": hashlib.sha256(data).hexdigest(),
            }
            found.attachments.append({key: value for key, value in stated.items() if value is not None})
    if waiting:
        found.trouble = f"more than {_PARTS} parts"


def _payload(part: Mail, kind: str) -> bytes:
    if kind == "message/rfc822":
        inner: Any = part.get_payload()
        return bytes(inner[0].as_bytes()) if isinstance(inner, list) and inner else b""
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _text(part: Mail, data: bytes) -> str | None:
    try:
        charset = part.get_content_charset()
    except (ValueError, LookupError):
        charset = None
    text = _bytes(data[:_LONGEST], charset).replace("\r\n", "\n").strip("\n")
    return text.replace("\0", "") or None


def _file_name(part: Mail) -> str | None:
    """The name in `Content-Disposition` or `Content-Type` (RFC 2231, or RFC 2047 words where they do not belong)."""
    for header, key in (("content-disposition", "filename"), ("content-type", "name")):
        value = part.get_param(key, None, header)
        if value is not None:
            name = decoded(collapse_rfc2231_value(value).strip())
            return name.replace("\0", "") or None
    return None


def time_of(text: str | None) -> Moment | None:
    """A date of RFC 5322. An offset is stated; `-0000`, no zone and unknown letters say nothing of it (RFC 5322, 3.3)."""
    if not text:
        return None
    try:
        found = parsedate_to_datetime(text)
        wall = (found.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
    except (ValueError, TypeError, OverflowError, IndexError):
        return Moment(None, None, text, "unknown")
    offset = found.utcoffset()
    return wall_only(wall, text) if offset is None else with_offset(wall, offset // _MICROSECOND, text)


@dataclass(frozen=True, slots=True)
class Hop:
    """From where a server says that it got a mail, and when."""

    host: str | None
    ip: str | None
    at: Moment | None


def hop(received: str) -> Hop:
    """One `Received` header (RFC 5321, 4.4)."""
    way, _semicolon, date = received[:8000].rpartition(";")
    came = _FROM.search(way or received[:8000])
    if came is None:
        return Hop(None, None, time_of(date.strip()))
    words = came[1].split()
    ip = next((one for one in _IP.findall(came[1])), None)
    return Hop(words[0].strip("[]()") if words else None, ip, time_of(date.strip()))
