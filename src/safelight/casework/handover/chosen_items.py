"""The items of a handover: those chosen, with their bytes or hashes alone, and those that its traces were read out of."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import pyarrow as pa

from safelight.access.item import find
from safelight.access.reading import Reading
from safelight.casework.handover.contents import Given, ItemGiven

_COLUMNS = "item_id, source_id, exhibit, path, name, kind, size, mime, state, md5, sha1, sha256, created, modified, accessed"


def chosen(
    reading: Reading, wanted: Sequence[str], give: Given, sources_of_traces: Collection[str]
) -> tuple[ItemGiven, ...]:
    """Every item by exhibit and path. Bytes are given of chosen ones alone. Raises NotFound."""
    whole = {find(reading.db, one)[0] for one in wanted}
    ids = sorted(whole | set(sources_of_traces))
    reading.show(ids)
    rows = reading.db.execute(
        f"select {_COLUMNS} from items where item_id = any($ids) order by exhibit, path, item_id",
        {"ids": ids},
    ).fetchall()
    numbers = {key: number for number, key in reading.numbers.items()}
    return tuple(_item(row, numbers, give, row[0] in whole) for row in rows)


def rows(reading: Reading, given: Sequence[ItemGiven]) -> pa.Table:
    """What the catalog has of these items, in its own columns: the receiver lists and opens them."""
    with reading.db.cursor() as cursor:
        found: pa.Table = cursor.sql(
            "select distinct on (item_id) * from items where item_id = any($ids) order by item_id",
            params={"ids": [one.item_id for one in given]},
        ).to_arrow_table()
    return found


def _item(row: Sequence[Any], numbers: dict[str, str], give: Given, chosen_: bool) -> ItemGiven:
    (
        id_,
        source,
        exhibit,
        path,
        name,
        kind,
        size,
        mime,
        state,
        md5,
        sha1,
        sha256,
        created,
        modified,
        accessed,
    ) = row
    with_bytes = give == "bytes" and chosen_ and size is not None and kind in ("file", "stream")
    return ItemGiven(
        item_id=id_,
        source_id=source,
        exhibit=numbers.get(exhibit, exhibit),
        path=path or "",
        name=name or "",
        size=size,
        mime=mime or "",
        state=state or "",
        md5=md5 or "",
        sha1=sha1 or "",
        sha256=sha256 or "",
        created=_stamp(created),
        modified=_stamp(modified),
        accessed=_stamp(accessed),
        given="bytes" if with_bytes else "hashes",
        chosen=chosen_,
        file=f"data/items/{id_}.bin" if with_bytes else "",
    )


def _stamp(moment: dict[str, Any] | None) -> str | None:
    """UTC where the zone is known, else the wall clock without one, else as written."""
    if not moment:
        return None
    if moment["utc"] is not None:
        return f"{moment['utc']:%Y-%m-%dT%H:%M:%S}Z"
    if moment["wall"] is not None:
        return f"{moment['wall']:%Y-%m-%dT%H:%M:%S}"
    return str(moment["text"] or "") or None
