"""A package is looked at before it is imported: what every check says, whose it is, what is in it, what an import would do.

Nothing is written by that but the consultation.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from safelight.access.door import Door
from safelight.casework.handover import fault_words, opened, verify
from safelight.casework.handover.received import import_package
from safelight.casework.handover.received_check import Checked, check_package
from safelight.casework.handover.takeover import Conflict
from safelight.errors import BadInput, IntegrityBroken, Refused
from safelight.ledger import records, rights, signers
from safelight.messages import use_language
from tests.access.built import Built
from tests.casework.handover.cases import Case, empty, receiver

OLA = "ola.øst"


@pytest.fixture
def other(tmp_path: Path) -> Built:
    """Another operation, which has vouched for nobody."""
    return empty(tmp_path / "other")


def door_of(built: Built) -> Door:
    return Door(built.folder, who=OLA, purpose="received from Vest", keys=built.keys)


def check(built: Built, path: Path, **more: Any) -> Checked:
    with door_of(built) as door:
        return check_package(door, path, **more)


def outcomes(found: Checked) -> dict[str, str]:
    return {one.name: one.outcome for one in found.checks}


def test_what_a_whole_package_is_and_what_an_import_would_do(given: tuple[Case, Path], other: Built) -> None:
    case, root = given
    with other.ledger() as ledger:
        signers.trust(ledger, case.signer.public, "N. Hauge, Vest", reason="by telephone", actor=OLA)
        with ledger.writing() as act:
            mine = records.make(act, "person", actor=OLA, id_=case.ase.id)
            own = records.state(act, mine.id, "district", "Øst", actor=OLA)
        before = ledger.head().seq
    for path in (root / "HO-001", root / "HO-002.tar"):
        found = check(other, path)
        assert set(outcomes(found).values()) == {"passed"} and found.refused is None
        (signer,) = found.signers
        assert (signer.standing, signer.known_as, signer.why, signer.by) == (
            "trusted", "N. Hauge, Vest", "by telephone", OLA,
        )  # fmt: skip
        inside = found.inside
        assert inside is not None and inside.operation == "DARKROOM" and inside.synthetic
        assert (inside.counts["person"], inside.counts["victim"], inside.counts["account"]) == (2, 1, 3)
        assert (inside.counts["decision"], inside.traces["messages"], inside.items) == (1, 9, 2)
        assert inside.terms["conditions"] == "for this case only" and inside.terms["recipients"] == ("Øst",)
        assert {one["what"] for one in inside.left_out} >= {"statements that name third parties"}
        would = found.would
        assert would is not None
        conflicts = would.conflicts
        assert (would.records, would.statements, would.decisions, would.known) == (3, 11, 1, 0)
        assert would.conflicts == [Conflict("P-001", "district", "Sør-Vest", "Øst", own.seq)]
    with other.ledger() as ledger:
        assert [one.verb for one in ledger.entries(after=before)] == ["consultation"] * 2
        assert records.every(ledger, "handover") == [] and len(records.every(ledger, "person")) == 1
    with door_of(other) as door:  # what it would have done is what it does
        done = import_package(door, root / "HO-002.tar", checked=found.manifest)
        assert (done.records, done.statements, done.decisions) == (3, 11, 1)
        assert done.conflicts == conflicts
        again = check_package(door, root / "HO-002.tar").would
    assert again is not None and (again.again, again.number) == (True, "HO-001")
    assert list(other.folder.spool.iterdir()) == []


def test_whose_it_is(given: tuple[Case, Path], other: Built) -> None:
    case, root = given
    found = check(other, root / "HO-001")
    assert [one.standing for one in found.signers] == ["unknown"] and found.unknown_signer
    assert found.refused is None and found.would is not None  # importing it asks why
    with other.ledger() as ledger:
        signers.trust(ledger, case.signer.public, "Vest", reason="by telephone", actor=OLA)
        signers.revoke(ledger, case.signer.fingerprint, reason="the disk was stolen", actor=OLA)
    found = check(other, root / "HO-001")
    assert [(one.standing, one.why) for one in found.signers] == [("revoked", "the disk was stolen")]
    assert isinstance(found.refused, Refused) and found.would is None


def test_what_is_wrong_stands_with_its_check(
    given: tuple[Case, Path], other: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, root = given
    changed = shutil.copytree(root / "HO-001", tmp_path / "changed")
    (changed / "data/law/terms.json").write_bytes(b"{}")
    found = check(other, changed)
    assert outcomes(found) == {
        "version": "passed",
        "files": "failed",
        "signature": "passed",
        "excerpt": "passed",
    }
    assert isinstance(found.refused, IntegrityBroken) and found.inside is None and found.would is None
    unsigned = shutil.copytree(root / "HO-001", tmp_path / "unsigned")
    (unsigned / verify.ENVELOPE).unlink()
    found = check(other, unsigned)
    assert outcomes(found)["signature"] == "failed" and found.signers == ()
    monkeypatch.setattr(verify, "FORMAT", 0)
    found = check(other, root / "HO-001")
    assert (outcomes(found)["version"], outcomes(found)["signature"]) == ("failed", "not checked")
    assert isinstance(found.refused, BadInput) and "A newer version" in found.refused.what
    monkeypatch.undo()
    with case.door() as door:
        found = check_package(door, root / "HO-001")
    assert found.refused is not None and "made by this operation itself" in found.refused.what


def test_what_is_no_package_is_refused_before_it_is_read_to_its_end(other: Built, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "letter.txt").write_text("chess at seven")
    os.mkfifo(tmp_path / "pipe")
    for path, told in (
        (tmp_path / "folder", "holds none of a package's own files"),
        (tmp_path / "pipe", "neither a folder nor a plain file"),
        (Path("/dev/zero"), "neither a folder nor a plain file"),
        (tmp_path / ("x" * 300), "cannot be read: File name too long"),
    ):
        with pytest.raises(BadInput, match=told):
            check(other, path)
    (tmp_path / "p.age").write_bytes(b"age-encryption.org/v1\n")
    with pytest.raises(BadInput, match="/dev/zero holds no age identity"):
        check(other, tmp_path / "p.age", identity=Path("/dev/zero"))


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_what_may_not_be_read_is_told(given: tuple[Case, Path], other: Built, tmp_path: Path) -> None:
    closed = tmp_path / "closed.tar"
    closed.write_bytes(b"x")
    closed.chmod(0)
    with pytest.raises(BadInput, match=r"closed\.tar cannot be read: Permission denied"):
        check(other, closed)


def test_another_package_than_was_checked_is_not_imported(given: tuple[Case, Path], other: Built) -> None:
    root = given[1]
    checked = check(other, root / "HO-001").manifest
    with (
        door_of(other) as door,
        pytest.raises(Refused, match="another package than the one that was checked"),
    ):
        import_package(door, root / "HO-002.tar", unknown_signer="a test", checked=checked)


def test_who_may_not_see_the_register_is_told_of_no_child(given: tuple[Case, Path], other: Built) -> None:
    case, root = given
    with other.ledger() as ledger:
        with ledger.writing() as act:
            records.make(act, "victim", actor=OLA, id_=case.child.id)
            records.state(act, case.child.id, "status", "safe", actor=OLA)
        assert (
            check(other, root / "HO-001").would.conflicts[0].field == "status"  # type: ignore[union-attr]
        )
        rights.grant(ledger, "somebody.else", "victims", reason="leads it", actor=OLA)
    found = check(other, root / "HO-001")
    assert found.inside is not None and "victim" not in found.inside.counts
    assert found.would is not None and found.would.conflicts == []


def test_taking_packages_in_is_a_right(given: tuple[Case, Path], other: Built) -> None:
    root = given[1]
    with other.ledger() as ledger:
        rights.grant(ledger, "somebody.else", "handover", reason="does it", actor=OLA)
    for act in (check_package, import_package):
        with door_of(other) as door, pytest.raises(Refused, match="does not hold the right"):
            act(door, root / "HO-001")


def test_an_encrypted_package_is_checked_with_its_key(
    given: tuple[Case, Path], other: Built, tmp_path: Path
) -> None:
    identity, to = receiver()
    (tmp_path / "key.txt").write_text(f"{identity}\n")
    given[0].made(tmp_path / "p.tar.age", recipients=(to,))
    with pytest.raises(Refused, match="The package is encrypted"):
        check(other, tmp_path / "p.tar.age")
    found = check(other, tmp_path / "p.tar.age", identity=tmp_path / "key.txt")
    assert found.encrypted and found.refused is None


def said() -> list[str]:
    """Every text that `verify.py` says of a fault, with `7` for what it fills in."""

    def text(node: ast.expr) -> list[str]:
        if isinstance(node, ast.IfExp):
            return [*text(node.body), *text(node.orelse)]
        if isinstance(node, ast.JoinedStr):
            return ["".join(str(one.value) if isinstance(one, ast.Constant) else "7" for one in node.values)]
        return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []

    found: list[str] = []
    for node in ast.walk(ast.parse(Path(verify.__file__).read_text())):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = ast.unparse(node.func)
        if name in ("NotAPackage", "ValueError"):
            found += text(node.args[0])
        elif name == "found.faults.append" and isinstance(node.args[0], ast.Tuple):
            found += text(node.args[0].elts[1])
        elif name == "_exactly" and len(node.args) == 3:
            found += text(node.args[2])
    return found


def test_what_the_file_in_the_package_says_is_known_in_every_language() -> None:
    texts = said()
    assert len(texts) > 30
    for one in texts:
        assert any(pattern.fullmatch(one) for pattern, _text in fault_words._SAID), one
        assert fault_words.told(one) == one
    try:
        for language in ("nb", "nn"):
            use_language(language)
            assert [one for one in texts if fault_words.told(one) == one] == []
            assert fault_words.told("the archive is truncated at byte 512").endswith("512")
    finally:
        use_language("en")
    assert fault_words.told("what nobody has said") == "what nobody has said"
    assert re.compile("bagit").search(str(opened._MARKS))
