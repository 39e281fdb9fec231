"""The zones in which people here read times: UTC, Norway and the Philippines.

A time whose zone nobody knows stays the wall clock that it was found as, whatever zone is chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from safelight.errors import Refused
from safelight.messages import _

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  wall clocks have no zone


@dataclass(frozen=True, slots=True)
class Zone:
    """One choice: its key in addresses and its IANA name."""

    key: str
    iana: str

    @property
    def title(self) -> str:
        """As the switch names it."""
        return {"utc": "UTC", "no": _("Norway"), "ph": _("Philippines")}[self.key]

    def local(self, us: int, zoned: bool = True) -> datetime | None:
        """A time (µs UTC, or of a wall clock if not `zoned`) as a clock in this zone shows it; None out of its range."""
        try:
            wall = _EPOCH + timedelta(microseconds=us)
            if not zoned or self.iana == "UTC":
                return wall
            return wall.replace(tzinfo=UTC).astimezone(ZoneInfo(self.iana)).replace(tzinfo=None)
        except (OverflowError, ValueError):
            return None

    def begins(self, day: date) -> int:
        """The first microsecond (UTC) of a day here."""
        return self.utc(datetime(day.year, day.month, day.day))  # noqa: DTZ001

    def utc(self, wall: datetime) -> int:
        """Microseconds UTC of a clock here; of an hour that the clock shows twice the first."""
        moment = wall.replace(tzinfo=ZoneInfo(self.iana))
        return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


ZONES = {one.key: one for one in (Zone("utc", "UTC"), Zone("no", "Europe/Oslo"), Zone("ph", "Asia/Manila"))}


def zone_of(key: str) -> Zone:
    """The zone of an address. Raises Refused."""
    found = ZONES.get(key or "utc")
    if found is None:
        raise Refused(
            _("There is no zone “%(key)s”.") % {"key": key},
            _("Zones are: %(zones)s.") % {"zones": ", ".join(ZONES)},
        )
    return found
