"""Gajim's history: logs.db (SQLite) of Gajim 0.9 to 1.8.

Facts: the CREATE statements and the constants of kinds in Gajim's own storage module of those years. `jids.type` 1 is a
room; `logs.kind` 0 presence of a contact, 1 of somebody in a room, 2 a room's message, 3 and 4 received, 5 and 6 sent, 7 an
error, 8 and 9 files. Times are seconds since 1970 UTC. `account_id` (since 1.0) names the own account's row in `jids`; older
databases do not say whose they are. A jid of a room with a name behind `/` is somebody in that room, of whom no more is
known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from safelight.inspect.model import Group
from safelight.parsers.chat_services import occupant, private_chat
from safelight.parsers.json_values import number, text
from safelight.parsers.known_columns import GAJIM
from safelight.parsers.model import Emitted, Subject, Variant
from safelight.parsers.observed import Observed
from safelight.parsers.row_blocks import SECONDS, RowBlocks
from safelight.parsers.sqlite_file import Database
from safelight.traces import epochs
from safelight.traces.model import Account, Conversation, Message, State, Trace
from safelight.traces.networks import jabber

NETWORK: Final = "xmpp"
_LOGS: Final = (
    "jid_id", "contact_name", "time", "kind", "message", "subject", "account_id", "stanza_id", "message_id",
)  # fmt: skip
_ROW: Final = (
    "place", "state", "conversation", "sender", "sender_name", "recipients", "direction", "kind", "text", "subject",
    "sent", "native_id",
)  # fmt: skip
_GC_STATUS, _GC_MESSAGE, _RECEIVED, _SENT, _ROOM = 1, 2, (3, 4, 8), (5, 6, 9), 1


class Gajim:
    """Gajim's logs.db."""

    name = "gajim"
    version = 2
    title = "Gajim history (logs.db)"
    variants: tuple[Variant, ...] = (
        Variant(
            "logs.db", "documentation", "tables logs and jids; Gajim 0.9 to 0.16, which account is not stated"
        ),
        Variant("logs.db with accounts", "documentation", "column logs.account_id; Gajim 1.0 to 1.8"),
    )
    emits: tuple[type[Trace], ...] = (Account, Conversation, Message)

    def accepts(self, mime: str, group: Group, size: int) -> bool:
        """SQLite databases."""
        return mime == "application/vnd.sqlite3"

    def recognise(self, subject: Subject) -> Variant | None:
        """By its two tables."""
        database = Database.of(subject)
        if not database or not database.has("logs", "jid_id", "contact_name", "time", "kind", "message"):
            return None
        if not database.has("jids", "jid_id", "jid"):
            return None
        return self.variants[1 if database.has("logs", "account_id") else 0]

    def parse(self, subject: Subject, variant: Variant) -> Iterable[Emitted]:
        """Messages in the order of the database, deleted ones after the live ones."""
        database = Database.of(subject)
        assert database
        yield from database.unknown(GAJIM)
        yield from _History(database).emitted()
        yield from database.troubles()


class _History:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen = Observed(NETWORK)
        self._jids: dict[Any, tuple[str, bool]] = {}
        self._talked: dict[str, Conversation] = {}
        self._rows = RowBlocks(Message, _ROW, {"sent": SECONDS}, network=NETWORK, precision_us=1_000_000)
        rooms = set()
        for _, row, jid, kind in database.rows("jids", ("jid_id", "jid", "type")):
            if written := text(jid):
                self._jids[row] = (written, kind == _ROOM)
                if kind == _ROOM:
                    rooms.add(jabber(written))
        self._rooms = rooms

    def emitted(self) -> Iterator[Emitted]:
        """Everything."""
        for batch in self._database.batches("logs", _LOGS):
            for row in batch:
                self._line(f"logs:{row[0]}", "live", row[1:])
            yield from self._rows.full()
        for found in self._database.recovered({"logs": _LOGS}):
            self._line(found.place, "recovered", found.values)
            yield from self._rows.full()
        yield from self._rows.rest()
        yield from self._talked.values()
        yield from self._seen.traces()

    def _native(self, jid: str) -> str:
        """Normal form; somebody in a room keeps the name there."""
        bare, slash, name = jid.partition("/")
        return occupant(bare, name) if slash and jabber(bare) in self._rooms else jabber(jid)

    def _line(self, place: str, state: State, values: Sequence[Any]) -> None:
        jid_id, name, time, kind, message, subject, account_id, stanza, message_id = values
        jid, room = self._jids.get(jid_id, ("", False))
        shown = text(name)
        if kind == 0 or not (jid or shown):
            return  # a contact came online, went away: no conversation
        room = room or kind in (_GC_STATUS, _GC_MESSAGE)
        own = self._jids.get(account_id)
        owner = self._native(own[0]) if own else None
        other = self._native(jid) if jid else None
        sent = epochs.unix_seconds(number(time))
        sender, direction, to = None, None, None
        if room:
            conversation = jabber(jid) if jid else f"local:jid:{jid_id}"
            sender = occupant(jid, shown) if shown and jid and kind == _GC_MESSAGE else None
        else:
            conversation = private_chat(owner, other) if other else f"local:jid:{jid_id}"
            if kind in _SENT:
                sender, direction, to = owner, "outgoing", other
            elif kind in _RECEIVED:
                sender, direction, to = other, "incoming", owner
        if sender:
            self._seen.see(
                sender, shown if sender != owner else None, "nick" if room else "display name", place, sent
            )
        if owner:
            self._seen.see(owner, None, None, place, owner=True)
        self._rows.add(
            (
                place,
                state,
                conversation,
                sender,
                shown,
                (to,) if to else None,
                direction,
                "text" if kind == _GC_MESSAGE or kind in _SENT or kind in _RECEIVED else "system",
                text(message),
                text(subject),
                number(time),
                text(message_id) or text(stanza),
            )
        )
        if conversation not in self._talked:
            self._talked[conversation] = Conversation(
                place=place,
                network=NETWORK,
                conversation=conversation,
                title=None,
                kind="group" if room else "direct",
                members=None if room else tuple(one for one in (owner, other) if one) or None,
            )
