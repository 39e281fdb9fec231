"""Writing style: how alike two accounts write, beside how alike strangers of the same networks write.

Silent below a minimum of text and in a small cohort; held back where few strangers write the language.
Across networks it is capped far below a claim (docs/model-card.md).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa

from safelight.identities.kinds import MEASURED, PAIRS, Kind
from safelight.identities.model import Bench
from safelight.identities.style import model
from safelight.identities.style.cohort import Cohort, Floats, Member, Numbers, fit
from safelight.identities.style.habits import Habits
from safelight.identities.style.index import Index, build
from safelight.identities.style.rivals import Neighbours
from safelight.identities.style.text import clean, sample, without_copies
from safelight.messages import _

#: Each account proposes so many neighbours in each network.
PROPOSED: Final = 3
#: Points within this of nothing are not told.
_NOTHING: Final = 0.5
_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Written:
    """What the bench's tenures wrote, compared. `row` by tenure; -1: not enough text."""

    row: Numbers
    tenure: Numbers
    messages: Numbers
    characters: Floats
    cohort: Cohort
    index: Index
    neighbours: Neighbours
    habits: Habits


_written: WeakKeyDictionary[Bench, Written | None] = WeakKeyDictionary()


def written(bench: Bench) -> Written | None:
    """The bench's style index; made once. None where style is silent altogether."""
    if bench not in _written:
        _written[bench] = _compare(bench)
    return _written[bench]


def _members(bench: Bench) -> tuple[list[int], list[Member]]:
    """Tenures that wrote enough, with their sampled texts."""
    networks = dict(bench.db.execute("select tenure, coalesce(network, '') from tenures").fetchall())
    tenures, samples = [], []
    for begin in range(0, len(networks), _BATCH):
        rows = bench.db.execute(
            """select tenure, list(text order by at_us nulls last, trace, text) from texts
            where tenure >= ? and tenure < ? and text is not null group by tenure order by tenure""",
            [begin, begin + _BATCH],
        ).fetchall()
        for tenure, texts in rows:
            found = sample(texts)
            if model.speaks(found):
                tenures.append(tenure)
                samples.append(found)
    own = [
        (tenure, Member(networks.get(tenure, ""), found))
        for tenure, found in zip(tenures, without_copies(samples), strict=True)
        if model.speaks(found)
    ]
    return [tenure for tenure, _member in own], [member for _tenure, member in own]


def _compare(bench: Bench) -> Written | None:
    tenures, members = _members(bench)
    if len(members) < model.LEAST_ACCOUNTS:
        return None
    names = {
        str(name).lower()
        for (name,) in bench.db.execute("select distinct name from names").fetchall()
        if name
    }
    cohort = fit(members, names)
    index = build(members, cohort, model.learned().views)
    (size,) = bench.db.execute("select coalesce(max(tenure), -1) + 1 from tenures").fetchall()[0]
    row = np.full(size, -1, np.int64)
    row[tenures] = np.arange(len(tenures))
    return Written(
        row,
        np.array(tenures, np.int64),
        np.array([len(member.texts) for member in members], np.int64),
        np.array([sum(map(len, member.texts)) for member in members], np.float32),
        cohort,
        index,
        Neighbours.of(index),
        Habits([member.texts for member in members], cohort.counter.kept),
    )


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
            for text, trace in zip(clean(texts), traces, strict=True):
                for token in [one for one in wanted[tenure] if one in text]:
                    shown.setdefault((tenure, token), trace)
    for row in rows:
        found = [
            shown.get((row[side], habit["written"]))
            for habit in row["detail"]["habits"]
            for side in ("a", "b")
        ]
        row["traces"] = list(dict.fromkeys(one for one in found if one is not None))[:6]


def _say(detail: Mapping[str, Any]) -> str:
    few, many = sorted(int(one) for one in detail["messages"])
    values = {"few": few, "many": many, "rivals": int(detail["rivals"])}
    if "compared" not in detail:
        said = _(
            "The two write less alike than one person's accounts mostly do (%(few)d and %(many)d messages compared)."
        )
        return said % values
    if detail["mutual"]:
        said = _(
            "Of %(rivals)d accounts compared, none writes more like either of them (%(few)d and %(many)d messages)."
        )
    else:
        said = _(
            "The two write alike, but others write more alike still (%(few)d and %(many)d messages compared)."
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
