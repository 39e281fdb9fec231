"""Every container format, in the order in which they are asked. Adding one is one line here, with its reason.

Third parties add theirs through the entry point group `safelight.formats` (an object that satisfies
`Format`); they are asked after ours, so that they can add and not replace.
"""

from __future__ import annotations

import io
from functools import cache
from importlib.metadata import entry_points

from safelight.evidence import (
    apfs,
    archive_7z,
    archive_tar,
    archive_zip,
    compressed,
    dmg,
    encrypted,
    ewf,
    partitions,
    qcow,
    raw,
    tsk,
    unsupported,
    vhd,
    vmdk,
)
from safelight.evidence.model import EvidenceError, Format, OpenContext
from safelight.evidence.stream import Peeked

ENTRY_POINTS = "safelight.formats"


#: Images say what they are in their first bytes; what they hold must not be taken for them, so they come
#: first.
IMAGES: tuple[Format, ...] = (ewf.FORMAT, vmdk.FORMAT, vhd.FORMAT, qcow.FORMAT, dmg.FORMAT)

#: Split raw images are known by name and not by content: after images that say what they are, before
#: everything that would take the first segment for the whole.
SPLIT: tuple[Format, ...] = (raw.FORMAT,)

#: Encrypted volumes keep the boot sector of what they replace (BitLocker: NTFS), so they come before file
#: systems; partition tables before file systems, since remnants of an old file system survive behind a new
#: table, while the reader of tables knows a boot sector when it sees one.
VOLUMES: tuple[Format, ...] = (encrypted.FORMAT, partitions.FORMAT)

#: APFS first: its containers are none of libtsk's.
FILE_SYSTEMS: tuple[Format, ...] = (apfs.FORMAT, tsk.FORMAT)

#: Archives after images: a disk image may begin with one file's remains. Tar last: its signature is the
#: weakest.
ARCHIVES: tuple[Format, ...] = (
    archive_zip.FORMAT,
    archive_7z.FORMAT,
    *compressed.FORMATS,
    archive_tar.FORMAT,
)

#: What is recognised and cannot be read yet comes last, so that a reader added above takes over.
UNSUPPORTED: tuple[Format, ...] = (unsupported.FORMAT,)


@cache
def formats() -> tuple[Format, ...]:
    """Ours in order, then those of third parties by name."""
    found = sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name)
    ours = (*IMAGES, *SPLIT, *VOLUMES, *FILE_SYSTEMS, *ARCHIVES, *UNSUPPORTED)
    return (*ours, *(point.load() for point in found))


def format_named(kind: str) -> Format:
    """The format whose layers have this kind. Raises EvidenceError("unsupported")."""
    for known in formats():
        if known.kind == kind:
            return known
    raise EvidenceError("unsupported", f"no reader for layers of the kind {kind} is installed")


def recognise(stream: io.RawIOBase, context: OpenContext) -> Format | None:
    """The first format that knows the stream as its own; None if none does.

    Raises EvidenceError if the bytes that would tell could not be read and no format knew the stream all the
    same.
    """
    peeked = Peeked(stream)
    trouble: EvidenceError | None = None
    for known in formats():
        try:
            if known.recognise(peeked, context):
                return known
        except EvidenceError as error:
            trouble = trouble or error
    trouble = peeked.trouble or trouble
    if trouble is not None:
        raise trouble
    return None


def holds_volumes(known: Format) -> bool:
    """Images, partition tables and file systems: a source that is one of these has no item for itself."""
    return known.transparent or known in FILE_SYSTEMS


def container_kind(stream: io.RawIOBase, context: OpenContext) -> str | None:
    """What an item is as a container: the kind of the format that walks it, `unsupported:NAME` for one that
    is recognised and cannot be read, None for a plain file. Raises EvidenceError if the item cannot be
    read."""
    known = recognise(stream, context)
    if known is unsupported.FORMAT:
        return f"unsupported:{unsupported.what_it_is(stream)}"
    return known.kind if known else None
