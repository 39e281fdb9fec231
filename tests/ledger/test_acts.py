"""The typed acts: what is written comes back, what breaks a rule is refused and leaves no entry."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from safelight.errors import AlreadyExists, NoLegalBasis, NotFound, Refused
from safelight.ledger import audit, custody, exhibits, hashsets, imagechecks, notes, runs, sources
from safelight.ledger.exhibits import Exhibit
from safelight.ledger.ledger import Ledger
from safelight.ledger.verify import verify
from safelight.traces.ids import source_id
from tests.ledger.conftest import ACTOR

_MD5 = "d41d8cd98f00b204e9800998ecf8427e"
_FIELDS: dict[str, Any] = {
    "number": "2016-0142-A1",
    "label": "Bærbar PC, Åse",
    "seized": "2016-01-12",
    "legal_basis": "§ 203",
    "officer": "Kari Nordmann",
}


def _exhibit(ledger: Ledger, **changes: Any) -> Exhibit:
    return exhibits.add(ledger, **{**_FIELDS, **changes}, actor=ACTOR)


def _refused(ledger: Ledger, act: Callable[[], object], error: type[Exception] = Refused) -> None:
    before = ledger.head()
    with pytest.raises(error):
        act()
    assert ledger.head() == before


def test_an_exhibit_is_found_by_number_and_by_key(ledger: Ledger) -> None:
    exhibit = _exhibit(ledger, seized=date(2016, 1, 12), acquired_hash=_MD5.upper(), size=512)
    assert exhibit == Exhibit(
        exhibit.key, "2016-0142-A1", "Bærbar PC, Åse", "2016-01-12", "§ 203", "Kari Nordmann", f"md5:{_MD5}", 512,
        2, ledger.entry(2).recorded_at,
    )  # fmt: skip
    other = _exhibit(ledger, number="A2")
    assert exhibits.every(ledger) == [exhibit, other]
    for name in (exhibit, exhibit.key, exhibit.number, " 2016-0142-A1 "):
        assert exhibits.find(ledger, name) == exhibit
    with pytest.raises(NotFound):
        exhibits.find(ledger, "2016-0142-A9")
    assert ledger.entry(2).authorisation == "§ 203"
    assert (ledger.entry(2).verb, ledger.entry(2).subjects) == ("collection", (exhibit.key,))


def test_the_same_number_in_another_spelling_of_unicode_is_the_same(ledger: Ledger) -> None:
    _exhibit(ledger, number="\u00c5-1")
    _refused(ledger, lambda: _exhibit(ledger, number="A\u030a-1"), AlreadyExists)


@pytest.mark.parametrize(
    "changes",
    [
        {"number": " "},
        {"number": "a\nb"},
        {"label": "\x1b[31mred"},
        {"officer": "a\x00"},
        {"legal_basis": "\ud800"},
        {"seized": "12.01.2016"},
        {"seized": "2016-02-30"},
        {"acquired_hash": "md5:abc"},
        {"acquired_hash": f"sha1:{_MD5}"},
        {"acquired_hash": "crc32:00000000"},
        {"acquired_hash": "g" * 32},
        {"size": -1},
        {"size": "12"},
        {"size": True},
    ],
)
def test_an_exhibit_with_a_bad_field_is_refused(ledger: Ledger, changes: dict[str, Any]) -> None:
    _refused(ledger, lambda: _exhibit(ledger, **changes))
    exhibit = _exhibit(ledger)
    _refused(ledger, lambda: exhibits.correct(ledger, exhibit, actor=ACTOR, purpose="typo", **changes))


def test_a_correction_keeps_the_key_and_the_history(ledger: Ledger) -> None:
    exhibit = _exhibit(ledger)
    corrected = exhibits.correct(ledger, exhibit, actor=ACTOR, purpose="typo", number="A1", label="PC")
    assert corrected == replace(exhibit, number="A1", label="PC")
    assert exhibits.find(ledger, "A1") == corrected
    with pytest.raises(NotFound):
        exhibits.find(ledger, "2016-0142-A1")
    entries = exhibits.history(ledger, "A1")
    assert [(entry.kind, entry.verb, entry.corrects, entry.purpose) for entry in entries] == [
        ("exhibit.added", "collection", None, ""),
        ("exhibit.corrected", "alteration", exhibit.seq, "typo"),
    ]
    assert ledger.payload(3) == {"number": "A1", "label": "PC"}
    before = ledger.head()
    assert exhibits.correct(ledger, "A1", actor=ACTOR, purpose="typo", label="PC") == corrected
    assert ledger.head() == before
    _exhibit(ledger, number="A2")
    _refused(
        ledger, lambda: exhibits.correct(ledger, "A1", actor=ACTOR, purpose="p", number="A2"), AlreadyExists
    )
    _refused(ledger, lambda: exhibits.correct(ledger, "A1", actor=ACTOR, purpose=" ", label="x"))
    _refused(ledger, lambda: exhibits.correct(ledger, "A1", actor=ACTOR, purpose="p", colour="red"))
    _refused(ledger, lambda: exhibits.correct(ledger, "A9", actor=ACTOR, purpose="p", label="x"), NotFound)


def test_custody_is_kept_in_the_order_of_recording(ledger: Ledger) -> None:
    exhibit = _exhibit(ledger)
    noon = datetime(2016, 1, 12, 12, tzinfo=timezone(timedelta(hours=1)))
    custody.record(ledger, exhibit, "received", place="Stavanger", person="Kari", when=noon, actor=ACTOR)
    custody.record(
        ledger, exhibit.number, "sealed", place="lab", person="Ola", when=0, note="pose 7", actor=ACTOR
    )
    chain = custody.chain(ledger, exhibit.key)
    assert [(one.act, one.place, one.person, one.happened_at, one.note) for one in chain] == [
        ("received", "Stavanger", "Kari", 1_452_596_400_000_000, ""),
        ("sealed", "lab", "Ola", 0, "pose 7"),
    ]
    assert noon.astimezone(UTC).hour == 11 and ledger.entry(3).valid_from == 1_452_596_400_000_000
    naive = datetime(2016, 1, 12)  # noqa: DTZ001
    for act, when in (("received", naive), ("lost", noon)):
        _refused(
            ledger, lambda act=act, when=when: custody.record(  # type: ignore[misc]
                ledger, exhibit, act, place="", person="", when=when, actor=ACTOR
            ),
        )  # fmt: skip


def test_a_source_has_an_id_that_outlives_moves(ledger: Ledger) -> None:
    exhibit = _exhibit(ledger)
    odd = Path(os.fsdecode("/mnt/bær\udcff 100%".encode("utf-8", "surrogateescape")))
    source = sources.register(
        ledger, exhibit, "disk 1", odd, "image", {"size": 5, "first": "ab"}, actor=ACTOR
    )
    assert source.id == source_id(ledger.operation_id, exhibit.key, "disk 1")
    assert (source.exhibit, source.label, source.location, source.kind) == (
        exhibit.key,
        "disk 1",
        odd,
        "image",
    )
    assert source.fingerprint == {"size": 5, "first": "ab"}
    again = sources.register(ledger, exhibit.number, " disk 1", Path("/x"), "folder", {}, actor="other")
    assert again == source
    moved = sources.locate(ledger, source, Path("/media/new"), ACTOR)
    assert moved == replace(source, location=Path("/media/new"))
    assert (ledger.entry(4).kind, ledger.entry(4).corrects) == ("source.located", source.seq)
    before = ledger.head()
    assert sources.locate(ledger, source.id, Path("/media/new"), ACTOR) == moved
    assert ledger.head() == before
    exhibits.correct(ledger, exhibit, actor=ACTOR, purpose="typo", number="B7")
    assert sources.find(ledger, "disk 1") == sources.find(ledger, source.id) == moved
    assert sources.every(ledger) == sources.every(ledger, "B7") == [moved]


def test_two_sources_of_one_label_are_told_apart_by_id(ledger: Ledger) -> None:
    first, second = _exhibit(ledger), _exhibit(ledger, number="A2")
    one = sources.register(ledger, first, "disk", Path("/a"), "folder", {}, actor=ACTOR)
    two = sources.register(ledger, second, "disk", Path("/b"), "folder", {}, actor=ACTOR)
    assert sources.every(ledger, second) == [two]
    with pytest.raises(NotFound, match=f"{one.id}, {two.id}"):
        sources.find(ledger, "disk")
    with pytest.raises(NotFound):
        sources.find(ledger, "other")


def test_nothing_is_taken_into_an_exhibit_without_a_legal_basis(ledger: Ledger) -> None:
    exhibit = _exhibit(ledger, legal_basis=" ")
    _refused(
        ledger,
        lambda: sources.register(ledger, exhibit, "disk", Path("/a"), "folder", {}, actor=ACTOR),
        NoLegalBasis,
    )
    exhibits.correct(ledger, exhibit, actor=ACTOR, purpose="order came", legal_basis="§ 203")
    sources.register(ledger, exhibit, "disk", Path("/a"), "folder", {}, actor=ACTOR)
    _refused(
        ledger,
        lambda: sources.register(ledger, "A9", "disk", Path("/a"), "folder", {}, actor=ACTOR),
        NotFound,
    )
    for label in ("", " ", "a\nb", "a\x1b"):
        _refused(
            ledger, lambda label=label: sources.register(  # type: ignore[misc]
                ledger, exhibit, label, Path("/a"), "folder", {}, actor=ACTOR
            ),
        )  # fmt: skip


def test_hash_sets_are_withdrawn_and_not_forgotten(ledger: Ledger) -> None:
    one = hashsets.register(ledger, {"set_id": "h1-a", "name": "NSRL", "rows": 3}, ACTOR)
    two = hashsets.register(ledger, {"name": "Sjakk"}, ACTOR)
    assert (one.set_id, one.name, one.info["rows"], one.withdrawn_at) == ("h1-a", "NSRL", 3, None)
    assert hashsets.every(ledger) == [one, two]
    _refused(ledger, lambda: hashsets.register(ledger, {"set_id": "h1-a"}, ACTOR), AlreadyExists)
    _refused(ledger, lambda: hashsets.withdraw(ledger, "h1-a", reason="", actor=ACTOR))
    _refused(ledger, lambda: hashsets.withdraw(ledger, "h1-b", reason="r", actor=ACTOR), NotFound)
    gone = hashsets.withdraw(ledger, "h1-a", reason="replaced by a newer one", actor=ACTOR)
    assert gone.withdrawn_at == ledger.entry(4).recorded_at
    assert hashsets.every(ledger) == [two]
    assert hashsets.every(ledger, withdrawn=True) == [gone, two]
    assert hashsets.find(ledger, "h1-a") == gone
    before = ledger.head()
    assert hashsets.withdraw(ledger, "h1-a", reason="again", actor=ACTOR) == gone
    assert ledger.head() == before


def test_figures_are_answered_as_of_a_time(folder: Any) -> None:
    times = iter(range(1000, 9000, 1000))
    with Ledger.create(folder, name="Runs", actor=ACTOR, clock=lambda: next(times)) as ledger:
        first = runs.record(ledger, {"items": 5, "rate": 0.5}, "1:ab", {"safelight": "0.1.0"}, ACTOR)
        second = runs.record(ledger, {"items": 9}, "2:cd", {"safelight": "0.1.0"}, ACTOR)
        assert runs.every(ledger) == [first, second]
        assert (first.figures, first.journal_head, first.recorded_at) == (
            {"items": 5, "rate": 0.5},
            "1:ab",
            2000,
        )
        assert [runs.as_of(ledger, moment) for moment in (1999, 2000, 2999, 3000, 9999)] == [
            None, first, first, second, second,
        ]  # fmt: skip
        _refused(ledger, lambda: runs.record(ledger, {"items": float("nan")}, "", {}, ACTOR))


def test_an_image_is_matched_differed_or_not_checked(ledger: Ledger) -> None:
    exhibit = _exhibit(ledger)
    never = imagechecks.latest(ledger, exhibit)
    assert (never.result, never.reason, never.seq) == ("NOT CHECKED", "no check was made", 0)
    other = "0" * 32

    def check(stated: str | None, found: str | None, reason: str = "", source: str | None = None) -> str:
        made = imagechecks.record(
            ledger, exhibit, stated=stated, found=found, reason=reason, source=source, actor=ACTOR
        )
        assert imagechecks.latest(ledger, exhibit) == made
        return made.result

    assert check(_MD5, f"md5:{_MD5}", source="s1-a") == "matched"
    assert check(_MD5, other, source="s1-b") == "differed"
    assert check(_MD5, "sha1:" + "0" * 40, "only SHA-1 was computed") == "NOT CHECKED"
    assert check(None, _MD5, "no hash was stated at seizure") == "NOT CHECKED"
    assert imagechecks.latest(ledger, exhibit, "s1-a").result == "matched"
    assert imagechecks.latest(ledger, exhibit, "s1-c").result == "NOT CHECKED"
    _refused(ledger, lambda: check(None, None))


def test_a_hash_that_the_image_carries_never_speaks_for_the_one_stated_at_seizure(ledger: Ledger) -> None:
    exhibit = _exhibit(ledger)
    differed = imagechecks.record(ledger, exhibit, stated=_MD5, found="0" * 32, source="s1-a", actor=ACTOR)
    carried = imagechecks.record(
        ledger,
        exhibit,
        origin="image",
        stated="crc32:0badc0de",
        found="crc32:0badc0de",
        source="s1-a",
        actor=ACTOR,
    )
    assert (carried.origin, carried.result) == ("image", "matched")
    assert imagechecks.latest(ledger, exhibit, "s1-a") == differed
    imagechecks.record(
        ledger, exhibit, origin="image", stated=f"md5:{_MD5}", found=f"md5:{_MD5}", source="s1-b", actor=ACTOR
    )
    assert imagechecks.latest(ledger, exhibit, "s1-b").result == "NOT CHECKED"
    assert imagechecks.latest(ledger, exhibit) == differed


def test_the_audit_asks_for_what_the_law_asks_for(ledger: Ledger) -> None:
    seen = audit.consult(
        ledger, actor=ACTOR, purpose=" inventory ", what={"page": "items", "rows": 50}, subjects=["i1"]
    )
    assert (seen.verb, seen.kind, seen.purpose, seen.subjects) == (
        "consultation",
        "consulted",
        "inventory",
        ("i1",),
    )
    assert ledger.payload(seen.seq) == {"what": {"page": "items", "rows": 50}}
    given = audit.disclose(
        ledger, actor=ACTOR, purpose="court", recipient="Rogaland", what={"bytes": 3}, authorisation="order"
    )
    assert (given.verb, given.kind, given.authorisation) == ("disclosure", "disclosed", "order")
    assert ledger.payload(given.seq) == {"recipient": "Rogaland", "what": {"bytes": 3}}
    assert list(audit.log(ledger)) == [seen, given]
    assert list(audit.log(ledger, verbs=["disclosure"], after=seen.seq)) == [given]
    _refused(ledger, lambda: audit.consult(ledger, actor=ACTOR, purpose=" ", what={}))
    _refused(ledger, lambda: audit.consult(ledger, actor="", purpose="p", what={}))
    _refused(ledger, lambda: audit.disclose(ledger, actor=ACTOR, purpose="p", recipient=" ", what={}))
    _refused(ledger, lambda: audit.disclose(ledger, actor=ACTOR, purpose="", recipient="r", what={}))


def test_notes_are_followed_and_never_overwritten(ledger: Ledger) -> None:
    first = notes.write(ledger, ["i1", "i2"], "A chess club", actor=ACTOR)
    second = notes.write(ledger, ["i1"], "A railway club", actor=ACTOR, corrects=first.seq)
    assert notes.about(ledger, "i1") == [(first, "A chess club"), (second, "A railway club")]
    assert notes.about(ledger, "i2") == [(first, "A chess club")]
    _refused(ledger, lambda: notes.write(ledger, ["i1"], " ", actor=ACTOR))
    _refused(ledger, lambda: notes.write(ledger, ["i1"], "x", actor=ACTOR, corrects=9))
    assert verify(ledger).ok
