"""The case and its law as CASE: Investigation, Authorizations, exhibits with their custody, markings, and the handover.

CASE has no class for custody: it is a chain of InvestigativeActions, each of which takes the exhibit's ProvenanceRecord and
leaves a newer one, and is informed by the one before. The last record holds the exhibit's files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from safelight.casework.handover.case_uco_cited import Cited
from safelight.casework.handover.case_uco_graph import Literal, Ref, Thing, moment, named, own, thing
from safelight.casework.handover.contents import Contents
from safelight.ledger.custody import Custody
from safelight.ledger.exhibits import Exhibit
from safelight.ledger.vocabulary import AUTHORITY


def investigation(contents: Contents, objects: Iterable[Ref]) -> Thing:
    """The case. `objects`: what belongs to it."""
    case = contents.case.id
    return thing(
        own(case),
        "case-investigation:Investigation",
        {
            "uco-core:name": str(contents.value(case, "number") or contents.case.name),
            "uco-core:description": _text(contents.value(case, "title")),
            "case-investigation:investigationForm": "case",
            "case-investigation:investigationStatus": _text(contents.value(case, "status")),
            "case-investigation:focus": [
                *(str(one.value) for one in contents.standing(case, "kind")),
                *(str(one.value) for one in contents.standing(case, "provision")),
            ],
            "case-investigation:relevantAuthorization": [
                Ref(one.id) for one in authorizations(contents)
            ],
            "uco-core:object": sorted(set(objects)),
            "safelight:number": contents.case.name,
            "safelight:operation": contents.operation_id,
        },
    )  # fmt: skip


def authorizations(contents: Contents) -> list[Thing]:
    """The legal bases of the exhibits and of the handover, and the authorised operations."""
    found = [
        thing(
            named("authorization", "authorization", basis),
            "case-investigation:Authorization",
            {
                "case-investigation:authorizationType": "legal basis of a seizure",
                "case-investigation:authorizationIdentifier": basis,
            },
        )
        for basis in sorted({one.legal_basis for one in contents.exhibits if one.legal_basis})
    ]
    terms = contents.terms
    if terms.basis:
        found.append(
            thing(
                named("authorization", "handover", terms.id),
                "case-investigation:Authorization",
                {
                    "case-investigation:authorizationType": "legal basis of the handover",
                    "case-investigation:authorizationIdentifier": terms.basis,
                    "safelight:number": terms.number,
                },
            )
        )
    for record in contents.of_type(AUTHORITY):
        period: Mapping[str, Any] = contents.value(record.id, "period") or {}
        found.append(
            thing(
                own(record.id),
                "case-investigation:Authorization",
                {
                    "case-investigation:authorizationType": "authorised operation",
                    "case-investigation:authorizationIdentifier": [
                        text
                        for field in ("decision", "basis", "circular")
                        if (text := _text(contents.value(record.id, field)))
                    ],
                    "uco-core:startTime": moment(period.get("from_us")),
                    "uco-core:endTime": moment(period.get("to_us")),
                    "safelight:number": record.name,
                },
            )
        )
    return found


def exhibits(contents: Contents, cited: Cited) -> Iterator[Thing]:
    """Each exhibit with its custody chain."""
    for one in contents.exhibits:
        acts = [act for act in contents.custody if act.exhibit == one.key]
        files = [Ref(named("item", item.item_id)) for item in contents.items if item.exhibit == one.number]
        yield _provenance(one, 0, files if not acts else [])
        seizure = named("action", "seizure", one.key)
        yield thing(
            seizure,
            "case-investigation:InvestigativeAction",
            {
                "uco-core:name": "seized",
                "uco-action:performer": cited.actor(one.officer),
                "uco-action:result": Ref(_record(one, 0)),
                "uco-core:objectCreatedTime": moment(one.recorded_at),
                # The ledger knows the day, and CASE has room for an instant only.
                "safelight:day": Literal(one.seized, "xsd:date"),
                "safelight:ledgerEntry": one.seq,
            },
        )
        before = seizure
        for at, act in enumerate(acts, 1):
            yield _provenance(one, at, files if act is acts[-1] else [])
            yield _custody(one, at, act, before, cited)
            before = named("custody", act.seq, one.key)


def _record(exhibit: Exhibit, at: int) -> str:
    return own(exhibit.key) if at == 0 else named("exhibit", exhibit.key, at)


def _provenance(exhibit: Exhibit, at: int, files: list[Ref]) -> Thing:
    return thing(
        _record(exhibit, at),
        "case-investigation:ProvenanceRecord",
        {
            "uco-core:name": exhibit.number,
            "uco-core:description": exhibit.label,
            "case-investigation:exhibitNumber": exhibit.number,
            "uco-core:object": files,
            "safelight:legalBasis": exhibit.legal_basis,
            "safelight:acquiredHash": exhibit.acquired_hash,
            "safelight:size": exhibit.size,
            "safelight:ledgerEntry": exhibit.seq if at == 0 else None,
        },
    )


def _custody(exhibit: Exhibit, at: int, act: Custody, before: str, cited: Cited) -> Thing:
    return thing(
        named("custody", act.seq, exhibit.key),
        "case-investigation:InvestigativeAction",
        {
            "uco-core:name": act.act,
            "uco-core:description": act.note,
            "uco-core:createdBy": cited.actor(act.actor),
            "uco-core:objectCreatedTime": moment(act.recorded_at),
            "uco-action:performer": cited.actor(act.person),
            "uco-action:location": cited.place(act.place),
            "uco-action:startTime": moment(act.happened_at),
            "uco-action:object": Ref(_record(exhibit, at - 1)),
            "uco-action:result": Ref(_record(exhibit, at)),
            "case-investigation:wasInformedBy": Ref(before),
            "safelight:ledgerEntry": act.seq,
        },
    )


def markings(contents: Contents) -> list[Thing]:
    """What a receiver may do with it, who they are, and that it is synthetic where it is."""
    terms = contents.terms
    given: list[tuple[str, str, dict[str, str | list[str]]]] = [
        ("terms-of-use", "uco-marking:TermsOfUseMarking", {"uco-marking:termsOfUse": terms.conditions}),
        (
            "release-to",
            "uco-marking:ReleaseToMarking",
            {"uco-marking:authorizedIdentities": [one.name for one in terms.recipients]},
        ),
        (
            "statement",
            "uco-marking:StatementMarking",
            {
                "uco-marking:statement": "synthetic: made up for practice and tests"
                if contents.synthetic
                else ""
            },
        ),
    ]
    found = []
    for type_, class_, said in given:
        if any(said.values()):
            iri = named("marking", type_, terms.id)
            model = thing(named("model", iri), class_, {"uco-marking:definitionType": type_, **said})
            found.append(
                thing(
                    iri,
                    "uco-marking:MarkingDefinition",
                    {"uco-marking:definitionType": type_, "uco-marking:definition": model},
                )
            )
    return found


def handover(contents: Contents, cited: Cited) -> Iterator[Thing]:
    """The tool, the making of the handover, and what was left out and why."""
    name, _blank, version = contents.tool.rpartition(" ")
    tool = named("tool", "tool", contents.tool)
    yield thing(tool, "uco-tool:Tool", {"uco-core:name": name or contents.tool, "uco-tool:version": version})
    terms = contents.terms
    yield thing(
        named("action", "handover", terms.id),
        "case-investigation:InvestigativeAction",
        {
            "uco-core:name": f"handover {terms.number}",
            "uco-core:description": terms.audience,
            "uco-action:performer": cited.actor(terms.maker),
            "uco-action:participant": [
                cited.actor(terms.approver),
                *(cited.party(one.name) for one in terms.recipients),
            ],
            "uco-action:instrument": Ref(tool),
            "uco-action:object": Ref(own(contents.case.id)),
            "uco-action:startTime": moment(terms.made_at),
            "safelight:corrects": terms.corrects,
            "safelight:ledgerHead": contents.head,
        },
    )
    for at, left in enumerate(contents.left_out):
        yield thing(
            named("left out", terms.id, at),
            "uco-core:Annotation",
            {
                "uco-core:statement": f"Left out: {left.what}. Ground: {left.why}",
                "uco-core:object": Ref(own(contents.case.id)),
                "safelight:count": left.count,
                "safelight:instead": left.instead,
            },
        )


def _text(value: object) -> str:
    if isinstance(value, Mapping):
        return " ".join(str(one) for one in value.values())
    return "" if value is None else str(value)
