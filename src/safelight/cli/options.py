"""Arguments that several verbs share, and who is asking."""

from __future__ import annotations

import os
import pwd
import sys
from pathlib import Path
from typing import Annotated

import typer

from safelight.errors import Refused, WrongPassphrase
from safelight.ledger.keys import SHORTEST_PASSPHRASE, KeyRing, UnlockedKeys
from safelight.operation.folder import OperationFolder, open_folder

Operation = Annotated[Path, typer.Argument(help="The operation's folder.", metavar="OPERATION")]
Passphrase = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file", help="File whose first line is the passphrase (else SAFELIGHT_PASSPHRASE, else a prompt)."
    ),
]  # fmt: skip
Purpose = Annotated[str, typer.Option("--purpose", help="Why you look; kept in the audit.")]


def who() -> str:
    """The operating-system user: embedded and alone, that is the person."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


def existing(operation: Path) -> OperationFolder:
    """The folder of an existing operation. Raises NotAnOperation."""
    return open_folder(operation)


def passphrase_from(file: Path | None, *, new: bool = False) -> str:
    """The passphrase from a file, the environment or a prompt. Raises Refused if there is none."""
    if file is not None:
        given = _first_line(file)
    elif "SAFELIGHT_PASSPHRASE" in os.environ:
        given = os.environ["SAFELIGHT_PASSPHRASE"]
    else:
        given = _asked(
            "Passphrase", new, "No passphrase was given.", "Use --passphrase-file or SAFELIGHT_PASSPHRASE."
        )
    return _long_enough(given) if new else given


def new_passphrase_from(file: Path | None) -> str:
    """What a passphrase is changed to: from a file or a prompt, never from the variable that holds the old one."""
    if file is not None:
        return _long_enough(_first_line(file))
    return _long_enough(
        _asked(
            "New passphrase", True, "No new passphrase was given.", "Type it, or use --new-passphrase-file."
        )
    )


def _long_enough(given: str) -> str:
    if len(given) < SHORTEST_PASSPHRASE:
        raise Refused(
            f"The passphrase is shorter than {SHORTEST_PASSPHRASE} characters.",
            "Choose a longer one, best several words.",
        )
    return given


def recovery_from(file: Path | None) -> str:
    """The recovery key from a file or a prompt. Raises Refused if there is none."""
    if file is None:
        return _asked(
            "Recovery key", False, "No recovery key was given.", "Type it, or use --recovery-file."
        ).strip()
    return _first_line(file).strip()


def _first_line(file: Path) -> str:
    try:
        with file.open(encoding="utf-8") as stream:
            return stream.readline().rstrip("\r\n")
    except UnicodeDecodeError:
        raise Refused(f"{file} is not text in UTF-8.", "Name a text file.") from None
    except OSError as error:
        raise Refused(f"{file} cannot be read: {error.strerror}.", "Name a readable file.") from error


def _asked(prompt: str, twice: bool, missing: str, instead: str) -> str:
    """A hidden answer from the terminal; where there is none, nobody can answer."""
    if not sys.stdin.isatty():
        raise Refused(missing, instead)
    try:
        return str(typer.prompt(prompt, hide_input=True, confirmation_prompt=twice, err=True))
    except typer.Abort:
        raise Refused(missing, instead) from None


def unlocked(folder: OperationFolder, file: Path | None) -> UnlockedKeys:
    """The operation's keys, unlocked. Raises WrongPassphrase."""
    ring = KeyRing.open(folder.keys)
    try:
        return ring.unlock(passphrase_from(file))
    except WrongPassphrase:
        raise WrongPassphrase(
            "The passphrase is wrong.", "Try again, or use `safelight key recover`."
        ) from None
