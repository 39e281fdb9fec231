"""`safelight hits`: items whose content stands in a hash set."""

from __future__ import annotations

from tests.intake.operations import Operation

_GALLERY = "Bilder/Påske 2015"


def test_hits_are_listed_by_set_and_category_with_every_copy(taken_in: Operation) -> None:
    groups, items = taken_in.run("hits", str(taken_in.root)).split("\n\n")
    head, group = groups.splitlines()
    assert head.split() == ["set", "scheme", "code", "label", "contents", "items"]
    assert group.split()[:2] == ["Test", "patterns"]
    assert group.split()[-2:] == ["3", "4"]
    assert items.splitlines()[0].split() == ["set", "category", "exhibit", "path", "item"]
    assert items.splitlines()[-1] == "4 of 4 hits"
    found = taken_in.items("known:Test patterns")
    assert sorted(row["path"] for row in found) == sorted(
        [
            f"{_GALLERY}/IMG_0003.JPG",
            f"{_GALLERY}/kopi av IMG_0003.jpg",
            f"{_GALLERY}/IMG_0005.JPG",
            "Nedlastinger/sikkerhetskopi.tar.gz › sikkerhetskopi.tar › kopi/partier.zip › bilde.jpg",
        ]
    )
    for row in found:
        assert any(row["path"] in line and line.endswith(row["id"][:14]) for line in items.splitlines())


def test_a_set_that_is_not_there_is_no_empty_answer(taken_in: Operation) -> None:
    said = taken_in.run("hits", str(taken_in.root), "--set", "Sjakk", expect=13)
    assert said == "There is no hash set Sjakk. `safelight known list` names those there are.\n"


def test_without_sets_it_says_that_there_are_none(fresh: Operation) -> None:
    assert fresh.run("hits", str(fresh.root)) == "No item here is known: no hash set was added yet.\n"
