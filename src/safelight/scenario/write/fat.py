"""A FAT32 file system with given files, made the same every time, with the help of pyfatfs.

The library stamps the machine's clock on whatever it makes, so entries are built here with the times that they are to have.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from copy import copy
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from pyfatfs.EightDotThree import EightDotThree
from pyfatfs.FATDirectoryEntry import FATDirectoryEntry, make_lfn_entry
from pyfatfs.PyFat import PyFat

_MIB = 1 << 20
#: FAT32 has at least 65,525 clusters: pyfatfs makes none below 33 MiB.
_LEAST = 40 * _MIB
_HEADER = FATDirectoryEntry.FAT_DIRECTORY_HEADER_SIZE


def image(files: Sequence[tuple[str, Path]], *, seconds: int, serial: int, label: str) -> bytes:
    """The bytes of a file system that holds `files` (path inside, source); all times are `seconds` (FAT has no zone: UTC's
    wall clock), cut to two seconds.
    """
    need = sum(-(-source.stat().st_size // 4096) * 4096 + 4096 for _, source in files)
    size = max(_LEAST, (need * 5 // 4 // _MIB + 8) * _MIB)
    with tempfile.TemporaryDirectory(prefix="safelight-scenario-") as folder:
        path = Path(folder) / "fat"
        path.touch()
        made = PyFat(encoding="ibm850")
        made.mkfs(str(path), PyFat.FAT_TYPE_FAT32, size=size, label=label, volume_id=serial)
        made.close()
        _Volume(path, seconds).fill(files)
        return path.read_bytes()


class _Volume:
    def __init__(self, path: Path, seconds: int) -> None:
        self._fat = PyFat(encoding="ibm850")
        self._fat.open(str(path))
        at = datetime.fromtimestamp(seconds, UTC)
        self._date = (at.year - 1980) << 9 | at.month << 5 | at.day
        self._time = at.hour << 11 | at.minute << 5 | at.second // 2
        self._directories = {PurePosixPath("."): self._fat.root_dir}

    def fill(self, files: Sequence[tuple[str, Path]]) -> None:
        """Write every file, then every directory once, then the tables."""
        for entry in self._fat.root_dir._get_entries_raw():
            self._stamp(entry)
        for name, source in files:
            path = PurePosixPath(name)
            data = source.read_bytes()
            entry = self._entry(path, 0x20, len(data))
            if data:
                entry.set_cluster(self._fat.allocate_bytes(len(data))[0])
                self._fat.write_data_to_cluster(data, entry.get_cluster(), extend_cluster=False)
        for directory in self._directories.values():
            self._fat.update_directory_entry(directory)
        self._fat.flush_fat()
        self._fat.close()

    def _stamp(self, entry: FATDirectoryEntry) -> None:
        entry.crtdate = entry.wrtdate = entry.lstaccessdate = self._date
        entry.crttime = entry.wrttime = self._time

    def _directory(self, path: PurePosixPath) -> FATDirectoryEntry:
        if path in self._directories:
            return self._directories[path]
        made = self._entry(path, FATDirectoryEntry.ATTR_DIRECTORY, 0)
        made.set_cluster(self._fat.allocate_bytes(_HEADER * 2, erase=True)[0])
        parent = self._directories[path.parent]
        for name, of in ((b".          ", made), (b"..         ", parent)):
            link = copy(of)
            link.name = EightDotThree()
            link.name.set_byte_name(name)
            link.lfn_entry = link._parent = None
            self._stamp(link)
            if of is self._fat.root_dir:
                link.set_cluster(0)
            made.add_subdirectory(link)
        self._directories[path] = made
        return made

    def _entry(self, path: PurePosixPath, attributes: int, size: int) -> FATDirectoryEntry:
        parent = self._directory(path.parent)
        short = EightDotThree(encoding="ibm850")
        short.set_str_name(EightDotThree.make_8dot3_name(path.name, parent))
        entry = FATDirectoryEntry(
            DIR_Name=short, DIR_Attr=attributes, DIR_NTRes=0, DIR_CrtTimeTenth=0, DIR_CrtTime=self._time,
            DIR_CrtDate=self._date, DIR_LstAccessDate=self._date, DIR_FstClusHI=0, DIR_WrtTime=self._time,
            DIR_WrtDate=self._date, DIR_FstClusLO=0, DIR_FileSize=size, encoding="ibm850",
        )  # fmt: skip
        if short.get_unpadded_filename() != path.name:
            entry.set_lfn_entry(make_lfn_entry(path.name, short))
        parent.add_subdirectory(entry)
        return entry
