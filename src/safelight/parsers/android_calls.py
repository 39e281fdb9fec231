"""Calls of an Android telephone: the table `calls` of contacts2.db (to Android 6) or calllog.db (since Android 7).

Facts: `android.provider.CallLog.Calls` (Android reference: types, features, presentation) and AOSP CallLogDatabaseHelper
for the columns. Numbers are stored as dialled; `normalized_number` is the telephone's own reading of one in E.164 and is
taken as the account where it is there. Times are milliseconds since 1970 UTC. The telephone's own number stands nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from safelight.inspect.model import Group
from safelight.parsers.json_values import real, text
from safelight.parsers.known_columns import ANDROID_CALLS
from safelight.parsers.model import Emitted, Subject, Variant
from safelight.parsers.observed import Observed
from safelight.parsers.sqlite_file import Database
from safelight.traces import epochs
from safelight.traces.model import Account, Call, Trace
from safelight.traces.networks import direct, normal

NETWORK = "phone"

COLUMNS = ("number", "date", "duration", "type", "name", "normalized_number", "features", "presentation")

#: Incoming and whether it was answered, by `type`; what is missing is not said by the format.
_TYPES: Mapping[int, tuple[str, bool | None]] = {
    1: ("incoming", True),
    2: ("outgoing", None),
    3: ("incoming", False),
    4: ("incoming", False),
    5: ("incoming", False),
    6: ("incoming", False),
    7: ("incoming", None),
}
_VIDEO = 1

_REAL = Variant(
    "calls in contacts2.db",
    "real files",
    "table calls beside other tables of the contacts provider; a file of plaso's test data (Android 4)",
)
_ALONE = Variant(
    "calllog.db", "documentation", "table calls alone with its own database; Android's CallLog reference"
)


class AndroidCalls:
    """Android's call log."""

    name = "android-calls"
    version = 2
    title = "Android call log"
    variants: tuple[Variant, ...] = (_REAL, _ALONE)
    emits: tuple[type[Trace], ...] = (Account, Call)

    def accepts(self, mime: str, group: Group, size: int) -> bool:
        """SQLite databases."""
        return mime == "application/vnd.sqlite3"

    def recognise(self, subject: Subject) -> Variant | None:
        """A table `calls` with Android's columns."""
        database = Database.of(subject)
        if database is None or not database.has("calls", "number", "date", "duration", "type", "new"):
            return None
        return _REAL if database.has("contacts") or database.has("data") else _ALONE

    def parse(self, subject: Subject, variant: Variant) -> Iterable[Emitted]:
        """Calls, and the numbers with the names that the telephone knew them by."""
        database = Database.of(subject)
        assert database
        seen = Observed(NETWORK)
        for rowid, *values in database.rows("calls", COLUMNS):
            yield _call(f"calls:{rowid}", values, seen)
        for row in database.recovered({"calls": COLUMNS}):
            call = _call(row.place, row.values, seen)
            call.state = "recovered"
            yield call
        yield from seen.traces()
        yield from database.unknown(ANDROID_CALLS)
        yield from database.troubles()


def other_end(number: Any) -> str | None:
    """The account of a stored number; -1 to -3 stand for unknown, private and payphone."""
    found = text(number)
    return None if found is None or found.strip() in ("", "-1", "-2", "-3") else normal(NETWORK, found)


def _call(place: str, values: Iterable[Any], seen: Observed) -> Call:
    number, date, duration, kind, name, normalized, features, presentation = values
    other = other_end(normalized) or other_end(number)
    if presentation not in (None, 1):
        other = other_end(number)
    started = epochs.unix_millis(date if isinstance(date, int | float | str) else None)
    direction, answered = _TYPES.get(kind, (None, None)) if isinstance(kind, int) else (None, None)
    lasted = real(duration)
    if answered is None and direction == "outgoing" and lasted:
        answered = True
    for written, what in ((text(number), "phone"), (text(name), "address book")):
        if written and other:
            seen.see(other, written, what, place, started)
    return Call(
        place=place,
        network=NETWORK,
        conversation=direct(NETWORK, None, other) if other else None,
        caller=other if direction == "incoming" else None,
        participants=(other,) if other and direction == "outgoing" else None,
        direction=direction,
        kind="video" if isinstance(features, int) and features & _VIDEO else "audio",
        started=started,
        duration=lasted,
        answered=answered,
    )
