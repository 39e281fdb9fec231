"""`safelight source list`, `locate` and `verify`."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from safelight.scenario.ewf import write_ewf
from tests.intake.operations import Operation

MEDIUM = random.Random(64).randbytes(64 * 512)
MD5 = hashlib.md5(MEDIUM).hexdigest()
SHA1 = hashlib.sha1(MEDIUM).hexdigest()
WRONG = "ab" * 16  # not all zeros: an image that carries those carries no hash


def _letters(folder: Path) -> Path:
    folder.mkdir()
    for day in range(3):
        (folder / f"vær {day}.txt").write_text(f"{day} grader")
    return folder


def _ids(operation: Operation) -> dict[str, str]:
    return {row["path"]: row["id"] for row in operation.items()}


def test_a_source_that_moved_keeps_its_ids(fresh: Operation, tmp_path: Path) -> None:
    op, source = str(fresh.root), _letters(tmp_path / "kopi æøå")
    fresh.ingest(source)
    before = _ids(fresh)
    moved = source.rename(tmp_path / "annet sted")
    gone = fresh.run("cat", op, before["vær 1.txt"], "--reason", "prøve", expect=23)
    assert gone == (
        f"The source “kopi æøå” is not at {source}. Tell Safelight its new place with `safelight source locate`.\n"
    )
    assert fresh.run("source", "locate", op, "kopi æøå", str(moved)) == f"kopi æøå is at {moved} now.\n"
    assert fresh.run("cat", op, before["vær 1.txt"], "--reason", "prøve") == "1 grader"
    fresh.ingest(moved)
    assert _ids(fresh) == before
    (row,) = fresh.run("source", "list", op).splitlines()[1:]
    assert row.split()[1:] == [
        "2016-0142-A1", "kopi", "æøå", str(tmp_path / "annet"), "sted", "folder", "3", "24", "B", "0", "yes",
        "NOT", "CHECKED", "(none", "stated)",
    ]  # fmt: skip


def test_another_folder_is_refused_unless_it_is_forced(fresh: Operation, tmp_path: Path) -> None:
    op, source, other = str(fresh.root), _letters(tmp_path / "kopi"), tmp_path / "annen"
    fresh.ingest(source)
    other.mkdir()
    assert fresh.run("source", "locate", op, "kopi", str(other), expect=16) == (
        f"{other} is not the source that was registered: its fingerprint differs. "
        "Check the path; if it must be used all the same, add --force.\n"
    )
    missing = tmp_path / "ingenting"
    assert fresh.run("source", "locate", op, "kopi", str(missing), expect=13) == (
        f"There is nothing at {missing}. Check the path, or mount the evidence first.\n"
    )
    assert fresh.run("source", "locate", op, "tog", str(other), expect=13) == (
        "There is no source tog. `safelight source list` shows the sources with their ids.\n"
    )
    fresh.run("source", "locate", op, "kopi", str(other), "--force")
    assert str(other) in fresh.run("source", "list", op)


@dataclass(frozen=True)
class Case:
    """An exhibit with one E01, whose own MD5 is `carried`."""

    number: str
    stated: str
    said: str
    carried: str = MD5


CASES = (
    Case("E1", f"md5:{MD5}", "matched"),
    Case("E2", f"sha1:{SHA1.upper()}", "matched"),
    Case("E3", f"md5:{WRONG}", "DIFFERED"),
    Case("E4", "", "NOT CHECKED (none stated)"),
    Case("E5", f"md5:{MD5}", "matched", carried=WRONG),
)


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Operation:
    """The cases, taken in one after the other."""
    place = tmp_path_factory.mktemp("images")
    operation = Operation(place / "op").make()
    for case in CASES:
        write_ewf(place / f"{case.number}.E01", MEDIUM, md5=case.carried)
        operation.run(
            "exhibit", "add", str(operation.root), "--id", case.number, "--label", "Disk", "--seized", "2016-01-12",
            "--legal-basis", "basis", "--officer", "Berg", *(["--acquired-hash", case.stated] if case.stated else []),
        )  # fmt: skip
        operation.ingest(place / f"{case.number}.E01", exhibit=case.number)
    return operation


def _stated(operation: Operation) -> dict[str, str]:
    """What is said of each exhibit; the same in every report."""
    reports = []
    for words in (["status"], ["exhibit", "list"], ["source", "list"]):
        lines = [line.split() for line in operation.run(*words, str(operation.root)).splitlines()]
        found = {}
        for case in CASES:
            (line,) = (line for line in lines if case.number in line)
            found[case.number] = next(
                word
                for word in ("matched", "DIFFERED", "NOT CHECKED (none stated)", "NOT CHECKED")
                if word in " ".join(line)
            )
        reports.append(found)
    assert reports[0] == reports[1] == reports[2]
    return reports[0]


def _verified(operation: Operation, source: str) -> list[list[str]]:
    head, *rows = operation.run("source", "verify", str(operation.root), source).splitlines()
    assert head.split() == ["stated", "by", "algorithm", "stated", "computed", "result", "why", "not"]
    return [row.split() for row in rows]


def test_the_hash_stated_at_seizure_is_compared_at_intake_and_never_mixed_with_the_images_own(
    images: Operation,
) -> None:
    expected = {case.number: case.said for case in CASES}
    assert _stated(images) == expected
    own = [
        ["the", "image", "itself", "md5", MD5, MD5, "matched"],
        ["the", "image", "itself", "sha1", SHA1, SHA1, "matched"],
    ]
    assert _verified(images, "E3.E01") == [*own, ["the", "seizure", "md5", WRONG, MD5, "differed"]]
    assert _verified(images, "E4.E01")[:2] == own
    assert _verified(images, "E5.E01") == [
        ["the", "image", "itself", "md5", WRONG, MD5, "differed"], own[1], ["the", "seizure", "md5", MD5, MD5, "matched"],
    ]  # fmt: skip
    assert _stated(images) == expected


def test_loose_files_beside_an_image_leave_the_exhibit_not_checked(images: Operation, tmp_path: Path) -> None:
    images.ingest(_letters(tmp_path / "løse filer"), exhibit="E1")
    by_source = [
        line.split() for line in images.run("source", "list", str(images.root)).splitlines() if " E1 " in line
    ]
    assert sorted("matched" if "matched" in line else "NOT CHECKED" for line in by_source) == [
        "NOT CHECKED", "matched",
    ]  # fmt: skip
    (exhibit,) = (
        line
        for line in images.run("exhibit", "list", str(images.root)).splitlines()
        if line.startswith("E1 ")
    )
    assert "NOT CHECKED" in exhibit


def test_a_source_whose_volume_is_shut_is_not_complete(tmp_path: Path) -> None:
    """A BitLocker volume without a credential: nothing was taken in, and that is said."""
    volume = bytearray(4 << 20)
    volume[:11] = b"\xeb\x58\x90-FVE-FS-"
    volume[160:176] = bytes.fromhex("3bd66749292ed84a8399f6a339e3d001")
    volume[510:512] = b"\x55\xaa"
    (tmp_path / "stengt.raw").write_bytes(volume)
    (tmp_path / "mappe").mkdir()
    (tmp_path / "mappe" / "vêr.txt").write_text("Finse: snø\n", "utf-8")
    operation = Operation(tmp_path / "op").make()
    operation.run(
        "exhibit", "add", str(operation.root), "--id", "A1", "--label", "Disk", "--seized", "2016-01-12",
        "--legal-basis", "basis", "--officer", "Berg",
    )  # fmt: skip
    operation.ingest(tmp_path / "stengt.raw", tmp_path / "mappe", exhibit="A1")
    head, *rows = operation.run("source", "list", str(operation.root)).splitlines()
    at = head.index("failed")
    found = {row.split()[2]: " ".join(row[at:].split()) for row in rows}
    assert found == {
        "stengt.raw": "1 no, with 1 failure NOT CHECKED (none stated)",
        "mappe": "0 yes NOT CHECKED (none stated)",
    }
