"""Traces of a package are part of the receiving operation: read, searched and followed by the same means, and marked."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from safelight.access import accounts
from safelight.access.account import account
from safelight.access.door import Door
from safelight.access.filter import ItemFilter
from safelight.access.provenance import why
from safelight.access.search_filter import SearchFilter
from safelight.casework import persons
from safelight.casework.handover import (
    disclosures,
    given_pictures,
    keys,
    make,
    received_differences,
    received_traces,
    verify,
)
from safelight.casework.handover.received import import_package
from safelight.casework.handover.received_differences import Difference, Differences
from safelight.casework.handover.takeover import Imported
from safelight.catalog.catalog import Catalog
from safelight.errors import BadInput, Locked
from safelight.intake import privileged
from safelight.intake.lock import run_lock
from safelight.ledger import clocks, exhibits, sources
from safelight.ledger.keys import KeyRing
from safelight.ledger.received import Received
from safelight.traces.ids import account_id
from tests.access.acts import ASE, BO, DIRECT, KAISSA, TOG, us
from tests.access.built import Built, files, sha256
from tests.casework.handover.cases import MAKER, SECOND, Case, empty, receiver

OLA = "ola.øst"


def take(built: Built, path: Path) -> Imported:
    with Door(built.folder, who=OLA, purpose="received from Vest", keys=built.keys) as door:
        return import_package(door, path, unknown_signer="a test")


def key_of(table: str) -> str:
    return "item_id" if table == "items" else "trace_id"


def rows(built: Built, table: str) -> list[dict[str, object]]:
    with Catalog.at(built.folder) as catalog, catalog.connect() as db:
        found: list[dict[str, object]] = (
            db.sql(f"select columns(lambda c: c <> 'first_known') from {table} order by {key_of(table)}")
            .to_arrow_table()
            .to_pylist()
        )
        return found


@pytest.fixture(scope="module")
def taken(given: tuple[Case, Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Case, Built, Imported]:
    """The case, another operation that imported its package, and what the import said. Tests only read them."""
    case, root = given
    other = empty(tmp_path_factory.mktemp("taken"))
    return case, other, take(other, root / "HO-001")


def test_what_was_given_is_read_by_the_same_means(taken: tuple[Case, Built, Imported]) -> None:
    case, other, done = taken
    assert (done.traces, done.traces_known, done.traces_differ) == (
        {
            "items": 2, "accounts": 5, "conversations": 1, "messages": 9, "calls": 1, "logins": 2, "memberships": 3,
            "contacts": 1, "media_shares": 1, "locations": 1, "devices": 1,
        }, 0, 0,
    )  # fmt: skip
    for table in done.traces:
        key = key_of(table)
        whole = {row[key]: row for row in rows(case.built, table)}
        assert rows(other, table) == [whole[row[key]] for row in rows(other, table)]
    with case.door() as theirs, Door(other.folder, who=OLA, purpose="read", keys=other.keys) as ours:
        with theirs.consult("person") as there_, ours.consult("person") as here_:
            there, here = there_.reading, here_.reading
            for record in (case.ase, case.bo):
                one, two = (persons.person(reading, record.id) for reading in (there, here))
                assert one.home.district == two.home.district
                assert persons.accounts_of(there.ledger, [record.id]) == persons.accounts_of(
                    here.ledger, [record.id]
                )
            for id_ in (ASE, BO, KAISSA):
                assert accounts.one(here, id_) == accounts.one(there, id_)
                was, now = account(there, id_), account(here, id_)
                assert was.received is None
                assert now.received == Received(now.row.native, "HO-001", "DARKROOM")
                numbers = {f"{n} (HO-001)": n for n in (one.number for one in case.built.exhibits)}
                plain = [
                    replace(one, source=replace(one.source, exhibit=numbers[one.source.exhibit]))
                    for one in now.names
                ]
                assert plain == list(was.names)
            found = why(here, "t1-m1")
            assert found.exhibit is None and found.received == Received("2016-0142-A1", "HO-001", "DARKROOM")
            assert {copy.exhibit for copy in found.copies} == {
                "2016-0142-A1 (HO-001)",
                "2016-0142-B3 (HO-001)",
            }
        with ours.consult("search") as look:
            assert [hit.id for hit in look.search.every(SearchFilter(text="sju"))] == ["t1-m2"]
        assert look.standing().exhibits == 0


def test_items_arrive_as_received_from_the_sender(case: Case, tmp_path: Path) -> None:
    """Chosen ones, and those that traces were read out of; they are listed, opened, and lie under the sender's exhibit."""
    chosen = case.built.item("DCIM/DSC08112.jpg")
    case.made(tmp_path / "p.tar", items=(chosen,))
    other = empty(tmp_path / "other")
    done = take(other, tmp_path / "p.tar")
    assert done.traces["items"] == 3
    with Door(other.folder, who=OLA, purpose="read") as door, door.consult("items") as look:
        page = look.items(ItemFilter(exhibit=("2016-0142-A1 (HO-001)",)))
        there = {row.item_id: row for row in page.rows}
        assert there[chosen].sha256 == sha256(files()["DCIM/DSC08112.jpg"])
        found = look.item(chosen)
        assert found.received == Received("2016-0142-A1", "HO-001", "DARKROOM") and found.exhibit is None
        assert "2016-0142-A1 (HO-001)" in [step.label for step in found.provenance]
        assert any("Its bytes lie with DARKROOM" in told for told in found.not_checked)
        assert "is not registered" in look.bytes(chosen).trouble
        assert why(look.reading, "t1-m1").item_sha256 == there[why(look.reading, "t1-m1").item_id].sha256
    assert take(other, tmp_path / "p.tar").traces == {}
    (left,) = [one for one in rows(other, "items") if one["item_id"] == chosen]
    with Catalog.at(other.folder) as catalog:
        drop = {"items": pa.table({"item_id": [chosen]})}
        catalog.supersede("test", drop, {"items": [left | {"size": 7}]}, made_by={"stage": "test"})
    case.made(tmp_path / "again.tar", items=(chosen,))
    again = take(other, tmp_path / "again.tar")
    assert again.traces_differ == 1 and [
        (one.trace_id, one.table, one.column, one.theirs, one.ours) for one in again.differences
    ] == [(chosen, "items", "size", str(left["size"]), "7")]


def test_a_picture_whose_bytes_are_given_is_sealed_to_the_receivers_key(case: Case, tmp_path: Path) -> None:
    chosen, path = case.built.item("DCIM/DSC08112.jpg"), tmp_path / "p.tar.age"
    identity, to = receiver()
    (tmp_path / "key.txt").write_text(f"{identity}\n")
    content = sha256(files()["DCIM/DSC08112.jpg"])
    with case.door() as door:
        number = make.prepare(door, case.choice(give="bytes", items=(chosen,), recipients=(to,))).name
    with case.door(SECOND) as door:
        make.approve(door, number, "compared with the warrant")
    with case.door() as door:
        make.make(door, number, path)
        plain = door.small_picture(content)
    other = empty(tmp_path / "other")
    with Door(other.folder, who=OLA, purpose="received from Vest", keys=other.keys) as door:
        import_package(door, path, tmp_path / "key.txt", "a test")
        assert plain is not None and door.small_picture(content) == plain
        with door.consult("item") as look:
            (small,) = look.item(chosen).derivatives
            assert (small.recipe, small.width, small.height) == (given_pictures.RECIPE, 320, 240)
        import_package(door, path, tmp_path / "key.txt", "a test")
    with Catalog.at(other.folder) as catalog, catalog.connect() as db:
        rows_ = db.sql("select key_id, sealed from derivatives").fetchall()
    assert len(rows_) == 1 and plain not in rows_[0][1]
    assert (
        rows_[0][0] == KeyRing.open(other.folder.keys).key_id != KeyRing.open(case.built.folder.keys).key_id
    )
    assert list(other.folder.spool.iterdir()) == []


def test_pictures_that_are_none_or_too_large_are_not_sealed(
    taken: tuple[Case, Built, Imported], tmp_path: Path
) -> None:
    other = taken[1]
    one = str(rows(other, "items")[0]["sha256"])
    wide = io.BytesIO()
    Image.new("L", (2000, 8)).save(wide, "PNG")
    gif = io.BytesIO()
    Image.new("L", (8, 8)).save(gif, "GIF")

    def table(plain: bytes, sha: str = one) -> bytes:
        out = io.BytesIO()
        pq.write_table(pa.table({"sha256": [sha], "plain": pa.array([plain], pa.binary())}), out)
        return out.getvalue()

    with Catalog.at(other.folder) as catalog:
        for bad in (
            b"sjakk",
            table(b"sjakk"),
            table(gif.getvalue()),
            table(wide.getvalue()),
            table(bytes(2 << 20)),
        ):
            with pytest.raises(BadInput, match="pictures of the package cannot be read"):
                given_pictures.take_in(catalog, other.folder.keys, bad, "f" * 64)
        unknown = table(wide.getvalue(), "0" * 64)  # of an item that did not come along
        assert given_pictures.take_in(catalog, other.folder.keys, unknown, "f" * 64) == 0
    assert rows_of_derivatives(other) == 0


def rows_of_derivatives(built: Built) -> int:
    with Catalog.at(built.folder) as catalog, catalog.connect() as db:
        return len(db.sql("select sha256 from derivatives").fetchall())


def test_items_of_our_own_sources_are_taken_from_nobody(case: Case, tmp_path: Path) -> None:
    chosen = case.built.item("DCIM/DSC08112.jpg")
    case.made(tmp_path / "p.tar", items=(chosen,))
    other = empty(tmp_path / "other")
    with other.ledger() as ledger:
        exhibit = exhibits.add(
            ledger, number="1", label="x", seized="2016-11-22", legal_basis="x", officer="x", actor=OLA
        )
        mine = sources.register(ledger, exhibit, "kort", tmp_path, "folder", {}, actor=OLA)
    forged = pq.read_table(_packed(tmp_path / "p.tar", tmp_path))
    at = forged.schema.get_field_index("source_id")
    forged = forged.set_column(at, "source_id", pa.array([mine.id] * forged.num_rows, pa.string()))
    pq.write_table(forged, tmp_path / "items.parquet")
    with other.ledger() as ledger:
        taken = received_traces.take_in(
            other.folder,
            ledger,
            {"data/items/items.parquet": tmp_path / "items.parquet"},
            "0" * 64,
            actor=OLA,
        )
    assert taken.new == {} and rows(other, "items") == []


def _packed(package: Path, place: Path) -> Path:
    """The table of items that lies in a package."""
    verify.check(str(package), aside={"data/items/items.parquet": place / "packed.parquet"})
    return place / "packed.parquet"


def test_of_contact_lists_no_more_than_names_the_case(case: Case, tmp_path: Path) -> None:
    (known,) = rows(case.built, "contacts")
    stranger = account_id("skype", None, "fremmed")
    more = [
        known | {"trace_id": "t1-k2", "contact": "fremmed", "contact_id": stranger, "name": "Nabo"},
        known | {"trace_id": "t1-k3", "owner": "fremmed", "owner_id": stranger},
        known | {"trace_id": "t1-k4", "owner": "fremmed", "owner_id": stranger, "contact_id": stranger},
    ]
    with Catalog.at(case.built.folder) as catalog:
        catalog.write("b1-strangers", {"contacts": more}, made_by={"stage": "test"})
    case.made(tmp_path / "HO-001", folder=True)
    given = pq.read_table(tmp_path / "HO-001" / "data/traces/contacts.parquet")
    assert given.column("trace_id").to_pylist() == ["t1-k1", "t1-k3"]
    left = orjson.loads((tmp_path / "HO-001" / "data/law/left-out.json").read_bytes())
    assert {
        "count": 1, "what": "entries of contact lists", "instead": "nothing", "why": "not necessary for the purpose",
    } in left  # fmt: skip


def test_again_adds_nothing_and_a_stopped_import_goes_on(
    given: tuple[Case, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = empty(tmp_path)
    with monkeypatch.context() as patched:

        def stop(*_args: object, **_more: object) -> None:
            raise KeyboardInterrupt

        patched.setattr(received_traces, "join_copies", stop)
        with pytest.raises(KeyboardInterrupt):
            take(other, given[1] / "HO-001")
    again = take(other, given[1] / "HO-001")
    assert (again.again, again.traces) == (True, {})
    with Door(other.folder, who=OLA, purpose="read") as door, door.consult("search") as look:
        assert look.search.count(SearchFilter(text="sju")) == 1
    later = take(other, given[1] / "HO-002.tar")  # another package of the same case
    assert (later.traces, later.traces_known, later.traces_differ) == ({}, 27, 0)
    assert len(rows(other, "messages")) == 9


def test_our_own_that_comes_back_and_what_reads_otherwise(case: Case, tmp_path: Path) -> None:
    case.made(tmp_path / "first.tar")
    other = empty(tmp_path / "other")
    take(other, tmp_path / "first.tar")
    with Catalog.at(other.folder) as catalog:  # as a newer version of a parser there would read it
        (row,) = [one for one in rows(other, "messages") if one["trace_id"] == "t1-m2"]
        drop = {"messages": pa.table({"trace_id": ["t1-m2"]})}
        catalog.supersede("test", drop, {"messages": [row | {"text": "nei"}]}, made_by={"stage": "test"})
    with other.ledger() as ledger:
        keys.make(other.folder, ledger, "Ø. Lien", actor=OLA)
    with Door(other.folder, who=OLA, purpose="back to Vest", keys=other.keys) as door:
        make.make(door, make.prepare(door, case.choice(case="C-001")).name, tmp_path / "back.tar")
    before = rows(case.built, "messages")
    back = take(case.built, tmp_path / "back.tar")
    assert (back.traces, back.traces_differ) == ({}, 1)
    assert back.differences == [Difference("t1-m2", "messages", "text", "nei", "ja, klokka sju")]
    assert rows(case.built, "messages") == before
    take(case.built, tmp_path / "back.tar")  # again adds nothing
    with case.door() as door, door.consult("handover") as look:
        found = disclosures.one(look.reading, back.number, MAKER).handover
        assert found.received is not None
        kept = received_differences.of_package(look.reading, found.received["manifest"])
    assert kept == Differences(1, 1, (Difference("t1-m2", "messages", "text", "nei", "ja, klokka sju"),))
    third = empty(tmp_path / "third")
    assert take(third, tmp_path / "back.tar").traces["messages"] == 9
    again = take(third, tmp_path / "first.tar")
    assert (again.traces, again.traces_differ) == ({}, 1)
    assert again.differences == [Difference("t1-m2", "messages", "text", "ja, klokka sju", "nei")]
    assert {one["text"] for one in rows(third, "messages") if one["trace_id"] == "t1-m2"} == {"nei"}


def test_files_sent_and_places_are_those_of_the_case(case: Case, tmp_path: Path) -> None:
    """A stranger's file comes along only where it hangs on a line that is given; a stranger's place never."""
    (share,), (place,) = rows(case.built, "media_shares"), rows(case.built, "locations")
    line = next(row for row in rows(case.built, "messages") if row["trace_id"] == "t1-m2")
    stranger = account_id("skype", None, "fremmed")
    theirs = {"account": "fremmed", "account_id": stranger}
    more = {
        "media_shares": [
            share
            | theirs
            | {"trace_id": "t1-s2", "item_id": line["item_id"], "message_place": line["place"]},
            share | theirs | {"trace_id": "t1-s3", "message_place": "messages:999"},
        ],
        "locations": [place | theirs | {"trace_id": "t1-o2"}],
    }
    with Catalog.at(case.built.folder) as catalog:
        catalog.write("b1-strangers", more, made_by={"stage": "test"})
    case.made(tmp_path / "p.tar")
    other = empty(tmp_path / "other")
    take(other, tmp_path / "p.tar")
    assert [row["trace_id"] for row in rows(other, "media_shares")] == ["t1-s1", "t1-s2"]
    assert [row["trace_id"] for row in rows(other, "locations")] == ["t1-o1"]


def test_what_is_held_here_stays_out(given: tuple[Case, Path], tmp_path: Path) -> None:
    other = empty(tmp_path)
    take(other, given[1] / "HO-001")
    _identity, to = receiver()
    held = privileged.hold(
        other.folder, "conversation", [DIRECT], reviewer=OLA, recipient_key=to.key, reason="§ 204", actor=OLA
    )
    assert held.rows["messages"] == 5
    again = take(other, given[1] / "HO-002.tar")
    assert {row["conversation_id"] for row in rows(other, "messages")} == {TOG}
    assert again.traces == {"messages": 5, "calls": 1, "media_shares": 1}
    with Door(other.folder, who=OLA, purpose="read") as door, door.consult("search") as look:
        assert look.search.count(SearchFilter(text="sju")) == 0


def test_what_is_held_is_held_with_what_others_read(case: Case, tmp_path: Path) -> None:
    """Both readings of a time, and of what one of the two lacks; and none of it stays where the trace is held."""
    case.made(tmp_path / "first.tar")
    other = empty(tmp_path / "other")
    take(other, tmp_path / "first.tar")
    with Catalog.at(case.built.folder) as catalog:
        (row,) = [one for one in rows(case.built, "messages") if one["trace_id"] == "t1-m2"]
        drop = {"messages": pa.table({"trace_id": ["t1-m2"]})}
        assert isinstance(row["sent"], dict)
        sent = row["sent"] | {"utc": row["sent"]["utc"] + timedelta(hours=1)}
        changed = row | {"text": None, "sent": sent}
        catalog.supersede("test", drop, {"messages": [changed]}, made_by={"stage": "test"})
    case.made(tmp_path / "second.tar")
    done = take(other, tmp_path / "second.tar")
    assert done.differences == [
        Difference("t1-m2", "messages", "sent", "2016-11-07 09:05:00 UTC (stated)", "2016-11-07 08:05:00 UTC (stated)"),
        Difference("t1-m2", "messages", "text", "", "ja, klokka sju"),
    ]  # fmt: skip
    _identity, to = receiver()
    held = privileged.hold(
        other.folder, "conversation", [DIRECT], reviewer=OLA, recipient_key=to.key, reason="§ 204", actor=OLA
    )
    assert held.rows["received_differences"] == 2
    with Door(other.folder, who=OLA, purpose="read") as door, door.consult("handover") as look:
        found = disclosures.one(look.reading, done.number, OLA).handover
        assert found.received is not None
        kept = received_differences.of_package(look.reading, found.received["manifest"])
    assert kept == Differences(0, 0, ())


def test_accounts_and_clocks_without_messages(case: Case, tmp_path: Path) -> None:
    with case.ledger() as ledger:
        clocks.correct(ledger, case.built.exhibits[0], -90, reason="compared with a radio clock", actor=MAKER)
    case.made(tmp_path / "p.tar", traces=False)
    other = empty(tmp_path / "other")
    done = take(other, tmp_path / "p.tar")
    assert done.traces == {"items": 1, "accounts": 5}
    with other.ledger() as ledger:
        (clock,) = clocks.every(ledger)
        assert (clock.exhibit, clock.seconds, clock.reason) == (
            case.built.exhibits[0].key, -90, "compared with a radio clock",
        )  # fmt: skip
        assert ledger.entry(clock.seq).purpose.startswith("received:")
    case.made(tmp_path / "q.tar")
    take(other, tmp_path / "q.tar")
    times = []
    for door in (case.door(), Door(other.folder, who=OLA, purpose="read")):
        with door, door.consult("messages") as look:
            (found,) = look.reading.db.sql(
                "select at_us(sent, exhibit, parser) from messages where trace_id = 't1-m2'"
            ).fetchall()
            times.append(found[0])
    assert times == [us("2016-11-07T08:03:30")] * 2
    with other.ledger() as ledger:
        assert len(clocks.every(ledger)) == 1


def test_while_a_run_is_at_work_nothing_is_imported(given: tuple[Case, Path], tmp_path: Path) -> None:
    other = empty(tmp_path)
    with run_lock(other.folder.lock), pytest.raises(Locked):
        take(other, given[1] / "HO-001")
    assert rows(other, "messages") == []


def test_a_table_that_is_none_or_says_not_where_it_comes_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = empty(tmp_path / "other")
    files = received_traces.wanted(tmp_path)
    path = files["data/traces/messages.parquet"]
    for table, told in (
        (None, "cannot be read"),
        (pa.table({"trace_id": ["t1-x"], "text": ["sjakk"]}), "where it comes from"),
        (pa.table({"text": [1.5]}), "where it comes from"),
    ):
        if table is None:
            path.write_bytes(b"sjakk")
        else:
            pq.write_table(table, path)
        with other.ledger() as ledger, pytest.raises(BadInput, match=told):
            received_traces.take_in(other.folder, ledger, files, "ab" * 32, actor=OLA)
    monkeypatch.setattr(received_traces, "_MOST_GROUP", 10)
    with other.ledger() as ledger, pytest.raises(BadInput, match="larger than any such table"):
        received_traces.take_in(other.folder, ledger, files, "ab" * 32, actor=OLA)
    assert rows(other, "messages") == []
