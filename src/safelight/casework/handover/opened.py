"""Opens a package that somebody gave: decrypts it, checks all of it (`verify.py`) and says whose it is.

Nothing is unpacked to the disk: an encrypted package is read as a stream, and only the few files that are wanted are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safelight.casework.handover import verify
from safelight.errors import BadInput, NotFound, Refused
from safelight.operation.age import decrypting, identities, is_encrypted


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

    Raises NotFound, Refused (encrypted, and no identity given), BadInput for what is no package at all, is truncated, or
    is not encrypted to this identity.
    """
    if not path.exists():
        raise NotFound(f"{path} is not there.", "Name the package: a folder or a file.")
    try:
        with ExitStack() as stack:
            package: Any = str(path)
            if is_encrypted(path):
                if identity is None:
                    raise Refused("The package is encrypted.", "Give the key that opens it with --identity.")
                file = stack.enter_context(path.open("rb", buffering=0))
                package = stack.enter_context(decrypting(file, identities(identity)))
            elif identity is not None:
                identities(identity)
            found = verify.check(package, fingerprints, keep, aside)
    except verify.NotAPackage as error:
        raise BadInput(
            f"{path} cannot be read as a package: {error}.", "Ask the sender for it again."
        ) from error
    tags = found.files.get(verify.TAG_MANIFESTS[0])
    return Opened(
        tuple(found.faults), tuple(found.signers), len(found.files), tags[1][0] if tags else "", found.head,
        found.statement, found.kept, found,
    )  # fmt: skip
