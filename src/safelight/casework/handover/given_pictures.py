"""The small pictures of items whose bytes are given: they go along in the package, and are sealed anew at the import.

A package with bytes is encrypted to named receivers and approved by a second person, so that nothing more leaves than leaves
already. On both sides a plain picture is in memory alone. The receiver reads no more than a picture's header before it is
sealed, and takes none that is larger than ours are.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from safelight.access.door import Door
from safelight.casework.handover.contents import ItemGiven
from safelight.catalog.catalog import Catalog
from safelight.errors import BadInput
from safelight.ledger.keys import KeyRing, seal
from safelight.messages import _

FILE: Final = "data/items/pictures.parquet"
#: Who made the row: no inspector of ours, whose newer version would take the older one's away.
MAKER: Final = "received"
RECIPE: Final = "small picture of the sender's"
_SCHEMA: Final = pa.schema([("sha256", pa.string()), ("plain", pa.binary())])
_FORMATS: Final = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_SIDE, _BYTES, _MOST = 1024, 1 << 20, 10_000


def packed(door: Door, items: Sequence[ItemGiven]) -> bytes | None:
    """The file with the small pictures of items whose bytes are given; None if there are none."""
    hashes = sorted({one.sha256 for one in items if one.given == "bytes" and one.sha256})
    found = [(sha256, door.small_picture(sha256)) for sha256 in hashes]
    rows = [{"sha256": sha256, "plain": plain} for sha256, plain in found if plain is not None]
    if not rows:
        return None
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=_SCHEMA), out)
    return out.getvalue()


def take_in(catalog: Catalog, keys: Path, data: bytes | None, manifest: str) -> int:
    """Seal the pictures of received items that have none here, and write them. Gives how many.

    Raises BadInput for a file that is no such table or holds what is no small picture.
    """
    batch = f"{MAKER}-{manifest[:32]}-pictures"
    if data is None or catalog.has(batch):
        return 0
    try:
        given = pq.read_table(pa.BufferReader(data), schema=_SCHEMA)
        if given.num_rows > _MOST or any(given.column(name).null_count for name in _SCHEMA.names):
            raise ValueError("more pictures than any package has, or one without a name")
        with catalog.connect(tables=("items", "derivatives")) as db:
            db.register("given", given)
            new = db.sql(
                """select distinct on (sha256) g.* from given g semi join items using (sha256)
                anti join derivatives using (sha256)"""
            ).to_arrow_table()
        ring = KeyRing.open(keys)
        rows = [_row(ring, one["sha256"], one["plain"]) for one in new.to_pylist()]
    except (pa.ArrowException, ValueError, OSError) as error:
        raise BadInput(
            _("The pictures of the package cannot be read: %(why)s.") % {"why": error},
            _("Its traces and items were taken in. Ask the sender for it again."),
        ) from error
    if rows:
        catalog.write(
            batch, {"derivatives": rows}, made_by={"stage": MAKER, "version": "1", "package": manifest}
        )
    return len(rows)


def _row(ring: KeyRing, sha256: str, plain: bytes) -> dict[str, object]:
    if len(plain) > _BYTES:
        raise ValueError("a picture is larger than any small one")
    with Image.open(io.BytesIO(plain), formats=list(_FORMATS)) as opened:  # reads its header alone
        (width, height), mime = opened.size, _FORMATS[str(opened.format)]
    if max(width, height) > _SIDE:
        raise ValueError("a picture is larger than any small one")
    return {
        "sha256": sha256, "inspector": MAKER, "version": 1, "recipe": RECIPE, "mime": mime, "width": width,
        "height": height, "key_id": ring.key_id, "sealed": seal(ring.public, plain),
    }  # fmt: skip
