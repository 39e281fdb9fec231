"""What all image formats share: an opened image is a container of exactly one stream, the medium that was
imaged."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

from safelight.evidence.model import EvidenceError, Found, Trouble, Volume
from safelight.evidence.spec import Layer, PathSpec, layer
from safelight.evidence.stream import RandomAccess, Window

#: `Volume.scheme` of a medium that stands in no partition table.
NO_TABLE = "none"


class ImageContainer:
    """The container of one medium. `troubles` are damages that leave the rest readable; `closing` is closed
    with it.

    A walk yields the troubles and one Volume, the whole medium (its spec is the layer with an empty path),
    for the reader to go down into.
    """

    def __init__(
        self,
        kind: str,
        media: RandomAccess,
        troubles: Sequence[str] = (),
        closing: Sequence[io.RawIOBase] = (),
    ) -> None:
        self.kind = kind
        self.media = media
        self._troubles = troubles
        self._closing = closing

    def walk(self, at: PathSpec) -> Iterator[Found]:
        for detail in self._troubles:
            yield Trouble(at, "corrupt", detail)
        yield Volume(at.child(layer(self.kind)), NO_TABLE, 0, 0, self.media.size, self.kind)

    def open(self, layer: Layer) -> io.RawIOBase:
        if layer.path:
            raise EvidenceError("vanished", "an image holds one medium and no named items")
        return Window(self.media, 0, self.media.size)

    def close(self) -> None:
        self.media.close()
        for stream in self._closing:
            stream.close()
