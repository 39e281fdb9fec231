"""The pages about who is who: queue, pair, evidence, cluster, person, periods; decisions through the forms and what they
leave in the ledger."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import httpx
import pytest

from safelight.ledger import identities as law
from safelight.ledger.ledger import Ledger
from safelight.operation.settings import IdentitySettings, Settings, write_settings
from safelight.traces.ids import account_id
from tests.access.acts import ASE, BO, KAISSA
from tests.web.conftest import Workbench
from tests.web.persons import AVIS, BO2, TOG, persons

GRADES = {"source_grade": "B", "content_grade": "2"}


@pytest.fixture
def workbench(tmp_path: Path) -> Iterator[Workbench]:
    yield from persons(tmp_path, "token-of-the-persons")


@pytest.fixture
def client(workbench: Workbench) -> Iterator[httpx.Client]:
    with workbench.entered() as entered:
        yield entered


def words(answer: httpx.Response) -> str:
    """The page's main part as one reads it: no tags, single spaces."""
    assert answer.status_code == 200, answer.text
    main = answer.text.partition("<main")[2].partition(">")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", main)).split())


def pair(client: httpx.Client, a: str, b: str, **more: str) -> httpx.Response:
    return client.get("/identities/pair", params={"a": a, "b": b, **more})


def decided(workbench: Workbench, a: str, b: str, decision: str, **more: object) -> None:
    """Another person's decision."""
    with Ledger.open(workbench.built.folder) as ledger:
        law.decide(
            ledger, a, b, decision, reason="seen in person", source_grade="A", content_grade="1", seen=None,
            actor="Siri Brækhus", **more,  # type: ignore[arg-type]
        )  # fmt: skip


def test_the_pair_page_shows_both_and_what_speaks_for_and_against(
    client: httpx.Client, workbench: Workbench
) -> None:
    before = workbench.entries()
    answer = pair(client, TOG, ASE)
    said = words(answer)
    for text in (
        "0.96 calibrated: of 100 such pairs, about 96 are one person",
        "Proposal, compared because of: IP address, Languages",
        "tåkelur (2013-01-01 – 2015-06-01) · togmann (2015-06-01)", "Start: one in 6,000 −8.7", "Phone number",
        "Together +3.6, odds 37 to 1", "rekk vi eit parti før snøen kjem?", "Who else could it be",
        "Missing evidence is neutral", "Both stand in one proposed person of 2 accounts.",
        "No decision stands against it, either way.",
    ):  # fmt: skip
        assert text in said, text
    assert [verb for verb, _what in workbench.whats(before)] == ["consultation"]
    svg = answer.text.partition('<svg class="chart wf"')[2].partition("</svg>")[0]
    assert (
        svg.count('class="ffor"') == 5 and svg.count('class="hatch"') == 1 and svg.count('class="sctl"') == 1
    )
    assert re.findall(r'text-anchor="(?:start|end)">([+−\d.]+)<', svg) == [
        "+5.9", "+3.2", "+2.4", "+1.7", "+0.4", "0", "−1.3",
    ]  # fmt: skip
    assert "checked" not in answer.text and 'href="/conversations/c1-v%C3%A6r?at=t1-w0"' in answer.text


def test_the_table_has_the_same_rows_and_each_leads_to_its_traces(client: httpx.Client) -> None:
    answer = pair(client, ASE, TOG, view="table")
    rows = re.findall(
        r"<tr data-row.*?<b>(.*?)</b>.*?<td class=\"r (?:for|against|t3)\">(.*?)</td>", answer.text, re.S
    )
    assert rows == [
        ("Phone number", "+5.9"), ("Arranged to move", "+3.2"), ("Writing style", "+2.4"), ("Names", "+1.7"),
        ("IP address", "+0.4"), ("Rhythm of the day", "0"), ("Languages", "−1.3"),
    ]  # fmt: skip
    traces = client.get("/identities/evidence", params={"a": ASE, "b": TOG, "kind": "phone"})
    assert "The telephone number +47 900 00 000 stands in the records of both accounts." in words(traces)
    assert traces.text.count("<tr data-row") == 2 and "2016-0142-A1" in traces.text
    assert "It names no single trace." in words(
        client.get("/identities/evidence", params={"a": ASE, "b": TOG, "kind": "rhythm"})
    )


def test_a_pair_that_was_never_compared_can_be_decided_upon(client: httpx.Client) -> None:
    said = words(pair(client, KAISSA, BO2))
    assert "These two were never compared by the analysis" in said and "Nothing was weighed." in said
    answer = client.post(
        "/identities/pair",
        data={"a": KAISSA, "b": BO2, "decision": "different", "reason": "met both", **GRADES},
    )
    assert "Different persons B2 met both" in words(answer)
    assert pair(client, ASE, ASE).status_code == 404 and pair(client, ASE, "a1-nobody").status_code == 404


def test_a_decision_wants_choice_grading_and_reason(client: httpx.Client, workbench: Workbench) -> None:
    good = {"a": ASE, "b": TOG, "decision": "same", "reason": "own phone", "seen": "0.96", **GRADES}
    before = workbench.entries()
    for missing in ("decision", "reason", "source_grade", "content_grade"):
        assert client.post("/identities/pair", data={**good, missing: ""}).status_code == 400, missing
    with Ledger.open(workbench.built.folder) as ledger:
        assert not law.history(ledger, ASE, TOG)
    assert {verb for verb, _what in workbench.whats(before)} == {"consultation"}
    said = words(client.post("/identities/pair", data=good))
    assert "Recorded as entry" in said and "Same person , B2: own phone" in said and "saw 0.96" in said
    with Ledger.open(workbench.built.folder) as ledger:
        (one,) = law.standing(ledger).in_force
    assert (one.decision, one.seen, one.reason, one.actor) == ("same", 0.96, "own phone", "kåre")


def test_undo_is_a_new_entry_and_the_history_keeps_both(client: httpx.Client, workbench: Workbench) -> None:
    client.post(
        "/identities/pair", data={"a": ASE, "b": TOG, "decision": "same", "reason": "phone", **GRADES}
    )
    with Ledger.open(workbench.built.folder) as ledger:
        (past,) = law.history(ledger, ASE, TOG)
    page = client.post(
        "/identities/withdraw", data={"a": ASE, "b": TOG, "seq": past.seq, "reason": "wrong phone"}
    )
    said = words(page)
    assert "Taken back wrong phone" in said and "Same person B2 phone" in said and "· taken back" in said
    with Ledger.open(workbench.built.folder) as ledger:
        assert [one.act for one in law.history(ledger, ASE, TOG)] == ["same", "withdrawn"]
        assert not law.standing(ledger).in_force


def test_the_queue_asks_and_goes_on(client: httpx.Client) -> None:
    page = client.get("/identities")
    assert page.text.count(
        "<tr data-row"
    ) == 3 and "3 pairs wait for an answer; 5 pairs were weighed." in words(page)
    opened = re.findall(r'data-open="(/identities/pair[^"]+)"', page.text)
    first, second = (unescape(one) for one in opened[:2])
    following = client.get(first.replace("/pair?", "/next?"))
    assert str(following.url).endswith(second)
    a, b = re.findall(r"[ab]=([^&]+)", first)
    client.post("/identities/pair", data={"a": a, "b": b, "decision": "different", "reason": "two", **GRADES})
    assert first not in unescape(client.get("/identities").text)


def test_what_decisions_forbid_is_a_conflict_with_its_chain_and_no_question(
    client: httpx.Client, workbench: Workbench
) -> None:
    decided(workbench, ASE, TOG, "same")
    decided(workbench, ASE, AVIS, "different")  # TOG and AVIS were proposed with 0.91
    page = client.get("/identities")
    said = words(page)
    assert "Conflict, not a proposal" in said and "Siri Brækhus" in said
    questions = page.text.partition("idq1")[2]
    assert "avis" not in questions
    cluster = words(client.get("/identities/cluster", params={"of": ASE}))
    assert "Conflict, not a proposal" in cluster and "Would join the person" not in cluster
    assert "“same person” would contradict:" in words(pair(client, TOG, AVIS))


def test_decisions_against_each_other_are_told_with_who_and_when(
    client: httpx.Client, workbench: Workbench
) -> None:
    decided(workbench, ASE, TOG, "same")
    decided(workbench, TOG, KAISSA, "same")
    decided(workbench, ASE, KAISSA, "different")
    said = words(client.get("/identities"))
    assert "Decisions against each other" in said and said.count("Siri Brækhus, 20") >= 3
    assert "suspended" in words(pair(client, ASE, TOG))


def test_four_eyes(client: httpx.Client, workbench: Workbench) -> None:
    decided(workbench, BO, BO2, "same", four_eyes=True)
    assert "Waiting for a second person 1" in words(client.get("/identities"))
    page = pair(client, BO, BO2)
    assert "Siri Brækhus says: same person." in words(page) and 'name="decision"' not in page.text
    with Ledger.open(workbench.built.folder) as ledger:
        (waiting,) = law.standing(ledger).waiting
    given = {"a": BO, "b": BO2, "seq": str(waiting.seq), "reason": "seen the device"}
    assert client.post("/identities/confirm", data=given).status_code == 400
    said = words(client.post("/identities/confirm", data={**given, "agrees": "yes"}))
    assert "confirmed by kåre" in said and "Agreed seen the device" in said
    write_settings(
        workbench.built.folder.settings, replace(Settings(), identities=IdentitySettings(four_eyes=True))
    )
    assert "then a second person" in words(pair(client, ASE, TOG))
    client.post(
        "/identities/pair", data={"a": ASE, "b": TOG, "decision": "same", "reason": "phone", **GRADES}
    )
    assert "waits for a second person" in words(pair(client, ASE, TOG))
    assert "not by yourself" in words(client.get("/identities"))


def test_a_split_account_is_decided_anew_in_each_period(client: httpx.Client, workbench: Workbench) -> None:
    decided(workbench, ASE, TOG, "same")
    answer = client.post(
        "/identities/split",
        data={"of": TOG, "account": TOG, "at": "2016-11-11 01:00", "z": "no", "reason": "sold"},
    )
    said = words(answer)
    assert "Changed hands at 2016-11-11 01:00 sold" in said and "beginning – 2016-11-11" in said
    queue = client.get("/identities")
    assert "To be decided anew" in words(queue) and "an account of it was split since" in words(queue)
    later = f"{TOG}@{1478822400000000}"
    page = pair(client, ASE, later)
    assert "An account was split since the analysis ran." in words(page)
    assert "2016-11-11 – now" in words(page) and "to be decided anew" in words(page)
    assert (
        client.post(
            "/identities/split", data={"of": TOG, "account": TOG, "at": "soon", "reason": "x"}
        ).status_code
        == 400
    )


def test_a_shared_account_links_nobody(client: httpx.Client) -> None:
    answer = client.post(
        "/identities/share", data={"of": TOG, "tenure": TOG, "shared": "yes", "reason": "club's computer"}
    )
    assert "Shared by several people club's computer" in words(answer)
    page = pair(client, ASE, TOG)
    assert "so nobody can be linked through it" in words(page) and 'name="decision"' not in page.text
    assert words(client.get("/identities/cluster", params={"of": ASE})).startswith(
        "Cluster of togmann 1 proposed 1 account"
    )


def test_a_person_is_all_its_accounts_and_their_names(client: httpx.Client, workbench: Workbench) -> None:
    assert "togmann" in words(client.get("/identities/persons"))
    decided(workbench, ASE, TOG, "same")
    page = client.get("/identities/person", params={"of": TOG})
    said = words(page)
    for text in (
        "togmann 2 decided", "2 accounts in 2 networks · 7 messages, 6 distinct · 1 more proposed", "Åse tog",
        "address book of bø", "Nordlys N5, imei:1", "manila_knight 4 distinct messages (5 with copies)",
    ):  # fmt: skip
        assert text in said, text
    assert re.findall(r"<title>(.*?)</title></rect>", page.text) == ["tog_åse", "tåkelur", "togmann"]


def test_hostile_names_and_facts_show_as_what_they_are(client: httpx.Client, workbench: Workbench) -> None:
    with Ledger.open(workbench.built.folder) as ledger:
        law.decide(
            ledger, ASE, TOG, "same", reason="\u202e<b>fet</b>", source_grade="X", content_grade="X", seen=None,
            actor="<i>x",
        )  # fmt: skip
    for address in ("/identities/pair", "/identities/cluster", "/identities/person", "/identities"):
        said = client.get(address, params={"a": ASE, "b": TOG, "of": ASE}).text
        assert "\u202e" not in said and "<b>fet" not in said and "<i>x" not in said, address
    assert (
        client.get("/identities/person", params={"of": account_id("club", None, "nobody")}).status_code == 404
    )
    assert client.get("/identities/cluster").status_code == 404


def test_any_two_accounts_can_be_compared(client: httpx.Client) -> None:
    assert f'href="/identities/person?of={BO}"' in client.get(f"/accounts/{BO}").text
    answer = client.get("/identities/compare", params={"a": BO, "with": "avis"})
    assert answer.url.path == "/identities/pair" and "manila_knight" in words(answer)
    assert client.get("/identities/compare", params={"a": BO, "with": "nobody"}).status_code == 404
    assert client.get("/identities/compare", params={"a": BO, "with": ""}).status_code == 404


def test_nothing_compared_yet_is_said(empty: Workbench) -> None:
    with empty.entered() as client:
        assert "No accounts were compared yet." in words(client.get("/identities"))
        assert "No two accounts are proposed as one person yet." in words(client.get("/identities/persons"))
