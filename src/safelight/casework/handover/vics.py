"""The media of a handover as VICS 2.0 JSON (Project VIC), profile `Default`, one case with its media.

Every content is one Media, every place where it was found one of its MediaFiles. What Safelight does not know is not said:
no category (numbers mean different things in different countries, and none are given here), no PhotoDNA. Whether a victim is
identified stands only with media that a statement joins to a child. Digests are in upper case, as other tools write them.
Source: what tools that exchange VICS read and write (docs/casework.md); the official schema was not at hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from safelight.casework.handover.contents import Contents, ItemGiven
from safelight.ledger.records import Record
from safelight.ledger.vocabulary import SERIES, VICTIM
from safelight.messages import _

NAME: Final = "vics.json"
CONTEXT: Final = "http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/Default/$metadata#Cases"


def write(contents: Contents, folder: Path) -> None:
    """Write `vics.json` into a folder if there is any medium. Raises OSError."""
    media = _contents(contents.items)
    if not media:
        return
    case = _case(contents, media)
    with (folder / NAME).open("xb") as file:
        file.write(b'{"@odata.context":' + orjson.dumps(CONTEXT) + b',"value":[')
        file.write(orjson.dumps(case)[:-1] + b',"Media":[')
        known = _children(contents)
        for number, items in enumerate(media, 1):
            file.write(
                (b",\n" if number > 1 else b"\n") + orjson.dumps(_media(number, items, contents, known))
            )
        file.write(b"\n]}]}\n")


def _contents(items: Iterable[ItemGiven]) -> list[list[ItemGiven]]:
    """Media with an MD5, which VICS tells contents apart by; copies of one content together."""
    found: dict[tuple[str, str], list[ItemGiven]] = {}
    for one in items:
        if one.media and one.md5:
            found.setdefault((one.md5, one.sha256), []).append(one)
    return [found[key] for key in sorted(found)]


def _case(contents: Contents, media: list[list[ItemGiven]]) -> dict[str, Any]:
    case = contents.case.id
    name, _blank, version = contents.tool.rpartition(" ")
    without = sum(1 for one in contents.items if one.media and not one.md5)
    told = {
        "Handover": contents.terms.number,
        "Conditions": contents.terms.conditions,
        "Synthetic": "true" if contents.synthetic else "",
        "MediaWithoutMD5": str(without) if without else "",
    }
    return {
        "CaseID": case,
        "CaseNumber": str(contents.value(case, "number") or contents.case.name),
        "ContactOrganization": contents.operation,
        "ContactName": contents.terms.maker,
        "SourceApplicationName": name or contents.tool,
        "SourceApplicationVersion": version,
        "TotalMediaFiles": sum(map(len, media)),
        "CaseMetadata": [
            {"CaseID": case, "PropertyName": key, "PropertyValue": value}
            for key, value in told.items()
            if value
        ],
    }


def _media(
    number: int, items: list[ItemGiven], contents: Contents, known: Mapping[str, list[Record]]
) -> dict[str, Any]:
    first = next((one for one in items if one.file), items[0])
    md5 = first.md5.upper()
    children = list(dict.fromkeys(child for one in items for child in known.get(one.item_id, ())))
    series = _series(contents, items, children)
    others = [{"MD5": md5, "HashName": "SHA256", "HashValue": first.sha256.upper()}] if first.sha256 else []
    said = {
        "MediaID": number,
        "MD5": md5,
        "SHA1": first.sha1.upper() or None,
        "MediaSize": first.size,
        "MimeType": first.mime,
        "RelativeFilePath": _beside(first.file) if first.file else None,
        "Series": ", ".join(series) or None,
        "VictimIdentified": any(_identified(contents, child) for child in children) if children else None,
        "Comments": _("Synthetic") if contents.synthetic else None,
        "AlternativeHashes": others,
        "MediaFiles": [_place(one) for one in items],
    }
    return {name: value for name, value in said.items() if value is not None}


def _place(one: ItemGiven) -> dict[str, Any]:
    path, _slash, _name = one.path.rpartition("/")
    said = {
        "MD5": one.md5.upper(),
        "FileName": one.name,
        "FilePath": path,
        "Created": one.created,
        "Written": one.modified,
        "Accessed": one.accessed,
        "Unallocated": one.state != "allocated",
        "Deleted": one.state != "allocated",
        "SourceID": one.exhibit,
    }
    return {name: value for name, value in said.items() if value is not None}


def _beside(file: str) -> str:
    """The place of the bytes as seen from `data/media/`, written as on Windows."""
    return "..\\" + file.removeprefix("data/").replace("/", "\\")


def _children(contents: Contents) -> Mapping[str, list[Record]]:
    """Item -> the children that a statement in force joins it to."""
    found: dict[str, list[Record]] = {}
    for child in contents.of_type(VICTIM):
        for one in contents.standing(child.id, "media"):
            found.setdefault(str(one.target), []).append(child)
    return found


def _series(contents: Contents, items: list[ItemGiven], children: list[Record]) -> list[str]:
    ids = {one.item_id for one in items}
    of_children = {one.target for child in children for one in contents.standing(child.id, "series")}
    return [
        str(contents.value(record.id, "name") or record.name)
        for record in contents.of_type(SERIES)
        if record.id in of_children or ids & {one.target for one in contents.standing(record.id, "media")}
    ]


def _identified(contents: Contents, child: Record) -> bool:
    """A name is stated, or who it is."""
    return bool(contents.standing(child.id, "name") or contents.standing(child.id, "person"))
