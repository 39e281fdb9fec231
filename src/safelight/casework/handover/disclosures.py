"""What pages and lists show of handovers: each with what touched it since, as of a moment."""

from __future__ import annotations

from dataclasses import dataclass, replace

from safelight.access.reading import Reading
from safelight.casework.handover import corrections, register
from safelight.casework.handover.contents import Touched
from safelight.casework.handover.gather import CHILDREN_LEFT
from safelight.casework.handover.register import Handover
from safelight.ledger import records, rights, signers
from safelight.ledger.as_of import PRESENT, AsOf
from safelight.ledger.vocabulary import FIELDS, VICTIM


@dataclass(frozen=True, slots=True)
class Disclosed:
    """One handover in the disclosure ledger."""

    handover: Handover
    touched: tuple[Touched, ...]

    @property
    def to_correct(self) -> bool:
        """Something touched it and no later package corrects that."""
        return bool(self.touched) and not self.handover.corrected_by

    @property
    def sender(self) -> str:
        """Of a received one, which operation gave it."""
        return str((self.handover.received or {}).get("operation", ""))


def listed(reading: Reading, who: str, as_of: AsOf = PRESENT) -> list[Disclosed]:
    """All handovers, newest first. What touched them is what was known then; children only for who may see the register."""
    found = register.every(reading.ledger, as_of)
    reading.show(one.record.id for one in found)
    children = rights.holds(reading.ledger, who, rights.VICTIMS)
    return [_disclosed(reading, one, as_of, children) for one in found]


def one(reading: Reading, number: str, who: str, as_of: AsOf = PRESENT) -> Disclosed:
    """One handover. Raises NotFound, Refused for another kind of record."""
    found = register.find(reading.ledger, number, as_of)
    reading.show([found.record.id])
    return _disclosed(reading, found, as_of, rights.holds(reading.ledger, who, rights.VICTIMS))


def _disclosed(reading: Reading, found: Handover, as_of: AsOf, children: bool) -> Disclosed:
    every = corrections.touched(reading.ledger, found, children=children)
    shown = found if children else _without_children(reading, found)
    return Disclosed(shown, tuple(one for one in every if one.recorded_at <= as_of.known))


def _without_children(reading: Reading, found: Handover) -> Handover:
    """A handover in which the register of victims does not exist."""
    theirs = {one.id: one.name for one in records.every(reading.ledger, VICTIM)}
    return replace(
        found,
        gave=tuple(one for one in found.gave if one.value["what"] != VICTIM),
        withheld=tuple(
            one
            for one in found.withheld
            if one["what"] != CHILDREN_LEFT and one["what"].upper() not in theirs.values()
        ),
        conflicts=tuple(
            one for one in found.conflicts if one.target not in theirs and one.value["field"] != VICTIM
        ),
    )


def conflict_names(reading: Reading, handover: Handover) -> dict[str, str]:
    """Numbers of the records that conflicts are about, by id; a conflict about something else has none."""
    every = {one.id: one.name for type_ in FIELDS for one in records.every(reading.ledger, type_)}
    targets = (one.target or "" for one in handover.conflicts)
    return {target: every[target] for target in targets if target in every}


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key that signs here or is trusted, as pages show it."""

    fingerprint: str
    name: str
    own: bool
    since: int
    revoked_at: int | None
    why: str


def signing_keys(reading: Reading, as_of: AsOf = PRESENT) -> list[SigningKey]:
    """Our own keys and those that are trusted, by name, as they were known then."""
    return [
        SigningKey(
            one.fingerprint, one.name, one.own, one.recorded_at,
            one.revoked_at if one.revoked_at is not None and one.revoked_at <= as_of.known else None,
            one.revoked_why or one.reason,
        )
        for one in sorted(signers.every(reading.ledger).values(), key=lambda one: (not one.own, one.name))
        if one.recorded_at <= as_of.known
    ]  # fmt: skip
