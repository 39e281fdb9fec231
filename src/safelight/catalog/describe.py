"""`docs/catalog.md`, written from `schema.py`: every table and column, and five queries for whoever owns the
folder.
"""

from __future__ import annotations

from dataclasses import dataclass

from safelight.catalog.schema import TABLES
from safelight.catalog.views import duckdb_type
from safelight.traces.columns import Table


@dataclass(frozen=True, slots=True)
class Query:
    """A query of the documentation: what it answers, and its SQL over `catalog/parts` (plain DuckDB)."""

    question: str
    sql: str


QUERIES = (
    Query(
        "How much is there of each type, and how much of it is copies?",
        """\
SELECT type, count(*) AS items, count(DISTINCT sha256) AS contents, sum(size) AS bytes
FROM read_parquet('catalog/parts/items/*.parquet', union_by_name = true)
WHERE kind = 'file'
GROUP BY type
ORDER BY bytes DESC""",
    ),
    Query(
        "Where do the copies of one content lie?",
        """\
SELECT exhibit, path, state, modified.utc AS modified_utc
FROM read_parquet('catalog/parts/items/*.parquet', union_by_name = true)
WHERE sha256 = (
  SELECT sha256 FROM read_parquet('catalog/parts/items/*.parquet', union_by_name = true)
  WHERE sha256 IS NOT NULL AND size > 0 GROUP BY sha256 ORDER BY count(*) DESC, sha256 LIMIT 1)
ORDER BY exhibit, path""",
    ),
    Query(
        "Which deleted pictures can still be read, and which of them may be overwritten?",
        """\
SELECT items.path, items.overwritten, pictures.width, pictures.height, pictures.model
FROM read_parquet('catalog/parts/items/*.parquet', union_by_name = true) AS items
LEFT JOIN read_parquet('catalog/parts/pictures/*.parquet', union_by_name = true) AS pictures USING (sha256)
WHERE items.state <> 'allocated' AND items.type = 'picture' AND items.sha256 IS NOT NULL
ORDER BY items.path""",
    ),
    Query(
        "Which items stand in a hash set, by set and category?",
        """\
SELECT hits.set_name, hits.scheme, hits.code, hits.label, count(*) AS items,
       count(DISTINCT hits.sha256) AS contents
FROM read_parquet('catalog/parts/hits/*.parquet', union_by_name = true) AS hits
JOIN read_parquet('catalog/parts/items/*.parquet', union_by_name = true) AS items USING (sha256)
GROUP BY ALL
ORDER BY ALL""",
    ),
    Query(
        "What could not be read or inspected, and why?",
        """\
SELECT stage, cause, inspector, count(*) AS failures, min(place) AS example
FROM read_parquet('catalog/parts/failures/*.parquet', union_by_name = true)
GROUP BY ALL
ORDER BY failures DESC, stage, cause""",
    ),
)

_TOP = """\
# The catalog

Machine facts lie in Parquet parts, `catalog/parts/<table>/<part>.parquet`, and a part counts once the journal
(`catalog/journal.sqlite`) names it. The journal's entries are numbered without a gap and chained by SHA-256
over everything they say, each part's digest among it: `safelight verify` recomputes both.

- Written once: a batch ends in at most one part a table. A batch that is sent again finds its entry and does
  nothing.
- Compacted: many small parts are merged into few large ones, sorted as stated below, with Bloom filters on
  `item_id`, `sha256`, `sha1`, `md5` and `container`. The replaced files stay for an hour, so that no reader
  fails.
- Only added to: columns are never renamed or removed. Parts from before a column existed read as null there.
- Durable as far as the disk keeps its word: files and folders are synced before the journal names them, and
  the journal is SQLite with `synchronous=FULL`.

## Reading it with DuckDB

Whoever owns the folder can read it with any DuckDB, in the operation's folder, without Safelight. During the
hour after a compaction, and after a run that was killed, folders also hold parts that do not count;
`safelight catalog parts` prints the list of those that do. Times are structs: `modified.utc` is null where
the zone is unknown, `modified.wall` is the clock as it stood. Reading past Safelight leaves no trace in the
audit.
"""


def describe() -> str:
    """The whole page, Markdown."""
    pieces = [_TOP]
    for number, query in enumerate(QUERIES, 1):
        pieces.append(f"### {number}. {query.question}\n\n```sql\n{query.sql};\n```\n")
    pieces.append("## Tables\n")
    pieces.extend(_table(table) for table in TABLES.values())
    return "\n".join(pieces)


def _table(table: Table) -> str:
    order = (
        "not sorted (rows are large)"
        if table.heavy
        else "by " + ", ".join(f"`{name}`" for name in table.sort)
    )
    lines = [
        f"### {table.name}\n",
        f"{table.doc}\n",
        f"Compacted parts are {order if table.heavy else 'sorted ' + order}.\n",
    ]
    lines += ["| column | type | what | unit | source |", "| --- | --- | --- | --- | --- |"]
    for column in table.columns:
        kind = "moment" if duckdb_type(column.type).startswith("STRUCT") else duckdb_type(column.type).lower()
        cells = (f"`{column.name}`", kind, column.doc, column.unit, column.source)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"
