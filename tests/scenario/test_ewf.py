"""What our EWF writer writes is what the field's own tool takes for sound."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

from safelight.scenario.ewf import write_ewf
from tests.conftest import missing


def test_ewfverify_finds_the_image_sound(tmp_path: Path) -> None:
    if shutil.which("ewfverify") is None:
        missing("ewfverify (Debian: ewf-tools)")
    media = b"".join(hashlib.sha256(bytes([number % 256])).digest() * 16 for number in range(2000))
    write_ewf(tmp_path / "disk.E01", media)
    done = subprocess.run(
        ["ewfverify", "-q", str(tmp_path / "disk.E01")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "SUCCESS" in done.stdout
    assert hashlib.md5(media, usedforsecurity=False).hexdigest() in done.stdout
