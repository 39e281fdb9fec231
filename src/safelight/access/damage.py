"""Parts of the catalog that cannot be read any more, told as what they are instead of as a trace of DuckDB's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from safelight.catalog.durable import full_disk_is_told
from safelight.errors import IntegrityBroken
from safelight.messages import _
from safelight.operation.space import says_full

#: What DuckDB says of queries that are wrong, of too little memory, and of being stopped: the parts are not at fault.
_NOT_OF_PARTS = (
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.InterruptException,
    duckdb.NotImplementedException,
    duckdb.OutOfMemoryException,
    duckdb.ParserException,
    duckdb.SyntaxException,
)


@contextmanager
def damage_is_told(spill: Path) -> Iterator[None]:
    """Turn what DuckDB says of files that are gone, cut or changed into IntegrityBroken, and of a full disk (it spills
    into `spill`) into DiskFull; other errors pass as they are. DuckDB has no class of its own for either."""
    with full_disk_is_told(str(spill)):
        try:
            yield
        except _NOT_OF_PARTS:
            raise
        except duckdb.Error as error:
            if says_full(error, spill):
                raise
            raise IntegrityBroken(
                _("A part of the catalog cannot be read: %(why)s") % {"why": str(error).partition("\n")[0]},
                _("Run `safelight verify`: it names the parts that are not as they were written."),
            ) from error
