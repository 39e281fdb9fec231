"""A temporary PostgreSQL cluster for contract tests; each test that asks for `postgres_url` gets a new
database.

The cluster listens on a Unix socket in its own folder only, is started at first use and ends with the
session. PostgreSQL refuses to run as root, so root hands the cluster to the account `postgres` of Debian's
package.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from tests.conftest import missing

_ADMIN = "safelight"
_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "100",
    "fsync": "off",  # durability of the test's own cluster is not what is tested
    "shared_buffers": "16MB",
}


def _binary(name: str) -> str:
    """Path of a server program: the newest below Debian's folder, else the one on PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    path = str(found[-1]) if found else shutil.which(name)
    if path is None:
        missing("PostgreSQL (Debian package postgresql)")
        raise AssertionError("unreachable: missing() ends the test")
    return path


def _run(account: str | None, *command: str) -> None:
    done = subprocess.run(
        command, user=account, group=account, extra_groups=[] if account else None, cwd="/",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout.decode(errors="replace")


@pytest.fixture(scope="session")
def postgres_socket() -> Iterator[Path]:
    """The socket folder of a running cluster whose superuser is `safelight` (no password)."""
    initdb, control = _binary("initdb"), _binary("pg_ctl")
    account = "postgres" if os.geteuid() == 0 else None
    home = Path(
        tempfile.mkdtemp(prefix="safelight-pg-")
    )  # not tmp_path: a socket's path has at most 107 bytes
    try:
        if account is not None:
            try:
                entry = pwd.getpwnam(account)
            except KeyError:
                missing("the account postgres (Debian package postgresql)")
                raise
            os.chown(home, entry.pw_uid, entry.pw_gid)
        data = home / "data"
        _run(account, initdb, "-D", str(data), "-U", _ADMIN, "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        options = " ".join(f"-c {name}={value or repr(value)}" for name, value in _SETTINGS.items())
        # The server keeps the files it inherits open: its output goes to a log, never to a pipe.
        _run(
            account,
            control,
            "-D",
            str(data),
            "-w",
            "-l",
            str(home / "log"),
            "-o",
            f"{options} -k {home}",
            "start",
        )
        try:
            yield home
        finally:
            _run(account, control, "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


_serial = count(1)


@pytest.fixture
def postgres_url(postgres_socket: Path) -> Iterator[str]:
    """SQLAlchemy URL (`postgresql+psycopg://...`) of a fresh, empty database; dropped after the test.

    For plain psycopg: `postgres_url.replace("+psycopg", "")`.
    """
    name = f"test_{next(_serial)}"
    admin = f"postgresql://{_ADMIN}@/postgres?host={postgres_socket}"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield f"postgresql+psycopg://{_ADMIN}@/{name}?host={postgres_socket}"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
