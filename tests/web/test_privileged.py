"""Pages of privileged material: taken out from its own page, seen by its reviewer alone, released or destroyed there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pyrage
import pytest

from safelight.analyse.search_index import bring_up
from safelight.intake import privileged as work
from safelight.ledger import rights
from tests.access.acts import ASE, DIRECT, TOG, act
from tests.access.built import ACTOR, Built, build
from tests.web.conftest import Workbench, serving


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    made = build(tmp_path_factory.mktemp("privileged"))
    act(made)
    bring_up(made.folder)
    return made


@pytest.fixture(scope="module")
def bench(built: Built) -> Iterator[Workbench]:
    yield from serving(built, "token-of-privileged")


@pytest.fixture(scope="module")
def client(bench: Workbench) -> Iterator[httpx.Client]:
    with bench.entered() as client:
        yield client


def test_from_its_page_to_its_reviewer_and_back(client: httpx.Client, built: Built) -> None:
    identity = pyrage.x25519.Identity.generate()
    page = client.get(f"/conversations/{DIRECT}").text
    (link,) = re.findall(r'href="(/privileged/hold\?what=conversation[^"]*)"', page)
    assert 'href="/privileged"' not in page  # nothing is held for this person yet
    asked = client.get(link.replace("&amp;", "&")).text
    assert "Notes, marks and translations about it are taken out of the ledger." in asked
    given = {"what": "conversation", "id": DIRECT, "reviewer": ACTOR, "key": str(identity.to_public())}
    refused = client.post("/privileged/hold", data=given)
    assert refused.status_code >= 400 and "A hold needs its reviewer and its reason." in refused.text
    done = client.post("/privileged/hold", data=given | {"reason": "strpl. § 204"})
    assert done.status_code == 200 and "Nothing of it is shown any more" in done.text
    assert "klokka sju" not in client.get(f"/conversations/{DIRECT}").text
    assert "klokka sju" not in client.get("/search", params={"q": "klokka"}).text
    (seq,) = re.findall(r'href="/privileged/(\d+)"', done.text)
    one = client.get(f"/privileged/{seq}").text
    assert "klokka sju" not in one and "strpl. § 204" in one
    wrong = client.post(f"/privileged/{seq}/review", data={"identity": "sjakk", "reason": "to decide"})
    assert wrong.status_code >= 400 and "holds no age identity" in wrong.text
    read = client.post(
        f"/privileged/{seq}/review", data={"identity": str(identity), "reason": "to decide"}
    ).text
    assert "klokka sju" in read and "messages 5" in read and str(identity) not in read
    with built.ledger() as ledger:
        asked_for = [ledger.payload(entry.seq) for entry in ledger.entries(subject=f"entry:{seq}")]
        assert {"page": "privileged review", "query": seq} in [(one or {}).get("what") for one in asked_for]
    back = client.post(
        f"/privileged/{seq}/release", data={"identity": str(identity), "reason": "no lawyer"}
    ).text
    assert ">released</span>" in back and "Read it" not in back
    assert "klokka sju" in client.get(f"/conversations/{DIRECT}").text


def test_nobody_else_sees_that_it_exists(client: httpx.Client, built: Built) -> None:
    key = str(pyrage.x25519.Identity.generate().to_public())
    done = work.hold(
        built.folder,
        "conversation",
        [TOG],
        reviewer="n.hauge",
        recipient_key=key,
        reason="§ 204",
        actor="ola",
    )
    seq = done.hold.seq
    assert client.get(f"/privileged/{seq}").status_code == 404
    for what in ("review", "release", "destroy"):
        sent = {"reason": "x", "identity": "x", "sure": "yes"}
        assert client.post(f"/privileged/{seq}/{what}", data=sent).status_code == 404
    page = client.get("/privileged").text
    assert f"/privileged/{seq}" not in page
    with built.ledger() as ledger:
        rights.grant(ledger, "n.hauge", rights.PRIVILEGED, reason="reviewer", actor=ACTOR)
    assert "Nothing is held for you." in client.get("/privileged").text
    assert client.get(f"/privileged/{seq}").status_code == 404


def test_what_can_be_held_and_what_not(client: httpx.Client, built: Built) -> None:
    item = built.item("vêr/tom.txt")
    assert f"what=item&amp;id={item}" in client.get(f"/items/{item}").text
    assert client.get("/privileged/hold", params={"what": "item", "id": item}).status_code == 200
    assert f"what=account&amp;id={ASE}" in client.get(f"/accounts/{ASE}").text
    assert client.get("/privileged/hold", params={"what": "weather", "id": "x"}).status_code == 400
    assert client.get("/privileged/hold", params={"what": "person", "id": "P-099"}).status_code == 404
    assert client.get("/privileged/sjakk").status_code >= 400
