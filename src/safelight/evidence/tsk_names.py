"""Names that are read from a folder's own data, in the form in which The Sleuth Kit gives them.

The Sleuth Kit compares each name of a folder with all before it (only FAT and exFAT are spared): 20,000 names
take 1 s, 80,000 take 19 s, a million never end. It does so to list a name once that its folder's unused parts
repeat. `once` does the same by a set.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytsk3

ALLOCATED = int(pytsk3.TSK_FS_NAME_FLAG_ALLOC)
DELETED = int(pytsk3.TSK_FS_NAME_FLAG_UNALLOC)
UNDEFINED = int(pytsk3.TSK_FS_NAME_TYPE_UNDEF)


@dataclass(frozen=True, slots=True)
class Name:
    """One name. The fields are called as in TSK_FS_NAME, so that one of either kind will do; `type` is a
    TSK_FS_NAME_TYPE_ENUM."""

    name: bytes
    meta_addr: int
    flags: int
    type: int = UNDEFINED
    meta_seq: int = 0


def once(names: Iterable[Name | str]) -> Iterator[Name | str]:
    """Each name with its inode once: one in use as it comes, deleted ones last, and only where no name in use
    says the same. (An index entry whose inode was overwritten, 0, says the same as any of that name: it is what
    NTFS leaves behind when it moves an entry.) Words on damage pass through. Memory: about 250 bytes a name of
    the one folder."""
    seen: set[bytes] = set()
    deleted: dict[bytes, Name] = {}
    for name in names:
        if isinstance(name, str):
            yield name
            continue
        key = name.meta_addr.to_bytes(8, "little") + name.name
        if name.flags & DELETED:
            deleted.setdefault(key, name)
        elif key not in seen:
            seen.add(key)
            yield name
    moved = any(not name.meta_addr for name in deleted.values())
    in_use = {key[8:] for key in seen} if moved else set()
    for key, name in deleted.items():
        if key not in seen and (name.meta_addr or name.name not in in_use):
            yield name
