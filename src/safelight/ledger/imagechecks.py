"""Whether an image still has the hashes that were given for it: matched, differed, or NOT CHECKED.

Two are never confused: the hash stated at seizure, which ties the image to the seized thing, and a hash that the image
carries itself, which only shows that it is whole (whoever swaps an image swaps that hash with it).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import sqlalchemy as sa

from safelight.errors import Refused
from safelight.ledger import exhibits, kinds
from safelight.ledger.exhibits import Exhibit
from safelight.ledger.ledger import Ledger
from safelight.ledger.tables import IMAGECHECKS

Result = Literal["matched", "differed", "NOT CHECKED"]
Origin = Literal["stated", "image"]
NOT_CHECKED: Final = "NOT CHECKED"


@dataclass(frozen=True, slots=True)
class ImageCheck:
    """One comparison. `origin` says who gave the hash `stated`: the seizure ("stated") or the image itself
    ("image"). `stated` and `found` are `md5:<hex>` or None; `seq` 0 means that none was ever recorded.
    """

    seq: int
    exhibit: str
    source: str | None
    origin: Origin
    result: Result
    stated: str | None
    found: str | None
    reason: str
    recorded_at: int | None


def record(
    ledger: Ledger,
    exhibit: Exhibit | str,
    *,
    stated: str | None,
    found: str | None,
    origin: Origin = "stated",
    source: str | None = None,
    reason: str = "",
    actor: str,
) -> ImageCheck:
    """Compare and write down: matched or differed if both hashes are there and of one algorithm, else NOT
    CHECKED.

    `reason` says why nothing was compared. Raises NotFound, Refused.
    """
    if origin == "stated":
        stated = None if stated is None else exhibits.acquired(stated)
        found = None if found is None else exhibits.acquired(found)
    result: Result = "NOT CHECKED"
    if stated and found and stated.partition(":")[0] == found.partition(":")[0]:
        result = "matched" if stated == found else "differed"
    if result == NOT_CHECKED and not reason.strip():
        raise Refused("What was not checked needs the reason why.", "Give a reason.")
    kind = kinds.IMAGE_CHECKED
    payload = {"origin": origin, "result": result, "stated": stated, "found": found, "reason": reason}
    with ledger.writing() as act:
        key = exhibits.within(act.connection, exhibit).key
        subjects = [key] if source is None else [key, source]
        entry = act.append(kind.name, payload, verb=kind.verb, actor=actor, subjects=subjects)
        return _rows(act.connection, IMAGECHECKS.c.seq == entry.seq)[0]


def latest(ledger: Ledger, exhibit: Exhibit | str, source: str | None = None) -> ImageCheck:
    """The newest comparison of an exhibit (or of one of its sources) with the hash stated at seizure; NOT CHECKED
    if there is none, whatever the image says of itself.
    """
    with ledger.store.reading() as connection:
        key = exhibits.within(connection, exhibit).key
        condition = sa.and_(IMAGECHECKS.c.exhibit == key, IMAGECHECKS.c.origin == "stated")
        if source is not None:
            condition = sa.and_(condition, IMAGECHECKS.c.source == source)
        found = _rows(connection, condition)
        return (
            found[-1]
            if found
            else ImageCheck(0, key, source, "stated", "NOT CHECKED", None, None, "no check was made", None)
        )


def _rows(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> list[ImageCheck]:
    query = sa.select(IMAGECHECKS).where(condition).order_by(IMAGECHECKS.c.seq)
    return [ImageCheck(**row) for row in connection.execute(query).mappings()]
