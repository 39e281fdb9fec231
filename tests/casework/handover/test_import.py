"""Import into another operation: the same persons, accounts, decisions, marked as received; conflicts shown; no doubles."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
from pathlib import Path
from typing import Any

import pytest

from safelight.access.door import Door
from safelight.casework import joining
from safelight.casework.handover import make, package, received, register, verify
from safelight.casework.handover.keys import SigningKey, unlocked
from safelight.casework.handover.received import import_package
from safelight.casework.handover.takeover import Conflict, Imported
from safelight.errors import BadInput, IntegrityBroken, NotFound, Refused, SafelightError
from safelight.ledger import identities, records, signers
from safelight.ledger.records import Basis
from tests.access.acts import ASE, BO, KAISSA
from tests.access.built import Built
from tests.casework.handover.cases import MAKER, SECOND, Case, empty, receiver

OLA = "ola.øst"


@pytest.fixture
def other(tmp_path: Path, given: tuple[Case, Path]) -> Built:
    """Another operation, which trusts the signer."""
    built = empty(tmp_path / "other")
    with built.ledger() as ledger:
        signers.trust(ledger, given[0].signer.public, "N. Hauge, Vest", reason="by telephone", actor=OLA)
    return built


def take(built: Built, path: Path, **more: Any) -> Imported:
    with Door(built.folder, who=OLA, purpose="received from Vest", keys=built.keys) as door:
        return import_package(door, path, **more)


def test_the_same_persons_accounts_and_decisions(given: tuple[Case, Path], other: Built) -> None:
    case, root = given
    done = take(other, root / "HO-001")
    assert (done.number, done.operation, done.sender_number) == ("HO-001", "DARKROOM", "HO-001")
    assert (done.records, done.statements, done.decisions, done.accounts, done.conflicts) == (4, 12, 1, 3, [])
    with case.ledger() as theirs, other.ledger() as ours:
        for record in (case.case, case.ase, case.bo, case.child):
            there = records.find(ours, record.id)
            assert (there.type, there.received_from) == (record.type, theirs.operation_id)
        before = records.statements(theirs, record=case.ase.id, as_of=None)
        after = records.statements(ours, record=case.ase.id, as_of=None)
        kept = [one for one in before if one.field != "relation"]
        assert [(one.field, one.value, one.target, one.valid_from) for one in after] == [
            (one.field, one.value, one.target, one.valid_from) for one in kept
        ]
        for mine, said in zip(after, kept, strict=True):
            assert mine.basis == Basis(
                "fact", "yes", "A", "1", f"received:{theirs.operation_id}:{said.seq} club register", "read", said.recorded_at
            )  # fmt: skip
            assert mine.recorded_at > said.recorded_at and mine.actor == OLA
        standing = records.statements(ours, record=case.ase.id, field="district")
        assert [one.value for one in standing] == ["Sør-Vest"]
        (decided,) = identities.standing(ours).in_force
        first, second = sorted((ASE, KAISSA))
        assert (decided.a, decided.b, decided.decision) == (first, second, "same")
        assert ours.entry(decided.seq).purpose.startswith(f"received:{theirs.operation_id}:")
        handover = register.find(ours, "HO-001")
        assert (handover.kind, handover.case, handover.status) == ("received", "C-001", "received")
        assert {one.target for one in handover.gave} >= {ASE, BO, KAISSA, case.ase.id}


def test_twice_adds_nothing(given: tuple[Case, Path], other: Built) -> None:
    take(other, given[1] / "HO-001")
    with other.ledger() as ledger:
        before = ledger.head().seq
    again = take(other, given[1] / "HO-001")
    assert (again.again, again.number, again.records, again.statements) == (True, "HO-001", 0, 0)
    with other.ledger() as ledger:
        assert {one.verb for one in ledger.entries(after=before)} == {"consultation"}
    later = take(other, given[1] / "HO-002.tar")  # another package of the same case repeats all of it
    assert (later.records, later.statements, later.decisions, later.known) == (0, 0, 0, 13)


def test_conflicts_stand_beside_our_own_and_change_nothing(given: tuple[Case, Path], other: Built) -> None:
    case, root = given
    with other.ledger() as ledger:
        with ledger.writing() as act:
            mine = records.make(act, "person", actor=OLA, id_=case.ase.id)
            own = records.state(act, mine.id, "district", "Øst", actor=OLA)
        verdict = identities.decide(
            ledger, ASE, KAISSA, "different", reason="met both", source_grade="A", content_grade="1", seen=None, actor=OLA
        )  # fmt: skip
    done = take(other, root / "HO-001")
    first, second = sorted((ASE, KAISSA))
    assert done.conflicts == [
        Conflict("P-001", "district", "Sør-Vest", "Øst", own.seq),
        Conflict("HO-001", "identity", f"{first} {second}: same", "different", verdict.seq),
    ]
    with other.ledger() as ledger:
        assert [one.value for one in records.statements(ledger, record=case.ase.id, field="district")] == [
            "Øst"
        ]
        assert records.find(ledger, case.ase.id).received_from == ""
        (decided,) = identities.standing(ledger).in_force
        assert decided.decision == "different"
        assert [one.value["theirs"] for one in register.find(ledger, "HO-001").conflicts] == [
            "Sør-Vest", f"{first} {second}: same",
        ]  # fmt: skip


def test_joined_there_and_declared_different_here_is_a_conflict(case: Case, tmp_path: Path) -> None:
    with case.ledger() as ledger, ledger.writing() as act:
        joining.join(act, case.ase.id, case.bo.id, actor=MAKER, basis=Basis(reason="one photograph"))
    case.made(tmp_path / "p.tar")
    other = empty(tmp_path / "other")
    with other.ledger() as ledger, ledger.writing() as act:
        for one in (case.ase, case.bo):
            records.make(act, "person", actor=OLA, id_=one.id)
        said = joining.declare_different(
            act, case.ase.id, case.bo.id, actor=OLA, basis=Basis(reason="met both")
        )
    done = take(other, tmp_path / "p.tar", unknown_signer="a test")
    assert [(one.field, one.own) for one in done.conflicts] == [("same_as", said.seq)]


def test_a_later_correction_reaches_what_was_received(case: Case, tmp_path: Path) -> None:
    case.made(tmp_path / "first.tar")
    other = empty(tmp_path / "other")
    take(other, tmp_path / "first.tar", unknown_signer="a test")
    with case.ledger() as ledger, ledger.writing() as act:
        records.state(act, case.ase.id, "district", "Øst", actor=SECOND, corrects=case.names["district now"])
        records.withdraw(act, case.names["bo account"], reason="another Bø", actor=SECOND)
    with case.door() as door:
        number = make.correct(door, "HO-001").name
        make.make(door, number, tmp_path / "second.tar")
    done = take(other, tmp_path / "second.tar", unknown_signer="a test")
    assert (done.statements, done.withdrawn, done.conflicts) == (1, 1, [])
    with other.ledger() as ledger:
        assert [one.value for one in records.statements(ledger, record=case.ase.id, field="district")] == [
            "Øst"
        ]
        assert records.statements(ledger, record=case.bo.id, field="account") == []


def test_what_comes_back_to_its_own_operation_adds_nothing(case: Case, tmp_path: Path) -> None:
    case.made(tmp_path / "first.tar")
    other = empty(tmp_path / "other")
    take(other, tmp_path / "first.tar", unknown_signer="a test")
    with pytest.raises(Refused, match="made by this operation itself"), case.door() as door:
        import_package(door, tmp_path / "first.tar")
    from safelight.casework.handover import keys

    with other.ledger() as ledger:
        keys.make(other.folder, ledger, "Ø. Lien", actor=OLA)
        with ledger.writing() as act:
            records.state(act, case.ase.id, "alias", "tårn", actor=OLA)
    with Door(other.folder, who=OLA, purpose="back to Vest", keys=other.keys) as door:
        number = make.prepare(door, case.choice(case="C-001")).name
        make.make(door, number, tmp_path / "back.tar")
    with case.door() as door:
        done = import_package(door, tmp_path / "back.tar", unknown_signer="a test")
    assert (done.records, done.statements, done.conflicts) == (0, 1, [])
    with case.ledger() as ledger:
        (alias,) = records.statements(ledger, record=case.ase.id, field="alias")
        assert alias.basis.source.startswith("received:")


def test_another_operation_with_the_same_ids(given: tuple[Case, Path], other: Built, tmp_path: Path) -> None:
    """A copy of an operation hands over under the same ids: a handover of its own; a collision of kinds is refused."""
    case, root = given
    take(other, root / "HO-001")
    copied = forged(root / "HO-001", tmp_path / "copy", case, operation_id="another", operation="COPY")
    done = take(other, copied)
    assert (done.number, done.records) == ("HO-002", 0)
    with other.ledger() as ledger:
        assert records.find(ledger, "HO-002").id != records.find(ledger, "HO-001").id
    elsewhere = empty(tmp_path / "third")
    with elsewhere.ledger() as ledger, ledger.writing() as act:
        records.make(act, "series", actor=OLA, id_=case.ase.id)
    with pytest.raises(Refused, match="has the same id here as a person of the package"):
        take(elsewhere, root / "HO-001", unknown_signer="a test")
    with elsewhere.ledger() as ledger:
        assert records.every(ledger, "handover") == []


def test_signers_that_count_and_those_that_do_not(given: tuple[Case, Path], tmp_path: Path) -> None:
    case, root = given
    other = empty(tmp_path / "other")
    with pytest.raises(Refused, match="Nobody here has vouched for the signer"):
        take(other, root / "HO-001")
    with other.ledger() as ledger:
        signers.trust(ledger, case.signer.public, "Vest", reason="by telephone", actor=OLA)
        signers.revoke(ledger, case.signer.fingerprint[:8], reason="the disk was stolen", actor=OLA)
    with pytest.raises(Refused, match="is revoked: the disk was stolen"):
        take(other, root / "HO-001", unknown_signer="a test")
    with other.ledger() as ledger:
        assert records.every(ledger, "handover") == []
        signers.trust(ledger, case.signer.public, "Vest", reason="found again", actor=OLA)
    assert take(other, root / "HO-001").number == "HO-001"


def test_our_own_revoked_key_signs_nothing(case: Case) -> None:
    with case.ledger() as ledger:
        signers.revoke(ledger, case.signer.fingerprint, reason="lost", actor=MAKER)
        with pytest.raises(Refused, match="has no signing key"):
            unlocked(case.built.folder, ledger, case.built.keys)


def forged(source: Path, out: Path, case: Case, **changes: Any) -> Path:
    """The package as somebody with the sender's key would write it with other records."""
    said = json.loads((source / "data/case/safelight.json").read_bytes())
    envelope = verify.check(str(source))
    said |= {name: value for name, value in changes.items() if name in said}
    with case.ledger() as ledger:
        keys: list[SigningKey] = unlocked(case.built.folder, ledger, case.built.keys)
    predicate = {**envelope.statement["predicate"], **changes}
    with package.Package(out, "HO-001", said["terms"]["made_at"], folder=True) as made:
        for path in sorted((source / "data").rglob("*")):
            name = path.relative_to(source).as_posix()
            if path.is_file() and name != "data/case/safelight.json":
                made.add_file(name, path)
        made.add_bytes("data/case/safelight.json", json.dumps(said).encode())
        made.finish({}, predicate, keys)
        made.publish()
    return out


def test_bad_packages_are_refused_and_nothing_is_written(
    given: tuple[Case, Path], other: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, root = given
    tar = (root / "HO-002.tar").read_bytes()
    identity, _to = receiver()
    key = tmp_path / "key.txt"
    key.write_text(f"# test\n{identity}\n")

    def fails(path: Path, kind: type[SafelightError], told: str, **more: Any) -> None:
        with pytest.raises(kind, match=told):
            take(other, path, **more)
        with other.ledger() as ledger:
            assert records.every(ledger, "handover") == []

    def written(name: str, data: bytes) -> Path:
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    fails(tmp_path / "nowhere", NotFound, "is not there")
    fails(written("empty", b""), BadInput, "truncated at byte 0")
    fails(written("truncated.tar", tar[:40_000]), BadInput, "truncated in")
    fails(written("noise", b"sjakk " * 1000), BadInput, "damaged at byte 0")
    out = tarfile.TarInfo("HO-1/../../x").tobuf(tarfile.GNU_FORMAT)
    fails(written("out.tar", out), BadInput, "leads out of the package")
    unsigned = shutil.copytree(root / "HO-001", tmp_path / "unsigned")
    (unsigned / verify.ENVELOPE).unlink()
    fails(unsigned, IntegrityBroken, "the package is unsigned")
    changed = shutil.copytree(root / "HO-001", tmp_path / "changed")
    records_file = changed / "data/case/safelight.json"
    records_file.write_bytes(records_file.read_bytes().replace(b"Agder", b"Akder"))
    fails(changed, IntegrityBroken, r"data/case/safelight.json was changed \(manifest-sha256.txt\)")
    fails(forged(root / "HO-001", tmp_path / "newer records", case, format=2), BadInput, "A newer version")
    wrong = forged(root / "HO-001", tmp_path / "no terms", case, terms={"made_at": 1, "number": "x"})
    fails(wrong, BadInput, "cannot be read")
    clock: dict[str, Any] = {
        "seq": 1, "exhibit": case.built.exhibits[0].key, "seconds": 1, "zone": None, "begin": None, "end": None,
        "formats": [], "reason": "x", "actor": "x", "recorded_at": 1,
    }  # fmt: skip
    wrong_clocks: tuple[dict[str, Any], ...] = (
        {"begin": "0 or true"}, {"seconds": None, "zone": "x'"}, {"exhibit": "another"},
    )  # fmt: skip
    for n, bad in enumerate(wrong_clocks):
        clocks = forged(root / "HO-001", tmp_path / f"clock {n}", case, clocks=[{**clock, **bad}])
        fails(clocks, BadInput, "cannot be read")
    monkeypatch.setattr(verify, "FORMAT", 2)
    newer = forged(root / "HO-001", tmp_path / "newer", case)
    monkeypatch.undo()
    fails(newer, BadInput, "A newer version of Safelight made newer")
    with case.door() as door:
        number = make.prepare(door, case.choice(recipients=(receiver()[1],))).name
        make.make(door, number, tmp_path / "sealed.tar.age")
    fails(tmp_path / "sealed.tar.age", Refused, "The package is encrypted")
    fails(tmp_path / "sealed.tar.age", BadInput, "not encrypted to this key", identity=key)
    half = (tmp_path / "sealed.tar.age").read_bytes()
    fails(
        written("half.tar.age", half[: len(half) // 2]), BadInput, "not encrypted to this key", identity=key
    )
    monkeypatch.setattr(verify, "MOST_KEPT", 1000)
    fails(root / "HO-001", BadInput, "larger than any such file")
    fails(root / "HO-002.tar", BadInput, "larger than any such file")
    monkeypatch.setattr(verify, "MOST_FILES", 3)
    fails(root / "HO-001", BadInput, "more than 3 files")


def test_an_encrypted_package_is_imported_by_whom_it_is_for(
    given: tuple[Case, Path], other: Built, tmp_path: Path
) -> None:
    case = given[0]
    identity, to = receiver()
    (tmp_path / "key.txt").write_text(f"{identity}\n")
    case.made(tmp_path / "p.tar.age", recipients=(to,))
    assert take(other, tmp_path / "p.tar.age", identity=tmp_path / "key.txt").statements == 12


def test_the_mark_of_what_was_received() -> None:
    from safelight.casework.handover.takeover import origin_of

    assert origin_of("received:4f2a:31 club register") == ("4f2a", 31)
    assert origin_of("club register") is None
    assert origin_of("received:by post") is None
    assert received.__doc__ and io
