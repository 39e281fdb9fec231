"""Pages of handovers: the disclosure ledger, one handover, what must be corrected; a second person approves; the past is for
reading."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pyarrow as pa
import pytest

from safelight.casework.handover import make
from safelight.casework.handover.received import import_package
from safelight.catalog.catalog import Catalog
from safelight.ledger import records
from tests.access.built import ACTOR
from tests.casework.handover.cases import SECOND, Case, chess_case, empty, receiver
from tests.web.conftest import Workbench, serving


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """HO-001 given and touched since, HO-002 waiting for a second person."""
    root = tmp_path_factory.mktemp("handovers")
    made = chess_case(root)
    made.made(root / "one.tar")
    with made.ledger() as ledger, ledger.writing() as act:
        records.state(act, made.ase.id, "district", "Øst", actor=SECOND, corrects=made.names["district now"])
    item = made.built.item("DCIM/DSC08112.jpg")
    with made.door() as door:
        make.prepare(door, made.choice(give="bytes", items=(item,), recipients=(receiver()[1],)))
    return made


@pytest.fixture(scope="module")
def bench(case: Case) -> Iterator[Workbench]:
    yield from serving(case.built, "token-of-handovers")


@pytest.fixture(scope="module")
def client(bench: Workbench) -> Iterator[httpx.Client]:
    with bench.entered() as client:
        yield client


def test_the_disclosure_ledger_says_what_must_be_corrected(client: httpx.Client, case: Case) -> None:
    page = client.get("/handovers").text
    assert page.index(">HO-002</a>") < page.rindex(">HO-001</a>")
    assert "1 statement no longer holds" in page and "receiver: Øst" in page
    assert "waits for a second person" in page and "given, to correct" in page
    assert f'title="{case.signer.fingerprint}"' in page and "N. Hauge <span" in page


def test_one_handover_says_what_is_in_it_and_what_was_left_out(client: httpx.Client, case: Case) -> None:
    page = client.get("/handovers/HO-001").text
    for told in (
        "Case C-001 to Øst", "2 persons", "1 registered child", "3 accounts", "2 exhibits",
        "statements that name third parties",
        "category “other”, LED art. 6", "Signed by N. Hauge", "CASE graph, and the records for import",
        "home district · P-001", "Sør-Vest", "<b>Øst</b>", "politiregisterloven", "for this case only",
        "safelight handover correct OPERATION HO-001",
    ):  # fmt: skip
        assert told in page, told
    assert client.get("/handovers/P-001").status_code == 400
    assert client.get("/handovers/HO-099").status_code == 404


def test_the_pages_speak_norwegian(client: httpx.Client) -> None:
    for language, told in (("nb", "Overleveringer"), ("nn", "Overleveringar")):
        told_there = client.get("/look", params={"language": language, "back": "/handovers/HO-001"}).text
        assert told in told_there and "What was left out" not in told_there
    client.get("/look", params={"language": "en", "back": "/handovers"})


def test_the_past_is_for_reading(client: httpx.Client, case: Case) -> None:
    page = client.get("/handovers?known=2016-11-20").text
    assert "You read the past." in page and "Nothing was handed over yet." in page
    assert client.get("/handovers/HO-001?known=2016-11-20").status_code == 404
    page = client.get("/handovers/HO-002?known=2090-01-01").text
    assert "You read the past." in page and '<form class="in' not in page


def test_a_second_person_approves_and_a_receiver_acknowledges(client: httpx.Client, case: Case) -> None:
    page = client.get("/handovers/HO-002").text
    assert "Whoever prepared it cannot approve it." in page
    assert client.post("/handovers/HO-002/approve", data={"reason": " "}).status_code == 400
    page = client.post("/handovers/HO-002/approve", data={"reason": "checked"}).text
    assert f"Approved by {ACTOR}" in page and "safelight handover make OPERATION --number HO-002" in page
    page = client.post("/handovers/HO-001/acknowledge", data={"by": "K. Lien", "note": "seal unbroken"}).text
    assert "Acknowledged by K. Lien · seal unbroken" in page


def test_a_received_handover_shows_its_conflicts(case: Case, tmp_path: Path) -> None:
    case.made(tmp_path / "p.tar")
    other = empty(tmp_path / "other")
    with other.ledger() as ledger, ledger.writing() as act:
        records.make(act, "person", actor=ACTOR, id_=case.ase.id)
        records.state(act, case.ase.id, "district", "Agder", actor=ACTOR)
    from safelight.access.door import Door

    with Door(other.folder, who=ACTOR, purpose="received") as door:
        import_package(door, tmp_path / "p.tar", unknown_signer="a test")
    for bench in serving(other, "token-of-other"):
        with bench.entered() as client:
            page = client.get("/handovers/HO-001").text
    assert "From DARKROOM" in page and "Ours stands until somebody decides." in page
    assert (
        '<td class="t2">Øst</td><td><b>Agder</b></td>' in page
        and "Nobody had vouched for the signer." in page
    )


def test_a_received_handover_shows_traces_that_read_otherwise_with_both_readings(
    case: Case, tmp_path: Path
) -> None:
    from safelight.access.door import Door

    case.made(tmp_path / "first.tar")
    case.made(tmp_path / "second.tar")
    other = empty(tmp_path / "other")
    with Door(other.folder, who=ACTOR, purpose="received") as door:
        import_package(door, tmp_path / "first.tar", unknown_signer="a test")
        with Catalog.at(other.folder) as catalog:  # as another parser would have read it here
            with catalog.connect(tables=("messages",)) as db:
                (row,) = (
                    db.sql("select * from messages where trace_id = 't1-m2'").to_arrow_table().to_pylist()
                )
            drop = {"messages": pa.table({"trace_id": ["t1-m2"]})}
            changed = row | {"text": "nei <b>takk</b>"}
            catalog.supersede("test", drop, {"messages": [changed]}, made_by={"stage": "test"})
        import_package(door, tmp_path / "second.tar", unknown_signer="a test")
    for bench in serving(other, "token-of-other"):
        with bench.entered() as client:
            first, second = (client.get(f"/handovers/HO-00{n}").text for n in (1, 2))
            norwegian = client.get("/look", params={"language": "nb", "back": "/handovers/HO-002"}).text
    assert "Traces that read otherwise" not in first
    assert "1 trace reads otherwise here. Ours stands." in second
    assert (
        '<td class="m t2">messages.text</td><td class="t2">ja, klokka sju</td>'
        "<td><b>nei &lt;b&gt;takk&lt;/b&gt;</b></td>"
    ) in second
    assert "1 spor leses annerledes her. Vårt står." in norwegian
