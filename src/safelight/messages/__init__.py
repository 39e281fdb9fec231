"""The catalogue of user-facing texts: English source strings, bokmål and nynorsk in `locales/` (gettext, by Babel).

`_("text")` looks a text up in the language of the current request or command; `ngettext` picks the number's form.
Evidence is never translated. `locales/<language>/LC_MESSAGES/safelight.mo` is compiled by `make docs`.
"""

from __future__ import annotations

import gettext as _gettext
from contextvars import ContextVar
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "nb", "nn")
_language: ContextVar[str] = ContextVar("language", default="en")


@cache
def _catalogue(language: str) -> _gettext.NullTranslations:
    return _gettext.translation("safelight", Path(__file__).parent / "locales", [language], fallback=True)


def use_language(language: str) -> None:
    """Choose the language for the current context; an unknown one means English."""
    _language.set(language if language in LANGUAGES else "en")


def language() -> str:
    """The language in use: en, nb or nn."""
    return _language.get()


def _(message: str) -> str:
    """The text in the language in use."""
    return _catalogue(_language.get()).gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """The form that fits the number, in the language in use."""
    return _catalogue(_language.get()).ngettext(singular, plural, number)
