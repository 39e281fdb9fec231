"""Discord channels as DiscordChatExporter writes them (JSON): one file a channel or direct chat.

Source: the exporter's `JsonMessageWriter.cs` (github.com/Tyrrrz/DiscordChatExporter): names and order of the fields, times
with offset and milliseconds where there are any.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from safelight.scenario.clock import WallClock
from safelight.scenario.world import Conversation, FilePlan, Message, Record, World

_GUILD = ("440000000000000001", "Sjakk & tog")


def write(world: World, plan: FilePlan, root: Path, record: Record) -> None:
    """One file for each conversation."""
    clock = WallClock(plan.zone)
    for index in plan.conversations:
        conversation = world.conversations[index]
        direct = conversation.kind == "direct"
        guild = ("0", "Direct Messages") if direct else _GUILD
        channel = _channel(world, plan, conversation)
        safe = "".join("_" if letter in '/\\:*?"<>|' else letter for letter in channel["name"])
        middle = "" if direct else f"{channel['category']} - "
        path = f"{plan.path}/{guild[1]} - {middle}{safe} [{channel['id']}].json"
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        head = {
            "guild": {"id": guild[0], "name": guild[1], "iconUrl": ""},
            "channel": channel,
            "dateRange": {"after": None, "before": None},
            "exportedAt": f"{world.day(-1)}T10:00:00.1234567+00:00",
        }
        count = 0
        recent: dict[int, str] = {}
        with target.open("w", encoding="utf-8", newline="") as file:
            file.write(json.dumps(head, ensure_ascii=False, indent=2)[:-2] + ',\n  "messages": [')
            for message in world.held(plan, index):
                file.write("," if count else "")
                count += 1
                item = _said(world, plan, message, channel["id"], clock, path, recent, record)
                body = json.dumps(item, ensure_ascii=False, separators=(", ", ": "))
                file.write("\n    " + body)
            file.write(f'\n  ],\n  "messageCount": {count}\n}}')


def _channel(world: World, plan: FilePlan, conversation: Conversation) -> dict[str, Any]:
    if conversation.kind == "direct":
        other = next(one for one in conversation.members if one != plan.owner)
        name, kind = world.accounts[other].names[0].name, "DirectTextChat"
        return {
            "id": conversation.native_id,
            "type": kind,
            "categoryId": None,
            "category": "Private",
            "name": name,
            "topic": None,
        }
    return {
        "id": conversation.native_id,
        "type": "GuildTextChat",
        "categoryId": "440000000000000002",
        "category": "Prat",
        "name": conversation.title or "",
        "topic": None,
    }


def _said(
    world: World,
    plan: FilePlan,
    message: Message,
    channel: str,
    clock: WallClock,
    path: str,
    recent: dict[int, str],
    record: Record,
) -> dict[str, Any]:
    us = plan.stamp(message.sent_us)

    def iso(at: int) -> str:
        shown, offset = clock.shown(at), clock.offset(at)
        fraction = f".{shown.microsecond // 1000:03d}" if shown.microsecond else ""
        return f"{shown:%Y-%m-%dT%H:%M:%S}{fraction}{offset[:3]}:{offset[3:]}"

    sender = world.accounts[message.sender]
    item: dict[str, Any] = {
        "id": message.native_id,
        "type": "Default" if message.reply_to is None else "Reply",
        "timestamp": iso(us),
        "timestampEdited": None if message.edited_us is None else iso(plan.stamp(message.edited_us)),
        "callEndedTimestamp": None,
        "isPinned": False,
        "content": message.text,
        "author": {
            "id": sender.native_id,
            "name": sender.names[0].name,
            "discriminator": sender.user,
            "nickname": sender.names[0].name,
            "color": None,
            "isBot": False,
            "roles": [],
            "avatarUrl": "https://cdn.example.org/embed/avatars/1.png",
        },
        "attachments": [],
        "embeds": [],
        "stickers": [],
        "reactions": [],
        "mentions": [],
    }
    if message.media is not None:
        item["attachments"].append(
            {
                "id": str(int(message.native_id) + 1),
                "url": f"https://cdn.example.org/attachments/{channel}/{message.native_id}/{message.media.name}",
                "fileName": message.media.name,
                "fileSizeBytes": 9_000 + message.media.seed,
            }
        )
    if message.reply_to is not None:
        item["reference"] = {"messageId": recent.get(message.reply_to), "channelId": channel, "guildId": None}
    record.message(
        plan,
        path,
        message,
        sender=sender.native_id,
        sender_name=sender.names[0].name,
        utc_us=us,
        wall_us=clock.wall_us(us),
        text=message.text,
    )
    recent[message.id] = message.native_id
    recent.pop(message.id - 400, None)
    return item
