"""Figures on both kinds of ledger: joined records count once, and the statement that began last speaks for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from safelight.casework import figures
from safelight.casework.current import Current
from safelight.casework.figure import Asked, own_unit
from safelight.errors import BadInput
from safelight.ledger import records
from safelight.ledger.as_of import AsOf, begin_of
from safelight.ledger.ledger import Ledger
from safelight.ledger.records import Basis, newest
from safelight.operation.folder import OperationFolder
from safelight.operation.settings import OperationUnitSettings, Settings, write_settings
from tests.casework.desk import ACTOR

TOLD = Basis("fact", "yes", "A", "1", "register", "told")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def ledger(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[Ledger]:
    """A new ledger, once for each adapter."""
    place: OperationFolder | str = OperationFolder(tmp_path / "operation")
    if isinstance(place, OperationFolder) and request.param == "sqlite":
        place.make()
        place.settings.write_text("")
    else:
        place = request.getfixturevalue("postgres_url")
    with Ledger.create(place, name="Vårsol", actor=ACTOR, synthetic=True) as made:
        yield made


def _made(ledger: Ledger, type_: str, **said: tuple[Any, str]) -> str:
    with ledger.writing() as act:
        record = records.make(act, type_, actor=ACTOR)
        for field, (value, since) in said.items():
            begin = begin_of(since) if since else None
            records.state(act, record.id, field, value, actor=ACTOR, basis=TOLD, valid_from=begin)
    return record.name


def _say(
    ledger: Ledger, name: str, field: str, value: Any, since: str = "", target: str | None = None
) -> int:
    with ledger.writing() as act:
        begin = begin_of(since) if since else None
        return records.state(
            act, name, field, value, actor=ACTOR, basis=TOLD, target=target, valid_from=begin
        ).seq


def _values(ledger: Ledger, as_of: AsOf = AsOf()) -> dict[str, int | None]:  # noqa: B008  the present
    return {one.key: one.value for one in figures.every(Asked(ledger, as_of, "Vest"))}


def test_joined_persons_count_once_under_what_was_said_of_either_last(ledger: Ledger) -> None:
    _made(ledger, "person", category=("suspect", "2016-02-01"), district=("Vest", "2015-01-01"))
    _made(ledger, "person", category=("other", "2016-01-01"), district=("Agder", "2016-05-01"))
    _made(ledger, "person", category=("suspect", ""), address=({"text": "", "municipality": "1201"}, ""))
    _made(ledger, "person", category=("suspect", ""))
    assert [_values(ledger)[name] for name in ("suspects", "suspects_own")] == [3, 2]
    joined = _say(ledger, "P-001", "same_as", True, target="P-002")
    found = _values(ledger)
    assert (found["suspects"], found["suspects_own"], found["suspects_district:Agder"]) == (3, 1, 1)
    (own,) = [one for one in figures.every(Asked(ledger, own="Vest")) if one.key == "suspects_own"]
    assert own.unknown == 1
    rows = figures.rows(Asked(ledger, own="Vest"), "suspects")
    assert [(row.name, row.also, row.detail) for row in rows] == [
        ("P-001", ("P-002",), "Agder"), ("P-003", (), "Vest"), ("P-004", (), ""),
    ]  # fmt: skip
    assert [row.name for row in figures.rows(Asked(ledger, own="Vest"), "suspects_own")] == ["P-003"]
    with ledger.writing() as act:
        records.withdraw(act, joined, reason="two people after all", actor=ACTOR)
    assert _values(ledger)["suspects_own"] == 2


def test_cases_by_owner_count_units_abroad_apart(ledger: Ledger) -> None:
    for owner in (
        "Vest",
        "Øst",
        "Kripos",
        {"country": "SE", "unit": "NOA"},
        {"country": "SE", "unit": "Polisen"},
    ):
        _made(ledger, "case", status=("opened", "2016-01-01"), owner=(owner, "2016-01-02"))
    _made(ledger, "case", status=("opened", "2016-03-01"))
    _made(ledger, "case", title=("nothing yet", ""))
    found = _values(ledger)
    wanted = {
        "cases": 6, "cases_own": 1, "cases_other": 2, "cases_abroad": 2, "cases_abroad:SE": 2, "cases_unowned": 1,
        "cases_owner:SE/NOA": 1, "cases_owner:Kripos": 1, "districts": 2, "cases_status:opened": 6,
    }  # fmt: skip
    assert {name: found[name] for name in wanted} == wanted
    assert [row.name for row in figures.rows(Asked(ledger, own="Vest"), "cases_owner:SE/NOA")] == ["C-004"]
    assert [row.name for row in figures.rows(Asked(ledger, own="Vest"), "cases_owner:Vest:judged")] == []
    _say(ledger, "C-001", "status", "judged", "2016-09-01")
    assert [row.name for row in figures.rows(Asked(ledger, own="Vest"), "cases_owner:Vest:judged")] == [
        "C-001"
    ]
    assert _values(ledger, AsOf.seen_today("2016-08-01"))["cases_status:opened"] == 6


_SAID = st.tuples(
    st.integers(0, 4), st.sampled_from(["", "2015-01-01", "2016-01-01", "2017-01-01"]), st.sampled_from("abc")
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    said=st.lists(_SAID, max_size=12),
    ties=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=4),
)
def test_what_counts_is_what_a_reader_of_all_statements_would_choose(
    ledger: Ledger, said: list[tuple[int, str, str]], ties: list[tuple[int, int]]
) -> None:
    with ledger.writing() as act:
        made = [records.make(act, "person", actor=ACTOR).id for _n in range(5)]
        for who, since, value in said:
            begin = begin_of(since) if since else None
            records.state(act, made[who], "name", value, actor=ACTOR, basis=TOLD, valid_from=begin)
        for one, other in ties:
            if one != other:
                records.state(act, made[one], "same_as", True, target=made[other], actor=ACTOR, basis=TOLD)
    for day in ("2015-06-01", "2016-06-01", "2017-06-01"):
        as_of = AsOf.seen_today(day)
        with ledger.store.reading() as connection:
            current = Current(connection, as_of)
            table = current.table("person", ("name",), ("name",))
            found = {row.root: (row.name, row.name_seq) for row in connection.execute(table.select())}
            classes = {id_: ids for ids in current.joined("person").values() for id_ in ids}
        for id_ in made:
            members = classes.get(id_, [id_])
            chosen = newest(records.statements(ledger, record=list(members), field="name", as_of=as_of))
            (root,) = [member for member in members if member in found]
            assert found[root] == ((chosen.value, chosen.seq) if chosen else (None, None))


def test_the_own_district_is_named_in_either_form_of_norwegian(tmp_path: Path) -> None:
    folder = OperationFolder(tmp_path / "operation")
    folder.make()
    for written, name in (("", ""), ("Aust politidistrikt", "Øst"), ("vest", "Vest"), ("Kripos", "Kripos")):
        write_settings(folder.settings, Settings(operation_unit=OperationUnitSettings(written)))
        assert own_unit(folder) == name
    write_settings(folder.settings, Settings(operation_unit=OperationUnitSettings("Atlantis")))
    with pytest.raises(BadInput, match="Atlantis"):
        own_unit(folder)
