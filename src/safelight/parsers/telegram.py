"""Telegram Desktop's export `result.json`: one chat, or a whole account with contacts and sessions.

Sources: the export's schema as Telegram publishes it (core.telegram.org/import-export), and the sentences `about` of the
export itself. What is known of its age: `from_id` is a number before 2021 and `user123`/`channel123` since; `date` is the
wall clock of the machine that made the export, `date_unixtime` (UTC) stands beside it since 2021.

Members who are added by another stand in an export by name only, so such lines stay messages of kind `system`; those who
come or go by themselves are memberships. An export of one direct chat does not name its owner, but only two can write in
one, and `id` is the other: whoever else writes there is the owner.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from safelight.inspect.model import Group
from safelight.parsers import telegram_account
from safelight.parsers.json_pieces import JsonPieces, beginning
from safelight.parsers.json_values import record, records, text
from safelight.parsers.message_columns import MessageColumns
from safelight.parsers.model import Emitted, ParseFailed, Remark, Subject, Variant
from safelight.parsers.telegram_message import NETWORK, Chat, account_of, plain, traces
from safelight.traces.model import (
    Account,
    Call,
    Contact,
    Conversation,
    Device,
    GroupMembership,
    Location,
    Login,
    MediaShare,
    Message,
    Trace,
)
from safelight.traces.networks import direct

_DIRECT = frozenset({"personal_chat", "bot_chat", "saved_messages", "replies", "verification_codes"})
#: In these only two write: in "Replies" everybody who answered the owner somewhere.
_OF_TWO = frozenset({"personal_chat", "bot_chat"})
_GROUPS = frozenset({"private_group", "private_supergroup", "public_supergroup"})
_CHANNELS = frozenset({"private_channel", "public_channel"})
_KINDS = _DIRECT | _GROUPS | _CHANNELS
#: Older exports give a group's number with its kind in the bits above these.
_MASK = (1 << 32) - 1

_CHAT = Variant(
    "chat", "documentation", "One chat: `name`, `type`, `id`, `messages` (core.telegram.org/import-export)"
)
_ACCOUNT = Variant(
    "account",
    "documentation",
    "A whole account: `personal_information`, `contacts`, `sessions`, `chats` (core.telegram.org/import-export)",
)


class Telegram:
    """Telegram Desktop's JSON export."""

    name = "telegram"
    version = 2
    title = "Telegram Desktop export (JSON)"
    variants: tuple[Variant, ...] = (_CHAT, _ACCOUNT)
    emits: tuple[type[Trace], ...] = (
        Account, Conversation, Message, Call, Contact, GroupMembership, MediaShare, Location, Login, Device,
    )  # fmt: skip

    def accepts(self, mime: str, group: Group, size: int) -> bool:
        return mime in ("application/json", "text/plain")

    def recognise(self, subject: Subject) -> Variant | None:
        found = beginning(subject.head)
        if found.get("type") in _KINDS and isinstance(found.get("messages"), list):
            return _CHAT
        listed = record(found.get("chats")).get("list")
        first = record(listed[0]) if isinstance(listed, list) and listed else {}
        if first.get("type") in _KINDS and "messages" in first:
            return _ACCOUNT
        person = record(found.get("personal_information"))
        return _ACCOUNT if {"user_id", "first_name", "phone_number"} <= person.keys() else None

    def parse(self, subject: Subject, variant: Variant) -> Iterator[Emitted]:
        with subject.open() as stream:
            reader = _Export(JsonPieces(stream), subject.item_id)
            yield from reader.chat("$") if variant is _CHAT else reader.account()


class _Export:
    """One export while it is read."""

    def __init__(self, reader: JsonPieces, item: str) -> None:
        self._reader = reader
        self._item = item
        self._owner: str | None = None
        self._names: set[tuple[str, str]] = set()

    def account(self) -> Iterator[Emitted]:
        """A whole account. What needs the owner waits until the owner was read, should it stand before."""
        reader, waiting, unknown = self._reader, [], []
        failed: ParseFailed | None = None
        try:
            for key in reader.members():
                if key == "personal_information":
                    yield from self._person(reader.value())
                elif key in (
                    "chats",
                    "left_chats",
                    "contacts",
                    "sessions",
                    "web_sessions",
                    "frequent_contacts",
                ):
                    if self._owner is None:
                        waiting.append((key, reader.offset))
                        reader.skip()
                    else:
                        yield from self._part(key)
                elif key not in telegram_account.LEFT_OUT:
                    unknown.append(key)
        except ParseFailed as error:
            failed = error
        for key, offset in waiting:
            reader.jump(offset)
            yield from self._part(key)
        if unknown:
            yield Remark(f"parts that are not known and were not read: {', '.join(sorted(unknown)[:20])}")
        if failed:
            raise failed

    def _person(self, value: Any) -> Iterator[Emitted]:
        person = record(value)
        self._owner = account_of(person.get("user_id"))
        if self._owner:
            yield from telegram_account.owner(self._owner, person)

    def _part(self, key: str) -> Iterator[Emitted]:
        if self._reader.kind() != "{":
            return
        for inner in self._reader.members():
            if inner != "list" or self._reader.kind() != "[":
                continue
            if key in ("chats", "left_chats"):
                for index in self._reader.elements():
                    if self._reader.kind() == "{":
                        yield from self.chat(f"$.{key}.list[{index}]")
            else:
                count = 0
                for values in self._reader.batches():
                    for value in values:
                        place = f"$.{key}.list[{count}]"
                        count += 1
                        yield from telegram_account.entry(key, self._owner, place, record(value))

    def chat(self, place: str) -> Iterator[Emitted]:
        """One chat. Its head stands before its messages in every export; if it does not, the messages wait."""
        reader = self._reader
        head: dict[str, Any] = {}
        later: int | None = None
        failed: ParseFailed | None = None
        done = False
        try:
            for key in reader.members():
                if key == "messages" and reader.kind() == "[":
                    if {"id", "type"} <= head.keys() and not done:
                        done = True
                        yield from self._messages(place, head)
                    else:
                        later = reader.offset
                        reader.skip()
                elif key not in head and reader.kind() != "{":
                    head[key] = reader.value()
        except ParseFailed as error:
            failed = error
        if not done:
            behind = reader.offset
            if later is not None:
                reader.jump(later)
                yield from self._messages(place, head)
                reader.jump(behind)
            elif head:
                yield self._conversation(self._chat(head, place, None), place, head)
        if failed:
            raise failed

    def _messages(self, place: str, head: dict[str, Any]) -> Iterator[Emitted]:
        reader = self._reader
        owner = self._owner
        if owner is None and head.get("type") in _DIRECT:
            self._owner = owner = self._found_owner(head)
            if owner:
                yield Account(place=place, network=NETWORK, account=owner, owner=True)
        chat = self._chat(head, place, owner)
        yield self._conversation(chat, place, head)
        prefix, index = f"{place}.messages[", 0
        columns = MessageColumns(NETWORK, None, chat.conversation, 1_000_000)
        try:
            for values in reader.batches():
                rows, others = plain(chat, prefix, index, values)
                yield from columns.add(rows)
                for other in others:
                    yield from traces(chat, f"{prefix}{other}]", values[other - index])
                index += len(values)
        except ParseFailed:
            yield from columns.rest()
            raise
        yield from columns.rest()

    def _found_owner(self, head: dict[str, Any]) -> str | None:
        """The one of the two ends that `id` does not name: the first other account that wrote; reads ahead for it."""
        peer = _peer(head)
        if head.get("type") == "saved_messages":
            return peer
        if peer is None or head.get("type") not in _OF_TWO:
            return None
        start = self._reader.offset
        try:
            for values in self._reader.batches():
                for value in records(values):
                    account = account_of(value.get("from_id") or value.get("actor_id"))
                    if account and account.startswith("user") and account != peer:
                        return account
        except ParseFailed:
            pass
        finally:
            self._reader.jump(start)
        return None

    def _chat(self, head: dict[str, Any], place: str, owner: str | None) -> Chat:
        kind, number = head.get("type"), head.get("id")
        if kind in _DIRECT:
            peer = _peer(head)
            if kind == "saved_messages":
                peer = owner or peer
            native = direct(NETWORK, owner, peer) if peer else f"export:{self._item}:{place}"
            return Chat(native, "direct", owner, peer, self._names)
        if type(number) is not int:
            return Chat(f"export:{self._item}:{place}", "group", owner, None, self._names)
        word = "chat" if kind == "private_group" else "channel"
        return Chat(
            f"{word}{number & _MASK if number > _MASK and number >> 32 in (1, 2) else number}",
            "channel" if kind in _CHANNELS else "group",
            owner,
            None,
            self._names,
        )

    def _conversation(self, chat: Chat, place: str, head: dict[str, Any]) -> Conversation:
        both = {one for one in (chat.owner, chat.peer) if one}
        return Conversation(
            place=place,
            network=NETWORK,
            conversation=chat.conversation,
            title=text(head.get("name")),
            kind=chat.kind,
            members=tuple(sorted(both)) if chat.kind == "direct" and both else None,
        )


def _peer(head: dict[str, Any]) -> str | None:
    number = head.get("id")
    return f"user{number}" if type(number) is int and number > 0 else None
