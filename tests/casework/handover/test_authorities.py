"""What an officer wrote is marked in every part of a package, and the operation that it was written under comes along."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from safelight.access.door import Door
from safelight.casework import authority
from safelight.casework.authority import Decision
from safelight.casework.handover.received import import_package
from safelight.ledger import police, records
from tests.access.acts import ASE, PAYER, us
from tests.casework.handover.cases import MAKER, Case, chess_case, empty

#: Åse's line in the channel, written after the take-over.
OFFICERS = "t1-m5"
DECISION = Decision(
    account=ASE, basis="police act § 2", number="16/204", day="2016-11-07", approver="K. Lien", role="public prosecutor",
    begin="2016-11-07", end="2016-12-31", scope="one chess club", limits="answers only", review="2016-12-01",
    officers=("O. Brun",), partners=("Øst",), taken_over="2016-11-08T09:00Z",
)  # fmt: skip


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Case, Path]:
    """The chess case with an account in the hands of police, and its packages for a prosecutor and for a partner."""
    root = tmp_path_factory.mktemp("authority")
    case = chess_case(root)
    with case.ledger() as ledger, ledger.writing() as act:
        made = authority.add(act, DECISION, approvers=("public prosecutor",), actor=MAKER)
        # A second account of the same operation, and an operation on an account that has nothing to do with the case.
        records.state(
            act, made.id, "account", "", target="a1-elsewhere", actor=MAKER, valid_from=us("2016-11-08T09:00")
        )
        other = authority.add(
            act,
            DECISION.__class__(**{**vars_of(DECISION), "account": PAYER}),
            approvers=("public prosecutor",),
            actor=MAKER,
        )
        assert other.name == "A-002"
    case.made(root / "prosecutor", folder=True, audience="prosecutor", language="en")
    case.made(root / "partner", folder=True)
    case.made(root / "withheld", folder=True, withheld=("A-001=covert method",))
    return case, root


def vars_of(decision: Decision) -> dict[str, Any]:
    return {name: getattr(decision, name) for name in Decision.__dataclass_fields__}


def said(package: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((package / "data/case/safelight.json").read_bytes())
    return found


def of_authority(package: Path) -> list[tuple[str, str | None]]:
    found = said(package)
    (record,) = [one for one in found["records"] if one["type"] == "authority"]
    assert record["name"] == "A-001"
    return [(one["field"], one["target"]) for one in found["statements"] if one["record"] == record["id"]]


def test_an_officers_words_are_marked_everywhere(worked: tuple[Case, Path]) -> None:
    package = worked[1] / "prosecutor"
    rows = pq.read_table(package / "data/traces/messages.parquet").to_pylist()
    assert {row["trace_id"] for row in rows if row["by_police"]} == {OFFICERS}
    with (package / "data/traces/messages.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["trace_id"] for row in csv.DictReader(file) if row["by_police"] == "true"] == [OFFICERS]
    graph = json.loads((package / "data/case/case.jsonld").read_bytes())["@graph"]
    marked = [one for one in graph if one.get("safelight:operatedBy") == "police"]
    assert len(marked) == 1 and "takk" in json.dumps(marked, ensure_ascii=False)
    (granted,) = [one for one in graph if one.get("safelight:number") == "A-001"]
    assert granted["@type"] == "case-investigation:Authorization"
    assert granted["uco-core:startTime"]["@value"] == "2016-11-06T23:00:00.000000Z"
    html = (package / "data/report/report.html").read_text()
    assert "was written by an officer, from an account in the hands of police." in html
    (row,) = re.findall(r"<tr[^>]*>(?:(?!</tr>).)*\btakk\b.*?</tr>", html, re.DOTALL)
    assert "police" in row
    assert "Authorised contact" in html and "16/204" in html and "O. Brun" in html


def test_the_record_comes_along_as_far_as_it_is_the_receivers_business(worked: tuple[Case, Path]) -> None:
    _case, root = worked
    common = ["account", "approver", "basis", "circular", "decision", "period", "review", "scope"]
    whole = of_authority(root / "prosecutor")
    assert sorted(field for field, _ in whole) == sorted([*common, "limits", "officer", "partner"])
    assert [target for field, target in whole if field == "account"] == [ASE]
    assert sorted(field for field, _ in of_authority(root / "partner")) == common
    assert of_authority(root / "withheld") == [("account", ASE)]
    left = {
        name: json.loads((root / name / "data/law/left-out.json").read_bytes())
        for name in ("partner", "withheld")
    }
    assert (3, "statements about officers and methods of police", "given to the prosecutor alone") in [
        (one["count"], one["what"], one["why"]) for one in left["partner"]
    ]
    assert (10, "A-001", "when police had the account", "covert method") in [
        (one["count"], one["what"], one["instead"], one["why"]) for one in left["withheld"]
    ]
    for name in ("partner", "withheld"):
        for path in (root / name).rglob("*"):
            assert not path.is_file() or b"O. Brun" not in path.read_bytes(), path
        rows = pq.read_table(root / name / "data/traces/messages.parquet").to_pylist()
        assert {row["trace_id"] for row in rows if row["by_police"]} == {OFFICERS}


def test_whoever_receives_it_counts_an_officers_words_as_nobodys(
    worked: tuple[Case, Path], tmp_path: Path
) -> None:
    _case, root = worked
    other = empty(tmp_path)
    with Door(other.folder, who="ola", purpose="received", keys=other.keys) as door:
        import_package(door, root / "withheld", unknown_signer="a test")
        with other.ledger() as ledger:
            (period,) = police.periods(ledger)
        assert (period.account_id, period.begin_us) == (ASE, us("2016-11-08T09:00"))
        with door.consult("messages") as look:
            found = look.reading.db.sql(
                "select trace_id from messages where by_police(sender_id, at_us(sent, exhibit, parser))"
            ).fetchall()
    assert found == [(OFFICERS,)]
