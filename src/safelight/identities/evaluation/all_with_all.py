"""What comparing all with all would find that candidates do not, and what it would make up.

    python -m safelight.identities.evaluation.all_with_all OPERATION TRUTH
    python -m safelight.identities.evaluation.all_with_all MAILMAP

Of a synthetic operation by probability: pairs that are candidates and those that are none, and how many of either are true;
then pairs that stand in one proposed person, both ways. Of authors (`mailmap.py`) the same by draw of labels. Candidates
cost accounts times a few, this costs accounts squared (decision 0015).
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy.special import expit

from safelight.identities.calibration import calibration
from safelight.identities.evaluation import mailmap
from safelight.identities.evaluation.mailmap_records import read
from safelight.identities.evaluation.scenario import (
    Read,
    labelled,
    persons,
    weighed_operation,
    weighed_pairs,
)
from safelight.identities.run import clustered
from safelight.ledger.identities import Standing
from safelight.operation.folder import open_folder

LEAST: Final = (0.95, 0.85, 0.5, 0.2, 0.1)
_LEAST_AUTHORS: Final = (0.9, 0.8, 0.5)
#: Authors that are compared with all others at once.
_ROWS: Final = 100


def compare(folder: Path, truth: Path) -> dict[str, Any]:
    """Both ways beside each other. Raises NotAnOperation, NotFound, Refused (not a synthetic operation)."""
    blocked = weighed_operation(open_folder(folder), truth)
    whole = weighed_operation(open_folder(folder), truth, every=True)
    candidates = set(weighed_pairs(blocked.weighing))
    pairs = weighed_pairs(whole.weighing)
    there, same = labelled(whole)
    inside = np.asarray([pair in candidates for pair in pairs], dtype=bool)
    said = whole.weighing.combined.probability
    return {
        "pairs": {"candidates": len(candidates), "all": len(pairs)},
        "probability, all with all": {
            str(least): {
                name: {"pairs": int(chosen.sum()), "true": int((chosen & same).sum())}
                for name, part in (("candidates", inside), ("others", ~inside))
                for chosen in [part & there & (said >= least)]
            }
            for least in LEAST
        },
        "persons, by candidates": _persons(blocked),
        "persons, all with all": _persons(whole),
    }


def _persons(read: Read) -> dict[str, Any]:
    nobody = Standing({})
    found = persons(read, clustered(read.weighing, nobody, calibration()), nobody)
    return {name: found[name] for name in ("pairs told", "pairs right", "false merges", "b3 f1")}


def authors(folder: Path) -> dict[str, Any]:
    """All pairs of authors, by draw of labels. Raises OSError."""
    everybody = read(folder)
    owners = [one.person for one in everybody]
    stated = mailmap.known(everybody)
    found = stated.proposed()
    inside = set(zip(found.a.tolist(), found.b.tolist(), strict=True))
    models = {seed: mailmap.taught(owners, found, seed, mailmap.POINT)[1] for seed in mailmap.SEEDS}
    counts: dict[int, Counter[str]] = {seed: Counter() for seed in models}
    for begin in range(0, len(owners), _ROWS):
        rows = range(begin, min(begin + _ROWS, len(owners)))
        pairs = stated.described((a, b) for a in rows for b in range(a + 1, len(owners)))
        same = mailmap.are_same(owners, pairs)
        part = np.asarray([pair in inside for pair in zip(pairs.a.tolist(), pairs.b.tolist(), strict=True)])
        for seed, model in models.items():
            said = expit(model(pairs))
            for least in _LEAST_AUTHORS:
                for name, where in (("candidates", part), ("others", ~part)):
                    told = where & (said >= least)
                    counts[seed][f"{least} {name}, true"] += int((told & same).sum())
                    counts[seed][f"{least} {name}, false"] += int((told & ~same).sum())
    return {f"draw {seed}": dict(counts[seed]) for seed in counts}


def main(folder: Path, truth: Path | None) -> None:
    """Print what differs."""
    for name, told in (authors(folder) if truth is None else compare(folder, truth)).items():
        sys.stdout.write(f"{name}:\n")
        for key, value in told.items():
            sys.stdout.write(f"  {key}: {value}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
