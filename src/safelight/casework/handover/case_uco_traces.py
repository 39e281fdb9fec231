"""Items and traces as CASE: files with their hashes, messages and threads, calls, and transfers.

Every trace says where it stands: its id, item, place there and exhibit. An instant is given in UTC where the zone is known,
as a bare wall clock where it is not. UCO has no class for a payment; `safelight:Transfer` is a `uco-core:UcoObject`.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from safelight.casework.handover.case_uco_cited import Cited
from safelight.casework.handover.case_uco_graph import (
    Literal,
    Ref,
    Thing,
    decimal,
    facet,
    moment,
    named,
    thing,
)
from safelight.casework.handover.contents import Contents, ItemGiven

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?", re.ASCII)


def files(contents: Contents) -> Iterator[Thing]:
    """Items with what is known of them. `safelight:file`: where the package has the bytes."""
    for one in contents.items:
        yield _file(one)


def conversations(contents: Contents, cited: Cited) -> Iterator[Thing]:
    """Messages, and each conversation as a thread of those that are given."""
    told: dict[str, tuple[str, list[str], dict[str, None]]] = {}
    for row in contents.rows("messages"):
        iri = named("trace", row["trace_id"])
        sender = cited.account(row["sender_id"], row["network"], row["sender"])
        receivers = _accounts(cited, row, "recipients")
        _network, inside, people = told.setdefault(row["conversation_id"], (row["network"], [], {}))
        inside.append(iri)
        people.update(dict.fromkeys([*([row["sender_id"]] if sender else []), *(row["recipients_id"] or ())]))
        yield thing(
            iri,
            "uco-observable:Message",
            {
                "uco-core:name": row["subject"],
                "uco-core:hasFacet": facet(
                    iri,
                    "uco-observable:MessageFacet",
                    {
                        "from": sender,
                        "to": receivers,
                        "sentTime": _when(row, "sent"),
                        "messageText": row["text"],
                        "messageType": row["kind"],
                        "messageID": row["native_id"],
                        "sessionID": row["conversation"],
                        "application": cited.network(row["network"]),
                    },
                ),
                "safelight:senderName": row["sender_name"],
                "safelight:operatedBy": _police(contents, row["sender_id"], row),
                "safelight:attachments": row["attachments"],
                **_source(row, "sent"),
            },
        )
    titles: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in contents.rows("conversations"):
        titles[row["conversation_id"]].append(row)
    for id_, (network, inside, people) in sorted(told.items()):
        for title in titles[id_]:
            people.update(dict.fromkeys(title["members_id"] or ()))
        yield _thread(id_, network, inside, list(people), titles[id_], cited)


def calls(contents: Contents, cited: Cited) -> Iterator[Thing]:
    """Calls. The duration is in whole seconds, as UCO has it."""
    for row in contents.rows("calls"):
        iri = named("trace", row["trace_id"])
        yield thing(
            iri,
            "uco-observable:Call",
            {
                "uco-core:hasFacet": facet(
                    iri,
                    "uco-observable:CallFacet",
                    {
                        "from": cited.account(row["caller_id"], row["network"], row["caller"]),
                        "to": _accounts(cited, row, "participants"),
                        "startTime": _when(row, "started"),
                        "duration": _seconds(row["duration"]),
                        "callType": row["kind"],
                        "application": cited.network(row["network"]),
                    },
                ),
                "safelight:answered": row["answered"],
                "safelight:operatedBy": _police(contents, row["caller_id"], row),
                **_source(row, "started"),
            },
        )


def transfers(contents: Contents, cited: Cited) -> Iterator[Thing]:
    """Payments and transfers of money."""
    for row in contents.rows("transfers"):
        yield thing(
            named("trace", row["trace_id"]),
            ("uco-core:UcoObject", "safelight:Transfer"),
            {
                "safelight:payer": cited.account(row["sender_id"], row["network"], row["sender"]),
                "safelight:payerName": row["sender_name"],
                "safelight:payee": cited.account(row["receiver_id"], row["network"], row["receiver"]),
                "safelight:payeeName": row["receiver_name"],
                "safelight:amount": decimal(row["amount"]),
                "safelight:currency": row["currency"],
                "safelight:time": _when(row, "time"),
                "safelight:reference": row["reference"],
                "safelight:nativeId": row["native_id"],
                "safelight:channel": row["channel"],
                "safelight:operatedBy": _police(contents, row["sender_id"], row),
                **_source(row, "time"),
            },
        )


def _file(one: ItemGiven) -> Thing:
    iri = named("item", one.item_id)
    hashes = [
        thing(
            named("hash", one.item_id, method),
            "uco-types:Hash",
            {
                "uco-types:hashMethod": method,
                "uco-types:hashValue": Literal(value.upper(), "xsd:hexBinary"),
            },
        )
        for method, value in (("MD5", one.md5), ("SHA1", one.sha1), ("SHA256", one.sha256))
        if value
    ]
    return thing(
        iri,
        "uco-observable:File",
        {
            "uco-core:hasFacet": [
                facet(
                    iri,
                    "uco-observable:FileFacet",
                    {
                        "fileName": one.name,
                        "filePath": one.path,
                        "sizeInBytes": one.size,
                        "observableCreatedTime": _instant(one.created),
                        "modifiedTime": _instant(one.modified),
                        "accessedTime": _instant(one.accessed),
                        "allocationStatus": one.state,
                    },
                ),
                facet(
                    iri,
                    "uco-observable:ContentDataFacet",
                    {"sizeInBytes": one.size, "mimeType": one.mime, "hash": hashes},
                ),
            ],
            "safelight:id": one.item_id,
            "safelight:source": one.source_id,
            "safelight:exhibit": one.exhibit,
            "safelight:given": one.given,
            "safelight:file": one.file,
        },
    )


def _thread(
    id_: str, network: str, inside: list[str], people: list[str], told: list[Mapping[str, Any]], cited: Cited
) -> Thing:
    iri = named("conversation", id_)
    items = [
        thing(named("in thread", one), "uco-types:ThreadItem", {"co:itemContent": Ref(one)}) for one in inside
    ]
    bag = thing(
        named("thread", id_),
        "uco-types:Thread",
        {"co:size": Literal(str(len(items)), "xsd:nonNegativeInteger"), "co:item": items},
    )
    return thing(
        iri,
        "uco-observable:MessageThread",
        {
            "uco-core:name": next((row["title"] for row in told if row["title"]), None),
            "uco-core:hasFacet": facet(
                iri,
                "uco-observable:MessageThreadFacet",
                {"participant": [cited.account(one) for one in sorted(people)], "messageThread": bag},
            ),
            "safelight:id": id_,
            "safelight:network": network,
        },
    )


def _seconds(duration: float | None) -> int | None:
    return round(duration) if duration is not None and math.isfinite(duration) else None


def _police(contents: Contents, account: str | None, row: Mapping[str, Any]) -> str:
    """An officer's act is told apart from the suspect's."""
    return "police" if contents.by_police(account, row["at_us"]) else ""


def _accounts(cited: Cited, row: Mapping[str, Any], name: str) -> list[Ref]:
    natives, ids = row[name] or (), row[f"{name}_id"] or ()
    found = (cited.account(id_, row["network"], native) for id_, native in zip(ids, natives, strict=False))
    return list(dict.fromkeys(one for one in found if one is not None))


def _when(row: Mapping[str, Any], name: str) -> Literal | None:
    if row["at_us"] is not None:
        return moment(row["at_us"])
    wall = (row[name] or {}).get("wall")
    return None if wall is None else Literal(wall.isoformat(timespec="microseconds"), "xsd:dateTime")


def _source(row: Mapping[str, Any], time: str) -> dict[str, str | None]:
    stated = row[time] or {}
    return {
        "safelight:trace": row["trace_id"],
        "safelight:item": row["item_id"],
        "safelight:place": row["place"],
        "safelight:exhibit": row["exhibit_number"],
        "safelight:parser": f"{row['parser']} {row['version']}",
        "safelight:state": row["state"],
        "safelight:timeAsWritten": stated.get("text"),
        "safelight:timeBasis": stated.get("basis"),
    }


def _instant(text: str | None) -> Literal | None:
    return Literal(text, "xsd:dateTime") if text and _INSTANT.fullmatch(text) else None
