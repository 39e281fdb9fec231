"""The bytes of one zip member: where they lie, how they are encrypted and packed, whether they are whole."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

from isal import isal_zlib

from safelight.evidence import decoders
from safelight.evidence.bounds import Expansion, Guard
from safelight.evidence.decoders import Chunks, packed_chunks
from safelight.evidence.model import EvidenceError, OpenContext
from safelight.evidence.stream import stream_size
from safelight.evidence.unpacked import DECODER_ERRORS, Part, Unpacked, as_failure
from safelight.evidence.zip_directory import Directory, Record
from safelight.evidence.zip_encryption import AesField, WrongPassword, aes_field, decrypt_aes, decrypt_pkware

_ENCRYPTED, _STRONG, _MASKED = 0x0001, 0x0040, 0x2000
_STORED, _AES = 0, 99

#: APPNOTE 4.4.5. Methods that need memory of their own choosing or exist in hardly any archive are not read.
_DECODERS: dict[int, Callable[[Chunks], Chunks]] = {
    _STORED: decoders.stored,
    8: decoders.inflate,
    9: decoders.inflate_64,
    12: decoders.bunzip,
    14: decoders.unlzma_zip,
    20: decoders.unzstd,
    93: decoders.unzstd,
    95: decoders.unxz,
}
_NAMES = {1: "shrink", 6: "implode", 10: "PKWARE DCL implode", 18: "IBM TERSE", 19: "IBM LZ77", 94: "MP3",
          96: "JPEG variant", 97: "WavPack", 98: "PPMd"}  # fmt: skip


def open_member(
    stream: io.RawIOBase, directory: Directory, record: Record, context: OpenContext, outer: Expansion
) -> io.RawIOBase:
    """A seekable stream of the member. Raises EvidenceError: encrypted, unsupported, corrupt, limit."""
    if record.flags & (_STRONG | _MASKED):
        raise EvidenceError("encrypted", "PKWARE strong encryption, which cannot be opened yet")
    aes = aes_field(record.extra_field(0x9901)) if record.method == _AES else None
    method = record.method if aes is None else aes.method
    decode = _DECODERS.get(method)
    if decode is None:
        raise EvidenceError("unsupported", f"zip method {method} ({_NAMES.get(method, 'unknown')})")
    start = directory.data_start(record)
    packed: int | None = record.packed
    if record.sizes_follow:
        if method == _STORED or record.flags & _ENCRYPTED:
            raise EvidenceError("corrupt", "where the member ends stood only in the lost directory")
        packed = None
    guard = Guard(context.limits, stream_size(stream) - start if packed is None else record.packed, outer)
    if not record.flags & _ENCRYPTED and aes is None:
        if method == _STORED:
            if record.packed != record.size:
                raise EvidenceError("corrupt", "a stored member whose two sizes differ")
            guard.check(record.size)
            return Part(stream, start, record.size, record.crc)
        return _unpacked(record, guard, lambda: decode(packed_chunks(stream, start, packed)))

    def plain(password: bytes) -> Chunks:
        decrypted = _decrypted(packed_chunks(stream, start, record.packed), record, aes, password)
        yield from decode(decrypted)
        # The authentication code stands behind the last byte that the decoder needs.
        for _ in decrypted:
            pass

    password = _fitting(record, aes, plain, context.credentials)
    return _unpacked(record, guard, lambda: plain(password), crc=aes is None or aes.version == 1)


def _decrypted(chunks: Chunks, record: Record, aes: AesField | None, password: bytes) -> Chunks:
    if aes is not None:
        return decrypt_aes(chunks, aes, password, record.packed)
    check = record.dos_time >> 8 if record.flags & 8 else record.crc >> 24
    return decrypt_pkware(chunks, password, check)


def _fitting(
    record: Record, aes: AesField | None, plain: Callable[[bytes], Chunks], credentials: tuple[str, ...]
) -> bytes:
    """The first credential that opens the member: its check value fits and its first bytes unpack.

    A check value of one byte lets one of 256 wrong passwords pass, so that small members are unpacked whole.
    """
    for credential in credentials:
        for password in dict.fromkeys(_spellings(credential)):
            try:
                crc, seen = 0, 0
                for chunk in plain(password):
                    crc, seen = isal_zlib.crc32(chunk, crc), seen + len(chunk)
                    if seen > min(record.size, 1 << 20):
                        break
                if seen <= record.size and (seen < record.size or aes is not None or crc == record.crc):
                    return password
            except WrongPassword:
                continue
            except DECODER_ERRORS as error:
                if isinstance(error, EvidenceError) and aes is not None and error.cause == "corrupt":
                    return password  # its check value fits; reading the member will say what is damaged
    told = f"none of {len(credentials)} credentials opens it" if credentials else "a password is needed"
    raise EvidenceError("encrypted", f"{'AES' if aes else 'PKWARE'} encryption: {told}")


def _spellings(credential: str) -> Iterator[bytes]:
    """Passwords are bytes to zip: UTF-8 by newer programs, the DOS or Windows code page by older ones."""
    for encoding in ("utf-8", "cp850", "cp1252"):
        try:
            yield credential.encode(encoding)
        except UnicodeEncodeError:
            continue


def _unpacked(record: Record, guard: Guard, chunks: Callable[[], Chunks], *, crc: bool = True) -> Unpacked:
    if record.sizes_follow:
        return Unpacked(chunks, guard, None)
    return Unpacked(lambda: _whole(chunks(), record, crc), guard, record.size)


def _whole(chunks: Chunks, record: Record, check: bool) -> Chunks:
    """Pass on the unpacked data and see at its end that size and checksum are what the directory says."""
    crc, seen = 0, 0
    try:
        for chunk in chunks:
            seen += len(chunk)
            if seen > record.size:
                raise EvidenceError("corrupt", f"unpacks to more than the {record.size} bytes it states")
            crc = isal_zlib.crc32(chunk, crc)
            yield chunk
    except WrongPassword as error:
        raise EvidenceError("encrypted", "the password does not open it") from error
    except DECODER_ERRORS as error:
        raise as_failure(error) from error
    if seen < record.size:
        raise EvidenceError("corrupt", f"unpacks to {seen} bytes and not the {record.size} it states")
    if check and crc != record.crc:
        raise EvidenceError("corrupt", "the checksum differs")
