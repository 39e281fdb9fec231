"""SQLCipher: a database whose pages are encrypted, opened with the keys that the operator gave.

Facts: "SQLCipher Design" (zetetic.net/sqlcipher/design) and its documentation of the defaults. The first 16 bytes are a
salt. The key is PBKDF2 of the passphrase over it (version 4: HMAC-SHA512, 256,000 rounds; version 3: HMAC-SHA1, 64,000), or
is given raw as x'64 digits' (with 96, the last 32 are the salt). Each page is AES-256-CBC; at its end lie the IV and an
HMAC over ciphertext, IV and page number (little-endian), whose key is PBKDF2 of the key over the salt XOR 0x3A, two rounds.
A page of the write-ahead log is encrypted alike. The HMAC tells a wrong key from damage.

Our own code: the bindings of SQLCipher would run its C code on evidence, and read no damaged file.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BufferedIOBase, BytesIO
from pathlib import Path
from typing import Literal

from Cryptodome.Cipher import AES

from safelight.parsers.model import Subject, Trouble
from safelight.parsers.sqlite_pages import MAGIC

_RAW = re.compile(r"(?:x'([0-9a-fA-F]{64}|[0-9a-fA-F]{96})'|([0-9a-fA-F]{64}))")
_SALT, _IV, _BLOCK = 16, 16, 16
_Order = Literal["little", "big"]
#: Hash and rounds of versions 4 and 3.
_VERSIONS = (("sha512", 256_000), ("sha1", 64_000))
_PAGE_SIZES = (4096, 1024, 8192, 2048, 16384, 32768, 65536, 512)


@dataclass(frozen=True, slots=True)
class Cipher:
    """What opens one database."""

    key: bytes
    mac: bytes
    hash: str
    page: int

    @property
    def reserve(self) -> int:
        """Bytes at the end of a page that SQLite does not use: IV and HMAC, in whole blocks."""
        return -(-(_IV + hashlib.new(self.hash).digest_size) // _BLOCK) * _BLOCK

    def genuine(self, number: int, page: bytes) -> bool:
        """Whether a page bears the HMAC that this key gives it."""
        end = self.page - self.reserve
        said = page[end + _IV : end + _IV + hashlib.new(self.hash).digest_size]
        begin = _SALT if number == 1 else 0
        made = hmac.digest(self.mac, page[begin : end + _IV] + number.to_bytes(4, "little"), self.hash)
        return hmac.compare_digest(said, made)

    def opened(self, number: int, page: bytes) -> bytes:
        """A page as SQLite would have written it, its reserved bytes empty."""
        end, begin = self.page - self.reserve, _SALT if number == 1 else 0
        plain: bytes = AES.new(self.key, AES.MODE_CBC, iv=page[end : end + _IV]).decrypt(page[begin:end])
        return (MAGIC if number == 1 else b"") + plain + bytes(self.reserve)


def decrypted(subject: Subject) -> tuple[Subject, list[Trouble]] | None:
    """The item as an open database (with its write-ahead log) in the scratch folder, and its damaged pages; None if no
    credential opens it.
    """
    cipher = next(
        (found for one in subject.options.credentials if (found := _fitting(subject, one.strip()))), None
    )
    if cipher is None:
        return None
    target = subject.scratch / "decrypted.db"
    troubles: list[Trouble] = []
    with subject.open() as stream, open(target, "wb") as written:
        number = 0
        while page := stream.read(cipher.page):
            number += 1
            if len(page) == cipher.page and cipher.genuine(number, page):
                written.write(cipher.opened(number, page))
            else:
                troubles.append(Trouble(f"page {number}", "corrupt", "its HMAC is not that of its bytes"))
                written.write(bytes(len(page)))
    log = subject.beside(subject.name + "-wal")
    frames = b""
    if log is not None:
        with log:
            frames = b"".join(_log(log, cipher))

    def beside(name: str) -> BufferedIOBase | None:
        return BytesIO(frames) if name == subject.name + "-wal" and frames else None

    inner = replace(
        subject, size=target.stat().st_size, mime="application/vnd.sqlite3", head=_head(target),
        open=lambda: target.open("rb"), beside=beside, shared={},
    )  # fmt: skip
    return inner, troubles


def _fitting(subject: Subject, credential: str) -> Cipher | None:
    with subject.open() as stream:
        head = stream.read(max(_PAGE_SIZES))
    raw = _RAW.fullmatch(credential)
    for name, rounds in _VERSIONS:
        salt = head[:_SALT]
        if raw:
            given = bytes.fromhex(raw[1] or raw[2])
            key, salt = given[:32], given[32:] or salt
        else:
            key = hashlib.pbkdf2_hmac(name, credential.encode(), salt, rounds, 32)
        mac = hashlib.pbkdf2_hmac(name, key, bytes(one ^ 0x3A for one in salt), 2, 32)
        for size in _PAGE_SIZES:
            cipher = Cipher(key, mac, name, size)
            if len(head) >= size and cipher.genuine(1, head[:size]):
                return cipher
    return None


def _head(path: Path) -> bytes:
    with open(path, "rb") as stream:
        return stream.read(64 << 10)


def _log(stream: BufferedIOBase, cipher: Cipher) -> Iterator[bytes]:
    """A write-ahead log with its pages open and its checksums made anew, up to the first frame that is none.

    Source: sqlite.org/fileformat2.html, "The Write-Ahead Log": every frame's checksum goes on from the one before.
    """
    header = stream.read(32)
    if len(header) < 32 or int.from_bytes(header[8:12], "big") != cipher.page:
        return
    magic = int.from_bytes(header[:4], "big")
    if magic not in (0x377F0682, 0x377F0683):
        return
    order: _Order = "big" if magic & 1 else "little"
    told = made = _summed(header[:24], (0, 0), order)
    yield header
    while len(frame := stream.read(24 + cipher.page)) == 24 + cipher.page:
        number, page = int.from_bytes(frame[:4], "big"), frame[24:]
        told = _summed(frame[:8] + page, told, order)
        if frame[8:16] != header[16:24] or frame[16:24] != _bytes(told) or not cipher.genuine(number, page):
            return
        plain = cipher.opened(number, page)
        made = _summed(frame[:8] + plain, made, order)
        yield frame[:16] + _bytes(made) + plain


def _bytes(sums: tuple[int, int]) -> bytes:
    return sums[0].to_bytes(4, "big") + sums[1].to_bytes(4, "big")


def _summed(data: bytes, sums: tuple[int, int], order: _Order) -> tuple[int, int]:
    one, two = sums
    words = memoryview(data)
    for at in range(0, len(data), 8):
        one = (one + int.from_bytes(words[at : at + 4], order) + two) & 0xFFFFFFFF
        two = (two + int.from_bytes(words[at + 4 : at + 8], order) + one) & 0xFFFFFFFF
    return one, two
