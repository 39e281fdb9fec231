"""A disk that remembers what was done to it, and every state in which a power cut could have left it.

Model of the file system: a file's bytes survive once the file was synced; a name (made, moved, removed) survives once
its folder was synced; what was not synced may have survived or not, each thing by itself. SQLite's own promise
(WAL, synchronous=FULL: committed means on the disk) is taken as given: each state comes with the journal as last
committed at that moment.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from safelight.catalog.durable import Disk

_Names = dict[Path, int]


@dataclass(frozen=True)
class Moment:
    """What a power cut leaves: files by path, folders, and the journal's bytes."""

    what: str
    files: dict[Path, bytes]
    folders: frozenset[Path]
    journal: bytes


@dataclass
class RecordingDisk(Disk):
    """Works like the disk, and after each operation keeps the states that a power cut then could leave."""

    journal: Path
    moments: list[Moment] = field(default_factory=list)
    _content: dict[int, bytes] = field(default_factory=dict)
    _synced: dict[int, bytes] = field(default_factory=dict)
    _names: _Names = field(default_factory=dict)
    _durable: _Names = field(default_factory=dict)
    _folders: set[Path] = field(default_factory=set)
    _open: dict[int, int] = field(default_factory=dict)
    _random: random.Random = field(default_factory=lambda: random.Random(20160112))
    _last: str = ""

    def create(self, path: Path) -> int:
        descriptor = super().create(path)
        inode = len(self._content)
        self._open[descriptor], self._names[path] = inode, inode
        self._content[inode] = self._synced[inode] = b""
        self._cut("create")
        return descriptor

    def write(self, descriptor: int, data: bytes | memoryview) -> None:
        super().write(descriptor, data)
        self._content[self._open[descriptor]] += bytes(data)
        self._cut("write")

    def sync(self, descriptor: int) -> None:
        super().sync(descriptor)
        inode = self._open[descriptor]
        self._synced[inode] = self._content[inode]
        self._cut("sync")

    def rename(self, source: Path, target: Path) -> None:
        super().rename(source, target)
        self._names[target] = self._names.pop(source)
        self._cut("rename")

    def sync_folder(self, folder: Path) -> None:
        super().sync_folder(folder)
        for names in (self._durable,):
            for path in [path for path in names if path.parent == folder]:
                del names[path]
        self._durable.update({path: inode for path, inode in self._names.items() if path.parent == folder})
        self._folders.update(path for path in folder.iterdir() if path.is_dir())
        self._cut("sync_folder")

    def remove(self, path: Path) -> None:
        super().remove(path)
        if self._names.pop(path, None) is not None:
            self._cut("remove")

    def committed(self) -> None:
        """Call it after something was committed: the journal moved without a file operation."""
        self._cut("commit")

    def _cut(self, operation: str) -> None:
        if operation == "write" and self._last == "write" and self.moments:
            # More bytes of a file that nothing names yet: only the latest of such states is kept.
            self.moments = [moment for moment in self.moments if moment.what != "write, all kept, open"]
        self._last = operation
        journal = _read_journal(self.journal)
        for what, files in self._states():
            name = f"{operation}, {what}" + (", open" if operation == "write" else "")
            self.moments.append(Moment(name, files, frozenset(self._folders), journal))

    def _states(self) -> Iterator[tuple[str, dict[Path, bytes]]]:
        yield "nothing unsynced kept", {path: self._synced[inode] for path, inode in self._durable.items()}
        yield "names kept, bytes lost", {path: self._synced[inode] for path, inode in self._names.items()}
        yield "all kept", {path: self._content[inode] for path, inode in self._names.items()}
        mixed: dict[Path, bytes] = {}
        for path in self._names.keys() | self._durable.keys():
            inode = self._random.choice((self._names, self._durable)).get(path)
            if inode is not None:
                mixed[path] = self._random.choice((self._synced, self._content))[inode]
        yield "some kept", mixed


def _read_journal(path: Path) -> bytes:
    if not path.exists():
        return b""
    source, copy = sqlite3.connect(path), sqlite3.connect(":memory:")
    source.backup(copy)
    data = copy.serialize()
    source.close()
    copy.close()
    return data


def distinct(moments: list[Moment]) -> list[Moment]:
    """The moments without those that left the same as an earlier one."""
    seen: set[object] = set()
    kept = []
    for moment in moments:
        key = (frozenset(moment.files.items()), moment.folders, moment.journal)
        if key not in seen:
            seen.add(key)
            kept.append(moment)
    return kept


def restore(moment: Moment, recorded: Path, target: Path) -> None:
    """Lay out in `target` what the power cut left of `recorded`."""
    for folder in sorted(moment.folders):
        if folder.is_relative_to(recorded):
            (target / folder.relative_to(recorded)).mkdir(parents=True, exist_ok=True)
    for path, data in moment.files.items():
        if path.parent in moment.folders or path.parent == recorded:
            (target / path.relative_to(recorded)).write_bytes(data)
    if moment.journal:
        (target / "journal.sqlite").write_bytes(moment.journal)
