"""How much of a synthetic operation's truth was found: recall and precision, and what is missing or was invented.

A message is matched within its file (exhibit and path) by its time, cut to the file's precision, by sender and by text;
what then still differs (conversation, network, sender) is counted by itself. Each row is matched once, so that a message
found twice leaves one invented. Lines that the network itself wrote (`system`) are no messages of the truth.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from duckdb import DuckDBPyConnection

from safelight.analyse.score_distinct import distinct
from safelight.analyse.score_files import TruthFiles
from safelight.catalog.catalog import Catalog
from safelight.errors import NotFound, Refused
from safelight.ledger import audit, exhibits
from safelight.ledger.ledger import Ledger
from safelight.operation.folder import OperationFolder

#: What is missing or invented is named so often.
NAMED = 20
_TABLES = ("message_files", "call_files", "transfer_files", "account_files", "accounts", "messages")
#: Tables of the catalog that are compared.
_READ = (
    "items",
    "messages",
    "calls",
    "transfers",
    "accounts",
    "same_messages",
    "same_calls",
    "same_transfers",
)


@dataclass(slots=True)
class Figure:
    """Truth, found and matched of one kind of thing."""

    what: str
    truth: int
    found: int
    matched: int

    @property
    def recall(self) -> float | None:
        """None where the truth has nothing of the kind."""
        return self.matched / self.truth if self.truth else None

    @property
    def precision(self) -> float | None:
        """None where nothing was found."""
        return self.matched / self.found if self.found else None


@dataclass(frozen=True, slots=True)
class Named:
    """One thing that is missing, invented, or differs."""

    what: str
    file: str
    detail: str


@dataclass(slots=True)
class Score:
    """The figures, figures by format, checks beside them, and examples."""

    figures: list[Figure] = field(default_factory=list)
    formats: list[Figure] = field(default_factory=list)
    checks: list[tuple[str, int, int]] = field(default_factory=list)
    """(what must hold, how often it holds, of how many)"""
    missing: list[Named] = field(default_factory=list)
    invented: list[Named] = field(default_factory=list)
    differing: list[Named] = field(default_factory=list)


def score(folder: OperationFolder, truth: Path, *, actor: str, purpose: str) -> Score:
    """Compare the catalog of a synthetic operation with its truth. Raises NotFound (no truth there), Refused (not a
    synthetic operation).
    """
    absent = [name for name in _TABLES if not (truth / f"{name}.parquet").is_file()]
    if absent:
        raise NotFound(
            f"{truth} holds no truth of a scenario.",
            "Name the folder `truth` that `safelight scenario write` made.",
        )
    with Ledger.open(folder) as ledger, Catalog.at(folder) as catalog:
        if not ledger.synthetic:
            raise Refused(
                "Only a synthetic operation has a truth to be compared with.",
                "Make it with `safelight init --synthetic`.",
            )
        numbers = {one.key: one.number for one in exhibits.every(ledger)}
        db = catalog.connect(tables=_READ)
        try:
            result = _Scorer(db, truth, numbers).run()
        finally:
            db.close()
        what: dict[str, Any] = {"page": "scenario score", "messages": result.figures[0].truth}
        audit.consult(ledger, actor=actor, purpose=purpose, what=what)
    return result


class _Scorer:
    def __init__(self, db: DuckDBPyConnection, truth: Path, numbers: dict[str, str]) -> None:
        self._db, self._numbers = db, numbers
        for name in _TABLES:
            self._load(name, truth / f"{name}.parquet")
        rows = db.execute(
            "SELECT DISTINCT exhibit, path FROM t_message_files UNION SELECT DISTINCT exhibit, path FROM t_call_files "
            "UNION SELECT DISTINCT exhibit, path FROM t_transfer_files "
            "UNION SELECT DISTINCT exhibit, path FROM t_account_files"
        ).fetchall()
        self._files = TruthFiles(rows)
        self._result = Score()

    def _load(self, name: str, path: Path) -> None:
        """A table of the truth, streamed in: the catalog's connection opens no other file."""
        file = pq.ParquetFile(path)
        reader = pa.RecordBatchReader.from_batches(file.schema_arrow, file.iter_batches())
        self._db.register("truth_reader", reader)
        self._db.execute(f"CREATE TEMP TABLE t_{name} AS SELECT * FROM truth_reader")
        self._db.unregister("truth_reader")

    def _one(self, sql: str) -> int:
        row = self._db.execute(sql).fetchone()
        assert row is not None
        return int(row[0] or 0)

    def run(self) -> Score:
        self._map_files()
        self._messages()
        self._distinct(
            "messages",
            "SELECT count(DISTINCT message) FROM tm WHERE state = 'live'",
            "SELECT message AS thing, coalesce(s.distinct_id, fid) AS one FROM both_ "
            "LEFT JOIN same_messages s ON s.trace_id = fid WHERE state = 'live'",
            at=1,
        )
        self._calls()
        self._transfers()
        self._accounts()
        return self._result

    def _map_files(self) -> None:
        """Items that gave traces, and which file of the truth each is."""
        items = self._db.execute(
            "SELECT DISTINCT i.item_id, i.exhibit, i.path FROM items i WHERE i.item_id IN ("
            "SELECT item_id FROM messages UNION SELECT item_id FROM calls UNION SELECT item_id FROM transfers "
            "UNION SELECT item_id FROM accounts)"
        ).fetchall()
        told = {exhibit for exhibit, _ in self._files.files}
        items = [
            row for row in items if self._numbers.get(row[1], "") in told
        ]  # of others the truth says nothing
        found = [self._files.find(self._numbers.get(key, ""), path) for _, key, path in items]
        table = pa.table(
            {
                "item_id": pa.array([row[0] for row in items], pa.string()),
                "shown": pa.array(
                    [f"{self._numbers.get(row[1], '?')} {row[2]}" for row in items], pa.string()
                ),
                "file": pa.array(found, pa.int32()),
            }
        )
        self._db.register("mapped", table)
        self._db.execute("CREATE TEMP TABLE item_files AS SELECT * FROM mapped")
        self._db.unregister("mapped")
        named = pa.table(
            {
                "exhibit": pa.array([exhibit for exhibit, _ in self._files.files], pa.string()),
                "path": pa.array([path for _, path in self._files.files], pa.string()),
                "file": pa.array(range(len(self._files.files)), pa.int32()),
            }
        )
        self._db.register("named", named)
        self._db.execute("CREATE TEMP TABLE truth_paths AS SELECT * FROM named")
        self._db.unregister("named")

    # Messages.

    def _messages(self) -> None:
        self._db.execute(_TRUTH_MESSAGES)
        self._db.execute(_FOUND_MESSAGES)
        self._db.execute("CREATE TEMP TABLE pairs (tid BIGINT, fid VARCHAR, how VARCHAR)")
        for how, truth, found, condition in _PASSES:
            self._pass(how, truth, found, condition)
        self._db.execute(_COPIES)
        for how, truth, found, condition in _LOOSE:
            self._pass(f"differs: {how}", truth, found, condition)
        for state in ("live", "deleted", "recovered"):
            name = {
                "live": "messages, live",
                "deleted": "messages, marked deleted",
                "recovered": "rows, recovered",
            }
            self._result.figures.append(self._figure(name[state], f"state = '{state}'"))
        for (format_,) in self._db.execute("SELECT DISTINCT format FROM tm ORDER BY 1").fetchall():
            self._result.formats.append(
                self._figure(format_, "state = 'live'", f"format = '{format_}'", by_file=True)
            )
        self._checks()
        self._name_messages()

    def _pass(self, how: str, truth: str, found: str, condition: str) -> None:
        """Pair what is left by one key: the first with the first, the second with the second. One writer's `ok` twice in a
        minute can be told apart by their order alone: in the truth by time, in the file by place.
        """
        self._db.execute(
            f"""INSERT INTO pairs
            WITH t AS (SELECT tid, {truth} AS key, row_number() OVER (PARTITION BY {truth} ORDER BY tid) AS n FROM tm
                       WHERE tid NOT IN (SELECT tid FROM pairs) AND {condition}),
                 f AS (SELECT fid, {found} AS key, row_number() OVER (PARTITION BY {found} ORDER BY length(fid), fid) AS n
                       FROM fm
                       WHERE file IS NOT NULL AND NOT copy AND fid NOT IN (SELECT fid FROM pairs))
            SELECT tid, fid, '{how}' FROM t JOIN f USING (key, n)"""
        )

    def _figure(self, what: str, truth: str, more: str = "true", by_file: bool = False) -> Figure:
        files = f"file IN (SELECT file FROM tm WHERE {more})" if by_file else "true"
        return Figure(
            what,
            self._one(f"SELECT count(*) FROM tm WHERE {truth} AND {more}"),
            self._one(f"SELECT count(*) FROM fm WHERE {truth} AND {files} AND NOT copy"),
            self._one(
                f"SELECT count(*) FROM pairs JOIN tm USING (tid) WHERE {truth} AND {more} AND how NOT LIKE 'differs%'"
            ),
        )

    def _checks(self) -> None:
        """What must hold of each matched message beyond its place, time and text."""
        self._db.execute(
            "CREATE TEMP TABLE both_ AS SELECT p.how, t.*, f.fid, f.network AS f_network, f.instance AS f_instance, "
            "f.conversation AS f_conversation, concat_ws(' ', f.network, f.instance, f.conversation) AS f_talk, "
            "f.sender AS f_sender, f.sender_name AS f_name, f.shown "
            "FROM pairs p JOIN tm t USING (tid) JOIN fm f USING (fid) WHERE p.how NOT LIKE 'differs%'"
        )
        # A parser may leave open which network of a kind it is; it must not name another one.
        stated = "NOT coalesce(f_instance, '') LIKE '?%'"
        same = f"f_network IS NOT DISTINCT FROM network AND f_instance IS NOT DISTINCT FROM instance AND {stated}"
        total = self._one(f"SELECT count(*) FROM both_ WHERE {stated}")
        self._check("network and its instance as in the truth", same, total)
        states = self._one("SELECT count(*) FROM both_ WHERE sender IS NOT NULL")
        self._check("sender's native id as in the truth", "sender IS NOT NULL AND f_sender = sender", states)
        named = self._one("SELECT count(*) FROM both_ WHERE sender_name IS NOT NULL AND f_name IS NOT NULL")
        self._check("sender's name as it stands there", "f_name = sender_name", named)
        self._check(
            "conversation's native id as in the truth",
            "conversation <> '' AND f_conversation = conversation",
            self._one("SELECT count(*) FROM both_ WHERE conversation <> ''"),
        )
        pairs = "SELECT DISTINCT file, talk, f_talk FROM both_ WHERE conversation <> ''"
        kept = (
            f"SELECT count(*) FROM (SELECT file, talk FROM ({pairs}) GROUP BY ALL HAVING count(*) = 1) a JOIN "
            f"(SELECT file, any_value(talk) AS talk FROM ({pairs}) GROUP BY file, f_talk HAVING count(*) = 1) b "
            "USING (file, talk)"
        )
        talks = self._one(f"SELECT count(*) FROM (SELECT DISTINCT file, talk FROM ({pairs}))")
        self._result.checks.append(("conversations of a file kept whole and apart", self._one(kept), talks))

    def _check(self, what: str, condition: str, total: int) -> None:
        held = self._one(f"SELECT count(*) FROM both_ WHERE {condition}")
        self._result.checks.append((what, held, total))

    def _name_messages(self) -> None:
        for state, word in (
            ("live", "message"),
            ("deleted", "deleted message"),
            ("recovered", "deleted row"),
        ):
            rows = self._db.execute(
                f"""SELECT exhibit, path, coalesce(utc::VARCHAR, wall::VARCHAR, '?'), coalesce(sender, sender_name, '?'),
                coalesce(text, '-') FROM tm WHERE state = '{state}' AND tid NOT IN
                (SELECT tid FROM pairs WHERE how NOT LIKE 'differs%')
                ORDER BY row_number() OVER (PARTITION BY file ORDER BY tid), format, tid LIMIT {NAMED}"""
            ).fetchall()
            self._result.missing += [
                Named(word, f"{exhibit} {path}", f"{at} {who}: {(text or '')[:120]}")
                for exhibit, path, at, who, text in rows
            ]
            rows = self._db.execute(
                f"""SELECT shown, place, coalesce(utc::VARCHAR, wall::VARCHAR, '?'), coalesce(sender, sender_name, '?'),
                coalesce(text, '-') FROM fm WHERE state = '{state}' AND NOT copy AND fid NOT IN
                (SELECT fid FROM pairs WHERE how NOT LIKE 'differs%')
                ORDER BY row_number() OVER (PARTITION BY shown ORDER BY fid), shown, fid LIMIT {NAMED}"""
            ).fetchall()
            self._result.invented += [
                Named(word, shown, f"{place} {at} {who}: {text}") for shown, place, at, who, text in rows
            ]
        rows = self._db.execute(
            f"""SELECT how, shown, coalesce(t.utc::VARCHAR, t.wall::VARCHAR, '?'),
            coalesce(f.utc::VARCHAR, f.wall::VARCHAR, '?'), coalesce(t.text, '-'), coalesce(f.text, '-')
            FROM pairs JOIN tm t USING (tid) JOIN fm f USING (fid) WHERE how LIKE 'differs%'
            ORDER BY how, t.format, tid LIMIT {NAMED}"""
        ).fetchall()
        self._result.differing = [
            Named(how.removeprefix("differs: "), shown, f"{at} {text!r} was read as {f_at} {f_text!r}")
            for how, shown, at, f_at, text, f_text in rows
        ]

    def _distinct(self, what: str, truth: str, told: str, at: int | None = None) -> None:
        """Things of the truth that lie in several files, and how many the catalog makes of them."""
        found = distinct(self._db, truth, told, NAMED)
        figure = Figure(f"{what}, distinct", found.truth, found.found, found.matched)
        self._result.figures.insert(len(self._result.figures) if at is None else at, figure)
        self._result.checks.append((f"{what} in several files shown once", found.joined, found.several))
        self._result.checks.append((f"{what} shown once and truly one", found.right, found.groups))
        self._result.differing += [
            Named("joined", one, f"{what}: copies of more than one") for one in found.wrong
        ]

    # Calls, transfers, accounts.

    def _calls(self) -> None:
        self._rows("call", "call_files", "calls", "started", "", "seconds", "duration")
        lasted = "FROM rp JOIN tr t USING (tid) JOIN fr f USING (fid) WHERE t.seconds IS NOT NULL AND f.duration IS NOT NULL"
        held = self._one(f"SELECT count(*) {lasted} AND abs(t.seconds - f.duration) <= 1")
        total = self._one("SELECT count(*) FROM rp JOIN tr USING (tid) WHERE seconds IS NOT NULL")
        self._result.checks.append(("calls' duration within a second", held, total))
        self._copies("call", "calls", "same_calls")

    def _transfers(self) -> None:
        equal = ", amount := amount, currency := currency"
        self._rows("transfer", "transfer_files", "transfers", "time", equal, "tid", "fid")
        self._copies("transfer", "transfers", "same_transfers")

    def _copies(self, column: str, what: str, same: str) -> None:
        """Calls and transfers that were matched, each once."""
        self._distinct(
            what,
            f'SELECT count(DISTINCT "{column}") FROM tr',
            f'SELECT t."{column}" AS thing, coalesce(s.distinct_id, fid) AS one FROM rp JOIN tr t USING (tid) '
            f"LEFT JOIN {same} s ON s.trace_id = fid",
        )

    def _rows(
        self, word: str, truth: str, table: str, time: str, equal: str, order: str, found_order: str
    ) -> None:
        """Calls and transfers: paired within a file by time and what else must be equal, each once."""
        key = f"struct_pack(file := file, tick := tick{equal})"
        self._db.execute(
            f"""CREATE OR REPLACE TEMP TABLE tr AS SELECT row_number() OVER () AS tid, p.file, t.*, precision_us AS step,
            coalesce(epoch_us(t.utc), epoch_us(t.wall)) // t.precision_us AS tick, t.utc IS NOT NULL AS is_utc
            FROM t_{truth} t JOIN truth_paths p USING (exhibit, path)"""
        )
        self._db.execute(
            f"""CREATE OR REPLACE TEMP TABLE fr AS
            WITH steps AS (SELECT file, max(step) AS step, bool_or(is_utc) AS is_utc FROM tr GROUP BY file)
            SELECT f.trace_id AS fid, i.file, i.shown, f.*, f.{time}.utc AS utc, f.{time}.wall AS wall,
            (CASE WHEN s.is_utc THEN epoch_us(f.{time}.utc) ELSE epoch_us(f.{time}.wall) END + 100) // s.step AS tick
            FROM {table} f JOIN item_files i USING (item_id) LEFT JOIN steps s ON s.file = i.file
            WHERE f.state = 'live'"""
        )
        self._db.execute(
            f"""CREATE OR REPLACE TEMP TABLE rp AS
            WITH t AS (SELECT tid, {key} AS key, row_number() OVER (PARTITION BY {key} ORDER BY {order}, tid) AS n FROM tr),
                 f AS (SELECT fid, {key} AS key, row_number() OVER (PARTITION BY {key} ORDER BY {found_order}, fid) AS n
                       FROM fr WHERE file IS NOT NULL)
            SELECT tid, fid FROM t JOIN f USING (key, n)"""
        )
        truths, founds = self._one("SELECT count(*) FROM tr"), self._one("SELECT count(*) FROM fr")
        self._result.figures.append(Figure(f"{word}s", truths, founds, self._one("SELECT count(*) FROM rp")))
        rows = self._db.execute(
            "SELECT exhibit, path, coalesce(utc::VARCHAR, wall::VARCHAR) FROM tr WHERE tid NOT IN (SELECT tid FROM rp) "
            f"ORDER BY format, tid LIMIT {NAMED}"
        ).fetchall()
        self._result.missing += [Named(word, f"{exhibit} {path}", str(at)) for exhibit, path, at in rows]
        rows = self._db.execute(
            "SELECT shown, place, coalesce(utc::VARCHAR, wall::VARCHAR, '?') FROM fr "
            f"WHERE fid NOT IN (SELECT fid FROM rp) ORDER BY shown, fid LIMIT {NAMED}"
        ).fetchall()
        self._result.invented += [Named(word, str(shown), f"{place} {at}") for shown, place, at in rows]

    def _accounts(self) -> None:
        """Accounts that some file names by their native id; those that stay within one source are none of them."""
        self._db.execute(
            "CREATE TEMP TABLE ta AS SELECT DISTINCT network, instance, native_id FROM t_account_files"
        )
        self._db.execute(
            """CREATE TEMP TABLE fa AS SELECT DISTINCT network, instance, account AS native_id FROM accounts
            WHERE account IS NOT NULL AND NOT coalesce(instance, '') LIKE '?%' AND NOT account LIKE 'name:%'
            AND item_id IN (SELECT item_id FROM item_files)
            UNION SELECT DISTINCT network, instance, sender FROM messages
            WHERE sender IS NOT NULL AND state = 'live' AND NOT coalesce(instance, '') LIKE '?%'
            AND NOT sender LIKE 'name:%' AND item_id IN (SELECT item_id FROM item_files)"""
        )
        on = "t.network = f.network AND t.instance IS NOT DISTINCT FROM f.instance AND t.native_id = f.native_id"
        self._result.figures.append(
            Figure(
                "accounts",
                self._one("SELECT count(*) FROM ta"),
                self._one("SELECT count(*) FROM fa"),
                self._one(f"SELECT count(*) FROM ta t JOIN fa f ON {on}"),
            )
        )
        shown = "network || coalesce(' ' || instance, '') || ' ' || native_id"
        rows = self._db.execute(
            f"SELECT {shown}, (SELECT min(a.exhibit || ' ' || a.path) FROM t_account_files a "
            "WHERE a.network = t.network AND a.instance IS NOT DISTINCT FROM t.instance AND a.native_id = t.native_id) "
            f"FROM ta t WHERE NOT EXISTS (SELECT 1 FROM fa f WHERE {on}) ORDER BY 1 LIMIT {NAMED}"
        ).fetchall()
        self._result.missing += [Named("account", str(file), name) for name, file in rows]
        rows = self._db.execute(
            f"SELECT {shown}, (SELECT min(i.shown) FROM accounts a JOIN item_files i USING (item_id) "
            "WHERE a.network = f.network AND a.instance IS NOT DISTINCT FROM f.instance AND a.account = f.native_id) "
            f"FROM fa f WHERE NOT EXISTS (SELECT 1 FROM ta t WHERE {on}) ORDER BY 1 LIMIT {NAMED}"
        ).fetchall()
        self._result.invented += [Named("account", str(file), name) for name, file in rows]


#: Whether the file states UTC, and the time in steps of the file's precision.
_TRUTH_MESSAGES = """
CREATE TEMP TABLE tm AS
WITH steps AS (SELECT exhibit, path, max(precision_us) AS step FROM t_message_files GROUP BY ALL)
SELECT row_number() OVER (ORDER BY m.sent, t.message) AS tid, p.file, t.message, t.exhibit, t.path, t.format, t.network,
    t.instance, t.conversation, m.media IS NOT NULL AS media, m.conversation AS talk, t.sender, t.sender_name,
    t.utc, t.wall, t.text, t.state, t.utc IS NOT NULL AS is_utc, s.step,
    CASE WHEN t.utc IS NOT NULL THEN epoch_us(t.utc) ELSE epoch_us(t.wall) END // s.step AS tick,
    trim(replace(t.text, chr(13), '')) AS words
FROM t_message_files t JOIN steps s USING (exhibit, path) JOIN truth_paths p USING (exhibit, path)
JOIN t_messages m ON m.message = t.message
"""
_FOUND_MESSAGES = """
CREATE TEMP TABLE fm AS
WITH steps AS (SELECT file, max(step) AS step, bool_or(is_utc) AS is_utc FROM tm GROUP BY file)
SELECT f.trace_id AS fid, i.file, i.shown, f.place, f.network, f.instance, f.conversation, f.sender, f.sender_name,
    f.sent.utc AS utc, f.sent.wall AS wall, f.text, f.state,
    (CASE WHEN s.is_utc THEN epoch_us(f.sent.utc)
          WHEN f.sent.utc IS NULL THEN epoch_us(f.sent.wall) END + 100) // s.step AS tick,
    trim(replace(f.text, chr(13), '')) AS words, coalesce(f.attachments, '[]') <> '[]' AS media, false AS copy
FROM messages f JOIN item_files i USING (item_id) LEFT JOIN steps s ON s.file = i.file
WHERE f.kind <> 'system'
"""
_SAME = "struct_pack(file := file, state := state, tick := tick"
#: Keys by which rows are paired, the strictest first: name, key of the truth, of what was found, which rows.
_PASSES = (
    # A picture with the caption `ok`, which the truth of an export leaves out, is not the `ok` that follows it.
    ("sender", f"{_SAME}, who := sender, words := words, media := media)",
     f"{_SAME}, who := sender, words := words, media := media)", "sender IS NOT NULL AND words IS NOT NULL"),
    ("name", f"{_SAME}, who := sender_name, words := words, media := media)",
     f"{_SAME}, who := sender_name, words := words, media := media)", "sender_name IS NOT NULL AND words IS NOT NULL"),
    ("sender", f"{_SAME}, who := sender, words := words)", f"{_SAME}, who := sender, words := words)",
     "sender IS NOT NULL AND words IS NOT NULL"),
    ("name", f"{_SAME}, who := sender_name, words := words)", f"{_SAME}, who := sender_name, words := words)",
     "sender_name IS NOT NULL AND words IS NOT NULL"),
    ("text", f"{_SAME}, words := words)", f"{_SAME}, words := words)", "words IS NOT NULL"),
    ("attachment", f"{_SAME}, who := sender)", f"{_SAME}, who := sender)",
     "coalesce(words, '') = '' AND sender IS NOT NULL"),
    ("attachment", f"{_SAME}, who := sender_name)", f"{_SAME}, who := sender_name)", "coalesce(words, '') = ''"),
    ("attachment", f"{_SAME})", f"{_SAME})", "coalesce(words, '') = ''"),
)  # fmt: skip
#: Keys that find what was read differently; such rows count as missing and as invented.
_LOOSE = (
    ("text", f"{_SAME}, who := sender)", f"{_SAME}, who := sender)", "true"),
    ("text", f"{_SAME}, who := sender_name)", f"{_SAME}, who := sender_name)", "true"),
    ("state", "struct_pack(file := file, tick := tick, words := words)",
     "struct_pack(file := file, tick := tick, words := words)", "words IS NOT NULL"),
    ("time", "struct_pack(file := file, state := state, words := words)",
     "struct_pack(file := file, state := state, words := words)", "words IS NOT NULL"),
)  # fmt: skip
#: A recovered row that is an older copy of a row that was found already: true, and nothing new.
_COPIES = """
UPDATE fm SET copy = true WHERE state = 'recovered' AND fid NOT IN (SELECT fid FROM pairs) AND EXISTS
    (SELECT 1 FROM tm t WHERE t.file = fm.file AND t.tick = fm.tick AND coalesce(t.words, '') = coalesce(fm.words, ''))
"""
