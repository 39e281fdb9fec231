"""Text and multimedia messages of an Android telephone: mmssms.db of the telephony provider.

Facts: `android.provider.Telephony` (Android reference: message boxes, address and message types), AOSP
MmsSmsDatabaseHelper (schema), PduPersister (subjects are UTF-8 bytes written as ISO 8859-1), and the numbers of OMA
MMS-ENC 1.2 for message and address types. `date` is when the telephone stored a message (SMS: milliseconds, MMS:
seconds), `date_sent` when the other end or the message centre says that it was sent. The telephone's own number stands
nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from safelight.inspect.model import Group
from safelight.parsers.json_values import dumped, text
from safelight.parsers.known_columns import ANDROID_SMS
from safelight.parsers.model import Emitted, Remark, Subject, Variant
from safelight.parsers.observed import Observed
from safelight.parsers.row_blocks import MILLIS, SECONDS, RowBlocks
from safelight.parsers.sqlite_file import Database, refuse_encrypted
from safelight.parsers.sqlite_join import Beside
from safelight.traces import epochs
from safelight.traces.model import Account, Conversation, MediaShare, Message, Trace
from safelight.traces.networks import direct, normal

NETWORK = "phone"

SMS = ("thread_id", "address", "date", "date_sent", "type", "subject", "body")
PDU = ("thread_id", "date", "date_sent", "msg_box", "m_type", "sub", "sub_cs", "m_id")
ADDR = ("address", "type")
PART = ("ct", "name", "fn", "cl", "text", "_data")

_DIRECTION = {1: "incoming", 2: "outgoing", 3: "outgoing", 4: "outgoing", 5: "outgoing", 6: "outgoing"}
_DRAFT = 3
#: Message types that are messages: sent, announced and fetched; the others are receipts.
_MESSAGES = (128, 130, 132)
_FROM = 137
_UTF8 = 106
_SELF = "insert-address-token"

_ROW = (
    "place", "state", "conversation", "sender", "recipients", "direction", "kind", "subject", "text", "sent", "received",
    "edited", "precision_us", "native_id", "attachments",
)  # fmt: skip

_SMS_ONLY = Variant(
    "mmssms.db, SMS",
    "real files",
    "tables sms, threads, canonical_addresses and no row in pdu; a file of plaso's test data (Android 4.4)",
)
_WITH_MMS = Variant(
    "mmssms.db, SMS and MMS",
    "documentation",
    "rows in pdu, part and addr; Android's Telephony reference and MmsSmsDatabaseHelper",
)


class AndroidSms:
    """Android's messages."""

    name = "android-sms"
    version = 2
    title = "Android SMS and MMS"
    variants: tuple[Variant, ...] = (_SMS_ONLY, _WITH_MMS)
    emits: tuple[type[Trace], ...] = (Account, Conversation, MediaShare, Message)

    def accepts(self, mime: str, group: Group, size: int) -> bool:
        """SQLite databases, and files of unknown type for encrypted ones."""
        return mime in ("application/vnd.sqlite3", "application/octet-stream")

    def recognise(self, subject: Subject) -> Variant | None:
        """The tables of the telephony provider."""
        refuse_encrypted(subject, {"mmssms.db"}, "Android's messages")
        database = Database.of(subject)
        if database is None or not database.has("sms", "address", "body", "date", "type", "thread_id"):
            return None
        return _SMS_ONLY if next(database.rows("pdu", ("_id",)), None) is None else _WITH_MMS

    def parse(self, subject: Subject, variant: Variant) -> Iterable[Emitted]:
        """Conversations, then SMS, MMS, deleted ones, accounts."""
        database = Database.of(subject)
        assert database
        reading = _Reading(database)
        yield from reading.conversations()
        yield from reading.sms()
        yield from reading.mms()
        yield from reading.recovered()
        yield from reading.seen.traces()
        if reading.drafts:
            yield Remark(f"{reading.drafts} drafts: outgoing messages without a time at which they were sent")
        yield from database.unknown(ANDROID_SMS)
        yield from database.troubles()


class _Reading:
    def __init__(self, database: Database) -> None:
        self._database = database
        self.seen = Observed(NETWORK)
        self.drafts = 0
        self._normal: dict[str, str] = {}
        self._direct: dict[str, str] = {}
        self._threads: dict[int, tuple[int, tuple[str, ...]]] = {}
        self._first: dict[tuple[str, str], tuple[int, str]] = {}
        addresses = {row[0]: text(row[1]) for row in database.rows("canonical_addresses", ("address",))}
        for rowid, recipients in database.rows("threads", ("recipient_ids",)):
            ids = [int(word) for word in str(recipients or "").split() if word.isdigit()]
            found = dict.fromkeys(self._account(address) for one in ids if (address := addresses.get(one)))
            self._threads[rowid] = (rowid, tuple(found))
        self._sms_rows = RowBlocks(
            Message, _ROW, {"sent": MILLIS, "received": MILLIS, "edited": MILLIS}, network=NETWORK
        )
        self._mms_rows = RowBlocks(
            Message, _ROW, {"sent": SECONDS, "received": SECONDS, "edited": SECONDS}, network=NETWORK
        )

    def _account(self, address: str) -> str:
        found = self._normal.get(address)
        if found is None:
            found = self._normal[address] = normal(NETWORK, address)
        return found

    def conversations(self) -> Iterator[Conversation]:
        for rowid, members in self._threads.values():
            if members:
                yield Conversation(
                    place=f"threads:{rowid}",
                    network=NETWORK,
                    conversation=self._conversation(rowid, members),
                    kind="direct" if len(members) == 1 else "group",
                    members=members,
                )

    def _conversation(self, thread: Any, others: Sequence[str]) -> str:
        """A thread's conversation; a message whose thread is gone is one with those whom it names."""
        known = self._threads.get(thread) if isinstance(thread, int) else None
        members = known[1] if known and known[1] else tuple(dict.fromkeys(others))
        if len(members) == 1:
            other = members[0]
            found = self._direct.get(other)
            if found is None:
                found = self._direct[other] = direct(NETWORK, None, other)
            return found
        # The owner's number stands nowhere: groups of two phones with the same others are two groups.
        return "group:" + "|".join(("?", *sorted(members))) if members else f"local:thread:{thread}"

    def _note(self, address: str, date: Any, place: str) -> str:
        """The account of an address; its notation counts as a name."""
        account = self._normal.get(address) or self._account(address)
        if type(date) is int:
            key = (account, address)
            before = self._first.get(key)
            if before is None:
                self._first[key] = (date, place)
                self.seen.see(account, address, "phone", place, epochs.unix_millis(date))
            elif date < before[0]:
                self._first[key] = (date, before[1])
                self.seen.see(account, address, "phone", place, epochs.unix_millis(date))
        return account

    # -- SMS -----------------------------------------------------------------------------------------------------------

    def sms(self) -> Iterator[Emitted]:
        add, one = self._sms_rows.add, self._sms
        for batch in self._database.batches("sms", SMS):
            for row in batch:
                add(one(f"sms:{row[0]}", "live", row[1:]))
            yield from self._sms_rows.full()
        yield from self._sms_rows.rest()

    def _sms(self, place: str, state: str, values: Sequence[Any]) -> tuple[Any, ...]:
        thread, address, date, date_sent, kind, subject, body = values
        if type(address) is not str:
            address = text(address) or ""
        other = self._note(address, date, place) if address else None
        direction = _DIRECTION.get(kind) if type(kind) is int else None
        conversation = self._conversation(thread, (other,) if other else ())
        sent, received, edited, precision = date, None, None, 1_000
        if direction == "incoming":
            sent, received = date_sent, date
            if type(date_sent) is int and date_sent % 1_000 == 0:
                precision = 1_000_000
        elif kind == _DRAFT:
            self.drafts += state == "live"
            sent, edited = None, date
        return (
            place,
            state,
            conversation,
            other if direction == "incoming" else None,
            (other,) if other and direction == "outgoing" else None,
            direction,
            "text",
            text(subject),
            body if type(body) is str else text(body),
            sent,
            received,
            edited,
            precision,
            None,
            None,
        )

    # -- MMS -----------------------------------------------------------------------------------------------------------

    def mms(self) -> Iterator[Emitted]:
        addresses = Beside(self._database.ordered("addr", "msg_id", ADDR))
        parts = Beside(self._database.ordered("part", "mid", PART))
        for row in self._database.rows("pdu", PDU):
            if row[5] in _MESSAGES or row[5] is None:
                yield from self._mms(
                    f"pdu:{row[0]}",
                    "live",
                    row[1:],
                    [one[2:] for one in addresses.of(row[0])],
                    [(f"part:{one[0]}", *one[2:]) for one in parts.of(row[0])],
                )
            yield from self._mms_rows.full()
        yield from self._mms_rows.rest()

    def _mms(
        self,
        place: str,
        state: str,
        values: Sequence[Any],
        addresses: Sequence[Sequence[Any]],
        parts: Sequence[Sequence[Any]],
    ) -> Iterator[Emitted]:
        thread, date, date_sent, box, _, subject, charset, native = values
        direction = _DIRECTION.get(box) if type(box) is int else None
        millis = date * 1000 if type(date) is int else None
        sender, recipients = None, []
        for address, kind in addresses:
            written = text(address)
            if written and written != _SELF:
                account = self._note(written, millis, place)
                if kind == _FROM:
                    sender = account
                else:
                    recipients.append(account)
        recipients = list(dict.fromkeys(recipients))
        if direction == "outgoing":
            sender = None
        elif (
            sender is None
            and direction == "incoming"
            and len(members := self._threads.get(thread, (0, ()))[1]) == 1
        ):
            sender = members[0]  # a thread with one other end
        conversation = self._conversation(thread, [sender] if sender else recipients)
        words, attached = _contents(parts)
        sent, received, edited = (
            (date_sent or date, date, None) if direction == "incoming" else (date, None, None)
        )
        if box == _DRAFT:
            self.drafts += state == "live"
            sent, edited = None, date
        self._mms_rows.add(
            (
                place,
                state,
                conversation,
                sender,
                tuple(recipients) or None,
                direction,
                "media" if attached and words is None else "text",
                _subject(subject, charset),
                words,
                sent,
                received,
                edited,
                1_000_000,
                text(native),
                dumped([one for _, one in attached]),
            )
        )
        at = epochs.unix_seconds(sent if type(sent) is int else None)
        for where, one in attached:
            yield MediaShare(
                place=where,
                network=NETWORK,
                state="recovered" if state == "recovered" else "live",
                conversation=conversation,
                account=sender,
                message_place=place,
                name=one.get("name"),
                path=one.get("path"),
                mime=one.get("mime"),
                at=at,
                direction=direction,
            )

    # -- deleted -------------------------------------------------------------------------------------------------------

    def recovered(self) -> Iterator[Emitted]:
        parts: dict[Any, list[tuple[Any, ...]]] = {}
        addresses: dict[Any, list[tuple[Any, ...]]] = {}
        messages = []
        wanted = {
            "sms": SMS,
            "pdu": ("_id", *PDU),
            "addr": ("msg_id", *ADDR),
            "part": ("mid", *PART),
        }
        for row in self._database.recovered(wanted):
            if row.table == "sms":
                self._sms_rows.add(self._sms(row.place, "recovered", row.values))
                yield from self._sms_rows.full()
            elif row.table == "part":
                parts.setdefault(row.values[0], []).append((row.place, *row.values[1:]))
            elif row.table == "addr":
                addresses.setdefault(row.values[0], []).append(row.values[1:])
            else:
                messages.append((row.place, row.values))
        yield from self._sms_rows.rest()
        for place, values in messages:
            if values[5] in _MESSAGES:
                own = values[0]
                yield from self._mms(
                    place, "recovered", values[1:], addresses.get(own, ()), parts.pop(own, ()) if own else ()
                )
        yield from self._mms_rows.rest()


def _contents(parts: Sequence[Sequence[Any]]) -> tuple[str | None, list[tuple[str, dict[str, str]]]]:
    """The text of an MMS and what is attached: (place of the part, description)."""
    words, attached = [], []
    for where, mime, name, file, location, content, data in parts:
        kind = (text(mime) or "").lower()
        if kind == "application/smil":
            continue
        if kind == "text/plain" and text(content):
            words.append(str(content))
            continue
        called = text(name) or text(file) or text(location)
        one = {"name": called, "mime": text(mime), "path": text(data), "text": text(content)}
        attached.append((str(where), {key: value for key, value in one.items() if value}))
    return ("\n".join(words) if words else None), attached


def _subject(subject: Any, charset: Any) -> str | None:
    found = text(subject)
    if found is None or charset not in (None, _UTF8):
        return found
    try:
        return found.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return found
