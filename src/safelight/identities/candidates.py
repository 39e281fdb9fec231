"""Which pairs are worth a look: those that some kind of evidence proposes.

Comparing all with all is out of reach at fifty thousand accounts, and no need: what links two accounts at all makes one of
the kinds propose the pair. How many true pairs this loses is reported (`evaluation/blocking.py`, decision 0015).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pyarrow as pa

from safelight.identities.kinds import PAIRS, Kind
from safelight.identities.model import Bench


def propose(
    bench: Bench,
    kinds: Sequence[Kind],
    progress: Callable[[], None] = lambda: None,
    *,
    every: bool = False,
) -> int:
    """Fill `pairs`; gives how many there are. Two parts of one split account are no candidates: people parted them.

    `every`: all pairs, whether a kind proposes them or not; so an evaluation sees what is lost.
    """
    bench.db.execute("create or replace temp table proposed (a integer, b integer, kind varchar)")
    for kind in kinds:
        _take(bench, kind.propose(bench), kind.name)
        progress()
    if every:
        bench.db.execute(
            "insert into proposed select x.tenure, y.tenure, null from tenures x join tenures y on x.tenure < y.tenure"
        )
    bench.db.execute(
        """delete from pairs;
        insert into pairs
        select least(p.a, p.b) as a, greatest(p.a, p.b) as b,
               list(distinct kind order by kind) filter (kind is not null) as "by"
        from proposed p join tenures x on x.tenure = p.a join tenures y on y.tenure = p.b
        where x.account_id <> y.account_id group by 1, 2 order by 1, 2"""
    )
    bench.db.execute("drop table proposed")
    return int(bench.db.execute("select count(*) from pairs").fetchall()[0][0])


def _take(bench: Bench, pairs: pa.Table, kind: str) -> None:
    if not pairs.num_rows:
        return
    bench.db.register("_pairs", pairs.select(PAIRS.names))
    bench.db.execute("insert into proposed select a, b, ? from _pairs where a <> b", [kind])
    bench.db.unregister("_pairs")
