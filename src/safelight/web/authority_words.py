"""Words about authorised operations: fields, flags, values."""

from __future__ import annotations

from typing import Any

from safelight.access.neutral import visible
from safelight.messages import _
from safelight.web.day_words import written


def field_name(name: str) -> str:
    """What is said of an operation."""
    return {
        "account": _("Account"), "basis": _("Legal basis"), "circular": _("Circular in force"),
        "decision": _("Decision"), "approver": _("Approved by"), "scope": _("Scope"), "limits": _("Limits"),
        "period": _("Period"), "review": _("Review date"), "officer": _("Officer"), "wrote": _("At the keyboard"),
        "log": _("Full log"), "partner": _("Takes part"), "shared": _("Shared"), "report": _("Report"),
        "ended": _("Ended"), "note": _("Note"),
    }.get(name, name)  # fmt: skip


def flag(value_: str) -> str:
    """A flag as a tag."""
    return {
        "outside": _("outside the window"), "officer": _("another officer"), "unstated": _("writer not stated"),
        "undated": _("no date"),
    }.get(value_, value_)  # fmt: skip


def flag_told(value_: str) -> str:
    """What a flag says, and no more."""
    return {
        "outside": _("Sent while police operated the account, outside every authorised window of it."),
        "officer": _("At that time, as recorded, somebody wrote whom the decision does not name."),
        "unstated": _("Who wrote is recorded for other times, not for this one."),
        "undated": _("It bears no time that can be compared with the window."),
    }.get(value_, "")  # fmt: skip


def value(field: str, said: Any) -> str:
    """The value of a statement."""
    if not isinstance(said, dict):
        return written(str(said)) if field == "review" else visible(str(said))
    if field == "approver":
        return visible(f"{said['name']}, {said['role']}")
    if field == "decision":
        return f"{visible(str(said['number']))}, {written(str(said['day']))}"
    if field == "period":
        return f"{written(str(said['from']))} – {written(str(said['to']))}"
    if field == "shared":
        told = _("%(what)s with %(whom)s, on the basis of %(basis)s") % {
            "what": said["what"], "whom": said["to"], "basis": said["basis"],
        }  # fmt: skip
        return visible(told) + (f" ({written(str(said['day']))})" if said.get("day") else "")
    if field == "wrote":
        return visible(f"{said['officer']}: {said['said']}")
    if field == "ended":
        back = _("handed back") if said.get("handed_back") else _("the account stays in the hands of police")
        return f"{written(str(said['day']))}, {back}"
    return visible(", ".join(str(part) for key, part in said.items() if not key.endswith("_us")))
