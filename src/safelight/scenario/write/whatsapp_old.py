"""The tables of WhatsApp's msgstore.db of 2016 and 2017: everything in `messages`, addressed by `key_remote_jid`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from safelight.scenario.media import picture
from safelight.scenario.world import Call, Conversation, Message
from safelight.scenario.write.database import Database, Row, schema
from safelight.scenario.write.remnants import Value
from safelight.scenario.write.whatsapp_tables import (
    IMAGE,
    LIBRARY,
    REVOKED,
    TEXT,
    Phone,
    file_hash,
    jid,
)

#: messages.media_wa_type of calls: one that took place or was made, one that was missed; `media_caption` is audio or
#: video (so IPED reads them).
_CALL, _MISSED = 8, 10
#: messages.status: received by me, read by the other, a line of the app's own.
_INCOMING, _READ, _SYSTEM = 0, 13, 6
#: messages.edit_version of a revoked message.
_REVOKED_EDIT = 7


class Old:
    """Writes them. Calls are rows of `messages` as well and come first, as rows 2 and up; row 1 is a placeholder."""

    def __init__(self, phone: Phone, path: Path) -> None:
        self._phone = phone
        calls = len(phone.plan.calls)
        self.db = Database(
            path,
            schema("whatsapp_2016"),
            log=phone.log,
            library=LIBRARY,
            vacuum=1,
            version=1,
            first=1 + calls,
            salt=4,
        )
        placeholder: dict[str, Value] = {"_id": 1, "key_remote_jid": "-1", "key_from_me": 0, "key_id": "-1"}
        self.db.add("messages", {**placeholder, "status": -1, "needs_push": 0, "timestamp": 0})
        self._call_row = 1
        self._quotes = 0

    def conversation(self, talk: Conversation) -> None:
        """chat_list, and of a group its members (the phone's own number stands as an empty text)."""
        phone = self._phone
        remote = phone.remote(talk)
        row: dict[str, Value] = {"key_remote_jid": remote, "sort_timestamp": phone.at(talk.end_us)}
        if talk.kind != "direct":
            row |= {"subject": talk.title, "creation": phone.at(talk.start_us)}
            for member in talk.members:
                own = member == phone.own[talk.index]
                self.db.add(
                    "group_participants",
                    {
                        "gjid": remote,
                        "jid": "" if own else jid(phone.native(member)),
                        "admin": int(member == talk.members[0]),
                        "pending": 0,
                        "sent_sender_key": 1,
                    },
                )
        self.db.add("chat_list", {**row, "archived": 0})

    def rows(self, message: Message, rowid: int) -> Sequence[Row]:
        """`messages`, and `messages_quotes` for an answer."""
        row = self._row(message, rowid)
        answered = self._phone.answered(message)
        if answered is None or message.deleted_us is not None:
            return [("messages", row)]
        self._quotes += 1
        row["quoted_row_id"] = self._quotes
        return [("messages", row), ("messages_quotes", self._row(answered, self._quotes))]

    def _row(self, message: Message, rowid: int) -> dict[str, Value]:
        phone = self._phone
        talk = phone.world.conversations[message.conversation]
        mine = phone.mine(message)
        at = phone.at(message.sent_us)
        row: dict[str, Value] = {
            "_id": rowid,
            "key_remote_jid": phone.remote(talk),
            "key_from_me": int(mine),
            "key_id": message.native_id,
            "status": _READ if mine else _INCOMING,
            "needs_push": 0,
            "data": message.text or None,
            "timestamp": at,
            "media_wa_type": str(TEXT),
            "media_size": 0,
            "media_duration": 0,
            "origin": 0,
            "latitude": 0.0,
            "longitude": 0.0,
            "remote_resource": None if mine or talk.kind == "direct" else jid(phone.native(message.sender)),
            "received_timestamp": at + 400 if not mine else at,
            "send_timestamp": -1,
            "receipt_server_timestamp": at + 300 if mine else -1,
            "receipt_device_timestamp": at + 900 if mine else -1,
            "recipient_count": len(talk.members) - 1 if talk.kind != "direct" and mine else 0,
            "starred": None,
        }
        if message.media is not None:
            row |= {
                "data": None,
                "media_mime_type": message.media.mime,
                "media_wa_type": str(IMAGE),
                "media_size": len(picture(message.media)),
                "media_name": message.media.name,
                "media_caption": message.text or None,
                "media_hash": file_hash(message.media),
            }
        if message.deleted_us is not None:
            row |= {"data": None, "media_wa_type": str(REVOKED), "edit_version": _REVOKED_EDIT}
        return row

    def call(self, call: Call) -> None:
        """A line of the conversation."""
        phone = self._phone
        talk = phone.world.conversations[call.conversation]
        self._call_row += 1
        mine = call.caller == phone.own[talk.index]
        at = phone.at(call.started_us)
        self.db.add(
            "messages",
            {
                "_id": self._call_row,
                "key_remote_jid": phone.remote(talk),
                "key_from_me": int(mine),
                "key_id": f"call:{call.native_id}",
                "status": _SYSTEM,
                "needs_push": 0,
                "timestamp": at,
                "media_wa_type": str(_CALL if call.answered or mine else _MISSED),
                "media_size": 0,
                "media_caption": call.kind,
                "media_duration": call.seconds,
                "origin": 0,
                "remote_resource": None if mine or talk.kind == "direct" else jid(phone.native(call.caller)),
                "received_timestamp": at,
                "send_timestamp": -1,
                "receipt_server_timestamp": -1,
                "receipt_device_timestamp": -1,
            },
        )
