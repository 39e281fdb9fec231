"""Learns what a style score means: `python -m safelight.identities.style.train FOLDER` writes `weights.json`.

FOLDER holds the public chats (`evaluation/chats.py`); only its part `train` is read. The cohort's own features need no
teaching (`cohort.py`); learned are the weights of the views and the calibration, a few dozen numbers, from simulated
cohorts: many and few accounts, with and without counterparts, much and little text.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from safelight.identities.evaluation.chats import Chats, read
from safelight.identities.style.cohort import Floats, Member, fit
from safelight.identities.style.index import Index, build
from safelight.identities.style.model import LEAST_MESSAGES, Model, speaks, terms
from safelight.identities.style.rivals import Compared, Neighbours
from safelight.identities.style.text import sample, without_copies

SEED = 1
VIEWS: Mapping[str, float] = {"characters": 1.0, "words": 1.0}
_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Simulated:
    """One cohort, compared: every near pair, every true one, and a draw of the others with its weight."""

    accounts: Sequence[str]
    index: Index
    neighbours: Neighbours
    characters: Floats
    compared: Compared
    same: npt.NDArray[np.bool_]
    weight: npt.NDArray[np.float64]


def simulate(
    chats: Chats, views: Mapping[str, float], networks: Mapping[str, str] | None = None, *, seed: int = SEED
) -> Simulated:
    """Compare the accounts of `chats` that wrote enough, each with each. `networks`: by account; else all in one."""
    written = sorted(chats.lines.items())
    samples = without_copies([sample([line.text for line in lines]) for _account, lines in written])
    texts = {account: found for (account, _lines), found in zip(written, samples, strict=True)}
    enough = [one for one, found in texts.items() if speaks(found)]
    members = [Member(networks[one] if networks else "", texts[one]) for one in enough]
    index = build(members, fit(members, seed=seed), views, seed=seed)
    neighbours = Neighbours.of(index)
    characters = np.array([sum(map(len, texts[one])) for one in enough], np.float32)
    place = {one: number for number, one in enumerate(enough)}
    near = set(zip(*(side.tolist() for side in neighbours.pairs(5)), strict=True))
    true = {
        (min(place[a], place[b]), max(place[a], place[b]))
        for a, b in chats.counterparts()
        if a in place and b in place
    }
    dice = np.random.default_rng(seed)
    drawn = dice.integers(0, len(enough), (4 * len(enough), 2))
    others = {(min(a, b), max(a, b)) for a, b in drawn.tolist() if a != b} - near - true
    everything = len(enough) * (len(enough) - 1) / 2
    chosen, weights = [], []
    for pairs, weight in (
        (near | true, 1.0),
        (others, (everything - len(near | true)) / max(1, len(others))),
    ):
        for a, b in sorted(pairs):
            persons = frozenset((chats.person[enough[a]], chats.person[enough[b]]))
            if len(persons) == 1 or persons not in chats.uncertain:
                chosen.append((a, b))
                weights.append(weight)
    pairs_array = np.array(chosen, np.int64)
    compared = neighbours.compare(index, pairs_array[:, 0], pairs_array[:, 1])
    same = np.array([pair in true for pair in chosen])
    return Simulated(enough, index, neighbours, characters, compared, same, np.array(weights))


def cohorts(chats: Chats, seed: int = SEED) -> Iterator[tuple[Chats, Mapping[str, str] | None]]:
    """Cohorts to learn from, and the networks of their accounts (None: all in one).

    Amounts of text equal and mixed, all persons and fewer, counterparts there and gone; and two networks, for which the
    biggest channel stands against all others.
    """
    dice = np.random.default_rng(seed)
    persons = sorted(set(chats.person.values()))
    second = [b for _a, b in chats.counterparts()]
    settings = ((1.0, 0.0), (1.0, 0.35), (0.4, 0.3), (0.7, 0.6))
    for number, messages in enumerate((50, 200, 25, 200, 0, 0, 400, 100, 100, 0)):
        share, gone = settings[number % len(settings)]
        staying = set(dice.choice(persons, round(share * len(persons)), replace=False).tolist())
        without = set(dice.choice(second, round(gone * len(second)), replace=False).tolist())
        part = chats.only(frozenset(a for a, p in chats.person.items() if p in staying and a not in without))
        amounts = {one: int(dice.choice([25, 50, 100, 200, 400])) for one in sorted(part.person)}
        yield part.limited(messages or amounts, seed=int(dice.integers(1 << 30))), None
    for messages in (100, 400):
        apart, networks = by_channel(chats)
        yield apart.limited(messages, seed=int(dice.integers(1 << 30))), networks


def by_channel(chats: Chats) -> tuple[Chats, Mapping[str, str]]:
    """Two networks made of channels: each account keeps what it wrote in the biggest channel, or what it wrote elsewhere.

    Of two accounts of one person one is in either network where that is possible.
    """
    counted = Counter(line.channel for lines in chats.lines.values() for line in lines)
    biggest = counted.most_common(1)[0][0]
    inside = {one: [line for line in lines if line.channel == biggest] for one, lines in chats.lines.items()}
    outside = {one: [line for line in lines if line.channel != biggest] for one, lines in chats.lines.items()}
    partner = {one: other for pair in chats.counterparts() for one, other in (pair, pair[::-1])}
    lines, networks = {}, {}
    for account in sorted(chats.person):
        other = partner.get(account)
        goes = len(outside[account])
        if other is not None and (len(outside[other]), other) > (goes, account):
            goes = 0
        away = goes >= LEAST_MESSAGES and (other is None or len(inside[other]) >= LEAST_MESSAGES)
        lines[account] = outside[account] if away else inside[account]
        networks[account] = "elsewhere" if away else biggest
    return Chats(chats.person, lines, chats.uncertain), networks


def fold(person: str) -> int:
    """The fold in which a person is held out."""
    return int(person[1:]) % _FOLDS


def calibrate(
    rows: Floats | npt.NDArray[np.float64], same: npt.NDArray[np.bool_], weight: npt.NDArray[np.float64]
) -> tuple[float, list[float]]:
    """Intercept and weights of the logistic model."""
    scaler = StandardScaler().fit(rows)
    logistic = LogisticRegression(C=1.0, max_iter=2_000).fit(
        scaler.transform(rows), same, sample_weight=weight
    )
    weights = logistic.coef_[0] / scaler.scale_
    return float(logistic.intercept_[0] - (weights * scaler.mean_).sum()), [float(one) for one in weights]


def train(folder: Path) -> Model:
    """Learn from the part `train` of the folder."""
    chats = read(folder, "train")
    rows, same, weight = [], [], []
    for part, networks in cohorts(chats):
        found = simulate(part, VIEWS, networks)
        rows.append(terms(found.compared, found.characters))
        same.append(found.same)
        weight.append(found.weight)
    intercept, weights = calibrate(np.concatenate(rows), np.concatenate(same), np.concatenate(weight))
    about = f"realdata/writing, part train: {len(set(chats.person.values()))} persons, {len(chats.person)} accounts"
    return Model(1, about, VIEWS, round(intercept, 6), [round(one, 6) for one in weights])


def main() -> None:
    """Write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="folder with messages.parquet and accounts.csv")
    given = parser.parse_args()
    (Path(__file__).parent / "weights.json").write_text(train(given.folder).to_json(), "utf-8")


if __name__ == "__main__":
    main()
