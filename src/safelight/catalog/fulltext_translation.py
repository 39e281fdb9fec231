"""A translation gets into the index while it is written, so that its writer finds it at once.

The whole index follows the catalog in `fulltext_update.py`, at the end of a run or by a command; that compares every unit,
which nobody should wait for after one sentence. Here the units of some translations alone are read and added. The next
update finds them there, complete.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final

import pyarrow as pa

from safelight.catalog.catalog import Catalog
from safelight.catalog.durable import full_disk_is_told
from safelight.catalog.fulltext import current, open_index
from safelight.catalog.fulltext_documents import Documents
from safelight.catalog.fulltext_rows import TABLES, TRANSLATIONS
from safelight.catalog.fulltext_schema import tag

#: Bytes that the writer may gather: the least that Tantivy takes.
_HEAP: Final = 15_000_000


def add(catalog: Catalog, folder: Path, translations: pa.Table) -> bool:
    """Add translations (`fulltext_rows.TRANSLATED`) to the index in `folder` (`OperationFolder.index`).

    Waits for nobody: False where there is no index, or somebody is writing it now; the next update then brings them.
    Raises DiskFull.
    """
    units = [f"{TRANSLATIONS.letter}|{seq}" for seq in sorted(set(translations["seq"].to_pylist()))]
    with catalog.journal.exclusive("fulltext", wait=False) as held, full_disk_is_told(str(folder)):
        name = current(folder) if held else None
        if name is None:
            return False
        with catalog.connect(catalog.snapshot(), tables=TABLES) as db:
            db.register("given", translations)
            db.execute("CREATE TABLE translations AS SELECT * FROM given")
            batches = list(TRANSLATIONS.read(db, units))
        documents = Documents()
        writer = open_index(folder / name).writer(_HEAP, num_threads=1)
        try:
            for unit in units:
                writer.delete_documents_by_term("tags", tag("unit", unit))
            for batch in batches:
                for document in documents.of(batch):
                    writer.add_document(document)
            writer.commit()
        except BaseException:
            with suppress(Exception):
                writer.rollback()
            raise
        finally:
            writer.wait_merging_threads()
    return True
