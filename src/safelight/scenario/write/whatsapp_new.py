"""The tables of WhatsApp's msgstore.db of 2021 to 2023: `message` with rows of `jid` and `chat`, calls in `call_log`."""

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

#: call_log.call_result: not answered, connected.
_MISSED, _CONNECTED = 2, 5
#: message.status as in the old schema.
_INCOMING, _READ = 0, 13


class New:
    """Writes them. Whom nothing names (oneself in a group's messages) has the row 0."""

    def __init__(self, phone: Phone, path: Path) -> None:
        self._phone = phone
        self.db = Database(
            path, schema("whatsapp_2023"), log=phone.log, library=LIBRARY, vacuum=1, version=1, salt=5
        )
        self._jids: dict[str, int] = {}
        self._chats: dict[int, int] = {}
        self._calls = 0

    def _jid(self, address: str) -> int:
        if address not in self._jids:
            self._jids[address] = len(self._jids) + 1
            user, _, server = address.partition("@")
            row: dict[str, Value] = {"_id": self._jids[address], "user": user, "server": server, "agent": 0}
            kind = 1 if server == "g.us" else 0
            self.db.add("jid", {**row, "device": 0, "type": kind, "raw_string": address})
        return self._jids[address]

    def conversation(self, talk: Conversation) -> None:
        """chat, and of a group its other members."""
        phone = self._phone
        chat = self._chats[talk.index] = len(self._chats) + 1
        remote = self._jid(phone.remote(talk))
        self.db.add(
            "chat",
            {
                "_id": chat,
                "jid_row_id": remote,
                "hidden": 0,
                "subject": talk.title,
                "created_timestamp": phone.at(talk.start_us),
                "archived": 0,
                "sort_timestamp": phone.at(talk.end_us),
            },
        )
        if talk.kind == "direct":
            return
        for member in talk.members:
            if member != phone.own[talk.index]:
                user = self._jid(jid(phone.native(member)))
                row = {"group_jid_row_id": remote, "user_jid_row_id": user}
                self.db.add(
                    "group_participant_user",
                    {**row, "rank": 2 if member == talk.members[0] else 0, "pending": 0},
                )

    def _sender(self, message: Message) -> int:
        talk = self._phone.world.conversations[message.conversation]
        if self._phone.mine(message) or talk.kind == "direct":
            return 0
        return self._jid(jid(self._phone.native(message.sender)))

    def rows(self, message: Message, rowid: int) -> Sequence[Row]:
        """`message`, and what hangs on it: a picture, the answered message, that it was revoked or edited."""
        phone = self._phone
        talk = phone.world.conversations[message.conversation]
        chat = self._chats[talk.index]
        mine = phone.mine(message)
        at = phone.at(message.sent_us)
        row: dict[str, Value] = {
            "_id": rowid,
            "chat_row_id": chat,
            "from_me": int(mine),
            "key_id": message.native_id,
            "sender_jid_row_id": self._sender(message),
            "status": _READ if mine else _INCOMING,
            "broadcast": 0,
            "recipient_count": len(talk.members) - 1 if talk.kind != "direct" and mine else 0,
            "origination_flags": 0,
            "origin": 0,
            "timestamp": at,
            "received_timestamp": at if mine else at + 400,
            "receipt_server_timestamp": at + 300 if mine else -1,
            "message_type": TEXT,
            "text_data": message.text or None,
            "starred": 0,
            "lookup_tables": 0,
            "sort_id": rowid,
        }
        rows: list[Row] = [("message", row)]
        if message.deleted_us is not None:
            row |= {"message_type": REVOKED, "text_data": None}
            gone: dict[str, Value] = {"message_row_id": rowid, "revoked_key_id": message.native_id}
            rows.append(("message_revoked", {**gone, "revoke_timestamp": phone.at(message.deleted_us)}))
            return rows
        if message.media is not None:
            row["message_type"] = IMAGE
            size = len(picture(message.media))
            image: dict[str, Value] = {
                "message_row_id": rowid,
                "chat_row_id": chat,
                "transferred": 1,
                "file_path": f"Media/WhatsApp Images/{message.media.name}",
                "file_size": size,
                "mime_type": message.media.mime,
                "file_length": size,
                "media_name": message.media.name,
                "file_hash": file_hash(message.media),
            }
            rows.append(("message_media", image))
        answered = phone.answered(message)
        if answered is not None:
            quoted: dict[str, Value] = {
                "message_row_id": rowid,
                "chat_row_id": chat,
                "parent_message_chat_row_id": chat,
                "from_me": int(phone.mine(answered)),
                "sender_jid_row_id": self._sender(answered),
                "key_id": answered.native_id,
                "timestamp": phone.at(answered.sent_us),
                "message_type": IMAGE if answered.media else TEXT,
                "text_data": answered.text or None,
            }
            rows.append(("message_quoted", quoted))
        if message.edited_us is not None:
            edit: dict[str, Value] = {
                "message_row_id": rowid,
                "original_key_id": message.native_id,
                "edited_timestamp": phone.at(message.edited_us),
                "sender_timestamp": phone.at(message.edited_us),
            }
            rows.append(("message_edit_info", edit))
        return rows

    def call(self, call: Call) -> None:
        """call_log, and of a call with several their rows."""
        phone = self._phone
        talk = phone.world.conversations[call.conversation]
        own = phone.own[talk.index]
        mine = call.caller == own
        first = call.others[0] if mine else call.caller
        self._calls += 1
        result = _CONNECTED if call.answered else _MISSED
        row: dict[str, Value] = {
            "_id": self._calls,
            "jid_row_id": self._jid(jid(phone.native(first))),
            "from_me": int(mine),
            "call_id": f"call:{call.native_id}",
            "transaction_id": -1,
            "timestamp": phone.at(call.started_us),
            "video_call": int(call.kind == "video"),
            "duration": call.seconds,
            "call_result": result,
            "bytes_transferred": call.seconds * 6_000,
        }
        if talk.kind != "direct":
            row["group_jid_row_id"] = self._jid(phone.remote(talk))
        self.db.add("call_log", row)
        if len(call.others) > 1:
            for member in (call.caller, *call.others):
                if member != own:
                    part: dict[str, Value] = {
                        "call_log_row_id": self._calls,
                        "jid_row_id": self._jid(jid(phone.native(member))),
                    }
                    self.db.add("call_log_participant_v2", {**part, "call_result": result})
