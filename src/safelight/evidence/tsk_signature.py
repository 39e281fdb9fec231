"""Which file system a volume holds, by its signature alone: a few small reads, no native code.

The Sleuth Kit's own detection tries every file system in turn and refuses volumes that look like two;
naming the type beforehand is quicker, keeps hostile bytes away from readers that are not concerned, and
lets file systems that it cannot read be named instead of being taken for unformatted space.

Sources: the file systems' specifications (ECMA-119, Microsoft FAT and exFAT, Linux on-disk formats, TN1150).
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import pytsk3

from safelight.evidence.stream import read_up_to


@dataclass(frozen=True, slots=True)
class Signature:
    """`magics` at byte `offset`. `tsk_type` is None for what is recognised and cannot be read."""

    name: str
    offset: int
    magics: tuple[bytes, ...]
    tsk_type: int | None


#: Order matters: the first that opens wins. A boot sector may be left over in front of ext or HFS+ (FAT
#: last); NTFS and exFAT name themselves; ISO 9660 comes after the others because hybrid discs carry it
#: beside HFS+.
SIGNATURES = (
    Signature("ntfs", 3, (b"NTFS    ",), pytsk3.TSK_FS_TYPE_NTFS_DETECT),
    Signature("exfat", 3, (b"EXFAT   ",), pytsk3.TSK_FS_TYPE_EXFAT),
    Signature("refs", 3, (b"ReFS\0\0\0\0",), None),
    Signature("xfs", 0, (b"XFSB",), None),
    Signature("btrfs", 65600, (b"_BHRfS_M",), None),
    Signature("f2fs", 1024, (b"\x10\x20\xf5\xf2",), None),
    Signature("ext", 1080, (b"\x53\xef",), pytsk3.TSK_FS_TYPE_EXT_DETECT),
    Signature("hfs+", 1024, (b"H+\x00\x04", b"HX\x00\x05"), pytsk3.TSK_FS_TYPE_HFS_DETECT),
    # HFS+ may lie wrapped in classic HFS; The Sleuth Kit looks inside. Classic HFS alone it cannot read.
    Signature("hfs", 1024, (b"BD",), pytsk3.TSK_FS_TYPE_HFS_DETECT),
    Signature("ufs", 65536 + 1372, (b"\x19\x01\x54\x19", b"\x19\x54\x01\x19"), pytsk3.TSK_FS_TYPE_FFS_DETECT),
    Signature("ufs", 8192 + 1372, (b"\x54\x19\x01\x00", b"\x00\x01\x19\x54"), pytsk3.TSK_FS_TYPE_FFS_DETECT),
    Signature("iso9660", 32769, (b"CD001",), pytsk3.TSK_FS_TYPE_ISO9660_DETECT),
    Signature("udf", 32769, (b"BEA01",), None),
)

_SECTOR_SIZES = (512, 1024, 2048, 4096)


def _looks_like_fat(boot: bytes) -> bool:
    """FAT has no signature of its own: the boot parameter block must make sense (Microsoft FAT
    specification 3.1)."""
    if len(boot) < 512 or boot[510:512] != b"\x55\xaa":
        return False
    sector = int.from_bytes(boot[11:13], "little")
    cluster = boot[13]
    reserved = int.from_bytes(boot[14:16], "little")
    sectors = int.from_bytes(boot[19:21], "little") or int.from_bytes(boot[32:36], "little")
    fat_sectors = int.from_bytes(boot[22:24], "little") or int.from_bytes(boot[36:40], "little")
    return (
        sector in _SECTOR_SIZES
        and cluster > 0
        and cluster & (cluster - 1) == 0
        and reserved > 0
        and boot[16] in range(1, 9)
        and sectors > 0
        and fat_sectors > 0
    )


def _boot_alone(stream: io.RawIOBase, boot: bytes) -> bool:
    """The sixteen sectors that begin every NTFS and nothing behind them: its file `$Boot`, no file system."""
    return stream.seek(0, io.SEEK_END) <= 16 * int.from_bytes(boot[11:13], "little")


def signatures(stream: io.RawIOBase) -> list[Signature]:
    """Every file system whose signature the volume carries, the likeliest first; empty if none."""
    head = read_up_to(stream, 0, 2048)
    found = []
    for signature in SIGNATURES:
        size = len(signature.magics[0])
        if signature.offset + size <= 2048:
            bytes_there = head[signature.offset : signature.offset + size]
        else:
            bytes_there = read_up_to(stream, signature.offset, size)
        if bytes_there in signature.magics and not (signature.name == "ntfs" and _boot_alone(stream, head)):
            found.append(signature)
    if not any(signature.name in ("ntfs", "exfat", "refs") for signature in found) and _looks_like_fat(head):
        found.append(Signature("fat", 0, (b"",), pytsk3.TSK_FS_TYPE_FAT_DETECT))
    return found
