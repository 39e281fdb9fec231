"""Writing style: how alike two accounts write, beside how alike strangers of the same networks write.

Silent below a minimum of text and in a small cohort; held back where few strangers write the language.
Across networks it is capped far below a claim (docs/model-card.md).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence, Set
from typing import Any, Final
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa

from safelight.identities.kinds import MEASURED, PAIRS, Kind
from safelight.identities.model import Bench
from safelight.identities.sampled import samples
from safelight.identities.style import model
from safelight.identities.style.text import clean, without
from safelight.identities.style.written import Written, compare, take_in
from safelight.messages import _

#: Each account proposes so many neighbours in each network.
PROPOSED: Final = 3
#: Points within this of nothing are not told.
_NOTHING: Final = 0.5
_BATCH: Final = 500
#: Texts that are cleaned at once when messages are looked for that show a habit.
_AT_ONCE: Final = 40


_written: WeakKeyDictionary[Bench, Written | None] = WeakKeyDictionary()


def written(bench: Bench) -> Written | None:
    """The bench's accounts compared; made once. None where style is silent altogether."""
    if bench not in _written:
        names = {
            str(name).lower()
            for (name,) in bench.db.execute("select distinct name from names").fetchall()
            if name
        }
        found = {tenure: texts for tenure, texts in samples(bench) if model.speaks(texts)}
        networks = _networks(bench)
        _written[bench] = compare(max(networks, default=-1) + 1, found, networks, frozenset(names))
    return _written[bench]


def resume(bench: Bench, kept: Written | None, changed: Sequence[int]) -> bool:
    """Go on from what an earlier bench's accounts wrote: only the texts of `changed` tenures (sorted) are on this one. False
    where they are to be compared anew. See `explain`."""
    _written[bench] = kept
    found: dict[int, list[str]] = {tenure: [] for tenure in changed} | dict(samples(bench, changed))
    if kept is None:
        return not any(model.speaks(texts) for texts in found.values())
    return take_in(kept, found, _networks(bench))


def explain(bench: Bench) -> None:
    """After `resume`: the habits of all who are in a pair, whose texts are now on the bench."""
    kept = _written[bench]
    if kept is None:
        return
    away = kept.copied()
    known = kept.habits.rows
    found = bench.db.execute("select a from pairs union select b from pairs order by 1").fetchall()
    wanted = [one for (one,) in found if kept.row[one] >= 0 and kept.row[one] not in known]
    for tenure, texts in samples(bench, wanted):
        kept.habits.add(int(kept.row[tenure]), without(texts, away), new=False)


def _networks(bench: Bench) -> dict[int, str]:
    """By tenure."""
    return dict(bench.db.execute("select tenure, coalesce(network, '') from tenures").fetchall())


def _propose(bench: Bench) -> pa.Table:
    found = written(bench)
    if found is None:
        return PAIRS.empty_table()
    a, b = found.neighbours.pairs(PROPOSED)
    columns = [pa.array(found.tenure[side].astype(np.int32)) for side in (a, b)]
    return pa.table(columns, schema=PAIRS)


def _measure(bench: Bench) -> pa.Table:
    found = written(bench)
    if found is None:
        return MEASURED.empty_table()
    pairs = bench.db.sql("select a, b from pairs order by a, b").to_arrow_table()
    a = found.row[pairs["a"].to_numpy().astype(np.int64)]
    b = found.row[pairs["b"].to_numpy().astype(np.int64)]
    both = (a >= 0) & (b >= 0)
    compared = found.neighbours.compare(found.index, a[both], b[both])
    odds = model.capped(model.learned().log_odds(compared, found.characters), compared)
    points, probability = model.points(odds, compared), model.probability(odds)
    rows: list[dict[str, Any]] = []
    for place in np.flatnonzero(np.abs(points) >= _NOTHING).tolist():
        one, other = int(compared.a[place]), int(compared.b[place])
        detail: dict[str, Any] = {
            "probability": round(float(probability[place]), 3),
            "messages": [int(found.messages[one]), int(found.messages[other])],
            "rivals": int(compared.rivals[place]),
            "score": round(float(compared.score[place]), 2),
            "margin": round(float(compared.margin[place]), 2),
            "mutual": bool(compared.mutual[place]),
            "across": bool(compared.across[place]),
            "habits": [],
        }
        if points[place] > 0:
            detail["habits"] = [
                {"written": habit.token, "uses": list(habit.uses), "accounts": habit.accounts}
                for habit in found.habits.shared(one, other)
            ]
            detail["compared"] = found.habits.size
        rows.append(
            {
                "a": int(found.tenure[one]),
                "b": int(found.tenure[other]),
                "points": float(points[place]),
                "detail": detail,
                "traces": [],
            }
        )
    _add_samples(bench, rows)
    for row in rows:
        row["detail"] = json.dumps(row["detail"], ensure_ascii=False)
    return pa.Table.from_pylist(rows, schema=MEASURED)


def _add_samples(bench: Bench, rows: list[dict[str, Any]]) -> None:
    """Trace ids of messages in which the shared habits stand: one of each account for each habit."""
    wanted: dict[int, set[str]] = {}
    for row in rows:
        for habit in row["detail"]["habits"]:
            for side in ("a", "b"):
                wanted.setdefault(row[side], set()).add(habit["written"])
    shown: dict[tuple[int, str], str] = {}
    tenures = sorted(wanted)
    for begin in range(0, len(tenures), _BATCH):
        some = tenures[begin : begin + _BATCH]
        rows_ = bench.db.execute(
            """select tenure, list(text order by at_us nulls last, trace, text),
                      list(trace order by at_us nulls last, trace, text)
            from texts where tenure in (select unnest(?)) and trace is not null group by tenure""",
            [some],
        ).fetchall()
        for tenure, texts, traces in rows_:
            for token, place in _first(texts, wanted[tenure]).items():
                shown[tenure, token] = traces[place]
    for row in rows:
        found = [
            shown.get((row[side], habit["written"]))
            for habit in row["detail"]["habits"]
            for side in ("a", "b")
        ]
        row["traces"] = list(dict.fromkeys(one for one in found if one is not None))[:6]


def _first(texts: Sequence[str], tokens: Set[str]) -> dict[str, int]:
    """By token, the place of the first text in which it stands once that is cleaned."""
    found: dict[str, int] = {}
    for begin in range(0, len(texts), _AT_ONCE):
        for place, text in enumerate(clean(texts[begin : begin + _AT_ONCE]), begin):
            for token in tokens - found.keys():
                if token in text:
                    found[token] = place
        if len(found) == len(tokens):
            break
    return found


def _say(detail: Mapping[str, Any]) -> str:
    few, many = sorted(int(one) for one in detail["messages"])
    values = {"few": few, "many": many, "rivals": int(detail["rivals"])}
    if "compared" not in detail:
        said = _(
            "The two write less alike than one person's accounts mostly do "
            "(%(few)d and %(many)d distinct messages compared)."
        )
        return said % values
    if detail["mutual"]:
        said = _(
            "Of %(rivals)d accounts compared, none writes more like either of them (%(few)d and %(many)d distinct messages)."
        )
    else:
        said = _(
            "The two write alike, but others write more alike still (%(few)d and %(many)d distinct messages compared)."
        )
    sentences = [said % values]
    habits = [f"“{habit['written'].strip()}”" for habit in detail["habits"]]
    if habits:
        sentences.append(
            _("Both often write %(habits)s; few of %(compared)d accounts do.")
            % {"habits": ", ".join(habits), "compared": int(detail["compared"])}
        )
    if detail["across"]:
        sentences.append(_("Style across two networks makes a candidate at most."))
    return " ".join(sentences)


KIND = Kind("style", "style", False, _measure, _say, _propose)
