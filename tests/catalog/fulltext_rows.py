"""Messages, texts and items for tests of the full-text index, and a short way to ask it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from safelight.catalog.catalog import Catalog
from safelight.catalog.fulltext import FullText
from safelight.catalog.fulltext_plan import plan
from safelight.catalog.fulltext_query import parse
from safelight.catalog.fulltext_search import AS_FOUND, Found, Group, Search, Wanted
from safelight.parsers.rows import Origin, Rows
from safelight.traces.model import Message
from safelight.traces.moment import Moment, stated_utc

DAY = 86_400_000_000
#: 2016-11-01.
FIRST = 1_477_958_400_000_000


def messages(
    texts: Sequence[str | Message],
    item: str = "i1-aaaa",
    version: int = 1,
    exhibit: str = "key-a",
    parser: str = "irc",
) -> pa.Table:
    """One message a day from FIRST on, each by the same sender unless a whole message is given."""
    rows = Rows(Origin(item, "s1-a", exhibit, parser, version, "", "documentation"))
    for number, one in enumerate(texts):
        message = one if isinstance(one, Message) else _said(number, one)
        if message.sent is None:
            message.sent = at(number)
        assert not list(rows.add(message))
    ((_name, table),) = rows.rest()
    return table


def _said(number: int, text: str) -> Message:
    return Message(
        place=f"line {number}",
        network="irc",
        conversation="#tog",
        sender="kari",
        sender_name="Kari",
        text=text,
    )


def at(day: int) -> Moment:
    """Midnight so many days after FIRST."""
    return stated_utc(FIRST + day * DAY, "")


def item(item_id: str, path: str, sha256: str | None = None, exhibit: str = "key-a") -> dict[str, Any]:
    return {
        "item_id": item_id, "source_id": "s1-a", "exhibit": exhibit, "path": path, "name": path.rpartition("/")[2],
        "kind": "file", "state": "allocated", "sha256": sha256, "modified": at(3).as_row(),
    }  # fmt: skip


def write(catalog: Catalog, batch: str, **tables: Any) -> None:
    assert catalog.write(batch, tables, made_by={"stage": "test"})


def searching(folder: Path, groups: Sequence[Group] = AS_FOUND, few: int = 200_000) -> Search:
    """Search on the newest commit."""
    fulltext = FullText(folder)
    searcher = fulltext.searcher()
    assert searcher is not None
    return Search(searcher, fulltext.schema, groups, few)


def hits(folder: Path, query: str, wanted: Wanted | None = None, limit: int = 100) -> list[Found]:
    fulltext = FullText(folder)
    node = parse(query)
    assert node is not None
    return searching(folder).page(plan(fulltext.schema, node), wanted or Wanted(), limit)


def texts(folder: Path, query: str, wanted: Wanted | None = None) -> list[str]:
    """The hits' texts, the newest first."""
    return [one.text for one in hits(folder, query, wanted)]
