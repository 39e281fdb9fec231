"""Opens a package that somebody gave: decrypts it, checks all of it (`verify.py`) and says whose it is.

Nothing is unpacked to the disk: an encrypted package is read as a stream, and only the few files that are wanted are kept.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from safelight.casework.handover import verify
from safelight.casework.handover.fault_words import told
from safelight.errors import BadInput, NotFound, Refused
from safelight.messages import _
from safelight.operation.age import decrypting, identities, is_encrypted

#: A folder with none of these is none of ours, and is not read to its end to find that out.
_MARKS: Final = ("bagit.txt", verify.ENVELOPE, *verify.MANIFESTS, *verify.TAG_MANIFESTS)


@dataclass(frozen=True, slots=True)
class Opened:
    """A package that was read to its end. `faults`: (file, what is wrong); `signers`: (fingerprint, name)."""

    faults: tuple[tuple[str, str], ...]
    signers: tuple[tuple[str, str], ...]
    files: int
    manifest: str
    """SHA-256 of the list of lists: the package's own name."""
    head: str
    statement: dict[str, Any]
    kept: dict[str, bytes]
    found: verify.Result

    @property
    def newer(self) -> bool:
        """A newer version of Safelight made it."""
        version = self.found.version
        return isinstance(version, int) and version > verify.FORMAT


def open_package(
    path: Path,
    identity: Path | None = None,
    fingerprints: Sequence[str] = (),
    keep: Iterable[str] = (),
    aside: Mapping[str, Path] | None = None,
) -> Opened:
    """Read and check a package; faults are told and not raised. `aside`: large files that are wanted, and where to.

    Raises NotFound, Refused (encrypted, and no identity given), BadInput for what is no package at all, cannot be read, is
    truncated, or is not encrypted to this identity.
    """
    _look(path)
    try:
        with ExitStack() as stack:
            package: Any = str(path)
            if is_encrypted(path):
                if identity is None:
                    raise Refused(
                        _("The package is encrypted."), _("Give the key that opens it with --identity.")
                    )
                file = stack.enter_context(path.open("rb", buffering=0))
                package = stack.enter_context(decrypting(file, identities(identity)))
            elif identity is not None:
                identities(identity)
            found = verify.check(package, fingerprints, keep, aside)
    except verify.NotAPackage as error:
        raise BadInput(
            _("%(path)s cannot be read as a package: %(why)s.") % {"path": path, "why": told(str(error))},
            _("Ask the sender for it again."),
        ) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        place = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else path
        raise BadInput(
            _("%(path)s cannot be read: %(why)s.") % {"path": place, "why": error.strerror or error},
            _("Check the path and who may read there."),
        ) from error
    tags = found.files.get(verify.TAG_MANIFESTS[0])
    return Opened(
        tuple(found.faults), tuple(found.signers), len(found.files), tags[1][0] if tags else "", found.head,
        found.statement, found.kept, found,
    )  # fmt: skip


def _look(path: Path) -> None:
    """What is there at all: a device or a pipe has no end, and a folder that is no bag may be a whole disk."""
    try:
        if not path.exists():
            raise NotFound(
                _("%(path)s is not there.") % {"path": path}, _("Name the package: a folder or a file.")
            )
        plain, folder = path.is_file(), path.is_dir()
    except OSError as error:
        raise BadInput(
            _("%(path)s cannot be read: %(why)s.") % {"path": path, "why": error.strerror or error},
            _("Check the path and who may read there."),
        ) from error
    if not plain and not folder:
        raise BadInput(
            _("%(path)s is neither a folder nor a plain file.") % {"path": path},
            _("Name the package: a folder or a file."),
        )
    if folder and not any((path / name).is_file() for name in _MARKS):
        raise BadInput(
            _("%(path)s is no package: the folder holds none of a package's own files.") % {"path": path},
            _("Name the folder in which bagit.txt lies."),
        )
