"""WhatsApp on Android: msgstore.db in both of its forms, and its encrypted backups.

The form with a table `message` (since about 2021) is read by `whatsapp_message.py`, the older one with `messages` by
`whatsapp_messages.py`; names come from the wa.db beside it. Neither says whose telephone it is. Facts and their sources
stand in those modules.
"""

from __future__ import annotations

from collections.abc import Iterable

from safelight.inspect.model import Group
from safelight.parsers import whatsapp_crypt
from safelight.parsers.model import Emitted, Subject, Variant
from safelight.parsers.sqlite_file import Database, refuse_encrypted
from safelight.parsers.whatsapp_message import NewForm
from safelight.parsers.whatsapp_messages import OldForm
from safelight.parsers.whatsapp_people import address_book
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

_NEW = Variant(
    "msgstore.db, message",
    "documentation",
    "tables message, chat and jid; chat-history-manager's samples of 2023 to 2026, ALEAPP's description",
)
_OLD = Variant(
    "msgstore.db, messages",
    "documentation",
    "table messages with key_remote_jid; the schema in whassup and merging tools, whapa's description",
)


class WhatsAppDb:
    """WhatsApp's messages on Android."""

    name = "whatsapp-db"
    version = 3
    title = "WhatsApp msgstore.db (Android)"
    variants: tuple[Variant, ...] = (_NEW, _OLD)
    emits: tuple[type[Trace], ...] = (
        Account, Call, Conversation, GroupMembership, Location, MediaShare, Message,
    )  # fmt: skip

    def accepts(self, mime: str, group: Group, size: int) -> bool:
        """SQLite databases, and files of unknown type for encrypted ones."""
        return mime == "application/vnd.sqlite3" or group == "other"

    def recognise(self, subject: Subject) -> Variant | None:
        """The tables of either form; backups by their names, with a key by what is in them."""
        refuse_encrypted(subject, {"msgstore.db"}, "WhatsApp")
        database = _database(subject)
        if database is None:
            return None
        if database.has("message", "chat_row_id", "key_id", "from_me", "timestamp") and database.has(
            "jid", "user"
        ):
            return _NEW
        return (
            _OLD if database.has("messages", "key_remote_jid", "key_from_me", "data", "timestamp") else None
        )

    def parse(self, subject: Subject, variant: Variant) -> Iterable[Emitted]:
        """Conversations, messages, calls; deleted ones after the live ones of each."""
        database = _database(subject)
        assert database
        try:
            names = address_book(subject)
            form = NewForm(database, names) if variant is _NEW else OldForm(database, names)
            yield from form.emitted()
            yield from database.troubles()
        finally:
            if whatsapp_crypt.is_backup(subject):
                database.close()


def _database(subject: Subject) -> Database | None:
    return whatsapp_crypt.opened(subject) if whatsapp_crypt.is_backup(subject) else Database.of(subject)
