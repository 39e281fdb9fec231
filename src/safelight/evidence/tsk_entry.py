"""One file of a file system, as The Sleuth Kit shows it, turned into entries: kind, state, times, streams.

What is listed: files, folders, links and special files; NTFS alternate data streams, HFS+ resource forks and
extended attributes as `stream` (path `name:stream`); the metadata files of NTFS ($MFT ...) and HFS+
($CatalogFile ...) as the real files that they are. The boot sector and tables that The Sleuth Kit shows as
virtual files of FAT ($MBR, $FAT1 ...) and NTFS `$BadClus:$Bad` (as long as the volume and empty) are
`special`: listed, readable, not content. Slack and directory indexes are no items.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytsk3

from safelight.evidence.model import Cause, Entry, Kind, State, TimeName, Trouble
from safelight.evidence.spec import Layer, PathSpec, layer
from safelight.evidence.tsk_attribute import Attribute, Streams, streams_of
from safelight.evidence.tsk_times import times_of
from safelight.traces.moment import Moment

_META_KINDS: dict[int, Kind] = {
    int(pytsk3.TSK_FS_META_TYPE_REG): "file",
    int(pytsk3.TSK_FS_META_TYPE_UNDEF): "file",
    int(pytsk3.TSK_FS_META_TYPE_DIR): "folder",
    int(pytsk3.TSK_FS_META_TYPE_LNK): "link",
}
_NAME_KINDS: dict[int, Kind] = {
    int(pytsk3.TSK_FS_NAME_TYPE_REG): "file",
    int(pytsk3.TSK_FS_NAME_TYPE_UNDEF): "file",
    int(pytsk3.TSK_FS_NAME_TYPE_DIR): "folder",
    int(pytsk3.TSK_FS_NAME_TYPE_LNK): "link",
}
_BAD_CLUSTERS = b"/$BadClus:$Bad"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a name was found: its path and what is common to the volume. `nth` counts equal names with equal
    inode and sequence before it in the same folder."""

    at: PathSpec
    system: Any
    path: bytes
    orphan: bool = False
    nth: int = 0

    def trouble(self, last: Layer, cause: Cause, detail: str) -> Trouble:
        return Trouble(self.at.child(last), cause, detail)


def is_name_only(name: Any, meta: Any) -> bool:
    """A name whose inode cannot be read, or a deleted one whose inode belongs to another file by now."""
    if meta is None or not int(meta.flags):
        return True
    return unallocated(name) and bool(int(meta.flags) & int(pytsk3.TSK_FS_META_FLAG_ALLOC))


def unallocated(name: Any) -> bool:
    """Whether the name itself is deleted."""
    return bool(int(name.flags) & int(pytsk3.TSK_FS_NAME_FLAG_UNALLOC))


def entries(place: Place, name: Any, file: Any) -> Iterator[Entry | Trouble]:
    """The file that a name stands for, its streams, and troubles that belong to it. `file` may be None."""
    meta: Any = file.info.meta if file is not None else None
    if is_name_only(name, meta):
        yield from _name_only(place, name)
        return
    owner = layer("tsk", place.path, inode=int(meta.addr), seq=_sequence(place, meta), nth=place.nth or None)
    state = _state(place, name, meta)
    times = times_of(place.system, meta)
    streams = streams_of(file)
    kind = _META_KINDS.get(int(meta.type), "special")
    target = link_target(meta) if kind == "link" else streams.reparse.target
    if target is not None:
        kind = "link"
    size = max(0, int(meta.size)) if kind != "folder" else 0
    resident = streams.main is not None and streams.main.resident
    yield Entry(
        place.at.child(owner),
        kind,
        len(target) if target is not None else size,
        state,
        overwritten=state != "allocated" and size > 0 and not resident,
        times=times,
        link_target=target,
        first_block=_first_byte(place, streams.main) if kind == "file" else 0,
    )
    yield from _troubles(place, owner, streams)
    yield from _beside(place, owner, state, times, streams)


def root_streams(at: PathSpec, system: Any, root: Any) -> Iterator[Entry | Trouble]:
    """Streams of the root folder, which has no name and is no item itself."""
    meta = root.info.meta
    place = Place(at, system, b"/")
    owner = layer("tsk", b"/", inode=int(meta.addr), seq=_sequence(place, meta))
    yield from _beside(place, owner, "allocated", times_of(system, meta), streams_of(root))


def link_target(meta: Any) -> bytes | None:
    """Where a symbolic link of the file system itself points, or None."""
    target = meta.link
    if target is None:
        return None
    return target if isinstance(target, bytes) else str(target).encode("utf-8", "surrogateescape")


def _name_only(place: Place, name: Any) -> Iterator[Entry | Trouble]:
    # What the inode holds now, if anything, is another file's content and is listed under that name.
    inode = int(name.meta_addr)
    sequence = int(name.meta_seq) if _has_sequence(place) else None
    last = layer("tsk", place.path, inode=inode, seq=sequence, name_only=1, nth=place.nth or None)
    gone = unallocated(name)
    state: State = "orphan" if place.orphan else "deleted" if gone else "allocated"
    kind = _NAME_KINDS.get(int(name.type), "special")
    yield Entry(place.at.child(last), kind, 0, state, overwritten=gone or place.orphan)
    if not gone and not place.orphan:
        yield place.trouble(last, "corrupt", f"the name is in use and its inode {inode} cannot be read")


def _troubles(place: Place, owner: Layer, streams: Streams) -> Iterator[Trouble]:
    if streams.main is not None and streams.main.encrypted:
        yield place.trouble(owner, "encrypted", "encrypted by Windows (EFS); its bytes are read as stored")
    if streams.reparse.elsewhere:
        yield place.trouble(owner, "unsupported", streams.reparse.elsewhere)
    if streams.broken:
        yield place.trouble(owner, "corrupt", f"its list of streams breaks off: {streams.broken}")


def _beside(
    place: Place, owner: Layer, state: State, times: Mapping[TimeName, Moment], streams: Streams
) -> Iterator[Entry]:
    for stream in streams.beside:
        path = place.path + b":" + (stream.name or b"%d-%d" % (stream.type, stream.id))
        attrs = dict(owner.attrs) | {"type": stream.type, "id": stream.id}
        yield Entry(
            place.at.child(layer("tsk", path, **attrs)),
            "special" if path == _BAD_CLUSTERS else "stream",
            stream.size,
            state,
            overwritten=state != "allocated" and stream.size > 0 and not stream.resident,
            times=times,
            first_block=_first_byte(place, stream),
        )


def _first_byte(place: Place, stream: Attribute | None) -> int:
    return stream.first * int(place.system.info.block_size) if stream is not None and stream.first > 0 else 0


def _has_sequence(place: Place) -> bool:
    return bool(int(place.system.info.flags) & int(pytsk3.TSK_FS_INFO_FLAG_HAVE_SEQ))


def _sequence(place: Place, meta: Any) -> int | None:
    return int(meta.seq) if _has_sequence(place) else None


def _state(place: Place, name: Any, meta: Any) -> State:
    if place.orphan:
        return "orphan"
    gone = unallocated(name) or int(meta.flags) & int(pytsk3.TSK_FS_META_FLAG_UNALLOC)
    return "deleted" if gone else "allocated"
