"""The terms of CASE 1.5 and UCO 1.5 that Safelight models, as data: classes and the properties of each.

What a graph says in these terms is read and written again without loss; what else it says is counted and named
(`case_uco_graph.Graph.unread`), never dropped in silence. Source: the ontologies case-investigation and uco-*
(caseontology.org, unifiedcyberontology.org), and the Collections Ontology (co) for threads. What they have no class for
(transfers, series, what a statement rests on) stands in a namespace of our own on `uco-core:UcoObject`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

_UCO = "https://ontology.unifiedcyberontology.org/uco/"

PREFIXES: Final[Mapping[str, str]] = {
    "case-investigation": "https://ontology.caseontology.org/case/investigation/",
    "co": "http://purl.org/co/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "safelight": "urn:safelight:terms#",
    "uco-action": _UCO + "action/",
    "uco-core": _UCO + "core/",
    "uco-identity": _UCO + "identity/",
    "uco-location": _UCO + "location/",
    "uco-marking": _UCO + "marking/",
    "uco-observable": _UCO + "observable/",
    "uco-role": _UCO + "role/",
    "uco-tool": _UCO + "tool/",
    "uco-types": _UCO + "types/",
    "uco-victim": _UCO + "victim/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

#: What anything may say of itself.
COMMON: Final = (
    *(
        f"uco-core:{name}"
        for name in (
            "name", "description", "tag", "createdBy", "objectCreatedTime", "modifiedTime", "objectMarking", "objectStatus",
            "specVersion", "externalReference", "hasFacet",
        )
    ),
    "rdfs:comment",
    "rdfs:label",
)  # fmt: skip


def _of(prefix: str, names: str) -> tuple[str, ...]:
    return tuple(f"{prefix}:{name}" for name in names.split())


_ACTION = (
    *_of("uco-action", "actionStatus environment error instrument location object participant performer result"),
    *_of("uco-action", "startTime endTime subaction actionCount"),
    "case-investigation:wasInformedBy", "case-investigation:wasDerivedFrom",
)  # fmt: skip
_ROLES = (
    *_of("case-investigation", "Subject Investigator Examiner Attorney"),
    *_of("uco-role", "Role BenevolentRole MaliciousRole NeutralRole"),
    "uco-victim:Victim",
)
_PLAIN = (
    *_of("uco-identity", "Identity Person Organization"),
    *_ROLES,
    *_of("uco-core", "UcoObject"),
    *_of("uco-location", "Location"),
    *_of(
        "uco-observable",
        "ObservableObject File Image ArchiveFile ContentData RasterPicture PDFFile Application Software "
        "Account ApplicationAccount DigitalAccount EmailAccount MobileAccount PhoneAccount UserAccount OnlineService "
        "EmailAddress Message SMSMessage EmailMessage MessageThread Call Contact Device MobileDevice SIMCard URL",
    ),
)

CLASSES: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(_PLAIN, ()),
    "uco-core:Bundle": _of("uco-core", "object"),
    "case-investigation:Investigation": (
        *_of("case-investigation", "investigationForm investigationStatus focus relevantAuthorization"),
        *_of("uco-core", "object startTime endTime"),
    ),
    "case-investigation:Authorization": (
        *_of("case-investigation", "authorizationType authorizationIdentifier"),
        *_of("uco-core", "startTime endTime"),
    ),
    "case-investigation:ProvenanceRecord": (
        *_of("case-investigation", "exhibitNumber rootExhibitNumber"),
        *_of("uco-core", "object"),
    ),
    "case-investigation:InvestigativeAction": _ACTION,
    "uco-action:Action": _ACTION,
    **dict.fromkeys(
        ("uco-core:Relationship", "uco-observable:ObservableRelationship"),
        _of("uco-core", "source target kindOfRelationship isDirectional startTime endTime"),
    ),
    "uco-core:Annotation": _of("uco-core", "statement object"),
    "uco-core:Assertion": _of("uco-core", "statement"),
    "uco-core:ConfidenceFacet": _of("uco-core", "confidence"),
    "uco-core:ExternalReference": _of("uco-core", "referenceURL definingContext externalIdentifier"),
    "uco-identity:SimpleNameFacet": _of("uco-identity", "givenName familyName honorificPrefix honorificSuffix"),
    "uco-identity:BirthInformationFacet": _of("uco-identity", "birthdate"),
    "uco-location:LatLongCoordinatesFacet": _of("uco-location", "latitude longitude altitude"),
    "uco-location:SimpleAddressFacet": _of(
        "uco-location", "addressType country locality postalCode region street"
    ),
    "uco-marking:MarkingDefinition": _of("uco-marking", "definition definitionType"),
    "uco-marking:TermsOfUseMarking": _of("uco-marking", "definitionType termsOfUse"),
    "uco-marking:StatementMarking": _of("uco-marking", "definitionType statement"),
    "uco-marking:ReleaseToMarking": _of("uco-marking", "definitionType authorizedIdentities"),
    **dict.fromkeys(
        _of("uco-tool", "Tool AnalyticTool ConfiguredTool"),
        _of("uco-tool", "creator version toolType servicePack references"),
    ),
    "uco-types:Hash": _of("uco-types", "hashMethod hashValue"),
    "uco-types:Thread": _of("co", "item element size"),
    "uco-types:ThreadItem": (
        *_of("co", "itemContent index"),
        *_of("uco-types", "threadNextItem threadPreviousItem"),
    ),
    **{
        f"uco-observable:{name}": _of("uco-observable", properties)
        for name, properties in {
            "FileFacet": "fileName filePath sizeInBytes observableCreatedTime modifiedTime accessedTime metadataChangeTime "
            "allocationStatus extension isDirectory",
            "ContentDataFacet": "hash sizeInBytes mimeType mimeClass magicNumber isEncrypted entropy byteOrder dataPayload "
            "dataPayloadReferenceURL",
            "URLFacet": "fullValue",
            "ApplicationFacet": "applicationIdentifier version operatingSystem numberOfLaunches",
            "AccountFacet": "accountIdentifier accountIssuer accountType owner isActive expirationTime modifiedTime "
            "observableCreatedTime",
            "DigitalAccountFacet": "displayName accountLogin firstLoginTime lastLoginTime isDisabled",
            "ApplicationAccountFacet": "application",
            "EmailAccountFacet": "emailAddress",
            "EmailAddressFacet": "addressValue displayName",
            "MobileAccountFacet": "MSISDN MSISDNType IMSI",
            "PhoneAccountFacet": "phoneNumber",
            "MessageFacet": "application from to sentTime messageText messageType messageID sessionID",
            "SMSMessageFacet": "isRead",
            "EmailMessageFacet": "from sender to cc bcc sentTime receivedTime modifiedTime subject body messageID inReplyTo "
            "application contentType isRead isMultipart isMimeEncoded",
            "MessageThreadFacet": "participant visibility messageThread",
            "CallFacet": "application from to participant startTime endTime duration callType",
            "ContactFacet": "contactID displayName firstName middleName lastName nickname contactNote contactPhone "
            "contactEmail contactMessaging sourceApplication application emailAddress phoneNumber screenName",
            "DeviceFacet": "manufacturer model serialNumber deviceType",
            "MobileDeviceFacet": "IMEI ESN clockSetting keypadUnlockCode storageCapacityInBytes phoneActivationTime",
            "SIMCardFacet": "ICCID IMSI carrier SIMType SIMForm PIN PUK storageCapacityInBytes",
        }.items()
    },
}  # fmt: skip

#: What is written inside the one thing that it is a part of.
PARTS: Final = (
    frozenset(name for name in CLASSES if name.endswith("Facet"))
    | frozenset(_of("uco-types", "Hash Thread ThreadItem"))
    | frozenset(_of("uco-marking", "TermsOfUseMarking StatementMarking ReleaseToMarking"))
    | {"uco-core:ExternalReference"}
)


@lru_cache(maxsize=4096)
def compact(iri: str) -> str:
    """`uco-core:name` of an IRI in a namespace that we know; any other as it is."""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and iri[len(namespace) :].replace("-", "").replace("_", "").isalnum():
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


def part(class_: str) -> bool:
    """Whether a thing of this class is written inside the one that it is a part of; facets of any ontology are."""
    return class_ in PARTS or class_.endswith("Facet")


@lru_cache(maxsize=4096)
def modelled(types: tuple[str, ...]) -> frozenset[str] | None:
    """The properties that are read of a thing with these classes (compact); None: it is nothing that Safelight models."""
    own = [CLASSES[name] for name in types if name in CLASSES]
    if not own and not any(name.startswith("safelight:") for name in types):
        return None
    return frozenset(COMMON).union(*own)
