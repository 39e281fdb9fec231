"""The bench on which accounts are compared: tables of what is known of each tenure, in one DuckDB database.

What is linked is a *tenure*: an account in a period, in one pair of hands. An account begins with one open tenure whose id
is the account's own; a person's decision may split it (`ledger/identities.py`), and then the later one's id carries the
moment, `<account_id>@<microseconds>`. In these tables a tenure is a number, its place in the sorted list of ids, so that
pairs stay small and the same inputs always give the same numbers.

`gather.py` fills the tables from the catalog, and `evaluation/` from public data with known truth; kinds of evidence read
nothing else. What is not known is not there: a missing row is neutral, never a sign against.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import duckdb
import pyarrow as pa

_TEXT, _INT, _BIG, _BOOL = pa.string(), pa.int32(), pa.int64(), pa.bool_()


def _schema(**columns: pa.DataType) -> pa.Schema:
    return pa.schema(list(columns.items()))


#: Every table of the bench. Times are microseconds UTC for comparison (clock decisions applied); null: unknown.
TABLES: Mapping[str, pa.Schema] = {
    # One row a tenure. `instance`: which IRC network, forum or server, where there are several of the network's name.
    # `seized`: this account was logged in on a seized device (an exhibit's own account).
    "tenures": _schema(
        tenure=_INT, id=_TEXT, account_id=_TEXT, network=_TEXT, instance=_TEXT, native=_TEXT, name=_TEXT, begin_us=_BIG,
        end_us=_BIG, shared=_BOOL, seized=_BOOL, messages=_BIG,
    ),
    # Names it carried. `kind`: nick, display name, full name, user name, e-mail (local part), book (what others call it).
    # `book`: of that kind, whose: the source in which the address book lies. One person's telephone has several.
    "names": _schema(tenure=_INT, name=_TEXT, kind=_TEXT, since_us=_BIG, uses=_BIG, trace=_TEXT, book=_TEXT),
    # Hard identifiers in normal form (traces/networks.py). `kind`: phone, email, payment, wallet, device, native (another
    # network's id stated in a profile or address book: `skype:ola.n`), ip, host (user@host), fingerprint, avatar,
    # renamed (account_id of a nick that one connection changed to), among (`source:<source_id>` where the account is one of
    # several of whom one may be the user of a thing; no evidence, but a reason to weigh pairs).
    # `basis`: own (the account's own record), profile (its holder wrote it), book (somebody's address book), file (an
    # exhibit's owner), presence (no file says whose it is, but the account alone is in nearly all conversations of its
    # network there), mostly (in most of them, and no other in so many). For ip and host one row a span of use. Accounts
    # that were logged in on one seized thing share its `device`, `source:<source_id>` of basis file: a computer of a family
    # counts as any shared identifier.
    # `book`: of that basis, one row an address book (the source in which it lies).
    "identifiers": _schema(
        tenure=_INT, kind=_TEXT, value=_TEXT, basis=_TEXT, first_us=_BIG, last_us=_BIG, uses=_BIG, trace=_TEXT, book=_TEXT
    ),
    # What it wrote, at most `gather.TEXTS` a tenure spread evenly over its time, each distinct message once, by time.
    # Quoted and forwarded texts are not in it. `at_us` null: no time with a zone.
    "texts": _schema(tenure=_INT, at_us=_BIG, text=_TEXT, trace=_TEXT, conversation=_TEXT),
    # How much it did in each hour of the week, UTC: 0 is Monday 00:00.
    "hours": _schema(tenure=_INT, hour=pa.int16(), n=_BIG),
    # The times of all that it did, to the second (all messages and calls). `device`: exhibit or address it was done from,
    # where that is known.
    "moments": _schema(tenure=_INT, second=_BIG, device=_TEXT),
    # Whom it talked with: messages to or from in private conversations, and joint presence in groups of at most 50.
    "contacts": _schema(tenure=_INT, other=_INT, direct=_BIG, groups=_BIG, first_us=_BIG, last_us=_BIG),
    # Files it shared, by content. `place` 1: the first of all accounts to share it, as far as is known.
    "media": _schema(tenure=_INT, digest=_TEXT, at_us=_BIG, place=_BIG, trace=_TEXT),
    # Who wrote the same messages, in copies of one conversation that know the writer by different ids. `n`: messages that
    # both wrote; `texts`: different ones of them that are long enough to be one's own; `differ`: those of the tenure that
    # the other's copies give to somebody else; `elsewhere`: those of the tenure in conversations in which it never met the
    # other. `rooms`: a log that does not name its IRC network has the same nick, and wrote in nothing but copies of channels
    # of the other's network. A row for each direction.
    "copies": _schema(
        tenure=_INT, other=_INT, n=_BIG, texts=_BIG, differ=_BIG, elsewhere=_BIG, rooms=_BOOL, traces=pa.list_(_TEXT)
    ),
    # "Add me on kik, foo.bar": where it said that it can be reached. `value` in normal form.
    "moves": _schema(tenure=_INT, network=_TEXT, value=_TEXT, text=_TEXT, trace=_TEXT, conversation=_TEXT),
    # What its profile says: about, birthday, city, language, homepage ...
    "profiles": _schema(tenure=_INT, field=_TEXT, value=_TEXT, trace=_TEXT),
    # Digest of what the tenure's own rows here are made from: it tells whether they would be others now.
    "inputs": _schema(tenure=_INT, digest=_TEXT),
    # Candidates, a < b. `by`: the rules that proposed the pair.
    "pairs": _schema(a=_INT, b=_INT, by=pa.list_(_TEXT)),
    # What was found for or against a pair. `points`: natural logarithm of the likelihood ratio, before `combine.py`.
    "evidence": _schema(a=_INT, b=_INT, kind=_TEXT, points=pa.float64(), detail=_TEXT, traces=pa.list_(_TEXT)),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One piece of evidence about one pair, as people see it."""

    kind: str
    points: float
    """What it adds to the sum: natural log-odds, after dependence, caps and learned weights."""
    detail: Mapping[str, Any]
    """Facts for the sentence: only what the traces state."""
    traces: Sequence[str]


class Bench:
    """The tables above, empty at first. In memory unless given a file; memory is bounded and spills to `spill`."""

    def __init__(self, file: str = ":memory:", *, memory: str = "3GB", spill: str | None = None) -> None:
        self.db = duckdb.connect(file)
        self.db.execute("set enable_progress_bar = false")  # it would print into what a command says
        self.only: frozenset[int] | None = None
        """Where set, pairs of these tenures alone are looked for; a kind may propose others as well."""
        self.db.execute("set memory_limit = ?", [memory])
        if spill is not None:
            self.db.execute("set temp_directory = ?", [spill])
        for name, schema in TABLES.items():
            self.db.register("_shape", schema.empty_table())
            self.db.execute(f"create table if not exists {name} as select * from _shape")
            self.db.unregister("_shape")

    def add(self, table: str, rows: pa.Table | pa.RecordBatchReader | Iterable[Mapping[str, Any]]) -> None:
        """Append rows; columns that are left out are null. Raises ValueError for a column that there is not."""
        schema = TABLES[table]
        if not isinstance(rows, (pa.Table, pa.RecordBatchReader)):
            given = list(rows)
            unknown = {key for row in given for key in row} - set(schema.names)
            if unknown:
                raise ValueError(f"{table} has no column {sorted(unknown)}")
            rows = pa.Table.from_pylist(given, schema=schema)
        self.db.register("_rows", rows)
        columns = ", ".join(f'"{name}"' for name in rows.schema.names)
        self.db.execute(f"insert into {table} ({columns}) select {columns} from _rows")
        self.db.unregister("_rows")

    @property
    def size(self) -> int:
        """How many tenures there are."""
        # All rows, for a result that is left half read bars the connection from some statements.
        return int(self.db.execute("select count(*) from tenures").fetchall()[0][0])

    def close(self) -> None:
        """Let the database go."""
        self.db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()
