"""VICS files of every version: category with its scheme, never a bare number; a damaged file is refused
whole.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.analyse.known_labels import Label
from safelight.analyse.known_record import BadLines, Record
from safelight.analyse.known_vics import Context, read_context, read_vics
from safelight.errors import BadInput
from tests.analyse.sets import CONTEXTS, pattern, write_vics

_D = pattern(1)


def _read(path: Path, labels: dict[str, str] | None = None) -> tuple[list[Record], BadLines]:
    bad = BadLines()
    return list(read_vics(path, labels or {}, bad, lambda _done, _total: None)), bad


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        ("1.2", Context("1.2", "", "Media")),
        ("1.3", Context("1.3", "", "Media")),
        ("1.3 case", Context("1.3", "", "Cases")),
        ("2.0 US", Context("2.0", "US", "Media")),
        ("2.0 UK case", Context("2.0", "UK", "Cases")),
    ],
)
def test_versions(tmp_path: Path, context: str, expected: Context) -> None:
    path = write_vics(
        tmp_path / "v.json",
        context,
        [
            {"MediaID": 7, "Category": 1, "MD5": _D["md5"].upper(), "SHA1": _D["sha1"]},
            {"MD5": pattern(2)["md5"]},
        ],
    )
    assert read_context(path) == expected
    records, bad = _read(path)
    assert records == [
        Record(_D["md5"], _D["sha1"], None, Label(expected.scheme, "1", "", '{"media_id":7}')),
        Record(pattern(2)["md5"], None, None, Label(expected.scheme, "", "")),
    ]
    assert bad == BadLines()


def test_the_scheme_names_version_and_profile() -> None:
    assert Context("2.0", "US", "Media").scheme == "VICS 2.0 US"
    assert Context("1.3", "", "Media").scheme == "VICS 1.3"


def test_labels_come_from_the_importer_only(tmp_path: Path) -> None:
    path = write_vics(
        tmp_path / "v.json", "2.0 US", [{"MD5": _D["md5"], "Category": code} for code in (0, "2", None)]
    )
    records, _ = _read(path, {"2": "Langt sluttspill"})
    assert [record.label for record in records] == [
        Label("VICS 2.0 US", "0", ""),
        Label("VICS 2.0 US", "2", "Langt sluttspill"),
        Label("VICS 2.0 US", "", ""),
    ]


def test_what_else_the_set_says_is_kept_word_for_word(tmp_path: Path) -> None:
    media = {
        "MediaID": 9, "Category": 4, "MD5": _D["md5"], "SHA1": "", "Tags": ["a", "b"],
        "VictimIdentified": "true", "IsDistributed": False, "RelativeFilePath": "a\\b.jpg", "MediaSize": 10**20,
        "Series": "Sjakk, VM 1972", "Comments": 1.5,
        "PhotoDNA": "QUJD", "IsPrecategorized": True, "MediaFiles": [{"MD5": "x"}],
        "AlternativeHashes": [{"HashName": "SHA-256", "HashValue": _D["sha256"].upper()}, {"HashName": "CRC"}, 5],
    }  # fmt: skip
    (record,), bad = _read(write_vics(tmp_path / "v.json", "2.0 US", [media]))
    assert (record.md5, record.sha1, record.sha256) == (_D["md5"], None, _D["sha256"])
    assert json.loads(record.label.detail) == {
        "media_id": 9, "series": "Sjakk, VM 1972", "tags": ["a", "b"], "victim_identified": "true",
        "distributed": False, "path": "a\\b.jpg", "size": 10**20, "comments": 1.5, "photodna": "QUJD",
    }  # fmt: skip
    assert bad.count == 0


def test_bad_entries_are_counted(tmp_path: Path) -> None:
    media: list[Any] = [
        {"MD5": "xyz", "SHA1": _D["sha1"]}, {"MD5": _D["sha1"]}, {"MediaID": 3}, "text", {"MD5": 5}, {"MD5": _D["md5"]}
    ]  # fmt: skip
    records, bad = _read(write_vics(tmp_path / "v.json", "1.3", media))
    assert [(record.md5, record.sha1) for record in records] == [(None, _D["sha1"]), (_D["md5"], None)]
    assert bad.examples == [
        ("entry 1", "not a digest: md5"),
        ("entry 2", "not a digest: md5"),
        ("entry 3", "no digest"),
        ("entry 4", "not an object"),
        ("entry 5", "not a digest: md5"),
    ]


def test_a_byte_order_mark_and_a_context_at_the_end(tmp_path: Path) -> None:
    key, value = CONTEXTS["2.0 US"]
    text = json.dumps({"value": [{"MD5": _D["md5"]}], key: value}, indent=1)
    (tmp_path / "v.json").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    records, _ = _read(tmp_path / "v.json")
    assert [record.label.scheme for record in records] == ["VICS 2.0 US"]


@pytest.mark.parametrize("keep", [0.05, 0.3, 0.5, 0.9, 0.999])
def test_a_file_that_ends_early_is_refused(tmp_path: Path, keep: float) -> None:
    path = write_vics(
        tmp_path / "v.json", "2.0 US", [{"MD5": pattern(n)["md5"], "MediaID": n} for n in range(500)]
    )
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    with pytest.raises(BadInput, match="damaged or ends early"):
        _read(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"value": [{"MD5": "x"}]}', "without a VICS context line"),
        (
            '{"@odata.context": "http://example.org/other#Media", "value": []}',
            "context line that is not known",
        ),
        (
            '{"@odata.context": "http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/US/$metadata#Persons"}',
            "context line that is not known",
        ),
        ("{]", "damaged"),
        ('{"a": "\\ud800' + "\udc00".encode("utf-8", "surrogatepass").decode("latin-1"), "damaged"),
    ],
)
def test_other_json_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "v.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(BadInput, match=said):
        _read(tmp_path / "v.json")


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_KEYS = st.sampled_from(
    ["MediaID", "MD5", "SHA1", "SHA256", "Category", "Series", "Tags", "AlternativeHashes", "x"]
)
_VALUES = _JSON | st.sampled_from([_D["md5"], _D["sha1"].upper(), _D["sha256"]])


@settings(max_examples=150, deadline=None)
@given(media=st.lists(st.dictionaries(_KEYS, _VALUES, max_size=6) | _JSON, max_size=5))
def test_any_entry_ends_as_a_record_or_a_bad_entry(
    tmp_path_factory: pytest.TempPathFactory, media: list[Any]
) -> None:
    path = tmp_path_factory.mktemp("any") / "v.json"
    records, bad = _read(write_vics(path, "1.3 case", media))
    keys = {"MD5": _D["md5"], "SHA1": _D["sha1"], "SHA256": _D["sha256"]}
    usable = [
        e for e in media if isinstance(e, dict) and any(str(e.get(k)).lower() == v for k, v in keys.items())
    ]
    assert len(records) >= len(usable)
    assert len(records) + bad.count >= len(media)
    for record in records:
        assert record.label.scheme == "VICS 1.3"
        assert isinstance(json.loads(record.label.detail or "{}"), dict)


def test_deep_nesting_is_refused_and_does_no_harm(tmp_path: Path) -> None:
    key, value = CONTEXTS["1.3"]
    head = json.dumps({key: value, "value": []})[:-2]
    (tmp_path / "v.json").write_text(head + '{"MD5":' + "[" * 200_000)
    with pytest.raises(BadInput, match="damaged"):
        _read(tmp_path / "v.json")
