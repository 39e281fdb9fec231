"""Whether a name's extension names another type than the content: a fact, kept free of false alarms.

An extension that the table does not know never disagrees, and neither does one whose format shows no
signature. All textual extensions agree with all textual types: nobody can tell a `.csv` from a `.txt` by its
bytes.
"""

from __future__ import annotations

from safelight.inspect.groups import group_of

_OPENXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
_TABLE: dict[str, str] = {
    "jpg jpeg jpe jfif jif thm": "image/jpeg",
    "png apng": "image/png",
    "gif": "image/gif",
    "bmp dib": "image/bmp",
    "tif tiff dng nef arw cr2 pef srw": "image/tiff image/x-canon-cr2",
    "webp": "image/webp",
    "heic heif hif avif": "image/heic image/heif image/avif",
    "jp2 j2k jpf jpx j2c jpc": "image/jp2 image/x-jp2-codestream",
    "ico cur": "image/x-icon",
    "tga": "image/x-tga",
    "psd psb": "image/vnd.adobe.photoshop",
    "mp4 m4v mov qt 3gp 3g2 m4a m4b": "video/mp4 video/quicktime video/3gpp video/3gpp2 audio/mp4",
    "avi divx": "video/x-msvideo",
    "mkv mka webm": "video/x-matroska video/webm",
    "wmv wma asf": "video/x-ms-asf",
    "flv": "video/x-flv",
    "mpg mpeg vob m2p": "video/mpeg video/mp2t",
    "m2ts mts": "video/mp2t",
    "mp3": "audio/mpeg",
    "wav": "audio/x-wav",
    "flac": "audio/flac",
    "ogg oga ogv opus": "audio/ogg video/ogg application/ogg",
    "amr": "audio/amr audio/amr-wb",
    "pdf": "application/pdf",
    "rtf": "application/rtf",
    "doc dot": "application/msword application/rtf text/html application/x-ole-storage",
    "xls xlt": "application/vnd.ms-excel text/html application/x-ole-storage",
    "ppt pot pps": "application/vnd.ms-powerpoint application/x-ole-storage",
    "docx docm dotx": f"{_OPENXML}wordprocessingml.document application/x-encrypted-ooxml",
    "xlsx xlsm xltx xlsb": f"{_OPENXML}spreadsheetml.sheet application/x-encrypted-ooxml",
    "pptx pptm ppsx potx": f"{_OPENXML}presentationml.presentation application/x-encrypted-ooxml",
    "odt ott": f"{_ODF}text {_ODF}text-template",
    "ods ots": f"{_ODF}spreadsheet",
    "odp otp": f"{_ODF}presentation",
    "epub": "application/epub+zip",
    "msg": "application/vnd.ms-outlook application/x-ole-storage",
    "pst ost": "application/vnd.ms-outlook-pst",
    "zip": "application/zip application/java-archive application/vnd.android.package-archive",
    "7z": "application/x-7z-compressed",
    "rar": "application/vnd.rar",
    "gz tgz": "application/gzip",
    "bz2 tbz2": "application/x-bzip2",
    "xz txz": "application/x-xz",
    "cab": "application/vnd.ms-cab-compressed",
    "apk": "application/vnd.android.package-archive application/java-archive",
    "jar": "application/java-archive",
    "exe dll sys scr": "application/vnd.microsoft.portable-executable application/x-dos-executable",
    "e01": "application/x-ewf",
    "vmdk": "application/x-vmdk",
    "vhdx": "application/x-vhdx",
    "qcow2": "application/x-qcow2",
    "sqlite sqlite3": "application/vnd.sqlite3",
    "evtx": "application/x-windows-evtx",
    "lnk": "application/x-ms-shortcut",
    "txt log csv tsv md json xml html htm xhtml svg ini cfg conf py js css c h cpp java sh bat ps1 sql vcf "
    "ics eml mbox yaml yml toml srt vtt nfo": "text/plain",
}
_BY_EXTENSION: dict[str, frozenset[str]] = {
    extension: frozenset(mimes.split())
    for extensions, mimes in _TABLE.items()
    for extension in extensions.split()
}
_TEXTUAL = frozenset(extension for extension, mimes in _BY_EXTENSION.items() if "text/plain" in mimes)
#: Known types that bytes can show, so that a known extension of another kind is a disagreement.
_KNOWN_MIMES = frozenset().union(*_BY_EXTENSION.values())
#: Formats that tools write in many shapes or that other formats wrap: nothing is said about them.
_WRAPPERS = frozenset(
    {"application/zip", "application/x-riff", "application/x-iff", "application/x-ole-storage"}
)
_ZIP_BASED = frozenset(
    extension
    for extensions, mimes in _TABLE.items()
    if any(part in mimes for part in ("openxml", "oasis", "epub", "java-archive"))
    for extension in extensions.split()
)


def extension(name: str) -> str:
    """Extension in lower case without the dot; empty if there is none (a leading dot is no extension)."""
    stem, dot, last = name.rpartition(".")
    return last.lower() if dot and stem.strip(".") and len(last) <= 16 and "/" not in last else ""


def extension_agrees(name: str, mime: str) -> bool:
    """True if the extension is known and is one of the type's own."""
    return mime in _BY_EXTENSION.get(extension(name), ())


def extension_disagrees(name: str, mime: str) -> bool:
    """True if the extension is known and the content shows a type that such files never are."""
    known = _BY_EXTENSION.get(extension(name))
    if known is None or mime in known or mime == "application/x-empty":
        return False
    textual = _textual(mime)
    if extension(name) in _TEXTUAL:
        return not textual and mime in _KNOWN_MIMES
    if mime == "application/zip":
        return extension(name) not in _ZIP_BASED
    if mime in _WRAPPERS:
        return False
    return textual or mime in _KNOWN_MIMES


def _textual(mime: str) -> bool:
    return mime.startswith(("text/", "message/")) or group_of(mime) in ("text", "mail")
