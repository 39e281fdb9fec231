"""Records as SQLite writes them, found in its files; a log with salts of our own, read by SQLite."""

from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.scenario.write import remnants
from safelight.scenario.write.remnants import Value
from safelight.scenario.write.wal import settled

VALUES = st.one_of(
    st.none(),
    st.integers(-(2**62), 2**62),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=6000),
    st.binary(max_size=200),
)


@settings(deadline=None)
@given(
    rowid=st.integers(1, 2**40),
    values=st.lists(VALUES, min_size=1, max_size=4),
    page=st.sampled_from([1024, 4096]),
)
def test_a_live_row_is_found_by_the_record_that_is_computed(
    rowid: int, values: list[Value], page: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "base.db"
        base = sqlite3.connect(path)
        base.execute(f"PRAGMA page_size={page}")
        columns = ",".join(
            f"c{number} {'REAL' if isinstance(value, float) else ''}" for number, value in enumerate(values)
        )
        base.execute(f"CREATE TABLE t (id INTEGER PRIMARY KEY, mark TEXT, {columns})")
        marks = ",".join("?" * (len(values) + 2))
        base.execute(f"INSERT INTO t VALUES ({marks})", (rowid, "sjakk og tog", *values))
        base.commit()
        stored = base.execute("SELECT * FROM t").fetchone()
        base.close()
        wanted = remnants.needle(rowid, [None, *stored[1:]], page)
        absent = remnants.needle(rowid, [None, "sjakk og tåg", *stored[2:]], page)
        assert remnants.found([path], {1: wanted, 2: absent}) == {1}


def test_a_settled_log_is_read_and_always_the_same(tmp_path: Path) -> None:
    logs = []
    for name in ("one", "two"):
        path = tmp_path / f"{name}.db"
        base = sqlite3.connect(path)
        base.execute("PRAGMA journal_mode=WAL")
        base.execute("PRAGMA wal_autocheckpoint=0")
        base.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, said TEXT)")
        base.executemany("INSERT INTO t (said) VALUES (?)", [(f"trekk {number}",) for number in range(500)])
        base.commit()
        log = path.with_name(path.name + "-wal").read_bytes()
        data = path.read_bytes()
        base.close()
        copy = tmp_path / f"{name}-copy.db"
        copy.write_bytes(data)
        logs.append(settled(log, 77, 3_008_008))
        copy.with_name(copy.name + "-wal").write_bytes(logs[-1])
        assert log[16:24] != logs[-1][16:24]
        with sqlite3.connect(copy) as again:
            assert again.execute("SELECT count(*), max(said) FROM t").fetchone() == (500, "trekk 99")
    assert logs[0] == logs[1]
