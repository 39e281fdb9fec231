"""The walk of one file system: folder by folder, without recursion, past whatever is damaged.

Order: a folder's entries as the file system keeps them, then its folders depth first, orphans last; the
same every time. Only the folders that wait are held, never a folder's entries.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytsk3

from safelight.evidence.model import Entry, OpenContext, Trouble
from safelight.evidence.spec import PathSpec, layer
from safelight.evidence.tsk_entry import Place, entries, is_name_only, root_streams, unallocated

_ORPHANS = b"$OrphanFiles"
_FOLDER = int(pytsk3.TSK_FS_META_TYPE_DIR)


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
    """Walks the folders of `system`; `at` is the container's specification."""

    def __init__(self, system: Any, at: PathSpec, context: OpenContext) -> None:
        self._system = system
        self._at = at
        self._context = context
        self._entered: set[int] = set()
        self._waiting: list[_Folder] = []
        self._orphans: _Folder | None = None

    def run(self) -> Iterator[Entry | Trouble]:
        """Every entry and trouble of the file system."""
        root = int(self._system.info.root_inum)
        yield from self._root_streams(root)
        self._waiting.append(_Folder(b"", root))
        while self._waiting or self._orphans is not None:
            if not self._waiting:
                self._waiting.append(self._orphans)  # type: ignore[arg-type]
                self._orphans = None
            folder = self._waiting.pop()
            if folder.inode in self._entered:
                yield self._trouble(
                    folder, "the folder lies in itself or in two places; it was walked where met first"
                )
                continue
            self._entered.add(folder.inode)
            self._context.note(folder.note)
            if folder.note in self._context.skip:
                yield self._trouble(folder, "killed the walker before; what lies in it was not walked")
                continue
            yield from self._folder(folder)

    def _folder(self, folder: _Folder) -> Iterator[Entry | Trouble]:
        try:
            directory = self._system.open_dir(inode=folder.inode)
        except OSError as error:
            yield self._trouble(folder, f"the folder cannot be read: {reason(error)}")
            return
        inner: list[_Folder] = []
        seen: set[int] = set()
        repeats: dict[int, int] = {}
        for _ in range(int(directory.size)):
            try:
                file = next(directory)
            except StopIteration:
                break
            except OSError as error:
                yield self._trouble(folder, f"an entry of the folder cannot be read: {reason(error)}")
                continue
            name = file.info.name
            if name is None or name.name in (b".", b".."):
                continue
            inode = int(name.meta_addr)
            path = folder.path + b"/" + name.name
            if name.name == _ORPHANS and int(name.type) == int(pytsk3.TSK_FS_NAME_TYPE_VIRT_DIR):
                self._orphans = _Folder(path, inode, orphan=True)
                continue
            key = hash((name.name, inode, int(name.meta_seq)))
            nth = 0
            if key in seen:
                nth = repeats[key] = repeats.get(key, 0) + 1
            seen.add(key)
            target = file if file.info.meta is not None else self._by_inode(name)
            yield from entries(Place(self._at, self._system, path, folder.orphan, nth), name, target)
            meta = target.info.meta if target is not None else None
            if meta is not None and int(meta.type) == _FOLDER and not is_name_only(name, meta):
                gone = folder.gone or folder.orphan or unallocated(name)
                inner.append(_Folder(path, int(meta.addr), folder.orphan, gone))
        self._waiting.extend(reversed(inner))

    def _by_inode(self, name: Any) -> Any | None:
        """Orphans come with a name and no metadata: the inode gives it."""
        if not int(name.meta_addr):
            return None
        try:
            return self._system.open_meta(inode=int(name.meta_addr))
        except OSError:
            return None

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


def reason(error: BaseException) -> str:
    """What The Sleuth Kit says, without the place in its binding's source code."""
    text = str(error)
    _, found, rest = text.partition(") ")
    return rest if found and text.startswith(("FS_Info", "File_", "Directory", "Img_Info")) else text
