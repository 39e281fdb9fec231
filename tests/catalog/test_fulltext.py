"""The index follows the catalog: what came is found, what was dropped is not, nothing is indexed twice, kill -9 included."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pytest

from safelight.catalog.catalog import Catalog
from safelight.catalog.fulltext import FullText, current
from safelight.catalog.fulltext_search import Wanted
from safelight.catalog.fulltext_update import Updated, update
from safelight.traces.model import Message
from safelight.traces.moment import wall_only
from tests.catalog.fulltext_rows import FIRST, at, hits, item, messages, searching, texts, write
from tests.catalog.rows import open_catalog

_ROOT = Path(__file__).parents[2]


def test_there_is_nothing_to_read_before_the_first_update(tmp_path: Path) -> None:
    assert FullText(tmp_path / "index").searcher() is None


def test_messages_mail_texts_and_names_are_found_with_what_stands_about_them(
    catalog: Catalog, tmp_path: Path
) -> None:
    mail = Message(
        place="0", conversation="a@x.example", sender="b@x.example", kind="mail", subject="Kontingent", text="Takk for sist",
        attachments='[{"name": "rutetabell.pdf", "text": "Myrdal 12:31"}]', network="mail", state="recovered",
    )  # fmt: skip
    write(
        catalog, "b1-1", messages=pa.concat_tables([messages(["toget til Finse"]), messages([mail], item="i1-bbbb")]),
        items=[item("i1-cccc", "Bilete/sj%C3%B8kart Finse.txt", "ab" * 32), item("i1-dddd", "kopi.txt", "ab" * 32)],
        texts=[{"sha256": "ab" * 32, "inspector": "documents", "version": 1, "kind": "text", "text": "Finse open"}],
    )  # fmt: skip
    assert update(catalog, tmp_path / "index") == Updated(added=5, total=5)
    assert [(one.kind, one.text, one.copies) for one in hits(tmp_path / "index", "finse")] == [
        ("name", "Bilete/sjøkart Finse.txt", 1),
        ("document", "Finse open", 2),
        ("message", "toget til Finse", 1),
    ]
    (found,) = hits(tmp_path / "index", "myrdal")
    assert (found.kind, found.item, found.state, found.network) == ("mail", "i1-bbbb", "recovered", "mail")
    assert found.text == "Kontingent\nTakk for sist\nrutetabell.pdf\nMyrdal 12:31"
    (found,) = hits(tmp_path / "index", "toget")
    assert found.id.endswith(":line 0")
    assert (found.item, found.exhibit, found.native, found.sender, found.sender_name) == (
        "i1-aaaa", "key-a", "#tog", "kari", "Kari",
    )  # fmt: skip
    assert (found.time, found.zoned) == (FIRST, True)


def test_what_came_is_added_and_compaction_indexes_nothing_again(catalog: Catalog, tmp_path: Path) -> None:
    write(catalog, "b1-1", messages=messages(["toget gikk"]))
    assert update(catalog, tmp_path / "index").added == 1
    write(catalog, "b1-2", messages=messages(["toget kom", "toget sto"], item="i1-bbbb"))
    assert update(catalog, tmp_path / "index") == Updated(added=2, total=3)
    assert catalog.compact(force=True).merged == 2
    assert update(catalog, tmp_path / "index") == Updated(total=3)
    assert sorted(texts(tmp_path / "index", "toget")) == ["toget gikk", "toget kom", "toget sto"]
    assert update(catalog, tmp_path / "index") == Updated(total=3)


def test_rows_of_a_newer_version_take_the_older_ones_place(catalog: Catalog, tmp_path: Path) -> None:
    write(
        catalog,
        "b1-1",
        messages=pa.concat_tables([messages(["ranet tekst"]), messages(["toget"], item="i1-bbbb")]),
    )
    update(catalog, tmp_path / "index")
    drop = {"messages": pa.table({"item_id": ["i1-aaaa"], "parser": ["irc"]})}
    fresh = {"messages": messages(["rettet tekst", "og mer"], version=2)}
    assert catalog.supersede("b1-2", drop, fresh, made_by={"stage": "test"})
    assert update(catalog, tmp_path / "index") == Updated(added=2, removed_units=1, total=3)
    assert texts(tmp_path / "index", "tekst") == ["rettet tekst"]
    assert catalog.supersede("b1-3", drop, made_by={"stage": "test"})
    assert update(catalog, tmp_path / "index") == Updated(removed_units=1, total=1)
    assert texts(tmp_path / "index", "tekst") == []
    assert texts(tmp_path / "index", "toget") == ["toget"]


def test_another_copy_of_a_text_counts(catalog: Catalog, tmp_path: Path) -> None:
    text = {"sha256": "ab" * 32, "inspector": "documents", "version": 1, "kind": "text", "text": "sjakk"}
    write(catalog, "b1-1", items=[item("i1-a", "a.txt", "ab" * 32)], texts=[text])
    update(catalog, tmp_path / "index")
    write(
        catalog, "b1-2", items=[item("i1-b", "b.txt", "ab" * 32), item("i1-c", "c.txt", "ab" * 32, "key-b")]
    )
    assert update(catalog, tmp_path / "index") == Updated(added=4, removed_units=1, total=5)
    assert sorted((one.exhibit, one.item, one.copies) for one in hits(tmp_path / "index", "sjakk")) == [
        ("key-a", "i1-a", 2),
        ("key-b", "i1-c", 1),
    ]


def test_made_anew_it_holds_the_same_and_a_reader_finds_it(catalog: Catalog, tmp_path: Path) -> None:
    write(catalog, "b1-1", messages=messages(["toget gikk", "ikkje no"]))
    update(catalog, tmp_path / "index")
    reader = FullText(tmp_path / "index")
    assert reader.searcher() is not None
    before, name = hits(tmp_path / "index", "toget OR ikkje"), current(tmp_path / "index")
    assert update(catalog, tmp_path / "index", rebuild=True) == Updated(added=2, total=2)
    assert current(tmp_path / "index") != name
    assert hits(tmp_path / "index", "toget OR ikkje") == before
    write(catalog, "b1-2", messages=messages(["snø"], item="i1-b"))
    update(catalog, tmp_path / "index")
    newest = reader.searcher()
    assert newest is not None
    assert newest.num_docs == 3
    assert len([one for one in (tmp_path / "index").iterdir() if one.is_dir()]) == 1


def test_an_index_that_was_deleted_is_made_anew(catalog: Catalog, tmp_path: Path) -> None:
    write(catalog, "b1-1", messages=messages(["toget gikk"]))
    update(catalog, tmp_path / "index")
    (tmp_path / "index" / "current").unlink()
    assert update(catalog, tmp_path / "index") == Updated(added=1, total=1)


def test_progress_ends_at_the_total(catalog: Catalog, tmp_path: Path) -> None:
    write(catalog, "b1-1", messages=messages(["toget gikk"] * 3), items=[item("i1-a", "a.txt")])
    told: list[tuple[int, int]] = []
    update(catalog, tmp_path / "index", progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (4, 4)
    assert told == sorted(told)


def test_hits_come_by_time_page_by_page_also_where_many_share_one(catalog: Catalog, tmp_path: Path) -> None:
    same = [
        Message(place=f"{n}", conversation="#tog", sender="kari", text="toget", network="irc")
        for n in range(150)
    ]
    for number, one in enumerate(same):
        one.sent = wall_only(FIRST * 10**6, "?") if number >= 120 else at(number // 40 * 30)
    write(catalog, "b1-1", messages=messages(same))
    update(catalog, tmp_path / "index")
    search, sliced = searching(tmp_path / "index"), searching(tmp_path / "index", few=0)
    for oldest in (False, True):
        whole = search.page(None, Wanted(), 1000, oldest=oldest)
        assert sliced.page(None, Wanted(), 1000, oldest=oldest) == whole
        assert len({one.id for one in whole}) == 150
        times = [one.time for one in whole]
        timed = [one for one in times if one is not None]
        assert timed == sorted(timed, reverse=not oldest)
        assert len(timed) == 120
        paged, after = [], None
        while page := search.page(None, Wanted(), 7, after, oldest):
            assert sliced.page(None, Wanted(), 7, after, oldest) == page
            paged += page
            after = (page[-1].key, page[-1].id)
        assert paged == whole


def test_filters_counts_and_bars(catalog: Catalog, tmp_path: Path) -> None:
    skype = [
        Message(place=f"m{n}", conversation="a|b", sender="a", recipients=("b",), text="toget kommer", network="skype",
                state="deleted" if n else "live") for n in range(3)
    ]  # fmt: skip
    write(
        catalog, "b1-1",
        messages=pa.concat_tables([messages(["toget gikk", "the train and the snow"]),
                                   messages(skype, item="i1-b", exhibit="key-b", parser="skype")]),
    )  # fmt: skip
    update(catalog, tmp_path / "index")
    search = searching(tmp_path / "index")
    assert search.count(None, Wanted()) == 5
    assert search.count(None, Wanted(network=("skype",), state=("live",))) == 1
    assert search.count(None, Wanted(within=("key-a",))) == 2
    assert search.count(None, Wanted(within=())) == 0
    assert search.count(None, Wanted(begin=FIRST + 1, end=FIRST + 2 * 86_400_000_000)) == 2
    (other,) = {one.sender_id for one in hits(tmp_path / "index", "kommer")}
    assert other is not None
    assert search.count(None, Wanted(account=(other,))) == 3
    found = search.facets(None, Wanted(network=("irc",)), ("network", "exhibit", "language", "state"))
    assert found["network"] == {"skype": 3, "irc": 2}
    assert found["exhibit"] == {"key-a": 2}
    assert found["state"] == {"live": 2}
    assert sum(found["language"].values()) == 2
    assert search.span(None, Wanted()) == (FIRST, FIRST + 2 * 86_400_000_000)
    assert search.bars(
        None, Wanted(), [FIRST, FIRST + 1, FIRST + 86_400_000_001, FIRST + 3 * 86_400_000_000]
    ) == [2, 2, 1]


def test_names_with_blanks_are_filters_and_facets_as_they_are_written(
    catalog: Catalog, tmp_path: Path
) -> None:
    names = ("Min chat", "Min", "chat", "Min\tchat \u00a0 2", "")
    said = [
        Message(place=f"m{n}", conversation="a b", sender="a b", recipients=("c d", "a b", "e"), text="toget", network=name)
        for n, name in enumerate(names)
    ]  # fmt: skip
    write(catalog, "b1-1", messages=messages(said))
    write(
        catalog, "b1-2", messages=messages(["toget"], item="i1-b"),
        parses=[{"item_id": "i1-b", "parser": "irc", "options": '{"zone": "Europe/Oslo", "a": "b  c"}'}],
    )  # fmt: skip
    assert update(catalog, tmp_path / "index").added == 6
    search = searching(tmp_path / "index")
    for name in names[:4]:
        assert search.count(None, Wanted(network=(name,))) == 1
    assert search.count(None, Wanted(network=("Min", "chat"))) == 2
    (found,) = search.facets(None, Wanted(), ("network",)).values()
    assert found == {"Min chat": 1, "Min": 1, "chat": 1, "Min\tchat \u00a0 2": 1, "irc": 1}
    wanted = {one.network: one.sender_id for one in search.page(None, Wanted(), 10)}["Min"]
    assert wanted is not None
    assert search.count(None, Wanted(account=(wanted,))) == 1
    assert update(catalog, tmp_path / "index", rebuild=False) == Updated(total=6)
    write(catalog, "b1-3", messages=messages(["toget"], item="i1-c"))
    assert update(catalog, tmp_path / "index") == Updated(added=1, total=7)
    drop = {"messages": pa.table({"item_id": ["i1-b"], "parser": ["irc"]})}
    assert catalog.supersede("b1-4", drop, made_by={"stage": "test"})
    assert update(catalog, tmp_path / "index") == Updated(removed_units=1, total=6)


def test_a_text_is_shown_as_it_was_stored_and_an_id_may_hold_anything(
    catalog: Catalog, tmp_path: Path
) -> None:
    hidden = "sno\u0308 og en sk\u00adjult s\u200bkatt"
    odd = Message(place='a "b"\nc', network="irc", conversation="#tog", sender="kari", text=hidden)
    write(catalog, "b1-1", messages=messages([odd, "ring 482 11 730 eller +47 (482) 11-731"]))
    update(catalog, tmp_path / "index")
    (found,) = hits(tmp_path / "index", "skatt")
    assert (found.text, found.id.endswith(':a "b"\nc')) == (hidden, True)
    for number in ("/48211730/", "/4748211731/", "/8211-731/"):
        assert len(texts(tmp_path / "index", number)) == 1


@pytest.mark.parametrize("kills", [2, pytest.param(30, marks=pytest.mark.soak)], ids=["some", "many"])
def test_a_killed_update_goes_on_and_ends_as_an_undisturbed_one(tmp_path: Path, kills: int) -> None:
    with open_catalog(tmp_path) as catalog:
        for number in range(20):
            write(
                catalog, f"b1-{number}",
                messages=messages([f"toget nummer {number} {n}" for n in range(100)], item=f"i1-{number:04d}"),
            )  # fmt: skip
    program = (
        "import sys; from pathlib import Path; from tests.catalog.rows import open_catalog; "
        "from safelight.catalog.fulltext_update import update; p = Path(sys.argv[1]); "
        "update(open_catalog(p), p / 'index', commit_rows=200)"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    for number in range(kills):
        process = subprocess.Popen(command, cwd=_ROOT)
        time.sleep(0.9 + 0.3 * number % 1.5)
        process.send_signal(signal.SIGKILL)
        process.wait()
    with open_catalog(tmp_path) as catalog:
        update(catalog, tmp_path / "index", commit_rows=200)
        assert searching(tmp_path / "index").count(None, Wanted()) == 2000
        assert len(texts(tmp_path / "index", '"nummer 17"')) == 100
        assert len({one.id for one in searching(tmp_path / "index").every(None, Wanted())}) == 2000
