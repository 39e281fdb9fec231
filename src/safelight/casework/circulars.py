"""Which circular on covert contact was in force on a day: data of `data/circulars.toml`, with its source."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from safelight.errors import NotFound
from safelight.messages import _


@dataclass(frozen=True, slots=True)
class Circular:
    """A circular. `begin`: its first day in force, None where that is not known here; `end`: the first day it was not."""

    number: str
    subject: str
    begin: date | None
    end: date | None


@cache
def circulars() -> tuple[Circular, ...]:
    """All that are known, the oldest first."""
    text = (Path(__file__).parent / "data" / "circulars.toml").read_text("utf-8")
    return tuple(
        Circular(one["number"], one["subject"], one.get("from"), one.get("until"))
        for one in tomllib.loads(text)["circular"]
    )


def in_force(day: date) -> Circular:
    """The one that was in force on a day. Raises NotFound where the data have none."""
    for one in circulars():
        if (one.begin is None or one.begin <= day) and (one.end is None or day < one.end):
            return one
    raise NotFound(
        _("No circular is known that was in force on %(day)s.") % {"day": day.isoformat()},
        _("Add it to circulars.toml, with its source."),
    )
