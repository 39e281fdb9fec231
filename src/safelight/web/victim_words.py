"""Words about children: the rule of urgency, status, where one is known from, fields; days as people say them."""

from __future__ import annotations

from typing import Any

from safelight.access.neutral import visible
from safelight.casework.urgency import Reason
from safelight.messages import _, ngettext
from safelight.messages.figures import decimal
from safelight.operation.settings import UrgencySettings
from safelight.web import day_words


def facet_title(name: str) -> str:
    """The heading of a facet."""
    return {
        "urgency": _("Urgency, by rule"), "status": _("Status"), "origin": _("Known from"), "country": _("Country"),
        "counted": _("Counting"),
    }.get(name, name)  # fmt: skip


def facet_value(name: str, value: str, rule: UrgencySettings) -> str:
    """A value of a facet."""
    if name == "urgency":
        days = {"n": rule.recent_days}
        return {
            "urgent": _("Urgent"),
            "contact": ngettext("Contact in %(n)s day", "Contact in %(n)s days", rule.recent_days) % days,
            "material": ngettext("Material in %(n)s day", "Material in %(n)s days", rule.recent_days) % days,
        }.get(value, _("Other"))
    if name == "origin":
        return {"chat": _("Chat alone"), "media": _("Media alone"), "both": _("Both")}.get(
            value, _("Neither")
        )
    if name == "counted":
        return _("counted").capitalize() if value == "counted" else _("Possibly further")
    if name == "status":
        return status(value).capitalize()
    return visible(value) if value else _("Unknown")


def status(value: str) -> str:
    """A child's status."""
    return {
        "unidentified": _("unidentified"), "identified": _("identified"), "located": _("located"), "safe": _("safe"),
        "followed up": _("followed up"),
    }.get(value, visible(value))  # fmt: skip


def rule_told(rule: UrgencySettings) -> str:
    """The rule in one sentence, as the unit set it."""
    hours = ngettext("%(n)s hour", "%(n)s hours", rule.contact_hours) % {"n": decimal(rule.contact_hours)}
    made = ngettext("%(n)s day", "%(n)s days", rule.material_days) % {"n": decimal(rule.material_days)}
    next_ = ngettext("%(n)s day", "%(n)s days", rule.planned_days) % {"n": decimal(rule.planned_days)}
    told = _(
        "Urgent: contact in the last %(hours)s, material made in the last %(made)s, or a plan in the next %(next)s."
    ) % {"hours": hours, "made": made, "next": next_}
    return told + " " + _("Reasons stand in the row; there is no score.")


def reason(one: Reason | None) -> str:
    """A reason in a narrow cell: what, and when."""
    if one is None:
        return "—"
    if one.field == "access":
        return access(one.kind)
    when = day_words.short(one.from_us if one.field == "planned" else one.to_us)
    return f"{plan(one.kind)} {when}" if one.field == "planned" else when


def reason_sentence(one: Reason) -> str:
    """A reason as a line of its own."""
    said = visible(one.said)
    if one.field == "contact":
        return _("Contact: %(when)s") % {"when": said}
    if one.field == "material":
        return _("Material made: %(when)s") % {"when": said}
    if one.field == "planned":
        return _("Planned: %(what)s, %(when)s") % {"what": plan(one.kind), "when": said}
    return _("Hands-on access: %(how)s") % {"how": access(one.kind)}


def access(value: str) -> str:
    """How access is known."""
    return {"stated": _("stated"), "assessed": _("assessed"), "judged": _("judged")}.get(
        value, visible(value)
    )


def plan(value: str) -> str:
    """What is planned."""
    return {"travel": _("travel"), "stream": _("stream"), "meeting": _("meeting")}.get(value, visible(value))


def field_name(name: str) -> str:
    """What is stated of a child."""
    return {
        "status": _("Status"), "name": _("Name"), "born": _("Born"), "country": _("Country"), "person": _("Person"),
        "series": _("Series"), "media": _("Media"), "account": _("Account"), "session": _("Session"),
        "suspect": _("Suspect"), "contact": _("Contact"), "material": _("Material made"), "access": _("Access"),
        "planned": _("Planned"), "taken_by": _("Taken by"), "note": _("Note"), "same_as": _("One child with"),
        "different_from": _("Another child than"),
    }.get(name, name)  # fmt: skip


def value(field: str, said: Any) -> str:
    """The value of a statement."""
    if isinstance(said, dict):
        what = plan(said.get("what", ""))
        return f"{what} {visible(str(said.get('said', '')))}".strip()
    if field == "status":
        return status(str(said))
    return access(str(said)) if field == "access" else visible(str(said))
