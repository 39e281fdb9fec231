"""Times as formats write them: wall clocks of zones, quickly, since logs write millions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_HOUR_US = 3_600_000_000
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  wall clocks have no zone
#: As programs write them in C's locale.
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LETTERS = {
    "Europe/Oslo": {1: "CET", 2: "CEST"},
    "Europe/London": {0: "GMT", 1: "BST"},
    "Asia/Manila": {8: "PHT"},
    "Australia/Sydney": {10: "AEST", 11: "AEDT"},
    "America/Chicago": {-6: "CST", -5: "CDT"},
}


class WallClock:
    """The wall clock of one zone; offsets are looked up once a quarter of an hour."""

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self._offsets: dict[int, int] = {}

    def offset_us(self, us: int) -> int:
        """How far the wall clock is ahead of UTC at that UTC time."""
        quarter = us // (_HOUR_US // 4)
        found = self._offsets.get(quarter)
        if found is None:
            at = datetime.fromtimestamp(quarter * 900, UTC).astimezone(self._zone)
            offset = at.utcoffset()
            assert offset is not None
            found = self._offsets[quarter] = int(offset.total_seconds()) * 1_000_000
        return found

    def wall_us(self, us: int) -> int:
        """The wall clock as microseconds since 1970, as if it were UTC."""
        return us + self.offset_us(us)

    def shown(self, us: int) -> datetime:
        """The wall clock as a datetime without a zone."""
        return _EPOCH + timedelta(microseconds=self.wall_us(us))

    def letters(self, us: int) -> str:
        """The zone's letters then, as systems of the time wrote them; not the zone database's, which changes them."""
        return _LETTERS.get(self._zone.key, {}).get(self.offset_us(us) // _HOUR_US, "UTC")

    def offset(self, us: int) -> str:
        """`+0200`"""
        minutes = self.offset_us(us) // 60_000_000
        sign = "-" if minutes < 0 else "+"
        return f"{sign}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}"


def utc(us: int) -> datetime:
    """UTC as a datetime without a zone."""
    return _EPOCH + timedelta(microseconds=us)
