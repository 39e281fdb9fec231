"""`safelight known add` and `known list`: every kind of set, matched against what is there already."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.analyse.sets import write_nsrl, write_vics
from tests.intake.operations import Operation

LETTERS = {name: f"Vi ses på {name}, hilsen Åse".encode() for name in ("sjakk", "tog", "vær")}


def _hash(name: str, algorithm: str) -> str:
    return hashlib.new(algorithm, LETTERS[name]).hexdigest()


def _nsrl(path: Path) -> Path:
    digests = tuple(_hash("sjakk", name).upper() for name in ("sha256", "sha1", "md5"))
    return write_nsrl(path, [(*digests, 1)])


def _vics(version: str) -> Callable[[Path], Path]:
    def write(path: Path) -> Path:
        entry = {"MediaID": 1, "Category": 4, "MD5": _hash("sjakk", "md5").upper(), "MediaSize": "1"}
        return write_vics(path, version, [entry])

    return write


def _hashdeep(path: Path) -> Path:
    lines = [
        "%%%% HASHDEEP-1.0", "%%%% size,md5,sha1,sha256,filename", "## Invoked from: /home/ase",
        f"1,{_hash('sjakk', 'md5')},{_hash('sjakk', 'sha1')},{_hash('sjakk', 'sha256')},sjakk.txt",
    ]  # fmt: skip
    path.write_text("\n".join(lines) + "\n")
    return path


def _sha256sum(path: Path) -> Path:
    path.write_text(f"{_hash('sjakk', 'sha256')}  sjakk.txt\n")
    return path


def _csv(path: Path) -> Path:
    path.write_text(f"md5;name\n{_hash('sjakk', 'md5')};sjakk.txt\n")
    return path


#: Writer of the set, options, kind, and what is then said of the letter (set, scheme, code, label).
KINDS = [
    (_nsrl, [], "nsrl", ["nsrl"]),
    (_vics("1.3"), [], "vics", ["vics", "VICS", "1.3", "4"]),
    (_vics("2.0 US"), [], "vics", ["vics", "VICS", "2.0", "US", "4"]),
    (
        _hashdeep,
        ["--scheme", "Klubben", "--code", "7", "--label", "Brev"],
        "hashdeep",
        ["Klubben", "7", "Brev"],
    ),
    (_sha256sum, [], "list", []),
    (_csv, ["--scheme", "Klubben", "--code", "7", "--label", "Brev"], "csv", ["Klubben", "7", "Brev"]),
]


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory) -> Operation:
    """An operation with three letters taken in and no hash set."""
    place = tmp_path_factory.mktemp("letters")
    (place / "brev").mkdir()
    for name, data in LETTERS.items():
        (place / "brev" / f"{name}.txt").write_bytes(data)
    (place / "brev" / "kopi.txt").write_bytes(LETTERS["sjakk"])
    operation = Operation(place / "op").make()
    operation.ingest(place / "brev")
    return operation


@pytest.mark.parametrize(
    ("write", "options", "kind", "said"), KINDS, ids=[str(n) + k[2] for n, k in enumerate(KINDS)]
)
def test_a_set_that_comes_after_the_intake_is_matched_with_what_is_there(
    letters: Operation, tmp_path: Path, request: pytest.FixtureRequest,
    write: Callable[[Path], Path], options: list[str], kind: str, said: list[str],
) -> None:  # fmt: skip
    op, name = str(letters.root), f"Sett-{request.node.callspec.id}"
    file = write(tmp_path / "set")
    told = letters.run("known", "add", op, str(file), "--name", name, "--origin", "Klubben 2016", *options)
    assert told == f"{name}: 1 entries read; 1 contents here stand in it.\n"
    row = next(line for line in letters.run("known", "list", op).splitlines() if name in line).split()
    assert row[1:] == [name, kind, "Klubben", "2016", "1", "0", hashlib.sha256(file.read_bytes()).hexdigest()]
    group, items = letters.run("hits", op, "--set", name).split("\n\n")
    words = group.splitlines()[1].split()
    assert words[0] == name and words[-2:] == ["1", "2"]
    _ = said
    rows = [line.split() for line in items.splitlines()[1:]]
    assert rows[-1] == ["2", "of", "2", "hits"]
    assert sorted(row[-2] for row in rows[:-1]) == ["kopi.txt", "sjakk.txt"]


def test_the_same_set_twice_is_refused(letters: Operation, tmp_path: Path) -> None:
    op, file = str(letters.root), tmp_path / "liste"
    file.write_text(_hash("tog", "md5") + "\n")
    letters.run("known", "add", op, str(file), "--name", "Tog")
    before = letters.rows("hits")
    assert letters.run("known", "add", op, str(file), "--name", "Tog", expect=12) == (
        "The hash set Tog was imported from these bytes already. `safelight hits` lists it.\n"
    )
    assert letters.rows("hits") == before


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (
            b"dette er ikke en liste\n",
            "holds no digest that can be used. Check that it is the file you meant.",
        ),
        (b"PK\x03\x04", "is packed. Unpack it and name the file inside."),
        (b"SQLite format 3\x00rubbish", None),
        (json.dumps({"value": [{"MD5": "kort"}]}).encode(), None),
        (
            b'{"odata.metadata": "http://github.com/ICMEC/ProjectVic/DataModels/1.3.xml#Media", "value": [{"MD5"',
            None,
        ),
    ],
)
def test_a_broken_file_leaves_nothing_behind(
    fresh: Operation, tmp_path: Path, data: bytes, sentence: str | None
) -> None:
    file = tmp_path / "set"
    file.write_bytes(data)
    said = fresh.run("known", "add", str(fresh.root), str(file), expect=22)
    assert said.startswith(str(file)) and said.count("\n") == 1
    if sentence:
        assert said == f"{file} {sentence}\n"
    assert list((fresh.root / "known").iterdir()) == []
    assert (
        fresh.run("known", "list", str(fresh.root)) == "No hash set was added yet: `safelight known add`.\n"
    )


def test_no_file_no_set(fresh: Operation, tmp_path: Path) -> None:
    said = fresh.run("known", "add", str(fresh.root), str(tmp_path / "ingen"), expect=13)
    assert said == f"There is no file {tmp_path / 'ingen'}. Check the path.\n"


def test_a_category_is_never_laid_over_a_set_that_has_its_own(fresh: Operation, tmp_path: Path) -> None:
    file = _vics("2.0 US")(tmp_path / "set.json")
    said = fresh.run("known", "add", str(fresh.root), str(file), "--code", "1", expect=16)
    assert said == (
        f"{file} is a VICS set and carries its own categories; no other category can be laid over it. "
        "Import it without a category. A VICS set is never a list of what is harmless.\n"
    )
