"""A time stamp over a package: the request and the response are files; a test authority by `openssl ts` answers."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from safelight.casework.handover import stamp
from safelight.errors import BadInput, IntegrityBroken, NotFound
from tests.casework.handover.cases import Case

CONFIG = """
[ tsa ]
default_tsa = conf
[ conf ]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256, sha512
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
[ ext ]
extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
[ ca ]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
"""


def openssl(place: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=place, check=True, capture_output=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a root certificate and an authority's key under it."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl answers for the time stamping authority")
    place = tmp_path_factory.mktemp("tsa")
    (place / "conf").write_text(CONFIG)
    (place / "serial").write_text("2A\n")
    new = ("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl(place, *new, "-x509", "-days", "9000", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Test root",
            "-config", "conf", "-extensions", "ca")  # fmt: skip
    openssl(
        place, *new, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Test authority", "-config", "conf"
    )
    openssl(place, "x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "9000",
            "-out", "tsa.pem", "-extfile", "conf", "-extensions", "ext")  # fmt: skip
    return place


def answered(place: Path, request: bytes) -> Path:
    (place / "q.tsq").write_bytes(request)
    openssl(place, "ts", "-reply", "-queryfile", "q.tsq", "-signer", "tsa.pem", "-inkey", "tsa.key", "-out", "r.tsr",
            "-config", "conf", "-section", "conf")  # fmt: skip
    return place / "r.tsr"


def test_a_stamp_is_of_this_package_and_under_this_root(
    given: tuple[Case, Path], authority: Path, tmp_path: Path
) -> None:
    _case, root = given
    response = answered(authority, stamp.request(root / "HO-001"))
    found = stamp.check(root / "HO-001", response, [authority / "ca.pem"])
    assert found.serial >= 0x2A
    with pytest.raises(IntegrityBroken, match="is no stamp of this package"):
        stamp.check(root / "HO-002.tar", response, [authority / "ca.pem"])
    openssl(tmp_path, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-x509", "-days", "9",
            "-keyout", "k", "-out", "other.pem", "-subj", "/CN=Other")  # fmt: skip
    with pytest.raises(IntegrityBroken, match="is no stamp of this package"):
        stamp.check(root / "HO-001", response, [tmp_path / "other.pem"])


def test_what_is_no_response_and_no_certificate(
    given: tuple[Case, Path], authority: Path, tmp_path: Path
) -> None:
    package = given[1] / "HO-001"
    (tmp_path / "r").write_bytes(b"sjakk")
    with pytest.raises(BadInput, match="is no response"):
        stamp.check(package, tmp_path / "r", [authority / "ca.pem"])
    with pytest.raises(NotFound):
        stamp.check(package, tmp_path / "nowhere", [authority / "ca.pem"])
    response = answered(authority, stamp.request(package))
    with pytest.raises(BadInput, match="holds no certificate"):
        stamp.check(package, response, [tmp_path / "r"])
    changed = shutil.copytree(package, tmp_path / "p")
    (changed / "bag-info.txt").write_text("x")
    with pytest.raises(IntegrityBroken, match="is not whole"):
        stamp.request(changed)
