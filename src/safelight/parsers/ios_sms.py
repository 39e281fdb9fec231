"""Messages on an iPhone (and a Mac's chat.db): sms.db since iOS 6.

Facts: the schema as iLEAPP, imessage-exporter and plaso's iOS SMS plugin describe it. Times count from 2001 UTC, seconds to
iOS 10 and nanoseconds since. `style` 43 of a chat is a group, 45 one other end; `item_type` 1 is somebody added or put out,
2 a new title, 3 somebody left; `associated_message_type` 2000 to 3999 a reaction. Where `text` is null the words stand in
`attributedBody` (`typedstream.py`). U+FFFC stands in the words for an attachment: it is taken out of the text and stays in
the markup. `chat_recoverable_message_join` (iOS 16) lists what was deleted in the last weeks. The owner's address is stated
by the chat (`account_login`) or the message (`account`): `P:` a number, `E:` an e-mail.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from safelight.inspect.model import Group
from safelight.parsers import typedstream
from safelight.parsers.json_values import dumped, number, text, whole
from safelight.parsers.known_columns import IOS_SMS
from safelight.parsers.model import Emitted, Subject, Variant
from safelight.parsers.observed import Observed
from safelight.parsers.row_blocks import COCOA, RowBlocks
from safelight.parsers.sqlite_file import Database, refuse_encrypted
from safelight.parsers.sqlite_join import Beside
from safelight.traces import epochs
from safelight.traces.model import (
    Account,
    Conversation,
    GroupMembership,
    MediaShare,
    Message,
    State,
    Trace,
)
from safelight.traces.networks import direct, normal

MESSAGES = (
    "guid", "text", "handle_id", "subject", "attributedBody", "service", "account", "date", "is_from_me", "item_type",
    "other_handle", "group_title", "group_action_type", "associated_message_guid", "associated_message_type",
    "thread_originator_guid", "date_edited", "date_retracted",
)  # fmt: skip
ATTACHMENTS = ("filename", "mime_type", "transfer_name", "total_bytes", "created_date")

_GROUP_STYLE = 43
_MEMBERS, _TITLE, _LEFT = 1, 2, 3
#: Stands in the words where an attachment is.
_OBJECT = "\ufffc"

_ROW = (
    "place", "state", "network", "conversation", "sender", "recipients", "direction", "kind", "subject", "text", "markup",
    "sent", "edited", "deleted", "precision_us", "native_id", "reply_to", "attachments",
)  # fmt: skip
_TIMES = dict.fromkeys(("sent", "edited", "deleted"), COCOA)

_SMS = Variant(
    "sms.db",
    "documentation",
    "tables message, handle, chat, chat_message_join; iLEAPP's, imessage-exporter's and plaso's descriptions",
)


class IosSms:
    """Apple's messages."""

    name = "ios-sms"
    version = 2
    title = "iOS Messages (sms.db)"
    variants: tuple[Variant, ...] = (_SMS,)
    emits: tuple[type[Trace], ...] = (Account, Conversation, GroupMembership, MediaShare, Message)

    def accepts(self, mime: str, group: Group, size: int) -> bool:
        """SQLite databases, and files of unknown type for encrypted ones."""
        return mime in ("application/vnd.sqlite3", "application/octet-stream")

    def recognise(self, subject: Subject) -> Variant | None:
        """Apple's tables message and handle."""
        refuse_encrypted(subject, {"sms.db", "chat.db"}, "Apple's Messages")
        database = Database.of(subject)
        if database is None or not database.has("message", "guid", "handle_id", "is_from_me", "date"):
            return None
        return _SMS if database.has("handle", "id") else None

    def parse(self, subject: Subject, variant: Variant) -> Iterable[Emitted]:
        """Conversations, messages, deleted ones, accounts."""
        database = Database.of(subject)
        assert database
        reading = _Reading(database)
        yield from reading.conversations()
        yield from reading.messages()
        for seen in reading.seen.values():
            yield from seen.traces()
        yield from database.unknown(IOS_SMS)
        yield from database.troubles()


def network_of(service: Any) -> str:
    """iMessage is a network of its own; SMS and RCS go by telephone numbers."""
    return "imessage" if service == "iMessage" else "phone"


def _own(login: Any, network: str) -> str | None:
    """The owner's address of `P:+47...` or `E:name@host`."""
    found = text(login)
    if not found:
        return None
    kind, colon, address = found.partition(":")
    address = address if colon and kind.lower() in ("p", "e") else found
    return normal(network, address) if address else None


class _Chat:
    __slots__ = ("conversation", "network", "others", "owner")

    def __init__(
        self, network: str, conversation: str, others: tuple[str, ...] | None, owner: str | None
    ) -> None:
        self.network = network
        self.conversation = conversation
        self.others = others
        self.owner = owner


class _Reading:
    def __init__(self, database: Database) -> None:
        self._database = database
        self.seen = {network: Observed(network) for network in ("imessage", "phone")}
        self._handles: dict[Any, str] = {
            rowid: address for rowid, native in database.rows("handle", ("id",)) if (address := text(native))
        }
        self._accounts: dict[tuple[str, Any], str | None] = {}
        self._chats: dict[Any, _Chat] = {}
        self._alone: dict[tuple[str, Any], _Chat] = {}
        self._first: set[tuple[str, str]] = set()
        self._recoverable: dict[Any, Any] = {
            row[1]: row[2]
            for row in database.rows("chat_recoverable_message_join", ("message_id", "delete_date"))
        }
        self._rows = RowBlocks(Message, _ROW, _TIMES)

    def _account(self, network: str, handle: Any) -> str | None:
        key = (network, handle)
        if key not in self._accounts:
            address = self._handles.get(handle)
            self._accounts[key] = normal(network, address) if address else None
        return self._accounts[key]

    # -- conversations -------------------------------------------------------------------------------------------------

    def conversations(self) -> Iterator[Emitted]:
        members: dict[Any, list[tuple[int, Any]]] = {}
        for rowid, chat, handle in self._database.rows("chat_handle_join", ("chat_id", "handle_id")):
            members.setdefault(chat, []).append((rowid, handle))
        columns = (
            "guid",
            "style",
            "chat_identifier",
            "service_name",
            "room_name",
            "account_login",
            "display_name",
        )
        for rowid, guid, style, identifier, service, room, login, title in self._database.rows(
            "chat", columns
        ):
            network = network_of(service)
            owner = _own(login, network)
            listed = [
                (place, one)
                for place, handle in members.get(rowid, ())
                if (one := self._account(network, handle))
            ]
            others = tuple(dict.fromkeys(one for _, one in listed))
            group = style == _GROUP_STYLE
            native = text(room) or text(identifier) or text(guid)
            if group:
                chat = _Chat(network, native or f"local:chat:{rowid}", None, owner)
            else:
                other = others[0] if others else normal(network, native) if native else None
                if other is None:
                    continue
                others = (other,)
                chat = _Chat(network, direct(network, owner, other), others, owner)
            self._chats[rowid] = chat
            self.seen[network].see(owner, None, None, f"chat:{rowid}", owner=True)
            yield Conversation(
                place=f"chat:{rowid}",
                network=network,
                conversation=chat.conversation,
                title=text(title),
                kind="group" if group else "direct",
                members=others or None,
            )
            for place, account in listed if group else ():
                yield GroupMembership(
                    place=f"chat_handle_join:{place}",
                    network=network,
                    conversation=chat.conversation,
                    account=account,
                )

    def _chat(self, chat: Any, network: str, handle: Any, account: Any) -> _Chat:
        known = self._chats.get(chat)
        if known is not None:
            return known
        key = (network, handle)
        if key not in self._alone:
            other = self._account(network, handle)
            owner = _own(account, network)
            found = direct(network, owner, other) if other else f"local:handle:{handle}"
            self._alone[key] = _Chat(network, found, (other,) if other else None, owner)
        return self._alone[key]

    # -- messages ------------------------------------------------------------------------------------------------------

    def messages(self) -> Iterator[Emitted]:
        chats = Beside(self._database.ordered("chat_message_join", "message_id", ("chat_id",)))
        joined = Beside(self._database.ordered("message_attachment_join", "message_id", ("attachment_id",)))
        others: list[Emitted] = []
        for batch in self._database.batches("message", MESSAGES):
            for row in batch:
                chat, files = chats.one(row[0]), joined.of(row[0])
                self._rows.add(
                    self._message(
                        f"message:{row[0]}", "live", row[0], row[1:], chat and chat[2], files, others
                    )
                )
            yield from self._rows.full()
            yield from others
            others.clear()
        for found in self._database.recovered({"message": MESSAGES}):
            self._rows.add(self._message(found.place, "recovered", None, found.values, None, (), others))
            yield from self._rows.full()
        yield from self._rows.rest()
        yield from others

    def _message(
        self,
        place: str,
        state: State,
        rowid: int | None,
        values: Sequence[Any],
        chat_row: Any,
        files: Sequence[Sequence[Any]],
        others: list[Emitted],
    ) -> tuple[Any, ...]:
        (guid, said, handle, subject, archive, service, account, date, mine, item, other_handle, title, action,
         about, about_type, thread, changed, retracted) = values  # fmt: skip
        network = network_of(service)
        chat = self._chat(chat_row, network, handle, account)
        outgoing = mine == 1
        sender = chat.owner or _own(account, network) if outgoing else self._account(network, handle)
        if sender and (network, sender) not in self._first:
            self._first.add((network, sender))
            address = None if outgoing else self._handles.get(handle)
            kind = "e-mail" if address and "@" in address else "phone"
            at = epochs.cocoa(number(date))
            self.seen[network].see(sender, address, kind, place, at, owner=outgoing)
        if said is None and type(archive) is bytes:
            said = typedstream.text_of(archive)
        elif type(said) is not str:
            said = text(said)
        direction: str | None = "outgoing" if outgoing else "incoming"
        what, reply = "text", text(thread)
        if item in (_MEMBERS, _TITLE, _LEFT, 4, 5, 6):
            what = "system"
            if item == _TITLE:
                said = text(title) or said
            self._change(place, state, network, chat, sender, item, action, other_handle, date, others)
        elif type(about_type) is int and 2000 <= about_type < 4000:
            what, reply = "notice", (text(about) or "").rpartition("/")[2].removeprefix("bp:") or None
        deleted = retracted or None
        if rowid is not None and rowid in self._recoverable:
            state, deleted = "deleted", self._recoverable[rowid]
        elif deleted and state == "live" and not said:
            state = "deleted"
        attached = self._files(place, state, network, chat, sender, direction, date, files, others)
        written = None
        if said and _OBJECT in said:
            written, said = said, said.replace(_OBJECT, "")
        # A recovered row has lost which attachment it was.
        if (attached or written) and not said and what == "text":
            what = "media"
        return (
            place,
            state,
            network,
            chat.conversation,
            sender,
            chat.others if outgoing else None,
            direction,
            what,
            text(subject),
            said or None,
            written,
            date,
            changed,
            deleted,
            1_000_000 if type(date) is int and (abs(date) < 10**12 or date % 10**9 == 0) else 1,
            text(guid),
            reply,
            dumped(attached),
        )

    def _change(
        self,
        place: str,
        state: State,
        network: str,
        chat: _Chat,
        sender: str | None,
        item: Any,
        action: Any,
        other: Any,
        date: Any,
        others: list[Emitted],
    ) -> None:
        if item == _MEMBERS:
            account, done, by = self._account(network, other), "removed" if action == 1 else "added", sender
        elif item == _LEFT and action in (0, None):
            account, done, by = sender, "left", None
        else:
            return
        if account:
            others.append(
                GroupMembership(
                    place=place,
                    network=network,
                    state=state,
                    conversation=chat.conversation,
                    account=account,
                    action=done,
                    by=by,
                    at=epochs.cocoa(number(date)),
                )
            )

    def _files(
        self,
        place: str,
        state: State,
        network: str,
        chat: _Chat,
        sender: str | None,
        direction: str | None,
        date: Any,
        files: Sequence[Sequence[Any]],
        others: list[Emitted],
    ) -> list[dict[str, Any]]:
        found = []
        for joined, _, attachment in files:
            row = (
                self._database.row("attachment", attachment, ATTACHMENTS) if type(attachment) is int else None
            )
            if row is None:
                continue
            path, mime, name, size, _ = row
            described = {
                "name": text(name) or (str(path).rpartition("/")[2] if text(path) else None),
                "mime": text(mime),
                "size": whole(size),
                "path": text(path),
            }
            found.append({key: value for key, value in described.items() if value is not None})
            others.append(
                MediaShare(
                    place=f"message_attachment_join:{joined}",
                    network=network,
                    state=state,
                    conversation=chat.conversation,
                    account=sender,
                    message_place=place,
                    name=text(described["name"]),
                    path=text(path),
                    mime=text(mime),
                    size=whole(size),
                    at=epochs.cocoa(number(date)),
                    direction=direction,
                )
            )
        return found
