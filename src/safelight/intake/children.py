"""What runs inside a supervised child: the walker and the hasher of one intake, and whoever else its tasks ask for.

The factory `crew` takes the JSON configuration (`ChildConfig.as_json`) and returns a handler of `engine.model`. A child
opens sources by itself and read-only; it holds the operation's public key only, so that a hostile file which takes a
decoder over finds nothing there that opens pictures.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

from safelight.engine.model import Task
from safelight.evidence.bytes_stream import BytesStream
from safelight.evidence.formats import container_kind
from safelight.evidence.model import Entry, EvidenceError, Limits, Tally, Trouble, Volume
from safelight.evidence.reader import Reader
from safelight.evidence.spec import from_bytes
from safelight.inspect.digests import Digests, digest
from safelight.inspect.encryption import maybe_encrypted
from safelight.inspect.extensions import extension_disagrees
from safelight.inspect.filetype import identify
from safelight.intake.rows import Row, item_row, trouble_row, volume_row
from safelight.operation.settings import InspectionSettings

Note = Callable[[bytes], None]

#: Longer notes are cut on the engine's shared page.
NOTE_BYTES = 4096

#: A file with fewer than a hundredth of its bytes on disk and more than this many bytes is a failure ("limit"): hours
#: of hashing zeros would hold up everything behind it.
SPARSE_BYTES = 64 << 30

#: Groups of types among which containers are looked for: documents, since office files are archives with pictures in
#: them; others, since a disk image may have no signature of its own.
MAY_HOLD_ITEMS = frozenset({"archive", "image", "document", "mail", "program", "other"})


@dataclass(frozen=True)
class SourcePlace:
    """A source as a child needs it."""

    source_id: str
    exhibit: str
    location: str


@dataclass(frozen=True)
class ChildConfig:
    """Everything that the children of one run are told."""

    sources: tuple[SourcePlace, ...]
    credentials: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    inspection: InspectionSettings = field(default_factory=InspectionSettings)
    public_key: str = ""
    key_id: str = ""
    scratch: str = ""
    mappings: tuple[str, ...] = ()
    """Texts of mapping files, which are parsers too in this run."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Sources:
    """The readers of a child, opened when first needed."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.places = {place["source_id"]: SourcePlace(**place) for place in config["sources"]}
        self._credentials = tuple(config["credentials"])
        self._limits = Limits(**config["limits"])
        self._readers: dict[str, Reader] = {}

    def reader(self, source_id: str) -> Reader:
        if source_id not in self._readers:
            location = Path(self.places[source_id].location)
            self._readers[source_id] = Reader(location, credentials=self._credentials, limits=self._limits)
        return self._readers[source_id]

    def there(self, source_id: str) -> bool:
        """Whether the source is still where it was."""
        return Path(self.places[source_id].location).exists()

    def close(self) -> None:
        for reader in self._readers.values():
            reader.close()


class Walker:
    """Lists one container. Payload: source_id, container (item id or null), spec (or null), kind, depth, skip (notes)."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def handle(self, task: Task, note: Note) -> Iterator[Row]:
        """Rows `{"items": ...}`, `{"volumes": ...}`, `{"failures": ...}` and last `{"tally": n, "complete": bool}`."""
        payload = task.payload
        source = self._sources.places[payload["source_id"]]
        where = {"source_id": source.source_id, "container": payload["container"]}
        kind = payload["kind"]
        prefix = from_bytes(payload["spec"]) if payload["spec"] else None
        skip = frozenset(base64.b64decode(text) for text in payload["skip"])
        children = 0
        places = _Places(note)
        try:
            for found in self._sources.reader(source.source_id).walk(prefix, note=places.enter, skip=skip):
                yield from places.entered()
                match found:
                    case Entry():
                        children += 1
                        yield {
                            "items": item_row(found, exhibit=source.exhibit, depth=payload["depth"], **where),
                            "first": found.first_block,
                        }
                    case Volume():
                        yield {"volumes": volume_row(found, **where)}
                    case Trouble():
                        yield {"failures": trouble_row(found, prefix=prefix, kind=kind, **where)}
                    case Tally():
                        yield {"tally": children, "complete": True}
        except EvidenceError as error:
            trouble = Trouble(prefix or from_bytes(b'[["file",""]]'), error.cause, error.detail)
            yield {"failures": trouble_row(trouble, prefix=prefix, kind=kind, **where) | {"stage": "open"}}
            yield {"tally": children, "complete": False}


class _Places:
    """Passes a walk's notes on to the engine, and tells each new place in a row of its own before the place's items, so
    that the parent knows which items came before it.
    """

    def __init__(self, note: Note) -> None:
        self._note = note
        self._last = b""
        self._new: list[bytes] = []

    def enter(self, place: bytes) -> None:
        """The walk is at `place` now (told again and again in a long one)."""
        self._note(place)
        if place != self._last:
            self._last = place
            self._new.append(place)

    def entered(self) -> Iterator[Row]:
        """`{"place": base64}` for each place entered since, as the engine's note would show it."""
        for place in self._new:
            yield {"place": base64.b64encode(place[:NOTE_BYTES]).decode()}
        self._new.clear()


class Hasher:
    """Reads one item once: digests, size and type from the bytes. Payload: `row`, the `items` row of the walk."""

    def __init__(self, sources: Sources, config: dict[str, Any]) -> None:
        self._sources = sources
        self._deepest = int(config["limits"]["max_depth"])

    def handle(self, task: Task, note: Note) -> Iterator[Row]:
        """`{"read": columns}` that complete the row (what the walk gave is not sent back), and `{"failures": row}` where
        the bytes could not be read whole or what they hold cannot be opened.
        """
        row: Row = task.payload["row"]
        if row["kind"] not in ("file", "stream"):
            yield {"read": {}}
            return
        try:
            found = self._read(row)
        except EvidenceError as error:
            yield {"read": {"failed": error.cause}}
            yield {"failures": read_failure(row, error.cause, error.detail)}
            return
        yield {"read": found}
        kind = found.get("opens_as")
        if kind and kind.startswith("unsupported:"):
            detail = kind.removeprefix("unsupported:")
            yield {"failures": read_failure(row, "unsupported", detail) | {"stage": "open"}}
        elif kind and row["depth"] >= self._deepest:
            detail = f"lies in {row['depth']} containers already; [archives] max_depth is {self._deepest}"
            yield {"failures": read_failure(row, "limit", detail) | {"stage": "open"}}

    def _read(self, row: Row) -> Row:
        reader = self._sources.reader(row["source_id"])
        spec = from_bytes(row["spec"])
        opens_as: str | None = None
        try:
            with reader.open(spec) as stream:
                allocated = getattr(stream, "allocated_bytes", None)
                size = row["size"] or 0
                if allocated is not None and size > SPARSE_BYTES and allocated < size // 100:
                    raise EvidenceError(
                        "limit", f"sparse file: {size} bytes of which {allocated} are on disk"
                    )
                digests = digest(stream)
                kind = identify(digests.head, digests.size, digests.tail, stream)
                if kind.group in MAY_HOLD_ITEMS:
                    opens_as = container_kind(_again(stream, digests), reader.context(spec, stream))
        except OSError as error:
            raise EvidenceError("unreadable", error.strerror or type(error).__name__) from error
        return {
            "size": digests.size,
            "sha256": digests.sha256,
            "sha1": digests.sha1,
            "md5": digests.md5,
            "mime": kind.mime,
            "type": kind.group,
            "type_basis": kind.basis,
            "extension_disagrees": extension_disagrees(row["name"], kind.mime),
            "opens_as": opens_as,
            "maybe_encrypted": opens_as is None and maybe_encrypted(digests.sample, digests.size, kind),
        }


def _again(stream: io.RawIOBase, digests: Digests) -> io.RawIOBase:
    """The stream from its beginning, out of memory where all of it is there."""
    if digests.size <= len(digests.head):
        return BytesStream(digests.head)
    stream.seek(0)
    return stream


def read_failure(row: Row, cause: str, detail: str) -> Row:
    """The `failures` row of an item whose bytes could not be read."""
    return {
        "source_id": row["source_id"],
        "item_id": row["item_id"],
        "place": row["path"],
        "stage": "read",
        "inspector": "hasher",
        "cause": cause,
        "detail": detail,
    }


def inspect_failure(payload: Row, inspector: str, version: int, cause: str, detail: str) -> Row:
    """The `failures` row of a content on which an inspector failed."""
    return {
        "source_id": payload["source_id"],
        "item_id": payload["item_id"],
        "sha256": payload["sha256"],
        "place": payload["path"],
        "stage": "inspect",
        "inspector": inspector,
        "version": version,
        "cause": cause,
        "detail": detail,
    }


class Hand(Protocol):
    """One of the crew."""

    def handle(self, task: Task, note: Note) -> Iterator[Row]: ...


class Crew:
    """What one child can do: a task's `do` says which of its hands takes it (`whole_crew.py` adds those of later passes)."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.sources = Sources(config)
        self.hands: dict[str, Hand] = {"walk": Walker(self.sources), "hash": Hasher(self.sources, config)}

    def handle(self, task: Task, note: Note) -> Iterator[Row]:
        """The rows of whoever does the task."""
        return self.hands[task.payload["do"]].handle(task, note)

    def close(self) -> None:
        """Close every source that was opened."""
        self.sources.close()


def crew(config: dict[str, Any]) -> Crew:
    """Factory for the engine."""
    return Crew(config)
