"""The words of a report: what records, fields and choices are called in the receiver's language; how times are written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from safelight.casework import persons
from safelight.casework.provisions import Provision
from safelight.ledger.as_of import ZONE, day_in_oslo
from safelight.ledger.records import Statement
from safelight.messages import _


def field_word(type_: str, field: str) -> str:
    """A field of the vocabulary in the language in use; one without a word as it is called in the ledger."""
    words = {
        "access": _("Hands-on access"),
        "account": _("Account"),
        "address": _("Address"),
        "alias": _("Also called"),
        "approver": _("Approved by"),
        "basis": _("Legal basis"),
        "born": _("Born"),
        "category": _("Category"),
        "circular": _("Circular in force"),
        "contact": _("Ongoing contact"),
        "country": _("Country"),
        "deadline": _("Deadline"),
        "decision": _("Decision"),
        "died": _("Died"),
        "different_from": _("Another person than"),
        "district": _("Police district"),
        "ended": _("Ended"),
        "exhibit": _("Exhibit"),
        "identified": _("Identified"),
        "identifier": _("Identifier"),
        "kind": _("Kind of case"),
        "limits": _("Limits"),
        "log": _("Log"),
        "material": _("Recent material"),
        "media": _("Media"),
        "name": _("Name"),
        "note": _("Note"),
        "number": _("Case number"),
        "officer": _("Officer"),
        "owner": _("Owner of the case"),
        "partner": _("Partner"),
        "period": _("Period"),
        "person": _("Is the person"),
        "planned": _("Planned"),
        "prosecutor": _("Prosecutor"),
        "provision": _("Penal provision"),
        "relation": _("Relation"),
        "report": _("Report"),
        "review": _("Review"),
        "role": _("Role in the case"),
        "same_as": _("The same person as"),
        "scope": _("Scope"),
        "series": _("Series"),
        "session": _("Session"),
        "shared": _("Shared"),
        "standing": _("Standing"),
        "status": _("Status"),
        "suspect": _("Suspect"),
        "taken_by": _("Taken by"),
        "title": _("Title"),
        "victim": _("Victim"),
        "worked": _("Worked on it"),
        "wrote": _("Wrote"),
    }
    if type_ == "victim":
        words |= {"same_as": _("The same child as"), "different_from": _("Another child than")}
    return words.get(field, field)


def value_word(statement: Statement) -> str:
    """A statement's value as a line; choices of the vocabulary in the language in use."""
    choices = {
        "category": {
            "suspect": _("suspect"),
            "convicted": _("convicted"),
            "victim": _("victim or possible victim"),
            "other": _("other (witness, contact, informant)"),
        },
        "role": {
            "suspect": _("suspect"),
            "victim": _("victim"),
            "witness": _("witness"),
            "other": _("other"),
        },
        "standing": {
            "suspected": _("suspected"),
            "charged": _("charged"),
            "indicted": _("indicted"),
            "convicted": _("convicted"),
        },
        "identified": {"yes": _("yes"), "no": _("no")},
        "status": {
            "opened": _("opened"),
            "detained": _("detained"),
            "indicted": _("indicted"),
            "judged": _("judged"),
            "closed": _("closed"),
            "transferred": _("transferred"),
            "unidentified": _("unidentified"),
            "located": _("located"),
            "safe": _("safe"),
            "followed up": _("followed up"),
        },
    }
    if statement.field == "provision":
        return Provision.of(statement.value).title
    if statement.field == "deadline" and isinstance(statement.value, dict):
        return f"{deadline_word(str(statement.value.get('kind')))} {statement.value.get('date')}"
    said = persons.words(statement.field, statement.value)
    return choices.get(statement.field, {}).get(said, said)


def deadline_word(kind: str) -> str:
    """A kind of deadline."""
    return {"detention": _("detention"), "review": _("review"), "limitation": _("limitation")}.get(kind, kind)


def nature_word(nature: str) -> str:
    """Fact or assessment (LED art. 7)."""
    return {"fact": _("fact"), "assessment": _("assessment")}.get(nature, nature)


def verified_word(verified: str) -> str:
    """Whether anybody checked a statement."""
    words = {
        "yes": _("verified: yes"),
        "no": _("verified: no"),
        "unknown": _("verified: unknown"),
    }
    return words.get(verified, verified)


def act_word(act: str) -> str:
    """A custody act."""
    return {
        "received": _("received"),
        "moved": _("moved"),
        "sealed": _("sealed (custody)"),
        "returned": _("returned"),
    }.get(act, act)


def audience_word(audience: str) -> str:
    """To whom it goes."""
    return {
        "partner": _("partner force"),
        "prosecutor": _("prosecutor"),
        "defence": _("defence"),
    }.get(audience, audience)


def instant(us: int | None) -> str:
    """An instant as a clock in Oslo shows it, with its distance from UTC; empty for none, or one that no calendar has."""
    if us is None:
        return ""
    try:
        at = datetime.fromtimestamp(us // 1_000_000, UTC).astimezone(ZONE)
    except (OverflowError, ValueError, OSError):
        return ""
    return at.isoformat(" ", "seconds")


def clock(us: int | None) -> tuple[str, str]:
    """The same in two parts: the clock, and its distance from UTC."""
    text = instant(us)
    return text[:19], text[19:]


def minute(us: int | None) -> str:
    """The same to the minute, for when something was written down."""
    return instant(us)[:16]


def period(begin: int | None, end: int | None) -> str:
    """First and last day of a period, both within it; empty: always."""
    first = day_in_oslo(begin) if begin is not None else None
    last = day_in_oslo(end - 1) if end is not None else None
    if first and last:
        return _("%(first)s to %(last)s") % {"first": first, "last": last}
    if first:
        return _("since %(day)s") % {"day": first}
    return _("to %(day)s") % {"day": last} if last else ""


def read_by(row: Mapping[str, Any]) -> str:
    """What read a trace's row: parser and version, what its format was tried on, and what stands in the path alone."""
    tried = {
        "real files": _("seen on real files"),
        "documentation": _("built from documentation"),
    }.get(row.get("seen_on") or "", _("not stated what it was tried on"))
    words = [f"{row['parser']} {row['version']}", tried]
    if path := row.get("facts_from_path"):
        words.append(_("from the path alone: %(columns)s") % {"columns": path})
    return ", ".join(words)


def time_of(row: dict[str, Any], name: str) -> tuple[str, str]:
    """The time of a trace's row, and what a reader must know of it."""
    if row["at_us"] is not None:
        return clock(row["at_us"])
    stated = row[name] or {}
    if (wall := stated.get("wall")) is not None:
        return f"{wall:%Y-%m-%d %H:%M:%S} ?", _("zone unknown")
    return str(stated.get("text") or "?"), _("date unknown")
