"""Calls in Skype's main.db: a row of `Calls`, one of `CallMembers` for everybody else, one of `Videos` for a video call."""

from __future__ import annotations

from collections.abc import Callable

from safelight.scenario.world import Call, FilePlan, Record, World
from safelight.scenario.write.database import Database

_SECOND_US = 1_000_000
#: CallMembers.status: finished, missed; failurereason of a missed one; type: who called.
_FINISHED, _MISSED, _NO_ANSWER = 6, 8, 5
_THEY, _I = 1, 2
_VIDEO = 3


class Calls:
    """Writes them; `next_id` gives the ids that all tables share."""

    def __init__(
        self, db: Database, world: World, plan: FilePlan, record: Record, next_id: Callable[[], int]
    ) -> None:
        self._db, self._world, self._plan, self._record, self._next = db, world, plan, record, next_id

    def add(self, call: Call, convo: int) -> None:
        """One call in the conversation with that row."""
        start = self._plan.stamp(call.started_us) // _SECOND_US
        caller = self._world.accounts[call.caller].native_id
        row = self._next()
        name = f"{row}-{start}"
        incoming = call.caller != self._plan.owner
        self._db.add(
            "Calls",
            {
                "id": row,
                "is_permanent": 1,
                "begin_timestamp": start,
                "is_unseen_missed": int(incoming and not call.answered),
                "host_identity": caller,
                "duration": call.seconds if call.answered else None,
                "is_active": 0,
                "name": name,
                "is_incoming": int(incoming),
                "is_conference": int(len(call.others) > 1),
                "is_on_hold": 0,
                "start_timestamp": start,
                "current_video_audience": caller if call.kind == "video" else None,
                "premium_video_status": 0,
                "conv_dbid": convo,
            },
        )
        for member in (call.caller, *call.others):
            if member != self._plan.owner:
                self._member(call, member, row, name)
        if call.kind == "video":
            self._db.add(
                "Videos",
                {
                    "id": self._next(),
                    "is_permanent": 1,
                    "status": 8,
                    "timestamp": start,
                    "duration_720": call.seconds,
                    "convo_id": convo,
                    "device_path": "",
                },
            )
        self._record.call(
            self._plan,
            self._plan.path,
            call,
            utc_us=start * _SECOND_US,
            wall_us=None,
            seconds=float(call.seconds) if call.answered else None,
        )

    def _member(self, call: Call, member: int, row: int, name: str) -> None:
        one = self._world.accounts[member]
        start = self._plan.stamp(call.started_us) // _SECOND_US
        caller = self._world.accounts[call.caller].native_id
        self._db.add(
            "CallMembers",
            {
                "id": self._next(),
                "is_permanent": 1,
                "identity": one.native_id,
                "real_identity": one.native_id,
                "dispname": one.name_at(call.started_us),
                "call_duration": call.seconds if call.answered else None,
                "type": _THEY if call.caller != self._plan.owner else _I,
                "status": _FINISHED if call.answered else _MISSED,
                "failurereason": None if call.answered else _NO_ANSWER,
                "videostatus": _VIDEO if call.kind == "video" else 0,
                "call_name": name,
                "guid": f"{caller}-{one.native_id}-{start}-{row}",
                "start_timestamp": start if call.answered else 0,
                "creation_timestamp": start,
                "call_db_id": row,
            },
        )
