"""WhatsApp's msgstore.db on Android and wa.db beside it: the schema of 2016 (option `old`) and that of 2021 to 2023 (`new`).

What stands in which column follows public descriptions (whapa, ALEAPP, chat-history-manager). Times are milliseconds since
1970. Neither database says which number its own phone has; the app keeps that in its preferences, which are written too.
"""

from __future__ import annotations

import xml.sax.saxutils
from pathlib import Path, PurePosixPath

from safelight.scenario.media import picture
from safelight.scenario.natives import between
from safelight.scenario.world import FilePlan, Message, Record, World
from safelight.scenario.write.database import Database, schema
from safelight.scenario.write.order import held_calls, in_order, own_end
from safelight.scenario.write.whatsapp_new import New
from safelight.scenario.write.whatsapp_old import Old
from safelight.scenario.write.whatsapp_tables import IMAGES, LIBRARY, Phone, jid


def write(world: World, plan: FilePlan, root: Path, record: Record) -> None:
    """Write msgstore.db, wa.db, the app's preferences and the pictures (below `data/media/0/WhatsApp`)."""
    phone = Phone(world, plan)
    path = root / plan.path
    tables = Old(phone, path) if plan.options.get("schema", "old") == "old" else New(phone, path)
    for number in plan.conversations:
        talk = world.conversations[number]
        own = phone.own[number] = own_end(world, plan, talk.members)
        tables.conversation(talk)
        for member in talk.members:
            if member != own:
                record.account(plan, plan.path, member, None)
    for number in held_calls(world, plan):
        call = world.calls[number]
        if call.conversation in phone.own:
            tables.call(call)
            at = plan.stamp(call.started_us) // 1_000 * 1_000
            record.call(plan, plan.path, call, utc_us=at, wall_us=None, seconds=float(call.seconds))
    removed: list[Message] = []
    pictures = root / IMAGES
    for message in in_order(world, plan, marked=True):
        removal = plan.removed.get(message.id)
        tables.db.message(message, lambda rowid, m=message: tables.rows(m, rowid), removal)  # type: ignore[misc]
        phone.remember(message)
        if removal is not None:
            removed.append(message)
            continue
        _say(phone, record, message, recovered=False)
        if message.media is not None:
            pictures.mkdir(parents=True, exist_ok=True)
            (pictures / message.media.name).write_bytes(picture(message.media))
    there = tables.db.finish()
    for message in removed:
        if message.id in there:
            _say(phone, record, message, recovered=True)
    _contacts(phone, path, record)
    _preferences(phone, path)


def _say(phone: Phone, record: Record, message: Message, *, recovered: bool) -> None:
    plan, world = phone.plan, phone.world
    talk = world.conversations[message.conversation]
    own = phone.own[talk.index]
    mine = message.sender == own
    other = next(member for member in talk.members if member != own)
    revoked = message.deleted_us is not None
    record.message(
        plan,
        plan.path,
        message,
        sender=None if mine else world.accounts[message.sender].native_id,
        sender_name=None,
        utc_us=phone.at(message.sent_us) * 1_000,
        wall_us=None,
        text=None if revoked else message.text or None,
        state="recovered" if recovered else "deleted" if revoked else "live",
        conversation=between("?", world.accounts[other].native_id) if talk.kind == "direct" else None,
        precision_us=1_000,
    )


def _contacts(phone: Phone, path: Path, record: Record) -> None:
    """wa.db: everybody in a conversation, and the address book."""
    world, plan = phone.world, phone.plan
    db = Database(path.with_name("wa.db"), schema("whatsapp_wa"), log=False, library=LIBRARY, vacuum=1)
    db.add("android_metadata", {"locale": "nb_NO"})
    inside = {member for number in plan.conversations for member in world.conversations[number].members}
    own = set(phone.own.values())
    known = {one for one in plan.contacts if world.accounts[one].network == "whatsapp"}
    beside = str(PurePosixPath(plan.path).with_name("wa.db"))
    for row, account in enumerate(sorted((inside | known) - own), 1):
        name = world.contact_name(plan.owner, account)
        first, _, last = name.partition(" ")
        native = world.accounts[account].native_id
        db.add(
            "wa_contacts",
            {
                "_id": row,
                "jid": jid(native),
                "is_whatsapp_user": 1,
                "status": "Hei! Jeg bruker WhatsApp.",
                "status_timestamp": phone.at(world.accounts[account].names[0].since_us),
                "number": native,
                "raw_contact_id": row,
                "display_name": name,
                "phone_type": 2,
                "unseen_msg_count": 0,
                "given_name": first,
                "family_name": last or None,
                "wa_name": world.accounts[account].names[-1].name,
                "sort_name": name,
            },
        )
        record.account(plan, beside, account, name)
    db.finish()


def _preferences(phone: Phone, path: Path) -> None:
    assert phone.plan.owner is not None
    own = phone.world.accounts[phone.plan.owner]
    folder = path.parent.parent / "shared_prefs"
    folder.mkdir(parents=True, exist_ok=True)
    name = xml.sax.saxutils.escape(own.names[-1].name)
    lines = (
        "<?xml version='1.0' encoding='utf-8' standalone='yes' ?>",
        "<map>",
        f'    <string name="push_name">{name}</string>',
        f'    <string name="ph">{own.native_id[3:]}</string>',
        f'    <string name="cc">{own.native_id[1:3]}</string>',
        f'    <string name="registration_jid">{own.native_id[1:]}</string>',
        "</map>",
    )
    (folder / "com.whatsapp_preferences.xml").write_text("\n".join(lines) + "\n", "utf-8")
