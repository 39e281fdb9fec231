"""What the index holds: messages and mail, texts of contents, names of items, and what people translated.

Rows are counted and read by **unit**, the smallest group that comes and goes together; its name says all that its texts
depend on, so that rows made by a newer version of a parser or inspector are another unit:

- messages: what one parser, of one version with one set of options and one mapping, read out of one item;
- texts: one text of one content, for each exhibit and each state (allocated, deleted ...) of the items that hold it, with
  their number: a text that lies in a thousand items is there once for each exhibit and state;
- names: one item;
- translations: one, for each exhibit that its message was found in. They are no rows of the catalog: who brings the index up
  hands them in as the relation `translations` (seq, trace_id, translator, text), a row for each copy of the message.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from safelight.catalog.fulltext_schema import DIGEST

#: Tables that the index is made from.
TABLES = ("messages", "parses", "texts", "items")

_MESSAGES = """
    SELECT concat_ws('|', 'm', m.item_id, m.parser, m.version, coalesce(m.mapping, ''), coalesce(p.options, '')) AS unit,
        m.*
    FROM messages m
    LEFT JOIN (SELECT item_id, parser, max(options) AS options FROM parses GROUP BY ALL) p
        ON p.item_id = m.item_id AND p.parser = m.parser
    WHERE {where}
"""
#: Conversation by conversation, so that neighbours have most columns in common. The order is one of digests, which are quick
#: to compare; it needs to be the same every time and nothing more.
_MESSAGE_ROWS = """
    SELECT unit, trace_id AS id, {digest} AS digest, item_id AS item, parser AS format, network,
        conversation_id AS conversation, conversation AS native, exhibit, state, {kind} AS kind,
        {time} AS time,
        coalesce(sent.utc IS NOT NULL OR (sent.wall IS NULL AND received.utc IS NOT NULL), false) AS zoned,
        sender_id, sender, sender_name, recipients_id AS others, subject, text, attachments, 1::BIGINT AS copies
    FROM ({units}) WHERE unit IN (SELECT unnest($wanted)) ORDER BY hash(unit), hash(conversation_id), hash(trace_id)
"""
_TEXTS = """
    SELECT concat_ws('|', 'x', t.sha256, t.inspector, t.version, t.kind, i.exhibit, i.state, i.copies) AS unit, t.text, i.*
    FROM texts t JOIN (
        SELECT sha256, exhibit, state, count(*) AS copies, min_by(item_id, (path, item_id)) AS item,
            min_by(path, (path, item_id)) AS path, min_by(coalesce(epoch_us(modified.utc), epoch_us(modified.wall)),
            (path, item_id)) AS time, min_by(modified.utc IS NOT NULL, (path, item_id)) AS zoned
        FROM items WHERE sha256 IS NOT NULL AND {held} GROUP BY ALL
    ) i ON i.sha256 = t.sha256
    WHERE {where}
"""
_NAMES = """
    SELECT 'n|' || item_id AS unit, item_id AS item, path, exhibit, state,
        coalesce(epoch_us(modified.utc), epoch_us(modified.wall)) AS time, modified.utc IS NOT NULL AS zoned,
        path AS text, 1::BIGINT AS copies
    FROM items WHERE {where}
"""
_ITEM_ROWS = """
    SELECT unit, unit AS id, {digest} AS digest, item, 'files' AS format, NULL AS network, NULL AS conversation,
        path AS native, exhibit,
        CASE state WHEN 'allocated' THEN 'live' ELSE 'deleted' END AS state, {kind} AS kind, time,
        coalesce(zoned, false) AS zoned, NULL AS sender_id, NULL AS sender, NULL AS sender_name,
        NULL::VARCHAR[] AS others, NULL AS subject, text, NULL AS attachments, copies
    FROM ({units}) WHERE unit IN (SELECT unnest($wanted)) ORDER BY unit
"""


_TRANSLATIONS = """
    SELECT 't|' || t.seq AS unit, t.text AS said, t.translator, m.*
    FROM translations t JOIN messages m USING (trace_id) WHERE {where}
    QUALIFY row_number() OVER (PARTITION BY t.seq, m.exhibit ORDER BY trace_id) = 1
"""
#: The id is the message's, and tells the translation apart.
_TRANSLATION_ROWS = """
    SELECT unit, trace_id || unit AS id, {digest} AS digest, item_id AS item, parser AS format, network,
        conversation_id AS conversation, conversation AS native, exhibit, state, {kind} AS kind,
        {time} AS time,
        coalesce(sent.utc IS NOT NULL OR (sent.wall IS NULL AND received.utc IS NOT NULL), false) AS zoned,
        NULL AS sender_id, translator AS sender, translator AS sender_name, [sender_id] AS others, NULL AS subject,
        said AS text, NULL AS attachments, 1::BIGINT AS copies
    FROM ({units}) WHERE unit IN (SELECT unnest($wanted)) ORDER BY unit, trace_id
"""


@dataclass(frozen=True, slots=True)
class Origin:
    """One part of what the index is made from. `tables` are those that it reads.

    `key` is the column that the second piece of a unit's name holds: rows of other keys are passed over early. `at_once`
    rows are read together, so that what they hold fits into memory.
    """

    letter: str
    tables: tuple[str, ...]
    key: str
    units: str
    rows: str
    at_once: int

    def counts(self, db: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, int]]:
        """Every unit there is with its number of rows, by unit in the order of bytes."""
        every = self.units.format(where="true", held="true")
        found = db.execute(f"SELECT unit, count(*) FROM ({every}) GROUP BY unit ORDER BY unit")
        while rows := found.fetchmany(50_000):
            yield from rows

    def total(self, db: duckdb.DuckDBPyConnection) -> int:
        """Rows of all units."""
        return int(
            db.execute(f"SELECT count(*) FROM ({self.units.format(where='true', held='true')})").fetchall()[
                0
            ][0]
        )

    def read(self, db: duckdb.DuckDBPyConnection, units: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """The rows of some units, unit by unit."""
        among = "IN (SELECT unnest($keys))"
        chosen = self.units.format(where=f"{self.key} {among}", held=f"sha256 {among}")
        keys = sorted({unit.split("|")[1] for unit in units})
        given = {"wanted": list(units), "keys": keys}
        yield from db.sql(
            self.rows.format(
                units=chosen, kind=_KINDS[self.letter], time=_TIME, digest=DIGEST.format(id="id")
            ),
            params=given,
        ).to_arrow_reader(8192)


#: When a message was, in microseconds.
_TIME = "coalesce(epoch_us(sent.utc), epoch_us(sent.wall), epoch_us(received.utc), epoch_us(received.wall))"
_KINDS = {
    "m": "CASE WHEN kind = 'mail' THEN 'mail' ELSE 'message' END", "x": "'document'", "n": "'name'",
    "t": "'translation'",
}  # fmt: skip
MESSAGES = Origin("m", ("messages", "parses"), "m.item_id", _MESSAGES, _MESSAGE_ROWS, 500_000)
TEXTS = Origin("x", ("texts", "items"), "t.sha256", _TEXTS, _ITEM_ROWS, 1000)
NAMES = Origin("n", ("items",), "item_id", _NAMES, _ITEM_ROWS, 500_000)
TRANSLATIONS = Origin("t", ("messages",), "t.seq::VARCHAR", _TRANSLATIONS, _TRANSLATION_ROWS, 100_000)
ORIGINS = (MESSAGES, TEXTS, NAMES, TRANSLATIONS)

#: The relation that translations are handed in as.
TRANSLATED = pa.schema(
    [("seq", pa.int64()), ("trace_id", pa.string()), ("translator", pa.string()), ("text", pa.string())]
)

#: SQL of every message that is one of several copies, with the digest of its id and that of the message that all of them are
#: (`head`), and what the index holds of it: what its hits are counted by, apart from the language.
COPIES = f"""
    SELECT {DIGEST.format(id="trace_id")} AS digest, {DIGEST.format(id="distinct_id")} AS head, {_KINDS["m"]} AS kind,
        coalesce(network, '') AS network, coalesce(conversation_id, '') AS conversation, coalesce(exhibit, '') AS exhibit,
        coalesce(state, '') AS state, {_TIME} AS time
    FROM same_messages JOIN messages USING (trace_id)
"""


def message_of(id_: str) -> str:
    """The trace id that a text's id names; a translation's is that of its message."""
    return id_.partition("t|")[0]
