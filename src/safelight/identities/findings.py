"""What the kinds of evidence find about the pairs, written on the bench."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from safelight.identities.kinds import MEASURED, Kind
from safelight.identities.model import Bench


def measure(bench: Bench, kinds: Sequence[Kind], progress: Callable[[], None] = lambda: None) -> int:
    """Fill `evidence` anew for all `pairs`; gives how many pieces there are."""
    bench.db.execute("delete from evidence")
    for kind in kinds:
        found = kind.measure(bench)
        if found.num_rows:
            bench.db.register("_found", found.select(MEASURED.names))
            bench.db.execute(
                "insert into evidence select least(a, b), greatest(a, b), ?, points, detail, traces from _found "
                "where points <> 0 and isfinite(points)",
                [kind.name],
            )
            bench.db.unregister("_found")
        progress()
    return int(bench.db.execute("select count(*) from evidence").fetchall()[0][0])
