"""`safelight case`: opened by the unit's pattern, allocated, transferred, answered, and read as of any day."""

from __future__ import annotations

from tests.intake.operations import Operation


def _rows(said: str) -> list[str]:
    return [" ".join(line.split()) for line in said.splitlines() if line.strip()]


def test_a_case_from_opening_to_transfer(fresh: Operation) -> None:
    root = str(fresh.root)

    def case(*words: str, expect: int = 0) -> tuple[list[str], str]:
        said, told = fresh.said("case", words[0], root, *words[1:], expect=expect)
        return _rows(said), told

    path = fresh.root / "operation.toml"
    text = path.read_text("utf-8")
    assert 'number_pattern = ""' in text
    text = text.replace('number_pattern = ""', 'number_pattern = "{year}-{unit}-{n:04}"')
    path.write_text(text.replace('unit = ""', 'unit = "0142"'), "utf-8")

    fresh.said("person", "add", root, "--name", "Åse", "--reason", "told")
    fresh.said(
        "person",
        "state",
        root,
        "P-001",
        "address",
        "Storgata 2",
        "--municipality",
        "1103",
        "--reason",
        "letter",
    )
    assert case("open", "--title", "The clock", "--reason", "report", "--from", "2016-01-03")[0] == [
        "C-001 is open."
    ]
    _said, told = case("open", "--number", "17", "--reason", "report", expect=16)
    assert "is no case number of this unit" in told
    case("state", "C-001", "role", "suspect", "--target", "P-001", "--source", "report")
    case("state", "2016-0142-0001", "standing", "charged", "--target", "P-001", "--source", "decision 4")
    case("state", "C-001", "provision", "2005 § 371", "--version", "2015-10-01", "--source", "report")
    case("state", "C-001", "exhibit", "2016-0142-A1", "--source", "report")
    case("state", "C-001", "deadline", "detention=2016-02-01", "--source", "court")
    shown = case("show", "C-001")[0]
    assert shown[:2] == ["C-001 2016-0142-0001 The clock", "Status: opened. Owner: NOBODY."]
    assert shown[2].startswith("DEADLINE detention: 2016-02-01, ") and shown[2].endswith(" days ago.")
    assert shown[3] == "Proposed: Sør-Vest. P-001 Åse lives in municipality 1103, which is in Sør-Vest."
    for line in ("P-001 Åse suspect charged Sør-Vest", "strl. 2005 § 371 (2015-10-01)", "2016-0142-A1"):
        assert line in shown, (line, shown)
    case("allocate", "C-001", "--to", "Sør-Vest", "--reason", "home district", "--from", "2016-01-04")
    case("transfer", "C-001", "--to", "DK:NSK", "--reason", "moved", "--from", "2016-05-01")
    _said, told = case("transfer", "C-001", "--to", "Oslo", "--reason", "moved", expect=16)
    assert "C-001 was transferred already: HO-001 waits for NSK (DK)." in told
    _said, told = case("state", "C-001", "owner", "Oslo", "--reason", "r", expect=16)
    assert "Two units never own a case at once." in told
    case("acknowledge", "C-001", "--by", "NSK")
    assert "HO-001: to NSK (DK) on 2016-05-01, acknowledged by NSK." in case("show", "C-001")[0]
    (row,) = case("list")[0][1:]
    assert row.startswith(
        "C-001 2016-0142-0001 The clock transferred 2016-05-01 NSK (DK) 1 detention 2016-02-01 (past)"
    )
    (then,) = case("list", "--as-of", "2016-03-01", "--seen-today")[0][1:]
    assert "opened 2016-01-03 Sør-Vest 1" in then
    assert case("list", "--as-of", "2016-03-01")[0][1:] == []
