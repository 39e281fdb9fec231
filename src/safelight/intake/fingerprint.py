"""How a source is recognised after it moved: by name, size and digests of its ends, or by a sample of its tree.

A fingerprint says "this is the same source" for `source locate`; it proves nothing about every byte (the items'
digests do that).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from safelight.evidence.osfile import open_quietly, open_regular, os_error

_END = 1 << 20
_SAMPLE = 64


def fingerprint(location: Path) -> dict[str, Any]:
    """`{"kind": "file", size, ends}` or `{"kind": "folder", names, digest}`. Access times stay as they are.

    Raises EvidenceError if it is neither a folder nor a file (or block device), or cannot be read.
    """
    place = location.resolve()
    if place.is_dir():
        lines = sorted(_names(place))[:_SAMPLE]
        return {
            "kind": "folder",
            "names": len(lines),
            "digest": hashlib.sha256(b"\n".join(lines)).hexdigest(),
        }
    with open_regular(place, device=True) as stream:
        digest = hashlib.sha256(stream.read_at(0, min(_END, stream.size)))
        digest.update(stream.read_at(max(stream.size - _END, 0), min(_END, stream.size)))
        return {"kind": "file", "size": stream.size, "ends": digest.hexdigest()}


def _names(folder: Path) -> Iterator[bytes]:
    """Name and size of everything in the folder itself."""
    try:
        descriptor = open_quietly(folder, os.O_DIRECTORY)
        try:
            with os.scandir(descriptor) as entries:
                for entry in entries:
                    status = entry.stat(follow_symlinks=False)
                    size = status.st_size if entry.is_file(follow_symlinks=False) else -1
                    yield os.fsencode(entry.name) + b"\0" + str(size).encode()
        finally:
            os.close(descriptor)
    except OSError as error:
        raise os_error(error) from error
