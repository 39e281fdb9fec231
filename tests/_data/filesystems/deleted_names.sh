#!/bin/bash
# Makes ntfs_deleted.img.xz and ext3_deleted.img.xz (see README.md). Debian: ntfs-3g e2fsprogs xz-utils; root.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
cd "$work"
mkdir m

fill() {
  mkdir m/trekk m/flyttet m/slettet
  for n in $(seq -w 0 299); do echo "$n. e4" > "m/trekk/åpning $n.pgn"; done
  for n in $(seq -w 0 49); do echo "$n. d4" > "m/slettet/sluttspill $n.pgn"; done
  sync
}
delete() {
  for n in $(seq -w 0 3 299); do rm "m/trekk/åpning $n.pgn"; done
  for n in $(seq -w 1 30 299); do mv "m/trekk/åpning $n.pgn" m/flyttet/; done
  rm -r m/slettet
  sync
  for n in $(seq 0 59); do echo "$n. c4" > "m/ny $n.pgn"; done # takes some of the freed inodes
}

truncate -s 6M ntfs.img
mkntfs -F -q -c 4096 ntfs.img
ntfs-3g ntfs.img m && fill && umount m
ntfs-3g ntfs.img m && delete && umount m
truncate -s 3M ext3.img
mke2fs -q -F -t ext3 -b 1024 -N 512 ext3.img
mount -o loop ext3.img m && fill && umount m
mount -o loop ext3.img m && delete && umount m

xz --delta=dist=2 --lzma2=preset=9e -c ntfs.img > "$here/ntfs_deleted.img.xz"
xz -9e -c ext3.img > "$here/ext3_deleted.img.xz"
rm -r "$work"
