"""Rows of an analysis that are made anew whenever what they were made from has changed, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pyarrow as pa

from safelight.catalog.catalog import Catalog
from safelight.traces.ids import batch_id

Tables = Mapping[str, Iterable[Mapping[str, Any]]]


def last_run(catalog: Catalog, stage: str) -> str | None:
    """The digest of what the rows that stand there were made from."""
    runs = [entry.stage.removeprefix(stage) for entry in catalog.finished(stage)]
    return runs[-1] if runs else None


def renew(
    catalog: Catalog, stage: str, run: str, made_by: Mapping[str, str], make: Callable[[], Tables]
) -> bool:
    """Put the rows that `make` gives (each with its `run`) in the place of those of earlier runs; False, and nothing is
    made, if `run` is the one that stands there. Raises DiskFull.
    """
    last = [entry.stage.removeprefix(stage) for entry in catalog.finished(stage)]
    if last and last[-1] == run:
        return False
    tables = make()
    identity = batch_id(stage, [str(len(last)), run])
    made = {"stage": stage + run, **made_by}
    if not last:
        return catalog.write(identity, tables, made_by=made)
    drop = pa.table({"run": pa.array(sorted(set(last) - {run}), pa.string())})
    return catalog.supersede(identity, dict.fromkeys(tables, drop), tables, made_by=made)
