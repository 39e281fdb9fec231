"""Encryption to named receivers (age, X25519), as a stream: plain bytes never touch the disk.

The library takes and gives whole streams, so that the other side of it runs in a thread of its own behind a pipe.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import IO, Any, Final

import pyrage

from safelight.errors import BadInput, NotFound, Refused
from safelight.messages import _

_PIPE_BYTES: Final = 1 << 20
_MOST_IDENTITY: Final = 1 << 20

#: How every age file begins.
MAGIC: Final = b"age-encryption.org/v1\n"


def recipient(text: str) -> pyrage.x25519.Recipient:
    """An age recipient. Raises Refused."""
    try:
        return pyrage.x25519.Recipient.from_str(text.strip())
    except (pyrage.RecipientError, ValueError) as error:
        raise Refused(f"{text!r} is no age recipient.", "It begins with age1; ask the receiver.") from error


def identities(file: Path) -> list[pyrage.x25519.Identity]:
    """The secret keys of an age identity file. Raises NotFound, BadInput."""
    try:
        if file.exists() and not file.is_file():  # a device or a pipe has no end
            raise _no_identity(str(file))
        with file.open(encoding="utf-8") as opened:
            text = opened.read(_MOST_IDENTITY + 1)
        if len(text) > _MOST_IDENTITY:
            raise _no_identity(str(file))
        return identities_in(text, str(file))
    except FileNotFoundError as error:
        raise NotFound(
            _("%(path)s is not there.") % {"path": file}, _("Name the file with your age identity.")
        ) from error
    except UnicodeDecodeError as error:
        raise _no_identity(str(file)) from error


def identities_in(text: str, name: str) -> list[pyrage.x25519.Identity]:
    """The secret keys in the text of such a file; `name` is what it is called where there are none. Raises BadInput."""
    lines = [line.strip() for line in text.splitlines()]
    try:
        found = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except (pyrage.IdentityError, ValueError) as error:
        raise _no_identity(name) from error
    if not found:
        raise _no_identity(name)
    return found


def _no_identity(name: str) -> BadInput:
    return BadInput(
        _("%(name)s holds no age identity.") % {"name": name}, _("It begins with AGE-SECRET-KEY-1.")
    )


def is_encrypted(path: Path) -> bool:
    """Whether a file is an age file."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


@contextmanager
def encrypting(out: IO[bytes], keys: Sequence[str]) -> Iterator[IO[bytes]]:
    """What is written here goes encrypted into `out`. Raises Refused."""
    recipients = [recipient(key) for key in keys]
    reader, writer = _pipe()
    run = _Run(lambda: pyrage.encrypt_io(reader, out, recipients), reader)
    try:
        yield writer
    finally:
        writer.close()
        run.join()
    if run.error is not None:
        raise run.error


@contextmanager
def decrypting(source: IO[bytes], keys: Sequence[Any]) -> Iterator[IO[bytes]]:
    """The plain bytes of `source`. Raises BadInput at its end if it is not for these keys or was changed."""
    reader, writer = _pipe()
    run = _Run(lambda: pyrage.decrypt_io(source, writer, list(keys)), writer)
    try:
        yield reader
    except BaseException:
        reader.close()
        run.join()
        if isinstance(run.error, pyrage.DecryptError):
            raise _unreadable(run.error) from None
        raise
    reader.close()
    run.join()
    if run.error is not None and not isinstance(run.error, BrokenPipeError):
        raise _unreadable(run.error)


def _unreadable(error: BaseException) -> BadInput:
    if "No matching keys" in str(error):
        return BadInput(_("It is not encrypted to this key."), _("Use the key that was named for it."))
    return BadInput(
        _("The encrypted file is truncated or was changed: %(why)s.") % {"why": error}, _("Ask for it again.")
    )


def _pipe() -> tuple[IO[bytes], IO[bytes]]:
    read, write = os.pipe()
    with suppress(OSError):  # a user's pipes together have a limit; then it stays small
        fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    return os.fdopen(read, "rb", buffering=1 << 16), os.fdopen(write, "wb", buffering=1 << 16)


class _Run:
    """One side of the pipe, which closes its end when it is done, so that the other never waits for it."""

    def __init__(self, work: Any, end: IO[bytes]) -> None:
        self.error: BaseException | None = None
        self._thread = Thread(target=self._do, args=(work, end), daemon=True)
        self._thread.start()

    def _do(self, work: Any, end: IO[bytes]) -> None:
        try:
            work()
        except BaseException as error:
            self.error = error
        finally:
            try:
                end.close()
            except OSError as error:
                self.error = self.error or error

    def join(self) -> None:
        self._thread.join()
