"""How large an operation is, and the period that it spans."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US


def _at(year: int, month: int, day: int) -> int:
    return int(datetime(year, month, day, tzinfo=UTC).timestamp()) * SECOND_US


BEGIN_US = _at(2016, 1, 4)
SEIZED_US = _at(2018, 6, 18)
#: Discord opened; WhatsApp's "delete for everyone" in November 2017.
DISCORD_US = _at(2015, 5, 13)
REVOKE_US = _at(2017, 11, 1)


@dataclass(frozen=True, slots=True)
class Size:
    """What `safelight scenario write --size` means."""

    name: str
    interest: int
    background: int
    messages: int
    calls: int
    transfers: int
    sessions: int
    channels: int
    groups: int
    directs: int
    begin_us: int = BEGIN_US
    seized_us: int = SEIZED_US
    """What lies in the evidence begins and ends then."""
    quiet_us: int = DAY_US // 2
    """So long before the seizure conversations end; the talk of a crowded channel runs over that by days."""

    def days(self, days: int) -> int:
        """So many of the days that small and medium span, as a share of what this size spans."""
        return days * (self.seized_us - self.begin_us) // (SEIZED_US - BEGIN_US)


SIZES = {
    one.name: one
    for one in (
        Size("small", 12, 16, 6_000, 60, 120, 12, 3, 8, 40),
        Size("medium", 20, 330, 150_000, 400, 1_500, 90, 6, 40, 300),
        Size(
            "darkroom",
            51,
            3_300,
            3_000_000,
            2_000,
            20_000,
            1_200,
            14,
            300,
            6_000,
            _at(2015, 5, 18),
            _at(2016, 1, 18),
            6 * DAY_US,
        ),
    )
}
