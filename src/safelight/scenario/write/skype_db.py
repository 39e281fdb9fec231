"""Skype's main.db as the desktop program of 2013 to 2016 keeps it (schema 6.6): messages, calls, file transfers, contacts.

What stands in which column is as in a real database (plaso's test data) and as read by public tools (plaso, SkypeXtractor).
Times are Unix seconds.
"""

from __future__ import annotations

import hashlib
import xml.sax.saxutils
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from safelight.scenario.media import picture
from safelight.scenario.world import Conversation, FilePlan, Message, Record, World
from safelight.scenario.write.database import Database, Row, schema
from safelight.scenario.write.order import held_calls, in_order
from safelight.scenario.write.remnants import Value
from safelight.scenario.write.skype_calls import Calls

_LIBRARY = 3_007_009
_SECOND_US = 1_000_000
#: Messages.type
_TEXT, _EMOTE, _FILE = 61, 60, 68
#: Rowids: objects of all tables share one count; messages begin here.
_FIRST = 1_000_000
_COUNTRY = {
    "Europe/Oslo": "no",
    "Asia/Manila": "ph",
    "Europe/London": "gb",
    "Australia/Sydney": "au",
    "America/Chicago": "us",
}


def write(world: World, plan: FilePlan, root: Path, record: Record) -> None:
    """Write main.db; with rows deleted in a log (or the option `wal`) a main.db-wal beside it."""
    assert plan.owner is not None
    _Main(world, plan, root, record).write()


class _Main:
    def __init__(self, world: World, plan: FilePlan, root: Path, record: Record) -> None:
        self._world, self._plan, self._record = world, plan, record
        assert plan.owner is not None
        self._owner = world.accounts[plan.owner]
        log = "wal" in plan.removed.values() or "wal" in plan.options
        self._db = Database(
            root / plan.path, schema("skype_6_6"), log=log, library=_LIBRARY, first=_FIRST, salt=world.seed
        )
        self._next = count(11).__next__
        self._convo: dict[int, int] = {}
        self._calls = Calls(self._db, world, plan, record, self._next)

    def write(self) -> None:
        """The tables in the order in which the program fills them."""
        plan, world = self._plan, self._world
        self._account()
        for conversation in plan.conversations:
            self._conversation(world.conversations[conversation])
        for call in held_calls(world, plan):
            if world.calls[call].conversation in self._convo:
                self._calls.add(world.calls[call], self._convo[world.calls[call].conversation])
        removed: list[Message] = []
        for message in in_order(world, plan):
            removal = plan.removed.get(message.id)
            self._db.message(message, lambda rowid, m=message: self._rows(m, rowid), removal)  # type: ignore[misc]
            if removal is None:
                self._say(message)
            else:
                removed.append(message)
        there = self._db.finish()
        for message in removed:
            if message.id in there:
                self._say(message, "recovered")

    def _say(self, message: Message, state: str = "live") -> None:
        author = self._world.accounts[message.sender]
        at = self._seconds(message.sent_us)
        self._record.message(
            self._plan,
            self._plan.path,
            message,
            sender=author.native_id,
            sender_name=author.name_at(message.sent_us),
            utc_us=at * _SECOND_US,
            wall_us=None,
            text=message.text or None,
            state="recovered" if state == "recovered" else "live",
            precision_us=_SECOND_US,
        )

    def _seconds(self, us: int) -> int:
        return self._plan.stamp(us) // _SECOND_US

    def _account(self) -> None:
        person = self._world.persons[self._owner.owners[0]]
        name = self._owner.names[-1].name
        self._db.add("DbMeta", {"key": "cur_schema_name", "value": "base 1.0"})
        self._db.add(
            "AppSchemaVersion",
            {
                "ClientVersion": "0/6.6.0.106//_checksum_3768521794",
                "SQLiteSchemaVersion": 66,
                "SchemaUpdateType": 3,
            },
        )
        self._db.add(
            "Accounts",
            {
                "id": 1,
                "is_permanent": 1,
                "status": 7,
                "skypename": self._owner.native_id,
                "fullname": name,
                "languages": person.language,
                "country": _COUNTRY.get(person.zone),
                "city": person.city,
                "phone_mobile": person.phone,
                "emails": person.mail,
                "timezone": 61_200,
                "availability": 2,
                "profile_timestamp": self._seconds(self._owner.names[-1].since_us),
            },
        )
        self._record.account(self._plan, self._plan.path, self._owner.index, name)
        inside = {
            member
            for number in self._plan.conversations
            for member in self._world.conversations[number].members
        }
        for account in sorted(inside | set(self._plan.contacts)):
            if account != self._owner.index and self._world.accounts[account].network == "skype":
                self._contact(account)

    def _contact(self, account: int) -> None:
        one = self._world.accounts[account]
        person = self._world.persons[one.owners[0]]
        name = one.names[-1].name
        given = self._world.contact_name(self._plan.owner, account) if account % 3 == 0 else None
        self._db.add(
            "Contacts",
            {
                "id": self._next(),
                "is_permanent": 1,
                "type": 1,
                "skypename": one.native_id,
                "fullname": name,
                "displayname": given or name,
                "given_displayname": given,
                "languages": person.language,
                "city": person.city,
                "availability": 1,
                "buddystatus": 3,
                "isauthorized": 1,
            },
        )
        self._record.account(self._plan, self._plan.path, account, name)

    def _partner(self, conversation: Conversation) -> str | None:
        """The other end of a conversation of two; None in a group."""
        if conversation.kind != "direct":
            return None
        others = [member for member in conversation.members if member != self._owner.index]
        return self._world.accounts[others[0]].native_id

    def _chatname(self, conversation: Conversation) -> str:
        partner = self._partner(conversation)
        if partner is None:
            return conversation.native_id
        mark = hashlib.sha256(conversation.native_id.encode()).hexdigest()[:16]
        return f"#{self._owner.native_id}/${partner};{mark}"

    def _conversation(self, conversation: Conversation) -> None:
        row = self._convo[conversation.index] = self._next()
        partner = self._partner(conversation)
        creator = self._world.accounts[conversation.members[0]].native_id
        name = conversation.title
        if partner is not None:
            others = [member for member in conversation.members if member != self._owner.index]
            name = self._world.accounts[others[0]].names[-1].name
        self._db.add(
            "Conversations",
            {
                "id": row,
                "is_permanent": 1,
                "identity": partner or conversation.native_id,
                "type": 1 if partner else 2,
                "displayname": name,
                "meta_topic": None if partner else conversation.title,
                "creator": None if partner else creator,
                "creation_timestamp": self._seconds(conversation.start_us),
                "last_activity_timestamp": self._seconds(conversation.end_us),
                "my_status": 8,
                "is_p2p_migrated": 1,
            },
        )
        for member in conversation.members:
            self._db.add(
                "Participants",
                {
                    "id": self._next(),
                    "is_permanent": 1,
                    "convo_id": row,
                    "identity": self._world.accounts[member].native_id,
                    "rank": 1 if member == conversation.members[0] and not partner else 3,
                    "text_status": 2,
                    "voice_status": 0,
                    "video_status": 0,
                },
            )
            if member != self._owner.index:
                self._record.account(
                    self._plan, self._plan.path, member, self._world.accounts[member].names[-1].name
                )
        chat: dict[str, Value] = {
            "id": self._next(),
            "is_permanent": 1,
            "name": self._chatname(conversation),
            "friendlyname": name,
            "timestamp": self._seconds(conversation.start_us),
            "activity_timestamp": self._seconds(conversation.end_us),
            "dialog_partner": partner,
            "type": 2 if partner else 4,
            "mystatus": 5,
            "participants": " ".join(self._world.accounts[one].native_id for one in conversation.members),
            "topic": None if partner else conversation.title,
            "conv_dbid": row,
        }
        self._db.add("Chats", chat)

    def _guid(self, message: Message) -> bytes:
        """The same at both ends, as Skype's is."""
        return hashlib.sha256(f"skype {self._world.seed} {message.id}".encode()).digest()

    def _rows(self, message: Message, rowid: int) -> Sequence[Row]:
        conversation = self._world.conversations[message.conversation]
        author = self._world.accounts[message.sender]
        mine = message.sender == self._owner.index
        at = self._seconds(message.sent_us)
        body = xml.sax.saxutils.escape(message.text, {'"': "&quot;", "'": "&apos;"})
        kind = _EMOTE if message.kind == "action" else _TEXT
        rows: list[Row] = []
        if message.media is not None:
            kind = _FILE
            size = len(picture(message.media))
            name = xml.sax.saxutils.escape(message.media.name)
            body = f'<files alt="{body}"><file size="{size}" index="0">{name}</file></files>'
            partner = self._partner(conversation) or conversation.native_id
            rows.append(
                (
                    "Transfers",
                    {
                        "id": rowid,
                        "is_permanent": 1,
                        "type": 2 if mine else 1,
                        "partner_handle": partner if mine else author.native_id,
                        "partner_dispname": None if mine else author.name_at(message.sent_us),
                        "status": 8,
                        "starttime": at,
                        "finishtime": at + 2,
                        "accepttime": at + 1,
                        "filepath": f"C:\\Users\\{self._owner.native_id}\\Downloads\\{message.media.name}",
                        "filename": message.media.name,
                        "filesize": str(size),
                        "bytestransferred": str(size),
                        "chatmsg_guid": self._guid(message),
                        "chatmsg_index": 0,
                        "convo_id": self._convo[conversation.index],
                    },
                )
            )
        edited = None if message.edited_us is None else self._seconds(message.edited_us)
        own: Row = (
            "Messages",
            {
                "id": rowid,
                "is_permanent": 1,
                "convo_id": self._convo[conversation.index],
                "chatname": self._chatname(conversation),
                "author": author.native_id,
                "from_dispname": author.name_at(message.sent_us),
                "guid": self._guid(message),
                "dialog_partner": self._partner(conversation),
                "timestamp": at,
                "type": kind,
                "sending_status": 2 if mine else None,
                "consumption_status": 0,
                "edited_by": None if edited is None else author.native_id,
                "edited_timestamp": edited,
                "body_xml": body,
                "participant_count": len(conversation.members),
                "chatmsg_type": 7 if kind == _FILE else 3,
                "chatmsg_status": 2 if mine else 4,
                "body_is_rawxml": 1,
                "crc": int.from_bytes(self._guid(message)[:4], "big"),
                "remote_id": int.from_bytes(self._guid(message)[4:8], "big"),
            },
        )
        return [own, *rows]
