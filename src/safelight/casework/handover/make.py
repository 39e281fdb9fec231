"""Makes a handover: gathers it, writes the package, states what was given to whom, and only then lets it be seen.

What leaves the house is written down first: the statements and the disclosure are in the ledger before the finished package
gets its name. Bytes of items come through the door, each a disclosure of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from safelight.access.door import Door
from safelight.casework.handover import (
    case_uco,
    corrections,
    given_pictures,
    own_parts,
    register,
    report,
    vics,
)
from safelight.casework.handover.contents import Contents, ItemGiven, Terms
from safelight.casework.handover.gather import gather
from safelight.casework.handover.keys import SigningKey, unlocked
from safelight.casework.handover.package import Package
from safelight.casework.handover.register import Choice, Handover
from safelight.errors import IntegrityBroken, Locked, Refused
from safelight.ledger import kinds, rights
from safelight.ledger.ledger import Ledger, Writing
from safelight.ledger.records import Record
from safelight.ledger.set_clock import clock_for
from safelight.messages import _, language, use_language


def _write_report(contents: Contents, folder: Path) -> None:
    """The report with the list of what was left out in the receiver's language."""
    before = language()
    use_language(contents.terms.language)
    try:
        left = tuple(
            replace(one, what=_(one.what), instead=_(one.instead), why=_(one.why))
            for one in contents.left_out
        )
        report.write(replace(contents, left_out=left), folder)
    finally:
        use_language(before)


#: What fills which folder below `data/`; each gets an empty folder of its own.
PARTS: Final[Sequence[tuple[str, Callable[[Contents, Path], None]]]] = (
    ("case", own_parts.write_records),
    ("case", case_uco.write),
    ("traces", own_parts.write_traces),
    ("items", own_parts.write_items),
    ("law", own_parts.write_law),
    ("media", vics.write),
    ("report", _write_report),
)


@dataclass(frozen=True, slots=True)
class Made:
    """A package that lies where it was asked for. `manifest`: SHA-256 of the list of its lists."""

    number: str
    out: Path
    files: int
    bytes: int
    manifest: str
    head: str
    signers: tuple[str, ...]
    encrypted: bool


def prepare(door: Door, choice: Choice, signers: tuple[str, ...] | None = None) -> Record:
    """State what is to be given. `signers`: whose keys will sign, where its package is made at once: nothing is prepared if
    they cannot. Raises NotFound, Refused, Locked."""
    with door.consult("handover prepared", choice.case) as look:
        ledger = look.reading.ledger
        register.check_right(ledger, door.who)
        if signers is not None:
            _signing(door, ledger, signers)
        with ledger.writing() as act:
            return register.prepare(act, choice, actor=door.who)


def approve(door: Door, number: str, reason: str) -> Record:
    """Approve as the second person what was prepared. Raises NotFound, Refused."""
    with door.consult("handover approved", number) as look:
        ledger = look.reading.ledger
        register.check_right(ledger, door.who)
        with ledger.writing() as act:
            return register.approve(act, number, reason=reason, actor=door.who)


def withdraw(door: Door, number: str, reason: str) -> Record:
    """Withdraw what was prepared and not given. Raises NotFound, Refused."""
    with door.consult("handover withdrawn", number) as look:
        ledger = look.reading.ledger
        register.check_right(ledger, door.who)
        with ledger.writing() as act:
            return register.withdraw(act, number, reason=reason, actor=door.who)


def correct(door: Door, number: str) -> Record:
    """Prepare the correction of what was given: the same case to the same receivers, as it stands now.

    One that was prepared and has no package yet is taken again.
    Raises NotFound, Refused where nothing that was given has been touched.
    """
    with door.consult("handover corrected", number) as look:
        ledger = look.reading.ledger
        register.check_right(ledger, door.who)
        earlier = register.find(ledger, number)
        if earlier.choice is None or not corrections.touched(ledger, earlier):
            raise Refused(
                _("Nothing that %(name)s gave has been decided otherwise since.")
                % {"name": earlier.record.name},
                _("See `safelight handover list`."),
            )
        for one in register.every(ledger):
            if one.corrects == earlier.record.name and one.given_at is None and not one.withdrawn:
                return one.record
        choice = replace(earlier.choice, give="hashes", corrects=earlier.record.id)
        with ledger.writing() as act:
            return register.prepare(act, choice, actor=door.who)


def acknowledge(door: Door, number: str, by: str, note: str = "") -> Record:
    """Write down the receiver's acknowledgement. Raises NotFound, Refused."""
    with door.consult("handover acknowledged", number) as look, look.reading.ledger.writing() as act:
        return register.acknowledge(act, number, by=by, note=note, actor=door.who)


def make(door: Door, number: str, out: Path, *, folder: bool = False, signers: tuple[str, ...] = ()) -> Made:
    """Write the package of a prepared handover, and state it as given.

    The door must hold the operation's keys, for signing. Raises NotFound, Refused (no right, no second person, given
    already), Locked, AlreadyExists, IntegrityBroken (bytes of an item are not what they were), Unreachable.
    """
    with door.consult("handover made", number) as look:
        reading = look.reading
        ledger = reading.ledger
        register.check_right(ledger, door.who)
        handover = register.find(ledger, number)
        choice = _ready(handover)
        sign_with = _signing(door, ledger, signers)
        made_at = clock_for(ledger.synthetic)()
        contents = gather(reading, choice, _terms(handover, choice, door.who, made_at), door.who)
        if choice.corrects:
            earlier = register.find(ledger, choice.corrects)
            children = rights.holds(ledger, door.who, rights.VICTIMS)
            touched = corrections.touched(ledger, earlier, children=children)
            contents = replace(contents, touched=tuple(touched))
        keys = [one.key for one in choice.recipients if one.key]
        name = handover.record.name
        with Package(out, name, contents.terms.made_at, folder=folder, keys=keys) as package:
            _write_parts(door, contents, package)
            head = _write_audit(door, ledger, contents, package)
            manifest = package.finish(_info(contents), _predicate(contents, head), sign_with)
            files, size = package.size
            packed = {
                "manifest": manifest, "files": files, "bytes": size, "head": head, "encrypted": bool(keys),
                "signers": [{"fingerprint": one.fingerprint, "name": one.name} for one in sign_with],
                "parts": package.parts(),
            }  # fmt: skip
            with ledger.writing() as act:
                register.give(act, handover.record.id, contents, packed, actor=door.who)
                _disclose(act, contents, packed, door)
            package.publish()
    return Made(
        name, out, files, size, manifest, head, tuple(one.fingerprint for one in sign_with), bool(keys)
    )


def _signing(door: Door, ledger: Ledger, signers: tuple[str, ...]) -> list[SigningKey]:
    if door.keys is None:
        raise Locked(_("A package is signed, and the operation's key is locked."), _("Give the passphrase."))
    return unlocked(door.folder, ledger, door.keys, signers)


def _ready(handover: Handover) -> Choice:
    name = handover.record.name
    if handover.choice is None:
        raise Refused(_("%(name)s was received, not prepared here.") % {"name": name}, _("Name one of ours."))
    if handover.given_at is not None:
        raise Refused(_("%(name)s was given already.") % {"name": name}, _("Prepare another one."))
    register.check_not_withdrawn(name, bool(handover.withdrawn))
    if handover.choice.needs_approval and not handover.approver:
        raise Refused(
            _("%(name)s holds bytes of items and waits for a second person.") % {"name": name},
            _("Somebody else approves it with `safelight handover approve`; then make it again."),
        )
    return handover.choice


def _terms(handover: Handover, choice: Choice, maker: str, made_at: int) -> Terms:
    return Terms(
        id=handover.record.id, number=handover.record.name, made_at=made_at, maker=maker,
        approver=handover.approver, recipients=choice.recipients, audience=choice.audience, basis=choice.basis,
        conditions=choice.conditions, language=choice.language, items=choice.give, corrects=handover.corrects,
    )  # fmt: skip


def _write_parts(door: Door, contents: Contents, package: Package) -> None:
    parts = [*PARTS, *([("case", corrections.write)] if contents.terms.corrects else [])]
    for part, write in parts:
        with TemporaryDirectory(prefix="handover-", dir=door.folder.spool) as scratch:
            write(contents, Path(scratch))
            package.add_folder(f"data/{part}", Path(scratch))
    for item in contents.items:
        if item.given == "bytes":
            _write_item(door, item, package, contents.terms.number)
    pictures = given_pictures.packed(door, contents.items)
    if pictures is not None:
        package.add_bytes(given_pictures.FILE, pictures)


def _write_item(door: Door, item: ItemGiven, package: Package, number: str) -> None:
    with door.stream(item.item_id, reason=number) as chunks:
        package.add(item.file, chunks, item.size or 0)
    if item.sha256 and package.payload[item.file][1] != item.sha256:
        raise IntegrityBroken(
            _("The bytes of %(path)s are not those that were taken in.") % {"path": item.path},
            _("Run `safelight source verify`; nothing was given."),
        )


def _write_audit(door: Door, ledger: Ledger, contents: Contents, package: Package) -> str:
    with TemporaryDirectory(prefix="handover-", dir=door.folder.spool) as scratch:
        head = own_parts.write_audit(ledger, contents, Path(scratch))
        package.add_folder("data/audit", Path(scratch))
    return head


def _info(contents: Contents) -> dict[str, str]:
    """bag-info.txt, in the field names that RFC 8493 reserves."""
    return {
        "Source-Organization": contents.operation,
        "External-Identifier": f"{contents.terms.number} {contents.terms.id}",
        "External-Description": "SYNTHETIC" if contents.synthetic else contents.case.name,
        "Bag-Software-Agent": contents.tool,
    }


def _predicate(contents: Contents, head: str) -> dict[str, Any]:
    """What is signed besides the lists: who gave what to whom, and the head that the audit excerpt stands below."""
    terms = asdict(contents.terms)
    terms["recipients"] = [one.name for one in contents.terms.recipients]
    return {
        "operation": contents.operation,
        "operation_id": contents.operation_id,
        "synthetic": contents.synthetic,
        "tool": contents.tool,
        "terms": terms,
        "head": head,
    }


def _disclose(act: Writing, contents: Contents, packed: dict[str, Any], door: Door) -> None:
    """One entry a receiver (LED art. 25): who got it, why, on which ground."""
    kind = kinds.DISCLOSED
    for one in contents.terms.recipients:
        act.append(
            kind.name,
            {
                "recipient": one.name,
                "what": {"act": "handover", "number": contents.terms.number, "manifest": packed["manifest"]},
            },
            verb=kind.verb,
            actor=door.who,
            purpose=door.purpose.strip() or contents.terms.number,
            authorisation=re.sub(r"\s+", " ", contents.terms.basis),
            subjects=[contents.terms.id, contents.case.id],
        )
