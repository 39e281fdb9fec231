"""DiscordChatExporter's JSON: one channel, thread or direct conversation a file.

Sources: the exporter's documentation (github.com/Tyrrrz/DiscordChatExporter) and the description of its JSON that peer
tools publish (the DCEJSON format of DiscordChatExporter-frontend); the meaning of types, flags and ids from Discord's own
API documentation. Times carry an offset. A direct conversation keeps Discord's own number of it as its native id: it is
the same from both ends, and the export does not say whose account made it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from safelight.inspect.model import Group
from safelight.parsers.json_pieces import JsonPieces, beginning
from safelight.parsers.json_values import dumped, record, records, text, whole
from safelight.parsers.message_columns import MessageColumns
from safelight.parsers.model import Emitted, ParseFailed, Remark, Subject, Trouble, Variant
from safelight.traces.iso_text import moment
from safelight.traces.model import (
    Account,
    Call,
    Conversation,
    GroupMembership,
    MediaShare,
    Message,
    Trace,
)
from safelight.traces.moment import Moment

NETWORK = "discord"
_MILLISECOND = 1000
_NAMES = 1_000_000

_CHANNEL = Variant(
    "channel",
    "documentation",
    "`guild`, `channel` and `messages` (DiscordChatExporter 2.x, DCEJSON description)",
)
_TEXT_TYPES = frozenset(
    {"Default", "Reply", "0", "19", "20", "ChatInputCommand", "ContextMenuCommand", "ThreadStarterMessage"}
)
_KNOWN = frozenset({"guild", "channel", "dateRange", "exportedAt", "messages", "messageCount"})


class Discord:
    """A channel that DiscordChatExporter wrote as JSON."""

    name = "discord"
    version = 2
    title = "Discord channel (DiscordChatExporter JSON)"
    variants: tuple[Variant, ...] = (_CHANNEL,)
    emits: tuple[type[Trace], ...] = (Account, Conversation, Message, Call, GroupMembership, MediaShare)

    def accepts(self, mime: str, group: Group, size: int) -> bool:
        return mime in ("application/json", "text/plain")

    def recognise(self, subject: Subject) -> Variant | None:
        found = beginning(subject.head)
        guild, channel = record(found.get("guild")), record(found.get("channel"))
        return (
            _CHANNEL if {"id", "name"} <= guild.keys() and {"id", "type", "name"} <= channel.keys() else None
        )

    def parse(self, subject: Subject, variant: Variant) -> Iterator[Emitted]:
        with subject.open() as stream:
            reader = JsonPieces(stream)
            head: dict[str, Any] = {}
            later: int | None = None
            unknown = []
            failed: ParseFailed | None = None
            try:
                for key in reader.members():
                    if key == "messages" and reader.kind() == "[":
                        if "channel" in head and later is None:
                            yield from _Channel(head, subject.item_id).messages(reader)
                        else:
                            later = reader.offset
                            reader.skip()
                    elif key in ("guild", "channel"):
                        head[key] = record(reader.value())
                    elif key not in _KNOWN:
                        unknown.append(key)
            except ParseFailed as error:
                failed = error
            if later is not None:
                reader.jump(later)
                yield from _Channel(head, subject.item_id).messages(reader)
            if unknown:
                yield Remark(f"parts that are not known and were not read: {', '.join(sorted(unknown)[:20])}")
            if failed:
                raise failed


class _Channel:
    """One channel while its messages are read."""

    def __init__(self, head: dict[str, Any], item: str) -> None:
        self.guild, self.channel = record(head.get("guild")), record(head.get("channel"))
        self.conversation = text(self.channel.get("id")) or f"export:{item}"
        self._names: set[tuple[str, str, str]] = set()
        self._offset = "?"

    def messages(self, reader: JsonPieces) -> Iterator[Emitted]:
        yield from self._conversations()
        columns = MessageColumns(NETWORK, None, self.conversation, _MILLISECOND)
        index = 0
        try:
            for values in reader.batches():
                rows = []
                for value in values:
                    row = self._plain(f"$.messages[{index}]", value)
                    if row is not None:
                        rows.append(row)
                    else:
                        yield from self._traces(f"$.messages[{index}]", value)
                    index += 1
                yield from columns.add(rows)
        except ParseFailed:
            yield from columns.rest()
            raise
        yield from columns.rest()

    def _conversations(self) -> Iterator[Conversation]:
        kind = str(self.channel.get("type"))
        title = text(self.channel.get("name"))
        category = text(self.channel.get("category"))
        yield Conversation(
            place="$.channel",
            network=NETWORK,
            conversation=self.conversation,
            title=f"{category} / {title}" if category and title and category != title else title,
            kind="direct"
            if kind in ("DirectTextChat", "1")
            else "group"
            if kind in ("DirectGroupTextChat", "3")
            else "thread"
            if kind.endswith("Thread")
            else "channel",
        )
        guild = text(self.guild.get("id"))
        if guild and guild != "0":
            yield Conversation(
                place="$.guild",
                network=NETWORK,
                conversation=guild,
                title=text(self.guild.get("name")),
                kind="group",
            )

    def _plain(self, place: str, value: Any) -> tuple[Any, ...] | None:
        """The row of a message that is text and nothing else, by somebody whose names were told."""
        if type(value) is not dict:
            return None
        get = value.get
        author, said, when = get("author"), get("content"), get("timestamp")
        if (
            type(author) is not dict
            or get("type") not in ("Default", "Reply")
            or get("attachments")
            or get("stickers")
            or get("timestampEdited")
            or get("forwardedMessage")
            or type(said) is not str
            or type(when) is not str
        ):
            return None
        sender, nick, name = author.get("id"), author.get("nickname"), author.get("name")
        if (
            (sender, nick, name) not in self._names
            if type(sender) is type(nick) is type(name) is str
            else True
        ):
            return None
        if not when.endswith(self._offset):
            return None
        utc, wall = None, None
        if self._offset not in ("Z", "+00:00"):
            sent = moment(when)
            if sent is None or sent.utc_us is None:
                return None
            utc, wall = sent.utc_us, sent.wall_us
        reply = get("reference")
        return (
            place, sender, nick or name, None, None, said or None, None, utc, wall, when, text(get("id")),
            text(reply.get("messageId")) if type(reply) is dict else None, None,
        )  # fmt: skip

    def _traces(self, place: str, values: Any) -> Iterator[Emitted]:
        if not isinstance(values, dict):
            yield Trouble(
                place, "corrupt", f"not a message: {getattr(values, 'detail', type(values).__name__)}"
            )
            return
        author = record(values.get("author"))
        sender = text(author.get("id"))
        sent = moment(values.get("timestamp"))
        if self._offset == "?" and sent is not None and sent.utc_us is not None:
            # The first message shows in which zone the export was written; the exporter takes one for all.
            self._offset = "Z" if sent.text.endswith("Z") else sent.text[-6:]
        yield from self._told(place, [author, *records(values.get("mentions"))], sent)
        kind = str(values.get("type"))
        if kind in ("Call", "3"):
            yield self._call(place, values, sender, sent)
            return
        memberships = list(self._memberships(place, kind, values, sender, sent))
        if memberships:
            yield from memberships
            return
        shares = list(self._shares(place, values, sender, sent))
        yield from shares
        attached: list[dict[str, Any]] = [
            {"name": one.name, "size": one.size, "path": one.path} for one in shares
        ]
        attached += [{"text": f"sticker: {text(one.get('name'))}"} for one in records(values.get("stickers"))]
        reference = record(values.get("reference"))
        said = text(values.get("content"))
        forwarded = record(values.get("forwardedMessage"))
        if forwarded and not said:
            said = text(forwarded.get("content"))
        yield Message(
            place=place,
            network=NETWORK,
            conversation=self.conversation,
            sender=sender,
            sender_name=text(author.get("nickname")) or text(author.get("name")),
            kind="media" if attached else "text" if kind in _TEXT_TYPES else "system",
            text=said,
            sent=sent,
            edited=moment(values.get("timestampEdited")),
            precision_us=_MILLISECOND,
            native_id=text(values.get("id")),
            reply_to=text(reference.get("messageId")) if not forwarded else None,
            forwarded=(text(reference.get("channelId")) or "yes") if forwarded else None,
            attachments=dumped(attached),
        )

    def _told(self, place: str, people: list[dict[str, Any]], at: Moment | None) -> Iterator[Account]:
        """Each name that an account carries, once."""
        ordinal = 0
        for person in people:
            account = text(person.get("id"))
            name, nick = text(person.get("name")), text(person.get("nickname"))
            if account is None or (account, nick or "", name or "") in self._names:
                continue
            if len(self._names) >= _NAMES:
                self._names.clear()
            self._names.add((account, nick or "", name or ""))
            mark = text(person.get("discriminator"))
            full = f"{name}#{mark}" if name and mark and mark.strip("0") else name
            for kind, one in (("user name", full), ("nick", nick if nick != name else None)):
                key = (account, kind, one or "")
                if one and key not in self._names:
                    self._names.add(key)
                    yield Account(
                        place=place, ordinal=ordinal, network=NETWORK, account=account, name=one, name_kind=kind, since=at,
                        profile='{"bot":true}' if person.get("isBot") is True else None,
                    )  # fmt: skip
                    ordinal += 1

    def _call(self, place: str, values: dict[str, Any], sender: str | None, sent: Moment | None) -> Call:
        ended = moment(values.get("callEndedTimestamp"))
        seconds = None
        if ended and sent and ended.utc_us is not None and sent.utc_us is not None:
            seconds = max(0, ended.utc_us - sent.utc_us) / 1_000_000
        called = [text(one.get("id")) for one in records(values.get("mentions"))]
        return Call(
            place=place,
            network=NETWORK,
            conversation=self.conversation,
            caller=sender,
            participants=tuple(one for one in called if one and one != sender) or None,
            started=sent,
            duration=seconds,
            native_id=text(values.get("id")),
        )

    def _memberships(
        self, place: str, kind: str, values: dict[str, Any], sender: str | None, sent: Moment | None
    ) -> Iterator[GroupMembership]:
        if kind in ("GuildMemberJoin", "UserJoin", "7") and sender:
            guild = text(self.guild.get("id")) or self.conversation
            yield GroupMembership(
                place=place, network=NETWORK, conversation=guild, account=sender, action="joined", at=sent
            )
        elif kind in ("RecipientAdd", "1", "RecipientRemove", "2"):
            added = kind in ("RecipientAdd", "1")
            for ordinal, person in enumerate(records(values.get("mentions"))):
                account = text(person.get("id"))
                if account:
                    alone = account == sender
                    yield GroupMembership(
                        place=place,
                        ordinal=ordinal,
                        network=NETWORK,
                        conversation=self.conversation,
                        account=account,
                        action=("joined" if alone else "added")
                        if added
                        else ("left" if alone else "removed"),
                        by=None if alone else sender,
                        at=sent,
                    )

    def _shares(
        self, place: str, values: dict[str, Any], sender: str | None, sent: Moment | None
    ) -> Iterator[MediaShare]:
        attached = records(values.get("attachments"))
        attached += records(record(values.get("forwardedMessage")).get("attachments"))
        for ordinal, one in enumerate(attached):
            yield MediaShare(
                place=place,
                ordinal=ordinal,
                network=NETWORK,
                conversation=self.conversation,
                account=sender,
                message_place=place,
                name=text(one.get("fileName")),
                path=text(one.get("url")),
                size=whole(one.get("fileSizeBytes")),
                at=sent,
            )
