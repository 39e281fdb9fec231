"""Given credentials, what ended as "encrypted" is tried again: it is taken out of the catalog and listed anew.

One journal transaction takes out the encrypted items, the failures, and the `containers` rows of the containers that
they lie in (or that could not be opened), so that the next pass walks those again and hashes only what is not there.
"""

from __future__ import annotations

import pyarrow as pa

from safelight.catalog.catalog import Catalog
from safelight.traces.ids import batch_id

_STAGE = "retry"

_LOCKED = """
    select distinct container from (
        select container from items where source_id = $source and failed = 'encrypted'
        union all
        select item_id from failures where source_id = $source and cause = 'encrypted' and stage in ('walk', 'open')
    ) t(container)
"""

_ITEMS = "select item_id from items where source_id = $source and failed = 'encrypted'"


def attempts(catalog: Catalog, source_id: str) -> int:
    """How often what was encrypted in a source was tried again: part of the ids of the batches made since."""
    return len(catalog.finished(f"{_STAGE}/{source_id}"))


def release_encrypted(catalog: Catalog, source_id: str) -> int:
    """Take out what ended as encrypted in a source, to be tried again; gives the number of containers to walk."""
    with catalog.connect() as database:
        locked = [row[0] for row in database.execute(_LOCKED, {"source": source_id}).fetchall()]
        items = [row[0] for row in database.execute(_ITEMS, {"source": source_id}).fetchall()]
    if not locked:
        return 0
    stages = [(item, stage) for item in locked for stage in ("walk", "open")] + [
        (item, "read") for item in items
    ]
    drop = {
        "items": pa.table({"source_id": [source_id], "failed": ["encrypted"]}),
        "failures": _rows(
            source_id, item_id=[item for item, _ in stages], stage=[stage for _, stage in stages]
        ),
        "volumes": _rows(source_id, container=locked),
        "containers": _rows(source_id, item_id=locked),
    }
    stage = f"{_STAGE}/{source_id}"
    members = [str(attempts(catalog, source_id)), *(item or "" for item in locked)]
    catalog.supersede(batch_id(stage, members), drop, made_by={"stage": stage, "intake": "1"})
    return len(locked)


def _rows(source_id: str, **columns: list[str | None] | list[str]) -> pa.Table:
    length = len(next(iter(columns.values())))
    texts = {name: pa.array(values, pa.string()) for name, values in columns.items()}
    return pa.table({"source_id": pa.array([source_id] * length, pa.string()), **texts})
