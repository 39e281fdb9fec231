"""The names in one folder: by The Sleuth Kit, and by readers of our own where its way would not end.

Its time grows with the square of the names (see `tsk_names`), so folders of ext2/3/4 and NTFS whose data is larger
than LARGE are read here, and those of HFS+ always (see `hfs_catalog`). Both ways give the same entries. Measured with
a million names, in seconds of one core's time and the process's memory: ext4 67 s and 325 MB, NTFS 73 s and 576 MB,
HFS+ 41 s and 101 MB; on a busy machine, so upper bounds. FAT folders hold 65,536 records at most (4 s), and exFAT's
names are not compared.

UFS and ISO 9660 are left to The Sleuth Kit whatever their size: by its figures for ext some 100,000 names in one folder
meet the walker's time limit of 30 s, which is recorded, and the walk goes on without that folder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import pytsk3

from safelight.evidence.hfs_folder import HfsFolders
from safelight.evidence.tsk_ext_folder import ext_names
from safelight.evidence.tsk_names import ALLOCATED, Name, once
from safelight.evidence.tsk_ntfs_folder import index_names, ntfs_names

#: Bytes of a folder's data above which it is read here: some 10,000 names, 0.3 s of The Sleuth Kit's time.
LARGE = 512 << 10

_EXT = {
    int(pytsk3.TSK_FS_TYPE_EXT2),
    int(pytsk3.TSK_FS_TYPE_EXT3),
    int(pytsk3.TSK_FS_TYPE_EXT4),
}
_NTFS = int(pytsk3.TSK_FS_TYPE_NTFS)
_INDEX = int(pytsk3.TSK_FS_ATTR_TYPE_NTFS_IDXALLOC)
_LITTLE = int(pytsk3.TSK_LIT_ENDIAN)


def is_ext(system: Any) -> bool:
    """Whether folders of this file system are read by `ext_names`. (ext2 with its bytes the other way round, as
    no kernel has written it since 1999, is not.)"""
    return int(system.info.ftype) in _EXT and int(system.info.endian) == _LITTLE


def is_ntfs(system: Any) -> bool:
    return int(system.info.ftype) == _NTFS


def open_folder(
    system: Any, inode: int, alive: Callable[[], None], hfs: HfsFolders | None = None
) -> Iterator[tuple[Any, Any | None] | str]:
    """Each name with its file (None if it has none that can be read), and text where a part is damaged. `hfs` reads
    the folders of HFS+. `alive` is called where no name comes for a while. Raises OSError if the folder cannot be
    opened."""
    if hfs is not None:
        return _with_files(hfs.names(inode), system)
    folder = _folder(system, inode)
    if folder is not None and _size(system, folder) > LARGE:
        read = ntfs_names if is_ntfs(system) else ext_names
        return _with_files(once(read(system, folder, alive)), system)
    directory = system.open_dir(inode=inode)
    if folder is not None and is_ntfs(system):
        # The Sleuth Kit leaves newer deleted names out (see `tsk_ntfs_folder`).
        names = chain(_names(directory), index_names(system, folder, alive))
        return _with_files(once(names), system)
    return _natively(directory, system)


def _folder(system: Any, inode: int) -> Any | None:
    """The folder as a file, if it is one whose data can be read here."""
    if not (is_ext(system) or is_ntfs(system)) or inode >= int(system.info.last_inum):
        return None
    folder = system.open_meta(inode=inode)
    meta = folder.info.meta
    return folder if meta is not None and int(meta.type) == int(pytsk3.TSK_FS_META_TYPE_DIR) else None


def _size(system: Any, folder: Any) -> int:
    """Bytes of a folder's data."""
    if is_ntfs(system):
        return max((int(a.info.size) for a in folder if int(a.info.type) == _INDEX), default=0)
    return int(folder.info.meta.size)


def _natively(directory: Any, system: Any) -> Iterator[tuple[Any, Any | None] | str]:
    for file in _files(directory):
        if isinstance(file, str):
            yield file
        else:
            # Names of orphans, and of files whose inode was used again, come without metadata.
            name = file.info.name
            yield name, file if file.info.meta is not None else file_of(system, name)


def _names(directory: Any) -> Iterator[Name | str]:
    for file in _files(directory):
        if isinstance(file, str):
            yield file
        else:
            name = file.info.name
            yield Name(name.name, int(name.meta_addr), int(name.flags), int(name.type), int(name.meta_seq))


def _files(directory: Any) -> Iterator[Any | str]:
    for _ in range(int(directory.size)):
        try:
            file = next(directory)
        except StopIteration:
            break
        except OSError as error:
            yield f"an entry of the folder cannot be read: {error}"
            continue
        if file.info.name is not None:
            yield file


def _with_files(names: Iterator[Name | str], system: Any) -> Iterator[tuple[Any, Any | None] | str]:
    for name in names:
        yield name if isinstance(name, str) else (name, file_of(system, name))


def file_of(system: Any, name: Any) -> Any | None:
    """The file that a name's inode is, or None. Inode 0 is a file ($MFT) only to a name in use."""
    if not int(name.meta_addr) and not int(name.flags) & ALLOCATED:
        return None
    try:
        return system.open_meta(inode=int(name.meta_addr))
    except OSError:
        return None
