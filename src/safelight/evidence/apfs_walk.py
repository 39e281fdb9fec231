"""The walk of one APFS volume: folder by folder, without recursion."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from typing import Any

from safelight.evidence.libyal import reason
from safelight.evidence.model import Cause, Entry, Kind, OpenContext, TimeName, Trouble
from safelight.evidence.nanotime import utc_nanoseconds
from safelight.evidence.spec import PathSpec, layer
from safelight.traces.moment import Moment

#: What a libyal library raises: it turns any failure into one of these.
NATIVE_ERRORS = (OSError, RuntimeError, ValueError, TypeError, MemoryError, SystemError)

_KINDS: dict[int, Kind] = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "link"}
_SYMLINK = "com.apple.fs.symlink"

#: In j_inode_val_t the time of creation comes before that of modification; libfsapfs 20260921 has the two
#: names the other way round.
_TIMES: tuple[tuple[TimeName, str], ...] = (
    ("modified", "get_creation_time_as_integer"),
    ("accessed", "get_access_time_as_integer"),
    ("changed", "get_inode_change_time_as_integer"),
    ("created", "get_modification_time_as_integer"),
)


def volume_name(volume: Any) -> str:
    """The volume's name, "" if it cannot be read."""
    try:
        return volume.name or ""
    except NATIVE_ERRORS:
        return ""


def walk_volume(
    at: PathSpec, context: OpenContext, volume: Any, index: int, root_path: bytes
) -> Iterator[Entry | Trouble]:
    """Every entry below the root folder, in the order of the volume's trees. `root_path` is `/volume
    name`."""
    entered: set[int] = set()

    def trouble(path: bytes, inode: int, cause: Cause, detail: str) -> Trouble:
        return Trouble(at.child(layer("apfs", path, volume=index, inode=inode)), cause, detail)

    try:
        waiting: list[tuple[bytes, int]] = [(root_path, int(volume.root_directory.identifier))]
    except NATIVE_ERRORS as error:
        yield trouble(root_path, 2, "corrupt", f"the root folder cannot be read: {reason(error)}")
        return
    while waiting:
        path, inode = waiting.pop()
        if inode in entered:
            yield trouble(path, inode, "corrupt", "the folder lies in itself or in two places")
            continue
        entered.add(inode)
        context.note(path)
        if path in context.skip:
            yield trouble(path, inode, "corrupt", "killed the walker before; what lies in it was not walked")
            continue
        inner: list[tuple[bytes, int]] = []
        try:
            folder = volume.get_file_entry_by_identifier(inode)
            count = int(folder.number_of_sub_file_entries)
        except NATIVE_ERRORS as error:
            yield trouble(path, inode, "corrupt", f"the folder cannot be read: {reason(error)}")
            continue
        for number in range(count):
            try:
                child = folder.get_sub_file_entry(number)
                name = (child.name or "").encode("utf-8", "surrogateescape")
                child_path, child_inode = path + b"/" + name, int(child.identifier)
                found = list(_entries(at, index, child_path, child))
            except NATIVE_ERRORS as error:
                yield trouble(
                    path, inode, "corrupt", f"entry {number} of the folder cannot be read: {reason(error)}"
                )
                continue
            yield from found
            if found[0].kind == "folder":
                inner.append((child_path, child_inode))
        waiting.extend(reversed(inner))


def _entries(at: PathSpec, index: int, path: bytes, entry: Any) -> Iterator[Entry]:
    inode = int(entry.identifier)
    kind = _KINDS.get(stat.S_IFMT(int(entry.file_mode)), "special")
    target = entry.symbolic_link_target if kind == "link" else None
    link = target.encode("utf-8", "surrogateescape") if target is not None else None
    size = len(link) if link is not None else int(entry.size) if kind == "file" else 0
    times = _times(entry)
    first = int(entry.get_extent(0)[0]) if kind == "file" and entry.number_of_extents else 0
    spec = at.child(layer("apfs", path, volume=index, inode=inode))
    yield Entry(spec, kind, size, times=times, link_target=link, first_block=first)
    for number in range(entry.number_of_extended_attributes):
        attribute = entry.get_extended_attribute(number)
        name = attribute.name or ""
        if name == _SYMLINK:
            continue
        last = layer(
            "apfs",
            path + b":" + name.encode("utf-8", "surrogateescape"),
            volume=index,
            inode=inode,
            xattr=number,
        )
        yield Entry(at.child(last), "stream", int(attribute.size), times=times)


def _times(entry: Any) -> Mapping[TimeName, Moment]:
    found = ((name, getattr(entry, method)()) for name, method in _TIMES)
    return {name: utc_nanoseconds(*divmod(value, 1_000_000_000)) for name, value in found if value}
