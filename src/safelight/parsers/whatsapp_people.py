"""People and names that WhatsApp's parsers share: jids, and the address book in wa.db."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from safelight.inspect.model import Group
from safelight.parsers.json_values import dumped, number, text
from safelight.parsers.known_columns import WHATSAPP_CONTACTS
from safelight.parsers.model import Emitted, Subject, Variant
from safelight.parsers.observed import Observed
from safelight.parsers.sqlite_file import Database, refuse_encrypted
from safelight.traces import epochs
from safelight.traces.model import Account, Contact, Conversation, State, Trace
from safelight.traces.networks import normal

NETWORK = "whatsapp"
GROUP = "@g.us"

CONTACTS = (
    "jid", "number", "display_name", "given_name", "family_name", "wa_name", "nickname", "status", "status_timestamp",
    "is_whatsapp_user", "company", "title",
)  # fmt: skip

_WA = Variant(
    "wa.db",
    "documentation",
    "table wa_contacts; the schema in chat-history-manager's samples and ALEAPP's description",
)


def account_of(jid: Any) -> str | None:
    """The account of a jid (`4790000000@s.whatsapp.net`); groups and broadcasts are none of them."""
    native = text(jid)
    if not native or native.endswith((GROUP, "@broadcast", "@newsletter")) or native == "-1":
        return None
    return normal(NETWORK, native)


def address_book(subject: Subject) -> dict[str, str]:
    """Names of accounts in the wa.db beside a msgstore.db: the address book's, else what people call themselves."""
    stream = subject.beside("wa.db")
    if stream is None:
        return {}
    with stream:
        head = stream.read(64 << 10)
    folder = subject.scratch / "wa"
    folder.mkdir(exist_ok=True)

    def opened() -> Any:
        return subject.beside("wa.db")

    database = Database.of(
        replace(subject, name="wa.db", size=len(head), head=head, open=opened, scratch=folder, shared={})
    )
    if database is None:
        return {}
    found: dict[str, str] = {}
    for _, jid, shown, own in database.rows("wa_contacts", ("jid", "display_name", "wa_name")):
        account, name = account_of(jid), text(shown) or text(own)
        if account and name:
            found.setdefault(account, name)
    return found


class WhatsAppContacts:
    """WhatsApp's address book."""

    name = "whatsapp-contacts"
    version = 2
    title = "WhatsApp wa.db (Android)"
    variants: tuple[Variant, ...] = (_WA,)
    emits: tuple[type[Trace], ...] = (Account, Contact, Conversation)

    def accepts(self, mime: str, group: Group, size: int) -> bool:
        """SQLite databases, and files of unknown type for encrypted ones."""
        return mime in ("application/vnd.sqlite3", "application/octet-stream")

    def recognise(self, subject: Subject) -> Variant | None:
        """The table wa_contacts."""
        refuse_encrypted(subject, {"wa.db"}, "WhatsApp")
        database = Database.of(subject)
        return _WA if database and database.has("wa_contacts", "jid", "display_name") else None

    def parse(self, subject: Subject, variant: Variant) -> Iterable[Emitted]:
        """Contacts and the names of accounts; groups that stand in the list; deleted contacts."""
        database = Database.of(subject)
        assert database
        seen = Observed(NETWORK)
        for rowid, *values in database.rows("wa_contacts", CONTACTS):
            yield from _contact(f"wa_contacts:{rowid}", "live", values, seen)
        for found in database.recovered({"wa_contacts": CONTACTS}):
            yield from _contact(found.place, "recovered", found.values, seen)
        yield from seen.traces()
        yield from database.unknown(WHATSAPP_CONTACTS)
        yield from database.troubles()


def _contact(place: str, state: State, values: Sequence[Any], seen: Observed) -> Iterator[Emitted]:
    jid, phone, shown, given, family, own, nick, status, changed, user, company, title = values
    account = account_of(jid)
    name = text(shown)
    if account is None:
        native = text(jid)
        if native and native.endswith(GROUP) and name:
            yield Conversation(
                place=place,
                network=NETWORK,
                state=state,
                conversation=native.lower(),
                title=name,
                kind="group",
            )
        return
    whole = " ".join(word for word in (text(given), text(family)) if word)
    profile = dumped({"status": text(status)} if text(status) else {})
    seen.see(account, text(own), "display name", place, epochs.unix_millis(number(changed)), profile=profile)
    for written, kind in ((name, "address book"), (whole, "address book"), (text(phone), "phone")):
        if written:
            seen.see(account, written, kind, place)
    detail = {
        "number": text(phone),
        "nickname": text(nick),
        "company": text(company),
        "title": text(title),
        "whatsapp_user": user == 1 if user is not None else None,
    }
    if name or whole or text(phone):
        yield Contact(
            place=place,
            network=NETWORK,
            state=state,
            contact=account,
            name=name or whole or None,
            detail=dumped({key: value for key, value in detail.items() if value is not None}),
        )
