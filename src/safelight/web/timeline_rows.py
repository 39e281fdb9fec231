"""Rows of the timeline as a page says them: badge, what, and where the row leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from safelight.access.timeline_rows import Event
from safelight.access.zones import Zone
from safelight.messages import _
from safelight.messages.figures import decimal
from safelight.web.render import seconds, size

_BADGES = {
    "call": "CALL",
    "transfer": "PAY",
    "media": "MEDIA",
    "login": "LOGIN",
    "location": "PLACE",
    "membership": "GROUP",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One event as shown. `clock`: its time in the zone, or as the item states it. `to`: (account id, name) of others."""

    event: Event
    clock: str
    badge: str
    what: str
    open: str
    to: tuple[tuple[str, str], ...]


def row(event: Event, zone: Zone) -> Row:
    """The event in words."""
    wall = zone.local(event.us) if event.us is not None else None
    badge = _BADGES.get(event.kind) or (
        "MAIL" if event.network == "mail" else "CHAT" if event.kind == "message" else "FILE"
    )
    others = [(one, name) for one, name in event.what.get("to") or () if one]
    receiver = event.what.get("receiver_name") or event.what.get("receiver")
    if receiver:
        others = [(event.what.get("receiver_id") or "", receiver)]
    return Row(
        event=event,
        clock=f"{wall:%Y-%m-%d %H:%M:%S}" if wall else event.stated or _("no date"),
        badge=badge,
        what=" ".join(_words(event.kind, event.what).split()),
        open=place(event),
        to=tuple(others[:1]) if len(others) == 1 else (),
    )


def place(event: Event) -> str:
    """Where an event is opened: its line in its conversation, else its item."""
    if event.conversation and event.kind in ("message", "call", "membership"):
        return f"/conversations/{quote(event.conversation, safe='')}?{urlencode({'at': event.id})}"
    return f"/items/{quote(event.item_id, safe='')}"


def _words(kind: str, what: Mapping[str, Any]) -> str:
    if kind == "message":
        said = " · ".join(one for one in (what["subject"], what["text"]) if one)
        return said or (_("attachment") if what["attachments"] else "")
    if kind == "call":
        return ", ".join(one for one in (call_kind(what["sort"]), _answered(what)) if one)
    if kind == "transfer":
        amount = (
            f"{what['currency'] or ''} {decimal(what['amount'], 2)}".strip()
            if what["amount"] is not None
            else ""
        )
        return ", ".join(one for one in (amount, what["reference"]) if one)
    if kind == "media":
        return ", ".join(
            one for one in (what["file"], what["sort"], size(what["size"]) if what["size"] else "") if one
        )
    if kind == "login":
        port = _("port %(n)s") % {"n": what["port"]} if what["port"] is not None else ""
        return ", ".join(one for one in (what["sort"], what["ip"], port, what["host"]) if one)
    if kind == "membership":
        return ", ".join(one for one in (action_name(what["sort"]), what["role"], what["reason"]) if one)
    if kind == "location":
        point = f"{what['latitude']:.5f}, {what['longitude']:.5f}" if what["latitude"] is not None else ""
        return " · ".join(one for one in (what["place_name"], point, what["sort"]) if one)
    return f"{what['path'].rpartition('/')[2]}, {kind_name(kind).lower()}, {size(what['size'])}"


def call_kind(kind: str | None) -> str:
    """Audio or video call."""
    return {"audio": _("audio call"), "video": _("video call")}.get(kind or "", _("call"))


def _answered(what: Mapping[str, Any]) -> str:
    if what["answered"] is False:
        return _("not answered")
    return seconds(what["duration"]) if what["duration"] else ""


def action_name(action: str) -> str:
    """What a membership says happened."""
    return {
        "member": _("is a member"), "joined": _("joined"), "left": _("left"), "quit": _("quit"), "added": _("was added"),
        "removed": _("was put out"), "role": _("got a role"),
    }.get(action, action)  # fmt: skip


def kind_name(kind: str) -> str:
    """A kind of events, as a facet says it."""
    return {
        "message": _("Messages"), "call": _("Calls"), "transfer": _("Transfers"), "media": _("Media shared"),
        "login": _("Logins"), "membership": _("Joins and leaves"), "location": _("Locations"),
        "created": _("File created"), "modified": _("File modified"), "accessed": _("File accessed"),
        "other": _("Logins, files, other"),
    }.get(kind, kind)  # fmt: skip
