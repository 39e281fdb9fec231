"""EXIF as a picture carries it (CIPA DC-008): camera, times, place. What is malformed is left out, never
guessed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from PIL import Image
from PIL.ExifTags import IFD

from safelight.inspect.times import written
from safelight.traces.moment import Moment

_MAKE, _MODEL, _SOFTWARE, _ORIENTATION, _DATE = 0x010F, 0x0110, 0x0131, 0x0112, 0x0132
_ORIGINAL, _DIGITISED, _OFFSET_ORIGINAL, _OFFSET_DIGITISED = 0x9003, 0x9004, 0x9011, 0x9012
_SUBSEC_ORIGINAL, _SUBSEC_DIGITISED, _SERIAL, _LENS = 0x9291, 0x9292, 0xA431, 0xA434
_LONGEST = 1000


def facts(image: Image.Image) -> dict[str, Any]:
    """Columns of `pictures` that EXIF holds. Never raises: a block that cannot be read holds nothing."""
    try:
        main = image.getexif()
        camera: Mapping[int, Any] = _block(main, IFD.Exif)
        place: Mapping[int, Any] = _block(main, IFD.GPSInfo)
        orientation = main.get(_ORIENTATION)
        return {
            "orientation": orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else None,
            "make": _text(main.get(_MAKE)),
            "model": _text(main.get(_MODEL)),
            "serial": _text(camera.get(_SERIAL)),
            "lens": _text(camera.get(_LENS)),
            "software": _text(main.get(_SOFTWARE)),
            "taken": _time(camera, _ORIGINAL, _OFFSET_ORIGINAL, _SUBSEC_ORIGINAL),
            "digitised": _time(camera, _DIGITISED, _OFFSET_DIGITISED, _SUBSEC_DIGITISED),
            **_place(place),
        }
    except (
        Exception
    ):  # Pillow's reader raises anything from struct.error to RecursionError on hostile blocks.
        return {}


def _block(main: Image.Exif, which: IFD) -> Mapping[int, Any]:
    try:
        return main.get_ifd(which)
    except Exception:  # As above; the other blocks are still good.
        return {}


def _text(value: Any) -> str | None:
    """Text as written. Pillow decodes it as Latin-1; what is UTF-8 in truth is read as that."""
    if isinstance(value, tuple) and value:
        value = value[0]
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    if not isinstance(value, str):
        return None
    value = value.partition("\0")[0][:_LONGEST]
    with suppress(UnicodeError):
        value = value.encode("latin-1").decode("utf-8")
    # Not before: the second byte of Å in UTF-8 is white space in Latin-1.
    return value.strip() or None


def _time(block: Mapping[int, Any], tag: int, zone: int, fraction: int) -> dict[str, int | str | None] | None:
    digits = _text(block.get(fraction)) or ""
    moment = written(_text(block.get(tag)), _text(block.get(zone)) or "", digits if digits.isdigit() else "")
    return moment.as_row() if moment else None


def _place(block: Mapping[int, Any]) -> dict[str, Any]:
    """Latitude, longitude (degrees, WGS 84), altitude (metres), time (UTC by the standard)."""
    latitude = _degrees(block.get(2), block.get(1), "S", 90)
    longitude = _degrees(block.get(4), block.get(3), "W", 180)
    whole = latitude is not None and longitude is not None
    altitude = _number(block.get(6))
    below = block.get(5) in (1, b"\x01")
    moment = _gps_time(block)
    return {
        "latitude": latitude if whole else None,
        "longitude": longitude if whole else None,
        "altitude": -altitude if altitude is not None and below else altitude,
        "gps_time": moment.as_row() if moment else None,
    }


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _degrees(value: Any, reference: Any, negative: str, highest: int) -> float | None:
    """Degrees, minutes and seconds as one number; None without a direction or outside the globe."""
    direction = (_text(reference) or "").upper()[:1]
    if not isinstance(value, tuple) or not 1 <= len(value) <= 3 or not direction:
        return None
    parts = [_number(part) for part in value]
    total = 0.0
    for power, part in enumerate(parts):
        if part is None:
            # Many phones write 0/0 for the seconds: degrees and minutes still hold.
            if power < 2:
                return None
            continue
        total += part / 60**power
    if not 0 <= total <= highest:
        return None
    return round(-total if direction == negative else total, 9)


def _gps_time(block: Mapping[int, Any]) -> Moment | None:
    date, clock = _text(block.get(29)), block.get(7)
    if not date or not isinstance(clock, tuple) or len(clock) != 3:
        return None
    hour, minute, second = (_number(part) for part in clock)
    if hour is None or minute is None or second is None or min(hour, minute, second) < 0:
        return None
    return written(f"{date} {int(hour):02}:{int(minute):02}:{int(second):02}", "Z")
