"""The catalogue of user-facing texts: English source strings, bokmål and nynorsk in `locales/` (gettext, by Babel).

`_("text")` looks a text up in the language of the current request or command; `ngettext` picks the number's form.
Evidence is never translated, and neither is what goes into the ledger: it reads the same for everyone.
`make messages` extracts, updates and compiles `locales/` (see `catalogue.py`); docs/glossary.md holds the terms.
"""

from __future__ import annotations

import gettext as _gettext
from contextvars import ContextVar
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "nb", "nn")
LOCALES = Path(__file__).parent / "locales"
_language: ContextVar[str] = ContextVar("language", default="en")


@cache
def _catalogue(language: str) -> _gettext.NullTranslations:
    return _gettext.translation("safelight", LOCALES, [language], fallback=True)


def use_language(language: str) -> None:
    """Choose the language for the current context; an unknown one means English."""
    _language.set(language if language in LANGUAGES else "en")


def language() -> str:
    """The language in use: en, nb or nn."""
    return _language.get()


def negotiated(accepted: str) -> str:
    """The language that an Accept-Language header (RFC 9110, 12.5.4) likes best of those there are; else English.

    `no`, Norwegian of either form, means bokmål. A part that cannot be read, and one of weight 0, does not count.
    Written here because neither Starlette nor Babel reads the header's weights.
    """
    best, heaviest = "en", 0.0
    for part in accepted.split(","):
        tag, _semicolon, rest = part.partition(";")
        code = tag.strip().lower().partition("-")[0]
        code = "nb" if code == "no" else code
        try:
            weight = float(rest.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if code in LANGUAGES and heaviest < weight <= 1:
            best, heaviest = code, weight
    return best


def _(message: str) -> str:
    """The text in the language in use."""
    return _catalogue(_language.get()).gettext(message)


def N_(text: str) -> str:
    """A text for the catalogue that stays in English here: it goes into the ledger, which reads the same for everyone, or is
    translated where it is shown.
    """
    return text


def ngettext(singular: str, plural: str, number: int) -> str:
    """The form that fits the number, in the language in use."""
    return _catalogue(_language.get()).ngettext(singular, plural, number)
