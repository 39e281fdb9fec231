"""The full-text index of an operation: where it lies, how it is opened, read and made anew.

`index/current` names the folder of the index in use, `<version of its fields>-<number>`. It holds nothing that the catalog
does not hold, and may be deleted at any time. Making it anew builds a folder beside it and swaps the name at the end, so
that search goes on meanwhile; readers that have the old one open keep its files until they look again.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import tantivy

from safelight.catalog.durable import Disk, full_disk_is_told
from safelight.catalog.fulltext_schema import VERSION, make_schema, register

#: Bytes that a writer gathers before it writes a segment.
HEAP = 96 << 20


class FullText:
    """Reads the index in use. Safe for several threads; finds by itself what other processes commit."""

    def __init__(self, folder: Path) -> None:
        """`folder`: `OperationFolder.index`; it need not be there."""
        self._folder = folder
        self._index: tantivy.Index | None = None
        self._stamp: tuple[str, int] | None = None

    def searcher(self) -> tantivy.Searcher | None:
        """The newest commit; None while there is no index."""
        stamp = self._newest()
        if stamp is None:
            self._index, self._stamp = None, None
            return None
        index = self._index
        if index is None or self._stamp is None or self._stamp[0] != stamp[0]:
            index = open_index(self._folder / stamp[0])
        elif self._stamp != stamp:
            index.reload()
        self._index, self._stamp = index, stamp
        return index.searcher()

    @property
    def schema(self) -> tantivy.Schema:
        """The fields that queries are made for."""
        return _SCHEMA if self._index is None else self._index.schema

    def _newest(self) -> tuple[str, int] | None:
        name = current(self._folder)
        if name is None:
            return None
        try:
            return name, (self._folder / name / "meta.json").stat().st_mtime_ns
        except FileNotFoundError:
            return None


_SCHEMA = make_schema()


def current(folder: Path) -> str | None:
    """Name of the index in use; None if there is none that this version can read."""
    try:
        name = (folder / "current").read_text("ascii").strip()
    except FileNotFoundError:
        return None
    there = name.startswith(f"{VERSION}-") and (folder / name / "meta.json").is_file()
    return name if there else None


def open_index(folder: Path) -> tantivy.Index:
    """An index in its folder, ready to be read and written."""
    index = tantivy.Index.open(str(folder))
    register(index)
    index.config_reader(reload_policy="manual")  # the default starts a thread that polls the folder
    index.reload()
    return index


@contextmanager
def writing(folder: Path, *, anew: bool) -> Iterator[tuple[tantivy.Index, Path]]:
    """The index in use with its folder; with `anew` (or if there is none) an empty one, which takes its place in the end.

    One writer at a time: the caller holds the lock. Raises DiskFull.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    with full_disk_is_told(str(folder)):
        name = None if anew else current(folder)
        if name is not None:
            yield open_index(folder / name), folder / name
            return
        name = f"{VERSION}-{_next(folder)}"
        (folder / name).mkdir(mode=0o700)
        index = tantivy.Index(make_schema(), path=str(folder / name))
        register(index)
        index.config_reader(reload_policy="manual")
        if current(folder) is None:
            # Nobody can search yet, so whoever is stopped on the way goes on with this one.
            writer = index.writer(HEAP, num_threads=1)
            writer.commit()
            writer.wait_merging_threads()
            use(folder, name)
        yield index, folder / name
        use(folder, name)


def use(folder: Path, name: str) -> None:
    """Make this the index in use and remove all others."""
    disk = Disk()
    temporary = folder / "current.new"
    temporary.unlink(missing_ok=True)
    descriptor = disk.create(temporary)
    try:
        disk.write(descriptor, name.encode())
        disk.sync(descriptor)
    finally:
        os.close(descriptor)
    disk.rename(temporary, folder / "current")
    disk.sync_folder(folder)
    for other in folder.iterdir():
        if other.is_dir() and other.name != name:
            shutil.rmtree(other, ignore_errors=True)


def _next(folder: Path) -> int:
    """A number that no folder had. What a build that was stopped left behind is removed."""
    numbers = [0]
    in_use = current(folder)
    for one in folder.iterdir():
        if one.is_dir():
            numbers.append(int(one.name.rpartition("-")[2] or 0))
            if one.name != in_use:
                shutil.rmtree(one, ignore_errors=True)
    return max(numbers) + 1
