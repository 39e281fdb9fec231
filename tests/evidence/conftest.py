"""The public real data as plain files: folders as they are, and what lies in archives unpacked once."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def realfiles(realdata: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `sleuthkit_nps`, `plaso_images`, `dftt` (as shared) and `dfvfs` (unpacked)."""
    folder = tmp_path_factory.mktemp("realfiles")
    for name in ("sleuthkit_nps", "plaso_images", "dftt"):
        (folder / name).symlink_to(realdata / name)
    with tarfile.open(realdata / "dfvfs" / "dfvfs_test_data.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    (folder / "test_data").rename(folder / "dfvfs")
    return folder
