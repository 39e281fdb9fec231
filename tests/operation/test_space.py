"""What counts as a full disk; where it is really full is tested with a whole run (tests/intake)."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

import pytest

from safelight.operation.space import says_full


@pytest.mark.parametrize(
    ("error", "full"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), True),
        (OSError(errno.EIO, "Input/output error"), False),
        (sqlite3.OperationalError("database or disk is full"), True),
        (sqlite3.OperationalError("disk I/O error"), False),
        (sqlite3.OperationalError("database is locked"), False),
        (RuntimeError("could not extend file base/1/2: No space left on device"), True),
    ],
)
def test_which_errors_say_that_the_disk_is_full(error: Exception, full: bool, tmp_path: Path) -> None:
    assert says_full(error, tmp_path / "not there yet") is full
