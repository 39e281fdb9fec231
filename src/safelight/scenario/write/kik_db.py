"""Kik's kik.sqlite on an iPhone, 2015 (a Core Data store), with its log beside it, as iOS keeps it.

What stands in which column is as in a real database (plaso's test data). Times are seconds since 2001. That the first user
is the phone's own is known of real databases, but nothing in the file says so: what was sent has no sender.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from safelight.scenario.natives import between
from safelight.scenario.world import Conversation, FilePlan, Message, Record, World
from safelight.scenario.write.core_data import add_metadata, seconds, stable_uuid
from safelight.scenario.write.database import Database, Row, schema
from safelight.scenario.write.order import in_order
from safelight.scenario.write.remnants import Value

_LIBRARY = 3_008_005
_RECEIVED, _SENT = 1, 2
#: ZKIKUSER.ZFLAGS: the phone's own user, somebody with a chat, anybody else.
_OWN, _TALKED, _OTHER = 258, 257, 256


def write(world: World, plan: FilePlan, root: Path, record: Record) -> None:
    """Write kik.sqlite and kik.sqlite-wal."""
    _Kik(world, plan, root, record).write()


class _Kik:
    def __init__(self, world: World, plan: FilePlan, root: Path, record: Record) -> None:
        assert plan.owner is not None
        self._world, self._plan, self._record = world, plan, record
        self._owner = plan.owner
        self._db = Database(
            root / plan.path,
            schema("kik_ios_2015"),
            log=True,
            library=_LIBRARY,
            vacuum=2,
            salt=world.seed + 1,
        )
        self._users: dict[int, int] = {}
        self._count = 0
        self._chats: dict[int, tuple[int, int]] = {}

    def write(self) -> None:
        """Users and chats first, then the messages in order of time."""
        world, plan = self._world, self._plan
        talks = [world.conversations[number] for number in plan.conversations]
        self._user(self._owner, _OWN)
        for talk in talks:
            for member in talk.members:
                if member not in self._users:
                    self._user(member, _TALKED if talk.kind == "direct" else _OTHER)
        for account in plan.contacts:
            if account not in self._users and world.accounts[account].network == "kik":
                self._user(account, _OTHER)
        for talk in talks:
            self._chat(talk)
        most = sum(talk.count for talk in talks)
        add_metadata(
            self._db,
            plan.path,
            {
                "KikAttachment": most,
                "KikAttachmentExtra": 0,
                "KikChat": len(talks),
                "KikChatExtra": len(talks),
                "KikMessage": most,
                "KikUser": self._count,
                "KikUserExtra": self._count,
            },
        )
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
        sender = self._world.accounts[message.sender]
        talk = self._world.conversations[message.conversation]
        mine = message.sender == self._owner
        other = next(self._world.accounts[member] for member in talk.members if member != self._owner)
        self._record.message(
            self._plan,
            self._plan.path,
            message,
            sender=None if mine else sender.native_id,
            sender_name=None if mine else sender.names[-1].name,
            utc_us=self._plan.stamp(message.sent_us),
            wall_us=None,
            text=message.text or None,
            state="recovered" if recovered else "live",
            conversation=between("?", other.native_id) if talk.kind == "direct" else None,
            precision_us=1_000,
        )

    def _add_user(self, jid: str, name: str | None, user: str | None, flags: int) -> int:
        self._count += 1
        first, _, last = (name or "").partition(" ")
        person = user is not None
        self._db.add(
            "ZKIKUSER",
            {
                "Z_PK": self._count,
                "Z_ENT": 6,
                "Z_OPT": 2,
                "ZADDRESSBOOKID": 0,
                "ZFLAGS": flags,
                "ZINTERNALID": 0,
                "ZPRESENCE": 1,
                "ZTYPE": 1,
                "ZEXTRA": self._count,
                "ZDISPLAYNAME": name,
                "ZDISPLAYNAMEASCII": name.upper() if name else None,
                "ZFIRSTNAME": first if person else None,
                "ZLASTNAME": (last or None) if person else None,
                "ZJID": jid,
                "ZUSERNAME": user,
            },
        )
        extra = {"Z_PK": self._count, "Z_ENT": 7, "Z_OPT": 1, "ZLOCALFLAGS": flags, "ZUSER": self._count}
        self._db.add("ZKIKUSEREXTRA", extra)
        return self._count

    def _user(self, account: int, flags: int) -> None:
        one = self._world.accounts[account]
        name = one.names[-1].name
        user = one.user or one.native_id.partition("@")[0].rpartition("_")[0]
        self._users[account] = self._add_user(one.native_id, name, user, flags)
        self._record.account(self._plan, self._plan.path, account, name)

    def _chat(self, talk: Conversation) -> None:
        if talk.kind == "direct":
            other = next(member for member in talk.members if member != self._owner)
            user = self._users[other]
        else:
            user = self._add_user(talk.native_id, talk.title, None, _TALKED)
            for member in talk.members:
                if member != self._owner:
                    self._db.add("Z_6MEMBERS", {"Z_6MEMBERSINVERSE": user, "Z_6MEMBERS": self._users[member]})
            self._db.add(
                "Z_6ADMINSINVERSE", {"Z_6ADMINS": self._users[talk.members[0]], "Z_6ADMINSINVERSE": user}
            )
        chat = len(self._chats) + 1
        self._chats[talk.index] = (chat, user)
        self._db.add(
            "ZKIKCHAT",
            {
                "Z_PK": chat,
                "Z_ENT": 3,
                "Z_OPT": 2,
                "ZFLAGS": 18,
                "ZEXTRA": chat,
                "ZUSER": user,
                "ZDATEUPDATED": seconds(self._plan.stamp(talk.end_us)),
            },
        )
        self._db.add("ZKIKCHATEXTRA", {"Z_PK": chat, "Z_ENT": 4, "Z_OPT": 2, "ZCHAT": chat})

    def _rows(self, message: Message, rowid: int) -> Sequence[Row]:
        chat, user = self._chats[message.conversation]
        mine = message.sender == self._owner
        at = seconds(self._plan.stamp(message.sent_us))
        content = stable_uuid("kik", self._world.seed, message.id)
        media = message.media is not None
        own: dict[str, Value] = {
            "Z_PK": rowid,
            "Z_ENT": 5,
            "Z_OPT": 2,
            "ZFLAGS": 0,
            "ZINTERNALID": 0,
            "ZSTATE": 30 if mine else 16,
            "ZSYSTEMSTATE": 0 if mine else 12,
            "ZTYPE": _SENT if mine else _RECEIVED,
            "ZUSER": user if mine else self._users[message.sender],
            "ZRECEIVEDTIMESTAMP": at,
            "ZTIMESTAMP": at,
            "ZBODY": message.text or (content if media else ""),
            "ZSTANZAID": message.native_id or stable_uuid("stanza", self._world.seed, message.id),
        }
        rows: list[Row] = [
            ("ZKIKMESSAGE", own),
            ("Z_3MESSAGES", {"Z_3CHAT": chat, "Z_5MESSAGES": rowid}),
        ]
        if media:
            rows.append(
                (
                    "ZKIKATTACHMENT",
                    {
                        "Z_PK": rowid,
                        "Z_ENT": 1,
                        "Z_OPT": 1,
                        "ZFLAGS": 4,
                        "ZINTERNALID": 0,
                        "ZRETRYCOUNT": 0,
                        "ZSTATE": 0,
                        "ZTYPE": 6,
                        "ZMESSAGE": rowid,
                        "ZTIMESTAMP": at,
                        "ZCONTENT": content,
                    },
                )
            )
        return rows
