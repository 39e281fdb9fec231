"""Persons, victims, their roles, what is stated of them on which basis, and decisions about accounts, as CASE.

A statement is an Annotation on its record, with who made it and when; nature, check and grades stand in our own namespace.
The whole history is given, so that a correction can be told from what it took the place of. Of a name of two words the
first is the given, the second the family name; `uco-core:name` has it as it was written.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from safelight.casework.handover.case_uco_cited import Cited
from safelight.casework.handover.case_uco_graph import Literal, Ref, Thing, facet, moment, named, own, thing
from safelight.casework.handover.contents import Contents, IdentityDecision
from safelight.casework.persons import words
from safelight.ledger.records import Record, Statement
from safelight.ledger.vocabulary import AUTHORITY, CASE, PERSON, VICTIM

_ROLES: Final = {"suspect": "case-investigation:Subject", "victim": "uco-victim:Victim"}
_KINDS: Final = {"account": "Has_Account", "same_as": "Same_As", "different_from": "Different_From"}


def people(contents: Contents) -> Iterator[Thing]:
    """Persons, victims, and records that CASE has no class for."""
    for record in contents.records:
        if record.type in (PERSON, VICTIM):
            yield _person(contents, record)
        elif record.type not in (CASE, AUTHORITY):
            yield thing(
                own(record.id),
                ("uco-core:UcoObject", f"safelight:{record.type.capitalize()}"),
                {
                    "uco-core:name": str(contents.value(record.id, "name") or record.name),
                    "safelight:number": record.name,
                },
            )


def roles(contents: Contents, cited: Cited) -> Iterator[Thing]:
    """Roles in the case, each joined to its person: Subject, Victim, or a role by name."""
    case = contents.case.id
    for one in contents.standing(case, "role"):
        if one.target:
            yield from _role(one, str(one.value), cited.target(one.target))
    for one in contents.standing(case, "victim"):
        if one.target:
            yield from _role(one, "victim", cited.target(one.target))


def statements(contents: Contents, cited: Cited) -> Iterator[Thing]:
    """Every statement with its basis, and a Relationship for each in force that points at something."""
    for one in contents.statements:
        if one.record in contents.record:
            yield _annotation(contents, one, cited)
            if one.target and one.superseded_at is None:
                yield _relationship(one, cited)


def decisions(contents: Contents, cited: Cited) -> Iterator[Thing]:
    """What was decided about accounts: one person's or not, and that one changed hands. Nothing undecided is given."""
    for one in contents.identities:
        yield from _decided(one, cited)
    for split in contents.splits:
        yield thing(
            named("split", split.seq, split.account_id),
            "uco-core:Annotation",
            {
                "uco-core:statement": f"The account changed hands at {split.at_text}. Reason: {split.reason}",
                "uco-core:object": cited.account(split.account_id),
                "uco-core:createdBy": cited.actor(split.actor),
                "uco-core:objectCreatedTime": moment(split.recorded_at),
                "safelight:changedHandsAt": moment(split.at_us),
                "safelight:ledgerEntry": split.seq,
            },
        )


def _person(contents: Contents, record: Record) -> Thing:
    iri = own(record.id)
    name = contents.value(record.id, "name")
    parts = str(name or "").split()
    two = len(parts) == 2
    return thing(
        iri,
        "uco-identity:Person",
        {
            "uco-core:name": str(name) if name else record.name,
            "uco-core:hasFacet": facet(
                iri,
                "uco-identity:SimpleNameFacet",
                {"givenName": parts[0] if two else None, "familyName": parts[1] if two else None},
            ),
            "safelight:number": record.name,
            "safelight:recordType": record.type,
            "safelight:receivedFrom": record.received_from,
            "safelight:category": _text(contents.value(record.id, "category")),
            "safelight:born": _text(contents.value(record.id, "born")),
        },
    )


def _role(said: Statement, role: str, target: Ref) -> Iterator[Thing]:
    iri = named("role", said.seq, said.record, target.id)
    yield thing(iri, _ROLES.get(role, "uco-role:Role"), {"uco-core:name": role})
    yield thing(
        named("has role", said.seq, said.record, target.id),
        "uco-core:Relationship",
        {
            "uco-core:source": target,
            "uco-core:target": Ref(iri),
            "uco-core:kindOfRelationship": "Has_Role",
            "uco-core:isDirectional": True,
            "uco-core:startTime": moment(said.valid_from),
            "uco-core:endTime": moment(said.valid_to),
            "safelight:ledgerEntry": said.seq,
        },
    )


def _annotation(contents: Contents, one: Statement, cited: Cited) -> Thing:
    basis = one.basis
    value = words(one.field, one.value)
    return thing(
        named("statement", one.seq, one.record),
        "uco-core:Annotation",
        {
            "uco-core:statement": f"{one.field}: {value}" if value else one.field,
            "uco-core:object": [
                Ref(own(one.record)),
                cited.target(one.target) if one.target else None,
            ],
            "uco-core:createdBy": cited.actor(one.actor),
            "uco-core:objectCreatedTime": moment(one.recorded_at),
            "safelight:ledgerEntry": one.seq,
            "safelight:field": one.field,
            "safelight:value": value,
            "safelight:nature": basis.nature,
            "safelight:verified": basis.verified,
            "safelight:sourceGrade": basis.source_grade,
            "safelight:contentGrade": basis.content_grade,
            "safelight:gradingScheme": basis.scheme,
            "safelight:handlingCode": basis.handling or None,
            "safelight:source": basis.source,
            "safelight:reason": basis.reason,
            "safelight:claimedAt": moment(basis.claimed_at),
            "safelight:validFrom": moment(one.valid_from),
            "safelight:validTo": moment(one.valid_to),
            "safelight:supersededAt": moment(one.superseded_at),
            "safelight:supersededBy": contents.superseded_by.get(one.seq),
            "safelight:withdrawnBecause": contents.withdrawn.get(one.seq),
        },
    )


def _relationship(one: Statement, cited: Cited) -> Thing:
    assert one.target
    return thing(
        named("relationship", one.seq, one.record),
        "uco-core:Relationship",
        {
            "uco-core:source": Ref(own(one.record)),
            "uco-core:target": cited.target(one.target),
            "uco-core:kindOfRelationship": _KINDS.get(one.field, f"Has_{one.field.capitalize()}"),
            "uco-core:description": words(one.field, one.value),
            "uco-core:isDirectional": one.field not in ("same_as", "different_from"),
            "uco-core:startTime": moment(one.valid_from),
            "uco-core:endTime": moment(one.valid_to),
            "safelight:tenure": one.target if one.field == "account" else None,
            "safelight:ledgerEntry": one.seq,
        },
    )


def _decided(one: IdentityDecision, cited: Cited) -> Iterator[Thing]:
    iri = named("decision", one.seq, one.a, one.b)
    percent = None if one.seen is None else Literal(str(round(one.seen * 100)), "xsd:nonNegativeInteger")
    yield thing(
        iri,
        "uco-core:Relationship",
        {
            "uco-core:source": cited.account(one.a),
            "uco-core:target": cited.account(one.b),
            "uco-core:kindOfRelationship": "Same_Person" if one.decision == "same" else "Different_Person",
            "uco-core:isDirectional": False,
            "uco-core:hasFacet": facet(iri, "uco-core:ConfidenceFacet", {"confidence": percent}),
            "safelight:tenure": [one.a, one.b],
            "safelight:ledgerEntry": one.seq,
        },
    )
    confirmed = f" Confirmed by {one.confirmed_by}." if one.confirmed_by else ""
    yield thing(
        named("annotation", iri),
        "uco-core:Annotation",
        {
            "uco-core:statement": f"Decided: {one.decision} person. Reason: {one.reason}{confirmed}",
            "uco-core:object": Ref(iri),
            "uco-core:createdBy": cited.actor(one.actor),
            "uco-core:objectCreatedTime": moment(one.recorded_at),
            "safelight:sourceGrade": one.source_grade,
            "safelight:contentGrade": one.content_grade,
            "safelight:gradingScheme": one.scheme,
            "safelight:handlingCode": one.handling or None,
            "safelight:ledgerEntry": one.seq,
        },
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)
