"""Skype's account export `messages.json` (account data since 2018, alone or in a tar).

Sources: Microsoft's page on exporting Skype files and chat history; the fields and message types that peer tools document
(skype-export-parser's notes and type declarations, skpy's documentation). Times are UTC (`...Z`). Conversations are `8:`
(one person), `19:` (a group), `28:` (a bot), `4:` (a telephone number), `48:` (Skype's own lists, as the call log).

A call stands as two events of one `callId` (started; ended or missed), newest first, and once more in the call log where
that is exported: one call is emitted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from safelight.inspect.model import Group
from safelight.parsers.json_pieces import JsonPieces, beginning
from safelight.parsers.json_values import record, text
from safelight.parsers.message_columns import MessageColumns
from safelight.parsers.model import Emitted, ParseFailed, Remark, Subject, Variant
from safelight.parsers.skype_messages import NETWORK, Chat, accounts_of, plain, traces
from safelight.traces.model import (
    Account,
    Call,
    Conversation,
    GroupMembership,
    Location,
    MediaShare,
    Message,
    Trace,
)
from safelight.traces.networks import direct, normal

_EXPORT = Variant(
    "2018", "documentation", "`userId`, `exportDate`, `conversations` with a `MessageList` each"
)
_KNOWN = frozenset({"userId", "exportDate", "conversations"})


class SkypeExport:
    """Skype's account export: messages."""

    name = "skype-export"
    version = 2
    title = "Skype account export (messages.json)"
    variants: tuple[Variant, ...] = (_EXPORT,)
    emits: tuple[type[Trace], ...] = (
        Account, Conversation, Message, Call, GroupMembership, MediaShare, Location,
    )  # fmt: skip

    def accepts(self, mime: str, group: Group, size: int) -> bool:
        return mime in ("application/json", "text/plain")

    def recognise(self, subject: Subject) -> Variant | None:
        found = beginning(subject.head)
        listed = found.get("conversations")
        first = record(listed[0]) if isinstance(listed, list) and listed else {}
        if "MessageList" in first or ({"userId", "exportDate"} <= found.keys() and listed == []):
            return _EXPORT
        return None

    def parse(self, subject: Subject, variant: Variant) -> Iterator[Emitted]:
        with subject.open() as stream:
            yield from _Export(JsonPieces(stream)).all()


class _Export:
    def __init__(self, reader: JsonPieces) -> None:
        self._reader = reader
        self._owner: str | None = None
        self._names: set[tuple[str, str]] = set()
        self._calls: set[str] = set()

    def all(self) -> Iterator[Emitted]:
        reader = self._reader
        later: int | None = None
        unknown = []
        failed: ParseFailed | None = None
        try:
            for key in reader.members():
                if key == "userId":
                    native = text(reader.value())
                    self._owner = normal(NETWORK, native) if native else None
                    if self._owner:
                        yield Account(place="$.userId", network=NETWORK, account=self._owner, owner=True)
                elif key == "conversations" and reader.kind() == "[":
                    if self._owner is None:
                        later = reader.offset
                        reader.skip()
                    else:
                        yield from self._conversations()
                elif key not in _KNOWN:
                    unknown.append(key)
        except ParseFailed as error:
            failed = error
        if later is not None:
            reader.jump(later)
            yield from self._conversations()
        if unknown:
            yield Remark(f"parts that are not known and were not read: {', '.join(sorted(unknown)[:20])}")
        if failed:
            raise failed

    def _conversations(self) -> Iterator[Emitted]:
        for index in self._reader.elements():
            if self._reader.kind() == "{":
                yield from self._conversation(f"$.conversations[{index}]")

    def _conversation(self, place: str) -> Iterator[Emitted]:
        """One conversation; its messages wait where its id stands behind them."""
        reader = self._reader
        head: dict[str, Any] = {}
        later: int | None = None
        done = False
        failed: ParseFailed | None = None
        try:
            for key in reader.members():
                if key == "MessageList" and reader.kind() == "[":
                    if "id" in head and "threadProperties" in head and not done:
                        done = True
                        yield from self._messages(place, head)
                    else:
                        later = reader.offset
                        reader.skip()
                elif key in ("id", "displayName", "threadProperties", "properties"):
                    head[key] = reader.value()
        except ParseFailed as error:
            failed = error
        behind = reader.offset
        if later is not None and not done:
            reader.jump(later)
            yield from self._messages(place, head)
            reader.jump(behind)
        if failed:
            raise failed

    def _messages(self, place: str, head: dict[str, Any]) -> Iterator[Emitted]:
        written = text(head.get("id"))
        title, peer = text(head.get("displayName")), None
        thread = record(head.get("threadProperties"))
        members = accounts_of(thread.get("members"))
        if written is None:
            kind, native = "direct", f"local:{place}"
        elif written.startswith("19:"):
            kind, native = "group", normal(NETWORK, written)
            title = text(thread.get("topic")) or title
        else:
            kind, peer = "direct", normal(NETWORK, written)
            native = direct(NETWORK, self._owner, peer)
            members = tuple(sorted({one for one in (self._owner, peer) if one}))
        if written is None or not written.startswith("48:"):
            yield Conversation(
                place=place,
                network=NETWORK,
                conversation=native,
                title=title,
                kind=kind,
                members=members or None,
            )
            if peer and title and (peer, title) not in self._names:
                self._names.add((peer, title))
                yield Account(
                    place=place, network=NETWORK, account=peer, name=title, name_kind="display name"
                )
        chat = Chat(native, kind, self._owner, peer, self._names, self._calls)
        columns = MessageColumns(NETWORK, None, native, 1000)
        prefix, index = f"{place}.MessageList[", 0
        try:
            for values in self._reader.batches():
                rows = []
                for value in values:
                    row = plain(chat, f"{prefix}{index}]", value)
                    if row is not None:
                        rows.append(row)
                    else:
                        yield from traces(chat, f"{prefix}{index}]", value)
                    index += 1
                yield from columns.add(rows)
        except ParseFailed:
            yield from columns.rest()
            yield from chat.calls.rest()
            raise
        yield from columns.rest()
        yield from chat.calls.rest()
