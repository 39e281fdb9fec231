"""A stream with a cache of its most recently used blocks, over a reader that is slow for small pieces.

64 blocks of 256 KiB (measured on VMDK and E01 under a file system walk): 16 MB of memory for an open image.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from safelight.evidence.model import EvidenceError
from safelight.evidence.stream import RandomAccess

BLOCK = 256 << 10
BLOCKS = 64


class BlockCache(RandomAccess):
    """`size` bytes that `fetch(offset, size)` reads; `finish` is called when the stream is closed.

    A fetch that comes back short, or raises OSError, becomes EvidenceError("corrupt").
    """

    def __init__(
        self, size: int, fetch: Callable[[int, int], bytes], finish: Callable[[], None] = lambda: None
    ) -> None:
        super().__init__(size)
        self._fetch = fetch
        self._finish = finish
        self._blocks: OrderedDict[int, bytes] = OrderedDict()

    def read_at(self, offset: int, size: int) -> bytes | bytearray | memoryview:
        first, skip = divmod(offset, BLOCK)
        last = (offset + size - 1) // BLOCK
        if first == last:
            return memoryview(self._block(first))[skip : skip + size]
        parts = [memoryview(self._block(number)) for number in range(first, last + 1)]
        parts[0] = parts[0][skip:]
        parts[-1] = parts[-1][: offset + size - last * BLOCK]
        return b"".join(parts)

    def _block(self, number: int) -> bytes:
        block = self._blocks.get(number)
        if block is not None:
            self._blocks.move_to_end(number)
            return block
        start = number * BLOCK
        wanted = min(BLOCK, self.size - start)
        try:
            block = self._fetch(start, wanted)
        except OSError as error:
            raise EvidenceError("corrupt", f"bytes {start} to {start + wanted - 1} cannot be read") from error
        if len(block) != wanted:
            raise EvidenceError("corrupt", f"only {len(block)} of {wanted} bytes can be read at {start}")
        self._blocks[number] = block
        if len(self._blocks) > BLOCKS:
            self._blocks.popitem(last=False)
        return block

    def close(self) -> None:
        if not self.closed:
            self._blocks.clear()
            self._finish()
        super().close()
