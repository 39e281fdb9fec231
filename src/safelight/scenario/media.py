"""The bytes of what is attached to messages: one test pattern a seed, so that the same picture turns up in many places."""

from __future__ import annotations

from functools import lru_cache

from safelight.scenario.patterns import jpeg
from safelight.scenario.world import Media

#: Attached pictures are small, as messengers make them.
_WIDTH = 320
_CAMERAS = (("Nordlys", "NL-200", "NL2-0048151"), ("Fjell", "FX-7", "FX7-220019"), None)


@lru_cache(maxsize=512)
def _made(seed: int) -> bytes:
    taken = (
        f"{2016 + seed % 2}:{1 + seed % 12:02d}:{1 + seed % 28:02d} {8 + seed % 12:02d}:{seed % 60:02d}:00"
    )
    place = (60.39 + seed % 97 / 1000, 5.32 + seed % 89 / 1000) if seed % 5 == 0 else None
    camera = _CAMERAS[seed % len(_CAMERAS)]
    return jpeg(seed, camera=camera, taken=taken if camera else None, place=place, quality=75, width=_WIDTH)


def picture(media: Media) -> bytes:
    """The JPEG of an attachment; two with the same seed are the same file."""
    return _made(media.seed)
