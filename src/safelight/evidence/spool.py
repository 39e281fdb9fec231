"""Unpacked bytes kept aside so that a reader can go back: in memory while small, then in a sealed temporary
file.

The file has no name (O_TMPFILE, or unlinked at once; in TMPDIR), so nothing is left after a crash, and what
is written is encrypted (AES-CTR) under a key that exists only in this object, so that a block of the disk
that is read later shows nothing of the evidence. No integrity is claimed: the file is private to this
process.
"""

from __future__ import annotations

import os
import tempfile

from Cryptodome.Cipher import AES

#: Unpacked bytes of one stream that are kept in memory.
MEMORY_BYTES = 16 << 20
_BLOCK = 16


class SealedFile:
    """An append-only file that is read back at any position. Raises OSError (a full disk) on append."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - lives as long as this object
        self._key = os.urandom(32)
        self.length = 0
        status = os.fstatvfs(self._file.fileno())
        #: At most half of what is free, so that one archive never fills the disk.
        self.capacity = status.f_bavail * status.f_frsize // 2

    def append(self, data: bytes | memoryview) -> bool:
        """Keep `data` after what is there; False if there is no room for it."""
        if self.length + len(data) > self.capacity:
            return False
        sealed = self._cipher(self.length).encrypt(bytes(self.length % _BLOCK) + bytes(data))
        view = memoryview(sealed)[self.length % _BLOCK :]
        position = self.length
        while view:
            written = os.pwrite(self._file.fileno(), view, position)
            view, position = view[written:], position + written
        self.length = position
        return True

    def read(self, position: int, size: int) -> bytes:
        """Up to `size` bytes from `position`; empty beyond what was kept."""
        size = min(size, self.length - position)
        if size <= 0:
            return b""
        lead = position % _BLOCK
        sealed = os.pread(self._file.fileno(), size, position)
        plain: bytes = self._cipher(position).decrypt(bytes(lead) + sealed)
        return plain[lead:]

    def _cipher(self, position: int) -> AES.CtrMode:  # type: ignore[name-defined]
        return AES.new(self._key, AES.MODE_CTR, nonce=b"", initial_value=position // _BLOCK)

    def close(self) -> None:
        self._file.close()
