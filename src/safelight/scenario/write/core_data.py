"""What every Core Data store of iOS has beside its own tables: the metadata row and the highest key of each entity.

Times are seconds since 2001-01-01 UTC.
"""

from __future__ import annotations

import hashlib
import plistlib
import uuid
from collections.abc import Mapping

from safelight.scenario.write.database import Database

#: Microseconds between 1970-01-01 and 2001-01-01.
EPOCH_US = 978_307_200_000_000


def seconds(us: int) -> float:
    """UTC microseconds since 1970 as Core Data keeps them."""
    return (us - EPOCH_US) / 1_000_000


def stable_uuid(*parts: object) -> str:
    """The UUID of something, always the same, as version 4 looks."""
    raw = hashlib.sha256(" ".join(map(str, parts)).encode()).digest()[:16]
    return str(uuid.UUID(bytes=raw, version=4))


def add_metadata(db: Database, store: str, entities: Mapping[str, int]) -> None:
    """The tables Z_METADATA and Z_PRIMARYKEY: entities in the order of their numbers, with their highest keys."""
    properties = {"NSPersistenceFrameworkVersion": 519, "NSStoreType": "SQLite", "_NSAutoVacuumLevel": "2"}
    db.add(
        "Z_METADATA",
        {
            "Z_VERSION": 1,
            "Z_UUID": stable_uuid("store", store).upper(),
            "Z_PLIST": plistlib.dumps(properties, fmt=plistlib.FMT_BINARY),
        },
    )
    for number, (name, highest) in enumerate(entities.items(), 1):
        db.add("Z_PRIMARYKEY", {"Z_ENT": number, "Z_NAME": name, "Z_SUPER": 0, "Z_MAX": highest})
