"""The address book of an Android telephone: raw_contacts and data of contacts2.db.

Facts: `android.provider.ContactsContract` (Android reference: kinds of data and what data1 to data15 mean in each) and AOSP
ContactsDatabaseHelper (schema). A raw contact is one account's entry; `deleted` 1 is one that its sync adapter has not yet
removed. Each number and address of an entry is a Contact of its own, so that it meets the calls and messages of that number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from safelight.inspect.model import Group
from safelight.parsers.json_values import dumped, text
from safelight.parsers.known_columns import ANDROID_CONTACTS
from safelight.parsers.model import Emitted, Subject, Variant
from safelight.parsers.observed import Observed
from safelight.parsers.sqlite_file import Database, refuse_encrypted
from safelight.parsers.sqlite_join import Beside
from safelight.traces.model import Account, Contact, State, Trace
from safelight.traces.networks import normal

DATA = ("raw_contact_id", "mimetype_id", "data1", "data2", "data3", "data4")
RAW = ("_id", "display_name", "deleted", "account_id", "starred")

_ITEM = "vnd.android.cursor.item/"
_PHONE, _MAIL, _NAME = _ITEM + "phone_v2", _ITEM + "email_v2", _ITEM + "name"
_SAID = {
    _ITEM + "nickname": "nickname",
    _ITEM + "organization": "organization",
    _ITEM + "note": "note",
    _ITEM + "postal-address_v2": "address",
    _ITEM + "website": "website",
    _ITEM + "im": "im",
    _ITEM + "contact_event": "event",
    _ITEM + "relation": "relation",
}

_CONTACTS = Variant(
    "contacts2.db",
    "documentation",
    "tables raw_contacts, data, mimetypes; Android's ContactsContract and AOSP's schema",
)


class AndroidContacts:
    """Android's address book."""

    name = "android-contacts"
    version = 2
    title = "Android contacts"
    variants: tuple[Variant, ...] = (_CONTACTS,)
    emits: tuple[type[Trace], ...] = (Account, Contact)

    def accepts(self, mime: str, group: Group, size: int) -> bool:
        """SQLite databases, and files of unknown type for encrypted ones."""
        return mime in ("application/vnd.sqlite3", "application/octet-stream")

    def recognise(self, subject: Subject) -> Variant | None:
        """The tables of the contacts provider."""
        refuse_encrypted(subject, {"contacts2.db"}, "Android's contacts")
        database = Database.of(subject)
        if database is None or not database.has("data", "raw_contact_id", "mimetype_id", "data1"):
            return None
        return (
            _CONTACTS
            if database.has("raw_contacts", "_id") and database.has("mimetypes", "mimetype")
            else None
        )

    def parse(self, subject: Subject, variant: Variant) -> Iterable[Emitted]:
        """A Contact for each number and address; entries without either are one. Deleted rows of data come last."""
        database = Database.of(subject)
        assert database
        kinds = {row[0]: text(row[1]) for row in database.rows("mimetypes", ("mimetype",))}
        accounts = {
            row[0]: " ".join(word for word in map(text, row[1:]) if word)
            for row in database.rows("accounts", ("account_type", "account_name"))
        }
        seen = {network: Observed(network) for network in ("phone", "mail")}
        data = Beside(database.ordered("data", "raw_contact_id", DATA[1:]))
        for rowid, _, shown, deleted, account, starred in database.rows("raw_contacts", RAW):
            entry = [(one[0], kinds.get(one[2]), *one[3:]) for one in data.of(rowid)]
            state: State = "deleted" if deleted == 1 else "live"
            extra = {"account": accounts.get(account) or None, "starred": starred == 1 or None}
            yield from _entry(f"raw_contacts:{rowid}", state, text(shown), entry, extra, seen)
        names = {row[0]: text(row[1]) for row in database.rows("raw_contacts", ("display_name",))}
        for found in database.recovered({"data": DATA}):
            raw, kind, *rest = found.values
            if kinds.get(kind) in (_PHONE, _MAIL):
                row = (found.place, kinds.get(kind), *rest)
                yield from _entry(found.place, "recovered", names.get(raw), [row], {}, seen)
        for observed in seen.values():
            yield from observed.traces()
        yield from database.unknown(ANDROID_CONTACTS)
        yield from database.troubles()


def _entry(
    place: str,
    state: State,
    shown: str | None,
    data: Sequence[Sequence[Any]],
    extra: dict[str, Any],
    seen: dict[str, Observed],
) -> Iterator[Contact]:
    said: dict[str, Any] = {key: value for key, value in extra.items() if value}
    written = shown
    reached: list[tuple[Any, str, str, str]] = []
    for row in data:
        where, kind, value, *more = row
        content = text(value)
        if not content:
            continue
        if kind == _NAME:
            written = written or content
        elif kind == _PHONE:
            reached.append((where, "phone", text(more[2]) or content, content))
        elif kind == _MAIL:
            reached.append((where, "mail", content, content))
        elif kind in _SAID:
            said.setdefault(_SAID[kind], []).append(content)
    for where, network, native, content in reached:
        account = normal(network, native)
        at = where if type(where) is str else f"data:{where}"
        observed = seen[network]
        observed.see(account, content, "phone" if network == "phone" else "e-mail", at)
        if written:
            observed.see(account, written, "address book", at)
        yield Contact(
            place=at,
            network=network,
            state=state,
            contact=account,
            name=written,
            detail=dumped({"as": content} | said),
        )
    if not reached and (written or said):
        yield Contact(place=place, network="phone", state=state, name=written, detail=dumped(said))
