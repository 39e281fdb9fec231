"""Whether what lies in several files was found once: what the truth says is one thing, and what the catalog makes of it."""

from __future__ import annotations

from dataclasses import dataclass

from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class Distinct:
    """`truth` different things, `found` different ones, of which `matched` are whole (all copies of one thing) and pure (of
    nothing else); `several` things lie in more than one file, `joined` of them were found once; `groups` were found in
    several files, `right` of them are one thing.
    """

    truth: int
    found: int
    matched: int
    several: int
    joined: int
    groups: int
    right: int
    wrong: tuple[str, ...]
    """Ids of what was joined and is not one."""


def distinct(db: DuckDBPyConnection, truth: str, told: str, named: int) -> Distinct:
    """`truth`: SQL that counts the different things; `told`: SQL with a row a matched copy: `thing` of the truth, and `one`
    that the catalog takes it for. Of what was joined wrongly `named` are named.
    """
    db.execute(f"CREATE OR REPLACE TEMP TABLE told AS {told}")
    pure = "SELECT one FROM told GROUP BY one HAVING count(DISTINCT thing) = 1"
    whole = "SELECT thing FROM told GROUP BY thing HAVING count(DISTINCT one) = 1"
    several = "SELECT thing FROM told GROUP BY thing HAVING count(*) > 1"
    groups = "SELECT one FROM told GROUP BY one HAVING count(*) > 1"
    row = db.execute(
        f"""SELECT ({truth}), (SELECT count(DISTINCT one) FROM told),
                   (SELECT count(DISTINCT thing) FROM told WHERE one IN ({pure}) AND thing IN ({whole})),
                   (SELECT count(*) FROM ({several})), (SELECT count(*) FROM ({several}) WHERE thing IN ({whole})),
                   (SELECT count(*) FROM ({groups})), (SELECT count(*) FROM ({groups}) WHERE one IN ({pure}))"""
    ).fetchone()
    assert row is not None
    wrong = db.execute(
        f"SELECT one FROM told GROUP BY one HAVING count(DISTINCT thing) > 1 ORDER BY one LIMIT {named}"
    ).fetchall()
    truths, found, matched, several_files, joined, joins, right = (int(value) for value in row)
    return Distinct(
        truths, found, matched, several_files, joined, joins, right, tuple(one for (one,) in wrong)
    )
