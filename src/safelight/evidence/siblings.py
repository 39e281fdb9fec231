"""Find the file beside an item: further segments of an image, extents, parents of differencing disks.

Names come out of evidence, so only plain names are taken: nothing that leads to another folder.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

from safelight.evidence.model import Entry, EvidenceError
from safelight.evidence.osfile import open_regular
from safelight.evidence.spec import Layer, PathSpec

if TYPE_CHECKING:
    from safelight.evidence.reader import Reader


def sibling_opener(reader: Reader, spec: PathSpec) -> Callable[[bytes], io.RawIOBase | None]:
    """A function that opens the file with a given name beside the item at `spec`, or returns None."""
    folder, slash, _ = spec.last.path.rpartition(b"/")
    listed: dict[bytes, PathSpec] = {}

    def beside(name: bytes) -> io.RawIOBase | None:
        if name in (b"", b".", b"..") or any(char in name for char in (b"/", b"\\", b"\0")):
            return None
        try:
            if spec.last.kind == "file":
                return open_regular(bytes(reader.root.parent) + b"/" + name)
            if spec.last.kind == "folder":
                return reader.open(spec.parent.child(Layer("folder", folder + slash + name)))
            if not spec.last.path:
                return None
            if not listed:
                listed.update(_folder_of(reader, spec, folder + slash))
            return reader.open(listed[name]) if name in listed else None
        except EvidenceError as error:
            if error.cause == "vanished":
                return None
            raise

    return beside


def _folder_of(reader: Reader, spec: PathSpec, folder: bytes) -> dict[bytes, PathSpec]:
    """The files in the item's folder, by name; one that is allocated goes before a deleted one of the same
    name."""
    found: dict[bytes, PathSpec] = {}
    for entry in reader.container(spec.parent, spec.last.kind).walk(spec.parent):
        if not isinstance(entry, Entry) or entry.kind != "file":
            continue
        parent, slash, name = entry.spec.last.path.rpartition(b"/")
        if parent + slash == folder and (entry.state == "allocated" or name not in found):
            found[name] = entry.spec
    return found
