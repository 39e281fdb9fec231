"""Names of tenures compared with each other: which pairs of names are alike, and in what.

A name is compared as a `Handle` (`handles.py`); equal ones are one *form*. Pairs of forms worth a look have a rare word or
the same letters in common, are initials and surname of each other, or share many rare trigrams; what many have in common
proposes nobody (blocks are capped). A word or trigram counts by how few tenures have it (inverse document frequency).

Each pair of tenures is described by its best pair of forms in three classes: both full names (two words or more), both
handles (one word), or one of each. `FEATURES` are what the model in `names_model.json` goes by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cpdist
from scipy import sparse

from safelight.identities import trigrams
from safelight.identities.handles import Handle, handle, initials
from safelight.identities.model import Bench
from safelight.identities.placeholders import condition

Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]

CLASSES: Final = ("full", "mixed", "handle")
#: By class: the same letters; rarity of the words in common, and of those only one has (0 to 1 each); Jaro-Winkler above
#: 0.8; cosine of rare trigrams; initials and surname; the same letters, but few; log of how many tenures have such a name;
#: rarity of a surname in common; nothing in common but a first name.
_EACH: Final = ("same", "shared", "apart", "jaro", "cosine", "initials", "short", "crowd", "surname", "given")
FEATURES: Final = (
    *(f"{cls}_{one}" for cls in CLASSES for one in _EACH), "numbers_same", "numbers_differ", "disguised",
)  # fmt: skip

#: A word or name that more tenures have proposes nobody.
MOST_WORD: Final = 30
MOST_SAME: Final = 40
LEAST_COSINE: Final = 0.4
#: So many most alike forms are kept of each.
NEAREST: Final = 12
SHORT: Final = 5


@dataclass(frozen=True)
class Forms:
    """Distinct forms of names, and who carried them."""

    handles: Sequence[Handle]
    tenure: Ints
    form: Ints
    name: Sequence[str]
    """Of each holding: one name as it was written."""
    trace: Sequence[str | None]
    holders: Ints
    """By form: how many tenures have a form of the same letters."""
    tenures: int

    @cached_property
    def words(self) -> tuple[sparse.csr_array, dict[str, int], Floats, Ints]:
        """Forms by words, place and rarity of each word (1: one tenure has it, 0: all) and how many tenures have it."""
        return _words(self)

    @cached_property
    def trigrams(self) -> sparse.csr_array:
        """Forms by trigrams of their letters, weighed by rarity and normalised; frequent trigrams are left out."""
        return trigrams.weighed([(one.core,) for one in self.handles])


@dataclass(frozen=True, slots=True)
class Compared:
    """Pairs of tenures (a < b) with `FEATURES` as columns, and the two holdings that are most alike."""

    a: Ints
    b: Ints
    features: Floats
    one: Ints
    other: Ints


def forms(bench: Bench, *, book: bool = True) -> Forms:
    """Forms of all names; placeholders and names without two letters are none. `book`: with those of address books."""
    only = "" if book else "where kind <> 'book'"
    rows = bench.db.execute(
        f"""select tenure, name, min(trace) as trace from names {only}
            group by tenure, name having not {condition("name", "lower(trim(name))")} order by tenure, name"""
    ).fetchall()
    tenures = int(bench.db.execute("select count(*) from tenures").fetchall()[0][0])
    found: dict[Handle, int] = {}
    cache: dict[str, Handle] = {}
    held: dict[tuple[int, int], tuple[str, str | None]] = {}
    for tenure, name, trace in rows:
        made = cache.get(name) or cache.setdefault(name, handle(name))
        if len(made.core) >= 2:
            held.setdefault((tenure, found.setdefault(made, len(found))), (name, trace))
    handles = list(found)
    tenure_of = np.asarray([key[0] for key in held], dtype=np.int64)
    form_of = np.asarray([key[1] for key in held], dtype=np.int64)
    cores: dict[str, int] = {}
    core = np.asarray([cores.setdefault(one.core, len(cores)) for one in handles], dtype=np.int64)
    pairs = (
        np.unique(np.stack((core[form_of], tenure_of)), axis=1) if len(held) else np.zeros((2, 0), np.int64)
    )
    holders = np.bincount(pairs[0], minlength=len(cores))[core] if len(cores) else core
    return Forms(
        handles,
        tenure_of,
        form_of,
        [told[0] for told in held.values()],
        [told[1] for told in held.values()],
        holders,
        tenures,
    )


def compare(
    known: Forms, pairs: tuple[Ints, Ints] | None = None, *, only: Set[int] | None = None
) -> Compared:
    """Compare all that is worth it (`only`: with one of these tenures), or the given pairs of tenures (a < b) by all their
    names."""
    words, index, rarity, common = known.words
    grams = known.trigrams
    if pairs is None:
        first, second = _alike(known, common, grams)
        first, second, one, other = _holdings(known, first, second)
        if only is not None:
            wanted = np.asarray(sorted(only), np.int64)
            kept = np.isin(known.tenure[one], wanted) | np.isin(known.tenure[other], wanted)
            first, second, one, other = first[kept], second[kept], one[kept], other[kept]
    else:
        one, other = _all_holdings(known, *pairs)
        first, second = known.form[one], known.form[other]
    made, cls, strength = _describe(known, first, second, words, index, rarity, grams)
    return _by_pair(known, one, other, made, cls, strength)


def _words(known: Forms) -> tuple[sparse.csr_array, dict[str, int], Floats, Ints]:
    index: dict[str, int] = {}
    rows, columns = [], []
    for n, one in enumerate(known.handles):
        for word in sorted({*one.words, one.core}):
            rows.append(n)
            columns.append(index.setdefault(word, len(index)))
    shape = (len(known.handles), len(index))
    matrix = sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=shape)
    count = _tenures_having(known, matrix)
    rarity = 1 - np.log(np.maximum(count, 1)) / np.log(max(known.tenures, 3))
    # A single letter says next to nothing, whoever has it.
    rarity *= np.asarray([min(1.0, (len(word) - 1) / 3) for word in index])
    return matrix, index, np.clip(rarity, 0, 1), count


def _tenures_having(known: Forms, matrix: sparse.csr_array) -> Ints:
    size = (int(known.tenure.max(initial=-1)) + 1, matrix.shape[0])
    holding = sparse.csr_array((np.ones(len(known.form)), (known.tenure, known.form)), shape=size)
    having = (holding @ matrix).tocsr()
    having.data[:] = 1
    return np.asarray(having.sum(axis=0)).ravel().astype(np.int64)


def _alike(known: Forms, count: Ints, grams: sparse.csr_array) -> tuple[Ints, Ints]:
    """Pairs of forms (first <= second) worth a look."""
    keys = {"form": [], "key": []}  # type: dict[str, list[Any]]
    index = {}  # type: dict[str, int]
    for n, one in enumerate(known.handles):
        for word in sorted({*one.words, one.core}):
            place = index.setdefault(word, len(index))
            if (len(word) >= 4 and count[place] <= MOST_WORD) or (
                word == one.core and count[place] <= MOST_SAME
            ):
                keys["form"].append(n)
                keys["key"].append(word)
        for short in initials(one.words):
            keys["form"].append(n)
            keys["key"].append(short)
    table = pa.table({"form": pa.array(keys["form"], pa.int64()), "key": pa.array(keys["key"], pa.string())})
    with _database() as db:
        db.register("keys", table)
        found = db.sql(
            f"""with small as (select key from keys group by key having count(distinct form) <= {2 * MOST_SAME})
            select distinct x.form as first, y.form as second from keys x join keys y using (key) join small using (key)
            where x.form < y.form"""
        ).fetchnumpy()
    first, second = (np.asarray(found[name], dtype=np.int64) for name in ("first", "second"))
    near_first, near_second = trigrams.nearest(grams, NEAREST, LEAST_COSINE)
    itself = np.flatnonzero((known.holders > 1) & (known.holders <= MOST_SAME))
    both = np.stack(
        (np.concatenate((first, near_first, itself)), np.concatenate((second, near_second, itself)))
    )
    made = np.unique(both, axis=1)
    return made[0], made[1]


def _holdings(known: Forms, first: Ints, second: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Pairs of holdings of those pairs of forms; a pair of forms that many tenures have between them makes none."""
    holding = pa.table({"form": known.form, "holding": np.arange(len(known.form)), "tenure": known.tenure})
    pairs = pa.table({"first": first, "second": second})
    with _database() as db:
        db.register("holding", holding)
        db.register("pairs", pairs)
        found = db.sql(
            f"""with size as (select form, count(*) as n from holding group by form),
            kept as (
                select first, second from pairs join size x on x.form = first join size y on y.form = second
                where x.n * y.n <= {MOST_SAME * MOST_SAME}
            )
            select first, second, x.holding as one, y.holding as other from kept
            join holding x on x.form = first join holding y on y.form = second
            where x.tenure <> y.tenure and (first <> second or x.tenure < y.tenure)
            order by one, other"""
        ).fetchnumpy()
    return tuple(np.asarray(found[name], dtype=np.int64) for name in ("first", "second", "one", "other"))  # type: ignore[return-value]


def _all_holdings(known: Forms, a: Ints, b: Ints) -> tuple[Ints, Ints]:
    holding = pa.table({"holding": np.arange(len(known.form)), "tenure": known.tenure})
    with _database() as db:
        db.register("holding", holding)
        db.register("pairs", pa.table({"a": a, "b": b}))
        found = db.sql(
            """select x.holding as one, y.holding as other from pairs join holding x on x.tenure = a
               join holding y on y.tenure = b order by one, other"""
        ).fetchnumpy()
    return np.asarray(found["one"], dtype=np.int64), np.asarray(found["other"], dtype=np.int64)


def _describe(
    known: Forms,
    first: Ints,
    second: Ints,
    words: sparse.csr_array,
    index: Mapping[str, int],
    rarity: Floats,
    grams: sparse.csr_array,
) -> tuple[Floats, Ints, Floats]:
    """By pair of forms: `_EACH` and what numbers say, the class, and one figure by which the best is chosen."""
    x, y = [known.handles[n] for n in first.tolist()], [known.handles[n] for n in second.tolist()]
    cores_x, cores_y = [one.core for one in x], [one.core for one in y]
    jaro = (
        cpdist(cores_x, cores_y, scorer=JaroWinkler.similarity, dtype=np.float64, workers=1)
        if len(x)
        else np.zeros(0)
    )
    same = np.asarray(
        [
            p == q or sorted(m.words) == sorted(n.words)
            for p, q, m, n in zip(cores_x, cores_y, x, y, strict=True)
        ],
        dtype=float,
    )
    weighed = sparse.csr_array(words @ sparse.diags_array(rarity))
    left, right = weighed[first], words[second]
    shared = _sum(left.multiply(right))
    total = _sum(left) + _sum(weighed[second])
    cosine = _sum(grams[first].multiply(grams[second]))
    short = np.asarray(
        [float(shortened(m, n)) for m, n in zip(x, y, strict=True)],
        dtype=float,
    ) * (1 - same)
    longest = np.asarray([min(len(p), len(q)) for p, q in zip(cores_x, cores_y, strict=True)], dtype=float)
    crowd = np.log(np.maximum(known.holders[first], known.holders[second]).astype(float))
    firsts = {one.words[0] for one in known.handles if len(one.words) > 1}
    surname, given = _surnames(x, y, {word: float(rarity[place]) for word, place in index.items()}, firsts)
    made = np.column_stack(
        (
            same, np.minimum(shared, 2), np.minimum((total - 2 * shared) / 2, 2), np.maximum(0, jaro - 0.8) * 5, cosine,
            short, same * np.maximum(0, SHORT - longest), crowd, surname, given,
            *_numbers(x, y), np.asarray([m.disguised or n.disguised for m, n in zip(x, y, strict=True)], dtype=float) * same,
        )
    )  # fmt: skip
    full = np.asarray(
        [(len(m.words) > 1) + (len(n.words) > 1) for m, n in zip(x, y, strict=True)], dtype=np.int64
    )
    strength = 2 * same + shared + cosine + made[:, 3] + short
    return made, 2 - full, strength


def _database() -> duckdb.DuckDBPyConnection:
    db = duckdb.connect()
    db.execute("set enable_progress_bar = false")  # it would print into what a command says
    return db


def _sum(matrix: Any) -> Floats:
    total: Floats = np.asarray(matrix.sum(axis=1)).ravel()
    return total


def shortened(x: Handle, y: Handle) -> bool:
    """Whether one name is initial and surname of the other."""
    return x.core in initials(y.words) or y.core in initials(x.words) or _initialled(x.words, y.words)


def _initialled(x: tuple[str, ...], y: tuple[str, ...]) -> bool:
    """`o. nordmann` and `ola nordmann`: the same surname, and one first name is the other's initial."""
    if len(x) < 2 or len(y) < 2 or x[-1] != y[-1] or len(x[-1]) < 3:
        return False
    return x[0] != y[0] and x[0][0] == y[0][0] and 1 in (len(x[0]), len(y[0]))


def _surnames(
    x: Sequence[Handle], y: Sequence[Handle], rarity: Mapping[str, float], firsts: Set[str]
) -> tuple[Floats, Floats]:
    """Rarity of the surname that both have, and whether nothing is common but a first name (`firsts`: those that begin
    somebody's full name)."""
    surname, given = np.zeros(len(x)), np.zeros(len(x))
    for n, (one, other) in enumerate(zip(x, y, strict=True)):
        short, full = sorted((one, other), key=lambda made: len(made.words))
        if len(full.words) < 2:
            given[n] = float(one.core == other.core and one.core in firsts)
            continue
        last = full.words[-1]
        if len(last) > 2 and (last in short.words or (len(last) > 3 and last in short.core)):
            surname[n] = rarity.get(last, 1.0)
        elif full.words[0] == short.words[0]:
            given[n] = 1.0
    return surname, given


def _numbers(x: Sequence[Handle], y: Sequence[Handle]) -> tuple[Floats, Floats]:
    same, differ = np.zeros(len(x)), np.zeros(len(x))
    for n, (one, other) in enumerate(zip(x, y, strict=True)):
        if one.numbers and other.numbers:
            common = set(one.numbers) & set(other.numbers)
            same[n], differ[n] = float(any(len(number) > 1 for number in common)), float(not common)
    return same, differ


def _by_pair(known: Forms, one: Ints, other: Ints, made: Floats, cls: Ints, strength: Floats) -> Compared:
    """The strongest pair of holdings of each class, side by side."""
    swap = known.tenure[one] > known.tenure[other]
    one, other = np.where(swap, other, one), np.where(swap, one, other)
    key = known.tenure[one] * (int(known.tenure.max(initial=0)) + 1) + known.tenure[other]
    unique, pair = np.unique(key, return_inverse=True)
    count, each = len(unique), len(_EACH)
    features = np.zeros((count, len(FEATURES)))
    best = np.full(count, -1, dtype=np.int64)
    for n in range(len(CLASSES)):
        at = np.flatnonzero(cls == n)
        at = at[np.lexsort((at, strength[at]))]
        features[pair[at], n * each : (n + 1) * each] = made[at, :each]
    order = np.lexsort((np.arange(len(pair)), strength))
    best[pair[order]] = order
    features[:, len(CLASSES) * each :] = made[best, each:] if count else 0
    width = int(known.tenure.max(initial=0)) + 1
    return Compared(unique // width, unique % width, features, one[best], other[best])
