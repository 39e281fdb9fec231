"""Typed traces: facts that a parser read out of an item. This module is their schema.

Each class is one table of the catalog (`schema.py` derives it): a field's metadata is the column's type, description and
unit. A parser fills the fields that its format states and leaves the others None; nothing is guessed. Accounts and
conversations are named by their native ids, in the network's normal form (`networks.py`); whoever writes the rows adds the
computed ids (`account_id`, `conversation_id`, `trace_id`), the item, the parser and its version.

States: `live` (the app would show it), `deleted` (the format itself marks it as deleted), `recovered` (read out of a
write-ahead log, a free list, free space inside pages or the like; it may be an older form of a live row).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar, Literal

import pyarrow as pa

from safelight.traces.columns import AMOUNT, MOMENT, TEXTS
from safelight.traces.moment import Moment

State = Literal["live", "deleted", "recovered"]

_TEXT, _INT, _BIG, _FLOAT, _BOOL = pa.string(), pa.int32(), pa.int64(), pa.float64(), pa.bool_()

#: The id column that a field with a native id gets beside it: `sender` -> `sender_id`.
ACCOUNT, ACCOUNTS, CONVERSATION = "account", "accounts", "conversation"


def _col(
    doc: str, type_: pa.DataType = _TEXT, unit: str = "", names: str = "", default: Any = None
) -> Any:  # a dataclass field
    """A column; `names` says that its value is the native id of an account or a conversation."""
    return field(default=default, metadata={"doc": doc, "type": type_, "unit": unit, "names": names})


def _time(doc: str) -> Any:
    return _col(doc, MOMENT, "microseconds in Parquet timestamps")


@dataclass(slots=True, kw_only=True)
class Trace:
    """What every trace has. `place` is where in the item it stands: `messages:123` (table and rowid), `line 42`,
    `byte 1024`, `$.chats[3].messages[17]`; `ordinal` tells several traces of one type at one place apart.
    """

    table: ClassVar[str] = ""
    letter: ClassVar[str] = ""
    """One letter that keeps the ids of different types at one place apart."""

    place: str = _col("Place in the item: table:rowid, line, byte offset or JSON path")
    ordinal: int = _col("Which trace of this type at that place, from 0", _INT, default=0)
    network: str = _col("Network: skype, telegram, irc, phone ... (traces/networks.py)", default="")
    instance: str | None = _col(
        "Which one of several networks of that kind (IRC network, forum address); null where there is only one, "
        "`?` and the source's id where the item does not say"
    )
    state: State = _col("live, deleted or recovered", default="live")
    facts_from_path: str | None = _col(
        "Names of the columns whose value stands only in the item's path, separated by spaces"
    )


@dataclass(slots=True, kw_only=True)
class Account(Trace):
    """One observation of an account: a name that it carried, at a time if the format states one."""

    table: ClassVar[str] = "accounts"
    letter: ClassVar[str] = "a"

    account: str = _col("The account's native id in normal form", names=ACCOUNT)
    name: str | None = _col("A name that it carried, as written")
    name_kind: str | None = _col("nick, display name, full name, user name, phone, e-mail, address book")
    since: Moment | None = _time("From when it carried that name, or when it was seen with it")
    owner: bool | None = _col("True: the account that was logged in on the device or made the export", _BOOL)
    profile: str | None = _col("What else the item says of it (about, birthday, city ...), as JSON")


@dataclass(slots=True, kw_only=True)
class Conversation(Trace):
    """One conversation as an item describes it."""

    table: ClassVar[str] = "conversations"
    letter: ClassVar[str] = "v"

    conversation: str = _col("The conversation's native id in normal form", names=CONVERSATION)
    title: str | None = _col("Its title, as written")
    kind: str | None = _col("direct, group, channel, thread or mail")
    members: tuple[str, ...] | None = _col("Native ids of its members", TEXTS, names=ACCOUNTS)
    created: Moment | None = _time("When it was made")


@dataclass(slots=True, kw_only=True)
class Message(Trace):
    """One message, mail, post or line of a chat; also what the network itself said in a conversation (`kind` system)."""

    table: ClassVar[str] = "messages"
    letter: ClassVar[str] = "m"

    conversation: str = _col("The conversation's native id in normal form", names=CONVERSATION)
    sender: str | None = _col("The sender's native id in normal form", names=ACCOUNT)
    sender_name: str | None = _col("The sender's name then, as written")
    recipients: tuple[str, ...] | None = _col("Native ids of those it is addressed to", TEXTS, names=ACCOUNTS)
    direction: str | None = _col("outgoing or incoming, seen from the item's owner")
    kind: str = _col("text, action, media, system, notice or mail", default="text")
    text: str | None = _col("The text as a reader of the app sees it (markup taken out)")
    markup: str | None = _col("The text as stored, where that differs")
    subject: str | None = _col("Subject of a mail or post")
    sent: Moment | None = _time("When it was sent")
    received: Moment | None = _time("When it was received")
    edited: Moment | None = _time("When it was last edited")
    deleted: Moment | None = _time("When it was deleted")
    precision_us: int | None = _col(
        "Coarseness of its times: 1,000,000 for whole seconds", _BIG, "microseconds"
    )
    native_id: str | None = _col("The message's own id in its network, where the format states one")
    reply_to: str | None = _col("native_id of the message that it answers")
    forwarded: str | None = _col(
        "Whom or where it was forwarded from, as written; `yes` where only that is stated"
    )
    attachments: str | None = _col(
        "What is attached, as a JSON list of {name, mime, size, path, sha256, text}"
    )


@dataclass(slots=True, kw_only=True)
class Call(Trace):
    """One call."""

    table: ClassVar[str] = "calls"
    letter: ClassVar[str] = "c"

    conversation: str | None = _col("The conversation that it belongs to", names=CONVERSATION)
    caller: str | None = _col("Native id of who called", names=ACCOUNT)
    participants: tuple[str, ...] | None = _col(
        "Native ids of all others that took part or were called", TEXTS, names=ACCOUNTS
    )
    direction: str | None = _col("outgoing or incoming, seen from the item's owner")
    kind: str | None = _col("audio or video")
    started: Moment | None = _time("When it began (or rang)")
    duration: float | None = _col("How long it lasted", _FLOAT, "seconds")
    answered: bool | None = _col("Whether it was answered", _BOOL)
    native_id: str | None = _col("The call's own id in its network")


@dataclass(slots=True, kw_only=True)
class Contact(Trace):
    """One entry of an address book or contact list: the owner's name for an account."""

    table: ClassVar[str] = "contacts"
    letter: ClassVar[str] = "k"

    owner: str | None = _col("Native id of whose list it is", names=ACCOUNT)
    contact: str | None = _col("Native id of the account in the list", names=ACCOUNT)
    name: str | None = _col("The name in the list, as written")
    added: Moment | None = _time("When it was added")
    detail: str | None = _col("What else stands there (numbers, addresses, blocked ...), as JSON")


@dataclass(slots=True, kw_only=True)
class GroupMembership(Trace):
    """Somebody joined, left, was added or put out."""

    table: ClassVar[str] = "memberships"
    letter: ClassVar[str] = "g"

    conversation: str = _col("The conversation's native id in normal form", names=CONVERSATION)
    account: str = _col("Native id of the member", names=ACCOUNT)
    action: str = _col(
        "member (is listed as one), joined, left, quit, added, removed, role", default="member"
    )
    by: str | None = _col("Native id of who did it, where another", names=ACCOUNT)
    at: Moment | None = _time("When")
    role: str | None = _col("admin, operator, owner ... as written")
    reason: str | None = _col("Reason or parting words, as written")


@dataclass(slots=True, kw_only=True)
class Transfer(Trace):
    """One payment or transfer of money."""

    table: ClassVar[str] = "transfers"
    letter: ClassVar[str] = "t"

    sender: str | None = _col("The payer's account number, wallet or customer id", names=ACCOUNT)
    sender_name: str | None = _col("The payer's name, as written")
    receiver: str | None = _col("The payee's account number, wallet or customer id", names=ACCOUNT)
    receiver_name: str | None = _col("The payee's name, as written")
    amount: Decimal | None = _col("Amount, never negative", AMOUNT)
    currency: str | None = _col("ISO 4217 code, as written")
    direction: str | None = _col("outgoing (debit) or incoming (credit), seen from the statement's owner")
    time: Moment | None = _time("When it was booked or made")
    valued: Moment | None = _time("Value date")
    reference: str | None = _col("Message to the payee, remittance information, as written")
    native_id: str | None = _col("The transfer's own id: MTCN, end-to-end id, entry reference")
    channel: str | None = _col(
        "bank, remitter, wallet, card, cash ... as the source says or the mapping states"
    )
    detail: str | None = _col("What else stands there, as JSON")


@dataclass(slots=True, kw_only=True)
class Login(Trace):
    """An account used from an address."""

    table: ClassVar[str] = "logins"
    letter: ClassVar[str] = "l"

    account: str = _col("Native id of the account", names=ACCOUNT)
    ip: str | None = _col("IP address, if one is stated")
    port: int | None = _col("Port of that address", _INT)
    host: str | None = _col("Host name or mask, as written")
    user: str | None = _col("User part of user@host, as written")
    at: Moment | None = _time("When")
    what: str | None = _col("login, join, post, registration, mail ...: what it was seen at")
    client: str | None = _col("Program or user agent, as written")


@dataclass(slots=True, kw_only=True)
class MediaShare(Trace):
    """A file sent in a conversation."""

    table: ClassVar[str] = "media_shares"
    letter: ClassVar[str] = "s"

    conversation: str | None = _col("The conversation's native id in normal form", names=CONVERSATION)
    account: str | None = _col("Native id of who sent it", names=ACCOUNT)
    message_place: str | None = _col("`place` of the message in the same item that it hangs on")
    name: str | None = _col("File name, as written")
    path: str | None = _col("Path as written")
    mime: str | None = _col("Type as stated")
    size: int | None = _col("Size as stated", _BIG, "bytes")
    stated_hash: str | None = _col("Hash as stated: `sha256:<hex>`, `md5:<hex>`")
    at: Moment | None = _time("When it was shared")
    direction: str | None = _col("outgoing or incoming, seen from the item's owner")


@dataclass(slots=True, kw_only=True)
class Location(Trace):
    """A place that somebody was at or sent."""

    table: ClassVar[str] = "locations"
    letter: ClassVar[str] = "p"

    account: str | None = _col("Native id of the account", names=ACCOUNT)
    latitude: float | None = _col("WGS 84, north positive", _FLOAT, "degrees")
    longitude: float | None = _col("WGS 84, east positive", _FLOAT, "degrees")
    accuracy: float | None = _col("Accuracy as stated", _FLOAT, "metres")
    at: Moment | None = _time("When")
    name: str | None = _col("Name or address, as written")
    what: str | None = _col("sent, live, check-in ...: what it is")


@dataclass(slots=True, kw_only=True)
class Device(Trace):
    """A device or SIM that an item tells of."""

    table: ClassVar[str] = "devices"
    letter: ClassVar[str] = "d"

    account: str | None = _col("Native id of the account that used it", names=ACCOUNT)
    kind: str | None = _col("phone, sim, computer, app")
    native_id: str | None = _col("IMEI, ICCID, UUID ... with its kind before it: `imei:...`")
    model: str | None = _col("Model, as written")
    system: str | None = _col("Operating system or app version, as written")
    at: Moment | None = _time("When it was seen")


TRACES: tuple[type[Trace], ...] = (
    Account,
    Conversation,
    Message,
    Call,
    Contact,
    GroupMembership,
    Transfer,
    Login,
    MediaShare,
    Location,
    Device,
)
