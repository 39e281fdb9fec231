"""The texts of a bench as style sees them: cleaned and sampled (`style/text.py`), read a few hundred tenures at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final
from weakref import WeakKeyDictionary

from safelight.identities.model import Bench
from safelight.identities.style.text import sample, words
from safelight.identities.style.words import LANGUAGES

_BATCH: Final = 500
Spoken = tuple[int, dict[str, float]]
_spoken: WeakKeyDictionary[Bench, dict[int, Spoken]] = WeakKeyDictionary()


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
            kept = sample(texts)
            _spoken.setdefault(bench, {})[tenure] = _shares(kept)
            yield tenure, kept


def spoken(bench: Bench, tenures: Sequence[int]) -> dict[int, Spoken]:
    """Of these tenures (sorted) that wrote: how many words, and what share of them are small words of each language alone.

    Known already where `samples` gave them, so that no text is cleaned twice.
    """
    known = _spoken.setdefault(bench, {})
    for _tenure, _texts in samples(bench, [one for one in tenures if one not in known]):
        pass
    return {one: known[one] for one in tenures if one in known}


def _shares(texts: Sequence[str]) -> Spoken:
    counted = Counter(words(texts))
    total = sum(counted.values())
    return total, {
        name: sum(counted[word] for word in counted.keys() & own) / max(1, total)
        for name, own in LANGUAGES.items()
    }
