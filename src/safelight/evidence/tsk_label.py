"""What a file system calls itself: its kind in the catalog's words and its volume label."""

from __future__ import annotations

import io
from typing import Any

import pytsk3

from safelight.evidence.stream import read_up_to

_NAMES = {
    int(pytsk3.TSK_FS_TYPE_NTFS): "ntfs",
    int(pytsk3.TSK_FS_TYPE_FAT12): "fat12",
    int(pytsk3.TSK_FS_TYPE_FAT16): "fat16",
    int(pytsk3.TSK_FS_TYPE_FAT32): "fat32",
    int(pytsk3.TSK_FS_TYPE_EXFAT): "exfat",
    int(pytsk3.TSK_FS_TYPE_EXT2): "ext2",
    int(pytsk3.TSK_FS_TYPE_EXT3): "ext3",
    int(pytsk3.TSK_FS_TYPE_EXT4): "ext4",
    int(pytsk3.TSK_FS_TYPE_HFS): "hfs+",
    int(pytsk3.TSK_FS_TYPE_ISO9660): "iso9660",
    int(pytsk3.TSK_FS_TYPE_FFS1): "ufs1",
    int(pytsk3.TSK_FS_TYPE_FFS1B): "ufs1",
    int(pytsk3.TSK_FS_TYPE_FFS2): "ufs2",
}
_NTFS_VOLUME_INODE = 3


def file_system_name(system: Any) -> str:
    """ntfs, fat32, ext4 ... as in the catalog's `volumes`."""
    return _NAMES.get(int(system.info.ftype), "")


def label_of(system: Any, stream: io.RawIOBase) -> str:
    """The volume label, or an empty string where there is none or where it is not read (HFS+, exFAT)."""
    name = file_system_name(system)
    if name == "ntfs":
        return _ntfs_label(system)
    if name.startswith("ext"):
        return _text(read_up_to(stream, 1024 + 120, 16))
    if name == "iso9660":
        return _text(read_up_to(stream, 32768 + 40, 32))
    if name in ("fat12", "fat16"):
        return _text(read_up_to(stream, 43, 11))
    if name == "fat32":
        return _text(read_up_to(stream, 71, 11))
    return ""


def _text(raw: bytes) -> str:
    return raw.split(b"\0")[0].decode("utf-8", "replace").strip()


def _ntfs_label(system: Any) -> str:
    try:
        file = system.open_meta(inode=_NTFS_VOLUME_INODE)
        for attribute in file:
            if int(attribute.info.type) == int(pytsk3.TSK_FS_ATTR_TYPE_NTFS_VNAME) and attribute.info.size:
                raw = file.read_random(
                    0, min(int(attribute.info.size), 256), int(attribute.info.type), int(attribute.info.id)
                )
                return bytes(raw).decode("utf-16-le", "replace")
    except (OSError, RuntimeError):
        return ""
    return ""
