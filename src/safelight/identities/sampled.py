"""The texts of a bench as style sees them: cleaned and sampled (`style/text.py`), read a few hundred tenures at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from safelight.identities.model import Bench
from safelight.identities.style.text import sample

_BATCH: Final = 500


def samples(bench: Bench, tenures: Sequence[int] | None = None) -> Iterator[tuple[int, list[str]]]:
    """Tenures that wrote, in order, each with its sample; all or those named (sorted)."""
    if tenures is None:
        found = bench.db.execute("select distinct tenure from texts where text is not null order by tenure")
        tenures = [row[0] for row in found.fetchall()]
    for begin in range(0, len(tenures), _BATCH):
        rows = bench.db.execute(
            """select tenure, list(text order by at_us nulls last, trace, text) from texts
            where tenure in (select unnest(?)) and text is not null group by tenure order by tenure""",
            [tenures[begin : begin + _BATCH]],
        ).fetchall()
        for tenure, texts in rows:
            yield tenure, sample(texts)
