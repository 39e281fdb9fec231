"""A package proves itself: any flipped bit, any missing or added file is found and named, by the file in it as well."""

from __future__ import annotations

import io
import json
import random
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from nacl.signing import SigningKey

from safelight.casework.handover import verify
from safelight.casework.handover.contents import Recipient
from safelight.errors import AlreadyExists, BadInput, Refused
from safelight.operation.age import decrypting, encrypting
from tests.casework.handover.cases import MAKER, SECOND, Case, receiver

#: RFC 8032 section 7.1, tests 1 to 3: public key, message, signature.
VECTORS = (
    ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
    ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
    ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
)  # fmt: skip


def run(*words: str) -> tuple[int, list[str]]:
    done = subprocess.run([sys.executable, "-I", "-S", *words], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def named(faults: list[tuple[str, str]]) -> set[str]:
    return {name for name, _ in faults}


def test_the_file_in_the_package_checks_it_on_the_standard_library_alone(given: tuple[Case, Path]) -> None:
    case, root = given
    key = case.signer.fingerprint
    signed = f"signed by {key}, who calls themselves 'N. Hauge'"
    synthetic = "SYNTHETIC: made for trying out; nothing in it is real."
    whole = "Whole: nothing was changed, removed or added."
    checker = str(root / "HO-001" / "verify.py")
    code, said = run(checker)
    files = sum(one.is_file() for one in (root / "HO-001").rglob("*"))
    head = verify.check(str(root / "HO-001")).head
    entries = f"{files} files, 29 entries of the audit below head {head}"
    unknown = "SIGNER NOT CHECKED: give --fingerprint with what the sender told you by other means."
    assert (code, said) == (3, [signed, unknown, synthetic, entries, whole])
    assert run(checker, "--fingerprint", key) == (0, [signed, synthetic, entries, whole])
    spaced = " ".join(key[at : at + 8].upper() for at in range(0, 64, 8))
    assert run(checker, "--fingerprint", spaced)[0] == 0
    code, said = run(checker, "--fingerprint", "ab" * 32)
    assert (code, said[0]) == (1, f"FAULT  manifest.dsse.json: is not signed by {'ab' * 32}")
    assert said[-1] == "NOT WHOLE: 1 faults"


def test_a_tar_is_checked_as_it_is(given: tuple[Case, Path]) -> None:
    case, root = given
    found = verify.check(str(root / "HO-002.tar"), [case.signer.fingerprint])
    assert found.faults == []
    assert found.signers == [(case.signer.fingerprint, "N. Hauge")]
    with tarfile.open(root / "HO-002.tar") as archive:
        assert {name.partition("/")[0] for name in archive.getnames()} == {"HO-002"}


def test_any_flipped_bit_in_any_file_is_found_and_named(given: tuple[Case, Path], tmp_path: Path) -> None:
    package = shutil.copytree(given[1] / "HO-001", tmp_path / "p")
    dice = random.Random(1)
    for path in sorted(one for one in package.rglob("*") if one.is_file()):
        name, data = path.relative_to(package).as_posix(), path.read_bytes()
        bits = {0, len(data) * 8 - 1, *(dice.randrange(len(data) * 8) for _ in range(4))}
        for bit in sorted(bits):
            path.write_bytes(flipped(data, bit))
            assert name in named(verify.check(str(package)).faults), (name, bit)
        path.write_bytes(data)
    assert verify.check(str(package)).faults == []


def test_any_flipped_bit_of_the_signed_list_is_found(given: tuple[Case, Path], tmp_path: Path) -> None:
    package = shutil.copytree(given[1] / "HO-001", tmp_path / "p")
    path = package / verify.ENVELOPE
    data = path.read_bytes()
    for bit in range(0, len(data) * 8, 41):
        path.write_bytes(flipped(data, bit))
        assert verify.ENVELOPE in named(verify.check(str(package)).faults), bit


def test_any_flipped_bit_of_a_tar_is_found(given: tuple[Case, Path]) -> None:
    data = (given[1] / "HO-002.tar").read_bytes()
    dice = random.Random(2)
    heads = range(0, 512 * 8, 97)
    for bit in [*heads, len(data) * 8 - 1, *(dice.randrange(len(data) * 8) for _ in range(60))]:
        try:
            found = verify.check(io.BytesIO(flipped(data, bit)))
        except verify.NotAPackage:
            continue
        assert found.faults, bit


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_what_is_added_missing_or_no_plain_file_is_named(given: tuple[Case, Path], tmp_path: Path) -> None:
    package = shutil.copytree(given[1] / "HO-001", tmp_path / "p")
    (package / "data" / "items" / "extra.txt").write_text("sjakk")
    (package / "note.txt").write_text("sjakk")
    (package / "data" / "law" / "custody.json").unlink()
    (package / "data" / "link").symlink_to(package / "bagit.txt")
    faults = verify.check(str(package)).faults
    assert ("data/link", "is no plain file") in faults
    assert ("data/items/extra.txt", "is not listed in manifest-sha256.txt") in faults
    assert ("note.txt", "is not listed in tagmanifest-sha512.txt") in faults
    assert ("data/law/custody.json", "is missing") in faults


def test_a_list_that_was_made_anew_is_not_what_was_signed(given: tuple[Case, Path], tmp_path: Path) -> None:
    package = shutil.copytree(given[1] / "HO-001", tmp_path / "p")
    for algorithm in verify.ALGORITHMS:
        tags = package / f"tagmanifest-{algorithm}.txt"
        tags.write_bytes(tags.read_bytes().replace(b"0", b"1", 1))
    assert ("tagmanifest-sha256.txt", "was changed: it is not what was signed") in verify.check(
        str(package)
    ).faults
    (package / verify.ENVELOPE).unlink()
    assert (verify.ENVELOPE, "is missing: the package is unsigned") in verify.check(str(package)).faults


def test_a_tar_holds_nothing_but_plain_files_of_one_folder(given: tuple[Case, Path]) -> None:
    for name, kind, told in (
        ("HO-1/../../etc/x", tarfile.REGTYPE, "leads out of the package"),
        ("/etc/x", tarfile.REGTYPE, "leads out of the package"),
        ("HO-1/data\\..\\x", tarfile.REGTYPE, "leads out of the package"),
        ("HO-1/x", tarfile.SYMTYPE, "is no plain file"),
        ("HO-1/x", tarfile.GNUTYPE_SPARSE, "no plain file|damaged"),
        ("HO-1/x", tarfile.CHRTYPE, "is no plain file"),
    ):
        info = tarfile.TarInfo(name)
        info.type = kind
        with pytest.raises(verify.NotAPackage, match=told):
            verify.check(io.BytesIO(info.tobuf(tarfile.GNU_FORMAT)))


def test_a_bomb_or_a_truncated_tar_is_no_package(given: tuple[Case, Path]) -> None:
    data = (given[1] / "HO-002.tar").read_bytes()
    for end in (0, 100, 512, 5000, len(data) - 512, len(data) - 1):
        with pytest.raises(verify.NotAPackage, match="truncated"):
            verify.check(io.BytesIO(data[:end]))
    info = tarfile.TarInfo("HO-1/data/audit/excerpt.json")
    info.size = 1 << 40
    with pytest.raises(verify.NotAPackage, match="larger than any such file"):
        verify.check(io.BytesIO(info.tobuf(tarfile.GNU_FORMAT)))
    twice = tarfile.TarInfo("HO-1/a").tobuf(tarfile.GNU_FORMAT)
    with pytest.raises(verify.NotAPackage, match="stands in it twice"):
        verify.check(io.BytesIO(twice + twice))
    other = tarfile.TarInfo("HO-2/a").tobuf(tarfile.GNU_FORMAT)
    with pytest.raises(verify.NotAPackage, match="more than one folder"):
        verify.check(io.BytesIO(twice + other))
    assert ("the archive", "holds something behind its end") in verify.check(io.BytesIO(data + b"x")).faults


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_signatures_of_rfc_8032(public: str, message: str, signature: str) -> None:
    key, said, sig = (bytes.fromhex(one) for one in (public, message, signature))
    assert verify.ed25519_verify(key, said, sig)
    assert not verify.ed25519_verify(key, said + b"x", sig)
    order = 2**252 + 27742317777372353535851937790883648493
    more = (int.from_bytes(sig[32:], "little") + order).to_bytes(32, "little")
    assert not verify.ed25519_verify(key, said, sig[:32] + more)


@drawn(st.binary(max_size=200), st.integers(0, 511))
def test_our_check_agrees_with_the_library(message: bytes, bit: int) -> None:
    key = SigningKey(bytes(32))
    signature = bytes(key.sign(message).signature)
    public = bytes(key.verify_key)
    assert verify.ed25519_verify(public, message, signature)
    assert not verify.ed25519_verify(public, message, flipped(signature, bit))


def test_two_signatures(case: Case, tmp_path: Path) -> None:
    from safelight.casework.handover import keys, make

    with case.ledger() as ledger:
        other = keys.make(case.built.folder, ledger, "T. Åmås", actor=SECOND)
    both = (case.signer.fingerprint, other.fingerprint)
    with case.door() as door:
        number = make.prepare(door, case.choice()).name
        made = make.make(door, number, tmp_path / "p.tar", signers=both)
    assert made.signers == both
    found = verify.check(str(tmp_path / "p.tar"), both)
    assert found.faults == []
    assert found.signers == [(both[0], "N. Hauge"), (both[1], "T. Åmås")]


def test_bytes_go_only_encrypted_and_with_a_second_person(case: Case, tmp_path: Path) -> None:
    from safelight.casework.handover import make

    item = case.built.item("DCIM/DSC08112.jpg")
    identity, to = receiver()
    with case.door() as door:
        with pytest.raises(Refused, match="only into a package that is encrypted to each named receiver"):
            make.prepare(door, case.choice(give="bytes", items=(item,)))
        choice = case.choice(give="bytes", items=(item,), recipients=(to,))
        number = make.prepare(door, choice).name
        out = tmp_path / "p.tar.age"
        with pytest.raises(Refused, match="waits for a second person"):
            make.make(door, number, out)
        with pytest.raises(Refused, match="nobody is their own second person"):
            make.approve(door, number, "checked")
        with pytest.raises(Refused, match="A folder cannot be encrypted"):
            make.make(
                door, make.prepare(door, case.choice(recipients=(to,))).name, tmp_path / "q", folder=True
            )
    with case.door(SECOND) as door:
        make.approve(door, number, "checked against the request")
    with case.door() as door:
        made = make.make(door, number, out)
        assert made.encrypted
        with pytest.raises(Refused, match="was given already"):
            make.make(door, number, tmp_path / "again")
    assert [one.name for one in tmp_path.iterdir() if "half" in one.name] == []
    with out.open("rb") as file, decrypting(file, [identity]) as plain:
        found = verify.check(plain, [case.signer.fingerprint], [f"data/items/{item}.bin"])
    assert found.faults == []
    assert (
        found.kept[f"data/items/{item}.bin"]
        == (case.built.sources[0].location / "DCIM/DSC08112.jpg").read_bytes()
    )
    predicate = found.statement["predicate"]
    assert (predicate["terms"]["maker"], predicate["terms"]["approver"]) == (MAKER, SECOND)


def test_an_approval_is_of_exactly_that_choice(case: Case, tmp_path: Path) -> None:
    from safelight.casework.handover import make, register
    from safelight.ledger import records

    _identity, to = receiver()
    item, other = case.built.item("DCIM/DSC08112.jpg"), case.built.item("DCIM/DSC08113.jpg")
    with case.door() as door:
        made = make.prepare(door, case.choice(give="bytes", items=(item,), recipients=(to,)))
    with case.door(SECOND) as door:
        make.approve(door, made.name, "checked")
    with case.ledger() as ledger:
        before = next(one for one in records.statements(ledger, record=made.id, field="choice"))
        changed = case.choice(
            case=case.case.name, give="bytes", items=(item, other), recipients=(to,)
        ).as_value()
        with ledger.writing() as act:
            records.state(act, made.id, "choice", changed, actor=MAKER, corrects=before.seq)
        assert register.find(ledger, made.name).status == "waiting"
    with case.door() as door, pytest.raises(Refused, match="waits for a second person"):
        make.make(door, made.name, tmp_path / "p")


def test_nothing_lies_at_its_place_until_it_is_finished(case: Case, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("sjakk")
    with pytest.raises(AlreadyExists):
        case.made(tmp_path / "there")
    _identity, to = receiver()
    item = case.built.item("sjakk/åpninger.pgn")
    path = case.built.sources[0].location / "sjakk" / "åpninger.pgn"
    path.write_bytes(path.read_bytes().replace(b"Finse", b"Tinse"))
    from safelight.casework.handover import make, register
    from safelight.errors import IntegrityBroken

    with case.door() as door:
        number = make.prepare(door, case.choice(give="bytes", items=(item,), recipients=(to,))).name
    with case.door(SECOND) as door:
        make.approve(door, number, "checked")
    with case.door() as door, pytest.raises(IntegrityBroken, match="not those that were taken in"):
        make.make(door, number, tmp_path / "out")
    assert sorted(one.name for one in tmp_path.iterdir() if one.name.startswith((".", "out"))) == []
    with case.ledger() as ledger:
        assert register.find(ledger, number).status == "approved"


def test_age_streams_come_back_or_say_why_not(tmp_path: Path) -> None:
    identity, to = receiver()
    other, _ = receiver()
    out = io.BytesIO()
    with encrypting(out, [to.key]) as writer:
        writer.write(b"sjakk " * 100_000)
    with decrypting(io.BytesIO(out.getvalue()), [other, identity]) as reader:
        assert reader.read() == b"sjakk " * 100_000
    for data, key, told in (
        (out.getvalue(), other, "not encrypted to this key"),
        (out.getvalue()[:-20], identity, "truncated or was changed"),
        (flipped(out.getvalue(), 8 * 300_000), identity, "truncated or was changed"),
    ):
        with pytest.raises(BadInput, match=told), decrypting(io.BytesIO(data), [key]) as reader:
            reader.read()
    with pytest.raises(Refused, match="no age recipient"), encrypting(io.BytesIO(), ["age1"]):
        pass


def test_everything_in_it_follows_from_the_case(given: tuple[Case, Path]) -> None:
    case, root = given
    said = json.loads((root / "HO-001" / "data/case/safelight.json").read_bytes())
    assert {one["name"] for one in said["records"]} == {"C-001", "P-001", "P-002", "V-001"}
    stated = [(one["field"], one["value"]) for one in said["statements"] if one["record"] == case.ase.id]
    assert stated == [
        ("name", "Åse Bø =cmd"),
        ("district", "Agder"),
        ("account", True),
        ("district", "Sør-Vest"),
    ]
    assert [one["field"] for one in said["statements"] if one["record"] == case.bo.id] == [
        "category",
        "account",
    ]
    assert said["superseded_by"] == {str(case.names["district"]): case.names["district now"]}
    left = json.loads((root / "HO-001" / "data/law/left-out.json").read_bytes())
    assert [(one["count"], one["what"]) for one in left] == [
        (1, "statements that point at somebody else"),
        (1, "statements that name third parties"),
        (2, "items"),
    ]
    terms = json.loads((root / "HO-001" / "data/law/terms.json").read_bytes())
    assert terms["recipients"] == [{"name": "Øst", "key": ""}]
    assert Recipient(**terms["recipients"][0]) == Recipient("Øst")
