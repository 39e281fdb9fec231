"""What the type codes of partition tables mean, as text for people; the code itself is always shown beside
it.

Sources: UEFI specification 2.10 (GPT), util-linux and Microsoft documentation of well-known MBR and GPT
types.
"""

from __future__ import annotations

EXTENDED = frozenset({0x05, 0x0F, 0x85})
PROTECTIVE = 0xEE

MBR_TYPES = {
    0x01: "FAT12",
    0x04: "FAT16 below 32 MB",
    0x06: "FAT16",
    0x07: "NTFS or exFAT",
    0x0B: "FAT32",
    0x0C: "FAT32 (LBA)",
    0x0E: "FAT16 (LBA)",
    0x11: "hidden FAT12",
    0x14: "hidden FAT16 below 32 MB",
    0x16: "hidden FAT16",
    0x17: "hidden NTFS",
    0x1B: "hidden FAT32",
    0x1C: "hidden FAT32 (LBA)",
    0x1E: "hidden FAT16 (LBA)",
    0x27: "Windows recovery",
    0x42: "Windows dynamic disk",
    0x82: "Linux swap",
    0x83: "Linux",
    0x8E: "Linux LVM",
    0xA5: "FreeBSD",
    0xA6: "OpenBSD",
    0xA8: "Apple UFS",
    0xA9: "NetBSD",
    0xAB: "Apple boot",
    0xAF: "Apple HFS",
    0xEE: "GPT protective",
    0xEF: "EFI system",
    0xFD: "Linux RAID",
}

GPT_TYPES = {
    "c12a7328-f81f-11d2-ba4b-00a0c93ec93b": "EFI system",
    "21686148-6449-6e6f-744e-656564454649": "BIOS boot",
    "e3c9e316-0b5c-4db8-817d-f92df00215ae": "Microsoft reserved",
    "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7": "Microsoft basic data",
    "de94bba4-06d1-4d40-a16a-bfd50179d6ac": "Windows recovery",
    "5808c8aa-7e8f-42e0-85d2-e1e90434cfb3": "Windows dynamic disk metadata",
    "af9b60a0-1431-4f62-bc68-3311714a69ad": "Windows dynamic disk data",
    "e75caf8f-f680-4cee-afa3-b001e56efc2d": "Windows storage spaces",
    "0fc63daf-8483-4772-8e79-3d69d8477de4": "Linux",
    "0657fd6d-a4ab-43c4-84e5-0933c84b4f4f": "Linux swap",
    "e6d6d379-f507-44c2-a23c-238f2a3df928": "Linux LVM",
    "a19d880f-05fc-4d3b-a006-743f0f84911e": "Linux RAID",
    "4f68bce3-e8cd-4db1-96e7-fbcaf984b709": "Linux root (x86-64)",
    "933ac7e1-2eb4-4f13-b844-0e14e2aef915": "Linux home",
    "ca7d7ccb-63ed-4c53-861c-1742536059cc": "Linux LUKS",
    "48465300-0000-11aa-aa11-00306543ecac": "Apple HFS",
    "7c3457ef-0000-11aa-aa11-00306543ecac": "Apple APFS",
    "53746f72-6167-11aa-aa11-00306543ecac": "Apple Core Storage",
    "426f6f74-0000-11aa-aa11-00306543ecac": "Apple boot",
}

#: Types that hold no file system by their nature: listed, but not looked into.
WITHOUT_FILE_SYSTEM = frozenset({"unallocated", "Apple_partition_map", "Apple_Void"})
