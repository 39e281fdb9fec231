"""An import is whole or not there; what it made says where it came from and what it could not use."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from safelight.analyse import known_lists
from safelight.analyse.known import HashSetInfo, import_set, imported_sets, kind_of, read_info, remove_set
from safelight.errors import AlreadyExists, BadInput, DiskFull, NotFound, Refused
from tests.analyse.sets import make_set, pattern, upper, write_nsrl, write_vics

_CATEGORY = ("chess", "1", "opening")


def _md5_list(path: Path, numbers: range) -> Path:
    path.write_text(
        "".join(f"{pattern(number)['md5']}  parti {number}\n" for number in numbers) + "rubbish\n", "utf-8"
    )
    return path


def test_what_an_import_says(tmp_path: Path) -> None:
    path = _md5_list(tmp_path / "sjakk.md5", range(5))
    info = make_set(path, "Sjakk", _CATEGORY)
    assert info == HashSetInfo(
        set_id=info.set_id,
        name="Sjakk",
        origin="made by the test",
        kind="list",
        category=_CATEGORY,
        rows=5,
        counts={"md5": 5, "sha1": 0, "sha256": 0},
        bad=1,
        bad_examples=(("line 6", "no digest"),),
        source_name="sjakk.md5",
        source_bytes=path.stat().st_size,
        source_sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
    )
    assert read_info(tmp_path / "known", info.set_id) == info
    assert imported_sets(tmp_path / "known") == [info]
    assert sorted(found.name for found in (tmp_path / "known").iterdir()) == [info.set_id]
    assert sorted(found.name for found in (tmp_path / "known" / info.set_id).iterdir()) == sorted(
        [
            "labels.sqlite",
            "set.json",
            *(f"{a}.{k}" for a in ("md5", "sha1", "sha256") for k in ("prefix", "rest", "label")),
        ]
    )


def test_the_id_comes_from_bytes_name_and_category(tmp_path: Path) -> None:
    path = _md5_list(tmp_path / "a", range(3))
    first = make_set(path, "A", _CATEGORY)
    with pytest.raises(AlreadyExists):
        make_set(path, "A", _CATEGORY)
    others = [make_set(path, "B", _CATEGORY), make_set(path, "A", None)]
    assert len({first.set_id, *(info.set_id for info in others)}) == 3
    remove_set(tmp_path / "known", first.set_id)
    assert make_set(path, "A", _CATEGORY).set_id == first.set_id
    with pytest.raises(NotFound):
        remove_set(tmp_path / "known", "k1-none")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\xef\xbb\xbf  {\"@odata.context\": 1}", "vics"),
        (b"%%%% HASHDEEP-1.0\n%%%% size,md5,filename\n", "hashdeep"),
        (b"md5;name\n", "csv"),
        (b'"SHA-1","MD5"\n', "csv"),
        (b"d41d8cd98f00b204e9800998ecf8427e  a\n", "list"),
        (b"\xff\xfem\x00d\x005\x00,\x00x\x00\n\x00", "csv"),
        (b"", "list"),
    ],
)  # fmt: skip
def test_the_kind_is_seen_from_the_bytes(tmp_path: Path, data: bytes, kind: str) -> None:
    (tmp_path / "x.bin").write_bytes(data)
    assert kind_of(tmp_path / "x.bin") == kind


def test_nsrl_is_searched_by_its_strongest_digest_and_named_once(tmp_path: Path) -> None:
    rows = [(*upper(1), 1), (*upper(1), 2), (*upper(2), 2), (None, *upper(3)[1:], 2)]
    info = make_set(write_nsrl(tmp_path / "rds.db", rows), "NSRL")
    assert (info.kind, info.rows, dict(info.counts)) == ("nsrl", 4, {"md5": 0, "sha1": 1, "sha256": 2})


def test_other_sets_are_searched_by_every_digest(tmp_path: Path) -> None:
    media = [{"MediaID": 1, "MD5": pattern(1)["md5"], "SHA1": pattern(1)["sha1"], "Category": 1}]
    info = make_set(write_vics(tmp_path / "v.json", "2.0 US", media))
    assert (info.kind, dict(info.counts)) == ("vics", {"md5": 1, "sha1": 1, "sha256": 0})


def test_no_category_is_laid_over_a_vics_set(tmp_path: Path) -> None:
    path = write_vics(tmp_path / "v.json", "2.0 US", [{"MD5": pattern(1)["md5"]}])
    with pytest.raises(Refused, match="carries its own categories"):
        make_set(path, "V", ("house", "0", "known good"))
    assert list((tmp_path / "known").iterdir()) == []


@pytest.mark.parametrize("data", [b"", b"nothing\n", b"md5,name\n", b"PK\x03\x04zip", b"\x1f\x8bgz"])
def test_what_holds_no_digest_leaves_nothing(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(BadInput):
        make_set(tmp_path / "x")
    assert list((tmp_path / "known").iterdir()) == []


def test_a_truncated_set_is_rolled_back(tmp_path: Path) -> None:
    path = write_vics(tmp_path / "v.json", "1.3", [{"MD5": pattern(n)["md5"]} for n in range(1000)])
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(BadInput):
        make_set(path)
    assert list((tmp_path / "known").iterdir()) == []


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        make_set(tmp_path / "none")


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _md5_list(tmp_path / "a", range(100))

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("safelight.catalog.durable.os.write", full)
        with pytest.raises(DiskFull):
            make_set(path)
    assert list((tmp_path / "known").iterdir()) == []
    assert make_set(path).rows == 100


def test_leftovers_of_a_killed_import_go_at_the_next(tmp_path: Path) -> None:
    leftover = tmp_path / "known" / ".import-4194305-ab"  # beyond the largest process number of Linux
    (leftover / "sort").mkdir(parents=True)
    make_set(_md5_list(tmp_path / "a", range(2)))
    assert not leftover.exists()


def test_progress_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_lists, "_EVERY", 2)
    told: list[tuple[int, int]] = []
    path = _md5_list(tmp_path / "a", range(5))
    import_set(
        path, name="A", origin="", category=None, folder=tmp_path / "known",
        progress=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    size = path.stat().st_size
    assert told == [(size, size)] * 4, "once for hashing, then every second line (read ahead in one block)"
