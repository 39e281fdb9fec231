"""Arguments that several verbs share, and who is asking."""

from __future__ import annotations

import os
import pwd
from pathlib import Path
from typing import Annotated

import typer

from safelight.errors import Refused, WrongPassphrase
from safelight.ledger.keys import KeyRing, UnlockedKeys
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


def passphrase_from(file: Path | None, *, new: bool = False, prompt: str = "Passphrase") -> str:
    """The passphrase from a file, the environment or a prompt. Raises Refused if there is none."""
    if file is not None:
        try:
            lines = file.read_text("utf-8").splitlines()
        except OSError as error:
            raise Refused(f"{file} cannot be read: {error.strerror}.", "Name a readable file.") from error
        given = lines[0] if lines else ""
    elif "SAFELIGHT_PASSPHRASE" in os.environ:
        given = os.environ["SAFELIGHT_PASSPHRASE"]
    else:
        try:
            given = typer.prompt(prompt, hide_input=True, confirmation_prompt=new, err=True)
        except typer.Abort:
            raise Refused(
                "No passphrase was given.", "Use --passphrase-file or SAFELIGHT_PASSPHRASE."
            ) from None
    if new and len(given) < 8:
        raise Refused(
            "The passphrase is shorter than 8 characters.", "Choose a longer one, best several words."
        )
    return given


def unlocked(folder: OperationFolder, file: Path | None) -> UnlockedKeys:
    """The operation's keys, unlocked. Raises WrongPassphrase."""
    ring = KeyRing.open(folder.keys)
    try:
        return ring.unlock(passphrase_from(file))
    except WrongPassphrase:
        raise WrongPassphrase(
            "The passphrase is wrong.", "Try again, or use `safelight key recover`."
        ) from None
