"""Month names as programs write them into logs, in the languages that chat programs came in: CLDR's names (Babel)."""

from __future__ import annotations

from functools import cache
from typing import Final

from babel import Locale

_LANGUAGES: Final = ["en", "nb", "nn", "da", "sv", "fi", "de", "nl", "fr", "es", "it", "pt", "pl", "fil"]


@cache
def _months() -> dict[str, int]:
    """Names and short names in lower case without a final point; a name that means two months is left out."""
    found: dict[str, set[int]] = {}
    for language in _LANGUAGES:
        names = Locale(language).months
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in names[context][width].items():
                    found.setdefault(name.lower().rstrip("."), set()).add(number)
    return {name: min(numbers) for name, numbers in found.items() if len(numbers) == 1}


def month(name: str) -> int | None:
    """The month's number; None for a word that names none."""
    return _months().get(name.lower().rstrip("."))
