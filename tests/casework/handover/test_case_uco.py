"""CASE: a handover as a valid graph, and graphs of other tools read and written again without loss of what is modelled."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as whatever
from hypothesis import strategies as st
from pyld import jsonld

from safelight.casework.handover import case_uco
from safelight.casework.handover.case_uco_graph import Graph, Literal, Ref, Thing, dump
from safelight.casework.handover.case_uco_terms import CLASSES, COMMON, PARTS, PREFIXES
from safelight.errors import BadInput
from safelight.ledger.police import PolicePeriod
from tests.casework.handover.cases import Case
from tests.casework.handover.sample import CASE, OLA, OTHER, PERSON, PICTURE, contents, us
from tests.conftest import missing

_EXAMPLES = (
    "Oresteia",
    "accounts",
    "analysis",
    "bulk_extractor_forensic_path",
    "call_log",
    "cell_site",
    "configured_tool",
    "database_records",
    "device",
    "event",
    "exif_data",
    "existence_intervals",
    "file",
    "forensic_lifecycle",
    "location",
    "message",
    "mobile_device_and_sim_card",
    "multipart_file",
    "network_connection",
    "partitions",
    "raw_data",
    "reconstructed_file",
    "recoverability",
    "sms_and_contacts",
    "spear_phishing",
)
_OWN_EXAMPLES = ("case_example_valid", "case_example_with_extension")


@pytest.fixture(scope="module")
def case_validate() -> Path:
    """`case_validate` of the environment that `make test` makes for it alone."""
    named = os.environ.get("SAFELIGHT_CASE_VALIDATE")
    found = Path(named) if named else Path(sys.prefix) / "case" / "bin" / "case_validate"
    if not found.exists():
        missing(f"case_validate ({found})")
    return found


def _validated(tool: Path, *paths: Path) -> tuple[int, str]:
    ran = subprocess.run([tool, *paths], capture_output=True, text=True, timeout=200, check=False)
    return ran.returncode, ran.stdout + ran.stderr


def _written(folder: Path, **changes: Any) -> Graph:
    case_uco.write(contents(**changes), folder)
    return case_uco.read(folder / "case.jsonld")


def _named(graph: Graph) -> dict[str, str]:
    return {one.id: one.text("uco-core:name") or one.text("safelight:id") for one in graph.things}


def test_the_graph_is_valid(tmp_path: Path, case_validate: Path) -> None:
    graph = _written(tmp_path)
    assert graph.unread == {}
    assert _validated(case_validate, tmp_path / "case.jsonld") == (0, "Validation Report\nConforms: True\n")
    broken = (
        (tmp_path / "case.jsonld").read_bytes().replace(b"uco-core:isDirectional", b"uco-core:isDirectioned")
    )
    (tmp_path / "broken.jsonld").write_bytes(broken)
    assert _validated(case_validate, tmp_path / "broken.jsonld")[0] == 1


def test_a_case_of_which_little_is_known_is_valid(tmp_path: Path, case_validate: Path) -> None:
    _written(
        tmp_path, synthetic=False, records=(CASE,), statements=(), accounts=(), identities=(), splits=(), exhibits=(),
        custody=(), sources=(), items=(), traces={}, left_out=(), tool="Safelight",
        terms={"basis": "", "conditions": "", "recipients": (), "approver": ""},
    )  # fmt: skip
    assert _validated(case_validate, tmp_path / "case.jsonld") == (0, "Validation Report\nConforms: True\n")


def test_the_same_contents_give_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        case_uco.write(contents(), tmp_path / name)
        made.append((tmp_path / name / "case.jsonld").read_bytes())
    assert made[0] == made[1]


def test_a_package_of_a_real_operation_is_valid(given: tuple[Case, Path], case_validate: Path) -> None:
    data = given[1] / "HO-001" / "data"
    assert _validated(case_validate, data / "case" / "case.jsonld") == (
        0,
        "Validation Report\nConforms: True\n",
    )
    graph = case_uco.read(data / "case" / "case.jsonld")
    people = [one.text("uco-core:name") for one in graph.of("uco-identity:Person")]
    assert sorted(people) == ["P-002", "V-001", "Åse Bø =cmd"]
    assert len(graph.of("uco-observable:Message")) > 5 and graph.unread == {}
    assert {one.name for one in (data / "report").iterdir()} == {"report.html", "report.pdf"}


def test_persons_and_what_is_stated_of_them(tmp_path: Path) -> None:
    graph = _written(tmp_path)
    names = _named(graph)
    assert sorted(
        (
            one.id,
            one.text("uco-core:name"),
            one.text("uco-identity:givenName"),
            one.text("uco-identity:familyName"),
        )
        for one in graph.of("uco-identity:Person")
    ) == [
        (f"urn:uuid:{PERSON.id}", "Kari Hansen", "Kari", "Hansen"),
        (f"urn:uuid:{OTHER.id}", "Ola van der Berg", "", ""),
        ("urn:uuid:00000000-0000-0000-0000-00000000000e", "V-004", "", ""),
    ]
    of_kari = [
        one
        for one in graph.of("uco-core:Annotation")
        if f"urn:uuid:{PERSON.id}" in one.refs("uco-core:object")
    ]
    said = {int(one.text("safelight:ledgerEntry")): one for one in of_kari}
    assert sorted(said) == [34, 36, 40, 41, 42, 43, 44, 45, 46, 47, 50, 51, 61]
    assert {name.partition(":")[2]: said[45].text(name) for name in said[45].said} == {
        "statement": "account", "object": "", "createdBy": "", "objectCreatedTime": "2016-11-21T09:00:00.000045Z",
        "objectMarking": "", "ledgerEntry": "45", "field": "account", "nature": "assessment", "verified": "no",
        "sourceGrade": "B", "contentGrade": "3", "gradingScheme": "4x4", "reason": "Same opening in 40 of 41 games",
        "claimedAt": "2016-11-02T00:00:00.000000Z",
    }  # fmt: skip
    assert names[said[45].refs("uco-core:createdBy")[0]] == "kåre"
    assert said[43].text("uco-core:statement") == "address: Storgata 1, 1201"
    assert said[43].text("safelight:supersededBy") == "44"
    assert said[51].text("safelight:withdrawnBecause") == "Somebody else's nickname"


def test_roles_decisions_and_accounts(tmp_path: Path) -> None:
    graph = _written(tmp_path)
    names = _named(graph)
    accounts = {
        one.id: one.text("uco-observable:accountIdentifier")
        for one in graph.of("uco-observable:ApplicationAccount")
    }
    assert sorted(accounts.values()) == ["kari.h", "klubben", "ola.n"]
    assert [one.text("uco-core:name") for one in graph.of("case-investigation:Subject")] == ["suspect"]
    assert len(graph.of("uco-victim:Victim")) == 1
    names.update(accounts)
    shown = sorted(
        (
            one.text("uco-core:kindOfRelationship"),
            names[one.refs("uco-core:source")[0]],
            names[one.refs("uco-core:target")[0]],
            one.text("uco-core:confidence"),
        )
        for one in graph.of("uco-core:Relationship")
    )
    assert shown == [
        ("Different_From", "Ola van der Berg", "Kari Hansen", ""),
        ("Different_Person", "kari.h", "ola.n", ""),
        ("Has_Account", "Kari Hansen", "kari.h", ""),
        ("Has_Exhibit", "2016-0142-29", "2016-0142-A1", ""),
        ("Has_Media", "V-004", PICTURE, ""),
        ("Has_Relation", "Kari Hansen", "Ola van der Berg", ""),
        ("Has_Role", "2016-0142-29", "Kari Hansen", ""),
        ("Has_Role", "2016-0142-29", "Ola van der Berg", ""),
        ("Has_Role", "Kari Hansen", "suspect", ""),
        ("Has_Role", "Ola van der Berg", "witness", ""),
        ("Has_Role", "V-004", "victim", ""),
        ("Has_Series", "V-004", "Sjakkbrett", ""),
        ("Has_Standing", "2016-0142-29", "Kari Hansen", ""),
        ("Has_Suspect", "V-004", "Kari Hansen", ""),
        ("Has_Victim", "2016-0142-29", "V-004", ""),
        ("Same_Person", "kari.h", "klubben", "93"),
    ]


def test_custody_is_a_chain(tmp_path: Path) -> None:
    graph = _written(tmp_path)
    by_id = {one.id: one for one in graph.things}
    acts = [
        one
        for one in graph.of("case-investigation:InvestigativeAction")
        if "handover" not in one.text("uco-core:name")
    ]
    before = {one.id: one.refs("case-investigation:wasInformedBy") for one in acts}
    chain = [next(one for one in acts if not before[one.id])]
    while following := [one for one in acts if chain[-1].id in before[one.id]]:
        chain += following
    assert [(one.text("uco-core:name"), one.text("uco-action:startTime")) for one in chain] == [
        ("seized", ""),
        ("received", "2016-11-01T13:00:00.000000Z"),
        ("moved", "2016-11-02T08:00:00.000000Z"),
    ]
    results = [one.refs("uco-action:result")[0] for one in chain]
    assert [one.refs("uco-action:object") for one in chain] == [[], [results[0]], [results[1]]]
    assert {by_id[one].text("case-investigation:exhibitNumber") for one in results} == {"2016-0142-A1"}
    assert [len(by_id[one].refs("uco-core:object")) for one in results] == [0, 0, 3]


def test_messages_calls_and_transfers(tmp_path: Path) -> None:
    graph = _written(tmp_path)
    messages = sorted(graph.of("uco-observable:Message"), key=lambda one: one.text("safelight:place"))
    assert [
        (
            one.text("uco-observable:sentTime"),
            one.text("uco-observable:messageText"),
            one.text("safelight:place"),
        )
        for one in messages
    ] == [
        ("2016-10-01T16:02:11.000000Z", "Tårnet eller løperen?", "Messages:17"),
        ("2016-10-01T16:02:40.000000Z", "=SUM(A1) <script>alert(1)</script> \U0001f600", "Messages:18"),
        ("2016-10-03T17:00:05.000000", "Møtes vi ved brettet?\nKlokka seks.", "Messages:19"),
    ]
    (thread,) = graph.of("uco-observable:MessageThread")
    (bag,) = [one for one in thread.values("uco-observable:messageThread") if isinstance(one, Thing)]
    inside = [one.refs("co:itemContent") for one in bag.values("co:item") if isinstance(one, Thing)]
    assert sorted(inside) == sorted([one.id] for one in messages)
    assert [
        (
            one.text("uco-observable:startTime"),
            one.text("uco-observable:duration"),
            one.text("uco-observable:callType"),
        )
        for one in graph.of("uco-observable:Call")
    ] == [("2016-10-02T18:00:00.000000Z", "61", "video")]
    assert [
        (one.text("safelight:amount"), one.text("safelight:currency"), one.text("safelight:payeeName"))
        for one in graph.of("safelight:Transfer")
    ] == [("350.00", "NOK", "Sjakklubben")]
    marked = [one for one in graph.things if one.refs("uco-core:objectMarking")]
    texts = [
        str(value.value)
        for one in graph.of("uco-marking:MarkingDefinition")
        for part in one.values("uco-marking:definition")
        if isinstance(part, Thing)
        for name in ("termsOfUse", "authorizedIdentities", "statement")
        for value in part.values(f"uco-marking:{name}")
        if isinstance(value, Literal)
    ]
    assert sorted(texts) == [
        "For this case only. Passed on with our consent.",
        "synthetic: made up for practice and tests",
        "Øst politidistrikt",
    ]
    assert {one.id for one in messages} <= {one.id for one in marked}


def test_an_officers_words_are_told_apart(tmp_path: Path) -> None:
    police = PolicePeriod(OLA, us("2016-10-01T00:00:00Z"), None, "authority", 71)
    graph = _written(tmp_path, police=(police,))
    told = [one for one in graph.things if one.text("safelight:operatedBy")]
    assert [(one.text("safelight:place"), one.text("safelight:operatedBy")) for one in told] == [
        ("Messages:18", "police")
    ]


@pytest.mark.parametrize("name", [*_EXAMPLES, *_OWN_EXAMPLES])
def test_graphs_of_others_lose_nothing_that_is_modelled(name: str, tmp_path: Path, realdata: Path) -> None:
    own = realdata.parent / "examples" / f"{name}.jsonld"
    path = own if name in _OWN_EXAMPLES else realdata / "case_examples" / f"{name}.json"
    graph = case_uco.read(path)
    case_uco.export(graph, tmp_path / "again.jsonld")
    assert _modelled(tmp_path / "again.jsonld") == _modelled(path)
    again = case_uco.read(tmp_path / "again.jsonld")
    assert (again.things, again.unread) == (graph.things, {})


def test_valid_graphs_of_others_stay_valid(tmp_path: Path, realdata: Path, case_validate: Path) -> None:
    made = []
    for name in ("accounts", "call_log", "device", "file", "location", "message"):
        made.append(tmp_path / f"{name}.jsonld")
        case_uco.export(case_uco.read(realdata / "case_examples" / f"{name}.json"), made[-1])
    assert _validated(case_validate, *made) == (0, "Validation Report\nConforms: True\n")


def _modelled(path: Path) -> dict[str, Any]:
    """What a file says in our terms, by an expansion that knows nothing of how Safelight reads it."""
    classes = {_iri(name): {_iri(one) for one in (*names, *COMMON)} for name, names in CLASSES.items()}
    found = {}
    for node in jsonld.flatten(orjson.loads(path.read_bytes())):
        types = node.get("@type", [])
        names = set().union(*(classes.get(one, set()) for one in types))
        own = {name for name in node if name.startswith(PREFIXES["safelight"])}
        if names or any(one.startswith(PREFIXES["safelight"]) for one in types):
            found[node["@id"]] = {
                "@type": sorted(types),
                **{
                    name: sorted(map(orjson.dumps, values))
                    for name, values in node.items()
                    if name in names | own and values  # an empty set says nothing
                },
            }
    return found


def _iri(compact: str) -> str:
    prefix, _colon, name = compact.partition(":")
    return PREFIXES[prefix] + name


def test_what_an_example_says(realdata: Path) -> None:
    graph = case_uco.read(realdata / "case_examples" / "call_log.json")
    calls = graph.of("uco-observable:Call")
    assert sorted(
        (
            one.text("uco-observable:callType"),
            one.text("uco-observable:startTime"),
            one.text("uco-observable:duration"),
        )
        for one in calls
    ) == [
        ("bridge", "2010-01-15T17:59:43.25Z", "1862"),
        ("outgoing", "2010-01-15T17:59:43.25Z", "1862"),
        ("outgoing", "2010-01-15T17:59:43.25Z", "1862"),
        ("outgoing", "2010-01-15T17:59:43.25Z", "1862"),
    ]
    known = {one for call in calls for one in call.refs("uco-observable:application")}
    assert len(known) == 3 and known <= {one.id for one in graph.of("uco-observable:Application")}


def test_what_is_not_modelled_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonld"
    person = {
        "@id": "kb:a", "@type": "uco-identity:Person", "uco-core:name": "Kari", "acme:elo": 1900,
        "acme:openings": {"@list": ["e4", "c5"]}, "uco-core:createdBy": {"@id": "kb:c"},
    }  # fmt: skip
    board = {"@id": "kb:c", "@type": "acme:Board", "uco-core:name": "Board 1", "acme:squares": 64}
    context = {"acme": "http://example.org/acme#", "kb": "http://example.org/kb/", **PREFIXES}
    path.write_bytes(
        orjson.dumps({"@context": context, "@graph": [person, {"@id": "kb:b", "@type": "acme:Clock"}, board]})
    )
    graph = case_uco.read(path)
    assert [(one.id, one.said) for one in graph.things] == [
        (
            "http://example.org/kb/a",
            {"uco-core:name": (Literal("Kari"),), "uco-core:createdBy": (Ref("http://example.org/kb/c"),)},
        ),
        # Named, since somebody points at it; the clock is not.
        ("http://example.org/kb/c", {"uco-core:name": (Literal("Board 1"),)}),
    ]
    assert graph.unread == {
        "http://example.org/acme#Clock": 1,
        "http://example.org/acme#Board http://example.org/acme#squares": 1,
        "uco-identity:Person http://example.org/acme#elo": 1,
        "uco-identity:Person http://example.org/acme#openings": 1,
    }


def test_nodes_without_a_name_and_what_is_said_in_several_places(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonld"
    graph = [
        {"@id": "urn:x:a", "@type": "uco-identity:Person", "uco-core:hasFacet": [
            {"@type": "uco-identity:SimpleNameFacet", "uco-identity:givenName": "Kari"}]},
        {"@id": "urn:x:r", "@type": "uco-core:Relationship", "uco-core:source": {"@id": "_:club"},
         "uco-core:target": {"@id": "urn:x:a", "uco-core:tag": ["b", "a", "b"]}},
        {"@id": "_:club", "@type": "uco-identity:Organization", "uco-core:name": {"@value": "Sjakk", "@language": "nb"}},
    ]  # fmt: skip
    path.write_bytes(orjson.dumps({"@context": PREFIXES, "@graph": graph}))
    case_uco.export(case_uco.read(path), tmp_path / "again.jsonld")
    found = case_uco.read(tmp_path / "again.jsonld")
    club, kari, tie = found.things
    assert kari.text("uco-identity:givenName") == "Kari"
    assert kari.values("uco-core:tag") == (Literal("a"), Literal("b"))
    assert tie.refs("uco-core:source") == [club.id] and club.id.startswith("_:")
    assert club.values("uco-core:name") == (Literal("Sjakk", language="nb"),)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "is no CASE graph"),
        (b"\x00\xff", "is no CASE graph"),
        (b'{"@context": "https://example.org/context.jsonld", "@graph": []}', "its context lies elsewhere"),
        (b'{"@context": {"@import": "https://example.org/c"}, "@graph": []}', "its context lies elsewhere"),
        (b"7", "is no CASE graph"),
        (b"[" * 900 + b"]" * 900, "is no CASE graph"),
        (b"[" * 100_000, "is no CASE graph"),
        (b'{"@context": {"a": {"@id": 5}}, "@graph": [{"a": 1}]}', "is no CASE graph"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(data: bytes, why: str, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonld").write_bytes(data)
    with pytest.raises(BadInput, match=why):
        case_uco.read(tmp_path / "bad.jsonld")


_TOPS = st.sampled_from(sorted(set(CLASSES) - PARTS))
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_LITERALS = st.one_of(
    st.builds(Literal, _TEXT),
    st.builds(Literal, st.booleans()),
    st.builds(Literal, st.integers(-(2**53), 2**53)),
    st.builds(Literal, _TEXT, st.sampled_from(["xsd:dateTime", "xsd:hexBinary", "xsd:decimal"])),
)


@st.composite
def _graphs(draw: st.DrawFn) -> tuple[Thing, ...]:
    ids = [f"urn:uuid:{number:032x}" for number in range(draw(st.integers(1, 6)))]
    things = []
    for id_ in ids:
        said: dict[str, tuple[Ref | Literal | Thing, ...]] = {}
        for name in draw(
            st.sets(st.sampled_from(["uco-core:name", "uco-core:tag", "safelight:note"]), max_size=3)
        ):
            said[name] = tuple(draw(st.lists(_LITERALS, min_size=1, max_size=3)))
        if draw(st.booleans()):
            said["uco-core:createdBy"] = (Ref(draw(st.sampled_from(ids))),)
        if draw(st.booleans()):
            inner: dict[str, tuple[Ref | Literal | Thing, ...]] = {"uco-core:name": (draw(_LITERALS),)}
            said["uco-core:hasFacet"] = (Thing(id_ + "f", ("uco-observable:FileFacet",), inner),)
        things.append(Thing(id_, (draw(_TOPS),), said))
    return tuple(things)


@whatever(_graphs())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_graph_is_read_as_it_was_written(tmp_path: Path, things: tuple[Thing, ...]) -> None:
    one, two = tmp_path / "one.jsonld", tmp_path / "two.jsonld"
    for path in (one, two):
        path.unlink(missing_ok=True)
    dump(things, one)
    graph = case_uco.read(one)
    assert graph.unread == {}
    assert [(found.id, found.types) for found in graph.things] == [(was.id, was.types) for was in things]
    for found, was in zip(graph.things, things, strict=True):
        assert {name: _bag(values) for name, values in found.said.items()} == {
            name: _bag(values) for name, values in was.said.items()
        }
    case_uco.export(graph, two)
    assert case_uco.read(two) == graph


def _bag(values: tuple[Ref | Literal | Thing, ...]) -> set[str]:
    """Values without order and number, with their JSON types told apart."""
    return {repr(one) for one in values}
