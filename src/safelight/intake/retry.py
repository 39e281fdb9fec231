"""What failed is tried again on request: it is taken out of the catalog and listed, hashed or inspected anew.

With credentials, what ended as "encrypted"; with `--retry`, what the engine had to end (crash, exit, limits, defect) and
what could not be read. One journal transaction takes out the failed items, the failures, the `containers` rows of the
containers that they lie in (or that could not be opened), and how inspectors ended; the next pass walks those containers
again and works only on what is not there.
"""

from __future__ import annotations

from collections.abc import Collection

import pyarrow as pa

from safelight.catalog.catalog import Catalog
from safelight.traces.ids import batch_id

_STAGE = "retry"

ENCRYPTED = frozenset({"encrypted"})
#: Causes that another machine, a newer version or higher limits may do away with.
PASSING = frozenset(
    {
        "crash",
        "exit",
        "time limit",
        "memory limit",
        "defect",
        "unreadable",
        "unsupported",
        "vanished",
        "changed",
    }
)

#: Items whose own bytes could not be read, or that were recognised as a container which nobody can open yet.
_ITEMS = """
    select item_id from items
    where source_id = $source and (failed in (select unnest($causes)) or item_id in (
        select item_id from failures
        where source_id = $source and cause in (select unnest($causes)) and stage = 'open' and inspector = 'hasher'
    ))
"""
#: Containers that those items lie in, and containers that could not be opened or walked whole.
_CONTAINERS = f"""
    select distinct container from (
        select container from items where item_id in ({_ITEMS})
        union all
        select item_id from failures
        where source_id = $source and cause in (select unnest($causes)) and stage in ('walk', 'open')
          and inspector <> 'hasher'
    ) t(container)
"""
_INSPECTIONS = """
    select distinct sha256, inspector from failures
    where source_id = $source and cause in (select unnest($causes)) and stage = 'inspect'
"""


def attempts(catalog: Catalog, source_id: str) -> int:
    """How often something in a source was tried again: part of the ids of the batches made since."""
    return len(catalog.finished(f"{_STAGE}/{source_id}"))


def inspection_attempts(catalog: Catalog) -> int:
    """How often inspections were tried again, in whatever source."""
    return len(catalog.finished("retry-inspections"))


def release(catalog: Catalog, source_id: str, causes: Collection[str]) -> int:
    """Take out what failed in a source for one of `causes`; gives the number of containers and contents to work on."""
    given = {"source": source_id, "causes": sorted(causes)}
    with catalog.connect() as database:
        containers = [row[0] for row in database.execute(_CONTAINERS, given).fetchall()]
        items = [row[0] for row in database.execute(_ITEMS, given).fetchall()]
        inspections = database.execute(_INSPECTIONS, given).fetchall()
    if not containers and not inspections:
        return 0
    ended = [(item, stage) for item in containers for stage in ("walk", "open")]
    ended += [(item, stage) for item in items for stage in ("read", "open")]
    drop = {
        "items": _rows(source_id, item_id=items),
        "volumes": _rows(source_id, container=containers),
        "containers": _rows(source_id, item_id=containers),
        "failures": _rows(
            source_id, item_id=[item for item, _ in ended], stage=[stage for _, stage in ended]
        ),
    }
    stage = f"{_STAGE}/{source_id}"
    number = str(attempts(catalog, source_id))
    members = [number, *(item or "" for item in containers)]
    catalog.supersede(batch_id(stage, members), drop, made_by={"stage": stage, "intake": "1"})
    if inspections:
        _release_inspections(catalog, inspections, number)
    return len(containers) + len(inspections)


def release_sealed(catalog: Catalog, kept: Collection[str]) -> int:
    """Forget the inspections whose pictures are sealed to a key that is not one of `kept` (its private half is
    lost), so that the next intake makes them again; gives the number of contents."""
    with catalog.connect() as database:
        inspections = database.execute(
            "select distinct sha256, inspector from derivatives where not list_contains($kept, key_id) order by all",
            {"kept": sorted(kept)},
        ).fetchall()
    if inspections:
        _release_inspections(catalog, inspections, f"lost key {inspection_attempts(catalog)}")
    return len({sha256 for sha256, _ in inspections})


def _release_inspections(catalog: Catalog, inspections: list[tuple[str, str]], number: str) -> None:
    """Forget how inspectors ended on contents, and the failures; what they gave before they failed goes too."""
    pairs = pa.table(
        {"sha256": pa.array([i[0] for i in inspections]), "inspector": pa.array([i[1] for i in inspections])}
    )
    tables = (
        "inspections",
        "failures",
        "pictures",
        "recordings",
        "keyframes",
        "documents",
        "texts",
        "derivatives",
    )
    members = [number, *(f"{sha256} {inspector}" for sha256, inspector in inspections)]
    catalog.supersede(
        batch_id("retry-inspections", members),
        dict.fromkeys(tables, pairs),
        made_by={"stage": "retry-inspections", "intake": "1"},
    )


def _rows(source_id: str, **columns: list[str] | list[str | None]) -> pa.Table:
    length = len(next(iter(columns.values())))
    texts = {name: pa.array(values, pa.string()) for name, values in columns.items()}
    return pa.table({"source_id": pa.array([source_id] * length, pa.string()), **texts})
