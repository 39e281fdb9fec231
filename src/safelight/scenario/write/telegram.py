"""Telegram Desktop's export of a whole account (`result.json`).

Source: tdesktop `export/output/export_output_json.cpp` (keys, their order, an indent of one space) and published exports.
Two variants: `local` (until 2021: wall clock alone, numbers for people) and `unixtime` (`date_unixtime`, `user123`). In a
private chat each account counts its own messages, so the same one has another id in the other end's export.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from heapq import merge
from pathlib import Path
from typing import Any, TextIO

from safelight.scenario.clock import WallClock
from safelight.scenario.media import picture
from safelight.scenario.world import Call, Conversation, FilePlan, Message, Record, World

_MARKED = re.compile(r"https?://\S+|@\w[\w.]*")
_ABOUT = "Here is the data you requested. Remember: we don't use your data to target ads."


def write(world: World, plan: FilePlan, root: Path, record: Record) -> None:
    """The export of the account `plan.owner`."""
    assert plan.owner is not None
    target = root / plan.path
    target.parent.mkdir(parents=True, exist_ok=True)
    owner = world.accounts[plan.owner]
    first, _, last = owner.name_at(1 << 62).partition(" ")
    with target.open("w", encoding="utf-8", newline="\n") as file:
        about = {
            "about": _ABOUT,
            "personal_information": {
                "user_id": int(owner.native_id.removeprefix("user")),
                "first_name": first,
                "last_name": last,
                "phone_number": world.persons[owner.owners[0]].phone,
                "username": f"@{owner.user}",
            },
        }
        file.write(json.dumps(about, ensure_ascii=False, indent=1)[:-2])
        file.write(',\n "chats": {\n  "about": "This page lists all chats from this export.",\n  "list": [')
        record.account(plan, plan.path, plan.owner, None)
        for number, index in enumerate(plan.conversations):
            file.write("," if number else "")
            _Chat(world, plan, root, record, file, world.conversations[index]).write()
        file.write("\n  ]\n }\n}")


class _Chat:
    def __init__(
        self,
        world: World,
        plan: FilePlan,
        root: Path,
        record: Record,
        file: TextIO,
        conversation: Conversation,
    ) -> None:
        self._world, self._plan, self._root, self._record, self._file = world, plan, root, record, file
        self._conversation = conversation
        self._clock = WallClock(plan.zone)
        self._new = plan.options["times"] == "unixtime"
        self._ids: dict[int, int] = {}
        self._own_count = 10 + (plan.owner or 0) % 97

    def write(self) -> None:
        world, conversation = self._world, self._conversation
        if conversation.kind == "direct":
            other = next(one for one in conversation.members if one != self._plan.owner)
            account = world.accounts[other]
            name, kind, id_ = (
                account.name_at(1 << 62),
                "personal_chat",
                int(account.native_id.removeprefix("user")),
            )
            self._record.account(self._plan, self._plan.path, other, name)
        else:
            name, kind, id_ = (
                conversation.title or "",
                "private_supergroup",
                int(conversation.native_id.removeprefix("channel")),
            )
        head = f'{{\n    "name": {_quoted(name)},\n    "type": "{kind}",\n    "id": {id_},\n    "messages": ['
        self._file.write("\n   " + head)
        first = True
        for fields in self._items():
            lines = ",\n".join(f'      "{key}": {value}' for key, value in fields.items())
            self._file.write(f"{'' if first else ','}\n     {{\n{lines}\n     }}")
            first = False
        self._file.write("\n    ]\n   }")

    def _items(self) -> Iterator[dict[str, Any]]:
        """Messages and calls in order of time, as JSON texts by key."""
        held = set(self._plan.calls)
        calls = [
            self._world.calls[one]
            for one in self._world.calls_of.get(self._conversation.index, ())
            if one in held and self._plan.covers(self._world.calls[one].started_us)
        ]
        calls.sort(key=lambda call: call.started_us)
        # Ids grow by gaps: other chats of the account take numbers in between.
        said: Iterator[Message | Call] = self._world.held(self._plan, self._conversation.index)
        called: Iterator[Message | Call] = iter(calls)
        for one in merge(said, called, key=_when):
            self._own_count += 1 + _when(one) // 1000 % 3
            yield self._called(one) if isinstance(one, Call) else self._said(one)

    def _dated(self, key: str, us: int) -> dict[str, str]:
        out = {key: f'"{self._clock.shown(us):%Y-%m-%dT%H:%M:%S}"'}
        if self._new:
            out[f"{key}_unixtime"] = f'"{us // 1_000_000}"'
        return out

    def _someone(self, role: str, account: int, us: int) -> dict[str, str]:
        found = self._world.accounts[account]
        id_ = f'"{found.native_id}"' if self._new else found.native_id.removeprefix("user")
        return {role: _quoted(found.name_at(us)), f"{role}_id": id_}

    def _said(self, message: Message) -> dict[str, Any]:
        us = self._plan.stamp(message.sent_us)
        id_ = int(message.native_id) if message.native_id else self._own_count
        self._ids[message.id] = id_
        self._ids.pop(message.id - 400, None)
        out: dict[str, Any] = {"id": id_, "type": '"message"', **self._dated("date", us)}
        if message.edited_us is not None:
            out |= self._dated("edited", self._plan.stamp(message.edited_us))
        out |= self._someone("from", message.sender, message.sent_us)
        if message.reply_to is not None and message.reply_to in self._ids:
            out["reply_to_message_id"] = self._ids[message.reply_to]
        if message.media is not None:
            out["photo"] = _quoted(self._photo(message))
            out |= {"width": 320, "height": 240}
        text, entities = _text(message.text)
        out["text"] = text
        if self._new:
            out["text_entities"] = entities
        self._record.message(
            self._plan,
            self._plan.path,
            message,
            sender=self._world.accounts[message.sender].native_id,
            sender_name=self._world.accounts[message.sender].name_at(message.sent_us),
            utc_us=us if self._new else None,
            wall_us=self._clock.wall_us(us),
            text=message.text,
        )
        return out

    def _photo(self, message: Message) -> str:
        """Path of the picture in the export; large exports were made without pictures."""
        assert message.media is not None
        if self._world.size != "small":
            return "(File not included. Change data exporting settings to download.)"
        name = f"photos/photo_{message.id}@{self._clock.shown(message.sent_us):%d-%m-%Y_%H-%M-%S}.jpg"
        path = (self._root / self._plan.path).parent / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(picture(message.media))
        return name

    def _called(self, call: Call) -> dict[str, Any]:
        us = self._plan.stamp(call.started_us)
        out: dict[str, Any] = {"id": self._own_count, "type": '"service"', **self._dated("date", us)}
        out |= self._someone("actor", call.caller, us)
        out["action"] = '"phone_call"'
        if call.answered:
            out["duration_seconds"] = call.seconds
        out["discard_reason"] = '"hangup"' if call.answered else '"missed"'
        out["text"] = '""'
        if self._new:
            out["text_entities"] = "[]"
        self._record.call(
            self._plan,
            self._plan.path,
            call,
            utc_us=us if self._new else None,
            wall_us=self._clock.wall_us(us),
            seconds=float(call.seconds) if call.answered else None,
        )
        return out


def _when(one: Message | Call) -> int:
    return one.started_us if isinstance(one, Call) else one.sent_us


def _quoted(text: str | None) -> str:
    return json.dumps(text, ensure_ascii=False)


def _text(text: str) -> tuple[str, str]:
    """`text` (a string, or a list where parts are marked) and `text_entities`."""
    parts: list[tuple[str, str]] = []
    at = 0
    for found in _MARKED.finditer(text):
        if found.start() > at:
            parts.append(("plain", text[at : found.start()]))
        parts.append(("link" if found[0].startswith("http") else "mention", found[0]))
        at = found.end()
    if at < len(text):
        parts.append(("plain", text[at:]))
    entities = json.dumps([{"type": kind, "text": part} for kind, part in parts], ensure_ascii=False)
    if all(kind == "plain" for kind, _ in parts):
        return _quoted(text), entities
    listed = [part if kind == "plain" else {"type": kind, "text": part} for kind, part in parts]
    return json.dumps(listed, ensure_ascii=False), entities
