"""Every error that a person meets: one class is one exit code, one sentence and one line of `docs/errors.md`.

The message says what happened and to what; `next_step` says what to do next. Exit code 1 is left to defects
(an exception that nobody expected), 2 to the command line's own usage errors.
"""

from __future__ import annotations

from typing import ClassVar


class SafelightError(Exception):
    """Base of all errors that are shown as one sentence."""

    exit_code: ClassVar[int] = 10
    doc: ClassVar[str] = "The command could not be carried out."

    def __init__(self, what: str, next_step: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.what} {self.next_step}".strip()


class NotAnOperation(SafelightError):
    exit_code = 11
    doc = "The folder is not a Safelight operation (or is one that a newer version made)."


class AlreadyExists(SafelightError):
    exit_code = 12
    doc = "What should be made exists already."


class NotFound(SafelightError):
    exit_code = 13
    doc = "The exhibit, item, source, hash set or file that was named is not there."


class NoLegalBasis(SafelightError):
    exit_code = 14
    doc = "The exhibit has no legal basis, so nothing is taken into it."


class UnsafePlace(SafelightError):
    exit_code = 15
    doc = "The operation's folder lies where the ledger would not be safe (a network file system)."


class Refused(SafelightError):
    exit_code = 16
    doc = "The request breaks a rule of the house (for example: no reason given, or names that are not allowed)."


class Locked(SafelightError):
    exit_code = 17
    doc = "Another run works on this operation, or its key is locked and no passphrase was given."


class WrongPassphrase(SafelightError):
    exit_code = 18
    doc = "The passphrase or recovery key does not open the operation's key."


class IntegrityBroken(SafelightError):
    exit_code = 19
    doc = "`safelight verify` found something changed, removed or reordered; its output names the first bad entry."


class DiskFull(SafelightError):
    exit_code = 20
    doc = "The disk is full; what was finished is kept and the same command goes on once there is room."


class Interrupted(SafelightError):
    exit_code = 21
    doc = "The run was stopped (Ctrl-C); the same command goes on where it stopped."


class BadInput(SafelightError):
    exit_code = 22
    doc = "A file given to the command (hash set, settings, backup) cannot be read as what it should be."


class Unreachable(SafelightError):
    exit_code = 23
    doc = "A registered source is not where it was; `safelight source locate` tells Safelight its new place."


class EngineBroken(SafelightError):
    exit_code = 24
    doc = (
        "The children that do the work cannot be started or die before their first item; no item is to blame."
    )


class SignerNotChecked(SafelightError):
    exit_code = 25
    doc = "A package is whole, and nothing says from whom: no fingerprint was given to check its signer against."


def every_error() -> list[type[SafelightError]]:
    """All error classes, by exit code: the table of `docs/errors.md`."""
    return sorted([SafelightError, *SafelightError.__subclasses__()], key=lambda cls: cls.exit_code)
