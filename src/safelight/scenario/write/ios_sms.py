"""The iPhone's sms.db of iOS 9 (SMS and iMessage), with its log beside it, as iOS keeps it.

What stands in which column follows public descriptions of the database (plaso, iLEAPP). Times are whole seconds since 2001.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from safelight.scenario.media import picture
from safelight.scenario.world import Conversation, FilePlan, Message, Record, World
from safelight.scenario.write.core_data import EPOCH_US, stable_uuid
from safelight.scenario.write.database import Database, Row, schema
from safelight.scenario.write.order import in_order, own_end
from safelight.scenario.write.remnants import Value

_LIBRARY = 3_008_008
_SECOND_US = 1_000_000
_SERVICE = {"phone": "SMS", "imessage": "iMessage"}
_DIRECT, _GROUP = 45, 43


def write(world: World, plan: FilePlan, root: Path, record: Record) -> None:
    """Write sms.db and sms.db-wal."""
    _Sms(world, plan, root, record).write()


class _Sms:
    def __init__(self, world: World, plan: FilePlan, root: Path, record: Record) -> None:
        self._world, self._plan, self._record = world, plan, record
        self._file = root / plan.path
        self._db = Database(
            self._file, schema("ios_sms_9"), log=True, library=_LIBRARY, vacuum=2, salt=world.seed + 2
        )
        self._handles: dict[tuple[str, str], int] = {}
        self._chats: dict[int, int] = {}
        self._own: dict[int, int] = {}

    def write(self) -> None:
        """Chats and their members first, then the messages in order of time."""
        world, plan = self._world, self._plan
        properties = {"_ClientVersion": "9009", "counter_in_all": "0", "counter_out_all": "0"}
        for key, value in properties.items():
            self._db.add("_SqliteDatabaseProperties", {"key": key, "value": value})
        for number in plan.conversations:
            self._chat(world.conversations[number])
        removed: list[Message] = []
        for message in in_order(world, plan):
            removal = plan.removed.get(message.id)
            self._db.message(message, lambda rowid, m=message: self._rows(m, rowid), removal)  # type: ignore[misc]
            if removal is None:
                self._say(message, False)
                if message.media is not None:
                    self._keep(message)
            else:
                removed.append(message)
        there = self._db.finish()
        for message in removed:
            if message.id in there:
                self._say(message, True)

    def _say(self, message: Message, recovered: bool) -> None:
        sender = self._world.accounts[message.sender]
        self._record.message(
            self._plan,
            self._plan.path,
            message,
            sender=sender.native_id,
            sender_name=None,
            utc_us=self._at(message.sent_us) * _SECOND_US + EPOCH_US,
            wall_us=None,
            text=message.text or None,
            state="recovered" if recovered else "live",
            precision_us=_SECOND_US,
        )

    def _at(self, us: int) -> int:
        return (self._plan.stamp(us) - EPOCH_US) // _SECOND_US

    def _keep(self, message: Message) -> None:
        """The picture where iOS keeps it: below the folder of the database."""
        assert message.media is not None
        guid = stable_uuid("attachment", self._world.seed, message.id).upper()
        folder = self._file.parent / f"Attachments/{guid[:2].lower()}/{message.id % 16:02d}/{guid}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / message.media.name).write_bytes(picture(message.media))

    def _login(self, account: int) -> str:
        native = self._world.accounts[account].native_id
        return ("E:" if "@" in native else "P:") + native

    def _handle(self, account: int, service: str) -> int:
        native = self._world.accounts[account].native_id
        key = (native, service)
        if key not in self._handles:
            self._handles[key] = len(self._handles) + 1
            country = "no" if native.startswith("+47") else "ph" if native.startswith("+63") else None
            row: dict[str, Value] = {"ROWID": self._handles[key], "id": native, "country": country}
            self._db.add("handle", {**row, "service": service, "uncanonicalized_id": None})
            self._record.account(self._plan, self._plan.path, account, None)
        return self._handles[key]

    def _chat(self, talk: Conversation) -> None:
        service = _SERVICE[talk.network]
        own = self._own[talk.index] = own_end(self._world, self._plan, talk.members)
        others = [member for member in talk.members if member != own]
        direct = talk.kind == "direct"
        name = self._world.accounts[others[0]].native_id if direct else talk.native_id
        chat = self._chats[talk.index] = len(self._chats) + 1
        self._db.add(
            "chat",
            {
                "ROWID": chat,
                "guid": f"{service};{'-' if direct else '+'};{name}",
                "style": _DIRECT if direct else _GROUP,
                "state": 3,
                "account_id": stable_uuid("account", self._login(own)).upper(),
                "chat_identifier": name,
                "service_name": service,
                "room_name": None if direct else name,
                "account_login": self._login(own),
                "last_addressed_handle": self._world.accounts[own].native_id,
                "display_name": talk.title,
                "group_id": stable_uuid("group", talk.native_id).upper(),
            },
        )
        for member in others:
            self._db.add("chat_handle_join", {"chat_id": chat, "handle_id": self._handle(member, service)})
        self._record.account(self._plan, self._plan.path, own, None)

    def _rows(self, message: Message, rowid: int) -> Sequence[Row]:
        talk = self._world.conversations[message.conversation]
        service = _SERVICE[talk.network]
        own = self._own[talk.index]
        mine = message.sender == own
        at = self._at(message.sent_us)
        login = self._login(own)
        media = message.media
        direct = talk.kind == "direct"
        other = next(member for member in talk.members if member != own)
        row: dict[str, Value] = {
            "ROWID": rowid,
            "guid": message.native_id or stable_uuid("sms", self._plan.exhibit, message.id).upper(),
            "text": ("\ufffc" if media else "") + message.text,
            "handle_id": self._handle(message.sender, service)
            if not mine
            else self._handle(other, service)
            if direct
            else 0,
            "country": "no",
            "version": 10,
            "service": service,
            "account": login[0].lower() + login[1:],
            "account_guid": stable_uuid("account", login).upper(),
            "date": at,
            "date_read": 0 if mine else at + 20,
            "date_delivered": at + 1 if mine and service == "iMessage" else 0,
            "is_delivered": int(mine),
            "is_finished": 1,
            "is_from_me": int(mine),
            "is_read": int(not mine),
            "is_sent": int(mine),
            "cache_has_attachments": int(media is not None),
            "cache_roomnames": None if direct else talk.native_id,
        }
        rows: list[Row] = [
            ("message", row),
            ("chat_message_join", {"chat_id": self._chats[talk.index], "message_id": rowid}),
        ]
        if media is not None:
            guid = stable_uuid("attachment", self._world.seed, message.id).upper()
            name = media.name
            folder = f"Library/SMS/Attachments/{guid[:2].lower()}/{message.id % 16:02d}/{guid}"
            attachment: dict[str, Value] = {
                "ROWID": rowid,
                "guid": guid,
                "created_date": at,
                "start_date": at,
                "filename": f"~/{folder}/{name}",
                "uti": "public.jpeg",
                "mime_type": media.mime,
                "transfer_state": 5,
                "is_outgoing": int(mine),
                "transfer_name": name,
                "total_bytes": len(picture(media)),
            }
            rows.append(("attachment", attachment))
            rows.append(("message_attachment_join", {"message_id": rowid, "attachment_id": rowid}))
        return rows
