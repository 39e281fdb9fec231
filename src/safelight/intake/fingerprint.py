"""How a source is recognised after it moved: by name, size and digests of its ends, or by a sample of its tree.

A fingerprint says "this is the same source" for `source locate`; it proves nothing about every byte (the items'
digests do that).
"""

from __future__ import annotations

import hashlib
import os
from itertools import islice
from pathlib import Path
from typing import Any

_END = 1 << 20
_SAMPLE = 64


def fingerprint(location: Path) -> dict[str, Any]:
    """`{"kind": "file", size, ends}` or `{"kind": "folder", names, digest}`. Raises OSError if it cannot be read."""
    if location.is_dir():
        lines = []
        for entry in islice(sorted(os.scandir(os.fsencode(location)), key=lambda e: e.name), _SAMPLE):
            size = entry.stat(follow_symlinks=False).st_size if entry.is_file(follow_symlinks=False) else -1
            lines.append(entry.name + b"\0" + str(size).encode())
        return {
            "kind": "folder",
            "names": len(lines),
            "digest": hashlib.sha256(b"\n".join(lines)).hexdigest(),
        }
    with location.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(0)
        digest = hashlib.sha256(stream.read(_END))
        stream.seek(max(size - _END, 0))
        digest.update(stream.read(_END))
    return {"kind": "file", "size": size, "ends": digest.hexdigest()}
