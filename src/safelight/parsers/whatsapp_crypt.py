"""WhatsApp's encrypted backups: msgstore.db.crypt12, .crypt14 and .crypt15 with a key of 64 hexadecimal digits.

Facts: the documentation of wa-crypt-tools and whapa. AES-256-GCM over the zlib-compressed database. crypt12: a header of 67
bytes, the last 16 of them the IV, and 20 bytes at the end. crypt14 and crypt15: the length of a protobuf header, for some
a byte 01, the header (the IV is a field of 16 bytes in it), the database, the tag and an MD5. crypt12 and crypt14 use the
key as it is; crypt15 derives it: HMAC-SHA256 of the key under 32 zeros, and of "backup encryption" and 01 under that.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from Cryptodome.Cipher import AES

from safelight.parsers.model import ParseFailed, Subject
from safelight.parsers.sqlite_file import Database
from safelight.parsers.sqlite_pages import MAGIC

_NAME = re.compile(r"\.crypt(12|14|15)$", re.IGNORECASE)
_KEY = re.compile(r"[0-9a-fA-F]{64}")
_CHUNK = 1 << 20
_SHARED = "whatsapp-backup"


@dataclass(frozen=True, slots=True)
class _Layout:
    begin: int
    end: int
    ivs: tuple[bytes, ...]


def is_backup(subject: Subject) -> bool:
    """Whether the item has a backup's name and does not begin as a database."""
    return _NAME.search(subject.name) is not None and subject.head[:16] != MAGIC


def opened(subject: Subject) -> Database | None:
    """The database inside a backup, decrypted with the keys that the operator gave. Raises ParseFailed("encrypted") if none
    of them opens it.
    """
    if _SHARED not in subject.shared:
        subject.shared[_SHARED] = _decrypted(subject)
    found: Database | None = subject.shared[_SHARED]
    return found


def _decrypted(subject: Subject) -> Database | None:
    keys = [bytes.fromhex(one.strip()) for one in subject.options.credentials if _KEY.fullmatch(one.strip())]
    if not keys:
        raise ParseFailed(
            "encrypted", f"{subject.name} is encrypted; --credential takes its key of 64 digits"
        )
    target = subject.scratch / "decrypted"
    for layout, key in _attempts(subject, keys):
        for iv in layout.ivs:
            if _opens(subject, layout, key, iv, target):
                inner = replace(
                    subject,
                    size=target.stat().st_size,
                    mime="application/vnd.sqlite3",
                    head=_head(target),
                    open=lambda: target.open("rb"),
                    beside=lambda name: None,
                    shared={},
                )
                return Database.of(inner)
    raise ParseFailed("encrypted", f"no key that was given opens {subject.name}")


def _head(path: Path) -> bytes:
    with open(path, "rb") as stream:
        return stream.read(64 << 10)


def _attempts(subject: Subject, keys: list[bytes]) -> Iterator[tuple[_Layout, bytes]]:
    kind = _NAME.search(subject.name)
    assert kind
    head = subject.head
    if kind[1] == "12":
        layouts = [_Layout(67, subject.size - 20, (head[51:67],))]
    else:
        layouts = []
        for flag in (0, 1):
            begin = 1 + flag
            header = head[begin : begin + head[0]] if head else b""
            ivs = tuple(dict.fromkeys(_sixteen(header)))
            layouts.append(_Layout(begin + len(header), subject.size - 32, ivs))
    for layout in layouts:
        for key in keys:
            yield layout, _derived(key) if kind[1] == "15" else key


def _derived(key: bytes) -> bytes:
    private = hmac.digest(bytes(32), key, hashlib.sha256)
    return hmac.digest(private, b"backup encryption\x01", hashlib.sha256)


def _sixteen(header: bytes) -> Iterator[bytes]:
    """Every field of 16 bytes in a protobuf message and the messages in it."""
    at = 0
    while at + 1 < len(header):
        if header[at] & 7 == 2 and (length := header[at + 1]) <= len(header) - at - 2:
            field = header[at + 2 : at + 2 + length]
            if length == 16:
                yield field
            elif length > 16:
                yield from _sixteen(field)
            at += 2 + length
        else:
            at += 1


def _opens(subject: Subject, layout: _Layout, key: bytes, iv: bytes, target: Path) -> bool:
    """Decrypt and unpack into `target`; False as soon as what comes out is no database."""
    cipher = AES.new(key, AES.MODE_GCM, nonce=iv)
    unpacked = zlib.decompressobj()
    left = layout.end - layout.begin
    first = True
    with subject.open() as stream, open(target, "wb") as written:
        stream.seek(layout.begin)
        while left > 0 and (chunk := stream.read(min(left, _CHUNK))):
            left -= len(chunk)
            try:
                plain = unpacked.decompress(cipher.decrypt(chunk), _CHUNK * 16)
                while plain or unpacked.unconsumed_tail:
                    if first and plain and not plain.startswith(MAGIC):
                        return False
                    first = first and not plain
                    written.write(plain)
                    plain = unpacked.decompress(unpacked.unconsumed_tail, _CHUNK * 16)
            except zlib.error:
                return not first and written.tell() > 0
    return not first
