"""WhatsApp's text export ("Export chat"): one file a conversation, with dates as the phone's language writes them.

Android writes `12.01.2016, 18:30 - Name: text`, the iPhone `[12.01.2016, 18:30:05] Name: text` with U+200E before what the
app itself says. Source: files that users publish and the readers made for them (whatstk, whatsapp-chat-parser); no official
description exists.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from safelight.scenario.clock import WallClock
from safelight.scenario.media import picture
from safelight.scenario.world import FilePlan, Message, Record, World


@dataclass(frozen=True, slots=True)
class _Language:
    name: str
    """Of the file; `{with}` is the chat's name."""
    secured: str
    attached: str
    deleted: str
    deleted_own: str
    stamp: Callable[[datetime], str]
    certain: bool = False
    """The order of day and month is plain from the form."""
    ios: bool = False


def _dotted(at: datetime) -> str:
    return f"{at:%d.%m.%Y}, {at:%H:%M} - "


def _british(at: datetime) -> str:
    return f"{at:%d/%m/%Y}, {at:%H:%M} - "


def _american(at: datetime) -> str:
    half = "AM" if at.hour < 12 else "PM"
    return f"{at.month}/{at.day}/{at:%y}, {(at.hour + 11) % 12 + 1}:{at:%M} {half} - "


def _iphone(at: datetime) -> str:
    return f"[{at:%d.%m.%Y}, {at:%H:%M:%S}] "


_ENGLISH = (
    "Messages to this chat and calls are now secured with end-to-end encryption. Tap for more info.",
    "(file attached)",
    "This message was deleted",
    "You deleted this message",
)
_BOKMAAL = (
    "Meldinger i denne chatten og anrop er nå sikret med ende-til-ende-kryptering. Trykk for mer info.",
    "(fil vedlagt)",
    "Denne meldingen ble slettet",
    "Du slettet denne meldingen",
)
_LANGUAGES = {
    "nb": _Language("WhatsApp-chat med {with}.txt", *_BOKMAAL, _dotted, certain=True),
    "en-gb": _Language("WhatsApp Chat with {with}.txt", *_ENGLISH, _british),
    "en-us": _Language("WhatsApp Chat with {with}.txt", *_ENGLISH, _american),
    "fil": _Language("WhatsApp Chat with {with}.txt", *_ENGLISH, _american),
    "ios-nb": _Language("WhatsApp Chat - {with}/_chat.txt", *_BOKMAAL, _iphone, certain=True, ios=True),
}


def contact(world: World, plan: FilePlan, account: int) -> str:
    """Who `account` is in the phone's address book; one in five is not in it and shows a number."""
    if account == plan.owner:
        return world.accounts[account].names[0].name
    if account % 5 == 4:
        number = world.accounts[account].native_id
        return f"{number[:3]} {number[3:5]} {number[5:8]} {number[8:]}".strip()
    return world.contact_name(plan.owner, account)


def _proves(plan: FilePlan, messages: list[Message], clock: WallClock) -> bool:
    """Whether a day above 12 shows which number is the day: other exports were not made here, since no reader may guess."""
    return any(clock.shown(plan.stamp(message.sent_us)).day > 12 for message in messages)


def write(world: World, plan: FilePlan, root: Path, record: Record) -> None:
    """One export for each conversation that has a line in it."""
    clock = WallClock(plan.zone)
    language = _LANGUAGES[plan.options["language"]]
    names: set[str] = set()
    for index in plan.conversations:
        messages = list(world.held(plan, index))
        if not messages or not (language.certain or _proves(plan, messages, clock)):
            continue
        conversation = world.conversations[index]
        other = next(one for one in conversation.members if one != plan.owner)
        title = conversation.title or contact(world, plan, other)
        number = 1
        while title in names:
            number += 1
            title = f"{title.removesuffix(f' ({number - 1})')} ({number})"
        names.add(title)
        path = f"{plan.path}/{language.name.replace('{with}', title.replace('/', '_').replace('?', ''))}"
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        first = language.stamp(clock.shown(plan.stamp(messages[0].sent_us)))
        marked = "\u200e" if language.ios else ""
        end = "\r\n" if language.ios else "\n"
        # The app's own line stands without a sender.
        lead = f"{title}: " if language.ios else ""
        with target.open("w", encoding="utf-8", newline="") as file:
            file.write(f"{first}{lead}{marked}{language.secured}{end}")
            for message in messages:
                us = plan.stamp(message.sent_us)
                shown = clock.shown(us)
                name = contact(world, plan, message.sender)
                text: str | None = message.text
                body = message.text
                if message.deleted_us is not None:
                    text = None
                    said = language.deleted_own if message.sender == plan.owner else language.deleted
                    body = marked + said
                elif message.media is not None:
                    picture_name = f"IMG-{shown:%Y%m%d}-WA{message.id % 10_000:04d}.jpg"
                    text = None
                    if language.ios:
                        body = f"\u200e<vedlagt: {picture_name}>"
                    else:
                        body = f"\u200e{picture_name} {language.attached}"
                    if message.text and not language.ios:
                        body += f"\n{message.text}"
                    if world.size == "small":
                        (target.parent / picture_name).write_bytes(picture(message.media))
                file.write(f"{language.stamp(shown)}{name}: {body}{end}")
                record.message(
                    plan,
                    path,
                    message,
                    sender=None,
                    sender_name=name,
                    utc_us=None,
                    wall_us=clock.wall_us(us),
                    text=text,
                    state="live" if message.deleted_us is None else "deleted",
                    conversation="",
                )
