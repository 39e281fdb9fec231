"""Kik on an iPhone: the Core Data store kik.sqlite.

Facts: the file of plaso's test data (Kik of 2015) and the descriptions of plaso's and iLEAPP's Kik parsers. `ZTYPE` 1 is
received, 2 sent, others what Kik itself said; `ZUSER` of a received message is who sent it, of a sent one the chat's other
end. Which chat a message belongs to stands in a join table whose name carries the model's numbers (`Z_3MESSAGES`), and of a
chat's last and last seen message in the row itself (`ZLASTMESSAGECHAT`, `ZCHATEXTRA`). Times are seconds since 2001 UTC.
Whose telephone it is stands nowhere in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from safelight.parsers.json_values import dumped, number, text
from safelight.parsers.model import Emitted
from safelight.parsers.observed import Observed
from safelight.parsers.row_blocks import COCOA, RowBlocks
from safelight.parsers.sqlite_file import Database
from safelight.parsers.sqlite_join import Beside
from safelight.traces import epochs
from safelight.traces.model import Conversation, GroupMembership, MediaShare, Message, State
from safelight.traces.networks import direct, normal

NETWORK = "kik"

MESSAGES = ("Z_PK", "ZTYPE", "ZUSER", "ZTIMESTAMP", "ZRECEIVEDTIMESTAMP", "ZBODY", "ZSTANZAID")
#: Of the chat's last and last seen message; taken away from it when there is a newer one.
LAST = ("ZLASTMESSAGECHAT", "ZCHATEXTRA")
_GROUP = "@groups.kik.com"
_RECEIVED, _SENT = 1, 2

_ROW = (
    "place", "state", "conversation", "sender", "sender_name", "recipients", "direction", "kind", "text", "markup", "sent",
    "received", "native_id", "attachments",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _User:
    jid: str
    name: str | None
    group: bool


class KikIos:
    """What one kik.sqlite says."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.seen = Observed(NETWORK)
        self._users: dict[Any, _User] = {}
        self._chats: dict[Any, _User] = {}
        self._seen_last: dict[Any, Any] = {}
        self._rows = RowBlocks(
            Message, _ROW, {"sent": COCOA, "received": COCOA}, network=NETWORK, precision_us=1_000
        )

    def emitted(self) -> Iterator[Emitted]:
        """Everything, messages in the order of the store."""
        yield from self._people()
        yield from self._members()
        yield from self._messages()
        yield from self.seen.traces()

    def _people(self) -> Iterator[Conversation]:
        columns = ("ZJID", "ZUSERNAME", "ZDISPLAYNAME", "ZEMAIL", "ZSTATUS", "ZGROUPTAG")
        for rowid, jid, user, shown, mail, status, tag in self._database.rows("ZKIKUSER", columns):
            native = text(jid)
            if not native:
                continue
            account = normal(NETWORK, native)
            group = account.endswith(_GROUP)
            self._users[rowid] = _User(account, text(shown) or text(user), group)
            if group:
                yield Conversation(
                    place=f"ZKIKUSER:{rowid}",
                    network=NETWORK,
                    conversation=account,
                    title=text(shown) or text(tag),
                    kind="group",
                    members=self._listed(rowid),
                )
                continue
            profile = dumped({key: value for key, value in (("status", text(status)),) if value})
            self.seen.see(account, None, None, f"ZKIKUSER:{rowid}", profile=profile)
            for name, kind in ((user, "user name"), (shown, "display name"), (mail, "e-mail")):
                if found := text(name):
                    self.seen.see(account, found, kind, f"ZKIKUSER:{rowid}")
        for rowid, user in self._database.rows("ZKIKCHAT", ("ZUSER",)):
            if other := self._users.get(user):
                self._chats[rowid] = other
                if not other.group:
                    yield Conversation(
                        place=f"ZKIKCHAT:{rowid}",
                        network=NETWORK,
                        conversation=direct(NETWORK, None, other.jid),
                        title=other.name,
                        kind="direct",
                        members=(other.jid,),
                    )

        for rowid, chat in self._database.rows("ZKIKCHATEXTRA", ("ZCHAT",)):
            self._seen_last[rowid] = self._chats.get(chat)

    def _pairs(self, what: str) -> Iterator[tuple[int, str, Any, Any]]:
        """(rowid, table, group, user) of a join table of users with users."""
        for name in self._database.tables:
            if found := re.fullmatch(rf"z_(\d+){what}", name):
                n = found[1]
                inverse = what.removesuffix("inverse")
                for rowid, group, user in self._database.rows(
                    name, (f"Z_{n}{inverse}INVERSE", f"Z_{n}{inverse}")
                ):
                    yield rowid, self._database.tables[name].name, group, user

    def _listed(self, group: Any) -> tuple[str, ...] | None:
        jids = {}
        for row in self._database.rows("ZKIKUSER", ("ZJID",)):
            jids[row[0]] = text(row[1])
        found = [
            normal(NETWORK, jid)
            for _, _, one, other in self._pairs("members")
            for side, user in ((one, other), (other, one))
            if side == group and user != group and (jid := jids.get(user))
        ]
        return tuple(found) or None

    def _members(self) -> Iterator[GroupMembership]:
        admins = {
            frozenset((one, other)): (table, rowid)
            for rowid, table, one, other in self._pairs("adminsinverse")
        }
        for rowid, table, one, other in self._pairs("members"):
            role = "admin" if admins.pop(frozenset((one, other)), None) else None
            yield from self._member(f"{table}:{rowid}", one, other, role)
        for pair, (table, rowid) in admins.items():
            one, *others = pair
            if others:
                yield from self._member(f"{table}:{rowid}", one, others[0], "admin")

    def _member(self, place: str, one: Any, other: Any, role: str | None) -> Iterator[GroupMembership]:
        where, who = self._users.get(one), self._users.get(other)
        if where and who and where.group != who.group:
            yield GroupMembership(
                place=place,
                network=NETWORK,
                conversation=where.jid if where.group else who.jid,
                account=who.jid if where.group else where.jid,
                role=role,
            )

    # -- messages ------------------------------------------------------------------------------------------------------

    def _join_table(self) -> tuple[str, str, str] | None:
        """The table that says to which chat a message belongs, its columns of messages and of chats."""
        for name, table in self._database.tables.items():
            if re.fullmatch(r"z_\d+messages", name):
                columns = {column.name for column in table.columns}
                chat = next((column for column in columns if re.fullmatch(r"Z_\d+CHAT", column)), None)
                message = next((column for column in columns if re.fullmatch(r"Z_\d+MESSAGES", column)), None)
                if chat and message:
                    return name, message, chat
        return None

    def _messages(self) -> Iterator[Emitted]:
        join = self._join_table()
        chats = Beside(self._database.ordered(join[0], join[1], (join[2],)) if join else iter(()))
        attached = Beside(
            self._database.ordered("ZKIKATTACHMENT", "ZMESSAGE", ("ZCONTENT", "ZTYPE", "ZTIMESTAMP"))
        )
        for row in self._database.rows("ZKIKMESSAGE", (*MESSAGES, *LAST)):
            chat = chats.one(row[0])
            known = self._chats.get(chat[2]) if chat else None
            yield from self._message(f"ZKIKMESSAGE:{row[0]}", "live", row[1:], known, attached.of(row[0]))
            yield from self._rows.full()
        yield from self._recovered(join)
        yield from self._rows.rest()

    def _recovered(self, join: tuple[str, str, str] | None) -> Iterator[Emitted]:
        """Deleted messages with what else of them survived: the rows that say which chat they belong to, attachments."""
        wanted: dict[str, Sequence[str]] = {"ZKIKATTACHMENT": ("ZMESSAGE", "ZCONTENT", "ZTYPE", "ZTIMESTAMP")}
        if join:
            wanted[join[0]] = join[1:]
        chats: dict[Any, _User | None] = {}
        files: dict[Any, list[Sequence[Any]]] = {}
        for found in self._database.recovered(
            {**wanted, "ZKIKMESSAGE": MESSAGES}, beside={"ZKIKMESSAGE": LAST}
        ):
            if join and found.table == join[0]:
                chats[found.values[0]] = self._chats.get(found.values[1])
            elif found.table == "ZKIKATTACHMENT":
                files.setdefault(text(found.values[1]), []).append((found.place, *found.values))
            else:
                own = found.values[0]
                chat = chats.get(own) if own is not None else None
                # A picture's message holds the content's name as its text.
                attached = files.pop(text(found.values[5]), ()) if found.values[5] else ()
                yield from self._message(found.place, "recovered", found.values, chat, attached)
                yield from self._rows.full()

    def _message(
        self,
        place: str,
        state: State,
        values: Sequence[Any],
        chat: _User | None,
        files: Sequence[Sequence[Any]],
    ) -> Iterator[MediaShare]:
        _, kind, user, sent, received, body, stanza, last_of, seen_last_of = values
        who = self._users.get(user)
        chat = chat or self._chats.get(last_of) or self._seen_last.get(seen_last_of)
        if chat is None and who and (who.group or kind == _SENT):
            chat = who  # the other end itself; the sender of a received message may have written in any chat
        if chat:
            conversation = chat.jid if chat.group else direct(NETWORK, None, chat.jid)
        else:
            conversation = f"local:user:{who.jid if who else user}"
        sender = who if kind == _RECEIVED and who and not who.group else None
        direction = "incoming" if kind == _RECEIVED else "outgoing" if kind == _SENT else None
        if sender and sender.name:
            self.seen.see(sender.jid, sender.name, "display name", place, epochs.cocoa(number(sent)))
        written = text(body)
        contents = [(row[0], content, row[4]) for row in files if (content := text(row[2]))]
        media = bool(contents) and written in {content for _, content, _ in contents}
        self._rows.add(
            (
                place,
                state,
                conversation,
                sender.jid if sender else None,
                sender.name if sender else None,
                (chat.jid,) if chat and not chat.group and direction == "outgoing" else None,
                direction,
                "media" if media else "text" if direction else "system",
                None if media else written,
                written if media else None,
                sent,
                received if direction == "incoming" else None,
                text(stanza),
                dumped([{"name": content} for _, content, _ in contents]),
            )
        )
        for rowid, content, at in contents:
            yield MediaShare(
                place=rowid if type(rowid) is str else f"ZKIKATTACHMENT:{rowid}",
                network=NETWORK,
                state=state,
                conversation=conversation,
                account=sender.jid if sender else None,
                message_place=place,
                name=content,
                at=epochs.cocoa(number(at)),
                direction=direction,
            )
