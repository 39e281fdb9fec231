"""Names and handles that are alike, whatever spelling, alphabet, years or initials: rare parts count, common ones do not.

The weight comes from a logistic model over the named features of `naming.py`, learned from public data
(`names_model.json`; trained by `evaluation/train_names.py`). A name says who somebody wants to be, not who somebody is, and
two people may have one name: common names never suffice, and names alone never carry a claim across networks.

Dissimilar names say nothing against: hiding behind other names is what is looked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary

import numpy as np
import orjson
import pyarrow as pa
from rapidfuzz.distance import JaroWinkler

from safelight.identities import naming
from safelight.identities.handles import Handle
from safelight.identities.kinds import MEASURED, PAIRS, Kind
from safelight.identities.model import Bench
from safelight.identities.naming import FEATURES, Compared, Floats, Forms
from safelight.identities.placeholders import common
from safelight.messages import _

MODEL: Final = Path(__file__).parent.parent / "names_model.json"
MOST: Final = 9.0
#: What is left of log(accounts) for names that many people in the world have: a candidate, never a claim.
COMMON_BELOW: Final = 1.0
#: The same for names that are merely alike, and for those of the same letters with different numbers: `fjell91` and
#: `fjell68` are what two people choose who like one word, since the first was taken.
ALIKE_BELOW: Final = 1.5
#: Names alike enough (Jaro-Winkler, of at least so many letters) for one of them to be a slip of typing are exempt.
TYPED: Final = (0.96, 10)
#: Names with no part in common and less alike than this are not alike, whatever the model makes of their numbers.
LIKE: Final = 0.88
#: Letters of a part that count.
_PART: Final = 4
#: Words of a name in full; and how many accounts carry one that only the two of a pair have.
_FULL: Final = 2
_PAIR: Final = 2
#: Pairs whose names weigh less are not proposed.
LEAST_PROPOSED: Final = 1.0


@cache
def model() -> tuple[Floats, float, int]:
    """Factors of the features, the constant, and how many accounts it was learned among."""
    told = orjson.loads(MODEL.read_bytes())
    return (
        np.asarray([told["factors"].get(name, 0.0) for name in FEATURES]),
        told["constant"],
        told["accounts"],
    )


def points(known: Forms, found: Compared) -> Floats:
    """Natural log-odds that the names add.

    Among more accounts than it was learned from, chance likeness grows with their number, so that the model's verdict does
    not keep its worth: only a name of the same letters that these two have alone does.
    """
    factors, constant, accounts = model()
    logit = found.features @ factors + constant
    first, second = known.form[found.one], known.form[found.other]
    alone = np.asarray(
        [
            known.handles[x].core == known.handles[y].core
            for x, y in zip(first.tolist(), second.tolist(), strict=True)
        ],
        bool,
    ) & (known.holders[first] <= 2)
    most = np.log(max(2, known.tenures))
    made: Floats = logit - 0.5 + np.where(alone, most, min(most, np.log(accounts)))
    below = [_below(known, x, y) for x, y in zip(first.tolist(), second.tolist(), strict=True)]
    limited: Floats = np.minimum(made, np.minimum(MOST, most - np.asarray(below, dtype=np.float64)))
    return limited


def _below(known: Forms, first: int, second: int) -> float:
    """How far below log(accounts) a pair of names stays, whatever the model says."""
    x, y = known.handles[first], known.handles[second]
    if x.numbers and y.numbers and not set(x.numbers) & set(y.numbers):
        return ALIKE_BELOW
    if x.core != y.core and sorted(x.words) != sorted(y.words) and not naming.shortened(x, y):
        alike, least = TYPED
        likeness = JaroWinkler.similarity(x.core, y.core)
        if likeness < LIKE and not _part_in_common(x, y):
            return np.inf
        if min(len(x.core), len(y.core)) < least or likeness < alike:
            return ALIKE_BELOW
    return COMMON_BELOW if _common(known, first) and _common(known, second) else -np.inf


def _part_in_common(x: Handle, y: Handle) -> bool:
    """Whether a word of one stands in the other."""
    return any(len(word) >= _PART and word in y.core for word in x.words) or any(
        len(word) >= _PART and word in x.core for word in y.words
    )


def _common(known: Forms, form: int) -> bool:
    """Whether many people in the world have each word of a name: its letters alone then prove little."""
    return all(len(word) < 4 or word in common() for word in known.handles[form].words)


#: Forms of a bench: it proposes by them, and measures by them.
_known: WeakKeyDictionary[Bench, Forms] = WeakKeyDictionary()


def _forms(bench: Bench) -> Forms:
    if bench not in _known:
        _known[bench] = naming.forms(bench, book=False)
    return _known[bench]


def _measure(bench: Bench) -> pa.Table:
    known = _forms(bench)
    pairs = bench.db.sql("select a, b from pairs order by a, b").fetchnumpy()
    found = naming.compare(known, (pairs["a"].astype(np.int64), pairs["b"].astype(np.int64)))
    weight = points(known, found)
    kept = np.flatnonzero(weight > 0)
    detail = [_detail(known, found, n) for n in kept.tolist()]
    traces = [
        sorted({one for one in (known.trace[found.one[n]], known.trace[found.other[n]]) if one is not None})
        for n in kept.tolist()
    ]
    columns = [
        pa.array(found.a[kept]),
        pa.array(found.b[kept]),
        pa.array(weight[kept]),
        pa.array(detail, pa.string()),
    ]
    return pa.table([*columns, pa.array(traces, pa.list_(pa.string()))], names=MEASURED.names).cast(MEASURED)


def _detail(known: Forms, found: Compared, n: int) -> str:
    one, other = int(found.one[n]), int(found.other[n])
    x, y = known.handles[known.form[one]], known.handles[known.form[other]]
    like = (
        "same" if x.core == y.core else "words" if sorted(x.words) == sorted(y.words)
        else "initials" if naming.shortened(x, y) else "alike"
    )  # fmt: skip
    told = {
        "name_a": known.name[one], "name_b": known.name[other], "like": like,
        "holders": int(max(known.holders[known.form[one]], known.holders[known.form[other]])),
        "full": like in ("same", "words") and _full(known, known.form[one]) and _full(known, known.form[other]),
        "disguised": x.disguised or y.disguised, "number": next(iter(sorted(set(x.numbers) & set(y.numbers))), None),
    }  # fmt: skip
    return orjson.dumps(told).decode()


def _full(known: Forms, form: int) -> bool:
    """Whether a name is one of two words or more that hardly anybody has and that no third account carries."""
    words = [word for word in known.handles[form].words if len(word) >= _PART]
    return len(words) >= _FULL and int(known.holders[form]) <= _PAIR and not _common(known, form)


def _propose(bench: Bench) -> pa.Table:
    known = _forms(bench)
    found = naming.compare(known, only=bench.only)
    kept = points(known, found) >= LEAST_PROPOSED
    return pa.table([pa.array(found.a[kept]), pa.array(found.b[kept])], names=PAIRS.names).cast(PAIRS)


def _say(detail: Mapping[str, Any]) -> str:
    names = {"name_a": detail["name_a"], "name_b": detail["name_b"]}
    holders = int(detail["holders"])
    if detail["like"] == "same" and detail["name_a"] == detail["name_b"]:
        told = _("Both accounts carried the name “%(name_a)s”.")
    else:
        told = {
            "same": _(
                "The names “%(name_a)s” and “%(name_b)s” have the same letters once their spelling is evened out."
            ),
            "words": _("The names “%(name_a)s” and “%(name_b)s” are made of the same words."),
            "initials": _("“%(name_a)s” and “%(name_b)s” may be initials and name of one person."),
            "alike": _("The names “%(name_a)s” and “%(name_b)s” are alike."),
        }[str(detail["like"])]
    told = told % names
    if detail["disguised"]:
        told += " " + _("One is written with letters of another alphabet or with invisible signs.")
    if holders > 2:
        told += " " + _("%(n)d known accounts have such a name.") % {"n": holders}
    return told


KIND = Kind("names", "name", False, _measure, _say, _propose, version=2)
