"""Privileged material leaves every file of the operation, and comes back by the reviewer's decision alone."""

from __future__ import annotations

import getpass
import json
import shutil
import zipfile
from pathlib import Path

import duckdb
import pyrage
import pytest

from safelight.analyse.search_index import bring_up
from safelight.catalog.catalog import Catalog
from safelight.catalog.fulltext import open_index
from safelight.errors import NotFound
from safelight.intake import privileged
from safelight.ledger import marks, notes, rights
from safelight.ledger import privileged as decisions
from safelight.ledger.ledger import Ledger
from safelight.operation.age import identities
from safelight.operation.folder import open_folder
from tests.intake.operations import Operation

ME = getpass.getuser()
LAWYER = """12.03.2016, 14:05 - Kari Strand: hei, har du lest klubbens avtale om Fjellhytta
12.03.2016, 14:06 - Advokat Moe: ja, punktet om Blåveisparken er ugyldig
13.03.2016, 09:00 - Kari Strand: takk for rådet om Blåveisparken
13.03.2016, 09:01 - Advokat Moe: fakturaen heter Rognebærkvarten
"""
CHESS = """12.03.2016, 15:00 - Kari Strand: sjakk i kveld, ta med bondegambiten
13.03.2016, 15:01 - Ola Berg: gjerne, bondegambiten er min
"""
#: Words that stand in the lawyer's conversation alone, as bytes on the disk would have them.
WORDS = [
    word.encode()
    for word in ("Blåveisparken", "blåveisparken", "blåveispark", "Rognebærkvarten", "rognebærkvart")
]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both conversations lie open, the lawyer's in an archive as well; everything was looked for once."""
    place = tmp_path_factory.mktemp("privileged")
    operation = Operation(place / "op").make()
    seized = place / "seized"
    seized.mkdir()
    (seized / "WhatsApp Chat with Advokat Moe.txt").write_text(LAWYER, "utf-8")
    (seized / "WhatsApp Chat with Ola Berg.txt").write_text(CHESS, "utf-8")
    with zipfile.ZipFile(seized / "backup.zip", "w") as archive:
        archive.writestr("chats/WhatsApp Chat with Advokat Moe.txt", LAWYER)
        archive.writestr("chats/notes.txt", "været i morgen: bondegambiten og sol")
    operation.ingest(seized)
    (place / "list.txt").write_text("Blåveisparken\nbondegambiten\n", "utf-8")
    operation.run("keywords", "run", str(operation.root), str(place / "list.txt"))
    return operation.root


@pytest.fixture
def taken(template: Path, tmp_path: Path) -> Operation:
    """That operation, to be changed."""
    return Operation(shutil.copytree(template, tmp_path / "op"))


@pytest.fixture
def key(tmp_path: Path) -> tuple[str, Path]:
    """A reviewer's age key: the recipient, and the file with the identity."""
    identity = pyrage.x25519.Identity.generate()
    file = tmp_path / "reviewer.key"
    file.write_text(str(identity))
    return str(identity.to_public()), file


def _files_with(root: Path, words: list[bytes]) -> dict[str, list[bytes]]:
    """Files that hold a word: as they lie on the disk, and as what Parquet and the index make of their bytes."""
    found: dict[str, list[bytes]] = {}
    for path in sorted(one for one in root.rglob("*") if one.is_file()):
        data = path.read_bytes()
        if path.suffix == ".parquet":
            with duckdb.connect() as db:
                rows = db.execute(f"select * from read_parquet('{path}')").fetchall()
            data += "\n".join(map(repr, rows)).encode()
        if here := [word for word in words if word in data]:
            found[path.relative_to(root).as_posix()] = here
    for folder in sorted(one for one in (root / "index").glob("*") if one.is_dir()):
        # A term stays in the dictionary of its segment as long as a deleted text had it.
        searcher = open_index(folder).searcher()
        terms = {word.decode().lower() for word in words}
        if here := [term.encode() for term in sorted(terms) if searcher.doc_freq("plain", term)]:
            found[f"index/{folder.name}"] = here
    return found


def _conversation(operation: Operation, title: str) -> str:
    with Catalog.at(open_folder(operation.root)) as catalog, catalog.connect() as db:
        rows = db.execute(
            "select distinct conversation_id from messages where contains(sender_name, ?)", [title]
        ).fetchall()
    assert len(rows) == 1
    return str(rows[0][0])


def _messages(operation: Operation) -> list[tuple[str, str]]:
    with Catalog.at(open_folder(operation.root)) as catalog, catalog.connect() as db:
        return db.execute("select trace_id, text from messages order by all").fetchall()


def _hold(operation: Operation, key: tuple[str, Path], *what: str) -> int:
    said = operation.run(
        "privileged", "hold", str(operation.root), *what, "--reviewer", ME, "--key", key[0],
        "--reason", "strpl. § 204",
    )  # fmt: skip
    return int(said.split()[1].rstrip(":"))


@pytest.mark.parametrize("what", ["conversation", "account", "item"])
def test_no_file_holds_a_word_of_it(taken: Operation, key: tuple[str, Path], what: str) -> None:
    before = _files_with(taken.root, WORDS)
    assert any(name.startswith("index/") for name in before)
    assert {name.split("/")[2] for name in before if name.startswith("catalog/parts/")} == {
        "messages", "texts", "keyword_hits",
    }  # fmt: skip
    items = taken.items("name:WhatsApp Chat with Advokat Moe.txt")
    with Catalog.at(open_folder(taken.root)) as catalog, catalog.connect() as db:
        account = db.execute(
            "select distinct sender_id from messages where sender_name = 'Advokat Moe'"
        ).fetchall()
    ids = {
        "conversation": [_conversation(taken, "Advokat")],
        "account": [row[0] for row in account],
        "item": [items[0]["id"]],
    }[what]
    folder = open_folder(taken.root)
    done = privileged.hold(
        folder, what, ids, reviewer=ME, recipient_key=key[0], reason="strpl. § 204", actor=ME
    )
    assert done.rows["messages"] >= 4 and "keyword_hits" in done.rows
    assert _files_with(taken.root, WORDS) == {}
    if what != "conversation":
        return
    assert "0 of 0 hits" in taken.run("search", str(taken.root), "ugyldig")  # its query stays in the audit
    assert "bondegambiten" in taken.run("search", str(taken.root), "bondegambiten")
    # A later run finds nothing of it again, and says so of no file.
    taken.run("parse", str(taken.root), "--again", "--reason", "test")
    assert _files_with(taken.root, WORDS) == {}
    taken.run("verify", str(taken.root))


def test_the_bytes_of_its_files_are_closed(taken: Operation, key: tuple[str, Path]) -> None:
    item = taken.items("name:WhatsApp Chat with Advokat Moe.txt")[0]["id"]
    archive = taken.items("name:backup.zip")[0]["id"]
    open_one = taken.items("name:WhatsApp Chat with Ola Berg.txt")[0]["id"]
    _hold(taken, key, "--conversation", _conversation(taken, "Advokat"))
    with Ledger.open(open_folder(taken.root)) as ledger:
        assert {item, archive} <= decisions.closed_items(ledger)
    said = taken.run("cat", str(taken.root), archive, "--reason", "test", expect=16)
    assert "privileged" in said
    assert "bondegambiten" in taken.run("cat", str(taken.root), open_one, "--reason", "test")


def test_the_reviewer_alone_reads_it_and_releases_it(
    taken: Operation, key: tuple[str, Path], tmp_path: Path
) -> None:
    folder = open_folder(taken.root)
    before = _messages(taken)
    with Ledger.open(folder) as ledger:
        (trace, *_others) = [row[0] for row in before if "Rognebærkvarten" in row[1]]
        marks.translate(
            ledger, [trace], "the invoice says Rowanquart", language="en", translator="O. Berg", actor="ola"
        )
        notes.write(ledger, [trace], "Rowanquart is a word for snow", actor="ola")
        marks.mark(ledger, [trace], "snow", reason="Rowanquart again", actor="ola")
    bring_up(folder)
    assert _files_with(taken.root, [b"Rowanquart"])
    hold = _hold(taken, key, "--conversation", _conversation(taken, "Advokat"))
    # What people wrote about it is gone as well, and a later run, which finds it all again, takes nothing from the reviewer.
    assert _files_with(taken.root, [b"Rowanquart", b"rowanquart"]) == {}
    taken.run("parse", str(taken.root), "--again", "--reason", "test")
    assert len(list(folder.privileged.iterdir())) == 2
    said = taken.run(
        "privileged", "review", str(taken.root), str(hold), "--identity", str(key[1]), "--reason", "review"
    )
    rows = [json.loads(line) for line in said.splitlines()]
    texts = [row["text"] for row in rows if row["table"] == "messages"]
    assert sorted(set(texts))[0] == "fakturaen heter Rognebærkvarten" and len(set(texts)) == 4
    written = [row for row in rows if row["table"] == privileged.WRITTEN]
    assert [(row["kind"], row["text"], row["actor"]) for row in written] == [
        ("translation.written", "the invoice says Rowanquart", "ola"),
        ("note.written", "Rowanquart is a word for snow", "ola"),
        ("trace.marked", "snow", "ola"),
    ]
    with pytest.raises(NotFound):
        next(privileged.review(folder, hold, identities(key[1]), actor="ola"))
    other = tmp_path / "other.key"
    other.write_text(str(pyrage.x25519.Identity.generate()))
    taken.run(
        "privileged",
        "review",
        str(taken.root),
        str(hold),
        "--identity",
        str(other),
        "--reason",
        "x",
        expect=22,
    )
    taken.run(
        "privileged", "release", str(taken.root), str(hold), "--identity", str(key[1]), "--reason", "court"
    )
    assert "Rognebærkvarten" in taken.run("search", str(taken.root), "Rognebærkvarten")
    assert _messages(taken) == before
    assert list(folder.privileged.iterdir()) == []
    with Ledger.open(folder) as ledger:
        assert decisions.find(ledger, hold).ended == "released" and not decisions.closed_items(ledger)
        found = marks.said(marks.about(ledger, [trace]))
    (note,), (translation,), (mark,) = found.notes, found.translations, found.marks
    assert (translation.text, translation.reason, translation.actor) == (
        "the invoice says Rowanquart",
        "O. Berg",
        ME,
    )
    assert (note.text, mark.reason) == ("Rowanquart is a word for snow (ola)", "Rowanquart again (ola)")
    taken.run("verify", str(taken.root))


def test_what_is_destroyed_stays_out(taken: Operation, key: tuple[str, Path]) -> None:
    hold = _hold(taken, key, "--conversation", _conversation(taken, "Advokat"))
    taken.run("privileged", "destroy", str(taken.root), str(hold), "--reason", "court")
    assert list(open_folder(taken.root).privileged.iterdir()) == []
    taken.run("parse", str(taken.root), "--again", "--reason", "test")
    assert _files_with(taken.root, WORDS) == {}
    assert "destroyed" in taken.run("privileged", "list", str(taken.root))
    taken.run("privileged", "destroy", str(taken.root), str(hold), "--reason", "again", expect=16)


def test_a_reviewer_without_the_right_is_refused(taken: Operation, key: tuple[str, Path]) -> None:
    with Ledger.open(open_folder(taken.root)) as ledger:
        rights.grant(ledger, "n.hauge", rights.PRIVILEGED, reason="reviewer", actor=ME)
    talk = _conversation(taken, "Advokat")
    said = taken.run(
        "privileged", "hold", str(taken.root), "--conversation", talk, "--reviewer", ME, "--key", key[0],
        "--reason", "x", expect=16,
    )  # fmt: skip
    assert "does not hold the right" in said
    assert _files_with(taken.root, WORDS) != {}
