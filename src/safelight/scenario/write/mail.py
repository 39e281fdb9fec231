"""Mail as Thunderbird keeps it (mbox: `Inbox` and `Sent`) and as single messages (eml).

Sources: RFC 5322, RFC 2045 to 2047, RFC 4155 (mbox) with `>From ` for lines that begin so, Mozilla's `X-Mozilla-Status`.
"""

from __future__ import annotations

from email.generator import BytesGenerator
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr
from io import BytesIO
from pathlib import Path

from safelight.scenario.clock import DAYS, MONTHS, WallClock, utc
from safelight.scenario.media import picture
from safelight.scenario.world import Conversation, FilePlan, Message, Record, World

_SUBJECTS = {
    "nb": ("Togbordet på lørdag", "Sjakkpartiet", "Været i helga"),
    "nn": ("Togbordet laurdag", "Sjakkpartiet", "Vêret i helga"),
    "en": ("The layout on Saturday", "Our game", "Weekend weather"),
    "tl": ("Yung riles sa Sabado", "Laro natin", "Panahon sa Linggo"),
}


def write(world: World, plan: FilePlan, root: Path, record: Record) -> None:
    """Two mailboxes, or one file a message."""
    mbox = plan.format == "mbox"
    boxes: dict[str, list[tuple[int, bytes]]] = {"Inbox": [], "Sent": []}
    folder = root / plan.path
    folder.mkdir(parents=True, exist_ok=True)
    clocks: dict[str, WallClock] = {}
    for index in plan.conversations:
        conversation = world.conversations[index]
        recent: dict[int, str] = {}
        for message in world.held(plan, index):
            box = "Sent" if message.sender == plan.owner else "Inbox"
            path = f"{plan.path}/{box}" if mbox else f"{plan.path}/{box}/{message.id}.eml"
            zone = world.persons[world.accounts[message.sender].owners[0]].zone
            clock = clocks.setdefault(zone, WallClock(zone))
            made = _mail(world, plan, conversation, message, clock, recent)
            recent[message.id] = message.native_id
            if mbox:
                boxes[box].append((message.sent_us, _inside(made, plan.stamp(message.sent_us))))
            else:
                (root / path).parent.mkdir(exist_ok=True)
                (root / path).write_bytes(_bytes(made, "\r\n"))
            sender = world.accounts[message.sender]
            us = plan.stamp(message.sent_us)
            record.message(
                plan,
                path,
                message,
                sender=sender.native_id,
                sender_name=sender.names[0].name,
                utc_us=us,
                wall_us=clock.wall_us(us),
                text=message.text,
                conversation="",
            )
            for one in conversation.members:
                record.account(plan, path, one, world.accounts[one].names[0].name)
    if mbox:
        for box, mails in boxes.items():
            mails.sort(key=lambda pair: pair[0])
            (folder / box).write_bytes(b"".join(made for _, made in mails))


def _mail(
    world: World,
    plan: FilePlan,
    conversation: Conversation,
    message: Message,
    clock: WallClock,
    recent: dict[int, str],
) -> EmailMessage:
    sender = world.accounts[message.sender]
    other = world.accounts[next(one for one in conversation.members if one != message.sender)]
    us = plan.stamp(message.sent_us)
    at = clock.shown(us)
    made = EmailMessage()
    made["From"] = formataddr((sender.names[0].name, sender.native_id))
    made["To"] = formataddr((other.names[0].name, other.native_id))
    subjects = _SUBJECTS[conversation.language]
    subject = subjects[message.id // 7 % len(subjects)]
    made["Subject"] = subject if message.reply_to is None else f"Re: {subject}"
    made["Date"] = (
        f"{DAYS[at.weekday()]}, {at.day} {MONTHS[at.month - 1]} {at.year} {at:%H:%M:%S} {clock.offset(us)}"
    )
    made["Message-ID"] = f"<{message.native_id}>"
    if message.reply_to is not None and message.reply_to in recent:
        made["In-Reply-To"] = f"<{recent[message.reply_to]}>"
        made["References"] = f"<{recent[message.reply_to]}>"
    made["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:52.0) Gecko/20100101 Thunderbird/52.8.0"
    made.set_content(message.text + "\n", cte="quoted-printable" if message.id % 3 else "8bit")
    if message.media is not None:
        made.add_attachment(
            picture(message.media), maintype="image", subtype="jpeg", filename=message.media.name
        )
        made.set_boundary(f"------------{message.id:024X}")
    return made


def _bytes(made: EmailMessage, linesep: str) -> bytes:
    out = BytesIO()
    BytesGenerator(out, mangle_from_=False, policy=SMTP).flatten(made, linesep=linesep)
    return out.getvalue()


def _inside(made: EmailMessage, us: int) -> bytes:
    """A message between the lines of a mailbox."""
    at = utc(us)
    first = f"From - {DAYS[at.weekday()]} {MONTHS[at.month - 1]} {at.day:02d} {at:%H:%M:%S} {at.year}\n"
    body = _bytes(made, "\n")
    lines = [b">" + line if line.startswith(b"From ") else line for line in body.split(b"\n")]
    status = b"X-Mozilla-Status: 0001\nX-Mozilla-Status2: 00000000\n"
    return first.encode() + status + b"\n".join(lines).rstrip(b"\n") + b"\n\n"
