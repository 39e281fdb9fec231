"""Pidgin's logs, as HTML and as text: one file a conversation window, named by when it was opened.

`.purple/logs/<protocol>/<own account>/<other account>/2016-01-12.183000+0100CET.html`. The first line names the other end,
the time, the own account and the protocol; lines carry the time of day alone. Source: libpurple `log.c`, html and txt
loggers (forms of the lines); developer.pidgin.im "Log file format".
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from safelight.scenario.clock import DAYS, MONTHS, WallClock
from safelight.scenario.sizes import HOUR_US
from safelight.scenario.world import Conversation, FilePlan, Message, Record, World

#: A window is closed when nothing was said for so long.
_SILENCE_US = 4 * HOUR_US
_PROTOCOLS = {"xmpp": "jabber", "icq": "icq"}


def write(world: World, plan: FilePlan, root: Path, record: Record) -> None:
    """One file for each time that a window was open."""
    assert plan.owner is not None
    owner = world.accounts[plan.owner]
    clock = WallClock(plan.zone)
    for index in plan.conversations:
        conversation = world.conversations[index]
        other = next(one for one in conversation.members if one != plan.owner)
        for messages in windows(world, plan, conversation):
            opened = plan.stamp(messages[0].sent_us)
            name = f"{clock.shown(opened):%Y-%m-%d.%H%M%S}{clock.offset(opened)}{clock.letters(opened)}"
            end = "html" if plan.format == "pidgin-html" else "txt"
            path = f"{plan.path}/{world.accounts[other].native_id}/{name}.{end}"
            lines = [
                _head(
                    world,
                    plan,
                    clock,
                    opened,
                    world.accounts[other].native_id,
                    owner.native_id,
                    owner.network,
                )
            ]
            for message in messages:
                us = plan.stamp(message.sent_us)
                sender = world.accounts[message.sender]
                mine = message.sender == plan.owner
                shown = clock.shown(us)
                # A day that is not the window's is written before the time.
                same = shown.date() == clock.shown(opened).date()
                time = f"{shown:%H:%M:%S}" if same else f"{shown:%Y-%m-%d %H:%M:%S}"
                alias = sender.name_at(message.sent_us)
                lines.append(_line(plan, time, alias, message.text, mine))
                record.message(
                    plan,
                    path,
                    message,
                    sender=None,
                    sender_name=alias,
                    utc_us=us,
                    wall_us=clock.wall_us(us),
                    text=message.text,
                )
            if plan.format == "pidgin-html":
                lines.append("</body></html>")
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text("\n".join(lines) + "\n", "utf-8", newline="")
            for account in (plan.owner, other):
                record.account(plan, path, account, None)


def windows(world: World, plan: FilePlan, conversation: Conversation) -> Iterator[list[Message]]:
    """The messages of a conversation by the window in which they stood."""
    number, last = 0, 0

    def of(message: Message) -> int:
        nonlocal number, last
        us = plan.stamp(message.sent_us)
        # A clock that was set also ends a window: no line of it may be older than its name.
        if us - last > _SILENCE_US or us < last:
            number += 1
        last = us
        return number

    for _, messages in groupby(world.held(plan, conversation.index), of):
        yield list(messages)


def _head(world: World, plan: FilePlan, clock: WallClock, us: int, other: str, own: str, network: str) -> str:
    at = clock.shown(us)
    day = f"{DAYS[at.weekday()]} {at.day:02d} {MONTHS[at.month - 1]} {at.year} {at:%H:%M:%S}"
    words = f"Conversation with {other} at {day} {clock.letters(us)} on {own} ({_PROTOCOLS[network]})"
    if plan.format == "pidgin-txt":
        return words
    return (
        '<html><head><meta http-equiv="content-type" content="text/html; charset=UTF-8">'
        f"<title>{words}</title></head><body><h3>{words}</h3>"
    )


def _line(plan: FilePlan, time: str, alias: str, text: str, mine: bool) -> str:
    if plan.format == "pidgin-txt":
        return f"({time}) {alias}: {text}"
    colour = "16569E" if mine else "A82F2F"
    body = html.escape(text, quote=False).replace("\n", "<br/>")
    name = html.escape(alias, quote=False)
    return f'<font color="#{colour}"><font size="2">({time})</font> <b>{name}:</b></font> {body}<br/>'
