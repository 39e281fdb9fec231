"""The walk of one container: through images and partition tables down to file systems, and their entries.

LVM, RAID and shadow copies will be formats with `transparent = True` in `formats.VOLUMES`: the descent then
goes through them without a change here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from safelight.evidence.formats import holds_volumes, recognise
from safelight.evidence.image import NO_TABLE
from safelight.evidence.model import Container, Entry, EvidenceError, Format, Found, Tally, Trouble, Volume
from safelight.evidence.partition_types import WITHOUT_FILE_SYSTEM
from safelight.evidence.source_file import SPEC, SourceFile
from safelight.evidence.spec import PathSpec
from safelight.evidence.stream import stream_size

if TYPE_CHECKING:
    from safelight.evidence.reader import Reader

RECOGNISING = b"(recognising)"
OPENING = b"(opening)"
_KILLED = "reading this killed the reader before; it was passed over"
_UNKNOWN = "no partition table, file system or encryption that Safelight knows begins here"


class Descent:
    """One walk over `reader`, which carries the notes and skips."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._children = 0

    def walk(self, prefix: PathSpec | None) -> Iterator[Found]:
        """See `Reader.walk`."""
        at = prefix or PathSpec(())
        top = at if at.layers or self._reader.is_folder else SPEC
        yield from self._guarded(top, self._top(at))
        yield Tally(at, self._children)

    def _top(self, at: PathSpec) -> Iterator[Found]:
        if at.layers:
            yield from self._layer(at, None, 0)
        elif self._reader.is_folder:
            yield from self._entries(self._reader.container(at, "folder"), at)
        else:
            known = self._recognise(SPEC)
            if known is not None and holds_volumes(known):
                yield from self._layer(SPEC, None, 0)
            else:
                self._children += 1
                yield SourceFile(self._reader.root).entry()

    def _guarded(self, at: PathSpec, part: Iterator[Found]) -> Iterator[Found]:
        """A part of the walk; its end by an error is a trouble of `at`, and the walk goes on beside it."""
        try:
            yield from part
        except Exception as error:  # a reader's defect costs this layer, never the run
            yield _trouble(at, error)

    def _recognise(self, spec: PathSpec) -> Format | None:
        with self._reader.open(spec) as stream:
            context = self._reader.context(spec, stream)
            context.note(RECOGNISING)
            if RECOGNISING in context.skip:
                raise EvidenceError("corrupt", _KILLED)
            return recognise(stream, context)

    def _open(self, spec: PathSpec, kind: str) -> Container:
        with self._reader.open(spec) as stream:
            context = self._reader.context(spec, stream)
        context.note(OPENING)
        if OPENING in context.skip:
            raise EvidenceError("corrupt", _KILLED)
        return self._reader.container(spec, kind)

    def _layer(self, spec: PathSpec, volume: Volume | None, depth: int) -> Iterator[Found]:
        """What the stream at `spec` holds. `volume` is its row if it is a volume, not told yet."""
        known: Format | None = None
        try:
            if depth > self._reader.limits.max_depth:
                raise EvidenceError(
                    "limit", f"more than {self._reader.limits.max_depth} layers in one another"
                )
            known = self._recognise(spec)
            if known is None:
                raise EvidenceError("unsupported", _UNKNOWN)
            container = self._open(spec, known.kind)
        except Exception as error:  # as in _guarded; the volume's row is told all the same
            yield from self._told(volume)
            yield _trouble(spec, error)
            return
        if known.transparent:
            yield from self._told(volume)
            yield from self._guarded(spec, self._volumes(container, spec, depth))
            return
        file_system = getattr(container, "file_system", "")
        if volume is None and file_system:
            with self._reader.open(spec) as stream:
                volume = Volume(spec, NO_TABLE, 0, 0, stream_size(stream), "")
        if volume is not None:
            label = getattr(container, "label", "") or volume.label
            yield replace(volume, file_system=file_system, label=label)
        yield from self._guarded(spec, self._entries(container, spec))

    def _told(self, volume: Volume | None) -> Iterator[Volume]:
        """The row of a volume without a file system of its own; a whole medium in no table has none."""
        if volume is not None and volume.scheme != NO_TABLE:
            yield volume

    def _volumes(self, container: Container, at: PathSpec, depth: int) -> Iterator[Found]:
        for found in container.walk(at):
            if isinstance(found, Volume):
                if found.type_text in WITHOUT_FILE_SYSTEM:
                    yield found
                else:
                    yield from self._guarded(found.spec, self._layer(found.spec, found, depth + 1))
            elif not isinstance(found, Tally):
                yield found

    def _entries(self, container: Container, at: PathSpec) -> Iterator[Found]:
        for found in container.walk(at):
            if isinstance(found, Entry):
                self._children += 1
            if not isinstance(found, Tally):
                yield found


def _trouble(at: PathSpec, error: Exception) -> Trouble:
    match error:
        case EvidenceError():
            return Trouble(at, error.cause, error.detail)
        case OSError():
            return Trouble(at, "unreadable", str(error))
        case _:
            return Trouble(at, "corrupt", f"{type(error).__name__}: {error}")
