"""WhatsApp's msgstore.db since about 2021: tables `message`, `chat`, `jid` and what hangs on a message.

Facts: the schemas and rows in chat-history-manager's samples (app versions of 2023 and 2026), ALEAPP's description and "New
msgstore, who dis?" (thebinaryhick.blog, 2022). Times are milliseconds since 1970 UTC. `message_type`: 0 text, 7 what
WhatsApp said, 15 and 64 revoked (by the sender, by an admin). An edited message holds its last form; `message_edit_info`
has the id that the other end knows it by. A `lid` is another name of an account; `jid_map` says of which.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from safelight.parsers.json_values import dumped, number, real, text, whole
from safelight.parsers.known_columns import WHATSAPP
from safelight.parsers.model import Emitted, Remark
from safelight.parsers.observed import Observed
from safelight.parsers.row_blocks import MILLIS, RowBlocks
from safelight.parsers.sqlite_file import Database
from safelight.parsers.sqlite_join import Beside
from safelight.parsers.whatsapp_people import GROUP, NETWORK, account_of
from safelight.traces import epochs
from safelight.traces.model import Call, Conversation, GroupMembership, Location, MediaShare, Message, State
from safelight.traces.networks import direct

MESSAGES = (
    "_id", "chat_row_id", "from_me", "key_id", "sender_jid_row_id", "timestamp", "received_timestamp", "message_type",
    "text_data",
)  # fmt: skip
#: Tables with one row for a message, by message_row_id.
SIDE = {
    "message_media": (
        "file_path", "file_size", "file_length", "mime_type", "media_name", "media_caption", "file_hash",
    ),
    "message_quoted": ("key_id",),
    "message_revoked": ("revoked_key_id", "revoke_timestamp"),
    "message_edit_info": ("original_key_id", "edited_timestamp"),
    "message_location": ("latitude", "longitude", "place_name", "place_address"),
    "message_system": ("action_type",),
    "message_vcard": ("vcard",),
    "message_system_chat_participant": ("user_jid_row_id",),
}  # fmt: skip
CALLS = (
    "_id", "jid_row_id", "from_me", "call_id", "timestamp", "video_call", "duration", "group_jid_row_id",
)  # fmt: skip

_SYSTEM, _REVOKED = 7, (15, 64)
#: `message_system.action_type` of those that came into a group; the numbers of other changes are not documented alike.
_ADDED = 12
_RANKS = {1: "admin", 2: "superadmin"}

ROW = (
    "place", "state", "conversation", "sender", "sender_name", "recipients", "direction", "kind", "text", "sent", "received",
    "edited", "deleted", "precision_us", "native_id", "reply_to", "attachments",
)  # fmt: skip
TIMES = dict.fromkeys(("sent", "received", "edited", "deleted"), MILLIS)

_Side = Mapping[str, Sequence[Sequence[Any]]]


def stated_hash(value: Any) -> str | None:
    """WhatsApp's file hashes are SHA-256 in base64."""
    found = text(value)
    try:
        digest = base64.b64decode(found, validate=True) if found else b""
    except (binascii.Error, ValueError):
        return None
    return f"sha256:{digest.hex()}" if len(digest) == 32 else None


def _place(table: str, where: Any) -> str:
    """Where a row lies: its rowid in the table, or the place of one that was recovered."""
    return where if type(where) is str else f"{table}:{where}"


def people_of(other: str) -> str:
    """The conversation with one account, of which only one end is known."""
    return direct(NETWORK, None, other)


class NewForm:
    """What one msgstore.db of this form says."""

    def __init__(self, database: Database, names: dict[str, str]) -> None:
        self._database = database
        self._names = names
        self.seen = Observed(NETWORK)
        self._jids: dict[Any, str] = {}
        for rowid, user, server, raw in database.rows("jid", ("user", "server", "raw_string")):
            if found := text(raw) or (f"{user}@{server}" if user and server else None):
                self._jids[rowid] = found
        for _, lid, jid in database.rows("jid_map", ("lid_row_id", "jid_row_id")):
            if jid in self._jids:
                self._jids[lid] = self._jids[jid]
        self._accounts = {rowid: account_of(jid) for rowid, jid in self._jids.items()}
        self._chats: dict[Any, tuple[str, str | None]] = {}
        self._first: dict[str, Any] = {}
        self._rows = RowBlocks(Message, ROW, TIMES, network=NETWORK)

    def emitted(self) -> Iterator[Emitted]:
        """Everything."""
        yield from self._conversations()
        yield from self._messages()
        yield from self._recovered()
        yield from self._calls()
        for account, name in self._names.items():
            if account in self._first:
                at = epochs.unix_millis(number(self._first[account]))
                self.seen.see(account, name, "address book", "wa.db:" + account, at)
        yield from self.seen.traces()
        yield from self._database.unknown(WHATSAPP)
        for table in ("message_add_on_reaction", "message_poll"):
            if next(self._database.rows(table, ()), None):
                yield Remark(f"the table {table} holds rows; this parser does not read them")

    # -- conversations -------------------------------------------------------------------------------------------------

    def _conversations(self) -> Iterator[Emitted]:
        for rowid, account in self._accounts.items():
            self.seen.see(account, None, None, f"jid:{rowid}")
        members: dict[Any, list[tuple[int, str, Any]]] = {}
        columns = ("group_jid_row_id", "user_jid_row_id", "rank")
        for rowid, group, user, rank in self._database.rows("group_participant_user", columns):
            if account := self._accounts.get(user):
                members.setdefault(group, []).append((rowid, account, rank))
        for rowid, jid, subject, created in self._database.rows(
            "chat", ("jid_row_id", "subject", "created_timestamp")
        ):
            native = self._jids.get(jid)
            if native is None:
                continue
            other = self._accounts.get(jid)
            listed = members.pop(jid, [])
            self._chats[rowid] = (people_of(other), other) if other else (native.lower(), None)
            kind = "group" if native.endswith(GROUP) else "direct" if other else "channel"
            yield Conversation(
                place=f"chat:{rowid}",
                network=NETWORK,
                conversation=self._chats[rowid][0],
                title=text(subject) or (self._names.get(other) if other else None),
                kind=kind,
                members=(other,) if other else tuple(one for _, one, _ in listed) or None,
                created=epochs.unix_millis(number(created)),
            )
            for place, account, rank in listed:
                yield GroupMembership(
                    place=f"group_participant_user:{place}",
                    network=NETWORK,
                    conversation=native.lower(),
                    account=account,
                    role=_RANKS.get(rank) if type(rank) is int else None,
                )

    # -- messages ------------------------------------------------------------------------------------------------------

    def _messages(self) -> Iterator[Emitted]:
        sides = {
            table: Beside(self._database.ordered(table, "message_row_id", columns))
            for table, columns in SIDE.items()
            if next(self._database.rows(table, ()), None)
        }
        others: list[Emitted] = []
        add, rows, one = self._rows.add, self._rows, self._message
        for batch in self._database.batches("message", MESSAGES):
            for row in batch:
                own = {table: found for table, side in sides.items() if (found := side.of(row[0]))}
                add(one(f"message:{row[0]}", "live", row[2:], own, others))
            yield from rows.full()
            yield from others
            others.clear()
        yield from rows.rest()

    def _message(
        self, place: str, state: State, values: Sequence[Any], own: _Side, others: list[Emitted]
    ) -> tuple[Any, ...]:
        chat_row, mine, key, sender_row, stamp, received, kind, said = values
        chat, other = self._chats.get(chat_row) or (f"local:chat:{chat_row}", None)
        outgoing = mine == 1
        sender = None
        if not outgoing:
            sender = self._accounts.get(sender_row) if sender_row else None
            sender = sender or other
            if sender and sender not in self._first:
                self._first[sender] = stamp
        if type(said) is not str:
            said = text(said)
        direction: str | None = "outgoing" if outgoing else "incoming"
        what = "text"
        edited = deleted = reply = attachments = None
        if kind == _SYSTEM:
            what, direction = "system", None
            self._changes(place, state, chat, sender, stamp, own, others)
        elif kind in _REVOKED:
            said = None
            state = "deleted" if state == "live" else state
        if own:
            if found := own.get("message_revoked"):
                key, deleted = found[0][2] or key, found[0][3]
            if found := own.get("message_edit_info"):
                key, edited = found[0][2] or key, found[0][3]
            if found := own.get("message_quoted"):
                reply = text(found[0][2])
            files = self._files(place, state, chat, sender, direction, stamp, own, others)
            if files:
                what = "media" if not said else "text"
                said = said or next((file.pop("caption") for file in files if "caption" in file), None)
                attachments = dumped([{k: v for k, v in file.items() if k != "caption"} for file in files])
        return (
            place,
            state,
            chat,
            sender,
            self._names.get(sender) if sender else None,
            (other,) if outgoing and other and direction else None,
            direction,
            what,
            said or None,
            stamp,
            received if not outgoing else None,
            edited,
            deleted,
            1_000_000 if type(stamp) is int and stamp % 1_000 == 0 else 1_000,
            text(key),
            reply,
            attachments,
        )

    def _files(
        self,
        place: str,
        state: State,
        chat: str,
        sender: str | None,
        direction: str | None,
        stamp: Any,
        own: _Side,
        others: list[Emitted],
    ) -> list[dict[str, Any]]:
        """What is attached; its MediaShare and Location traces go to `others`."""
        found = []
        at = epochs.unix_millis(number(stamp))
        for row in own.get("message_media", ()):
            path, size, length, mime, name, caption, digest = row[2:]
            described: dict[str, Any] = {
                "name": text(name) or (str(path).rpartition("/")[2] if text(path) else None),
                "mime": text(mime),
                "size": whole(size) or whole(length),
                "path": text(path),
                "sha256": (hashed := stated_hash(digest)) and hashed.removeprefix("sha256:"),
                "caption": text(caption),
            }
            found.append({key: value for key, value in described.items() if value is not None})
            others.append(
                MediaShare(
                    place=_place("message_media", row[0]),
                    network=NETWORK,
                    state=state,
                    conversation=chat,
                    account=sender,
                    message_place=place,
                    name=described["name"],
                    path=described["path"],
                    mime=described["mime"],
                    size=described["size"],
                    stated_hash=hashed,
                    at=at,
                    direction=direction,
                )
            )
        for row in own.get("message_vcard", ()):
            if card := text(row[2]):
                found.append({"mime": "text/vcard", "text": card})
        for row in own.get("message_location", ()):
            latitude, longitude, name, address = row[2:]
            if real(latitude) is not None or text(name):
                others.append(
                    Location(
                        place=_place("message_location", row[0]),
                        network=NETWORK,
                        state=state,
                        account=sender,
                        latitude=real(latitude),
                        longitude=real(longitude),
                        at=at,
                        name=", ".join(word for word in (text(name), text(address)) if word) or None,
                        what="sent",
                    )
                )
        return found

    def _changes(
        self,
        place: str,
        state: State,
        chat: str,
        sender: str | None,
        stamp: Any,
        own: _Side,
        others: list[Emitted],
    ) -> None:
        action = own.get("message_system")
        if not action or action[0][2] != _ADDED:
            return
        for ordinal, row in enumerate(own.get("message_system_chat_participant", ())):
            if account := self._accounts.get(row[2]):
                others.append(
                    GroupMembership(
                        place=place,
                        ordinal=ordinal,
                        network=NETWORK,
                        state=state,
                        conversation=chat,
                        account=account,
                        action="added",
                        by=sender,
                        at=epochs.unix_millis(number(stamp)),
                    )
                )

    def _recovered(self) -> Iterator[Emitted]:
        wanted: dict[str, Sequence[str]] = {
            table: ("message_row_id", *columns) for table, columns in SIDE.items()
        }
        sides: dict[Any, dict[str, list[Sequence[Any]]]] = {}
        messages = []
        for found in self._database.recovered({**wanted, "message": MESSAGES}):
            if found.table == "message":
                messages.append((found.place, found.values))
            elif found.values[0] is not None:
                row = (found.place, *found.values)
                sides.setdefault(found.values[0], {}).setdefault(found.table, []).append(row)
        others: list[Emitted] = []
        for place, values in messages:
            own: _Side = sides.pop(values[0], {}) if values[0] is not None else {}
            self._rows.add(self._message(place, "recovered", values[1:], own, others))
            yield from self._rows.full()
            yield from others
            others.clear()
        yield from self._rows.rest()

    # -- calls ---------------------------------------------------------------------------------------------------------

    def _calls(self) -> Iterator[Call]:
        members: dict[Any, list[str]] = {}
        for _, call, jid in self._database.rows("call_log_participant_v2", ("call_log_row_id", "jid_row_id")):
            if account := self._accounts.get(jid):
                members.setdefault(call, []).append(account)
        for row in self._database.rows("call_log", CALLS):
            yield self._call(f"call_log:{row[0]}", "live", row[2:], members.get(row[0], []))
        for found in self._database.recovered({"call_log": CALLS}):
            yield self._call(found.place, "recovered", found.values[1:], members.get(found.values[0], []))

    def _call(self, place: str, state: State, values: Sequence[Any], members: list[str]) -> Call:
        jid, mine, native, stamp, video, lasted, group = values
        other = self._accounts.get(jid)
        outgoing = mine == 1
        where = self._jids.get(group) if group else None
        seconds = real(lasted)
        others = [*members, other] if outgoing else members
        return Call(
            place=place,
            network=NETWORK,
            state=state,
            conversation=where.lower() if where else people_of(other) if other else None,
            caller=None if outgoing else other,
            participants=tuple(one for one in dict.fromkeys(others) if one and (outgoing or one != other))
            or None,
            direction="outgoing" if outgoing else "incoming",
            kind="video" if video == 1 else "audio",
            started=epochs.unix_millis(number(stamp)),
            duration=seconds,
            answered=True if seconds else None,
            # Before the call's own id stands what kind of row it is; the same call at its other end has the id alone.
            native_id=(text(native) or "").removeprefix("call:") or None,
        )
