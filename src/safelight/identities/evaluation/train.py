"""Makes `calibration.json` from synthetic operations with known truth.

python -m safelight.identities.evaluation.train OPERATION TRUTH [OPERATION TRUTH ...] > calibration.json

First layer: one logistic regression, a weight a kind, none below zero, drawn towards the 1 that the kind itself states.
Kinds that judge texts keep their weight: the texts of these operations are made of phrases, and style says nothing in them;
those kinds are calibrated on what people wrote (docs/model-card.md). Second: a logistic regression on `combine.FEATURES`,
monotone in the sum and in the lead over others.

Synthetic operations lack much of what misleads in real ones (only `medium` has namesakes, shared computers and jokes), so
that a true pair counts as true by TRUST alone: no weight is learned that would claim more than that.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
from scipy.optimize import minimize

from safelight.identities import combine
from safelight.identities.calibration import Calibration, calibration
from safelight.identities.combine import FEATURES, Bools, Combined, Floats
from safelight.identities.evaluation.scenario import Read, labelled, weighed_operation
from safelight.identities.registry import KINDS
from safelight.operation.folder import open_folder

#: How true a pair is that the truth of a synthetic operation calls true.
TRUST: Final = 0.99
#: Kinds whose weight is not learned here, with the weight that they have.
GIVEN: Final = {"style": 1.0, "rhythm": 1.0, "languages": 1.0}
#: The most that a weight may be: few in these operations share a computer, and nobody shares a line or mistakes a copy, so
#: that hardly anything there speaks against these kinds.
_MOST: Final = {
    "owner": 1.0,
    "everywhere": 1.0,
    "host": 0.5,
    "copies": 1.0,
    "book names": 1.0,
    "one bearer": 1.0,
    "one user": 1.0,
}
#: In fewer pairs than this a kind was not seen: it keeps the weight that is stated for it (`Calibration.stated`).
_SEEN: Final = 30
#: Of a kind for which none is stated either.
_UNSEEN: Final = 0.5
#: How strongly weights are drawn to 1, and the second layer to the first one's own word: as if so many pairs said it.
_PULL: Final = 20.0
_PULL_SECOND: Final = 3.0
#: Bounds of the second layer's factors: the sum always counts, a lead never counts against, and nothing takes over.
_BOUNDS: Final = {
    "log_odds": (0.6, 1.5),
    "margin": (0.0, 0.5),
    "margin_soft": (0.0, 0.5),
    "mutual": (0.0, 1.0),
    "hard": (0.0, 1.5),
    "across": (-0.5, 0.5),
    "texts": (-0.5, 0.5),
}


_WRITTEN: Final = (
    "bias", "weights", "discount", "caps", "floors", "soft_cap", "proposal", "candidate", "join", "absent",
    "second", "stated",
)  # fmt: skip


def learn(reads: Sequence[Read], begin: Calibration) -> Calibration:
    """Weights, bias and second calibration from operations with truth; what is not learned stays as in `begin`."""
    known = [labelled(read) for read in reads]
    first = _first(reads, known, begin)
    again = [combine.reweighed(read.weighing.combined, KINDS, first) for read in reads]
    return replace(first, second=_second(again, known))


def _first(reads: Sequence[Read], known: Sequence[tuple[Bools, Bools]], begin: Calibration) -> Calibration:
    rows, offsets, targets, parts = [], [], [], []
    for read, (told, same) in zip(reads, known, strict=True):
        combined = read.weighing.combined
        alone = combine.reweighed(
            combined, KINDS, replace(begin, weights={}, stated={}, caps={}, soft_cap=np.inf, bias=0.0)
        )
        each = np.zeros((len(same), len(KINDS)))
        np.add.at(each, (combined.pieces.pair, combined.pieces.kind), alone.points)
        given = np.asarray([GIVEN.get(one.name, 0.0) for one in KINDS])
        rows.append(each[told])
        offsets.append(each[told] @ given + alone.prior)
        targets.append(np.where(same[told], TRUST, 0.0))
        parts.append(np.full(int(told.sum()), 1.0))
    x, offset, y, part = (np.concatenate(one) for one in (rows, offsets, targets, parts))
    free = np.asarray([one.name not in GIVEN for one in KINDS])
    x = np.column_stack([x[:, free], np.ones(len(x))])
    mean = np.append(np.ones(int(free.sum())), begin.bias)
    pull = np.append(np.full(int(free.sum()), _PULL), 0.01)
    names = [one.name for one in KINDS if one.name not in GIVEN]
    bounds = [(0.0, _MOST.get(name, 1.5)) for name in names] + [(-3.0, 6.0)]
    found = _logistic(x, y, part, offset, mean, pull, bounds)
    seen = (np.abs(x[:, :-1]) > 0).sum(axis=0) >= _SEEN
    weights = {name: round(float(w), 3) for name, w, there in zip(names, found, seen, strict=False) if there}
    weights |= GIVEN
    stated = dict.fromkeys(names, _UNSEEN) | dict(begin.stated)
    stated = {name: weight for name, weight in stated.items() if name not in weights}
    return replace(begin, weights=weights, stated=stated, bias=round(float(found[-1]), 3), second={})


def _second(combined: Sequence[Combined], known: Sequence[tuple[Bools, Bools]]) -> Mapping[str, float]:
    columns = [
        np.column_stack([one.features[name][told] for name in FEATURES])
        for one, (told, _) in zip(combined, known, strict=True)
    ]
    x = np.concatenate(columns)
    y = np.concatenate([np.where(same[told], TRUST, 0.0) for told, same in known])
    mean = np.asarray([float(name == "log_odds") for name in FEATURES])
    bounds = [_BOUNDS.get(name, (-3.0, 3.0)) for name in FEATURES]
    pull = np.full(len(FEATURES), _PULL_SECOND)
    found = _logistic(x, y, np.ones(len(y)), np.zeros(len(y)), mean, pull, bounds)
    return {name: round(float(value), 4) for name, value in zip(FEATURES, found, strict=True)}


def _logistic(
    x: Floats,
    y: Floats,
    part: Floats,
    offset: Floats,
    mean: Floats,
    pull: Floats,
    bounds: Sequence[tuple[float, float]],
) -> Floats:
    """Maximum a posteriori factors of a logistic regression with targets between 0 and 1."""

    def loss(factors: Floats) -> tuple[float, Floats]:
        logit = x @ factors + offset
        away = factors - mean
        value = float((part * (np.logaddexp(0, logit) - y * logit)).sum() + 0.5 * (pull * away**2).sum())
        slope: Floats = x.T @ (part * (1 / (1 + np.exp(-logit)) - y)) + pull * away
        return value, slope

    found: Floats = minimize(loss, mean, jac=True, method="L-BFGS-B", bounds=bounds).x
    return found


def as_json(by: Calibration, about: Mapping[str, Any]) -> bytes:
    """The file's bytes."""
    told = {name: getattr(by, name) for name in _WRITTEN}
    return orjson.dumps({"about": about} | told, option=orjson.OPT_INDENT_2) + b"\n"


def main(arguments: Sequence[str]) -> None:
    """Learn from the operations that are named and write the file to standard output."""
    places = [Path(one) for one in arguments]
    reads = [
        weighed_operation(open_folder(op), truth) for op, truth in zip(places[::2], places[1::2], strict=True)
    ]
    about = {
        "operations": len(reads),
        "pairs": int(sum(labelled(one)[0].sum() for one in reads)),
        "trust": TRUST,
    }
    sys.stdout.buffer.write(as_json(learn(reads, calibration()), about))


if __name__ == "__main__":
    main(sys.argv[1:])
