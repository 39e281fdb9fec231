"""Words about persons and cases: fields, categories, roles, the ladder, status, deadlines, units."""

from __future__ import annotations

from typing import Any

from safelight.access.neutral import visible
from safelight.casework import districts
from safelight.casework.districts import Home
from safelight.casework.persons import words as plain
from safelight.casework.provisions import Provision
from safelight.casework.units import Unit
from safelight.messages import _, language
from safelight.web import day_words


def field_name(name: str) -> str:
    """What a field of a person or case is called."""
    return {
        "category": _("Category"), "name": _("Name"), "alias": _("Alias"), "born": _("Born"), "died": _("Died"),
        "identifier": _("Identifier"), "address": _("Address"), "district": _("Home district"),
        "identified": _("Identified"), "account": _("Account"), "relation": _("Relation"), "note": _("Note"),
        "same_as": _("Same as"), "different_from": _("Different from"), "number": _("Case number"), "title": _("Title"),
        "kind": _("Kind"), "provision": _("Provision"), "status": _("Status"), "owner": _("Owner unit"),
        "prosecutor": _("Prosecutor"), "role": _("Role"), "standing": _("Standing"), "victim": _("Victim"),
        "exhibit": _("Exhibit"), "session": _("Session"), "deadline": _("Deadline"), "worked": _("Worked on it"),
    }.get(name, visible(name))  # fmt: skip


def value(field: str, said: Any) -> str:
    """A statement's value as people read it."""
    if field == "category":
        return category(said)
    if field == "role":
        return role(said)
    if field == "standing":
        return rung(said)
    if field == "status":
        return status(said)
    if field == "identified":
        return _("yes") if said == "yes" else _("no")
    if field == "owner":
        return unit(Unit.of(said))
    if field == "provision":
        return visible(Provision.of(said).title)
    if field == "deadline" and isinstance(said, dict):
        return f"{deadline(str(said.get('kind')))} {day_words.written(str(said.get('date')))}"
    if field == "identifier" and isinstance(said, dict):
        return f"{identifier(str(said.get('kind')))} {visible(str(said.get('value')))}"
    if field in ("same_as", "different_from"):
        return ""
    return visible(plain(field, said))


def category(name: Any) -> str:
    """A category of LED art. 6."""
    return {
        "suspect": _("suspect"), "convicted": _("convicted"), "victim": _("victim or possible victim"),
        "other": _("other"),
    }.get(name, visible(str(name)))  # fmt: skip


def role(name: Any) -> str:
    """A role in a case."""
    return {
        "suspect": _("suspect"), "victim": _("victim"), "witness": _("witness"), "other": _("other"),
    }.get(name, visible(str(name)))  # fmt: skip


def rung(name: Any) -> str:
    """A rung of the ladder: mistenkt, siktet, tiltalt, domfelt."""
    return {
        "suspected": _("suspected"), "charged": _("charged"), "indicted": _("indicted"), "convicted": _("convicted"),
    }.get(name, visible(str(name)))  # fmt: skip


def status(name: Any) -> str:
    """A status of a case."""
    return {
        "opened": _("opened"), "detained": _("detained"), "indicted": _("indicted"),
        "judged": _("judged"), "closed": _("closed"), "transferred": _("transferred"),
    }.get(name, visible(str(name)))  # fmt: skip


def status_head(name: str) -> str:
    """A status as the head of a narrow column."""
    return {
        "opened": _("Opened"), "detained": _("In custody"), "indicted": _("Indicted"),
        "judged": _("Judged"), "closed": _("Closed"), "transferred": _("Sent"),
    }.get(name, visible(name))  # fmt: skip


def deadline(kind: str) -> str:
    """A kind of deadline."""
    return {"detention": _("detention"), "review": _("review"), "limitation": _("limitation")}.get(
        kind, visible(kind)
    )


def identifier(kind: str) -> str:
    """A kind of identifier; one that is not known is shown as it was written."""
    return {
        "national id": _("national id"), "phone": _("phone"), "e-mail": _("e-mail"),
        "bank account": _("bank account"), "passport": _("passport"), "handle": _("handle"),
    }.get(kind, visible(kind))  # fmt: skip


def unit(of: Unit | None) -> str:
    """A unit by its name, a district with its form in the language in use."""
    if of is None:
        return _("nobody")
    if of.kind != "district":
        return visible(of.title)
    found = districts.known().get(of.name)
    return visible(found.nn if found and language() == "nn" else of.name)


def unit_key(key: str) -> str:
    """A unit named as figures name it: `Vest`, `SE/NOA`; empty for an empty key."""
    country, slash, name = key.partition("/")
    if slash or (len(key) == 2 and key.isupper()):
        return unit(Unit("foreign", name, country))
    return unit(Unit.of(key)) if key else ""


def home(of: Home) -> str:
    """A home district in full, or that it is not known."""
    return visible(districts.title(of.district, language())) if of.district else _("district unknown")


def home_because(of: Home) -> str:
    """What a home district rests on."""
    if of.because == "stated":
        return _("as stated")
    if of.district:
        return _("by the address in municipality %(number)s") % {"number": visible(of.municipality)}
    if of.municipality:
        return _("no list says where municipality %(number)s lay that day") % {
            "number": visible(of.municipality)
        }
    return _("no address is known that day")


def nature(name: str) -> str:
    """Fact or assessment."""
    return _("assessment") if name == "assessment" else _("fact")


def checked(name: str) -> str:
    """Whether it was checked."""
    return {"yes": _("verified"), "no": _("not verified")}.get(name, _("verification unknown"))
