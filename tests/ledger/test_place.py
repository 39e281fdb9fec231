"""Network and shared file systems are refused by the kernel's own mount table."""

from __future__ import annotations

from pathlib import Path

import pytest

from safelight.errors import UnsafePlace
from safelight.ledger.place import check_place, file_system_of

MOUNTS = r"""/dev/sda1 / ext4 rw,relatime 0 0
proc /proc proc rw 0 0
tmpfs /run/user/1000 tmpfs rw 0 0
server:/export /mnt/share nfs4 rw,vers=4.2 0 0
//server/evidence /media/Felles\040mappe cifs rw 0 0
/dev/sdb1 /mnt/share/local xfs rw 0 0
C:\134 /mnt/c 9p rw,noatime,aname=drvfs;path=C:\;uid=1000 0 0
kari@server: /home/kari/remote fuse.sshfs rw 0 0
/dev/sdc1 /media/usb fuseblk rw 0 0
rclone /mnt/cloud fuse.rclone rw 0 0
host /mnt/host virtiofs rw 0 0
shared /media/sf_shared vboxsf rw 0 0
overlay /var/lib/box overlay rw 0 0
/dev/sdd1 /mnt/twice ext4 rw 0 0
server:/other /mnt/twice nfs rw 0 0
broken
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/kari/operation", "ext4"),
        ("/mnt/sharedfolder", "ext4"),
        ("/mnt/share/local/operation", "xfs"),
        ("/media/usb/operation", "fuseblk"),
        ("/var/lib/box/x", "overlay"),
        ("/", "ext4"),
    ],
)
def test_local_disks_are_fine(path: str, kind: str) -> None:
    assert file_system_of(Path(path), MOUNTS)[0] == kind
    check_place(Path(path), MOUNTS)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/mnt/share", "network file system (nfs4 at /mnt/share)"),
        ("/mnt/share/deep/in/it", "network file system (nfs4 at /mnt/share)"),
        ("/media/Felles mappe/op", "network file system (cifs at /media/Felles mappe)"),
        ("/mnt/c/Users/Kari/op", "Windows drive (/mnt/c)"),
        ("/home/kari/remote/op", "shared file system (fuse.sshfs at /home/kari/remote)"),
        ("/mnt/cloud/op", "shared file system (fuse.rclone at /mnt/cloud)"),
        ("/mnt/host/op", "shared file system (virtiofs at /mnt/host)"),
        ("/media/sf_shared/op", "shared file system (vboxsf at /media/sf_shared)"),
        ("/mnt/twice/op", "network file system (nfs at /mnt/twice)"),
    ],
)
def test_other_places_are_refused_in_one_sentence(path: str, words: str) -> None:
    with pytest.raises(UnsafePlace) as refused:
        check_place(Path(path), MOUNTS)
    assert words in refused.value.what and refused.value.next_step


def test_a_link_is_followed_to_where_it_leads(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to("/mnt/share/deep")
    with pytest.raises(UnsafePlace):
        check_place(link / "operation", MOUNTS)


def test_this_machine_has_a_mount_table(tmp_path: Path) -> None:
    check_place(tmp_path)
