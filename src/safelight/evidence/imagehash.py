"""Verify an image: the hashes of its medium against those that the image carries and the one stated at
seizure.

Every comparison ends as matched, differed or NOT CHECKED with the reason why: an image that carries no hash,
or that cannot be read to its end, was not checked, and nothing here says otherwise.
"""

from __future__ import annotations

import hashlib
import io
from binascii import crc32
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from safelight.evidence.formats import recognise
from safelight.evidence.image import ImageContainer, RangeChecksum
from safelight.evidence.model import EvidenceError
from safelight.evidence.reader import Reader
from safelight.evidence.source_file import SPEC
from safelight.evidence.spec import PathSpec, layer
from safelight.evidence.stream import stream_size

Result = Literal["matched", "differed", "NOT CHECKED"]
Origin = Literal["image", "stated"]
NOT_CHECKED: Final = "NOT CHECKED"
ALGORITHMS: Final = ("md5", "sha1", "sha256")
_PIECE = 4 << 20


@dataclass(frozen=True, slots=True)
class Comparison:
    """One hash beside another. `origin` says whether the image carries the expected one or it was stated at
    seizure;
    `reason` is not empty where nothing could be compared."""

    origin: Origin
    algorithm: str
    expected: str
    found: str
    result: Result
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Verification:
    """What verifying one image gave. `digests` (hex, of the whole medium) is empty if it could not be
    read."""

    size: int
    digests: dict[str, str]
    comparisons: tuple[Comparison, ...]


def verify_image(
    reader: Reader,
    prefix: PathSpec | None = None,
    *,
    stated: str | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Verification:
    """Read the whole medium of the image at `prefix` (None: the source itself) and compare its hashes.

    `stated` is the hash stated at seizure as `md5:<hex>`, `sha1:<hex>` or `sha256:<hex>`. `progress` gets
    bytes done and bytes in all. A plain file is its own medium; a folder has none and is not checked. Raises
    nothing for what is in the source.
    """
    if prefix is None and reader.is_folder:
        return Verification(0, {}, tuple(_unchecked(stated, "a folder has no hash of its own")))
    spec = prefix or SPEC
    try:
        image, media = _medium(reader, spec)
        size = stream_size(media)
    except EvidenceError as error:
        return Verification(0, {}, tuple(_unchecked(stated, error.detail)))
    try:
        digests = _digests(media, size, progress)
    except EvidenceError as error:
        why = f"the medium cannot be read to its end: {error.detail}"
        stored = image.stored if image else {}
        carried = [Comparison("image", name, value, "", NOT_CHECKED, why) for name, value in stored.items()]
        return Verification(size, {}, (*carried, *_unchecked(stated, why)))
    comparisons = list(_carried(image, digests))
    if image is not None:
        comparisons += [_range(reader.open(spec), checksum) for checksum in image.checksums]
    if not comparisons:
        comparisons.append(Comparison("image", "", "", "", NOT_CHECKED, "the image carries no hash"))
    comparisons += _stated(stated, digests)
    return Verification(size, digests, tuple(comparisons))


def _medium(reader: Reader, spec: PathSpec) -> tuple[ImageContainer | None, io.RawIOBase]:
    stream = reader.open(spec)
    known = recognise(stream, reader.context(spec, stream))
    if known is None or not known.transparent:
        return None, stream
    container = reader.container(spec, known.kind)
    if not isinstance(container, ImageContainer):
        return None, stream
    return container, reader.open(spec.child(layer(known.kind)))


def _digests(media: io.RawIOBase, size: int, progress: Callable[[int, int], None]) -> dict[str, str]:
    hashes = [hashlib.new(name, usedforsecurity=False) for name in ALGORITHMS]
    media.seek(0)
    done = 0
    progress(0, size)
    while done < size:
        try:
            piece = media.read(_PIECE)
        except OSError as error:
            raise EvidenceError("unreadable", str(error)) from error
        if not piece:
            raise EvidenceError("changed", f"it ends at byte {done} of {size}")
        for each in hashes:
            each.update(piece)
        done += len(piece)
        progress(done, size)
    return {each.name: each.hexdigest() for each in hashes}


def _compare(origin: Origin, algorithm: str, expected: str, found: str) -> Comparison:
    expected = expected.lower()
    return Comparison(origin, algorithm, expected, found, "matched" if expected == found else "differed")


def _carried(image: ImageContainer | None, digests: dict[str, str]) -> list[Comparison]:
    stored = image.stored if image else {}
    return [
        _compare("image", name, value, digests[name]) for name, value in stored.items() if name in digests
    ]


def _range(stream: io.RawIOBase, checksum: RangeChecksum) -> Comparison:
    """A checksum of bytes of the image's own file (CRC-32, as disk images carry it)."""
    stream.seek(checksum.start)
    value, left = 0, checksum.size
    while left and (piece := stream.read(min(left, _PIECE))):
        value = crc32(piece, value)
        left -= len(piece)
    return _compare("image", checksum.algorithm, checksum.expected, f"{value:08x}" if not left else "")


def _stated(stated: str | None, digests: dict[str, str]) -> list[Comparison]:
    if stated is None:
        return _unchecked(None, "")
    algorithm, _, expected = stated.partition(":")
    if algorithm not in digests:
        return _unchecked(stated, f"{algorithm} is not one of {', '.join(ALGORITHMS)}")
    return [_compare("stated", algorithm, expected, digests[algorithm])]


def _unchecked(stated: str | None, why: str) -> list[Comparison]:
    if stated is None:
        return [Comparison("stated", "", "", "", NOT_CHECKED, "no hash was stated at seizure")]
    algorithm, _, expected = stated.partition(":")
    return [Comparison("stated", algorithm, expected, "", NOT_CHECKED, why)]
