"""VICS 2.0: what is written is read back by our own importer of hash sets, and has the shape that other tools read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from safelight.analyse.known_labels import Label
from safelight.analyse.known_record import BadLines, Record
from safelight.analyse.known_vics import Context, read_context, read_vics
from safelight.casework.handover import vics
from safelight.casework.handover.contents import ItemGiven
from tests.casework.handover.sample import PICTURE, SHA256, VICTIM, contents, said

_MD5 = "d41d8cd98f00b204e9800998ecf8427e"
_SHA1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709"


def _written(folder: Path, **changes: Any) -> dict[str, Any]:
    vics.write(contents(**changes), folder)
    found: dict[str, Any] = orjson.loads((folder / "vics.json").read_bytes())
    return found


def _read(path: Path) -> list[Record]:
    bad = BadLines()
    found = list(read_vics(path, {}, bad, lambda _done, _total: None))
    assert bad == BadLines()
    return found


def test_a_case_with_its_media(tmp_path: Path) -> None:
    assert _written(tmp_path) == {
        "@odata.context": "http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/Default/$metadata#Cases",
        "value": [
            {
                "CaseID": "00000000-0000-0000-0000-00000000000b",
                "CaseNumber": "2016-0142-29",
                "ContactOrganization": "Sjakk",
                "ContactName": "brækhus",
                "SourceApplicationName": "Safelight",
                "SourceApplicationVersion": "0.6",
                "TotalMediaFiles": 2,
                "CaseMetadata": [
                    {
                        "CaseID": "00000000-0000-0000-0000-00000000000b",
                        "PropertyName": name,
                        "PropertyValue": value,
                    }
                    for name, value in (
                        ("Handover", "HO-007"),
                        ("Conditions", "For this case only. Passed on with our consent."),
                        ("Synthetic", "true"),
                    )
                ],
                "Media": [
                    {
                        "MediaID": 1,
                        "MD5": _MD5.upper(),
                        "SHA1": _SHA1.upper(),
                        "MediaSize": 0,
                        "MimeType": "image/jpeg",
                        "Series": "Sjakkbrett",
                        "VictimIdentified": False,
                        "Comments": "Synthetic",
                        "AlternativeHashes": [
                            {"MD5": _MD5.upper(), "HashName": "SHA256", "HashValue": SHA256.upper()}
                        ],
                        "MediaFiles": [
                            {
                                "MD5": _MD5.upper(),
                                "FileName": "brett.jpg",
                                "FilePath": f"Users/kari/{folder}",
                                "Created": "2016-03-01T10:00:00",
                                "Written": "2016-10-30T18:02:11.000000Z",
                                "Unallocated": folder == "kopi",
                                "Deleted": folder == "kopi",
                                "SourceID": "2016-0142-A1",
                            }
                            for folder in ("Bilder", "kopi")
                        ],
                    }
                ],
            }
        ],
    }


def test_our_own_importer_reads_it(tmp_path: Path) -> None:
    _written(tmp_path)
    path = tmp_path / "vics.json"
    assert read_context(path) == Context("2.0", "Default", "Cases")
    detail = '{"media_id":1,"series":"Sjakkbrett","comments":"Synthetic","victim_identified":false,"size":0}'
    assert _read(path) == [Record(_MD5, _SHA1, SHA256, Label("VICS 2.0 Default", "", "", detail))]


def test_bytes_are_named_where_they_lie(tmp_path: Path) -> None:
    items = tuple(
        replace(one, given="bytes", file=f"data/items/{one.item_id}.bin") if one.item_id == PICTURE else one
        for one in contents().items
    )
    (media,) = _written(tmp_path, items=items)["value"][0]["Media"]
    assert media["RelativeFilePath"] == f"..\\items\\{PICTURE}.bin"


def test_a_child_with_a_name_is_identified(tmp_path: Path) -> None:
    statements = (*contents().statements, said(90, VICTIM, "name", "Kari"))
    (media,) = _written(tmp_path, statements=statements)["value"][0]["Media"]
    assert media["VictimIdentified"] is True


def test_nothing_is_said_of_children_who_are_not_given(tmp_path: Path) -> None:
    (media,) = _written(tmp_path, records=(), statements=(), synthetic=False)["value"][0]["Media"]
    assert {"VictimIdentified", "Series", "Comments"}.isdisjoint(media)


def test_without_media_there_is_no_file(tmp_path: Path) -> None:
    vics.write(contents(items=()), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_media_without_a_digest_are_counted(tmp_path: Path) -> None:
    items = (*contents().items, replace(contents().items[1], md5="", sha1="", sha256=""))
    case = _written(tmp_path, items=items)["value"][0]
    assert [
        one["PropertyValue"] for one in case["CaseMetadata"] if one["PropertyName"] == "MediaWithoutMD5"
    ] == ["1"]
    assert len(case["Media"]) == 1


_HEX = st.text("0123456789abcdef", min_size=64, max_size=64)
_ITEMS = st.lists(
    st.builds(
        lambda sha256, path, mime: replace(
            contents().items[1], md5=sha256[:32], sha1=sha256[:40], sha256=sha256, path=path, mime=mime
        ),
        _HEX,
        st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
        st.sampled_from(["image/png", "video/mp4", "audio/ogg", "text/plain"]),
    ),
    max_size=8,
)


@given(_ITEMS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_content_comes_back_once(tmp_path: Path, items: list[ItemGiven]) -> None:
    (tmp_path / "vics.json").unlink(missing_ok=True)
    vics.write(contents(items=tuple(items)), tmp_path)
    media = {(one.md5, one.sha1, one.sha256) for one in items if one.mime != "text/plain"}
    found = _read(tmp_path / "vics.json") if media else []
    assert sorted((one.md5, one.sha1, one.sha256) for one in found) == sorted(media)
