"""The page that receives a package: checking imports nothing, importing is an act of its own, what is bad is told on it."""

from __future__ import annotations

import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from safelight.casework.handover import verify
from safelight.errors import Refused
from safelight.ledger import records, rights, signers
from safelight.web.handover_receive import place
from tests.access.built import ACTOR, Built
from tests.casework.handover.cases import Case, chess_case, empty, receiver
from tests.casework.handover.test_import import forged
from tests.web.conftest import Workbench, serving


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> tuple[Case, Path]:
    """A case, and a folder with its package as a folder and as a tar."""
    root = tmp_path_factory.mktemp("sender")
    made = chess_case(root)
    made.made(root / "HO-001", folder=True)
    made.made(root / "HO-002.tar")
    return made, root


@pytest.fixture
def other(tmp_path: Path) -> Built:
    """The receiver, where nobody has vouched for anybody."""
    return empty(tmp_path / "other")


@pytest.fixture
def bench(other: Built) -> Iterator[Workbench]:
    yield from serving(other, "token-of-the-receiver")


@pytest.fixture
def client(bench: Workbench) -> Iterator[httpx.Client]:
    with bench.entered() as client:
        yield client


def check(client: httpx.Client, path: Path | str, **more: str) -> httpx.Response:
    return client.post("/handovers/receive", data={"path": str(path), **more})


def manifest_of(page: str) -> str:
    return page.partition('name="checked" value="')[2].partition('"')[0]


def trust(built: Built, case: Case) -> None:
    with built.ledger() as ledger:
        signers.trust(ledger, case.signer.public, "N. Hauge, Vest", reason="by telephone", actor=ACTOR)


def test_checked_then_imported_then_imported_again(
    client: httpx.Client, bench: Workbench, case: tuple[Case, Path]
) -> None:
    made, root = case
    trust(bench.built, made)
    assert 'href="/handovers/receive"' in client.get("/handovers").text
    before = bench.entries()
    answer = check(client, root / "HO-001")
    page = answer.text
    assert answer.status_code == 200
    for told in (
        "whole, and signed by somebody who is trusted", "known here as N. Hauge, Vest", "politiregisterloven",
        "for this case only", "statements that name third parties", "What an import would do", "9 messages (copies count)",
    ):  # fmt: skip
        assert told in page, told
    assert {verb for verb, _what in bench.whats(before)} == {"consultation"}
    given = {"path": str(root / "HO-001"), "checked": manifest_of(page), "sure": "yes"}
    answer = client.post("/handovers/receive/import", data=given)
    assert answer.url.path == "/handovers/HO-001"
    assert "What the import did" in answer.text and "9 messages (copies count)" in answer.text
    assert "What the import did" not in client.get("/handovers/HO-001").text
    with bench.built.ledger() as ledger:
        assert len(records.every(ledger, "person")) == 2
    page = check(client, root / "HO-001").text
    assert "Imported before, as" in page and ">HO-001</a>" in page
    answer = client.post("/handovers/receive/import", data=given)
    assert "this package was imported before" in answer.text
    assert "Nothing was added: it was all here already." in answer.text
    with bench.built.ledger() as ledger:
        assert len(records.every(ledger, "person")) == 2 and len(records.every(ledger, "handover")) == 1


def test_importing_needs_a_look_a_signer_and_the_same_package(
    client: httpx.Client, bench: Workbench, case: tuple[Case, Path]
) -> None:
    root = case[1]
    page = check(client, root / "HO-001").text
    assert "SIGNER NOT CHECKED" in page and 'name="unknown_signer" required' in page
    given = {"path": str(root / "HO-001"), "checked": manifest_of(page), "sure": "yes"}
    for more, told in (
        ({}, "Nobody here has vouched for the signer"),
        ({"unknown_signer": "x", "sure": ""}, "once somebody has looked at its check"),
        ({"unknown_signer": "x", "checked": ""}, "once somebody has looked at its check"),
        ({"unknown_signer": "x", "path": str(root / "HO-002.tar")}, "another package than the one that was checked"),
    ):  # fmt: skip
        answer = client.post("/handovers/receive/import", data=given | more)
        assert answer.status_code == 422 and told in answer.text, told
    with bench.built.ledger() as ledger:
        assert records.every(ledger, "handover") == []
    answer = client.post("/handovers/receive/import", data=given | {"unknown_signer": "handed over by hand"})
    assert "Nobody had vouched for the signer." in answer.text and "handed over by hand" in answer.text


def test_conflicts_stand_side_by_side_before_and_after(
    client: httpx.Client, bench: Workbench, case: tuple[Case, Path]
) -> None:
    made, root = case
    trust(bench.built, made)
    with bench.built.ledger() as ledger, ledger.writing() as act:
        records.make(act, "person", actor=ACTOR, id_=made.ase.id)
        records.state(act, made.ase.id, "district", "Øst", actor=ACTOR)
    page = check(client, root / "HO-001").text
    row = '<td>home district · P-001</td><td class="t2">Sør-Vest</td><td><b>Øst</b></td>'
    assert "1 conflict. Ours stands until somebody decides." in page and row in page
    given = {"path": str(root / "HO-001"), "checked": manifest_of(page), "sure": "yes"}
    assert row in client.post("/handovers/receive/import", data=given).text


def test_bad_packages_are_told_on_the_page(
    client: httpx.Client,
    bench: Workbench,
    case: tuple[Case, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made, root = case
    before = bench.entries()

    def written(name: str, data: bytes) -> Path:
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    def told(path: Path | str, text: str, status: int = 422, **more: str) -> None:
        answer = check(client, path, **more)
        assert answer.status_code == status and text in answer.text, answer.text
        assert "Traceback" not in answer.text and 'name="sure"' not in answer.text
        assert 'name="path"' in answer.text  # the form stands there for the next try

    tar = (root / "HO-002.tar").read_bytes()
    told("", "No package was named.")
    told("HO-002.tar", "is not the whole way")
    told(tmp_path / "nowhere", "is not there")
    told(tmp_path, "holds none of a package")
    told(written("cut.tar", tar[:40_000]), "truncated in")
    told(written("noise", b"sjakk " * 1000), "damaged at byte 0")
    out = tarfile.TarInfo("HO-1/../../x").tobuf(tarfile.GNU_FORMAT)
    told(written("out.tar", out), "leads out of the package")
    unsigned = shutil.copytree(root / "HO-001", tmp_path / "unsigned")
    (unsigned / verify.ENVELOPE).unlink()
    told(unsigned, "the package is unsigned", 200)
    flipped = tar.replace(b"politiregisterloven", b"politiregisterlovex", 1)
    told(written("flipped.tar", flipped), "was changed (manifest-sha256.txt)", 200)
    told(forged(root / "HO-001", tmp_path / "records", made, format=2), "A newer version", 200)
    told(
        forged(root / "HO-001", tmp_path / "terms", made, terms={"made_at": 1, "number": "x"}),
        "cannot be read",
        200,
    )
    monkeypatch.setattr(verify, "FORMAT", 2)
    newer = forged(root / "HO-001", tmp_path / "newer", made)
    monkeypatch.undo()
    told(newer, "A newer version of Safelight made newer", 200)
    key = written("key.txt", f"{receiver()[0]}\n".encode())
    made.made(tmp_path / "p.tar.age", recipients=(receiver()[1],))
    told(tmp_path / "p.tar.age", "The package is encrypted")
    told(tmp_path / "p.tar.age", "not encrypted to this key", identity=str(key))
    told(tmp_path / "p.tar.age", "holds no age identity", identity=str(root / "HO-002.tar"))
    monkeypatch.setattr(verify, "MOST_KEPT", 1000)
    told(root / "HO-002.tar", "larger than any such file")
    monkeypatch.undo()
    assert {verb for verb, _what in bench.whats(before)} == {"consultation"}


def test_ids_of_another_operation_that_collide_are_told(
    client: httpx.Client, bench: Workbench, case: tuple[Case, Path]
) -> None:
    made, root = case
    with bench.built.ledger() as ledger, ledger.writing() as act:
        records.make(act, "series", actor=ACTOR, id_=made.ase.id)
    page = check(client, root / "HO-001").text
    assert "has the same id here as a person of the package" in page and 'name="sure"' not in page


def test_no_other_site_and_nobody_without_the_right(
    client: httpx.Client, bench: Workbench, case: tuple[Case, Path]
) -> None:
    root = case[1]
    elsewhere = {"Origin": "http://127.0.0.1:1"}
    for address in ("/handovers/receive", "/handovers/receive/import"):
        answer = client.post(address, data={"path": str(root / "HO-001")}, headers=elsewhere)
        assert answer.status_code == 403
    assert client.get("/handovers/receive/import").url.path == "/handovers/receive"
    with bench.built.ledger() as ledger:
        rights.grant(ledger, "somebody.else", "handover", reason="does it", actor=ACTOR)
    answer = check(client, root / "HO-001")
    assert answer.status_code == 422 and "does not hold the right" in answer.text


def test_who_may_not_see_the_register_is_told_of_no_child(
    client: httpx.Client, bench: Workbench, case: tuple[Case, Path]
) -> None:
    root = case[1]
    assert "<dt>Children</dt>" in check(client, root / "HO-001").text
    with bench.built.ledger() as ledger:
        rights.grant(ledger, "somebody.else", "victims", reason="leads it", actor=ACTOR)
    page = check(client, root / "HO-001").text
    assert "<dt>Persons</dt>" in page and "Children" not in page and "Records:" not in page


def test_the_identity_is_kept_nowhere(
    client: httpx.Client, bench: Workbench, case: tuple[Case, Path], tmp_path: Path
) -> None:
    made, _root = case
    identity, to = receiver()
    key = tmp_path / "my-own-key.txt"
    key.write_text(f"{identity}\n")
    made.made(tmp_path / "p.tar.age", recipients=(to,))
    page = check(client, tmp_path / "p.tar.age", identity=str(key)).text
    given = {
        "path": str(tmp_path / "p.tar.age"), "identity": str(key), "checked": manifest_of(page), "sure": "yes",
        "unknown_signer": "a test",
    }  # fmt: skip
    assert client.post("/handovers/receive/import", data=given).url.path == "/handovers/HO-001"
    secret, name = str(identity).encode(), b"my-own-key"
    for path in bench.built.folder.root.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert secret not in data and name not in data, path


def test_the_page_speaks_norwegian(client: httpx.Client, case: tuple[Case, Path], tmp_path: Path) -> None:
    root = case[1]
    cut = tmp_path / "cut.tar"
    cut.write_bytes((root / "HO-002.tar").read_bytes()[:40_000])
    for language, title, fault in (
        ("nb", "Ta imot en pakke", "arkivet er avkortet i"),
        ("nn", "Ta imot ein pakke", "arkivet er avkorta i"),
    ):
        there = client.get("/look", params={"language": language, "back": "/handovers/receive"}).text
        assert title in there and "Receive a package" not in there
        assert fault in check(client, cut).text
        page = check(client, root / "HO-001").text
        assert "holds" not in page and "SIGNER NOT CHECKED" not in page


def test_places_as_people_copy_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ola")
    for text, path in (
        ("/media/a b.tar", "/media/a b.tar"), ("'/media/a b.tar'", "/media/a b.tar"), ('"/a"', "/a"),
        ("file:///media/a%20b.tar", "/media/a b.tar"), ("~/a.tar", "/home/ola/a.tar"),
    ):  # fmt: skip
        assert place(text) == Path(path)
    for text in ("a.tar", "../a", "~nobody-has-this-home/x", "/a\0b", "'"):
        with pytest.raises(Refused, match="is not the whole way"):
            place(text)


def test_received_items_are_listed_and_opened_with_their_mark(
    client: httpx.Client, bench: Workbench, case: tuple[Case, Path], tmp_path: Path
) -> None:
    made = case[0]
    trust(bench.built, made)
    chosen = made.built.item("DCIM/DSC08112.jpg")
    made.made(tmp_path / "p.tar", items=(chosen,))
    page = check(client, tmp_path / "p.tar").text
    assert "<dd>3 <small>0 with bytes</small></dd>" in page
    given = {"path": str(tmp_path / "p.tar"), "checked": manifest_of(page), "sure": "yes"}
    assert "3 items" in client.post("/handovers/receive/import", data=given).text
    listed = client.get("/items").text
    assert listed.count('<span class="tag fill" title="2016-0142-') == 3 and f"/items/{chosen}" in listed
    page = client.get(f"/items/{chosen}").text
    number = client.get("/handovers").text.partition('href="/handovers/HO-')[2][:3]
    assert f"received from DARKROOM · HO-{number}" in page and "Its bytes lie with DARKROOM" in page
    assert 'id="bytes"' not in page and "Try a mapping" not in page
    assert client.get(f"/exhibits/2016-0142-A1 (HO-{number})").url.path == f"/handovers/HO-{number}"
