"""What a content's hits say: set, digest, category, detail."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest

from safelight.analyse.known import remove_set
from safelight.analyse.known_matcher import HashSet, Matcher, joined_detail
from safelight.catalog.schema import HITS
from safelight.errors import NotFound
from tests.analyse.sets import make_set, pattern, upper, write_nsrl, write_vics


def test_a_hit_in_full(tmp_path: Path) -> None:
    (tmp_path / "a.md5").write_text(f"{pattern(1)['md5']}  åpning.pgn\n", "utf-8")
    info = make_set(tmp_path / "a.md5", "Sjakk", ("chess", "1", "opening"))
    matcher = Matcher.at(tmp_path / "known")
    assert matcher.match(**pattern(1)) == [
        {
            "sha256": pattern(1)["sha256"],
            "set_id": info.set_id,
            "set_name": "Sjakk",
            "algorithm": "md5",
            "scheme": "chess",
            "code": "1",
            "label": "opening",
            "detail": '{"name":"åpning.pgn"}',
        }
    ]
    assert matcher.match(**pattern(2)) == []
    assert matcher.match(pattern(1)["sha256"]) == [], "without the digest that the set has there is no hit"


def test_entries_of_one_category_are_one_hit_by_the_strongest_digest(tmp_path: Path) -> None:
    digests = {"MD5": pattern(1)["md5"], "SHA1": pattern(1)["sha1"]}
    media = [{"MediaID": n, "Category": 1, **digests} for n in range(116)]
    media += [
        {"MediaID": 200, "Category": 2, "MD5": pattern(1)["md5"]},
        {"MediaID": 5, "Category": 1, **digests},
    ]
    make_set(write_vics(tmp_path / "v.json", "2.0 US", media))
    first, second = Matcher.at(tmp_path / "known").match(**pattern(1))
    assert (first["algorithm"], first["scheme"], first["code"]) == ("sha1", "VICS 2.0 US", "1")
    assert sorted(each["media_id"] for each in json.loads(first["detail"])["entries"]) == list(range(116))
    assert (second["algorithm"], second["code"], second["detail"]) == ("md5", "2", '{"media_id":200}')


def test_many_at_once_in_several_sets(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("".join(f"{pattern(n)['sha1']}\n" for n in range(0, 1000, 2)))
    (tmp_path / "b").write_text("".join(f"{pattern(n)['sha256']}\n" for n in range(0, 1000, 3)))
    make_set(tmp_path / "a", "even")
    make_set(tmp_path / "b", "third")
    contents = pa.Table.from_pylist([pattern(n) for n in range(900, 1100)] + [{"md5": None}])
    hits = Matcher.at(tmp_path / "known").match_many(contents)
    assert hits.schema == HITS.arrow
    found = {(row["sha256"], row["set_name"], row["algorithm"]) for row in hits.to_pylist()}
    assert found == {
        *((pattern(n)["sha256"], "even", "sha1") for n in range(900, 1000, 2)),
        *((pattern(n)["sha256"], "third", "sha256") for n in range(900, 1000, 3)),
    }
    assert hits.num_rows == len(found)


def test_nsrl_does_not_hide_a_file_that_shares_a_weaker_digest(tmp_path: Path) -> None:
    """A forged MD5 or SHA-1 must not hide anything: where NSRL gives a SHA-256, that decides."""
    info = make_set(write_nsrl(tmp_path / "rds.db", [(*upper(1), 1)]), "NSRL")
    matcher = Matcher([HashSet.open(tmp_path / "known", info.set_id)])
    assert [hit["label"] for hit in matcher.match(**pattern(1))] == ["Known (says nothing of good or bad)"]
    assert matcher.match(pattern(2)["sha256"], pattern(1)["sha1"], pattern(1)["md5"]) == []


def test_a_set_that_is_gone(tmp_path: Path) -> None:
    (tmp_path / "a").write_text(pattern(1)["md5"])
    info = make_set(tmp_path / "a")
    remove_set(tmp_path / "known", info.set_id)
    assert Matcher.at(tmp_path / "known").sets == ()
    with pytest.raises(NotFound):
        HashSet.open(tmp_path / "known", info.set_id)


def test_details_are_joined() -> None:
    assert joined_detail([]) is None
    assert joined_detail(['{"a":1}']) == '{"a":1}'
    assert joined_detail(['{"b":2}', '{"a":1}']) == '{"entries":[{"a":1},{"b":2}]}'
