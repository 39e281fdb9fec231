"""Skype's main.db: accounts, contacts, conversations, messages, calls and file transfers.

Facts: the file of plaso's test data (Skype 6) for tables and values; the SkypeKit reference for the numbers of
Message.TYPE, Conversation.TYPE and Transfer.TYPE; the descriptions of plaso's and IPED's Skype parsers. Times are seconds
since 1970 UTC (`registration_timestamp`: minutes). A message that was removed keeps its row with an empty body and who
removed it when; an edited one holds its last form only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from safelight.inspect.model import Group
from safelight.parsers import skype_body, skype_content
from safelight.parsers.json_values import dumped, number, real, text, whole
from safelight.parsers.known_columns import SKYPE
from safelight.parsers.model import Emitted, Remark, Subject, Variant
from safelight.parsers.observed import Observed
from safelight.parsers.row_blocks import SECONDS, RowBlocks
from safelight.parsers.sqlite_file import Database, refuse_encrypted
from safelight.traces import epochs
from safelight.traces.model import (
    Account,
    Call,
    Contact,
    Conversation,
    GroupMembership,
    MediaShare,
    Message,
    State,
    Trace,
)
from safelight.traces.networks import direct, normal

NETWORK = "skype"

MESSAGES = (
    "convo_id", "chatname", "author", "from_dispname", "guid", "dialog_partner", "timestamp", "type",
    "edited_timestamp", "body_xml", "identities", "reason", "body_is_rawxml",
)  # fmt: skip
CALLS = ("id", "begin_timestamp", "duration", "host_identity", "is_incoming", "name", "conv_dbid")
MEMBERS = ("call_db_id", "identity", "dispname", "call_duration", "videostatus")
TRANSFERS = (
    "type",
    "partner_handle",
    "partner_dispname",
    "starttime",
    "filepath",
    "filename",
    "filesize",
    "convo_id",
)
PROFILE = (
    "about", "birthday", "gender", "languages", "country", "province", "city", "homepage", "mood_text", "timezone",
)  # fmt: skip
PERSON = (
    "skypename",
    "fullname",
    "displayname",
    "emails",
    "phone_home",
    "phone_office",
    "phone_mobile",
    "profile_timestamp",
)

#: SkypeKit: what a message is, where it is not text.
_ADDED, _PUT_OUT, _LEFT, _EMOTE, _TEXT, _CONTACTS, _SMS, _FILES, _URI_OBJECT = (
    10,
    12,
    13,
    60,
    61,
    63,
    64,
    68,
    201,
)
_KINDS = {
    _TEXT: "text",
    _CONTACTS: "text",
    _SMS: "text",
    _EMOTE: "action",
    _FILES: "media",
    _URI_OBJECT: "media",
    50: "notice",
}
_DIALOG = 1
_TRANSFER_OUT = 2
_VIDEO = 3

_ROW = (
    "place", "state", "conversation", "sender", "sender_name", "recipients", "direction", "kind", "text", "markup", "sent",
    "edited", "deleted", "native_id", "reply_to", "attachments",
)  # fmt: skip

_CONVERSATIONS = Variant(
    "main.db with Conversations",
    "real files",
    "Skype 5 to 7: tables Messages and Conversations; a file of plaso's test data (Skype 6)",
)
_CHATS = Variant(
    "main.db with Chats only",
    "documentation",
    "Skype 4: table Chats and no Conversations; the descriptions of Skyperious and IPED",
)


class SkypeDb:
    """Skype's main.db."""

    name = "skype-db"
    version = 2
    title = "Skype main.db"
    variants: tuple[Variant, ...] = (_CONVERSATIONS, _CHATS)
    emits: tuple[type[Trace], ...] = (
        Account,
        Call,
        Contact,
        Conversation,
        GroupMembership,
        MediaShare,
        Message,
    )

    def accepts(self, mime: str, group: Group, size: int) -> bool:
        """SQLite databases, and files of unknown type for encrypted ones."""
        return mime in ("application/vnd.sqlite3", "application/octet-stream")

    def recognise(self, subject: Subject) -> Variant | None:
        """Skype's Messages table."""
        if "skype" in subject.path.lower():
            refuse_encrypted(subject, {"main.db"}, "Skype")
        database = Database.of(subject)
        if database is None or not database.has("Messages", "author", "body_xml", "chatname", "timestamp"):
            return None
        return _CONVERSATIONS if database.has("Conversations", "identity") else _CHATS

    def parse(self, subject: Subject, variant: Variant) -> Iterable[Emitted]:
        """Conversations, messages, calls, transfers; deleted ones after the live ones of each; contacts and accounts."""
        database = Database.of(subject)
        assert database
        reading = _Reading(database)
        yield from reading.conversations()
        yield from reading.messages()
        yield from reading.calls()
        yield from reading.transfers()
        yield from reading.contacts()
        yield from reading.seen.traces()
        for table in ("Voicemails", "VideoMessages", "LegacyMessages"):
            if next(database.rows(table, ()), None):
                yield Remark(f"the table {table} holds rows; this parser does not read them")
        yield from database.unknown(SKYPE)
        yield from database.troubles()


class _Reading:
    def __init__(self, database: Database) -> None:
        self._database = database
        self.seen = Observed(NETWORK)
        self._normal: dict[Any, str | None] = {None: None}
        self.owner: str | None = None
        for row in database.rows("Accounts", (*PERSON, *PROFILE)):
            account = self._account(row[1])
            self.owner = self.owner or account
            self._person(f"Accounts:{row[0]}", row[1:], owner=True)
        self._chats: dict[Any, tuple[str, tuple[str, ...] | None]] = {}
        self._groups: dict[int, Conversation] = {}
        self._first: dict[tuple[Any, Any], Any] = {}
        self._members: dict[Any, list[tuple[Any, ...]]] = {}
        for row in database.rows("Participants", ("convo_id", "identity", "adder", "rank")):
            self._members.setdefault(row[1], []).append((row[0], *row[2:]))

    def _account(self, written: Any) -> str | None:
        if written in self._normal:
            return self._normal[written]
        name = text(written)
        found = self._normal[written] = normal(NETWORK, name) if name else None
        return found

    def _person(self, place: str, values: Sequence[Any], *, owner: bool = False) -> str | None:
        skypename, fullname, displayname, emails, *phones, stamp = values[:8]
        account = self._account(skypename)
        since = epochs.unix_seconds(number(stamp))
        profile = dumped(
            {key: value for key, value in zip(PROFILE, values[8:], strict=False) if value and number(value)}
        )
        names = [(skypename, "user name"), (fullname, "full name"), (displayname, "display name")]
        names += [(word, "e-mail") for word in (text(emails) or "").split()]
        names += [(phone, "phone") for phone in phones]
        for written, kind in names:
            if name := text(written):
                self.seen.see(account, name, kind, place, since, owner=owner, profile=profile)
                profile = None
        return account

    # -- conversations -------------------------------------------------------------------------------------------------

    def conversations(self) -> Iterator[Emitted]:
        columns = (
            "identity",
            "type",
            "displayname",
            "given_displayname",
            "meta_topic",
            "creation_timestamp",
            "creator",
        )
        for rowid, identity, kind, title, given, topic, created, _ in self._database.rows(
            "Conversations", columns
        ):
            other = self._account(identity)
            if other is None:
                continue
            members = [one for row in self._members.get(rowid, ()) if (one := self._account(row[1]))]
            if kind == _DIALOG:
                self._chats[rowid] = direct(NETWORK, self.owner, other), (other,)
                members = members or [other]
            else:
                self._chats[rowid] = other, None
            yield Conversation(
                place=f"Conversations:{rowid}",
                network=NETWORK,
                conversation=self._chats[rowid][0],
                title=text(given) or text(topic) or text(title),
                kind="direct" if kind == _DIALOG else "group",
                members=tuple(dict.fromkeys(members)) or None,
                created=epochs.unix_seconds(number(created)),
            )
            if kind != _DIALOG:
                for participant, member, adder, rank in self._members.get(rowid, ()):
                    if account := self._account(member):
                        yield GroupMembership(
                            place=f"Participants:{participant}",
                            network=NETWORK,
                            conversation=other,
                            account=account,
                            by=self._account(adder or None),
                            role=text(rank),
                        )
        if not self._database.has("Conversations"):
            yield from self._chats_only()

    def _chats_only(self) -> Iterator[Conversation]:
        columns = ("name", "friendlyname", "topic", "participants", "dialog_partner", "timestamp", "type")
        for rowid, name, friendly, topic, participants, partner, created, _ in self._database.rows(
            "Chats", columns
        ):
            chat = text(name)
            if not chat:
                continue
            members = [one for word in (text(participants) or "").split() if (one := self._account(word))]
            other = self._account(text(partner))
            self._chats[chat] = (
                (direct(NETWORK, self.owner, other), (other,)) if other else (chat.lower(), None)
            )
            yield Conversation(
                place=f"Chats:{rowid}",
                network=NETWORK,
                conversation=self._chats[chat][0],
                title=text(topic) or text(friendly),
                kind="direct" if other else "group",
                members=tuple(members) or None,
                created=epochs.unix_seconds(number(created)),
            )

    def _chat(self, convo: Any, chatname: Any, partner: Any) -> tuple[str, tuple[str, ...] | None]:
        known = self._chats.get(convo) or self._chats.get(chatname)
        if known is None:
            other = self._account(partner or None)
            name = text(chatname)
            if other:
                known = direct(NETWORK, self.owner, other), (other,)
            else:
                known = (normal(NETWORK, name) if name else f"local:conversation:{convo}"), None
        return known

    # -- messages ------------------------------------------------------------------------------------------------------

    def messages(self) -> Iterator[Emitted]:
        times = {"sent": SECONDS, "edited": SECONDS, "deleted": SECONDS}
        rows = RowBlocks(Message, _ROW, times, network=NETWORK, precision_us=1_000_000)
        groups: list[GroupMembership] = []
        for batch in self._database.batches("Messages", MESSAGES):
            for row in batch:
                rows.add(self._message(f"Messages:{row[0]}", "live", row[1:], groups))
            yield from rows.full()
            yield from groups
            groups.clear()
        for found in self._database.recovered({"Messages": MESSAGES}):
            rows.add(self._message(found.place, "recovered", found.values, groups))
            yield from rows.full()
        yield from rows.rest()
        yield from groups

    def _message(
        self, place: str, state: State, values: Sequence[Any], groups: list[GroupMembership]
    ) -> tuple[Any, ...]:
        (
            convo,
            chatname,
            author,
            shown,
            guid,
            partner,
            stamp,
            kind,
            changed,
            body,
            identities,
            reason,
            rawxml,
        ) = values
        chat, others = self._chat(convo, chatname, partner)
        sender = self._normal[author] if author in self._normal else self._account(author)
        name = shown if type(shown) is str else text(shown)
        if sender and name and type(stamp) is int:
            key = (sender, name)
            before = self._first.get(key)
            if before is None or stamp < before:
                self._first[key] = stamp
                self.seen.see(sender, name, "display name", place, epochs.unix_seconds(stamp))
        direction = ("outgoing" if sender == self.owner else "incoming") if sender and self.owner else None
        said = markup = reply = files = None
        edited, deleted = changed, None
        if type(body) is not str:
            body = text(body)
        if body:
            said, reply, files = self._body(kind, body, rawxml)
            markup = body if said != body else None
        elif changed and kind in (_TEXT, _EMOTE, _FILES, _URI_OBJECT):
            edited, deleted = None, changed
            state = "deleted" if state == "live" else state
        if kind in (_ADDED, _PUT_OUT, _LEFT):
            groups.extend(_changes(self, place, state, kind, chat, sender, identities, stamp, reason))
        return (
            place,
            state,
            chat,
            sender,
            name or None,
            others if direction == "outgoing" else None,
            direction,
            _KINDS.get(kind, "system") if type(kind) is int else "text",
            said,
            markup,
            stamp,
            edited,
            deleted,
            guid.hex() if type(guid) is bytes and guid else None,
            reply,
            files,
        )

    def _body(self, kind: Any, body: str, rawxml: Any) -> tuple[str | None, str | None, str | None]:
        """(text, quoted guid, attachments) of a body."""
        if kind in (_FILES, _URI_OBJECT):
            return None, None, dumped(skype_body.files(body))
        if kind == _SMS:
            return skype_body.sms(body), None, None
        if kind == _CONTACTS:
            return skype_body.contacts(body), None, None
        if not rawxml or ("<" not in body and "&" not in body):
            return body, None, None
        return skype_content.plain(body)[0], skype_body.quoted(body), None

    # -- calls and files -----------------------------------------------------------------------------------------------

    def calls(self) -> Iterator[Emitted]:
        members: dict[Any, list[tuple[Any, ...]]] = {}
        for row in self._database.rows("CallMembers", MEMBERS):
            members.setdefault(row[1], []).append(row[2:])
        for row in self._database.rows("Calls", CALLS):
            yield self._call(f"Calls:{row[0]}", "live", row[1:], members.get(row[1], ()))
        for found in self._database.recovered({"Calls": CALLS}):
            yield self._call(found.place, "recovered", found.values, members.get(found.values[0], ()))

    def _call(
        self, place: str, state: State, values: Sequence[Any], members: Sequence[Sequence[Any]]
    ) -> Call:
        _, began, lasted, host, incoming, name, convo = values
        caller = self._account(host)
        others = []
        started = epochs.unix_seconds(number(began))
        longest = real(lasted)
        video = False
        direction: str | None
        for identity, shown, seconds, status in members:
            account = self._account(identity)
            self.seen.see(account, text(shown), "display name", place, started)
            if account and account != caller:
                others.append(account)
            longest = longest or real(seconds)
            video = video or status == _VIDEO
        if incoming == 1:
            direction = "incoming"
            if self.owner and self.owner != caller:
                others.append(self.owner)
        else:
            direction = (
                "outgoing"
                if caller and caller == self.owner
                else "incoming"
                if caller and self.owner
                else None
            )
        known = self._chats.get(convo)
        partners = [one for one in dict.fromkeys([*others, caller]) if one and one != self.owner]
        if known is None and len(partners) == 1 and self.owner:
            known = direct(NETWORK, self.owner, partners[0]), None
        return Call(
            place=place,
            network=NETWORK,
            state=state,
            conversation=known[0] if known else None,
            caller=caller,
            participants=tuple(dict.fromkeys(others)) or None,
            direction=direction,
            kind="video" if video else "audio",
            started=started,
            duration=longest,
            answered=True if longest else None,
            native_id=text(name),
        )

    def transfers(self) -> Iterator[Emitted]:
        for row in self._database.rows("Transfers", TRANSFERS):
            yield self._transfer(f"Transfers:{row[0]}", "live", row[1:])
        for found in self._database.recovered({"Transfers": TRANSFERS}):
            yield self._transfer(found.place, "recovered", found.values)

    def _transfer(self, place: str, state: State, values: Sequence[Any]) -> MediaShare:
        kind, handle, shown, began, path, name, size, convo = values
        partner = self._account(handle)
        at = epochs.unix_seconds(number(began))
        self.seen.see(partner, text(shown), "display name", place, at)
        known = self._chats.get(convo)
        if known is None and partner and partner != self.owner:
            known = direct(NETWORK, self.owner, partner), None
        outgoing = kind == _TRANSFER_OUT
        return MediaShare(
            place=place,
            network=NETWORK,
            state=state,
            conversation=known[0] if known else None,
            account=self.owner if outgoing else partner,
            name=text(name),
            path=text(path),
            size=whole(size),
            at=at,
            direction="outgoing" if outgoing else "incoming",
        )

    # -- people --------------------------------------------------------------------------------------------------------

    def contacts(self) -> Iterator[Contact]:
        own = ("given_displayname", "isblocked", "buddystatus", "assigned_comment")
        columns = (*PERSON, *PROFILE, *own)
        for row in self._database.rows("Contacts", columns):
            yield from self._contact(f"Contacts:{row[0]}", "live", row[1:])
        for found in self._database.recovered({"Contacts": columns}):
            yield from self._contact(found.place, "recovered", found.values)

    def _contact(self, place: str, state: State, values: Sequence[Any]) -> Iterator[Contact]:
        account = self._person(place, values)
        given, blocked, status, comment = values[-4:]
        detail = {
            "phones": [phone for phone in map(text, values[4:7]) if phone],
            "emails": (text(values[3]) or "").split(),
            "blocked": bool(blocked) or None,
            "buddystatus": status,
            "comment": text(comment),
        }
        if account:
            yield Contact(
                place=place,
                network=NETWORK,
                state=state,
                owner=self.owner,
                contact=account,
                name=text(given) or text(values[2]) or text(values[1]),
                detail=dumped({key: value for key, value in detail.items() if value}),
            )


def _changes(
    reading: _Reading,
    place: str,
    state: State,
    kind: int,
    chat: str,
    sender: str | None,
    identities: Any,
    stamp: Any,
    reason: Any,
) -> Iterator[GroupMembership]:
    """Who joined and who left by this message."""
    named = [one for word in (text(identities) or "").split() if (one := reading._account(word))]
    action = {_ADDED: "added", _PUT_OUT: "removed", _LEFT: "left"}[kind]
    for ordinal, account in enumerate([sender] if kind == _LEFT and sender else named):
        yield GroupMembership(
            place=place,
            ordinal=ordinal,
            network=NETWORK,
            state=state,
            conversation=chat,
            account=account,
            action=action,
            by=None if kind == _LEFT else sender,
            at=epochs.unix_seconds(number(stamp)),
            reason=text(reason),
        )
