"""A time as it was found: UTC where the zone is known, wall clock, original text, and what the claim rests on.

Units: microseconds since 1970-01-01; `utc_us` counts in UTC, `wall_us` counts as if the wall clock were UTC.
`utc_us` is None whenever the zone is unknown: nobody guesses one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

Basis = Literal["stated", "derived", "assumed", "unknown"]

#: Times outside these bounds (year 1 to 9999) are kept as text only.
_LOWEST_US = -62_135_596_800_000_000
_HIGHEST_US = 253_402_300_799_999_999


@dataclass(frozen=True, slots=True)
class Moment:
    """One time. `text` is the original notation, `basis` says who vouches for the zone."""

    utc_us: int | None
    wall_us: int | None
    text: str
    basis: Basis
    assumed_by: str | None = None

    def as_row(self) -> dict[str, int | str | None]:
        """The struct that the catalog stores: utc, wall (microseconds), text, basis, assumed_by."""
        return {
            "utc": self.utc_us,
            "wall": self.wall_us,
            "text": self.text,
            "basis": self.basis,
            "assumed_by": self.assumed_by,
        }


def stated_utc(us: int, text: str) -> Moment:
    """A time whose format states UTC (NTFS, ext4, an E01 header); out of range: kept as text only."""
    if not _LOWEST_US <= us <= _HIGHEST_US:
        return Moment(None, None, text, "unknown")
    return Moment(us, us, text, "stated")


def wall_only(us: int, text: str) -> Moment:
    """A wall-clock time without a zone (FAT, EXIF, zip): `utc_us` stays None."""
    if not _LOWEST_US <= us <= _HIGHEST_US:
        return Moment(None, None, text, "unknown")
    return Moment(None, us, text, "unknown")


def now_us() -> int:
    """The machine's clock now, microseconds UTC."""
    return int(datetime.now(UTC).timestamp() * 1_000_000)


def iso_utc(us: int | None) -> str:
    """`2016-01-12T09:30:00.000000Z`, or an empty string for None."""
    if us is None:
        return ""
    seconds, micros = divmod(us, 1_000_000)
    try:
        moment = datetime.fromtimestamp(seconds, UTC).replace(microsecond=micros)
    except (OverflowError, ValueError, OSError):
        return ""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
