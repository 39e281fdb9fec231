"""A database encrypted as SQLCipher's design paper says, from a plain one. Shares no code with the reader."""

from __future__ import annotations

import hashlib
import hmac
import struct

from Cryptodome.Cipher import AES

SALT = bytes(range(16))
#: Bytes that a plain page must leave free: version 4 and 3.
RESERVE = {4: 80, 3: 48}


def key_of(passphrase: str, version: int) -> bytes:
    name, rounds = ("sha512", 256_000) if version == 4 else ("sha1", 64_000)
    return hashlib.pbkdf2_hmac(name, passphrase.encode(), SALT, rounds, 32)


def encrypted(plain: bytes, page_size: int, version: int, key: bytes) -> bytes:
    """Every page of a database whose header reserves RESERVE bytes."""
    pages = [plain[at : at + page_size] for at in range(0, len(plain), page_size)]
    return b"".join(page(number, one, version, key) for number, one in enumerate(pages, 1))


def encrypted_log(plain: bytes, page_size: int, version: int, key: bytes) -> bytes:
    """A write-ahead log (little-endian checksums) with the pages of a plain one."""
    header = plain[:24]
    sums = checksum(header, 0, 0)
    made = [header, struct.pack(">2I", *sums)]
    for at in range(32, len(plain), 24 + page_size):
        number = struct.unpack_from(">I", plain, at)[0]
        hidden = page(number, plain[at + 24 : at + 24 + page_size], version, key)
        sums = checksum(plain[at : at + 8] + hidden, *sums)
        made += [plain[at : at + 16], struct.pack(">2I", *sums), hidden]
    return b"".join(made)


def checksum(data: bytes, one: int, two: int) -> tuple[int, int]:
    for first, second in struct.iter_unpack("<2I", data):
        one = (one + first + two) % 2**32
        two = (two + second + one) % 2**32
    return one, two


def page(number: int, plain: bytes, version: int, key: bytes) -> bytes:
    name = "sha512" if version == 4 else "sha1"
    iv = hashlib.sha256(b"iv %d" % number).digest()[:16]
    content = plain[16 if number == 1 else 0 : len(plain) - RESERVE[version]]
    hidden: bytes = AES.new(key, AES.MODE_CBC, iv).encrypt(content)
    mac_key = hashlib.pbkdf2_hmac(name, key, bytes(b ^ 58 for b in SALT), 2, 32)
    mac = hmac.new(mac_key, hidden + iv + struct.pack("<I", number), name).digest()
    tail = (iv + mac).ljust(RESERVE[version], b"\xee")
    return (SALT if number == 1 else b"") + hidden + tail
