"""Does an error mean that the disk is full? Whoever writes asks here, so that every store says it alike."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT})

#: How SQLite, the system, PostgreSQL and DuckDB (which spills up to a share of the free space) say it.
_WORDS = ("disk is full", "no space left", "disk full", "could not extend file", "max_temp_directory_size")

#: SQLite says only "disk I/O error" where its shared-memory file cannot grow; with less than this many bytes free,
#: that is why.
_TOO_LITTLE = 1 << 20


def says_full(error: BaseException, place: Path | None = None) -> bool:
    """True for "no space left" from the system, SQLite, PostgreSQL or DuckDB. `place`: a path on the disk in question,
    for errors that do not say."""
    if isinstance(error, OSError):
        return error.errno in _ERRORS
    text = str(error).lower()
    if any(words in text for words in _WORDS):
        return True
    return place is not None and "disk i/o error" in text and _free(place) < _TOO_LITTLE


def _free(place: Path) -> int:
    while not place.exists() and place != place.parent:
        place = place.parent
    return shutil.disk_usage(place).free
