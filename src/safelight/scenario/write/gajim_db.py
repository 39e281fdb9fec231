"""Gajim's logs.db (0.15 to 0.16): the chats of a computer's XMPP accounts.

Source of the format: Gajim's own scripts and documentation. Times are Unix seconds. The database says what was sent and what
was received, not from which account; in a room it has the speaker's nick.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from safelight.scenario.natives import between
from safelight.scenario.world import FilePlan, Message, Record, World
from safelight.scenario.write.database import Database, Row, schema
from safelight.scenario.write.order import in_order, own_end

_LIBRARY = 3_008_008
_SECOND_US = 1_000_000
#: logs.kind (gajim/common/logger.py): message in a room, message received, message sent.
_ROOM, _RECEIVED, _SENT = 2, 4, 6
#: jids.type: contact, room.
_CONTACT, _ROOM_JID = 0, 1


def write(world: World, plan: FilePlan, root: Path, record: Record) -> None:
    """Write logs.db."""
    _Gajim(world, plan, root, record).write()


class _Gajim:
    def __init__(self, world: World, plan: FilePlan, root: Path, record: Record) -> None:
        self._world, self._plan, self._record = world, plan, record
        self._db = Database(root / plan.path, schema("gajim_0_16"), log=False, library=_LIBRARY)
        self._jids: dict[int, int] = {}
        self._own: dict[int, int] = {}

    def write(self) -> None:
        """The contacts first, then the lines in order of time."""
        world, plan = self._world, self._plan
        for number in plan.conversations:
            talk = world.conversations[number]
            own = self._own[number] = own_end(world, plan, talk.members)
            row = self._jids[number] = len(self._jids) + 1
            jid = talk.native_id
            if talk.kind == "direct":
                other = next(member for member in talk.members if member != own)
                jid = world.accounts[other].native_id
                record_name = world.accounts[other].names[-1].name
                self._record.account(plan, plan.path, other, record_name)
            kind = _CONTACT if talk.kind == "direct" else _ROOM_JID
            self._db.add("jids", {"jid_id": row, "jid": jid, "type": kind})
        removed: list[Message] = []
        for message in in_order(world, plan):
            removal = plan.removed.get(message.id)
            self._db.message(message, lambda rowid, m=message: self._rows(m, rowid), removal)  # type: ignore[misc]
            if removal is None:
                self._say(message, False)
            else:
                removed.append(message)
        there = self._db.finish()
        for message in removed:
            if message.id in there:
                self._say(message, True)

    def _say(self, message: Message, recovered: bool) -> None:
        talk = self._world.conversations[message.conversation]
        own = self._own[message.conversation]
        sender = self._world.accounts[message.sender]
        direct = talk.kind == "direct"
        mine = message.sender == own
        other = next(self._world.accounts[member] for member in talk.members if member != own)
        self._record.message(
            self._plan,
            self._plan.path,
            message,
            sender=sender.native_id if direct and not mine else None,
            sender_name=None if direct else sender.name_at(message.sent_us),
            utc_us=self._plan.stamp(message.sent_us) // _SECOND_US * _SECOND_US,
            wall_us=None,
            text=message.text or None,
            state="recovered" if recovered else "live",
            conversation=between("?", other.native_id) if direct else None,
            precision_us=_SECOND_US,
        )

    def _rows(self, message: Message, rowid: int) -> Sequence[Row]:
        talk = self._world.conversations[message.conversation]
        mine = message.sender == self._own[message.conversation]
        direct = talk.kind == "direct"
        row = {
            "log_line_id": rowid,
            "jid_id": self._jids[talk.index],
            "contact_name": None if direct else self._world.accounts[message.sender].name_at(message.sent_us),
            "time": self._plan.stamp(message.sent_us) // _SECOND_US,
            "kind": (_SENT if mine else _RECEIVED) if direct else _ROOM,
            "message": message.text,
        }
        return [("logs", row)]
