"""Files of the operating system: opened without a trace, and only if they are files."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from safelight.evidence.model import EvidenceError
from safelight.evidence.osfile import open_regular


def test_a_file_is_read_and_its_access_time_stays(tmp_path: Path) -> None:
    path = tmp_path / "vær"
    path.write_bytes(b"sol" * 1000)
    os.utime(path, ns=(10**18, 15 * 10**17))
    before = path.stat()
    with open_regular(path) as stream:
        assert stream.read() == b"sol" * 1000
        assert stream.size == 3000
    after = path.stat()
    assert (after.st_atime_ns, after.st_mtime_ns, after.st_ctime_ns) == (
        before.st_atime_ns,
        before.st_mtime_ns,
        before.st_ctime_ns,
    )


def test_a_file_that_shrinks_is_named(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x" * 1000)
    with open_regular(path) as stream:
        assert stream.read(10) == b"x" * 10
        os.truncate(path, 100)
        with pytest.raises(EvidenceError, match="changed: the file ends at byte 100 of 1000"):
            stream.read()


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "folder").mkdir()
    (tmp_path / "target").touch()
    (tmp_path / "link").symlink_to("target")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        expected = {
            "fifo": "unsupported: not a regular file but a FIFO",
            "folder": "unsupported: not a regular file but a folder",
            "link": "unreadable: a symbolic link lies in the path",
            "socket": "unreadable: No such device or address",
            "nothing": "vanished: the file is no longer there",
        }
        found = {}
        for name in expected:
            with pytest.raises(EvidenceError) as caught:
                open_regular(tmp_path / name)
            found[name] = str(caught.value)
    assert found == expected
    with pytest.raises(EvidenceError, match="not a regular file but a character device"):
        open_regular("/dev/zero", device=True)


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.touch(mode=0)
    if os.geteuid() == 0:
        assert open_regular(path).size == 0  # root reads everything
        return
    with pytest.raises(EvidenceError, match="unreadable: Permission denied"):
        open_regular(path)
