"""The two encryptions of zip members: PKWARE's own (APPNOTE 6.1) and AES as WinZip wrote it down (AE-1,
AE-2).

AES, HMAC and PBKDF2 are libraries; only the framing is here, since the libraries that know it (pyzipper)
read the whole archive by themselves. PKWARE's cipher exists in no library of its own and is slow in Python
(about 2 MB/s), which its age allows. Source for AES: "AES Encryption Information: Encryption Specification
AE-1 and AE-2" (WinZip).
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from Cryptodome.Cipher import AES
from Cryptodome.Util import Counter

from safelight.evidence.decoders import Chunks
from safelight.evidence.model import EvidenceError


class WrongPassword(Exception):
    """The check value in front of the data does not fit this password."""


@dataclass(frozen=True, slots=True)
class AesField:
    """Extra field 0x9901: the strength (1 to 3: 128, 192, 256 bits), the packing below, and the version."""

    version: int
    strength: int
    method: int

    @property
    def salt_bytes(self) -> int:
        return 4 + 4 * self.strength

    @property
    def overhead(self) -> int:
        """Bytes of salt, check value and authentication code around the data."""
        return self.salt_bytes + 2 + 10


def aes_field(data: bytes | None) -> AesField:
    """Raises EvidenceError("corrupt") if the field is missing or says what is not defined."""
    if data is None or len(data) < 7:
        raise EvidenceError("corrupt", "an AES member without its extra field")
    version, _, strength, method = struct.unpack_from("<H2sBH", data)
    if strength not in (1, 2, 3):
        raise EvidenceError("corrupt", f"AES strength {strength} is not defined")
    return AesField(version, strength, method)


def decrypt_aes(chunks: Chunks, field: AesField, password: bytes, packed: int) -> Iterator[bytes]:
    """The plain data of an AES member of `packed` bytes. Raises WrongPassword at the first step,
    EvidenceError("corrupt") at the end if the authentication code differs."""
    head = field.salt_bytes + 2
    data = _at_least(chunks, head)
    key_bytes = 8 + 8 * field.strength
    keys = hashlib.pbkdf2_hmac("sha1", password, data[: field.salt_bytes], 1000, 2 * key_bytes + 2)
    if keys[-2:] != data[field.salt_bytes : head]:
        raise WrongPassword
    cipher = AES.new(
        keys[:key_bytes], AES.MODE_CTR, counter=Counter.new(128, initial_value=1, little_endian=True)
    )
    code = hmac.new(keys[key_bytes : 2 * key_bytes], digestmod="sha1")
    left = packed - field.overhead
    data = data[head:]
    while left > 0:
        take, data = data[:left], data[left:]
        left -= len(take)
        code.update(take)
        if take:
            yield cipher.decrypt(take)
        if left > 0:
            data = _at_least(chunks, 1)
    if (data + b"".join(chunks))[:10] != code.digest()[:10]:
        raise EvidenceError("corrupt", "the authentication code differs")


def decrypt_pkware(chunks: Chunks, password: bytes, check: int) -> Iterator[bytes]:
    """The plain data of a member encrypted by PKWARE's first cipher; `check` is the last byte of its header.
    Raises WrongPassword at the first step."""
    decrypt = _PkwareCipher(password).decrypt
    data = _at_least(chunks, 12)
    if decrypt(data[:12])[11] != check:
        raise WrongPassword
    yield decrypt(data[12:])
    for chunk in chunks:
        yield decrypt(chunk)


def _at_least(chunks: Chunks, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = next(chunks, None)
        if more is None:
            raise EvidenceError("corrupt", "the encrypted data ends early")
        data += more
    return data


def _crc_table() -> tuple[int, ...]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0xEDB88320 if value & 1 else 0)
        table.append(value)
    return tuple(table)


_CRC = _crc_table()


class _PkwareCipher:
    """Three 32-bit keys that each plain byte moves on."""

    def __init__(self, password: bytes) -> None:
        self._keys = 0x12345678, 0x23456789, 0x34567890
        self._run(password, plain=True)

    def decrypt(self, data: bytes) -> bytes:
        return self._run(data, plain=False)

    def _run(self, data: bytes, *, plain: bool) -> bytes:
        key0, key1, key2 = self._keys
        out = bytearray()
        for byte in data:
            if not plain:
                mask = key2 | 2
                byte ^= (mask * (mask ^ 1) >> 8) & 0xFF
                out.append(byte)
            key0 = key0 >> 8 ^ _CRC[(key0 ^ byte) & 0xFF]
            key1 = ((key1 + (key0 & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
            key2 = key2 >> 8 ^ _CRC[(key2 ^ key1 >> 24) & 0xFF]
        self._keys = key0, key1, key2
        return bytes(out)
