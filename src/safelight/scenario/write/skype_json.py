"""Skype's export of an account (`messages.json`), as secure.skype.com delivered it.

Source: published exports and the readers made for them (siwen-r/skype-export-parser: fields and message types). Lists
run from the newest message to the oldest; text is HTML-escaped; an edited message ends in `<e_m .../>`; a call leaves
`Event/Call` messages when it begins and when it ends, joined by `callId`.
"""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any

from safelight.scenario.clock import utc
from safelight.scenario.world import Call, Conversation, FilePlan, Message, Record, World


def write(world: World, plan: FilePlan, root: Path, record: Record) -> None:
    """The export of the account `plan.owner`."""
    assert plan.owner is not None
    target = root / plan.path
    target.parent.mkdir(parents=True, exist_ok=True)
    record.account(plan, plan.path, plan.owner, None)
    with target.open("w", encoding="utf-8", newline="") as file:
        own = f"8:{world.accounts[plan.owner].native_id}"
        day = world.day(2)
        file.write(f'{{"userId":{json.dumps(own)},"exportDate":"{day}T09:12","conversations":[')
        for number, index in enumerate(plan.conversations):
            conversation = world.conversations[index]
            file.write("," if number else "")
            head, id_ = _head(world, plan, conversation, record)
            file.write(json.dumps(head, ensure_ascii=False, separators=(",", ":"))[:-1])
            file.write(',"MessageList":[')
            items = [_said(world, plan, message, id_, record) for message in world.held(plan, index)]
            held = set(plan.calls)
            for call in world.calls_of.get(index, ()):
                if call in held and plan.covers(world.calls[call].started_us):
                    items += _called(world, plan, world.calls[call], id_, record)
            items.sort(key=lambda item: (item["originalarrivaltime"], item["id"]), reverse=True)
            for at, item in enumerate(items):
                file.write("," if at else "")
                file.write(json.dumps(item, ensure_ascii=False, separators=(",", ":")))
            file.write("]}")
        file.write("]}")


def _iso(us: int) -> str:
    """`2016-01-12T17:30:00.123Z`, without zeros at the end of the fraction."""
    at = utc(us)
    fraction = f"{at.microsecond // 1000:03d}".rstrip("0")
    return f"{at:%Y-%m-%dT%H:%M:%S}{'.' if fraction else ''}{fraction}Z"


def _head(
    world: World, plan: FilePlan, conversation: Conversation, record: Record
) -> tuple[dict[str, Any], str]:
    thread: dict[str, Any] | None = None
    if conversation.kind == "direct":
        other = next(one for one in conversation.members if one != plan.owner)
        id_ = f"8:{world.accounts[other].native_id}"
        name: str | None = world.accounts[other].name_at(1 << 62)
        record.account(plan, plan.path, other, name)
    else:
        id_, name = conversation.native_id, conversation.title
        members = [f"8:{world.accounts[one].native_id}" for one in conversation.members]
        thread = {
            "membercount": len(members),
            "members": json.dumps(members, separators=(",", ":")),
            "topic": conversation.title,
        }
        for one in conversation.members:
            record.account(plan, plan.path, one, None)
    head = {
        "id": id_,
        "displayName": name,
        "version": 1_529_000_000_000.0,
        "properties": {
            "conversationblocked": False,
            "lastimreceivedtime": _iso(conversation.end_us),
            "consumptionhorizon": None,
            "conversationstatus": None,
        },
        "threadProperties": thread,
    }
    return head, id_


def _item(
    plan: FilePlan, world: World, us: int, kind: str, content: str, id_: str, sender: int
) -> dict[str, Any]:
    return {
        "id": str(us // 1000),
        "displayName": None,
        "originalarrivaltime": _iso(us),
        "messagetype": kind,
        "version": float(us // 1000),
        "content": content,
        "conversationid": id_,
        "from": f"8:{world.accounts[sender].native_id}",
        "properties": None,
        "amsreferences": None,
    }


def _said(world: World, plan: FilePlan, message: Message, id_: str, record: Record) -> dict[str, Any]:
    us = plan.stamp(message.sent_us)
    sender = world.accounts[message.sender]
    content = escape(message.text, quote=True).replace("&#x27;", "&apos;")
    item = _item(plan, world, us, "RichText", content, id_, message.sender)
    item["displayName"] = sender.name_at(message.sent_us)
    if message.edited_us is not None:
        ms = message.edited_us // 1000
        item["content"] += f'<e_m ts="{ms // 1000}" ts_ms="{ms}" a="{sender.native_id}" t="61"/>'
    record.message(
        plan,
        plan.path,
        message,
        sender=sender.native_id,
        sender_name=item["displayName"],
        utc_us=us,
        wall_us=None,
        text=message.text,
    )
    return item


def _called(world: World, plan: FilePlan, call: Call, id_: str, record: Record) -> list[dict[str, Any]]:
    """What a call leaves: begun and ended, or missed alone."""
    us = plan.stamp(call.started_us)
    guid = f"{call.native_id[:8]}-{call.native_id[8:12]}-4{call.native_id[12:15]}-a000-{call.id:012d}"
    people = (call.caller, *call.others)

    def parts(seconds: int | None) -> str:
        out = ""
        for one in people:
            account = world.accounts[one]
            lasted = "" if seconds is None else f"<duration>{seconds}</duration>"
            name = escape(account.name_at(call.started_us), quote=False)
            out += f'<part identity="{account.native_id}"><name>{name}</name>{lasted}</part>'
        return out

    def event(at: int, kind: str, seconds: int | None) -> dict[str, Any]:
        content = f'<partlist type="{kind}" alt="" callId="{guid}">{parts(seconds)}</partlist>'
        return _item(plan, world, at, "Event/Call", content, id_, call.caller)

    lasted = float(call.seconds) if call.answered else None
    record.call(plan, plan.path, call, utc_us=us, wall_us=None, seconds=lasted)
    if not call.answered:
        return [event(us, "missed", None)]
    return [event(us, "started", None), event(us + call.seconds * 1_000_000, "ended", call.seconds)]
