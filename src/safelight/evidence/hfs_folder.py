"""The names in a folder of HFS+, read from the catalog (`hfs_catalog`) in the form in which The Sleuth Kit gives them.

Hard links are files of a kind of their own that name a file `iNode<number>` in the folder "HFS+ Private Data", or a
folder `dir_<number>` in ".HFS+ Private Directory Data"; the entry is what they lead to. HFS+ keeps no deleted names.

Source: Apple Technical Note TN1150, *HFS Plus Volume Format* ("Catalog File", "Hard Links").
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import Any

import pytsk3

from safelight.evidence.hfs_catalog import FILE, FOLDER, HfsCatalog, Record
from safelight.evidence.tsk_names import ALLOCATED, UNDEFINED, Name

_HFS = int(pytsk3.TSK_FS_TYPE_HFS)
_ROOT_PARENT, _ROOT, _FIRST_USER = 1, 2, 16

#: Files of the volume itself, in no folder: The Sleuth Kit shows them in the root.
_VOLUME_FILES = (
    (b"$ExtentsFile", 3),
    (b"$CatalogFile", 4),
    (b"$BadBlockFile", 5),
    (b"$AllocationFile", 6),
    (b"$StartupFile", 7),
    (b"$AttributesFile", 8),
)
#: Kind and creator of a hard link, the folder of what it leads to, and how that is called there.
_LINKS = {
    b"hlnkhfs+": ("\0\0\0\0HFS+ Private Data", "iNode"),
    b"fdrpMACS": (".HFS+ Private Directory Data\r", "dir_"),
}
_NUMBER, _MADE, _MODE, _SPECIAL, _KIND = 8, 12, 42, 44, 48  # offsets in a file's or folder's record
_TYPES = {
    0o010: int(pytsk3.TSK_FS_NAME_TYPE_FIFO),
    0o020: int(pytsk3.TSK_FS_NAME_TYPE_CHR),
    0o040: int(pytsk3.TSK_FS_NAME_TYPE_DIR),
    0o060: int(pytsk3.TSK_FS_NAME_TYPE_BLK),
    0o100: int(pytsk3.TSK_FS_NAME_TYPE_REG),
    0o120: int(pytsk3.TSK_FS_NAME_TYPE_LNK),
    0o140: int(pytsk3.TSK_FS_NAME_TYPE_SOCK),
}


def is_hfs(system: Any) -> bool:
    """Whether the file system is HFS+ or HFSX."""
    return int(system.info.ftype) == _HFS


class HfsFolders:
    """The folders of one volume. The catalog is opened, and the targets of links are listed, when first needed."""

    def __init__(self, system: Any, alive: Callable[[], None]) -> None:
        self._system = system
        self._alive = alive
        self._opened: HfsCatalog | None = None
        self._dates: frozenset[int] | None = None
        self._targets: dict[bytes, dict[str, Record]] = {}

    def names(self, folder: int) -> Iterator[Name | str]:
        """Names as they are sorted; text where a part cannot be read. Raises OSError at once if the folder cannot be
        opened."""
        records = self._catalog.records(folder, self._alive)
        first = list(islice(records, 1))
        return chain(
            self._volume_files() if folder == _ROOT else (),
            (name for record in chain(first, records) for name in self._name(record)),
        )

    @property
    def _catalog(self) -> HfsCatalog:
        if self._opened is None:
            self._opened = HfsCatalog(self._system)
        return self._opened

    def _volume_files(self) -> Iterator[Name]:
        for name, number in _VOLUME_FILES:
            try:
                self._system.open_meta(inode=number)
            except OSError:
                continue  # the volume has none
            yield Name(name, number, ALLOCATED, int(pytsk3.TSK_FS_NAME_TYPE_REG))

    def _name(self, record: Record | str) -> Iterator[Name | str]:
        if isinstance(record, str):
            yield record
        elif record.kind in (FOLDER, FILE):
            target = self._target(record) if record.kind == FILE else record
            kind = _TYPES.get(target.number(_MODE, 2) >> 9 & 0o170, UNDEFINED)
            kind = int(pytsk3.TSK_FS_NAME_TYPE_DIR) if record.kind == FOLDER else kind
            yield Name(_shown(record.name), target.number(_NUMBER), ALLOCATED, kind)

    def _target(self, record: Record) -> Record:
        """What a hard link leads to; the record itself if it is none, or leads nowhere. A link was made, by its date,
        with the volume or with the folder of the links' targets."""
        link = record.data[_KIND : _KIND + 8]
        if link not in _LINKS or record.number(_NUMBER) < _FIRST_USER:
            return record
        if self._dates is None:
            self._list_targets()
        if link not in self._targets or record.number(_MADE) not in (self._dates or ()):
            return record
        name = f"{_LINKS[link][1]}{record.number(_SPECIAL)}"
        return self._targets[link].get(name, record)

    def _list_targets(self) -> None:
        dates = {record.number(_MADE) for record in self._folders(_ROOT_PARENT)}
        for record in self._folders(_ROOT):
            for link, (folder, _prefix) in _LINKS.items():
                if record.name == folder.encode("utf-16-be"):
                    dates.add(record.number(_MADE))
                    self._targets[link] = self._inside(record.number(_NUMBER))
        self._dates = frozenset(dates)

    def _folders(self, parent: int) -> Iterator[Record]:
        for record in self._catalog.records(parent, self._alive):
            if isinstance(record, Record) and record.kind == FOLDER:
                yield record

    def _inside(self, folder: int) -> dict[str, Record]:
        records = self._catalog.records(folder, self._alive)
        return {
            record.name.decode("utf-16-be", "replace"): record
            for record in records
            if isinstance(record, Record) and record.kind in (FOLDER, FILE)
        }


def _shown(name: bytes) -> bytes:
    """A name in UTF-8. A slash within it is shown as the colon that a Mac shows, NUL as `^`, both as by The Sleuth Kit."""
    text = name.decode("utf-16-be", "surrogatepass")
    return text.replace("\0", "^").replace("/", ":").encode("utf-8", "surrogatepass")
