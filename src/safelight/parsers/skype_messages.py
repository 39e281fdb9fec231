"""Messages of Skype's export as traces (the format: `skype_export.py`)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import orjson

from safelight.parsers import skype_content as content_of
from safelight.parsers.json_values import dumped, number, real, record, records, text
from safelight.parsers.model import Emitted, Trouble
from safelight.parsers.skype_calls import Calls
from safelight.traces import epochs
from safelight.traces.iso_text import moment
from safelight.traces.model import Account, GroupMembership, Location, MediaShare, Message
from safelight.traces.moment import Moment
from safelight.traces.networks import normal

NETWORK = "skype"
_MILLISECOND = 1000
_NAMES = 1_000_000


class Chat:
    """The conversation whose messages are read."""

    def __init__(
        self,
        native: str,
        kind: str,
        owner: str | None,
        peer: str | None,
        names: set[tuple[str, str]],
        seen: set[str],
    ) -> None:
        self.native, self.kind, self.owner, self.peer, self.names = native, kind, owner, peer, names
        self.calls = Calls(self, seen)

    def other(self, account: str | None) -> tuple[str, ...] | None:
        """Whom a message of `account` is addressed to in a direct conversation."""
        if self.kind != "direct" or account is None:
            return None
        end = self.owner if account == self.peer else self.peer
        return (end,) if end else None

    def direction(self, account: str | None) -> str | None:
        if self.owner is None or account is None:
            return None
        return "outgoing" if account == self.owner else "incoming"


def account_of(value: Any) -> str | None:
    """`8:live:x`, or an address that ends with it, in normal form."""
    native = text(value)
    return _normal(native) or None if native else None


@lru_cache(maxsize=10_000)
def _normal(native: str) -> str:
    return normal(NETWORK, native.rpartition("/")[2])


def accounts_of(value: Any) -> tuple[str, ...]:
    """The members of a group: a list, or JSON of one in a text."""
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return ()
    if not isinstance(value, list):
        return ()
    return tuple(found for one in value if (found := account_of(one)))


def plain(chat: Chat, place: str, value: Any) -> tuple[Any, ...] | None:
    """The row (`message_columns.ROW`) of a message that is text and nothing else; None for others."""
    if type(value) is not dict:
        return None
    get = value.get
    said, when, writer, name = (
        get("content"), get("originalarrivaltime"), get("from"), get("displayName"),
    )  # fmt: skip
    if (
        get("messagetype") not in ("RichText", "Text")
        or get("properties")
        or type(said) is not str
        or not said
        or type(when) is not str
        or not when.endswith("Z")
        or not (name is None or type(name) is str)
        or type(writer) is not str
    ):
        return None
    sender = _normal(writer)
    if not sender or (name and (sender, name) not in chat.names):
        return None
    shown, markup, quoted = said, None, None
    if "<" in said or "&" in said:
        if "<URIObject" in said or "<e_m" in said:
            return None
        if get("messagetype") == "RichText":
            shown, markup = content_of.plain(said)  # type: ignore[assignment]
            quoted = content_of.quoted(said)
    return (
        place, sender, name or None, chat.other(sender), chat.direction(sender), shown, markup, None, None, when,
        text(get("id")), quoted, None,
    )  # fmt: skip


def traces(chat: Chat, place: str, values: Any) -> Iterator[Emitted]:
    """The traces of one element of `MessageList`."""
    if not isinstance(values, dict):
        yield Trouble(place, "corrupt", f"not a message: {getattr(values, 'detail', type(values).__name__)}")
        return
    kind, said = text(values.get("messagetype")) or "", values.get("content")
    said = said if isinstance(said, str) else ""
    sender, name = account_of(values.get("from")), text(values.get("displayName"))
    sent = moment(values.get("originalarrivaltime"))
    if sender and name and (sender, name) not in chat.names:
        if len(chat.names) >= _NAMES:
            chat.names.clear()
        chat.names.add((sender, name))
        yield Account(
            place=place, network=NETWORK, account=sender, name=name, name_kind="display name", since=sent
        )
    properties = record(values.get("properties"))
    if kind == "Event/Call":
        yield from chat.calls.event(place, said, sender, sent)
        return
    if "call-log" in properties:
        yield from chat.calls.logged(place, properties["call-log"])
        return
    members = list(_memberships(chat, place, kind, said, sent))
    if members:
        yield from members
        return
    yield from _message(chat, place, values, properties, kind, said, sender, name, sent)


def _message(
    chat: Chat, place: str, values: dict[str, Any], properties: dict[str, Any], kind: str, said: str,
    sender: str | None, name: str | None, sent: Moment | None,
) -> Iterator[Emitted]:  # fmt: skip
    attached = content_of.shared_file(said) if "<URIObject" in said else None
    if attached is not None:
        yield MediaShare(
            place=place,
            network=NETWORK,
            conversation=chat.native,
            account=sender,
            message_place=place,
            name=attached.get("name"),
            path=attached.get("path"),
            size=attached.get("size"),
            at=sent,
            direction=chat.direction(sender),
        )
    if kind == "RichText/Location":
        yield from _location(place, said, sender, sent)
    shown, markup = (said or None, None) if kind == "Text" else content_of.plain(said)
    stated = content_of.inner(said, "value") if kind.startswith("ThreadActivity") else []
    shown = stated[0] if stated else shown
    deleted = epochs.unix_millis(number(properties.get("deletetime")))
    system = not kind.startswith(("RichText", "Text")) and attached is None
    yield Message(
        place=place,
        network=NETWORK,
        state="deleted" if deleted else "live",
        conversation=chat.native,
        sender=sender,
        sender_name=name,
        recipients=None if system else chat.other(sender),
        direction=chat.direction(sender),
        kind="media" if attached is not None else "system" if system else "text",
        text=f"{kind}: {shown}" if system and shown else (kind if system else None if attached else shown),
        markup=said if attached is not None else markup,
        sent=sent,
        edited=epochs.unix_millis(number(properties.get("edittime"))),
        deleted=deleted,
        precision_us=_MILLISECOND,
        native_id=text(values.get("id")),
        reply_to=content_of.quoted(said),
        attachments=dumped([attached] if attached else None),
    )


def _location(place: str, said: str, sender: str | None, sent: Moment | None) -> Iterator[Location]:
    """`latitude` and `longitude` are whole millionths of a degree."""
    stated = content_of.attributes(said[: said.find(">") + 1])
    north, east = real(stated.get("latitude")), real(stated.get("longitude"))
    if north is None or east is None:
        return
    yield Location(
        place=place,
        network=NETWORK,
        account=sender,
        latitude=north / 1_000_000,
        longitude=east / 1_000_000,
        at=sent,
        name=stated.get("address"),
        what="sent",
    )


_ACTIONS = {
    "ThreadActivity/AddMember": "added",
    "ThreadActivity/MemberJoined": "joined",
    "ThreadActivity/DeleteMember": "removed",
    "ThreadActivity/MemberLeft": "left",
    "ThreadActivity/RoleUpdate": "role",
}


def _memberships(
    chat: Chat, place: str, kind: str, said: str, sent: Moment | None
) -> Iterator[GroupMembership]:
    action = _ACTIONS.get(kind)
    if action is None:
        return
    by, at, targets, role = _activity(said)
    for ordinal, account in enumerate(targets):
        alone = account == by
        done = {"added": "joined", "removed": "left"}.get(action, action) if alone else action
        yield GroupMembership(
            place=place,
            ordinal=ordinal,
            network=NETWORK,
            conversation=chat.native,
            account=account,
            action=done,
            by=None if alone else by,
            at=at or sent,
            role=role if action == "role" else None,
        )


def _activity(said: str) -> tuple[str | None, Moment | None, list[str], str | None]:
    """Who did it, when, to whom, with which role: XML, or JSON in newer exports."""
    if said.lstrip().startswith("{"):
        try:
            stated = record(orjson.loads(said))
        except orjson.JSONDecodeError:
            stated = {}
        targets = [account_of(one.get("id")) for one in records(stated.get("members"))]
        return (
            account_of(stated.get("initiator")),
            epochs.unix_millis(number(stated.get("eventtime"))),
            [one for one in targets if one],
            None,
        )
    times, roles = content_of.inner(said, "eventtime"), content_of.inner(said, "role")
    who = content_of.inner(said, "initiator")
    found = [account_of(one) for one in content_of.inner(said, "target") or content_of.inner(said, "id")]
    return (
        account_of(who[0]) if who else None,
        epochs.unix_millis(times[0]) if times else None,
        [one for one in found if one],
        roles[0] if roles else None,
    )
