"""Kik: kik.sqlite of an iPhone (`kik_ios.py`) and kikDatabase.db of an Android telephone.

Facts of the Android form: the CREATE statement of `KIKcontactsTable` and the columns of `messagesTable`, `memberTable` and
`KIKContentTable` as the app makes them, and the descriptions in ALEAPP and in "Practical Mobile Forensics". `bin_id` is the
conversation, `partner_jid` the other end (in a group: who wrote), `was_me` 1 what the owner wrote, `uid` the stanza's id;
times are milliseconds since 1970 UTC. A content's properties are rows of `KIKContentTable`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from safelight.inspect.model import Group
from safelight.parsers.json_values import dumped, number, text, whole
from safelight.parsers.kik_ios import KikIos
from safelight.parsers.known_columns import KIK
from safelight.parsers.model import Emitted, Subject, Variant
from safelight.parsers.observed import Observed
from safelight.parsers.row_blocks import MILLIS, RowBlocks
from safelight.parsers.sqlite_file import Database, refuse_encrypted
from safelight.traces import epochs
from safelight.traces.model import (
    Account,
    Contact,
    Conversation,
    GroupMembership,
    MediaShare,
    Message,
    State,
    Trace,
)
from safelight.traces.networks import direct, normal

NETWORK = "kik"

MESSAGES = ("body", "partner_jid", "was_me", "uid", "timestamp", "bin_id", "sys_msg", "content_id")
_GROUP = "@groups.kik.com"

_ROW = (
    "place", "state", "conversation", "sender", "sender_name", "recipients", "direction", "kind", "text", "sent",
    "native_id", "attachments",
)  # fmt: skip

_IOS = Variant(
    "kik.sqlite (iOS)", "real files", "Core Data tables ZKIKMESSAGE and ZKIKUSER; a file of plaso's test data"
)
_ANDROID = Variant(
    "kikDatabase.db (Android)",
    "documentation",
    "messagesTable and KIKcontactsTable; the app's CREATE statements, ALEAPP",
)


class Kik:
    """Kik's database on a telephone."""

    name = "kik"
    version = 2
    title = "Kik"
    variants: tuple[Variant, ...] = (_IOS, _ANDROID)
    emits: tuple[type[Trace], ...] = (Account, Contact, Conversation, GroupMembership, MediaShare, Message)

    def accepts(self, mime: str, group: Group, size: int) -> bool:
        """SQLite databases, and files of unknown type for encrypted ones."""
        return mime in ("application/vnd.sqlite3", "application/octet-stream")

    def recognise(self, subject: Subject) -> Variant | None:
        """The tables of either platform."""
        refuse_encrypted(subject, {"kik.sqlite", "kikdatabase.db"}, "Kik")
        database = Database.of(subject)
        if database is None:
            return None
        if database.has("ZKIKMESSAGE", "ZBODY", "ZUSER", "ZTYPE"):
            return _IOS
        return (
            _ANDROID if database.has("messagesTable", "body", "partner_jid", "was_me", "timestamp") else None
        )

    def parse(self, subject: Subject, variant: Variant) -> Iterable[Emitted]:
        """People, conversations, messages; deleted ones after the live ones."""
        database = Database.of(subject)
        assert database
        yield from KikIos(database).emitted() if variant is _IOS else _Android(database).emitted()
        yield from database.unknown(KIK)
        yield from database.troubles()


class _Android:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen = Observed(NETWORK)
        self._names: dict[str, str | None] = {}
        self._normal: dict[str, str] = {}
        self._members: dict[str, list[tuple[int, str, bool]]] = {}
        for rowid, group, member, admin in database.rows(
            "memberTable", ("group_id", "member_jid", "is_admin")
        ):
            chat, account = self._jid(group), self._jid(member)
            if chat and account:
                self._members.setdefault(chat, []).append((rowid, account, admin == 1))

    def _jid(self, written: Any) -> str | None:
        native = written if type(written) is str else text(written)
        if not native:
            return None
        found = self._normal.get(native)
        if found is None:
            found = self._normal[native] = normal(NETWORK, native)
        return found

    def emitted(self) -> Iterator[Emitted]:
        yield from self._people()
        yield from self._messages()
        yield from self._seen.traces()

    def _people(self) -> Iterator[Emitted]:
        columns = (
            "jid",
            "display_name",
            "user_name",
            "in_roster",
            "is_group",
            "is_blocked",
            "group_hashtag",
            "local_name",
        )
        for rowid, *values in self._database.rows("KIKcontactsTable", columns):
            yield from self._person(f"KIKcontactsTable:{rowid}", "live", values)
        for found in self._database.recovered({"KIKcontactsTable": columns}):
            yield from self._person(found.place, "recovered", found.values)

    def _person(self, place: str, state: State, values: Sequence[Any]) -> Iterator[Emitted]:
        jid, shown, user, roster, group, blocked, tag, local = values
        account = self._jid(jid)
        if account is None:
            return
        if group == 1 or account.endswith(_GROUP):
            members = self._members.get(account, [])
            yield Conversation(
                place=place,
                network=NETWORK,
                state=state,
                conversation=account,
                title=text(shown) or text(tag),
                kind="group",
                members=tuple(member for _, member, _ in members) or None,
            )
            for rowid, member, admin in members if state == "live" else ():
                yield GroupMembership(
                    place=f"memberTable:{rowid}",
                    network=NETWORK,
                    conversation=account,
                    account=member,
                    role="admin" if admin else None,
                )
            return
        self._names.setdefault(account, text(shown) or text(user))
        self._seen.see(account, None, None, place)
        for name, kind in ((user, "user name"), (shown, "display name"), (local, "address book")):
            if found := text(name):
                self._seen.see(account, found, kind, place)
        if roster == 1:
            yield Contact(
                place=place,
                network=NETWORK,
                state=state,
                contact=account,
                name=text(local) or text(shown) or text(user),
                detail='{"blocked":true}' if blocked == 1 else None,
            )

    def _contents(self) -> dict[Any, dict[str, Any]]:
        """Properties of the contents that were sent: they grow with pictures sent, not with messages."""
        found: dict[Any, dict[str, Any]] = {}
        for _, content, name, value in self._database.rows(
            "KIKContentTable", ("content_id", "content_name", "content_string")
        ):
            if (key := text(name)) in ("file-name", "file-size", "file-url", "app-name"):
                found.setdefault(content, {})[str(key)] = text(value)
        return found

    def _messages(self) -> Iterator[Emitted]:
        rows = RowBlocks(Message, _ROW, {"sent": MILLIS}, network=NETWORK, precision_us=1_000)
        contents = self._contents()
        talked: dict[str, str] = {}
        for batch in self._database.batches("messagesTable", MESSAGES):
            for row in batch:
                yield from self._message(f"messagesTable:{row[0]}", "live", row[1:], contents, rows, talked)
            yield from rows.full()
        for found in self._database.recovered({"messagesTable": MESSAGES}):
            yield from self._message(found.place, "recovered", found.values, contents, rows, talked)
            yield from rows.full()
        yield from rows.rest()
        for other, place in talked.items():
            yield Conversation(
                place=place,
                network=NETWORK,
                conversation=direct(NETWORK, None, other),
                title=self._names.get(other),
                kind="direct",
                members=(other,),
            )

    def _message(
        self,
        place: str,
        state: State,
        values: Sequence[Any],
        contents: dict[Any, dict[str, Any]],
        rows: RowBlocks,
        talked: dict[str, str],
    ) -> Iterator[MediaShare]:
        body, partner, mine, uid, stamp, where, system, content = values
        other = self._jid(partner)
        chat = self._jid(where) or other
        group = bool(chat) and str(chat).endswith(_GROUP)
        conversation = chat if group and chat else direct(NETWORK, None, chat) if chat else "local:unknown"
        said = text(body)
        note = text(system)
        direction = None if note and not said else "outgoing" if mine == 1 else "incoming"
        sender = other if direction == "incoming" and other and not other.endswith(_GROUP) else None
        if chat and not group:
            talked.setdefault(chat, place)
        if sender:
            self._seen.see(
                sender, self._names.get(sender), "display name", place, epochs.unix_millis(number(stamp))
            )
        own = contents.get(content) if content else None
        described: dict[str, Any] = {
            "name": own.get("file-name") or text(content),
            "size": whole(own.get("file-size")),
            "path": own.get("file-url"),
            "text": own.get("app-name"),
        } if own else {"name": text(content)} if content else {}  # fmt: skip
        described = {key: value for key, value in described.items() if value is not None}
        rows.add(
            (
                place,
                state,
                conversation,
                sender,
                self._names.get(sender) if sender else None,
                (chat,) if chat and not group and direction == "outgoing" else None,
                direction,
                "system" if direction is None else "media" if described and not said else "text",
                said or note,
                stamp,
                text(uid),
                dumped([described]) if described else None,
            )
        )
        if described:
            yield MediaShare(
                place=place,
                network=NETWORK,
                state=state,
                conversation=conversation,
                account=sender,
                message_place=place,
                name=described.get("name"),
                path=described.get("path"),
                size=described.get("size"),
                at=epochs.unix_millis(number(stamp)),
                direction=direction,
            )
