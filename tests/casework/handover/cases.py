"""A chess club's case for tests of handovers: two players, a child that may see the register, accounts, exhibits, decisions.

And a second operation, empty, that receives it. All of it is harmless and invented.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pyrage

from safelight.access.door import Door
from safelight.casework.handover import keys, make
from safelight.casework.handover.contents import Recipient
from safelight.casework.handover.make import Made
from safelight.casework.handover.register import Choice
from safelight.ledger import identities, records
from safelight.ledger.ledger import Ledger
from safelight.ledger.records import Basis, Record
from safelight.ledger.signers import Signer
from safelight.operation.settings import OperationUnitSettings, read_settings, write_settings
from tests.access.acts import ASE, BO, KAISSA, act
from tests.access.built import Built, build

MAKER, SECOND = "kari.nordmann", "nils.hauge"
CHESS = Basis(
    nature="fact", verified="yes", source_grade="A", content_grade="1", source="club register", reason="read"
)


@dataclass
class Case:
    """The operation, its signer, and the records of the case by the names that tests use."""

    built: Built
    signer: Signer
    case: Record
    ase: Record
    bo: Record
    child: Record
    names: dict[str, int]
    """Entries by what they say."""

    def door(self, who: str = MAKER) -> Door:
        return Door(self.built.folder, who=who, purpose="handover of C-001", keys=self.built.keys)

    def ledger(self) -> Ledger:
        return self.built.ledger()

    def choice(self, **more: object) -> Choice:
        given: dict[str, object] = {
            "case": self.case.name, "recipients": (Recipient("Øst"),), "audience": "partner",
            "basis": "politiregisterloven", "conditions": "for this case only",
        }  # fmt: skip
        return Choice(**(given | more))  # type: ignore[arg-type]

    def made(self, out: Path, *, folder: bool = False, **more: object) -> Made:
        """A package of the case, at `out`."""
        with self.door() as door:
            number = make.prepare(door, self.choice(**more)).name
            return make.make(door, number, out, folder=folder)


def chess_case(root: Path) -> Case:
    """An operation with a case of two players and one child, a signing key, and decisions about accounts."""
    built = build(root)
    act(built)
    with built.ledger() as ledger:
        signer = keys.make(built.folder, ledger, "N. Hauge", actor=MAKER)
        identities.decide(
            ledger, ASE, KAISSA, "same", reason="the same number", source_grade="B", content_grade="2",
            seen=0.97, actor=MAKER,
        )  # fmt: skip
        names: dict[str, int] = {}
        with ledger.writing() as writing:
            case, ase, bo, child, other = (
                records.make(writing, type_, actor=MAKER)
                for type_ in ("case", "person", "person", "victim", "person")
            )

            def say(name: str, record: Record, field: str, value: object, target: str | None = None) -> None:
                entry = records.state(
                    writing, record.id, field, value, target=target, actor=MAKER, basis=CHESS
                )
                names[name] = entry.seq

            say("number", case, "number", "2016-0142-29")
            say("role", case, "role", "suspect", ase.id)
            say("witness", case, "role", "witness", bo.id)
            say("victim", case, "victim", True, child.id)
            say("exhibit", case, "exhibit", True, built.exhibits[0].key)
            say("name", ase, "name", "Åse Bø =cmd")
            say("district", ase, "district", "Agder")
            say("account", ase, "account", True, ASE)
            say("relation", ase, "relation", "cousin", other.id)
            say("category", bo, "category", "other")
            say("bo", bo, "name", "Bø Berg")
            say("bo account", bo, "account", True, BO)
            say("status", child, "status", "unidentified")
        with ledger.writing() as writing:
            entry = records.state(
                writing, ase.id, "district", "Sør-Vest", actor=SECOND, basis=CHESS, corrects=names["district"]
            )
            names["district now"] = entry.seq
    return Case(built, signer, case, ase, bo, child, names)


def touched_case(root: Path) -> Case:
    """The same in a unit of Vest: HO-001 was given and touched since, HO-002 waits for a second person."""
    made = chess_case(root)
    settings = made.built.folder.settings
    unit = OperationUnitSettings("Vest")
    write_settings(settings, replace(read_settings(settings), operation_unit=unit))
    made.made(root / "one.tar")
    with made.ledger() as ledger, ledger.writing() as writing:
        records.state(
            writing, made.ase.id, "district", "Øst", actor=SECOND, corrects=made.names["district now"]
        )
    item = made.built.item("DCIM/DSC08112.jpg")
    with made.door() as door:
        make.prepare(door, made.choice(give="bytes", items=(item,), recipients=(receiver()[1],)))
    return made


def empty(root: Path) -> Built:
    """Another operation, with nothing in it."""
    return build(root, -1)


def receiver() -> tuple[pyrage.x25519.Identity, Recipient]:
    """An age identity and who is given to."""
    identity = pyrage.x25519.Identity.generate()
    return identity, Recipient("Øst", str(identity.to_public()))
