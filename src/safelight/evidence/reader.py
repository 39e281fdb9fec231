"""Open a source by its path specifications, and walk the containers in it. Nothing is ever written to a
source.

A source is a folder (first layer `folder`) or one file (first layer `file`). Opened containers are kept, the
least recently used are closed once no stream from them is in use. A reader belongs to one thread.
"""

from __future__ import annotations

import io
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path

from safelight.evidence.descent import Descent
from safelight.evidence.folder import FolderContainer
from safelight.evidence.formats import format_named
from safelight.evidence.model import Container, EvidenceError, Found, Limits, OpenContext
from safelight.evidence.osfile import os_error
from safelight.evidence.siblings import sibling_opener
from safelight.evidence.source_file import SourceFile
from safelight.evidence.spec import PathSpec

#: Containers kept open at once.
KEPT = 16


class _Opened:
    """An open container and how many streams from it live. Closed when it was let go and the last stream is
    gone."""

    def __init__(self, container: Container, stream: io.RawIOBase | None) -> None:
        self.container = container
        self._stream = stream
        self._pins = 0
        self._let_go = False

    def pin(self, stream: io.RawIOBase) -> None:
        self._pins += 1
        weakref.finalize(stream, self._unpin).atexit = False

    def _unpin(self) -> None:
        self._pins -= 1
        self._close_if_free()

    def let_go(self) -> None:
        self._let_go = True
        self._close_if_free()

    def _close_if_free(self) -> None:
        if self._let_go and self._pins == 0:
            self._pins = -1
            self.container.close()
            if self._stream is not None:
                self._stream.close()
                self._stream = None


class Reader:
    """One source, opened at `root`. `credentials` are passwords and keys to try on what is encrypted.

    Raises EvidenceError("vanished" | "unreadable") if there is nothing at `root`.
    """

    def __init__(
        self,
        root: Path,
        *,
        credentials: tuple[str, ...] = (),
        limits: Limits | None = None,
        note: Callable[[bytes], None] = lambda place: None,
        skip: frozenset[bytes] = frozenset(),
    ) -> None:
        try:
            self.root = root.resolve(strict=True)
        except OSError as error:
            raise os_error(error) from error
        self.is_folder = self.root.is_dir()
        self.limits = limits or Limits()
        self._credentials = credentials
        self._note = note
        self._skip = skip
        self._opened: OrderedDict[tuple[PathSpec, str], _Opened] = OrderedDict()

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self, spec: PathSpec) -> io.RawIOBase:
        """The bytes of one item, read-only and seekable. Raises EvidenceError."""
        if not spec.layers:
            raise EvidenceError("unsupported", "an empty path specification names no bytes")
        opened = self._open_container(spec.parent, spec.last.kind)
        stream = opened.container.open(spec.last)
        opened.pin(stream)
        return stream

    def container(self, prefix: PathSpec, kind: str) -> Container:
        """The container of the given kind in the stream at `prefix`. Raises EvidenceError."""
        return self._open_container(prefix, kind).container

    def _open_container(self, prefix: PathSpec, kind: str) -> _Opened:
        key = (prefix, kind)
        found = self._opened.get(key)
        if found is not None:
            self._opened.move_to_end(key)
            return found
        if not prefix.layers:
            root: Container = FolderContainer(self.root) if self.is_folder else SourceFile(self.root)
            if kind != ("folder" if self.is_folder else "file"):
                raise EvidenceError("vanished", f"the source is no {kind} any more")
            opened = _Opened(root, None)
        else:
            known = format_named(kind)
            stream = self.open(prefix)
            opened = _Opened(known.open_container(stream, self.context(prefix, stream)), stream)
        self._opened[key] = opened
        while len(self._opened) > KEPT:
            self._opened.popitem(last=False)[1].let_go()
        return opened

    def context(self, spec: PathSpec, stream: io.RawIOBase) -> OpenContext:
        """What a format needs to open the stream at `spec`. Notes and skips are kept apart by `spec`: the
        same place in two volumes is two places."""
        prefix = spec.to_bytes() + b" "
        last = spec.last
        return OpenContext(
            name=self.root.name.encode("utf-8", "surrogateescape")
            if last.kind == "file"
            else last.path.rpartition(b"/")[2],
            sibling=sibling_opener(self, spec),
            credentials=self._credentials,
            limits=self.limits,
            note=lambda place: self._note(prefix + place),
            skip=frozenset(place.removeprefix(prefix) for place in self._skip if place.startswith(prefix)),
        )

    def walk(
        self,
        prefix: PathSpec | None = None,
        *,
        note: Callable[[bytes], None] = lambda place: None,
        skip: frozenset[bytes] = frozenset(),
    ) -> Iterator[Found]:
        """Everything in one container: None for the source itself, else the item at `prefix`.

        Images and partition tables are gone through to the file systems in them; archives and images that lie
        in those as items are listed and not gone into. Ends with exactly one Tally, of `prefix` (the empty
        specification for the source). Raises nothing for what is in the source: a part that cannot be walked
        is a Trouble. `note(place)` is called before each risky step; places in `skip` are gone past with a
        Trouble.
        """
        with Reader(
            self.root, credentials=self._credentials, limits=self.limits, note=note, skip=skip
        ) as inner:
            yield from Descent(inner).walk(prefix)

    def close(self) -> None:
        """Close every container; streams still in use keep theirs until they are gone."""
        while self._opened:
            self._opened.popitem()[1].let_go()
