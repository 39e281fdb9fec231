"""An inspector of the tests' own that writes down, in a file that the environment names, what it was shown and when."""

from __future__ import annotations

from pathlib import Path

_MODULE = '''
import os, time


class Witness:
    """Notes the content's SHA-256; waits, where it is told to, until a file is there."""

    name = "witness"
    version = {version}
    tables = ()

    def accepts(self, mime, group, size):
        return True

    def inspect(self, content):
        with open(os.environ["TEST_WITNESS"], "a") as log:
            log.write(content.sha256 + "\\n")
        signal = os.environ.get("TEST_WITNESS_WAITS")
        while signal and not os.path.exists(signal):
            time.sleep(0.02)
        return ()
'''


def install_witness(folder: Path, *, version: int) -> Path:
    """Lay it out as an installed distribution (again, with another version); gives the folder for PYTHONPATH."""
    metadata = folder / "safelight_witness-1.0.dist-info"
    metadata.mkdir(parents=True, exist_ok=True)
    (folder / "safelight_witness.py").write_text(_MODULE.format(version=version), "utf-8")
    (metadata / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: safelight-witness\nVersion: 1.0\n", "utf-8"
    )
    (metadata / "entry_points.txt").write_text(
        "[safelight.inspectors]\nwitness = safelight_witness:Witness\n", "utf-8"
    )
    return folder


def seen(log: Path) -> list[str]:
    """The SHA-256 of contents in the order in which they were shown."""
    return log.read_text("utf-8").split() if log.exists() else []
