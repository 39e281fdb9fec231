"""An item says what read it: parser, version, variant, what that was tried on, how much came out, and what to know of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from safelight.access.door import Door
from safelight.access.model import ItemFacts, Parse
from safelight.catalog.catalog import Catalog
from tests.access.built import Built, build

MAPPING = "ab" * 32


def item_of(built: Built, path: str) -> ItemFacts:
    with Door(built.folder, who="kari", purpose="test") as door, door.consult("test") as look:
        return look.item(built.item(path))


def test_parsers_that_took_it_for_their_own_and_no_others(tmp_path: Path) -> None:
    built = build(tmp_path)
    assert item_of(built, "sjakk/åpninger.pgn").parses == ()
    common = {"item_id": built.item("sjakk/åpninger.pgn"), "source_id": built.sources[0].id}
    rows: list[dict[str, Any]] = [
        {"parser": "", "tried": "kik-2 skype-db-2"},
        {"parser": "kik", "version": 2, "outcome": "not mine", "traces": 0},
        {"parser": "skype-db", "version": 2, "variant": "main.db with Conversations", "seen_on": "real files",
         "outcome": "done", "traces": 41, "remarks": "Messages has columns that are not known: mood\nsecond line"},
        {"parser": "club", "version": 1, "mapping": MAPPING, "seen_on": "documentation", "outcome": "failed"},
    ]  # fmt: skip
    other: list[dict[str, Any]] = [
        {**common, "item_id": built.item("tog/ødelagt.jpg"), "parser": "kik", "version": 2, "outcome": "done"}
    ]
    with Catalog.at(built.folder) as catalog:
        catalog.write(
            "parses", {"parses": [*({**common, **row} for row in rows), *other]}, made_by={"test": "1"}
        )
    assert item_of(built, "sjakk/åpninger.pgn").parses == (
        Parse("club", 1, "", "documentation", MAPPING, "failed", 0, ()),
        Parse("skype-db", 2, "main.db with Conversations", "real files", "", "done", 41,
              ("Messages has columns that are not known: mood", "second line")),
    )  # fmt: skip


def test_what_a_parser_read_was_looked_at(tmp_path: Path) -> None:
    """A database that no inspector of contents accepts, and that a parser read, is not told as one that nobody looked at."""
    built, sentence = build(tmp_path), "No inspector has looked at the content"
    with Door(built.folder, who="kari", purpose="test") as door, door.consult("test") as look:
        every = [look.item(row.item_id) for row in look.items().rows]
    found = next(one for one in every if one.row.sha256 and not one.inspections)
    assert any(one.startswith(sentence) for one in found.not_checked)
    row = {
        "item_id": found.row.item_id,
        "source_id": found.row.source_id,
        "parser": "irc",
        "version": 2,
        "outcome": "done",
    }
    with Catalog.at(built.folder) as catalog:
        catalog.write("parses", {"parses": [row]}, made_by={"test": "1"})
    with Door(built.folder, who="kari", purpose="test") as door, door.consult("test") as look:
        found = look.item(found.row.item_id)
    assert found.parses and not any(one.startswith(sentence) for one in found.not_checked)
