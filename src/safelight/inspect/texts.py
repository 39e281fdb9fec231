"""How text taken out of a content becomes a row of `texts`: bounded, valid Unicode, without NUL."""

from __future__ import annotations

from safelight.inspect.model import Fact
from safelight.operation.settings import InspectionSettings

_TABLE = "texts"


def limit_bytes(settings: InspectionSettings) -> int:
    """Most bytes of UTF-8 that are kept of one text."""
    return settings.text_kilobytes << 10


def text_fact(text: str, limit: int, *, kind: str = "text", cut: bool = False) -> Fact:
    """Row of `texts` with at most `limit` bytes of UTF-8; `cut` if there was more already."""
    clean = text.replace("\0", "")
    encoded = clean.encode("utf-8", "replace")
    if len(encoded) > limit:
        clean, cut = encoded[:limit].decode("utf-8", "ignore"), True
    elif not clean.isascii():
        clean = encoded.decode("utf-8")
    return Fact(_TABLE, {"kind": kind, "text": clean, "cut": cut})
