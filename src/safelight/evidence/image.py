"""What all image formats share: an opened image is a container of exactly one stream, the medium."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from safelight.evidence.model import EvidenceError, Found, Trouble, Volume
from safelight.evidence.spec import Layer, PathSpec, layer
from safelight.evidence.stream import RandomAccess, Window

#: `Volume.scheme` of a medium that stands in no partition table.
NO_TABLE = "none"


@dataclass(frozen=True, slots=True)
class RangeChecksum:
    """A checksum (hex) that an image states of some bytes of its own file: from `start`, `size` bytes."""

    algorithm: str
    start: int
    size: int
    expected: str


class ImageContainer:
    """The container of one medium, which is closed with it.

    `troubles` are damages that leave the rest readable; `stored` are hashes of the medium that the image
    carries (`md5`, `sha1`: hex), `checksums` those of its own file. A walk yields the troubles and one
    Volume, the whole medium (its spec is the layer with an empty path), for the reader to go down into.
    """

    def __init__(
        self,
        kind: str,
        media: RandomAccess,
        troubles: Sequence[str] = (),
        stored: Mapping[str, str] | None = None,
        checksums: Sequence[RangeChecksum] = (),
    ) -> None:
        self.kind = kind
        self.media = media
        self.troubles = troubles
        self.stored: Mapping[str, str] = stored or {}
        self.checksums = checksums

    def walk(self, at: PathSpec) -> Iterator[Found]:
        for detail in self.troubles:
            yield Trouble(at, "corrupt", detail)
        yield Volume(at.child(layer(self.kind)), NO_TABLE, 0, 0, self.media.size, self.kind)

    def open(self, layer: Layer) -> io.RawIOBase:
        if layer.path:
            raise EvidenceError("vanished", "an image holds one medium and no named items")
        return Window(self.media, 0, self.media.size)

    def close(self) -> None:
        self.media.close()
