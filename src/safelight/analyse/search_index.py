"""The full-text index brought up to the catalog of an operation and to what people translated, by a command or at the end of
a run.
"""

from __future__ import annotations

import pyarrow as pa

from safelight.catalog.catalog import Catalog
from safelight.catalog.fulltext_rows import TRANSLATED
from safelight.catalog.fulltext_update import Progress, Updated, update
from safelight.ledger import marks
from safelight.ledger.ledger import Ledger
from safelight.operation.folder import OperationFolder


def bring_up(folder: OperationFolder, *, rebuild: bool = False, progress: Progress | None = None) -> Updated:
    """Index what is new and take out what is gone, or make the index anew. `progress(done, total)` counts texts.

    A run that was stopped or killed goes on with the same call. Raises DiskFull.
    """
    with Catalog.at(folder) as catalog:
        return update(
            catalog, folder.index, rebuild=rebuild, progress=progress, translations=translations(folder)
        )


def translations(folder: OperationFolder) -> pa.Table:
    """Every translation that is not erased, a row for each copy of its message."""
    with Ledger.open(folder) as ledger:
        rows = [
            {"seq": one.seq, "trace_id": trace, "translator": one.reason, "text": one.text}
            for one in marks.translations(ledger)
            for trace in one.traces
        ]
    return pa.Table.from_pylist(rows, TRANSLATED)
