"""Numbers of cases by the unit's own pattern: a setting, since every unit writes them its own way.

`[cases] number_pattern` is empty (any text), a template such as `{year}-{unit}-{n:04}`, by which the next number can be
made, or a regular expression (RE2, so that no pattern can run away) that every number must match.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable

import re2

from safelight.errors import BadInput, Refused
from safelight.messages import _

_FIELDS = frozenset({"year", "unit", "n"})
_LONGEST = 64


def checked(number: str, pattern: str, unit: str) -> str:
    """The number, if the pattern allows it. Raises Refused, BadInput for a pattern that is none."""
    given = number.strip()
    if not given or len(given) > _LONGEST:
        raise Refused(
            _("A case needs a number of at most %(n)s characters.") % {"n": _LONGEST},
            _("Give it as the unit writes it."),
        )
    wanted = _as_regex(pattern, unit) if _is_template(pattern) else pattern
    if wanted and not _compiled(wanted).fullmatch(given):
        raise Refused(
            _("“%(number)s” is no case number of this unit.") % {"number": given},
            _("Its pattern is %(pattern)s (setting [cases] number_pattern).") % {"pattern": pattern},
        )
    return given


def following(used: Iterable[str], pattern: str, unit: str, year: int) -> str:
    """The next number by the template. Raises Refused where the pattern is none."""
    if not _is_template(pattern):
        raise Refused(
            _("A case needs its number."), _("Give it, or set [cases] number_pattern to a template with {n}.")
        )
    wanted = _compiled(_as_regex(pattern, unit, year))
    found = [int(match["n"]) for one in used if (match := wanted.fullmatch(one))]
    return pattern.format(year=year, unit=unit, n=max(found, default=0) + 1)


def _is_template(pattern: str) -> bool:
    try:
        return "n" in {name for _text, name, _spec, _conversion in string.Formatter().parse(pattern)}
    except ValueError:
        return False


def _as_regex(template: str, unit: str, year: int | None = None) -> str:
    made = ""
    for text, name, _spec, _conversion in string.Formatter().parse(template):
        made += re.escape(text)
        if name is None:
            continue
        if name not in _FIELDS:
            raise BadInput(f"The template {template!r} has a field {name!r}.", "Use {year}, {unit} and {n}.")
        made += {"year": str(year) if year else r"\d{4}", "unit": re.escape(unit), "n": r"(?P<n>\d+)"}[name]
    return made


def _compiled(pattern: str) -> re2._Regexp:
    try:
        return re2.compile(pattern)
    except re2.error as error:
        raise BadInput(
            f"[cases] number_pattern {pattern!r} is no regular expression.", "See docs/settings.md."
        ) from error
