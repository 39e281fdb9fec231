"""Times of a file with their basis: NTFS, ext, HFS+ and UFS state UTC; FAT, exFAT and ISO 9660 give a wall
clock.

The Sleuth Kit turns wall clocks into a moment of the process's own zone (`mktime`). It is turned back by
the same zone here, so that the wall clock is right under any TZ. (In the hour that summer time skips
nothing can be turned back; the engine's children run with TZ=UTC, where no such hour exists.)
"""

from __future__ import annotations

import calendar
import time
from collections.abc import Mapping
from typing import Any

import pytsk3

from safelight.evidence.model import TimeName
from safelight.evidence.nanotime import utc_nanoseconds, wall_nanoseconds
from safelight.traces.moment import Moment

_FIELDS: tuple[tuple[TimeName, str], ...] = (
    ("modified", "mtime"),
    ("accessed", "atime"),
    ("changed", "ctime"),
    ("created", "crtime"),
)
_FAT = {int(pytsk3.TSK_FS_TYPE_FAT12), int(pytsk3.TSK_FS_TYPE_FAT16), int(pytsk3.TSK_FS_TYPE_FAT32)}
_WALL = {*_FAT, int(pytsk3.TSK_FS_TYPE_EXFAT), int(pytsk3.TSK_FS_TYPE_ISO9660)}


def times_of(system: Any, meta: Any) -> Mapping[TimeName, Moment]:
    """The times that the file carries; a zero is an absent time."""
    ftype = int(system.info.ftype)
    times: dict[TimeName, Moment] = {}
    for name, attribute in _FIELDS:
        seconds = int(getattr(meta, attribute))
        if not seconds:
            continue
        nanos = int(getattr(meta, attribute + "_nano"))
        if not 0 <= nanos < 1_000_000_000:
            nanos = 0
        if ftype in _WALL:
            times[name] = _wall(seconds, nanos, date_only=name == "accessed" and ftype in _FAT)
        else:
            times[name] = utc_nanoseconds(seconds, nanos)
    return times


def _wall(seconds: int, nanos: int, date_only: bool) -> Moment:
    try:
        wall = calendar.timegm(time.localtime(seconds))
    except (OverflowError, ValueError, OSError):
        return Moment(None, None, str(seconds), "unknown")
    return wall_nanoseconds(wall, nanos, date_only=date_only)
