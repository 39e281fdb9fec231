"""Where a ledger may lie: a local file system, on which locks and syncs mean what SQLite believes they mean.

SQLite's own documentation (https://www.sqlite.org/useovernet.html, https://www.sqlite.org/wal.html) says that
WAL does not work over a network file system and that broken locks there corrupt databases.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from safelight.errors import UnsafePlace

_NETWORK: Final = frozenset(
    (
        "nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "coda", "ceph", "lustre",
        "gpfs", "beegfs", "orangefs", "pvfs2", "davfs", "acfs",
    )
)  # fmt: skip
#: Folders that a host shares with this machine: locks and memory maps do not reach the other side.
_SHARED: Final = frozenset(["9p", "drvfs", "vboxsf", "prl_fs", "vmhgfs", "fuse.vmhgfs-fuse", "virtiofs"])
#: Userspace file systems (sshfs, s3fs, rclone, gcsfuse ...) are refused unless known to be local.
_LOCAL_FUSE: Final = frozenset(["fuseblk", "fuse.fuse-overlayfs", "fuse.ext2", "fuse.fuse2fs"])


def check_place(path: Path, mounts: str | None = None) -> None:
    """Raise UnsafePlace if `path` (which need not exist yet) lies on a network or shared file system.

    `mounts` is a mount table as in `/proc/self/mounts`; by default this machine's.
    """
    table = Path("/proc/self/mounts").read_text("utf-8", "surrogateescape") if mounts is None else mounts
    kind, where = file_system_of(path, table)
    if kind == "9p" and re.match(r"/mnt/[a-z](/|$)", where):
        raise UnsafePlace(
            f"{path} lies on a Windows drive ({where}), where the ledger would not be safe.",
            "Use a folder inside the Linux system, such as one below your home folder.",
        )
    if kind in _NETWORK:
        raise UnsafePlace(
            f"{path} lies on a network file system ({kind} at {where}), where the ledger would not be safe.",
            "Use a folder on a disk of this machine.",
        )
    if kind in _SHARED or (kind.startswith("fuse") and kind not in _LOCAL_FUSE):
        raise UnsafePlace(
            f"{path} lies on a shared file system ({kind} at {where}), where the ledger would not be safe.",
            "Use a folder on a disk of this machine.",
        )


def file_system_of(path: Path, mounts: str) -> tuple[str, str]:
    """Type and mount point of the file system that holds `path`; of two on one point the later counts."""
    real = path.absolute().resolve()
    best = ("", "")
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = _unescape(fields[1])
        if real.is_relative_to(point) and len(point) >= len(best[1]):
            best = (fields[2], point)
    return best


def _unescape(text: str) -> str:
    """The kernel writes space, tab, newline and backslash of a mount point as three octal digits."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)
