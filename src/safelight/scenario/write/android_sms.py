"""Android's mmssms.db (database version 57): SMS, and MMS where a picture is attached.

What stands in which column is as in a real database (plaso's test data) and in Android's own documentation of its telephony
provider. The database does not say which number its own phone has. Times of SMS are milliseconds since 1970, those of MMS
seconds; `date` is the phone's own, `date_sent` of an incoming message the network's.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from safelight.scenario.media import picture
from safelight.scenario.natives import between
from safelight.scenario.world import Conversation, FilePlan, Message, Record, World
from safelight.scenario.write.database import Database, Row, schema
from safelight.scenario.write.order import in_order, own_end
from safelight.scenario.write.remnants import Value

_LIBRARY = 3_007_011
_SECOND_US = 1_000_000
_INBOX, _SENT = 1, 2
#: pdu.m_type: m-retrieve-conf, m-send-req. addr.type: from, to (WAP-209).
_RETRIEVED, _SENT_PDU = 132, 128
_FROM, _TO = 137, 151
#: What stands for the phone's own number.
_TOKEN = "insert-address-token"
_UTF_8 = 106


def write(world: World, plan: FilePlan, root: Path, record: Record) -> None:
    """Write mmssms.db, and the pictures of MMS where Android keeps them (`app_parts`)."""
    _Sms(world, plan, root, record).write()


class _Sms:
    def __init__(self, world: World, plan: FilePlan, root: Path, record: Record) -> None:
        self._world, self._plan, self._record = world, plan, record
        self._file = root / plan.path
        self._db = Database(
            self._file, schema("android_mmssms_57"), log=False, library=_LIBRARY, vacuum=1, version=57
        )
        self._threads: dict[int, int] = {}
        self._other: dict[int, int] = {}

    def write(self) -> None:
        """Threads and their addresses first, then the messages in order of time."""
        world, plan = self._world, self._plan
        self._db.add("android_metadata", {"locale": "nb_NO"})
        for number in plan.conversations:
            self._thread(world.conversations[number])
        removed: list[Message] = []
        for message in in_order(world, plan):
            removal = plan.removed.get(message.id)
            self._db.message(message, lambda rowid, m=message: self._rows(m, rowid), removal)  # type: ignore[misc]
            if removal is None:
                self._say(message, False)
                if message.media is not None:
                    folder = self._file.parent.parent / "app_parts"
                    folder.mkdir(parents=True, exist_ok=True)
                    (folder / self._part(message)).write_bytes(picture(message.media))
            else:
                removed.append(message)
        there = self._db.finish()
        for message in removed:
            if message.id in there:
                self._say(message, True)

    def _say(self, message: Message, recovered: bool) -> None:
        other = self._other[message.conversation]
        native = self._world.accounts[other].native_id
        at, precision = self._plan.stamp(message.sent_us), 1_000
        if message.sender == other:
            at = message.sent_us  # the network says when it was sent, to the second
        if message.sender == other or message.media is not None:
            precision = _SECOND_US
            at -= at % _SECOND_US
        self._record.message(
            self._plan,
            self._plan.path,
            message,
            sender=native if message.sender == other else None,
            sender_name=None,
            utc_us=at,
            wall_us=None,
            text=message.text or None,
            state="recovered" if recovered else "live",
            conversation=between("?", native),
            precision_us=precision,
        )

    def _part(self, message: Message) -> str:
        assert message.media is not None
        return f"PART_{self._plan.stamp(message.sent_us) // 1_000}_{message.media.name}"

    def _thread(self, talk: Conversation) -> None:
        own = own_end(self._world, self._plan, talk.members)
        other = next(member for member in talk.members if member != own)
        thread = self._threads[talk.index] = len(self._threads) + 1
        self._other[talk.index] = other
        native = self._world.accounts[other].native_id
        self._db.add("canonical_addresses", {"_id": thread, "address": native})
        row: dict[str, Value] = {"_id": thread, "date": self._plan.stamp(talk.end_us) // 1_000}
        self._db.add("threads", {**row, "recipient_ids": str(thread)})
        self._record.account(self._plan, self._plan.path, other, None)

    def _rows(self, message: Message, rowid: int) -> Sequence[Row]:
        other = self._other[message.conversation]
        native = self._world.accounts[other].native_id
        mine = message.sender != other
        thread = self._threads[message.conversation]
        at = self._plan.stamp(message.sent_us) // 1_000
        sent = 0 if mine else message.sent_us // _SECOND_US
        if message.media is not None:
            return self._mms(message, rowid, thread, native, mine, sent)
        row: dict[str, Value] = {
            "_id": rowid,
            "thread_id": thread,
            "address": native,
            "date": at,
            "date_sent": sent * 1_000,
            "protocol": None if mine else 0,
            "read": 1,
            "status": -1,
            "type": _SENT if mine else _INBOX,
            "reply_path_present": None if mine else 0,
            "body": message.text,
            "service_center": None if mine else "+4792001000",
            "seen": 1,
        }
        return [("sms", row)]

    def _mms(
        self, message: Message, rowid: int, thread: int, native: str, mine: bool, sent: int
    ) -> Sequence[Row]:
        assert message.media is not None
        at = self._plan.stamp(message.sent_us) // _SECOND_US
        pdu: dict[str, Value] = {
            "_id": rowid,
            "thread_id": thread,
            "date": at,
            "date_sent": sent,
            "msg_box": _SENT if mine else _INBOX,
            "read": 1,
            "m_id": f"{message.id:016X}@mms.example.net",
            "ct_t": "application/vnd.wap.multipart.related",
            "m_type": _SENT_PDU if mine else _RETRIEVED,
            "v": 18,
            "seen": 1,
        }
        ends = ((_FROM, _TOKEN if mine else native), (_TO, native if mine else _TOKEN))
        rows: list[Row] = [("pdu", pdu)]
        for nth, (kind, address) in enumerate(ends):
            row: dict[str, Value] = {"_id": rowid * 2 + nth, "msg_id": rowid, "address": address}
            rows.append(("addr", {**row, "type": kind, "charset": _UTF_8}))
        folder = "/data/data/com.android.providers.telephony/app_parts"
        image: dict[str, Value] = {
            "_id": rowid * 2,
            "mid": rowid,
            "seq": 0,
            "ct": message.media.mime,
            "name": message.media.name,
            "cl": message.media.name,
            "_data": f"{folder}/{self._part(message)}",
        }
        rows.append(("part", image))
        if message.text:
            said: dict[str, Value] = {"_id": rowid * 2 + 1, "mid": rowid, "seq": 0, "ct": "text/plain"}
            rows.append(("part", {**said, "chset": _UTF_8, "cl": "text_0.txt", "text": message.text}))
        return rows
