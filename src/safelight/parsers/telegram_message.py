"""One message of a Telegram export as traces (the format: `telegram.py`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from safelight.parsers.json_values import dumped, number, real, record, text, whole
from safelight.parsers.model import Emitted, Trouble
from safelight.traces import epochs, iso_text
from safelight.traces.model import Account, Call, GroupMembership, Location, MediaShare, Message
from safelight.traces.moment import Moment

NETWORK = "telegram"
_SECOND = 1_000_000

#: Exports before 2021 give numbers: a user's id, or that of a group or channel with its kind in the bits above 32.
_GROUP, _CHANNEL = 1 << 32, 2 << 32


#: What a message has that carries nothing but text.
_PLAIN = frozenset(
    {
        "id", "type", "date", "date_unixtime", "edited", "edited_unixtime", "from", "from_id", "text", "text_entities",
        "reply_to_message_id", "reply_to_peer_id", "forwarded_from", "forwarded_from_id", "saved_from", "reactions",
        "via_bot", "author",
    }
)  # fmt: skip
_NEEDED = frozenset({"id", "type", "date_unixtime", "from", "from_id", "text"})
#: What is told of some messages and goes the longer way.
_RARE = frozenset({"edited_unixtime", "forwarded_from", "forwarded_from_id", "reply_to_peer_id"})

#: 1990-01-01 and 2100-01-01 in seconds: `traces.epochs` keeps other times as text.
_FIRST, _LAST = 631_152_000, 4_102_444_800

#: Names that are remembered as already told; a file with more tells some of them again.
_NAMES = 1_000_000


def account_of(value: Any) -> str | None:
    """`user123`, `channel123`; a bare number (older exports) gets the word that newer ones have."""
    if type(value) is int:
        if value >= _CHANNEL:
            return f"channel{value - _CHANNEL}"
        return f"chat{value - _GROUP}" if value >= _GROUP else f"user{value}" if value > 0 else None
    return value.strip() or None if type(value) is str else None


def time_of(values: dict[str, Any], name: str) -> Moment | None:
    """The time of that name: UTC where `<name>_unixtime` stands beside it, else the wall clock of the machine that made the
    export. 1970 stands for "never" in older exports.
    """
    exact = epochs.unix_seconds(number(values.get(f"{name}_unixtime")))
    if exact is not None:
        return exact
    written = values.get(name)
    if not isinstance(written, str) or written.startswith("1970-"):
        return None
    return iso_text.moment(written)


@dataclass
class Chat:
    """The conversation whose messages are read, and the names that were seen in the whole export."""

    conversation: str
    kind: str
    owner: str | None
    peer: str | None = None
    """The other end of a direct conversation."""
    names: set[tuple[str, str]] = field(default_factory=set)

    def other(self, account: str | None) -> tuple[str, ...] | None:
        """Whom a message of `account` is addressed to in a direct conversation."""
        if self.kind != "direct" or account is None:
            return None
        if account == self.peer:
            return (self.owner,) if self.owner else None
        return (self.peer,) if self.peer else None

    def direction(self, account: str | None) -> str | None:
        if self.owner is None or account is None:
            return None
        return "outgoing" if account == self.owner else "incoming"


@lru_cache(maxsize=4096)
def _shape(keys: tuple[str, ...]) -> str:
    """Whether a message with these members is text and nothing else: `text`, `reply`, or empty."""
    if not _NEEDED <= set(keys) <= _PLAIN or _RARE & set(keys):
        return ""
    return "reply" if "reply_to_message_id" in keys else "text"


def plain(chat: Chat, prefix: str, first: int, values: list[Any]) -> tuple[list[tuple[Any, ...]], list[int]]:
    """The rows (`message_columns.ROW`) of those elements that are text and nothing else, and the positions of the others."""
    rows: list[tuple[Any, ...]] = []
    others = []
    peer, owner = chat.peer, chat.owner
    from_peer, from_owner = ((owner,) if owner else None), ((peer,) if peer else None)
    group, names = chat.kind != "direct", chat.names
    for index, value in enumerate(values, first):
        if type(value) is dict and len(value) < 40 and (shape := _shape(tuple(value))):
            sender, name, written, when = (
                value["from_id"], value["from"], value["text"], value["date_unixtime"],
            )  # fmt: skip
            if (
                type(sender) is str
                and type(name) is str
                and (sender, name) in names
                and type(when) is str
                and value["type"] == "message"
                and len(when) < 12
                and when.isdigit()
                and _FIRST <= (seconds := int(when)) <= _LAST
            ):
                direction = None if owner is None else "outgoing" if sender == owner else "incoming"
                said, markup = (written or None, None) if type(written) is str else _text(written)
                to = None if group else from_peer if sender == peer else from_owner
                us = seconds * _SECOND
                rows.append(
                    (
                        f"{prefix}{index}]", sender, name, to, direction, said, markup, us, us, when, text(value["id"]),
                        text(value["reply_to_message_id"]) if shape == "reply" else None, None,
                    )
                )  # fmt: skip
                continue
        others.append(index)
    return rows, others


def traces(chat: Chat, place: str, values: Any) -> Iterator[Emitted]:
    """The traces of one element of `messages`."""
    if not isinstance(values, dict):
        yield Trouble(place, "corrupt", f"not a message: {getattr(values, 'detail', type(values).__name__)}")
        return
    get = values.get
    service = get("type") == "service"
    sender = account_of(get("actor_id") if service else get("from_id"))
    name = get("actor") if service else get("from")
    name = name if type(name) is str and name else None
    sent = time_of(values, "date")
    if sender and name and (sender, name) not in chat.names:
        if len(chat.names) >= _NAMES:
            chat.names.clear()
        chat.names.add((sender, name))
        yield Account(
            place=place, network=NETWORK, account=sender, name=name, name_kind="display name", since=sent
        )
    if service:
        yield from _service(chat, place, values, sender, name, sent)
        return
    written = get("text")
    plain, markup = _text(written)
    attached = None
    if not values.keys() <= _PLAIN:
        shares = _shares(chat, place, values, sender, sent)
        yield from shares
        attached = _attachments(values, shares)
        yield from _location(values, place, sender, sent)
    reply = get("reply_to_message_id")
    yield Message(
        place=place,
        network=NETWORK,
        conversation=chat.conversation,
        sender=sender,
        sender_name=name,
        recipients=chat.other(sender),
        direction=chat.direction(sender),
        kind="media" if attached else "text",
        text=plain,
        markup=markup,
        sent=sent,
        edited=time_of(values, "edited"),
        precision_us=_SECOND,
        native_id=text(get("id")),
        reply_to=text(reply) if reply is not None and get("reply_to_peer_id") is None else None,
        forwarded=_forwarded(values),
        attachments=dumped(attached),
    )


def _text(value: Any) -> tuple[str | None, str | None]:
    """Plain text, and the list of entities as stored. A list holds plain texts and objects with `type` and `text`."""
    if type(value) is str:
        return value or None, None
    if not isinstance(value, list):
        return None, None
    pieces = [one if isinstance(one, str) else text(record(one).get("text")) or "" for one in value]
    return "".join(pieces) or None, dumped(value)


def _forwarded(values: dict[str, Any]) -> str | None:
    if "forwarded_from" not in values and "forwarded_from_id" not in values:
        return None
    return text(values.get("forwarded_from")) or text(values.get("forwarded_from_id")) or "yes"


def _path(value: Any) -> str | None:
    """The path below the export; a sentence in brackets says that the file was not exported."""
    return value if type(value) is str and value and not value.startswith("(") else None


def _shares(
    chat: Chat, place: str, values: dict[str, Any], sender: str | None, sent: Moment | None
) -> list[MediaShare]:
    found: list[MediaShare] = []
    for key, size in (("photo", "photo_file_size"), ("file", "file_size")):
        if key not in values:
            continue
        path = _path(values[key])
        name = text(values.get("file_name")) if key == "file" else None
        found.append(
            MediaShare(
                place=place,
                ordinal=len(found),
                network=NETWORK,
                conversation=chat.conversation,
                account=sender,
                message_place=place,
                name=name or (path.rpartition("/")[2] if path else None),
                path=path,
                mime=text(values.get("mime_type")) if key == "file" else None,
                size=whole(values.get(size)),
                at=sent,
                direction=chat.direction(sender),
            )
        )
    return found


def _attachments(values: dict[str, Any], shares: list[MediaShare]) -> list[dict[str, Any]]:
    kind = text(values.get("media_type")) or ("photo" if "photo" in values else "file")
    stated = [
        {"name": one.name, "mime": one.mime, "size": one.size, "path": one.path, "text": kind}
        for one in shares
    ]
    card = record(values.get("contact_information"))
    if card:
        words = (text(card.get(key)) for key in ("first_name", "last_name", "phone_number"))
        stated.append({"text": "contact: " + " ".join(word for word in words if word)})
    where = record(values.get("location_information"))
    if where:
        stated.append({"text": f"location: {where.get('latitude')}, {where.get('longitude')}"})
    question = text(record(values.get("poll")).get("question"))
    if question:
        stated.append({"text": f"poll: {question}"})
    return [{key: value for key, value in one.items() if value is not None} for one in stated]


def _location(
    values: dict[str, Any], place: str, sender: str | None, sent: Moment | None
) -> Iterator[Location]:
    where = record(values.get("location_information"))
    if not where:
        return
    yield Location(
        place=place,
        network=NETWORK,
        account=sender,
        latitude=real(where.get("latitude")),
        longitude=real(where.get("longitude")),
        at=sent,
        name=text(values.get("place_name")) or text(values.get("address")),
        what="live" if "live_location_period_seconds" in values else "sent",
    )


_JOINS = ("join_group_by_link", "join_group_by_request", "joined_by_link", "joined_by_request")


def _service(
    chat: Chat, place: str, values: dict[str, Any], actor: str | None, name: str | None, sent: Moment | None
) -> Iterator[Emitted]:
    action = text(values.get("action")) or "service"
    if action in ("phone_call", "group_call"):
        yield _call(chat, place, values, actor, sent)
        return
    listed = values.get("members")
    members = [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []
    alone = bool(members) and members == [name]
    joins = action in _JOINS or (action == "invite_members" and alone)
    if actor and (joins or (action == "remove_members" and alone)):
        yield GroupMembership(
            place=place,
            network=NETWORK,
            conversation=chat.conversation,
            account=actor,
            action="joined" if joins else "left",
            at=sent,
        )
        return
    said = [text(values.get(key)) for key in ("title", "inviter", "message_id", "text")]
    words = ", ".join(one for one in [*members, *said] if one)
    yield Message(
        place=place,
        network=NETWORK,
        conversation=chat.conversation,
        sender=actor,
        sender_name=name,
        direction=chat.direction(actor),
        kind="system",
        text=f"{action}: {words}" if words else action,
        markup=dumped(values),
        sent=sent,
        precision_us=_SECOND,
        native_id=text(values.get("id")),
    )


def _call(chat: Chat, place: str, values: dict[str, Any], actor: str | None, sent: Moment | None) -> Call:
    seconds = real(values.get("duration_seconds"))
    if seconds is None:
        seconds = real(values.get("duration"))
    answered = None
    if seconds:
        answered = True
    elif values.get("discard_reason") in ("missed", "busy"):
        answered = False
    return Call(
        place=place,
        network=NETWORK,
        conversation=chat.conversation,
        caller=actor,
        participants=chat.other(actor),
        direction=chat.direction(actor),
        started=sent,
        duration=seconds,
        answered=answered,
        native_id=text(values.get("id")),
    )
