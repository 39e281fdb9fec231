"""One file of a file system, as The Sleuth Kit shows it, turned into entries: kind, state, times, streams.

What is listed: files, folders, links and special files; NTFS alternate data streams, HFS+ resource forks
and extended attributes as `stream` (path `name:stream`); the metadata files of NTFS ($MFT ...) and HFS+
($CatalogFile ...) as the real files that they are. The boot sector and tables that The Sleuth Kit shows as
virtual files of FAT ($MBR, $FAT1 ...) and NTFS `$BadClus:$Bad` (as long as the volume and empty) are
`special`: listed, readable, not content. Slack and directory indexes are no items.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytsk3

from safelight.evidence.model import Entry, Kind, State, TimeName, Trouble
from safelight.evidence.spec import Layer, PathSpec, layer
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

NTFS_DATA = int(pytsk3.TSK_FS_ATTR_TYPE_NTFS_DATA)
HFS_RSRC = int(pytsk3.TSK_FS_ATTR_TYPE_HFS_RSRC)
HFS_EXT_ATTR = int(pytsk3.TSK_FS_ATTR_TYPE_HFS_EXT_ATTR)
_MAIN = (int(pytsk3.TSK_FS_ATTR_TYPE_DEFAULT), int(pytsk3.TSK_FS_ATTR_TYPE_HFS_DATA))

#: Streams with these names hold the packed bytes of a file whose own stream reads as zeros.
_PACKED = {b"WofCompressedData": "packed by Windows (WOF); the stream of that name holds the packed bytes"}


@dataclass(frozen=True, slots=True)
class Attribute:
    """One stream of a file: what The Sleuth Kit calls an attribute. `first` is its first block, -1 if
    none."""

    type: int
    id: int
    name: bytes
    size: int
    resident: bool
    encrypted: bool
    first: int


def attributes(file: Any) -> list[Attribute]:
    """The attributes of a file that hold content (data, forks, extended attributes); [] where they cannot
    be read."""
    found = []
    try:
        for attribute in file:
            info = attribute.info
            kind = int(info.type)
            if kind not in (NTFS_DATA, HFS_RSRC, HFS_EXT_ATTR, *_MAIN):
                continue
            flags = int(info.flags)
            run: Any = next(iter(attribute), None) if flags & int(pytsk3.TSK_FS_ATTR_NONRES) else None
            sparse = run is None or int(run.flags) & int(pytsk3.TSK_FS_ATTR_RUN_FLAG_SPARSE)
            found.append(
                Attribute(
                    kind,
                    int(info.id),
                    info.name or b"",
                    int(info.size),
                    bool(flags & int(pytsk3.TSK_FS_ATTR_RES)),
                    bool(flags & int(pytsk3.TSK_FS_ATTR_ENC)),
                    -1 if sparse else int(run.addr),
                )
            )
    except OSError:
        return found
    return found


def is_main(attribute: Attribute) -> bool:
    """Whether the attribute is the file's own content rather than a stream beside it."""
    return attribute.type in _MAIN or (attribute.type == NTFS_DATA and not attribute.name)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a name was found: its path, the container's specification and what is common to the whole
    volume."""

    at: PathSpec
    path: bytes
    orphan: bool
    system: Any
    nth: int = 0
    """How many entries with the same name, inode and sequence came before it in the same folder."""


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
    nth = place.nth or None
    if is_name_only(name, meta):
        # What the inode holds now is another file's content and is listed under that name: here only the
        # name is left.
        inode, sequence = int(name.meta_addr), _sequence(place.system, name.meta_seq)
        last = layer("tsk", place.path, inode=inode, seq=sequence, name_only=1, nth=nth)
        kind = _NAME_KINDS.get(int(name.type), "special")
        yield Entry(place.at.child(last), kind, 0, "orphan" if place.orphan else "deleted", overwritten=True)
        return
    inode, sequence = int(meta.addr), _sequence(place.system, meta.seq)
    state = _state(place, name, meta)
    times = times_of(place.system, meta)
    streams = attributes(file)
    main = next((stream for stream in streams if is_main(stream)), None)
    kind = _META_KINDS.get(int(meta.type), "special")
    size = int(meta.size) if kind != "folder" else 0
    block_size = int(place.system.info.block_size)
    spec = place.at.child(layer("tsk", place.path, inode=inode, seq=sequence, nth=nth))
    yield Entry(
        spec,
        kind,
        max(size, 0),
        state,
        overwritten=state != "allocated" and size > 0 and not (main is not None and main.resident),
        times=times,
        link_target=link_target(meta) if kind == "link" else None,
        first_block=main.first * block_size if main is not None and main.first > 0 else 0,
    )
    if main is not None and main.encrypted:
        yield Trouble(
            spec, "encrypted", "the file is encrypted by Windows (EFS); its bytes are read as they are stored"
        )
    yield from _streams(place, spec.last, state, times, streams)


def _streams(
    place: Place, owner: Layer, state: State, times: Mapping[TimeName, Moment], streams: Iterable[Attribute]
) -> Iterator[Entry | Trouble]:
    block_size = int(place.system.info.block_size)
    for stream in streams:
        if is_main(stream):
            continue
        if stream.name in _PACKED:
            yield Trouble(place.at.child(owner), "unsupported", _PACKED[stream.name])
        path = place.path + b":" + (stream.name or b"%d-%d" % (stream.type, stream.id))
        attrs = dict(owner.attrs) | {"type": stream.type, "id": stream.id}
        yield Entry(
            place.at.child(layer("tsk", path, **attrs)),
            "special" if path == b"/$BadClus:$Bad" else "stream",
            stream.size,
            state,
            overwritten=state != "allocated" and stream.size > 0 and not stream.resident,
            times=times,
            first_block=stream.first * block_size if stream.first > 0 else 0,
        )


def root_streams(at: PathSpec, system: Any, root: Any) -> Iterator[Entry | Trouble]:
    """Streams of the root folder, which has no name and is no item itself."""
    meta = root.info.meta
    owner = layer("tsk", b"/", inode=int(meta.addr), seq=_sequence(system, meta.seq))
    place = Place(at, b"/", False, system)
    yield from _streams(place, owner, "allocated", times_of(system, meta), attributes(root))


def _sequence(system: Any, value: int) -> int | None:
    has = int(system.info.flags) & int(pytsk3.TSK_FS_INFO_FLAG_HAVE_SEQ)
    return int(value) if has else None


def _state(place: Place, name: Any, meta: Any) -> State:
    if place.orphan:
        return "orphan"
    gone = unallocated(name) or int(meta.flags) & int(pytsk3.TSK_FS_META_FLAG_UNALLOC)
    return "deleted" if gone else "allocated"


def link_target(meta: Any) -> bytes | None:
    """Where a symbolic link points, or None."""
    target = meta.link
    if target is None:
        return None
    return target if isinstance(target, bytes) else str(target).encode("utf-8", "surrogateescape")
