"""Learns the weights of names (`names_model.json`) from public data; nothing of the data is in the file.

    python -m safelight.identities.evaluation.train_names REALDATA

REALDATA holds the folders `mailmap` (authors' names and addresses; who is who by the project's .mailmap) and `irc` (nicks;
who is who by changes of nick). Half of the persons of each are used, drawn by lot with a fixed seed; the figures that the
evaluations report for others are of the other half. Pairs are those that `naming.compare` proposes.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import orjson
from sklearn.linear_model import LogisticRegression

from safelight.identities import naming
from safelight.identities.evaluation import irc_log, mailmap_records
from safelight.identities.evidence.names import MODEL
from safelight.identities.model import Bench
from safelight.identities.naming import FEATURES, Floats

SEED: Final = 20
PENALTY: Final = 1.0


def training(people: Sequence[str]) -> set[str]:
    """Those that are learned from: half of them, by lot."""
    every = sorted(set(people))
    chosen = np.random.default_rng(SEED).permutation(len(every))[: len(every) // 2]
    return {every[n] for n in chosen.tolist()}


def main(folder: Path) -> None:
    """Learn and write the model."""
    authors = mailmap_records.read(folder / "mailmap")
    log = irc_log.read(folder / "irc")
    with mailmap_records.bench(authors, locals_too=True) as bench:
        names, same = _pairs(bench, {f"{n:06}": one.person for n, one in enumerate(authors)})
        accounts = bench.size
    with irc_log.bench(log) as bench:
        nicks, one_nick = _pairs(bench, log.person)
    learned = LogisticRegression(C=PENALTY, max_iter=5_000).fit(
        np.concatenate((names, nicks)), np.concatenate((same, one_nick))
    )
    told = {
        "command": "python -m safelight.identities.evaluation.train_names REALDATA",
        "pairs": {"mailmap": len(same), "irc": len(one_nick)},
        "same": {"mailmap": int(same.sum()), "irc": int(one_nick.sum())},
        "accounts": accounts,
        "constant": round(float(learned.intercept_[0]), 4),
        "factors": {
            name: round(float(one), 4) for name, one in zip(FEATURES, learned.coef_[0].tolist(), strict=True)
        },
    }
    MODEL.write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2) + b"\n")


def _pairs(bench: Bench, known: Mapping[str, str]) -> tuple[Floats, Floats]:
    """Features and truth of the pairs that are proposed among those who are learned from."""
    chosen = training(list(known.values()))
    ids = [row[0] for row in bench.db.execute("select id from tenures order by tenure").fetchall()]
    found = naming.compare(naming.forms(bench))
    one, other = ([known.get(ids[n]) for n in side.tolist()] for side in (found.a, found.b))
    kept = np.asarray([x in chosen and y in chosen for x, y in zip(one, other, strict=True)], dtype=bool)
    same = np.asarray([x == y for x, y in zip(one, other, strict=True)], dtype=np.float64)
    return found.features[kept], same[kept]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
