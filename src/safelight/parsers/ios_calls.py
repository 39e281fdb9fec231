"""Calls of an iPhone: CallHistory.storedata (since iOS 8) and call_history.db (before).

Facts: the descriptions of iLEAPP and plaso (`ZCALLRECORD`: Core Data, seconds since 2001 UTC; `call`: seconds since 1970
UTC, `flags` 4 incoming and 5 outgoing). `ZCALLTYPE` 8 is FaceTime with video, 16 FaceTime audio. Other apps'
calls stand here under their provider. Whose telephone it is stands nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from safelight.inspect.model import Group
from safelight.parsers.json_values import number, real, text
from safelight.parsers.known_columns import IOS_CALLS
from safelight.parsers.model import Emitted, Subject, Variant
from safelight.parsers.observed import Observed
from safelight.parsers.sqlite_file import Database, refuse_encrypted
from safelight.traces import epochs
from safelight.traces.model import Account, Call, State, Trace
from safelight.traces.networks import direct, normal

RECORDS = (
    "ZADDRESS", "ZDATE", "ZDURATION", "ZORIGINATED", "ZANSWERED", "ZCALLTYPE", "ZSERVICE_PROVIDER", "ZUNIQUE_ID", "ZNAME",
)  # fmt: skip
CALLS = ("address", "date", "duration", "flags", "name")

_VIDEO, _OUTGOING = 8, 1

_STORE = Variant(
    "CallHistory.storedata", "documentation", "Core Data table ZCALLRECORD; iLEAPP's description"
)
_OLD = Variant("call_history.db", "documentation", "table call with flags; plaso's and iLEAPP's descriptions")


class IosCalls:
    """The call history of an iPhone."""

    name = "ios-calls"
    version = 2
    title = "iOS call history"
    variants: tuple[Variant, ...] = (_STORE, _OLD)
    emits: tuple[type[Trace], ...] = (Account, Call)

    def accepts(self, mime: str, group: Group, size: int) -> bool:
        """SQLite databases, and files of unknown type for encrypted ones."""
        return mime in ("application/vnd.sqlite3", "application/octet-stream")

    def recognise(self, subject: Subject) -> Variant | None:
        """The table of either form."""
        refuse_encrypted(subject, {"callhistory.storedata", "call_history.db"}, "the iPhone's calls")
        database = Database.of(subject)
        if database is None:
            return None
        if database.has("ZCALLRECORD", "ZADDRESS", "ZDATE"):
            return _STORE
        return _OLD if database.has("call", "address", "date", "duration", "flags") else None

    def parse(self, subject: Subject, variant: Variant) -> Iterable[Emitted]:
        """Calls, deleted ones after the live ones, and the names that they carried."""
        database = Database.of(subject)
        assert database
        seen: dict[str, Observed] = {}
        table, columns, one = (
            ("ZCALLRECORD", RECORDS, _record) if variant is _STORE else ("call", CALLS, _call)
        )
        for row in database.rows(table, columns):
            yield one(f"{table}:{row[0]}", "live", row[1:], seen)
        for found in database.recovered({table: columns}):
            yield one(found.place, "recovered", found.values, seen)
        for observed in seen.values():
            yield from observed.traces()
        yield from database.unknown(IOS_CALLS)
        yield from database.troubles()


def _network(provider: Any) -> str:
    name = (text(provider) or "").lower()
    if not name or name in ("com.apple.telephony", "com.apple.coretelephony"):
        return "phone"
    if "facetime" in name:
        return "imessage"
    return "whatsapp" if "whatsapp" in name else "skype" if "skype" in name else name


def _record(place: str, state: State, values: Sequence[Any], seen: dict[str, Observed]) -> Call:
    address, date, lasted, originated, answered, kind, provider, native, name = values
    if type(address) is bytes:
        address = address.decode("utf-8", "backslashreplace")
    outgoing = None if originated is None else originated == 1
    return _made(
        place,
        state,
        _network(provider),
        text(address),
        epochs.cocoa(number(date)),
        lasted,
        outgoing,
        text(name),
        seen,
        video=kind == _VIDEO,
        answered=None if answered is None or outgoing else answered == 1,
        native=text(native),
    )


def _call(place: str, state: State, values: Sequence[Any], seen: dict[str, Observed]) -> Call:
    address, date, lasted, flags, name = values
    outgoing = bool(flags & _OUTGOING) if type(flags) is int else None
    started = epochs.unix_seconds(number(date))
    return _made(place, state, "phone", text(address), started, lasted, outgoing, text(name), seen)


def _made(
    place: str,
    state: State,
    network: str,
    address: str | None,
    started: Any,
    lasted: Any,
    outgoing: bool | None,
    name: str | None,
    seen: dict[str, Observed],
    *,
    video: bool = False,
    answered: bool | None = None,
    native: str | None = None,
) -> Call:
    other = normal(network, address) if address else None
    observed = seen.setdefault(network, Observed(network))
    kind = "e-mail" if address and "@" in address else "phone"
    for written, what in ((address, kind), (name, "address book")):
        if written:
            observed.see(other, written, what, place, started)
    seconds = real(lasted)
    return Call(
        place=place,
        network=network,
        state=state,
        conversation=direct(network, None, other) if other else None,
        caller=other if outgoing is False else None,
        participants=(other,) if other and outgoing else None,
        direction=None if outgoing is None else "outgoing" if outgoing else "incoming",
        kind="video" if video else "audio",
        started=started,
        duration=seconds,
        answered=True if seconds else answered,
        native_id=native,
    )
