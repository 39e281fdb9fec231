"""What counted of records at a moment, as SQL: of each record, or of all that were joined into one, the newest statement.

Of a single field the statement that began last counts, then the one said last, as `records.newest` has it; here for all
records at once, so that a figure is one query. For each record and field the index `state_statements_by_field` is asked
once: a window function over all statements took five times as long. Records that were joined (`same_as`) speak with one
voice; who belongs together is found in Python, because it is a few among many, and is handed to the query as JSON.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa

from safelight.ledger.as_of import AsOf
from safelight.ledger.tables import RECORDS, STATEMENTS
from safelight.ledger.vocabulary import PREFIXES

_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Said:
    """What one statement says, and from when on it holds (µs UTC)."""

    value: Any
    since: int | None


class Current:
    """What counted at a moment, on one snapshot of the ledger. Made for one question, and thrown away."""

    def __init__(self, connection: sa.Connection, as_of: AsOf) -> None:
        self.connection, self.as_of = connection, as_of
        self._joined: dict[str, Mapping[str, Sequence[str]]] = {}

    def joined(self, type_: str) -> Mapping[str, Sequence[str]]:
        """Records of a type that were joined: the id that stands for each such class, with all ids in it."""
        if type_ not in self._joined:
            row = STATEMENTS.c
            query = sa.select(row.record, row.target).where(
                row.type == type_, row.field == "same_as", self.as_of.holds()
            )
            self._joined[type_] = _classes(list(self.connection.execute(query)))
        return self._joined[type_]

    def table(self, type_: str, codes: Sequence[str] = (), seqs: Sequence[str] = ()) -> sa.Subquery:
        """One row for each record, joined ones once: its `root`; for each of `codes` the code of the statement that counts,
        under the field's name; for each of `seqs` its entry, as `<field>_seq`. NULL where nothing is said."""
        alone, classes = self._records(type_, codes, seqs), self.joined(type_)
        if not classes:
            return alone.subquery()
        together = [id_ for ids in classes.values() for id_ in ids]
        apart = alone.where(RECORDS.c.id.not_in(self._listed(orjson.dumps(together).decode())))
        return sa.union_all(apart, self._classes(type_, codes, seqs, classes)).subquery()

    def said(self, seqs: Sequence[int | None]) -> Mapping[int | None, Said]:
        """What these statements say, by entry; what is not there is not in it."""
        found: dict[int | None, Said] = {}
        wanted = [seq for seq in seqs if seq is not None]
        columns = (STATEMENTS.c.seq, STATEMENTS.c.value, STATEMENTS.c.valid_from)
        for at in range(0, len(wanted), _CHUNK):
            query = sa.select(*columns).where(STATEMENTS.c.seq.in_(wanted[at : at + _CHUNK]))
            for seq, value, since in self.connection.execute(query):
                found[seq] = Said(orjson.loads(value), since)
        return found

    def spoken(self, records: Sequence[str]) -> Mapping[str, str]:
        """Numbers to say aloud (`P-031`) by id."""
        found: dict[str, str] = {}
        columns = (RECORDS.c.id, RECORDS.c.type, RECORDS.c.number)
        for at in range(0, len(records), _CHUNK):
            query = sa.select(*columns).where(RECORDS.c.id.in_(records[at : at + _CHUNK]))
            for id_, type_, number in self.connection.execute(query):
                found[id_] = f"{PREFIXES.get(type_, '?')}-{number:03d}"
        return found

    def _records(self, type_: str, codes: Sequence[str], seqs: Sequence[str]) -> sa.Select[Any]:
        """Each record by itself."""
        same = STATEMENTS.alias("said")
        columns = self._columns(type_, codes, seqs, same.c.record == RECORDS.c.id, same)
        made = sa.and_(RECORDS.c.type == type_, RECORDS.c.recorded_at <= self.as_of.known)
        return sa.select(RECORDS.c.id.label("root"), *columns).where(made)

    def _classes(
        self, type_: str, codes: Sequence[str], seqs: Sequence[str], classes: Mapping[str, Sequence[str]]
    ) -> sa.Select[Any]:
        """Each class of joined records."""
        given = sa.literal(orjson.dumps(classes).decode(), sa.Text)
        if self._sqlite:
            each = sa.func.json_each(given).table_valued("key", "value", name="classes")
            members: sa.Select[Any] = sa.select(
                sa.func.json_each(each.c.value).table_valued("value", name="members").c.value
            )
        else:
            each = sa.func.json_each(sa.cast(given, sa.JSON)).table_valued("key", "value", name="classes")
            members = sa.select(sa.func.json_array_elements_text(each.c.value).column_valued("members"))
        same = STATEMENTS.alias("said")
        inside = same.c.record.in_(members.correlate(each))
        return sa.select(each.c.key.label("root"), *self._columns(type_, codes, seqs, inside, same))

    def _columns(
        self, type_: str, codes: Sequence[str], seqs: Sequence[str], whose: sa.ColumnElement[bool], said: Any
    ) -> list[sa.Label[Any]]:
        def newest(field: str, column: Any) -> sa.ScalarSelect[Any]:
            return (
                sa.select(column)
                .where(said.c.type == type_, said.c.field == field, whose, self.as_of.holds(said))
                .order_by(said.c.valid_from.desc().nulls_last(), said.c.seq.desc())
                .limit(1)
                .scalar_subquery()
            )

        return [
            *(newest(field, said.c.code).label(field) for field in codes),
            *(newest(field, said.c.seq).label(f"{field}_seq") for field in seqs),
        ]

    def _listed(self, given: str) -> sa.Select[Any]:
        """A JSON list as rows."""
        text = sa.literal(given, sa.Text)
        if self._sqlite:
            return sa.select(sa.func.json_each(text).table_valued("value", name="listed").c.value)
        return sa.select(sa.func.json_array_elements_text(sa.cast(text, sa.JSON)).column_valued("listed"))

    @property
    def _sqlite(self) -> bool:
        return self.connection.dialect.name == "sqlite"


def _classes(edges: Sequence[tuple[str, str]]) -> Mapping[str, Sequence[str]]:
    """Everything that hangs together, under the smallest id of it."""
    near: dict[str, list[str]] = defaultdict(list)
    for one, two in edges:
        near[one].append(two)
        near[two].append(one)
    found: dict[str, list[str]] = {}
    seen: set[str] = set()
    for start in sorted(near):
        waiting = [start]
        while waiting:
            one = waiting.pop()
            if one not in seen:
                seen.add(one)
                found.setdefault(start, []).append(one)
                waiting.extend(near[one])
    return found
