"""The walk of one file system: folder by folder, without recursion, past whatever is damaged.

Order: a folder's entries as the file system keeps them (deleted names last on NTFS and in large folders), then
its folders depth first, orphans last; the same every time. Held are the folders that wait and the names of the
one folder at hand, never its entries.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytsk3

from safelight.evidence.hfs_folder import HfsFolders, is_hfs
from safelight.evidence.model import Entry, Trouble
from safelight.evidence.spec import PathSpec, layer
from safelight.evidence.tsk_entry import Place, entries, is_name_only, root_streams, unallocated
from safelight.evidence.tsk_folder import file_of, is_ext, is_ntfs, open_folder
from safelight.evidence.tsk_orphans import Orphans, pieces
from safelight.evidence.tsk_pulse import Pulse

_ORPHANS = b"$OrphanFiles"
_FOLDER = int(pytsk3.TSK_FS_META_TYPE_DIR)
_SIGN = 1000  # names between two signs of life


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder that waits for its turn. `gone` marks one that is deleted or an orphan."""

    path: bytes
    inode: int
    orphan: bool = False
    gone: bool = False

    @property
    def note(self) -> bytes:
        """Its name on the engine's page: a deleted folder must not take a living one of the same name with
        it."""
        path = self.path or b"/"
        return b"%b (deleted, inode %d)" % (path, self.inode) if self.gone else path


class Walk:
    """Walks the folders of `system`; `at` is the container's specification. Places in `skip` are passed."""

    def __init__(self, system: Any, at: PathSpec, pulse: Pulse, skip: frozenset[bytes]) -> None:
        self._system = system
        self._at = at
        self._pulse = pulse
        self._skip = skip
        self._entered: set[int] = set()
        self._waiting: list[_Folder] = []
        self._lost: _Folder | None = None
        self._orphans = Orphans(system, pulse.alive) if is_ext(system) or is_ntfs(system) else None
        self._hfs = HfsFolders(system, pulse.alive) if is_hfs(system) else None

    def run(self) -> Iterator[Entry | Trouble]:
        """Every entry and trouble of the file system."""
        root = int(self._system.info.root_inum)
        yield from self._root_streams(root)
        self._waiting.append(_Folder(b"", root))
        yield from self._run()
        lost = self._lost or _Folder(b"/" + _ORPHANS, int(self._system.info.last_inum), orphan=True)
        if self._orphans is not None:
            yield from self._search(self._orphans, lost)
        elif self._lost is not None:
            self._waiting.append(lost)
        yield from self._run()

    def _run(self) -> Iterator[Entry | Trouble]:
        while self._waiting:
            folder = self._waiting.pop()
            if folder.inode in self._entered:
                yield self._trouble(
                    folder, "the folder lies in itself or in two places; it was walked where met first"
                )
                continue
            self._entered.add(folder.inode)
            self._pulse.at(folder.note)
            if folder.note in self._skip:
                yield self._trouble(folder, "killed the walker before; what lies in it was not walked")
                continue
            try:
                listed = open_folder(self._system, folder.inode, self._pulse.alive, self._hfs)
            except OSError as error:
                yield self._trouble(folder, f"the folder cannot be read: {reason(error)}")
                continue
            yield from self._folder(folder, listed)

    def _folder(
        self, folder: _Folder, listed: Iterator[tuple[Any, Any | None] | str]
    ) -> Iterator[Entry | Trouble]:
        inner: list[_Folder] = []
        seen: set[int] = set()
        repeats: dict[int, int] = {}
        for count, each in enumerate(listed):
            if count % _SIGN == _SIGN - 1:
                self._pulse.alive()
            if isinstance(each, str):
                yield self._trouble(folder, reason(each))
                continue
            name, file = each
            if name.name in (b".", b".."):
                continue
            inode = int(name.meta_addr)
            path = folder.path + b"/" + name.name
            if name.name == _ORPHANS and int(name.type) == int(pytsk3.TSK_FS_NAME_TYPE_VIRT_DIR):
                self._lost = _Folder(path, inode, orphan=True)
                continue
            key = hash((name.name, inode, int(name.meta_seq)))
            nth = 0
            if key in seen:
                nth = repeats[key] = repeats.get(key, 0) + 1
            seen.add(key)
            yield from entries(Place(self._at, self._system, path, folder.orphan, nth), name, file)
            meta = file.info.meta if file is not None else None
            if meta is None or is_name_only(name, meta):
                continue
            if self._orphans is not None:
                self._orphans.named(meta)
            if int(meta.type) == _FOLDER:
                gone = folder.gone or folder.orphan or unallocated(name)
                inner.append(_Folder(path, int(meta.addr), folder.orphan, gone))
        self._waiting.extend(reversed(inner))

    def _search(self, orphans: Orphans, lost: _Folder) -> Iterator[Entry | Trouble]:
        for whole in orphans.ranges():
            # A range that killed the walker is gone through in pieces, so that only a piece is left out.
            for first, end in [whole] if self._note(lost, whole) not in self._skip else pieces(whole):
                note = self._note(lost, (first, end))
                self._pulse.at(note)
                what = f"inodes {first} to {end - 1}"
                if note in self._skip:
                    yield self._trouble(lost, f"{what} killed the walker before; not searched for orphans")
                    continue
                try:
                    orphans.search(first, end)
                except OSError as error:
                    yield self._trouble(lost, f"{what} cannot be searched for orphans: {reason(error)}")
        self._pulse.at(lost.note)
        if lost.note in self._skip:
            yield self._trouble(lost, "killed the walker before; what was found is not listed")
            return
        yield from self._folder(lost, ((name, file_of(self._system, name)) for name in orphans.found()))

    @staticmethod
    def _note(lost: _Folder, inodes: tuple[int, int]) -> bytes:
        return b"%b (inodes %d to %d)" % (lost.path, inodes[0], inodes[1] - 1)

    def _root_streams(self, root: int) -> Iterator[Entry | Trouble]:
        try:
            file = self._system.open_meta(inode=root)
        except OSError as error:
            yield self._trouble(_Folder(b"", root), f"the root folder cannot be read: {reason(error)}")
            return
        yield from root_streams(self._at, self._system, file)

    def _trouble(self, folder: _Folder, detail: str) -> Trouble:
        return Trouble(
            self._at.child(layer("tsk", folder.path or b"/", inode=folder.inode)), "corrupt", detail
        )


def reason(error: BaseException | str) -> str:
    """What The Sleuth Kit says, without the place in its binding's source code."""
    text = str(error)
    _, found, rest = text.partition(") ")
    return rest if found and text.startswith(("FS_Info", "File_", "Directory", "Img_Info")) else text
