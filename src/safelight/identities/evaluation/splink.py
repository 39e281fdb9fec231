"""How well records of persons with errors are put together (`realdata/splink`: fake_1000, Febrl 3, Febrl 4a with 4b).

The same method as for accounts: candidates by rules in DuckDB SQL (and by rare trigrams, where no field can be relied on),
comparison levels by field, one logistic model of a few hundred labelled pairs, clusters by average linkage. The fields are
a register's and not a chat's, so this measures the method and not the kinds of evidence. Persons whose pairs were labelled
are not in the figures.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from safelight.identities.clusters import cluster
from safelight.identities.evaluation.baselines import joined_by_identifier
from safelight.identities.evaluation.blocking import blocking
from safelight.identities.evaluation.measures import (
    b_cubed,
    brier,
    calibration_error,
    false_merges,
    over_persons,
    pairwise,
    reliability,
)
from safelight.identities.naming import Bools, Floats, Ints
from safelight.identities.trigrams import nearest, weighed
from safelight.ledger.identities import Standing

LABELS: Final = 400
LABELLED_PERSONS: Final = 0.4
JOIN: Final = 0.5
SEED: Final = 1
#: A value that more records have proposes no pair.
MOST_HOLDERS: Final = 60


@dataclass(frozen=True, slots=True)
class Set:
    """One set of records: the SQL that reads it, its fields, the one that alone would identify, rules of candidates."""

    name: str
    sql: str
    fields: tuple[str, ...]
    identifier: str
    rules: tuple[str, ...]
    """SQL expressions; records with an equal value (not null) are candidates."""
    nearest: int = 0
    """So many records that are most alike in all that stands in them are candidates of each as well."""


_FEBRL: Final = (
    "given_name",
    "surname",
    "street_number",
    "address_1",
    "address_2",
    "suburb",
    "postcode",
    "born",
    "number",
)
_FEBRL_RULES: Final = (
    "number", "born", "given_name || surname", "surname || postcode", "given_name || suburb", "address_1 || street_number",
    "address_2 || postcode", "surname || left(born, 4)", "given_name || substr(born, 5)",
    "left(number, 4) || left(surname, 2)", "postcode || street_number", "suburb || surname", "address_2 || suburb",
)  # fmt: skip
_READ: Final = (
    "select {id} as id, {person} as person, {fields} "
    "from read_csv({files}, all_varchar = true, header = true, delim = ',')"
)
#: The letters of a word in alphabetic order: those who type let letters change places.
_LETTERS: Final = "array_to_string(list_sort(string_split({}, '')), '')"


def sets(folder: Path) -> tuple[Set, ...]:
    """The sets of the folder."""
    fields = ", ".join(
        f"nullif(trim({told}), '') as {name}"
        for name, told in zip(_FEBRL, (*_FEBRL[:7], "date_of_birth", "soc_sec_id"), strict=True)
    )

    def febrl(name: str, *files: str) -> Set:
        listed = [str(folder / "febrl" / one) for one in files]
        sql = _READ.format(
            id="trim(rec_id) || filename",
            person="split_part(trim(rec_id), '-', 2)",
            fields=fields,
            files=repr(listed),
        ).replace("header = true", "header = true, filename = true, normalize_names = true")
        return Set(name, sql, _FEBRL, "number", _FEBRL_RULES)

    fake = _READ.format(
        id="unique_id", person='"cluster"', files=repr([str(folder / "fake_1000.csv")]),
        fields="lower(first_name) as given_name, lower(surname) as surname, dob as born, lower(city) as city, "
               "lower(email) as email, split_part(lower(email), '@', 1) as local",
    )  # fmt: skip
    return (
        Set(
            "fake_1000", fake, ("given_name", "surname", "born", "city", "email", "local"), "email",
            ("email", "local", "born", "left(local, 4)", "city", "left(born, 4)", "substr(born, 6)",
             f"unnest([{_LETTERS.format('given_name')}, {_LETTERS.format('surname')}])",
             "unnest([left(given_name, 3) || left(city, 3), left(surname, 3) || left(city, 3)])",
             "unnest([left(given_name, 3), left(surname, 3)]) || left(born, 3)",
             f"{_LETTERS.format('city')}", "split_part(email, '@', 2)"),
            nearest=30,
        ),
        febrl("Febrl 3", "dataset3.csv"),
        febrl("Febrl 4a with 4b", "dataset4a.csv", "dataset4b.csv"),
    )  # fmt: skip


def evaluate(folder: Path) -> dict[str, Any]:
    """All figures, by set. Raises OSError, duckdb.Error."""
    return {one.name: _evaluate(one) for one in sets(folder)}


def _evaluate(data: Set) -> dict[str, Any]:
    with duckdb.connect() as db:
        db.execute(
            f"create table records as select row_number() over (order by id) - 1 as n, * from ({data.sql}) order by id"
        )
        person = [row[0] for row in db.execute("select person from records order by n").fetchall()]
        a, b, ruled = candidates(db, data)
        features = compared(db, data, a, b)
        lost = _lost(person, a, b)
        features_lost = compared(db, data, *lost)
        told = [row[0] for row in db.execute(f"select {data.identifier} from records order by n").fetchall()]
        whole = "select given_name || ' ' || surname || ' ' || born from records order by n"
        full = [row[0] for row in db.execute(whole).fetchall()]
    _numbers, number = np.unique(np.asarray(person), return_inverse=True)
    same = number[a] == number[b]
    dice = np.random.default_rng(SEED)
    labelled = dice.random(len(_numbers)) < LABELLED_PERSONS
    # What is merely near is hardly ever true: among such pairs few labels would teach anything.
    drawn = dice.permutation(np.flatnonzero(ruled & labelled[number[a]] & labelled[number[b]]))[:LABELS]
    learned = LogisticRegression(C=1.0, max_iter=5_000).fit(features[drawn], same[drawn])
    odds: Floats = learned.decision_function(features)
    ids = [f"{n:06}" for n in range(len(person))]
    made = cluster(
        [(ids[x], ids[y], float(w)) for x, y, w in zip(a, b, odds - np.log(JOIN / (1 - JOIN)), strict=True)],
        ids,
        Standing({}),
    )
    used = set(number[a[drawn]]) | set(number[b[drawn]])
    fresh = [n for n in range(len(person)) if number[n] not in used]
    new = np.isin(number, list(used), invert=True)
    unseen = np.flatnonzero(new[a] & new[b])
    said, true = expit(odds[unseen]).tolist(), same[unseen].tolist()
    left_out: Floats = learned.decision_function(features_lost) if len(features_lost) else np.zeros(0)
    return {
        "records": len(person),
        "persons": len(_numbers),
        "labelled pairs": len(drawn),
        "blocking": blocking(expit(odds[same]), expit(left_out), len(a)),
        "persons without a label": {
            "persons": len({int(number[n]) for n in fresh}),
            **_figures(made.of(), ids, person, fresh),
            "Brier": brier(said, true),
            "expected calibration error": calibration_error(said, true),
            "reliability": [
                {"from": one.low, "pairs": one.count, "said": one.said, "true": one.true}
                for one in reliability(said, true)
            ],
        },
        "baseline, exact identifier": _figures(_exact(told, ids), ids, person, fresh),
        "baseline, exact name and date": _figures(_exact(full, ids), ids, person, fresh),
    }


def candidates(db: duckdb.DuckDBPyConnection, data: Set) -> tuple[Ints, Ints, Bools]:
    """Pairs that a rule proposes (a value that many have proposes none) or that are near, and which of them a rule does."""
    keys = " union all ".join(
        f"select n, {place} as rule, {rule} as key from records" for place, rule in enumerate(data.rules)
    )
    near = _nearest(db, data)
    db.register("near", pa.table({"a": near[0], "b": near[1]}))
    found = db.sql(
        f"""with keys as (select * from ({keys}) where key is not null),
        kept as (select rule, key from keys group by all having count(*) between 2 and {MOST_HOLDERS}),
        proposed as (
            select x.n as a, y.n as b, true as rule from keys x join keys y using (rule, key) join kept using (rule, key)
            where x.n < y.n
            union all select a, b, false from near
        )
        select a, b, bool_or(rule) as rule from proposed group by a, b order by a, b"""
    ).fetchnumpy()
    db.unregister("near")
    return found["a"].astype(np.int64), found["b"].astype(np.int64), found["rule"].astype(np.bool_)


def _lost(person: Sequence[str], a: Ints, b: Ints) -> tuple[Ints, Ints]:
    """True pairs (first < second) that are not among those pairs."""
    members: dict[str, list[int]] = defaultdict(list)
    for n, one in enumerate(person):
        members[one].append(n)
    true = {pair for held in members.values() for pair in combinations(held, 2)}
    rest = sorted(true.difference(zip(a.tolist(), b.tolist(), strict=True)))
    table = np.asarray(rest, dtype=np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _nearest(db: duckdb.DuckDBPyConnection, data: Set) -> tuple[Ints, Ints]:
    """By rare trigrams in common, in whatever field they stand."""
    rows = db.execute(f"select {', '.join(data.fields)} from records order by n").fetchall()
    if not data.nearest:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    return nearest(weighed([[value for value in row if value] for row in rows]), data.nearest, 0.0)


def compared(db: duckdb.DuckDBPyConnection, data: Set, a: Any, b: Any) -> Floats:
    """By field: how rare an equal value is, how alike different ones are, whether both are there and differ."""

    db.register("pairs", pa.table({"a": a, "b": b}))
    columns = ", ".join(
        f"coalesce(if(x.{f} = y.{f}, x.{f}_rare, 0), 0) as {f}_same, "
        f"coalesce(if(x.{f} <> y.{f}, greatest(0, jaro_winkler_similarity(x.{f}, y.{f}) - 0.7), 0), 0) * 3 as {f}_alike, "
        f"coalesce((x.{f} <> y.{f})::int, 0) as {f}_differ"
        for f in data.fields
    )
    rare = ", ".join(
        f"ln(count(*) over () / count(*) over (partition by {f})) / 8 as {f}_rare" for f in data.fields
    )
    one, two = data.fields[:2]
    swapped = f"coalesce((x.{one} = y.{two} and x.{two} = y.{one})::int, 0) as swapped"
    found = db.sql(
        f"with r as (select *, {rare} from records) select {columns}, {swapped} "
        "from pairs join r x on x.n = a join r y on y.n = b order by a, b"
    ).fetchnumpy()
    db.unregister("pairs")
    return np.column_stack([np.asarray(one, dtype=np.float64) for one in found.values()])


def _exact(values: Sequence[str | None], ids: Sequence[str]) -> dict[str, int]:
    return joined_by_identifier([(one, value) for one, value in zip(ids, values, strict=True) if value], ids)


def _figures(of: Any, ids: Sequence[str], person: Sequence[str], rows: Sequence[int]) -> dict[str, Any]:
    owner = {ids[n]: person[n] for n in rows}
    scores, cubed = pairwise(of, owner), b_cubed(of, owner)
    members: dict[Any, list[str]] = defaultdict(list)
    people: dict[str, int] = defaultdict(int)
    for one, who in owner.items():
        members[of.get(one, ("alone", one))].append(one)
        people[who] += 1
    fellows = {one: members[of.get(one, ("alone", one))] for one in owner}
    right = np.asarray(
        [sum(owner[other] == who for other in fellows[one]) - 1 for one, who in owner.items()], float
    )
    told = np.asarray([len(found) - 1 for found in fellows.values()], float)
    true = np.asarray([people[who] - 1 for who in owner.values()], float)
    owners = list(owner.values())
    precision = over_persons(lambda at: float(right[at].sum() / max(1, told[at].sum())), owners, draws=200)
    recall = over_persons(lambda at: float(right[at].sum() / max(1, true[at].sum())), owners, draws=200)
    return {
        "pair precision": scores.precision,
        "pair precision, 95 %": [precision.low, precision.high],
        "pair recall": scores.recall,
        "pair recall, 95 %": [recall.low, recall.high],
        "pair F1": scores.f1,
        "B-cubed precision": cubed.precision,
        "B-cubed recall": cubed.recall,
        "false merges": false_merges(of, owner),
    }
