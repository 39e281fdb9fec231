"""Words about what a statement is: fact or assessment, checked or not."""

from __future__ import annotations

from safelight.messages import _


def nature(value_: str, verified: str) -> str:
    """Fact or assessment, and whether it was checked."""
    word = _("assessment") if value_ == "assessment" else _("fact")
    checked = {"yes": _("verified"), "no": _("not verified")}.get(verified, _("verification unknown"))
    return f"{word}, {checked}"
