"""Data that lies plainly in a plain file is read from there, without The Sleuth Kit's copies.

Reading a volume by `read_random` copies every byte four times (system, binding, library, binding again). Where a
stream is nothing but runs of blocks, the same bytes are read by one `preadv` a run into the reader's own buffer.
Everything else stays with The Sleuth Kit: resident, compressed, sparse, encrypted and recovered data, gaps, data that
was never written (NTFS keeps its length apart), and whatever does not fit together. Which bytes a run stands for is
The Sleuth Kit's own word, so both ways give the same (`tsk_fs_attr_read` in its `fs_attr.cpp`).
"""

from __future__ import annotations

import io
import os
from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

import pytsk3

from safelight.evidence.tsk_image import VolumeImage
from safelight.evidence.tsk_mft import initialised, record_size

#: File systems whose data is initialised to its end, and NTFS, whose records say how far.
_WRITTEN_WHOLE = {
    int(pytsk3.TSK_FS_TYPE_EXT2),
    int(pytsk3.TSK_FS_TYPE_EXT3),
    int(pytsk3.TSK_FS_TYPE_EXT4),
    int(pytsk3.TSK_FS_TYPE_FAT12),
    int(pytsk3.TSK_FS_TYPE_FAT16),
    int(pytsk3.TSK_FS_TYPE_FAT32),
    int(pytsk3.TSK_FS_TYPE_EXFAT),
}
_NTFS = int(pytsk3.TSK_FS_TYPE_NTFS)
_PLAIN = int(pytsk3.TSK_FS_ATTR_INUSE) | int(pytsk3.TSK_FS_ATTR_NONRES)
_MFT, _DATA = 0, int(pytsk3.TSK_FS_ATTR_TYPE_NTFS_DATA)
#: A stream in more runs than this is left to The Sleuth Kit.
_MOST_RUNS = 100_000


@dataclass(frozen=True, slots=True)
class Runs:
    """Where a stream lies: `starts[i]` is the byte of the stream with which run i begins, `places[i]` that byte's
    place in the volume. `end` is the byte behind the last run, the unused rest of its last block included."""

    starts: list[int]
    places: list[int]
    end: int


class PlainVolume:
    """The volume below `system`, which lies in the plain `file` from byte `start` on. Does not own the file."""

    def __init__(self, system: Any, file: io.RawIOBase, start: int, size: int) -> None:
        info = system.info
        self._system = system
        self._file = file
        self._start = start
        self._block = int(info.block_size)
        self._end = min(size, (int(info.last_block_act) + 1) * self._block)
        self._ntfs = int(info.ftype) == _NTFS
        self._records: tuple[int, Runs | None] | None = None

    @classmethod
    def below(cls, system: Any, image: VolumeImage) -> PlainVolume | None:
        """None where every byte has to come through The Sleuth Kit."""
        info, plain = system.info, image.plain
        if (
            plain is None
            or int(info.block_pre_size)
            or int(info.block_post_size)
            or int(info.encryption_type)
        ):
            return None
        if int(info.ftype) != _NTFS and int(info.ftype) not in _WRITTEN_WHOLE:
            return None
        return cls(system, *plain, image.get_size())

    def runs(self, inode: int, attribute: Any, size: int) -> Runs | None:
        """The runs of an attribute as the binding gives it, of which `size` bytes are to be read; None where they
        are not all there is to it."""
        info = attribute.info
        if int(info.flags) != _PLAIN or int(info.size) != size:
            return None
        runs = self._listed(attribute, size)
        if runs is not None and self._ntfs and self._initialised(inode, int(info.id)) < size:
            return None
        return runs

    def _listed(self, attribute: Any, size: int) -> Runs | None:
        block, last = self._block, self._end // self._block
        wanted = -(-size // block)
        starts: list[int] = []
        places: list[int] = []
        reached = joined = 0
        for number, run in enumerate(attribute):
            if reached >= wanted:
                break
            place, length = int(run.addr), int(run.len)
            outside = place < 0 or length <= 0 or place + length > last
            if outside or int(run.flags) or int(run.offset) != reached or number >= _MOST_RUNS:
                return None
            if place != joined or not reached:
                starts.append(reached * block)
                places.append(place * block)
            reached += length
            joined = place + length
        return Runs(starts, places, reached * block) if starts and reached >= wanted else None

    def _initialised(self, inode: int, attribute: int) -> int:
        """Bytes of an NTFS stream that were ever written; -1 where its record does not say so simply."""
        if self._records is None:
            self._records = self._find_records()
        size, runs = self._records
        if runs is None or (inode + 1) * size > runs.end:
            return -1
        record = bytearray(size)
        if not self.fill(runs, inode * size, memoryview(record)):
            return -1
        return initialised(record, attribute)

    def _find_records(self) -> tuple[int, Runs | None]:
        try:
            mft = self._system.open_meta(inode=_MFT)
            for attribute in mft:
                if int(attribute.info.type) == _DATA and int(attribute.info.flags) == _PLAIN:
                    return record_size(self._system), self._listed(attribute, int(attribute.info.size))
        except (OSError, RuntimeError):
            pass
        return 1, None

    def fill(self, runs: Runs, offset: int, view: memoryview) -> bool:
        """Fill `view` with the stream's bytes from `offset` on, which lie within the runs. False if the file does
        not give them all; what The Sleuth Kit says of it counts then."""
        starts, places = runs.starts, runs.places
        number = bisect_right(starts, offset) - 1 if offset else 0
        wanted = len(view)
        try:
            file = self._file.fileno()
            while wanted:
                end = starts[number + 1] if number + 1 < len(starts) else runs.end
                part = view if wanted <= end - offset else view[: end - offset]
                count = os.preadv(file, [part], self._start + places[number] + offset - starts[number])
                if count != len(part) or not count:
                    return False
                wanted -= count
                offset += count
                number += 1
                if wanted:
                    view = view[count:]
        except (OSError, IndexError, ValueError):
            return False
        return True

    def read(self, runs: Runs, offset: int, size: int) -> bytes | bytearray | None:
        """As `fill`; None where that is False."""
        number = bisect_right(runs.starts, offset) - 1
        end = runs.starts[number + 1] if number + 1 < len(runs.starts) else runs.end
        if offset + size > end:
            data = bytearray(size)
            return data if self.fill(runs, offset, memoryview(data)) else None
        try:
            place = self._start + runs.places[number] + offset - runs.starts[number]
            found = os.pread(self._file.fileno(), size, place)
        except (OSError, ValueError):
            return None
        return found if len(found) == size else None
