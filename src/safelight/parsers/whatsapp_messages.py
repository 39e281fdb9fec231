"""WhatsApp's msgstore.db to about 2021: one wide table `messages`.

Facts: the CREATE statement in whassup and in tools that merge such databases, whapa's and ALEAPP's descriptions. Times are
milliseconds since 1970 UTC. `key_remote_jid` is the conversation, `remote_resource` who wrote in a group, `media_wa_type` 0
text and 15 revoked, `status` 6 what WhatsApp said; a first row with the jid -1 is none. `quoted_row_id` leads to
`messages_quotes`, whose `key_id` is the quoted message's. Calls are rows as well, and no messages: 8 is a call and 10 one
that was missed, `media_caption` audio or video, `media_duration` seconds, `key_from_me` who called (as IPED describes them).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from safelight.parsers.json_values import dumped, number, real, text, whole
from safelight.parsers.known_columns import WHATSAPP
from safelight.parsers.model import Emitted
from safelight.parsers.observed import Observed
from safelight.parsers.row_blocks import RowBlocks
from safelight.parsers.sqlite_file import Database
from safelight.parsers.whatsapp_message import ROW, TIMES, people_of, stated_hash
from safelight.parsers.whatsapp_people import GROUP, NETWORK, account_of
from safelight.traces import epochs
from safelight.traces.model import Call, Conversation, GroupMembership, Location, MediaShare, Message, State

MESSAGES = (
    "key_remote_jid", "key_from_me", "key_id", "status", "data", "timestamp", "received_timestamp", "media_url",
    "media_mime_type", "media_wa_type", "media_size", "media_name", "media_caption", "media_hash", "latitude", "longitude",
    "remote_resource", "quoted_row_id", "media_duration",
)  # fmt: skip

_TYPE = MESSAGES.index("media_wa_type")

_SYSTEM = 6
_REVOKED = "15"
_FILES = ("1", "2", "3", "9", "13", "20")
_CALL, _MISSED = "8", "10"


class OldForm:
    """What one msgstore.db of this form says."""

    def __init__(self, database: Database, names: dict[str, str]) -> None:
        self._database = database
        self._names = names
        self.seen = Observed(NETWORK)
        self._accounts: dict[str, str | None] = {}
        self._rows = RowBlocks(Message, ROW, TIMES, network=NETWORK)
        self._talked: dict[str, tuple[str, str | None]] = {}
        self._first: dict[str, tuple[str, Any]] = {}

    def _account(self, jid: Any) -> str | None:
        if type(jid) is not str:
            return None
        if jid not in self._accounts:
            self._accounts[jid] = account_of(jid)
        return self._accounts[jid]

    def emitted(self) -> Iterator[Emitted]:
        """Everything."""
        listed = set()
        members: dict[Any, list[tuple[int, str, Any]]] = {}
        for rowid, group, jid, admin in self._database.rows("group_participants", ("gjid", "jid", "admin")):
            if account := self._account(jid):
                members.setdefault(group, []).append((rowid, account, admin))
        columns = ("key_remote_jid", "subject", "creation")
        for rowid, jid, subject, created in self._database.rows("chat_list", columns):
            if (native := text(jid)) and native != "-1":
                listed.add(native)
                yield from self._conversation(
                    f"chat_list:{rowid}", native, subject, created, members.get(jid, [])
                )
        yield from self._messages()
        for jid, (place, _) in self._talked.items():
            if jid not in listed:
                yield from self._conversation(place, jid, None, None, members.get(jid, []))
        for account, (place, stamp) in self._first.items():
            at = epochs.unix_millis(number(stamp))
            self.seen.see(account, self._names.get(account), "address book", place, at)
        yield from self.seen.traces()
        yield from self._database.unknown(WHATSAPP)

    def _conversation(
        self, place: str, jid: str, subject: Any, created: Any, members: list[tuple[int, str, Any]]
    ) -> Iterator[Emitted]:
        other = self._account(jid)
        yield Conversation(
            place=place,
            network=NETWORK,
            conversation=people_of(other) if other else jid.lower(),
            title=text(subject) or (self._names.get(other) if other else None),
            kind="direct" if other else "group" if jid.endswith(GROUP) else "channel",
            members=(other,) if other else tuple(one for _, one, _ in members) or None,
            created=epochs.unix_millis(number(created)),
        )
        for rowid, account, admin in members:
            yield GroupMembership(
                place=f"group_participants:{rowid}",
                network=NETWORK,
                conversation=jid.lower(),
                account=account,
                role="admin" if admin in (1, 2) else None,
            )

    def _messages(self) -> Iterator[Emitted]:
        others: list[Emitted] = []
        for batch in self._database.batches("messages", MESSAGES):
            for row in batch:
                if row[1] != "-1":
                    self._row(f"messages:{row[0]}", "live", row[1:], others)
            yield from self._rows.full()
            yield from others
            others.clear()
        for found in self._database.recovered({"messages": MESSAGES}):
            if found.values[0] != "-1":
                self._row(found.place, "recovered", found.values, others)
            yield from self._rows.full()
            yield from others
            others.clear()
        yield from self._rows.rest()

    def _row(self, place: str, state: State, values: Sequence[Any], others: list[Emitted]) -> None:
        """A row is a message or a call."""
        if str(values[_TYPE]) in (_CALL, _MISSED):
            others.append(self._call(place, state, values))
        else:
            self._rows.add(self._message(place, state, values, others))

    def _where(self, place: str, jid: Any) -> tuple[str | None, str]:
        """The other end of a direct conversation, and the conversation."""
        native = text(jid) or "unknown"
        if native not in self._talked:
            self._talked[native] = (place, None)
        other = self._account(native)
        return other, people_of(other) if other else native.lower()

    def _call(self, place: str, state: State, values: Sequence[Any]) -> Call:
        row = dict(zip(MESSAGES, values, strict=True))
        other, chat = self._where(place, row["key_remote_jid"])
        stamp, lasted = row["timestamp"], real(row["media_duration"])
        outgoing = row["key_from_me"] == 1
        caller = None if outgoing else self._account(row["remote_resource"]) or other
        if caller and caller not in self._first:
            self._first[caller] = (place, stamp)
        said = text(row["media_caption"])
        return Call(
            place=place,
            network=NETWORK,
            state=state,
            conversation=chat,
            caller=caller,
            participants=(other,) if outgoing and other else None,
            direction="outgoing" if outgoing else "incoming",
            kind=said if said in ("audio", "video") else None,
            started=epochs.unix_millis(number(stamp)),
            duration=lasted,
            # One's own call that took no time may have been answered by nobody, or taken back.
            answered=False if str(row["media_wa_type"]) == _MISSED else True if lasted else None,
            native_id=(text(row["key_id"]) or "").removeprefix("call:") or None,
        )

    def _message(
        self, place: str, state: State, values: Sequence[Any], others: list[Emitted]
    ) -> tuple[Any, ...]:
        (jid, mine, key, status, said, stamp, received, _, mime, wa_type, size, name, caption, digest,
         latitude, longitude, resource, quoted, _) = values  # fmt: skip
        other, chat = self._where(place, jid)
        outgoing = mine == 1
        sender = None if outgoing else self._account(resource) or other
        if sender and sender not in self._first:
            self._first[sender] = (place, stamp)
        direction: str | None = "outgoing" if outgoing else "incoming"
        kind, what = "0" if wa_type is None else str(wa_type), "text"
        said = said if type(said) is str else text(said)
        attachments = reply = None
        if status == _SYSTEM:
            what, direction, sender = "system", None, self._account(resource)
        elif kind == _REVOKED:
            said, state = None, "deleted" if state == "live" else state
        elif kind in _FILES:
            hashed = stated_hash(digest)
            file = {
                "name": text(name),
                "mime": text(mime),
                "size": whole(size),
                "sha256": hashed and hashed[7:],
            }
            attachments = dumped([{field: value for field, value in file.items() if value is not None}])
            said = text(caption) or said
            what = "text" if said else "media"
            others.append(
                MediaShare(
                    place=place,
                    network=NETWORK,
                    state=state,
                    conversation=chat,
                    account=sender,
                    message_place=place,
                    name=text(name),
                    mime=text(mime),
                    size=whole(size),
                    stated_hash=hashed,
                    at=epochs.unix_millis(number(stamp)),
                    direction=direction,
                )
            )
        if kind in ("5", "16") and real(latitude) is not None:
            others.append(
                Location(
                    place=place,
                    network=NETWORK,
                    state=state,
                    account=sender,
                    latitude=real(latitude),
                    longitude=real(longitude),
                    at=epochs.unix_millis(number(stamp)),
                    name=text(name),
                    what="sent",
                )
            )
        if type(quoted) is int and quoted > 0:
            row = self._database.row("messages_quotes", quoted, ("key_id",))
            reply = text(row[0]) if row else None
        return (
            place,
            state,
            chat,
            sender,
            self._names.get(sender) if sender else None,
            (other,) if other and direction == "outgoing" else None,
            direction,
            what,
            said or None,
            stamp,
            received if direction == "incoming" else None,
            None,
            None,
            1_000_000 if type(stamp) is int and stamp % 1_000 == 0 else 1_000,
            text(key),
            reply,
            attachments,
        )
