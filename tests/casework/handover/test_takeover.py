"""Whatever is handed over how often in which order: nothing twice, ours untouched, and what holds there holds here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.casework.handover import verify
from safelight.casework.handover.opened import Opened
from safelight.casework.handover.takeover import Takeover, origin_of
from safelight.ledger import records
from safelight.ledger.ledger import Ledger
from safelight.ledger.records import Record, Statement
from safelight.operation.folder import OperationFolder

#: What the sender does, one after another: state a district or an alias, follow the newest district, take the newest back.
STEPS = st.lists(
    st.sampled_from(["district Agder", "district Øst", "alias", "follow Vest", "withdraw"]), max_size=8
)


def ledger_at(root: Path, name: str) -> Ledger:
    return Ledger.create(OperationFolder(root / name), name=name, actor=name, synthetic=True)


def walk(ledger: Ledger, person: Record, steps: Sequence[str]) -> None:
    """The sender's history."""
    for step in steps:
        verb, _, value = step.partition(" ")
        standing = records.statements(ledger, record=person.id, field="district")
        with ledger.writing() as act:
            if verb == "district" and not standing:
                records.state(act, person.id, "district", value, actor="vest")
            elif verb == "alias":
                records.state(act, person.id, "alias", f"tårn {act.now}", actor="vest")
            elif verb == "follow" and standing:
                records.state(act, person.id, "district", value, actor="vest", corrects=standing[-1].seq)
            elif verb == "withdraw" and standing:
                records.withdraw(act, standing[-1].seq, reason="wrong", actor="vest")


def package(ledger: Ledger, person: Record, case: Record, number: int) -> tuple[dict[str, Any], Opened]:
    """What a package of these two records would say, without its files."""
    said = records.statements(ledger, record=[person.id, case.id], as_of=None)
    enders = {
        entry.corrects: entry
        for entry in ledger.entries(kinds=["statement.made", "statement.withdrawn"], subject=person.id)
        if entry.corrects
    }
    gone = {seq: "wrong" for seq, entry in enders.items() if entry.kind == "statement.withdrawn"}
    given_ = {
        "operation": ledger.name, "operation_id": ledger.operation_id, "case": case.id,
        "terms": {"id": f"{number:08d}-0000-4000-8000-000000000000", "number": f"HO-{number:03d}", "made_at": 1,
                  "audience": "partner",
                  "basis": "b", "conditions": "c", "recipients": [{"name": "Øst", "key": ""}]},
        "records": [{"id": one.id, "type": one.type, "name": one.name} for one in (case, person)],
        "statements": orjson.loads(orjson.dumps(said)), "superseded_by": {str(k): one.seq for k, one in enders.items()},
        "withdrawn": {str(seq): why for seq, why in gone.items()}, "accounts": [], "identities": [], "splits": [],
    }  # fmt: skip
    opened = Opened((), (), 0, f"{number:064d}", "1:x", {}, {}, verify.Result())
    return given_, opened


@settings(max_examples=25, deadline=None)
@given(first=STEPS, second=STEPS, order=st.permutations([0, 1, 1, 0, 1]), own=st.booleans())
def test_what_holds_there_holds_here(
    first: list[str], second: list[str], order: list[int], own: bool
) -> None:
    with (
        TemporaryDirectory() as place,
        ledger_at(Path(place), "vest") as vest,
        ledger_at(Path(place), "øst") as east,
    ):
        with vest.writing() as act:
            person, case = (records.make(act, type_, actor="vest") for type_ in ("person", "case"))
        walk(vest, person, first)
        packages = [package(vest, person, case, 1)]
        walk(vest, person, second)
        packages.append(package(vest, person, case, 2))
        ours: Statement | None = None
        if own:
            with east.writing() as act:
                records.make(act, "person", actor="øst", id_=person.id)
                records.state(act, person.id, "district", "Finnmark", actor="øst")
            (ours,) = records.statements(east, record=person.id)
        for number in order:
            said, opened = packages[number]
            with east.writing() as act:
                Takeover(act, east, said, opened, "øst", "").run()
        there = records.statements(vest, record=person.id)
        here = records.statements(east, record=person.id)
        received = [one for one in here if origin_of(one.basis.source)]
        origins = [one.basis.source for one in records.statements(east, record=person.id, as_of=None)]
        assert len({one for one in origins if one}) == len([one for one in origins if one])
        if ours is None:
            assert {(one.field, one.value) for one in received} == {(one.field, one.value) for one in there}
        else:
            assert ours in here
            assert [one.value for one in here if one.field == "district"] == ["Finnmark"]
            assert {one.value for one in received} == {one.value for one in there if one.field == "alias"}
        assert len(records.every(east, "handover")) == 2
