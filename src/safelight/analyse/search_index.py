"""The full-text index brought up to the catalog of an operation, by a command or at the end of a run."""

from __future__ import annotations

from safelight.catalog.catalog import Catalog
from safelight.catalog.fulltext_update import Progress, Updated, update
from safelight.operation.folder import OperationFolder


def bring_up(folder: OperationFolder, *, rebuild: bool = False, progress: Progress | None = None) -> Updated:
    """Index what is new and take out what is gone, or make the index anew. `progress(done, total)` counts texts.

    A run that was stopped or killed goes on with the same call. Raises DiskFull.
    """
    with Catalog.at(folder) as catalog:
        return update(catalog, folder.index, rebuild=rebuild, progress=progress)
