"""The second half of sentences about shared identifiers: how many others have the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from safelight.messages import _, ngettext


def others(detail: Mapping[str, Any]) -> str:
    """Of a detail with `holders`, the number of accounts that have it, the two included."""
    n = int(detail["holders"]) - 2
    if n <= 0:
        return _("No other known account has it.")
    return ngettext("%(n)d other known account has it too.", "%(n)d other known accounts have it too.", n) % {
        "n": n
    }
