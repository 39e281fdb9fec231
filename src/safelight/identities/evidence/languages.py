"""Languages: two accounts that both wrote much, in languages of which the other shows nothing, speak against one person.

People write different languages to different people, so it says little in favour and is not counted there. Only the small
words of a language are looked at (`style/words.py`): names, places and loanwords are not a language.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa

from safelight.identities.kinds import MEASURED, Kind
from safelight.identities.model import Bench
from safelight.identities.sampled import spoken
from safelight.identities.style.words import LANGUAGES
from safelight.messages import _

#: Below so many words of either account nothing is said.
LEAST_WORDS: Final = 400
#: Whoever writes a language has this share of its own small words at least; whoever does not has at most the other.
_WRITES, _NOT = 0.10, 0.012
#: Points: two languages of different families; bokmål and nynorsk, which many write both, are one language here.
AGAINST: Final = -1.5


def _measure(bench: Bench) -> pa.Table:
    tenures = bench.db.execute(
        "select distinct tenure from (select a as tenure from pairs union select b from pairs)"
    )
    wanted = sorted(tenure for (tenure,) in tenures.fetchall())
    known = {
        tenure: found for tenure, (total, found) in spoken(bench, wanted).items() if total >= LEAST_WORDS
    }
    cited: dict[int, list[str]] = {}
    """The first and the last of the messages."""
    ends = bench.db.execute(
        """select tenure, list_distinct([arg_min(trace, (at_us, trace)), arg_max(trace, (at_us, trace))]) from texts
           where tenure in (select unnest(?)) and text is not null group by tenure""",
        [sorted(known)],
    )
    for tenure, traces in ends.fetchall():
        cited[tenure] = [trace for trace in traces if trace is not None]
    made: list[dict[str, Any]] = []
    for a, b in bench.db.execute("select a, b from pairs order by a, b").fetchall():
        if a not in known or b not in known:
            continue
        one, other = known[a], known[b]
        mine = [name for name in LANGUAGES if one[name] >= _WRITES and other[name] <= _NOT]
        yours = [name for name in LANGUAGES if other[name] >= _WRITES and one[name] <= _NOT]
        if mine and yours:
            detail = {
                "a": mine[0],
                "b": yours[0],
                "shares": [
                    round(one[mine[0]], 3),
                    round(other[mine[0]], 3),
                    round(one[yours[0]], 3),
                    round(other[yours[0]], 3),
                ],
            }
            traces = sorted({*cited[a], *cited[b]})
            made.append({"a": a, "b": b, "points": AGAINST, "detail": json.dumps(detail), "traces": traces})
    return pa.Table.from_pylist(made, schema=MEASURED)


def _named(code: str) -> str:
    return {"en": _("English"), "no": _("Norwegian"), "tl": _("Tagalog")}[code]


def _say(detail: Mapping[str, Any]) -> str:
    return _(
        "One writes %(a)s and shows next to no %(b)s; the other writes %(b)s and shows next to no %(a)s."
    ) % {"a": _named(str(detail["a"])), "b": _named(str(detail["b"]))}


KIND = Kind("languages", "against", False, _measure, _say, version=2)
