#!/bin/sh
# Makes the images of this folder (see README.md). Debian: dosfstools mtools ntfs-3g e2fsprogs exfatprogs exfat-fuse
# genisoimage cryptsetup-bin xz-utils attr; root and FUSE are needed for NTFS and exFAT. Times differ with every run.
set -eu
export TZ=UTC
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
cd "$work"
mkdir m
trap 'fusermount -u "$work/m" 2> /dev/null; rm -rf "$work"' EXIT

python3 - <<'PY'
from pathlib import Path
Path("chess.pgn").write_text('[Event "Klubbmesterskap"]\n1. e4 e5 2. Nf3 Nc6 3. Bb5 a6\n')
Path("weather.csv").write_text(
    "time,temperature\n" + "".join(f"2016-01-12T{h:02d}:00,{h * 7 % 13 - 6}\n" for h in range(24)) * 40)
Path("pattern.bin").write_bytes(bytes(i // 100 % 256 for i in range(40000)))
PY
touch -d "2016-01-12T09:30:00.123456700" chess.pgn weather.csv pattern.bin

# --- NTFS: resident, streams, hard link, compressed, sparse, reparse points, deleted
truncate -s 6M ntfs.img
mkntfs -F -q -c 4096 -L "Sjakk og vær" ntfs.img
ntfs-3g -o streams_interface=windows,compression ntfs.img m
cd m
cp -p ../chess.pgn resident.txt
cp -p ../weather.csv weather.csv
printf '[ZoneTransfer]\r\nZoneId=3\r\n' > "weather.csv:Zone.Identifier"
cp ../pattern.bin "weather.csv:station"
mkdir games
printf 'notes of a folder\n' > "games:notes"
cp ../chess.pgn games/opening.pgn
ln games/opening.pgn games/hardlink.pgn
printf 'blåbær\n' > "Blåbærsyltetøy på brød.txt"
mkdir packed
setfattr -h -v 0x00000810 -n system.ntfs_attrib_be packed
cp ../weather.csv packed/weather.csv
for _ in 1 2 3 4; do cat ../weather.csv; done > packed/long.csv
python3 -c 'f = open("sparse.bin", "wb"); f.seek(3_000_000); f.write(b"end of the hole")'
: > empty.txt
cp ../chess.pgn deleted_small.txt
cp ../pattern.bin deleted_big.bin
mkdir gone
cp ../weather.csv gone/inner.csv
mkdir junction
: > symlink.txt
python3 - <<'PY'
import os, struct
target, shown = "\\??\\C:\\games".encode("utf-16-le"), "C:\\games".encode("utf-16-le")
body = struct.pack("<HHHH", 0, len(target), len(target) + 2, len(shown)) + target + b"\0\0" + shown + b"\0\0"
os.setxattr("junction", "system.ntfs_reparse_data", struct.pack("<IHH", 0xA0000003, len(body), 0) + body)
target = "games\\opening.pgn".encode("utf-16-le")
body = struct.pack("<HHHHI", 0, len(target), len(target), len(target), 1) + target + target
os.setxattr("symlink.txt", "system.ntfs_reparse_data", struct.pack("<IHH", 0xA000000C, len(body), 0) + body)
PY
cd ..
fusermount -u m; sleep 1
ntfs-3g -o streams_interface=windows ntfs.img m
rm m/deleted_small.txt m/deleted_big.bin
rm -r m/gone
fusermount -u m; sleep 1

# --- FAT12, FAT16, FAT32: long names, deleted files, a deleted folder
for bits in 12 16 32; do
  case $bits in 12) size=1440K;; 16) size=9M;; 32) size=34M;; esac
  truncate -s $size fat$bits.img
  mkfs.fat -F $bits -s 1 -n SJAKK --invariant fat$bits.img > /dev/null
  export MTOOLS_SKIP_CHECK=1
  mmd -i fat$bits.img ::games ::gone
  mcopy -m -i fat$bits.img chess.pgn "::Blåbærsyltetøy på brød.pgn"
  mcopy -m -i fat$bits.img weather.csv ::weather.csv
  mcopy -m -i fat$bits.img chess.pgn ::games/opening.pgn
  mcopy -m -i fat$bits.img pattern.bin ::deleted.bin
  mcopy -m -i fat$bits.img weather.csv ::gone/inner.csv
  mdel -i fat$bits.img ::deleted.bin
  mdeltree -i fat$bits.img ::gone
done

# --- exFAT
truncate -s 2M exfat.img
mkfs.exfat -L Sjakk -c 4K -b 4K exfat.img > /dev/null
loop=$(losetup --show -f exfat.img)
mount.exfat-fuse "$loop" m > /dev/null
mkdir m/games m/gone
cp chess.pgn "m/Blåbærsyltetøy på brød.pgn"
cp weather.csv m/weather.csv
cp chess.pgn m/games/opening.pgn
cp pattern.bin m/deleted.bin
cp weather.csv m/gone/inner.csv
touch -d "2016-01-12T09:30:00" m/weather.csv
rm -r m/deleted.bin m/gone
fusermount -u m; sleep 1
losetup -d "$loop"

# --- ext2 and ext4: links, special files, deleted files; ext4 with 250 folders in each other
mkdir -p tree/games
cp chess.pgn "tree/Blåbærsyltetøy på brød.pgn"
cp weather.csv tree/weather.csv
cp chess.pgn tree/games/opening.pgn
cp pattern.bin tree/deleted.bin
printf 'its inode goes to another file\n' > tree/old.txt
ln tree/games/opening.pgn tree/games/hardlink.pgn
ln -s games/opening.pgn tree/short_link
ln -s "$(printf 'games/%0100d/opening.pgn' 0)" tree/long_link
mkfifo tree/fifo
mknod tree/device c 1 3
python3 - tree <<'PY'
import os, sys
with open(sys.argv[1] + "/sparse.bin", "wb") as file:
    file.seek(3_000_000)
    file.write(b"end of the hole")
with open(os.fsencode(sys.argv[1]) + b"/latin1_\xe6\xf8\xe5.txt", "wb") as file:
    file.write(b"not UTF-8\n")
PY
find tree -exec touch -h -d "2016-01-12T09:30:00.123456789" {} +
truncate -s 1M ext2.img
mke2fs -q -F -t ext2 -b 1024 -I 128 -L Sjakk -N 64 -d tree ext2.img
delete() {
  printf 'rm /old.txt\ncd games\nwrite chess.pgn taker.pgn\ncd /\nrm /deleted.bin\n' | debugfs -w -f - "$1" > /dev/null 2>&1
}
delete ext2.img
python3 - tree <<'PY'
import os, sys
os.chdir(sys.argv[1])
for depth in range(1, 251):
    os.mkdir("d")
    os.chdir("d")
with open("deepest.txt", "wb") as file:
    file.write(b"250 folders down\n")
PY
truncate -s 1536K ext4.img
mke2fs -q -F -t ext4 -b 1024 -L Sjakk -N 320 -O ^has_journal -d tree ext4.img
delete ext4.img

# --- ISO 9660 with Joliet and Rock Ridge
mkdir -p disc/games
cp chess.pgn "disc/Blåbærsyltetøy.pgn"
cp weather.csv disc/weather.csv
cp chess.pgn disc/games/opening.pgn
touch -d "2016-01-12T09:30:00" disc disc/*.pgn disc/weather.csv disc/games disc/games/opening.pgn
TZ=Europe/Oslo genisoimage -quiet -input-charset utf-8 -V SJAKK -J -R -o iso9660.img disc 2> /dev/null
genisoimage -quiet -input-charset utf-8 -V SJAKK -o iso9660_plain.img disc 2> /dev/null

# --- LUKS1 around a small ext2 volume, password "sjakkmatt", by cryptsetup; luks1.py puts the payload in (no device
# mapper is at hand) and makes the key material small to pack. LUKS2: the header alone, since it is only recognised.
mkdir small
cp chess.pgn small/chess.pgn
truncate -s 60K inner.img
mke2fs -q -F -t ext2 -b 1024 -I 128 -L Hemmelig -N 16 -d small inner.img
for version in 1 2; do
  truncate -s 17M luks$version.img
  printf sjakkmatt | cryptsetup luksFormat -q --type luks$version --cipher aes-xts-plain64 --key-size 256 \
    --hash sha256 --pbkdf pbkdf2 --pbkdf-force-iterations 1000 luks$version.img -
done
printf sjakkmatt | cryptsetup luksDump -q --dump-master-key --master-key-file key luks1.img --key-file - > /dev/null
python3 "$here/luks1.py" luks1.img key inner.img sjakkmatt
printf sjakkmatt | cryptsetup open --test-passphrase luks1.img --key-file -
truncate -s 32K luks2.img
truncate -s 64K luks2.img

for image in fat12 fat16 fat32 exfat ext2 ext4 iso9660 iso9660_plain luks1 luks2; do
  xz -9e -c $image.img > "$here/$image.img.xz"
done
xz --delta=dist=2 --lzma2=preset=9e -c ntfs.img > "$here/ntfs.img.xz" # $UpCase is a table of counting 16-bit numbers
