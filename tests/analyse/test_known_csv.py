"""CSV in any separator: digests, category and the rest by the header's names."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from safelight.analyse.known_csv import read_csv, separator_of
from safelight.analyse.known_labels import Label
from safelight.analyse.known_record import BadLines, Record
from tests.analyse.sets import pattern

_CATEGORY = Label("chess", "1", "opening")
_D = pattern(1)


def _csv(path: Path, text: str) -> tuple[list[Record], BadLines]:
    (path / "set.csv").write_bytes(text.encode())
    bad = BadLines()
    return list(read_csv(path / "set.csv", _CATEGORY, bad, lambda _done, _total: None)), bad


def _label(scheme: str, code: str, label: str, **detail: str) -> Label:
    return Label(scheme, code, label, orjson.dumps(detail).decode() if detail else "")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators(tmp_path: Path, separator: str) -> None:
    text = separator.join(["Name", "MD5 hash", "SHA-1", "sha256"]) + "\r\n"
    text += separator.join(["åpning", _D["md5"].upper(), "", f" {_D['sha256']} "]) + "\r\n"
    assert separator_of(text.splitlines()[0]) == separator
    assert _csv(tmp_path, text) == (
        [Record(_D["md5"], None, _D["sha256"], _label("chess", "1", "opening", Name="åpning"))],
        BadLines(),
    )


def test_a_row_may_have_its_own_category(tmp_path: Path) -> None:
    text = (
        "md5,scheme,category code,label\n"
        f"{_D['md5']},Tog,7,damplok\n{_D['md5']},,8,\n{_D['md5']},Tog,,\n"
    )  # fmt: skip
    records, bad = _csv(tmp_path, text)
    assert [record.label for record in records] == [
        _label("Tog", "7", "damplok"), _label("chess", "8", ""), _label("chess", "1", "opening")
    ]  # fmt: skip
    assert bad.count == 0


def test_the_old_nsrl(tmp_path: Path) -> None:
    text = (
        '"SHA-1","MD5","CRC32","FileName","FileSize","ProductCode","OpSystemCode","SpecialCode"\n'
        f'"{_D["sha1"].upper()}","{_D["md5"].upper()}","AABBCCDD","a ""b"".dll",12,1,"WIN",""\n'
    )
    records, bad = _csv(tmp_path, text)
    detail = {
        "CRC32": "AABBCCDD",
        "FileName": 'a "b".dll',
        "FileSize": "12",
        "ProductCode": "1",
        "OpSystemCode": "WIN",
    }
    assert records == [Record(_D["md5"], _D["sha1"], None, _label("chess", "1", "opening", **detail))]
    assert bad.count == 0


def test_icse_keeps_its_baseline_as_category(tmp_path: Path) -> None:
    text = (
        "MD5;SHA1;PhotoDNA;Image ID;Is distributed;Victim identified;Offender identified;Series name;"
        "Number of submissions;File Available;Media Type;Baseline\n"
        f"{_D['md5']};{_D['sha1']};;17;1;0;0;Sjakk;3;1;Image;Yes\n"
        f"{pattern(2)['md5']};;;18;;;;;;;;\n"
    )
    records, bad = _csv(tmp_path, text)
    detail = {
        "Image ID": "17", "Is distributed": "1", "Victim identified": "0", "Offender identified": "0",
        "Series name": "Sjakk", "Number of submissions": "3", "File Available": "1", "Media Type": "Image",
    }  # fmt: skip
    assert records == [
        Record(_D["md5"], _D["sha1"], None, _label("ICSE Baseline", "Yes", "", **detail)),
        Record(pattern(2)["md5"], None, None, _label("chess", "1", "opening", **{"Image ID": "18"})),
    ]
    assert bad.count == 0


def test_bad_rows_are_counted_and_the_rest_is_read(tmp_path: Path) -> None:
    good = _D["md5"]
    text = (
        f"md5,note\n{good},fine\n{good},too,many\nxyz,no hex\n,no digest\n\n"
        f'{good},"over\ntwo lines"\n{good},"never closed\n' + f"{good},swallowed by nobody\n" * 30
        + f'{good},"quoted"wrong\n{good}\n'
    )  # fmt: skip
    records, bad = _csv(tmp_path, text)
    notes = [orjson.loads(record.label.detail or "{}").get("note") for record in records]
    assert notes == ["fine", "over\ntwo lines", *["swallowed by nobody"] * 30, None]
    assert bad.examples == [
        ("line 3", "3 values where 2 columns are named"),
        ("line 4", "not a digest: md5"),
        ("line 5", "no digest"),
        ("line 9", "a quotation mark is not closed"),
        ("line 40", "',' expected after '\"'"),
    ]


def test_a_cell_beyond_all_measure_is_one_bad_line(tmp_path: Path) -> None:
    text = f"md5,note\n{_D['md5']},{'x' * 200_000}\n{_D['sha1'][:32]},ok\n"
    records, bad = _csv(tmp_path, text)
    assert [record.md5 for record in records] == [_D["sha1"][:32]]
    assert [place for place, _ in bad.examples] == ["line 2"]
