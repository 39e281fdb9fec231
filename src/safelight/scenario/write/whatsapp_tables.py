"""What both schemas of WhatsApp's database share: the phone that is written, ids, and the messages that may be answered."""

from __future__ import annotations

import base64
import hashlib
from collections import deque
from collections.abc import Sequence
from typing import Protocol

from safelight.scenario.media import picture
from safelight.scenario.world import Call, Conversation, FilePlan, Media, Message, World
from safelight.scenario.write.database import Database, Row

LIBRARY = 3_008_006
#: Where the app keeps pictures, below the root of the phone.
IMAGES = "data/media/0/WhatsApp/Media/WhatsApp Images"
#: Kinds of messages: text, picture, revoked; of calls (old schema).
TEXT, IMAGE, REVOKED = 0, 1, 15
#: How many messages of a conversation are kept in mind, to be answered.
_RECENT = 64


def jid(native: str) -> str:
    """The app's address of an account or a group: a number is written without its plus."""
    return native if "@" in native else f"{native.removeprefix('+')}@s.whatsapp.net"


def file_hash(media: Media) -> str:
    """SHA-256 of the picture as the app writes it (base64)."""
    return base64.b64encode(hashlib.sha256(picture(media)).digest()).decode()


class Phone:
    """Whose database it is, and what was said last."""

    def __init__(self, world: World, plan: FilePlan) -> None:
        self.world, self.plan = world, plan
        self.own: dict[int, int] = {}
        self.log = "wal" in plan.removed.values() or "wal" in plan.options
        self._recent: dict[int, deque[Message]] = {}

    def at(self, us: int) -> int:
        """Milliseconds as the phone's clock gave them."""
        return self.plan.stamp(us) // 1_000

    def remember(self, message: Message) -> None:
        """Keep a message in mind, since a later one may answer it."""
        self._recent.setdefault(message.conversation, deque(maxlen=_RECENT)).append(message)

    def answered(self, message: Message) -> Message | None:
        """The message that this one answers, if it was written here."""
        if message.reply_to is None:
            return None
        recent = self._recent.get(message.conversation, ())
        return next((one for one in recent if one.id == message.reply_to), None)

    def mine(self, message: Message) -> bool:
        """Whether the phone's owner sent it."""
        return message.sender == self.own[message.conversation]

    def native(self, account: int) -> str:
        """An account's number."""
        return self.world.accounts[account].native_id

    def remote(self, talk: Conversation) -> str:
        """The address of a conversation: of the other one, or of the group."""
        if talk.kind != "direct":
            return jid(talk.native_id)
        other = next(member for member in talk.members if member != self.own[talk.index])
        return jid(self.native(other))


class Tables(Protocol):
    """One schema."""

    db: Database

    def conversation(self, talk: Conversation) -> None: ...

    def rows(self, message: Message, rowid: int) -> Sequence[Row]: ...

    def call(self, call: Call) -> None: ...
