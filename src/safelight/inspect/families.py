"""What a container family holds: zip, OLE, ISO media, RIFF, Matroska, Ogg, IFF; and headers that need
arithmetic.

Each function looks at the head (first 64 KiB) and tail (last 64 KiB) only, except OLE, whose directory may
lie anywhere.
"""

from __future__ import annotations

import re
from typing import Protocol

from safelight.inspect import signatures


class Seekable(Protocol):
    """What is read where the directory of an OLE file lies."""

    def seek(self, offset: int, whence: int = 0, /) -> int: ...
    def read(self, size: int = -1, /) -> bytes: ...


_OPENXML = "application/vnd.openxmlformats-officedocument."
_ZIP_BY_MEMBER: tuple[tuple[bytes, str], ...] = (
    (b"word/document", _OPENXML + "wordprocessingml.document"),
    (b"xl/workbook", _OPENXML + "spreadsheetml.sheet"),
    (b"ppt/presentation", _OPENXML + "presentationml.presentation"),
    (b"word/", _OPENXML + "wordprocessingml.document"),
    (b"xl/", _OPENXML + "spreadsheetml.sheet"),
    (b"ppt/", _OPENXML + "presentationml.presentation"),
)


def refine(family: str, head: bytes, tail: bytes, stream: Seekable | None) -> str:
    """The member's mime for a `*family` of `signatures`; another mime is returned as it is."""
    match family:
        case signatures.ZIP:
            return _zip(head, tail)
        case signatures.OLE:
            return _ole(head, stream)
        case signatures.BMFF:
            return _bmff(head)
        case signatures.RIFF:
            return _RIFF.get(head[8:12], "application/x-riff")
        case signatures.EBML:
            return "video/webm" if b"webm" in head[:64] else "video/x-matroska"
        case signatures.OGG:
            return "video/ogg" if b"\x80theora" in head[:4096] else "audio/ogg"
        case signatures.IFF:
            return _IFF.get(head[8:12], "application/x-iff")
    return family


def _zip(head: bytes, tail: bytes) -> str:
    """By content: OpenDocument and EPUB store their type first, Office Open XML names its parts."""
    name = head[30 : 30 + int.from_bytes(head[26:28], "little")]
    if name == b"mimetype" and head[8:10] == b"\0\0":
        start = 38 + int.from_bytes(head[28:30], "little")
        length = int.from_bytes(head[18:22], "little")
        text = head[start : start + (length or 80)] if length < 100 else b""
        found = re.match(rb"application/[\w.+-]+", text)
        if found:
            return found.group().decode("ascii").removesuffix("PK")
    names = _zip_names(head) | _zip_names(tail, central=True)
    if b"[Content_Types].xml" in names:
        for prefix, mime in _ZIP_BY_MEMBER:
            if any(name.startswith(prefix) for name in names):
                return mime
    if b"AndroidManifest.xml" in names:
        return "application/vnd.android.package-archive"
    if b"META-INF/MANIFEST.MF" in names:
        return "application/java-archive"
    if b"container.description" in names or b"information.turtle" in names:
        return "application/x-aff4"
    for member, mime in (
        (b"Index/Tables", "numbers"),
        (b"Index/Slide", "keynote"),
        (b"Index/Document.iwa", "pages"),
    ):
        if any(name.startswith(member) for name in names):
            return f"application/vnd.apple.{mime}"
    return "application/zip"


def _zip_names(part: bytes, *, central: bool = False) -> set[bytes]:
    """Member names in local headers (or central directory entries), wherever their signature stands."""
    signature, at_length, at_name = (b"PK\x01\x02", 28, 46) if central else (b"PK\x03\x04", 26, 30)
    names: set[bytes] = set()
    position = part.find(signature)
    while position >= 0 and len(names) < 200:
        length = int.from_bytes(part[position + at_length : position + at_length + 2], "little")
        names.add(part[position + at_name : position + at_name + length])
        position = part.find(signature, position + at_name)
    return names


#: Streams and storages that only one application writes, as UTF-16LE in the directory ([MS-CFB], [MS-DOC]
#: ...). Messages first: they embed the streams of what is attached. Names compare without case ([MS-CFB]
#: 2.6.4).
_OLE_BY_STREAM: tuple[tuple[str, str], ...] = (
    ("__properties_version1.0", "application/vnd.ms-outlook"),
    ("__nameid_version1.0", "application/vnd.ms-outlook"),
    ("EncryptedPackage", "application/x-encrypted-ooxml"),
    ("WordDocument", "application/msword"),
    ("Workbook", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
    ("VisioDocument", "application/vnd.visio"),
    ("Quill", "application/vnd.ms-publisher"),
    ("FileHeader", "application/x-hwp"),
    ("\u4840\u3f3f\u4577", "application/x-msi"),
    ("Book", "application/vnd.ms-excel"),
)
_OLE_DIRECTORY_BYTES = 32 << 10


def _ole(head: bytes, stream: Seekable | None) -> str:
    """By the names in the directory, whose first sector the header gives; without a stream, those in the
    head."""
    directory = head
    shift = int.from_bytes(head[30:32], "little")
    sector = int.from_bytes(head[48:52], "little")
    position = (sector + 1) << shift if shift in (9, 12) else 0
    if position + 4096 <= len(head):
        directory = head[position:]
    elif stream is not None and 0 < position < 1 << 40:
        stream.seek(position)
        directory = stream.read(_OLE_DIRECTORY_BYTES) or head
    directory = directory.upper()
    for name, mime in _OLE_BY_STREAM:
        if name.encode("utf-16-le").upper() + b"\0\0" in directory:
            return mime
    return "application/x-ole-storage"


_BRANDS: dict[bytes, str] = {
    b"qt  ": "video/quicktime",
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"crx ": "image/x-canon-cr3",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"M4P ": "audio/mp4",
    b"F4A ": "audio/mp4",
    b"jp2 ": "image/jp2",
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"), "image/heic"),
    **dict.fromkeys((b"mif1", b"msf1", b"mif2"), "image/heif"),
    **dict.fromkeys((b"3gp4", b"3gp5", b"3gp6", b"3gp7", b"3gs7", b"3ge6", b"3gg6"), "video/3gpp"),
    **dict.fromkeys((b"3g2a", b"3g2b", b"3g2c"), "video/3gpp2"),
}


def _bmff(head: bytes) -> str:
    """By major brand (ISO/IEC 14496-12); `mif1` files name their codec among the compatible brands."""
    mime = _BRANDS.get(head[8:12], "video/mp4")
    if mime == "image/heif":
        size = min(int.from_bytes(head[:4], "big"), 256)
        compatible = {head[at : at + 4] for at in range(16, size - 3, 4)}
        if b"heic" in compatible:
            return "image/heic"
        if b"avif" in compatible:
            return "image/avif"
    return mime


_RIFF = {
    b"WEBP": "image/webp",
    b"WAVE": "audio/x-wav",
    b"AVI ": "video/x-msvideo",
    b"AMV ": "video/x-amv",
    b"RMID": "audio/midi",
    b"ACON": "image/x-win-cursor",
    b"CDXA": "video/mpeg",
    b"sfbk": "audio/x-soundfont",
}
_IFF = {b"AIFF": "audio/aiff", b"AIFC": "audio/aiff", b"ILBM": "image/x-ilbm", b"8SVX": "audio/x-8svx"}


def by_arithmetic(head: bytes, tail: bytes, size: int) -> str:
    """Formats whose few signature bytes prove nothing without their header adding up; empty if none does."""
    mime = ""
    first = head[:2]
    if first == b"MZ":
        at = int.from_bytes(head[60:64], "little")
        portable = head.startswith(b"PE\0\0", at)
        mime = "application/vnd.microsoft.portable-executable" if portable else "application/x-dos-executable"
    elif first == b"BM":
        header = int.from_bytes(head[14:18], "little")
        if len(head) > 26 and header < 256 and (head[6:10] == b"\0\0\0\0" or header in (12, 40, 108, 124)):
            mime = "image/bmp"
    elif head.startswith(b"\xca\xfe\xba\xbe"):
        mime = (
            "application/java-vm"
            if head[4:6] == b"\0\0" and head[7:8] >= b"\x2d"
            else "application/x-mach-binary"
        )
    elif head.startswith((b"\0\0\x01\0", b"\0\0\x02\0")):
        if _icon(head):
            mime = "image/x-icon"
    elif first[:1] == b"\xff":
        mime = _mpeg_audio(head)
    elif first[:1] == b"\x0a":
        if (
            head[1:2] in (b"\0", b"\x02", b"\x03", b"\x05")
            and head[2:3] == b"\x01"
            and head[3:4] in b"\1\2\4\x08"
        ):
            mime = "image/x-pcx"
    elif first[:1] == b"P" and re.match(rb"P[1-7fF]\s(#[^\n]*\n)*\s*\d", head[:256]):
        mime = "image/x-portable-anymap"
    elif (first[:1] == b"G" and _every(head, 188, 0)) or _every(head, 192, 4):
        mime = "video/mp2t"
    if not mime and head[510:512] == b"\x55\xaa" and _partition_table(head, size):
        mime = "application/x-raw-disk"
    if not mime and (tail or head)[-512:].startswith(b"koly\0\0\0\x04"):
        mime = "application/x-apple-diskimage"
    if not mime and (tail or head)[-512:].startswith(b"conectix"):
        mime = "application/x-vhd"
    return mime


def _icon(head: bytes) -> bool:
    """Up to 255 pictures, and a first entry of sense: planes 0 or 1 (in a cursor the hot spot stands there),
    data behind the directory. An upper-case table of NTFS counts 0, 1, 2 and would begin alike."""
    count = int.from_bytes(head[4:6], "little")
    cursor, planes = head[2:3] == b"\x02", int.from_bytes(head[10:12], "little")
    offset = int.from_bytes(head[18:22], "little")
    return (
        len(head) >= 22
        and 0 < count < 256
        and head[9] == 0
        and (cursor or planes <= 1)
        and offset >= 6 + 16 * count
    )


def targa(head: bytes) -> bool:
    """A header that the Targa specification (Truevision, 1991) allows: a picture of a known kind and depth, with
    a colour map where the kind needs one. libmagic is content with less."""
    if len(head) < 18 or head[1] > 1 or head[2] & 7 not in (1, 2, 3) or head[2] > 11:
        return False
    mapped = head[2] & 7 == 1
    depths = (8, 16) if mapped else (8, 15, 16, 24, 32)
    size = int.from_bytes(head[12:14], "little") * int.from_bytes(head[14:16], "little")
    return (
        (not mapped or head[1] == 1)
        and (not head[1] or head[7] in (15, 16, 24, 32))
        and head[16] in depths
        and size > 0
    )


def _every(head: bytes, step: int, start: int) -> bool:
    """Sync byte of MPEG transport packets at every step, five times."""
    return len(head) > 5 * step and all(head[start + step * k] == 0x47 for k in range(5))


_BITRATES = (
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
)


def _mpeg_audio(head: bytes) -> str:
    """Two MPEG audio layer III headers, the second where the first says; or ADTS, likewise (ISO/IEC 11172-3,
    13818-7)."""
    if len(head) < 10 or head[1] & 0xE0 != 0xE0:
        return ""
    if head[1] & 0xF6 == 0xF0:
        length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
        return "audio/aac" if length > 7 and head[length : length + 2] == head[:2] else ""
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    rate, kilobits = head[2] >> 2 & 3, head[2] >> 4
    if version == 1 or layer != 1 or rate == 3 or not 0 < kilobits < 15:
        return ""
    hertz = (44100, 48000, 32000)[rate] // {3: 1, 2: 2, 0: 4}[version]
    samples = 144 if version == 3 else 72
    length = samples * _BITRATES[version != 3][kilobits] * 1000 // hertz + (head[2] >> 1 & 1)
    return "audio/mpeg" if head[length : length + 2] == head[:2] else ""


def _partition_table(head: bytes, size: int) -> bool:
    """A master boot record whose four entries are empty or lie in order of sense: flag 0 or 0x80, start,
    length."""
    if size < 4096 or size % 512:
        return False
    used = 0
    for at in range(446, 510, 16):
        entry = head[at : at + 16]
        start, length = int.from_bytes(entry[8:12], "little"), int.from_bytes(entry[12:16], "little")
        if entry[0] not in (0, 0x80) or (entry[4] and not (start and length)):
            return False
        used += bool(entry[4])
    return used > 0
