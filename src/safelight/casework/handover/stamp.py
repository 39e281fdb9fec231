"""A time stamp over a package (RFC 3161), carried by files: a request goes out, a response comes back, nothing is sent.

Stamped is `manifest.dsse.json`, and with it all that its lists cover and who signed. The response stays beside the package,
for a package is never changed after it was signed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.x509 import Certificate, load_pem_x509_certificates
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from safelight.casework.handover import verify
from safelight.casework.handover.opened import open_package
from safelight.errors import BadInput, IntegrityBroken, NotFound

#: A response is a few kilobytes; certificates are not much more.
_MOST = 1 << 20


@dataclass(frozen=True, slots=True)
class Stamp:
    """A stamp that holds: when it was made, and the authority's certificate as far as the response names one."""

    at: datetime
    serial: int


def request(package: Path, identity: Path | None = None) -> bytes:
    """The request to carry to a time stamping authority (`application/timestamp-query`). Raises as `open_package`,
    IntegrityBroken for a package that is not whole."""
    built = (
        TimestampRequestBuilder()
        .data(_envelope(package, identity))
        .hash_algorithm(HashAlgorithm.SHA512)
        .build()
    )
    return bytes(built.as_bytes())


def check(package: Path, response: Path, roots: Sequence[Path], identity: Path | None = None) -> Stamp:
    """Check the authority's response against the package and the root certificates that one trusts (PEM).

    Raises NotFound, BadInput for files that are none of this, IntegrityBroken where the stamp is not of this package or not
    made under these roots.
    """
    data = _envelope(package, identity)
    try:
        given = decode_timestamp_response(_read(response))
    except ValueError as error:
        raise BadInput(
            f"{response} is no response of a time stamping authority.", "Ask for it again."
        ) from error
    builder = VerifierBuilder()
    for root in roots:
        for certificate in _certificates(root):
            builder = builder.add_root_certificate(certificate)
    try:
        builder.build().verify_message(given, data)
    except (VerificationError, ValueError) as error:
        raise IntegrityBroken(
            f"{response.name} is no stamp of this package under these roots: {error}.",
            "Check that package, response and root certificate belong together.",
        ) from error
    info: Any = given.tst_info
    return Stamp(info.gen_time.astimezone(UTC), int(info.serial_number))


def _envelope(package: Path, identity: Path | None) -> bytes:
    found = open_package(package, identity)
    if found.faults:
        name, what = found.faults[0]
        raise IntegrityBroken(f"{package.name} is not whole: {name} {what}.", "Ask for it again.")
    return found.kept[verify.ENVELOPE]


def _certificates(path: Path) -> list[Certificate]:
    try:
        return load_pem_x509_certificates(_read(path))
    except ValueError as error:
        raise BadInput(f"{path} holds no certificate.", "Give the root certificate as PEM.") from error


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(_MOST + 1)
    except FileNotFoundError as error:
        raise NotFound(f"{path} is not there.", "Name the file.") from error
    if len(data) > _MOST:
        raise BadInput(f"{path} is too large for what it should be.", "Name another file.")
    return data
