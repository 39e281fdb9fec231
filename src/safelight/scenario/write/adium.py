"""Adium's logs: one XML document for each time that a chat window was open (Unified Logging Format).

`<service>.<own account>/<other account>/<other account> (2016-01-12T18.30.00+0100).chatlog/....xml`: `<chat>` with the own
account and the service, `<event>` and `<message sender time alias>` with the text as XHTML. Source: Adium's wiki, "Unified
Logging Format" and "XML Log Format".
"""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from safelight.scenario.clock import WallClock
from safelight.scenario.world import FilePlan, Record, World
from safelight.scenario.write.pidgin import windows

_SERVICES = {"xmpp": "Jabber", "icq": "ICQ"}


def write(world: World, plan: FilePlan, root: Path, record: Record) -> None:
    """One bundle for each time that a window was open."""
    assert plan.owner is not None
    owner = world.accounts[plan.owner]
    clock = WallClock(plan.zone)

    def iso(us: int) -> str:
        offset = clock.offset(us)
        return f"{clock.shown(us):%Y-%m-%dT%H:%M:%S}{offset[:3]}:{offset[3:]}"

    for index in plan.conversations:
        conversation = world.conversations[index]
        other = next(one for one in conversation.members if one != plan.owner)
        name = world.accounts[other].native_id
        for messages in windows(world, plan, conversation):
            opened = plan.stamp(messages[0].sent_us)
            stem = f"{name} ({clock.shown(opened):%Y-%m-%dT%H.%M.%S}{clock.offset(opened)})"
            path = f"{plan.path}/{name}/{stem}.chatlog/{stem}.xml"
            lines = [
                '<?xml version="1.0" encoding="UTF-8" ?>',
                '<chat xmlns="http://purl.org/net/ulf/ns/0.4-02" '
                f'account={quoteattr(owner.native_id)} service="{_SERVICES[owner.network]}">'
                f'<event type="windowOpened" sender={quoteattr(owner.native_id)} time="{iso(opened)}"/>',
            ]
            for message in messages:
                us = plan.stamp(message.sent_us)
                sender = world.accounts[message.sender]
                alias = sender.name_at(message.sent_us)
                body = escape(message.text).replace("\n", "<br/>")
                lines.append(
                    f'<message sender={quoteattr(sender.native_id)} time="{iso(us)}" alias={quoteattr(alias)}>'
                    f'<div><span style="font-family: Helvetica; font-size: 12pt;">{body}</span></div></message>'
                )
                record.message(
                    plan,
                    path,
                    message,
                    sender=sender.native_id,
                    sender_name=alias,
                    utc_us=us,
                    wall_us=clock.wall_us(us),
                    text=message.text,
                )
            closed = iso(plan.stamp(messages[-1].sent_us))
            lines.append(
                f'<event type="windowClosed" sender={quoteattr(owner.native_id)} time="{closed}"/></chat>'
            )
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text("\n".join(lines) + "\n", "utf-8", newline="")
            for account in (plan.owner, other):
                record.account(plan, path, account, None)
