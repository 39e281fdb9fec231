"""Android's call log and address book: contacts2.db of Android 4, or calllog.db of Android 7 with contacts2.db beside it.

What stands in which column is as in a real database (plaso's test data) and in Android's documentation of CallLog.Calls and
ContactsContract. Times are milliseconds since 1970, durations seconds. The own number is not stated.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from safelight.scenario.world import FilePlan, Record, World
from safelight.scenario.write.database import Database, schema
from safelight.scenario.write.order import held_calls, own_end
from safelight.scenario.write.remnants import Value

_LIBRARY = 3_008_001
_INCOMING, _OUTGOING, _MISSED = 1, 2, 3
_MIMETYPES = ("vnd.android.cursor.item/phone_v2", "vnd.android.cursor.item/name")
_MOBILE = 2
#: The file of its own that the call log has since Android 7.
_APART = "calllog.db"


def write(world: World, plan: FilePlan, root: Path, record: Record) -> None:
    """Write the calls of `plan.calls`, and in the address book those who were spoken with and `plan.contacts`."""
    path = root / plan.path
    apart = path.name == _APART
    log = _database(path, "android_calllog_7" if apart else "android_contacts2")
    db = _database(path.with_name("contacts2.db"), "android_contacts2") if apart else log
    for number, mime in enumerate(_MIMETYPES, 1):
        db.add("mimetypes", {"_id": number, "mimetype": mime})
    calls = [world.calls[number] for number in held_calls(world, plan)]
    ends = [own_end(world, plan, (call.caller, *call.others)) for call in calls]
    others = [
        call.others[0] if own == call.caller else call.caller for call, own in zip(calls, ends, strict=True)
    ]
    known = sorted(
        set(others) | {one for one in plan.contacts if world.accounts[one].network in ("phone", "whatsapp")}
    )
    beside = str(PurePosixPath(plan.path).with_name("contacts2.db"))
    names = {account: world.contact_name(plan.owner, account) for account in known}
    for row, account in enumerate(known, 1):
        _contact(db, row, names[account], world.accounts[account].native_id)
        record.account(plan, beside if apart else plan.path, account, names[account])
    for number, (call, own, other) in enumerate(zip(calls, ends, others, strict=True), 1):
        native = world.accounts[other].native_id
        at = plan.stamp(call.started_us) // 1_000
        kind = _OUTGOING if own == call.caller else _INCOMING if call.answered else _MISSED
        log.add(
            "calls",
            {
                "_id": number,
                "number": native,
                "date": at,
                "duration": call.seconds,
                "type": kind,
                "new": int(kind == _MISSED),
                "name": names[other],
                "numbertype": _MOBILE,
                "countryiso": "NO",
                "is_read": 1,
                "matched_number": native,
                "normalized_number": native,
                "formatted_number": native,
            },
        )
        record.call(plan, plan.path, call, utc_us=at * 1_000, wall_us=None, seconds=float(call.seconds))
    log.finish()
    if apart:
        db.finish()


def _database(path: Path, name: str) -> Database:
    made = Database(path, schema(name), log=False, library=_LIBRARY, page=1024, vacuum=1)
    made.add("android_metadata", {"locale": "nb_NO"})
    return made


def _contact(db: Database, row: int, name: str, number: str) -> None:
    first, _, last = name.partition(" ")
    db.add("raw_contacts", {"_id": row, "contact_id": row, "display_name": name, "version": 2})
    db.add(
        "contacts",
        {"_id": row, "name_raw_contact_id": row, "has_phone_number": 1, "lookup": f"0r{row}-{row:04X}"},
    )
    phone: dict[str, Value] = {
        "_id": row * 2,
        "mimetype_id": 1,
        "raw_contact_id": row,
        "data1": number,
        "data2": str(_MOBILE),
    }
    db.add("data", {**phone, "data4": number})
    called: dict[str, Value] = {
        "_id": row * 2 + 1,
        "mimetype_id": 2,
        "raw_contact_id": row,
        "data1": name,
        "data2": first,
    }
    db.add("data", {**called, "data3": last or None})
    db.add(
        "phone_lookup",
        {
            "data_id": row * 2,
            "raw_contact_id": row,
            "normalized_number": number,
            "min_match": number[::-1][:7],
        },
    )
