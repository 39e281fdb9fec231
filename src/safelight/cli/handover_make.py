"""`safelight handover make`: a case leaves the house as a package."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from safelight.access.door import Door
from safelight.casework.handover import make
from safelight.casework.handover.register import Choice
from safelight.cli.handover_options import receiver
from safelight.cli.options import Operation, Passphrase, Purpose, existing, unlocked, who
from safelight.cli.output import console
from safelight.errors import AlreadyExists, Refused


class Audience(StrEnum):
    """To whom it goes."""

    partner = "partner"
    prosecutor = "prosecutor"
    defence = "defence"


class Give(StrEnum):
    """How chosen items are given."""

    bytes = "bytes"
    hashes = "hashes"


class Language(StrEnum):
    """The report's language."""

    nb = "nb"
    nn = "nn"
    en = "en"


def handover_make(
    operation: Operation,
    case: Annotated[str, typer.Option(help="Number of the case, such as C-001.")] = "",
    to: Annotated[
        list[str] | None,
        typer.Option(help="A receiver, with the age key to encrypt to: 'Øst=age1...'. Repeat for several."),
    ] = None,
    basis: Annotated[str, typer.Option(help="Legal basis of the handover.")] = "",
    conditions: Annotated[str, typer.Option(help="Conditions of use.")] = "",
    out: Annotated[Path | None, typer.Option(help="Where the package is written. Without it, it is prepared only.")] = None,
    audience: Annotated[Audience, typer.Option(help="partner, prosecutor or defence.")] = Audience.partner,
    items: Annotated[Give, typer.Option(help="Bytes of chosen items, or their hashes alone.")] = Give.hashes,
    item: Annotated[list[str] | None, typer.Option(help="Id of a chosen item. Repeat for several.")] = None,
    account: Annotated[list[str] | None, typer.Option(help="Id of a further account. Repeat for several.")] = None,
    conversation: Annotated[
        list[str] | None, typer.Option(help="Id of a conversation that is given whole. Repeat for several.")
    ] = None,
    language: Annotated[Language, typer.Option(help="Language of the report.")] = Language.nb,
    folder: Annotated[bool, typer.Option("--folder", help="Write a folder instead of one file.")] = False,
    with_others: Annotated[
        bool, typer.Option("--with-others", help="Give the names of persons of category “other” too.")
    ] = False,
    withhold: Annotated[
        list[str] | None,
        typer.Option(help="What is withheld: 'P-003=ground' leaves that record out, other words are told. Repeatable."),
    ] = None,
    without_traces: Annotated[
        bool, typer.Option("--without-traces", help="Give no messages, calls and transfers.")
    ] = False,
    sign: Annotated[
        list[str] | None,
        typer.Option(help="Fingerprint of the key to sign with; twice for two signatures. The newest if not given."),
    ] = None,
    number: Annotated[str, typer.Option(help="Make the package of a handover that was prepared: HO-007.")] = "",
    passphrase_file: Passphrase = None,
    purpose: Purpose = "handover",
) -> None:  # fmt: skip
    """Hand a case over: write a signed package that its receiver can check, open and import.

    Bytes of items go only to receivers with an age key, and only once a second person has approved: without --out it is
    prepared, `safelight handover approve` approves it, and `safelight handover make --number HO-007 --out PATH` writes it.
    """
    place = existing(operation)
    if bool(number) == bool(case):
        raise Refused(
            "Name the case to hand over, or the number of a handover that was prepared.", "Give --case or --number."
        )  # fmt: skip
    if out is not None and out.exists():
        raise AlreadyExists(f"{out} is there already.", "Choose another place.")
    keys = unlocked(place, passphrase_file) if out else None
    with Door(place, who=who(), purpose=purpose, keys=keys) as door:
        if not number:
            choice = Choice(
                case=case,
                recipients=tuple(receiver(one) for one in to or ()),
                audience=audience.value,
                basis=basis,
                conditions=conditions,
                language=language.value,
                give=items.value,
                items=tuple(item or ()),
                accounts=tuple(account or ()),
                conversations=tuple(conversation or ()),
                others=with_others,
                traces=not without_traces,
                withheld=tuple(withhold or ()),
            )
            at_once = out is not None and not choice.needs_approval
            number = make.prepare(door, choice, tuple(sign or ()) if at_once else None).name
            console().print(f"{number} is prepared.", markup=False)
            if choice.needs_approval:
                console().print(
                    "It holds bytes of items: another person approves it with `safelight handover approve`, then "
                    f"`safelight handover make --number {number} --out ...` writes it.",
                    markup=False,
                )
        if out is None:
            return
        made = make.make(door, number, out, folder=folder, signers=tuple(sign or ()))
    console().print(
        f"{made.number}: {made.files} files, {made.bytes:,} bytes in {made.out}"
        f"{', encrypted' if made.encrypted else ''}, signed by {' and '.join(made.signers)}.",
        markup=False,
    )
    told = "that fingerprint" if len(made.signers) == 1 else "those fingerprints"
    console().print(f"Tell the receiver {told} by other means than the package.", markup=False)
