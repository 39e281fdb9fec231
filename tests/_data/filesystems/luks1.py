"""Make a LUKS1 volume of cryptsetup small and fill it: luks1.py IMAGE MASTER_KEY_FILE PLAIN PASSWORD.

Key material is 4,000 stripes of random bytes, which no compressor makes smaller. Any stripes will do as long as they
merge to the master key: here all but the last sector are chosen so that they are zero once encrypted. The payload is
encrypted with aes-xts-plain64; what lies behind the last used byte of the plain volume stays zero.
(LUKS On-Disk Format Specification 1.2.3)
"""

import hashlib
import struct
import sys
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

SECTOR, STRIPES, KEY = 512, 4000, 32
image, key_file, plain_file, password = sys.argv[1:]
master = Path(key_file).read_bytes()
volume = bytearray(Path(image).read_bytes())
(payload,) = struct.unpack_from(">I", volume, 104)
_, iterations, salt, material, stripes = struct.unpack_from(">II32sII", volume, 208)
assert (stripes, len(master)) == (STRIPES, KEY)


def xts(key: bytes, sector: int) -> Cipher[modes.XTS]:
    return Cipher(algorithms.AES(key), modes.XTS(sector.to_bytes(16, "little")))


def diffuse(block: bytes) -> bytes:
    return hashlib.sha256(struct.pack(">I", 0) + block).digest()


def xor(a: bytes | bytearray, b: bytes | bytearray) -> bytes:
    return bytes(x ^ y for x, y in zip(a, b, strict=True))


derived = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, iterations, KEY)
size = STRIPES * KEY
split = bytearray()
for sector in range(size // SECTOR):
    decryptor = xts(derived, sector).decryptor()
    split += decryptor.update(bytes(SECTOR))
merged = bytes(KEY)
for number in range(STRIPES - 1):
    merged = diffuse(xor(merged, split[number * KEY : number * KEY + KEY]))
split[-KEY:] = xor(merged, master)

end = payload * SECTOR
volume[material * SECTOR : end] = bytes(end - material * SECTOR)
last = size // SECTOR - 1
at = (material + last) * SECTOR
volume[at : at + SECTOR] = xts(derived, last).encryptor().update(bytes(split[last * SECTOR :]))

plain = Path(plain_file).read_bytes()
used = -(-len(plain.rstrip(b"\0")) // SECTOR)
for sector in range(used):
    sealed = xts(master, sector).encryptor().update(plain[sector * SECTOR : sector * SECTOR + SECTOR])
    volume[end + sector * SECTOR : end + sector * SECTOR + SECTOR] = sealed
del volume[end + len(plain) :]
volume[end + used * SECTOR :] = bytes(len(plain) - used * SECTOR)
Path(image).write_bytes(volume)
