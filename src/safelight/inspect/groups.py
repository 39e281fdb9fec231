"""Which group of the worklist a media type belongs to: a table, then the media type's own first half."""

from __future__ import annotations

from safelight.inspect.model import Group

_MEMBERS: dict[Group, str] = {
    "document": """
        application/pdf application/rtf text/rtf application/postscript application/epub+zip
        application/msword application/vnd.ms-excel application/vnd.ms-powerpoint
        application/vnd.visio application/x-ole-storage application/x-encrypted-ooxml
        application/onenote application/x-mobipocket-ebook application/vnd.ms-htmlhelp
        application/vnd.ms-publisher application/vnd.ms-project application/x-hwp image/vnd.djvu
        text/html application/xhtml+xml application/x-abiword application/vnd.ms-xpsdocument
        application/vnd.openxmlformats-officedocument.wordprocessingml.document
        application/vnd.openxmlformats-officedocument.spreadsheetml.sheet
        application/vnd.openxmlformats-officedocument.presentationml.presentation
        application/vnd.oasis.opendocument.text application/vnd.oasis.opendocument.spreadsheet
        application/vnd.oasis.opendocument.presentation application/vnd.oasis.opendocument.graphics
        application/vnd.oasis.opendocument.formula application/vnd.oasis.opendocument.text-template
        application/vnd.apple.pages application/vnd.apple.numbers application/vnd.apple.keynote""",
    "mail": """
        message/rfc822 message/x-emlx application/mbox application/vnd.ms-outlook
        application/vnd.ms-outlook-pst message/news""",
    "archive": """
        application/zip application/gzip application/x-bzip2 application/x-xz application/zstd
        application/x-lz4 application/x-7z-compressed application/vnd.rar application/x-tar
        application/x-cpio application/x-archive application/vnd.debian.binary-package
        application/vnd.ms-cab-compressed application/x-lzma application/x-lzip
        application/x-compress application/x-arj application/x-lzh application/x-ms-wim
        application/java-archive application/vnd.android.package-archive
        application/x-android-backup application/x-rpm application/x-rar application/x-xar
        application/x-stuffit application/x-ms-compress-szdd application/vnd.ms-tnef
        application/x-ad1 application/x-aff4 application/x-l01 application/x-gzip application/x-zip""",
    "image": """
        application/x-iso9660-image application/x-apple-diskimage application/x-ewf
        application/x-ewf2 application/x-vhd application/x-vhdx application/x-vmdk
        application/x-qcow2 application/x-virtualbox-vdi application/x-raw-disk application/x-ntfs
        application/x-fat application/x-exfat application/x-ext application/x-hfs application/x-apfs
        application/x-luks application/x-bitlocker application/x-squashfs application/x-aff
        application/x-xfs application/x-btrfs application/x-f2fs""",
    "database": """
        application/vnd.sqlite3 application/x-sqlite3 application/x-sqlite-wal
        application/x-sqlite-journal application/x-ese application/x-msaccess
        application/x-windows-registry application/x-windows-evtx application/x-windows-evt
        application/x-bplist application/x-leveldb application/x-realm
        application/vnd.apache.parquet application/x-dbf""",
    "program": """
        application/vnd.microsoft.portable-executable application/x-dosexec application/x-executable
        application/x-sharedlib application/x-pie-executable application/x-object
        application/x-mach-binary application/x-elf application/java-vm application/x-java-applet
        application/x-dex application/wasm application/x-bytecode.python application/x-coredump
        application/x-msi application/x-ms-shortcut application/x-dos-executable""",
    "video": """
        application/vnd.ms-asf application/mxf application/vnd.rn-realmedia application/x-shockwave-flash""",
    "audio": "application/ogg",
    "text": """
        application/json application/xml application/javascript application/x-ndjson
        application/pgp-keys application/pgp-signature application/x-subrip application/sql
        application/x-wine-extension-ini application/x-setupscript application/x-pem-file
        image/svg+xml""",
    "empty": "application/x-empty inode/x-empty",
    "other": "image/x-win-bitmap application/pgp-encrypted",
}
_TABLE: dict[str, Group] = {mime: group for group, names in _MEMBERS.items() for mime in names.split()}
_HALVES: dict[str, Group] = {
    "image": "picture",
    "video": "video",
    "audio": "audio",
    "text": "text",
    "message": "mail",
}


def group_of(mime: str) -> Group:
    """The group of a media type; `other` if neither the table nor the first half says anything."""
    return _TABLE.get(mime) or _HALVES.get(mime.partition("/")[0], "other")
