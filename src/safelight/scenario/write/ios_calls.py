"""The iPhone's CallHistory.storedata of iOS 9 (a Core Data store): telephone and FaceTime calls.

What stands in which column follows public descriptions (iLEAPP, plaso): ZADDRESS holds the number as bytes, ZCALLTYPE is 1
for telephone, 8 for FaceTime video, 16 for FaceTime audio. Times are seconds since 2001.
"""

from __future__ import annotations

from pathlib import Path

from safelight.scenario.world import FilePlan, Record, World
from safelight.scenario.write.core_data import add_metadata, seconds, stable_uuid
from safelight.scenario.write.database import Database, schema
from safelight.scenario.write.order import held_calls, own_end

_LIBRARY = 3_008_008
_TELEPHONE, _FACETIME_VIDEO, _FACETIME_AUDIO = 1, 8, 16


def write(world: World, plan: FilePlan, root: Path, record: Record) -> None:
    """Write the calls of `plan.calls`, the oldest first."""
    db = Database(
        root / plan.path,
        schema("ios_calls_9"),
        log=False,
        library=_LIBRARY,
        vacuum=2,
        salt=world.seed + 3,
    )
    calls = [world.calls[number] for number in held_calls(world, plan)]
    add_metadata(db, plan.path, {"CallDBProperties": 1, "CallRecord": len(calls)})
    talked = float(sum(call.seconds for call in calls))
    timers = {"ZTIMER_ALL": talked, "ZTIMER_LIFETIME": talked}
    db.add("ZCALLDBPROPERTIES", {"Z_PK": 1, "Z_ENT": 1, "Z_OPT": len(calls), **timers})
    for number, call in enumerate(calls, 1):
        own = own_end(world, plan, (call.caller, *call.others))
        other = call.others[0] if own == call.caller else call.caller
        native = world.accounts[other].native_id
        at = plan.stamp(call.started_us)
        kind = _TELEPHONE
        if world.accounts[other].network == "imessage":
            kind = _FACETIME_VIDEO if call.kind == "video" else _FACETIME_AUDIO
        db.add(
            "ZCALLRECORD",
            {
                "Z_PK": number,
                "Z_ENT": 2,
                "Z_OPT": 1,
                "ZANSWERED": int(call.answered and own != call.caller),
                "ZCALLTYPE": kind,
                "ZDISCONNECTED_CAUSE": 0,
                "ZNUMBER_AVAILABILITY": 0,
                "ZORIGINATED": int(own == call.caller),
                "ZREAD": 1,
                "ZDATE": seconds(at),
                "ZDURATION": float(call.seconds),
                "ZISO_COUNTRY_CODE": "no" if native.startswith("+47") else "ph",
                "ZUNIQUE_ID": stable_uuid("call", world.seed, call.id).upper(),
                "ZADDRESS": native.encode(),
            },
        )
        record.account(plan, plan.path, other, None)
        record.call(plan, plan.path, call, utc_us=at, wall_us=None, seconds=float(call.seconds))
    db.finish()
