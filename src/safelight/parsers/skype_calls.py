"""Calls of Skype's export, put together from their events (the format: `skype_export.py`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import orjson

from safelight.parsers.json_values import record, text
from safelight.parsers.model import Emitted, Trouble
from safelight.parsers.skype_content import PartList, part_list
from safelight.traces.iso_text import moment
from safelight.traces.model import Call
from safelight.traces.moment import Moment
from safelight.traces.networks import normal

if TYPE_CHECKING:
    from safelight.parsers.skype_messages import Chat

#: Events that wait for their other half; beyond that the oldest are told as they are.
_WAITING = 10_000
_SEEN = 1_000_000

_Event = tuple[str, PartList, str | None, Moment | None]


class Calls:
    """The calls of one conversation."""

    def __init__(self, chat: Chat, seen: set[str]) -> None:
        self._chat = chat
        self._seen = seen
        self._waiting: dict[str, _Event] = {}

    def event(self, place: str, content: str, sender: str | None, sent: Moment | None) -> Iterator[Emitted]:
        """One `Event/Call`."""
        found = part_list(content)
        if found is None:
            yield Trouble(place, "corrupt", "a call without its list of parts")
            return
        now = (place, found, sender, sent)
        if found.call_id is None:
            # Without an id the two halves cannot be joined: the one that knows the duration speaks for the call.
            if found.type != "started":
                yield from self._told(now, None)
            return
        other = self._waiting.pop(found.call_id, None)
        if other is None:
            self._waiting[found.call_id] = now
            if len(self._waiting) > _WAITING:
                yield from self._alone(self._waiting.pop(next(iter(self._waiting))))
        elif found.type == "started":
            yield from self._told(other, now)
        else:
            yield from self._told(now, other)

    def rest(self) -> Iterator[Call]:
        """Calls of which one half alone is there."""
        for event in self._waiting.values():
            yield from self._alone(event)
        self._waiting.clear()

    def logged(self, place: str, value: Any) -> Iterator[Emitted]:
        """One line of the call log: JSON in a text."""
        try:
            line = record(orjson.loads(value)) if isinstance(value, str) else record(value)
        except orjson.JSONDecodeError as error:
            yield Trouble(place, "corrupt", f"a line of the call log: {error}")
            return
        call_id = text(line.get("callId"))
        if not self._new(call_id):
            return
        caller, target = _account(line.get("originator")), _account(line.get("target"))
        begun, ended = moment(line.get("connectTime") or line.get("startTime")), moment(line.get("endTime"))
        seconds = None
        answered = {"accepted": True, "missed": False, "declined": False}.get(
            str(line.get("callState")).lower()
        )
        if answered and begun and ended and begun.utc_us is not None and ended.utc_us is not None:
            seconds = max(0, ended.utc_us - begun.utc_us) / 1_000_000
        yield Call(
            place=place,
            network="skype",
            caller=caller,
            participants=(target,) if target else None,
            direction=self._chat.direction(caller),
            started=moment(line.get("startTime")),
            duration=seconds,
            answered=answered,
            native_id=call_id,
        )

    def _new(self, call_id: str | None) -> bool:
        if call_id is None:
            return True
        if call_id in self._seen:
            return False
        if len(self._seen) >= _SEEN:
            self._seen.clear()
        self._seen.add(call_id)
        return True

    def _alone(self, event: _Event) -> Iterator[Call]:
        yield from self._told(event, event if event[1].type == "started" else None)

    def _told(self, ending: _Event, beginning: _Event | None) -> Iterator[Call]:
        place, parts, sender, ended = ending
        if not self._new(parts.call_id):
            return
        caller = beginning[2] if beginning else sender
        seconds = parts.seconds if parts.type != "started" else None
        started = beginning[3] if beginning else ended
        if beginning is None and seconds and ended and ended.utc_us is not None and ended.wall_us is not None:
            shift = round(seconds * 1_000_000)
            started = Moment(ended.utc_us - shift, ended.wall_us - shift, ended.text, "derived")
        named = {_account(identity) for identity, _name in parts.parts}
        if beginning:
            named |= {_account(identity) for identity, _name in beginning[1].parts}
        named |= set(self._chat.other(caller) or ())
        yield Call(
            place=place,
            network="skype",
            conversation=self._chat.native,
            caller=caller,
            participants=tuple(sorted(one for one in named if one and one != caller)) or None,
            direction=self._chat.direction(caller),
            started=started,
            duration=seconds,
            answered=False if parts.type == "missed" else True if seconds else None,
            native_id=parts.call_id,
        )


def _account(value: Any) -> str | None:
    native = text(value)
    return normal("skype", native) if native else None
