"""Learns what a style score means: `python -m safelight.identities.style.train FOLDER` writes `weights.json`.

FOLDER holds the public chats (`evaluation/chats.py`); only its part `train` is read. The cohort's own features need no
teaching (`cohort.py`); learned are the weights of the views and the calibration, a few dozen numbers, from simulated
cohorts: many and few accounts, with and without counterparts, much and little text.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from safelight.identities.evaluation.chats import Chats, read
from safelight.identities.evaluation.measures import calibration_error
from safelight.identities.style.cohort import Floats, Member, fit
from safelight.identities.style.index import Index, build
from safelight.identities.style.model import LEAST, Model, probability, speaks, terms
from safelight.identities.style.rivals import Compared, Neighbours
from safelight.identities.style.text import sample, without_copies

SEED = 1
VIEWS: Mapping[str, float] = {"characters": 1.0, "words": 1.0}
_FOLDS = 5
#: Learned from are accounts with less text than style speaks of, so that the line is drawn inside what is known.
_LEAST = (20, 400)
#: Messages an account (0: mixed), share of the persons, share of the counterparts that are gone.
_COHORTS = (
    (50, 1.0, 0.0), (200, 1.0, 0.35), (25, 0.4, 0.3), (200, 0.7, 0.6), (0, 1.0, 0.0),
    (0, 1.0, 0.35), (400, 0.4, 0.3), (100, 0.7, 0.6), (100, 1.0, 0.0), (0, 1.0, 0.35),
)  # fmt: skip
_SMALL_COHORTS = (
    (50, 0.4, 0.0), (100, 0.4, 0.0), (200, 0.4, 0.0), (400, 0.4, 0.0), (0, 0.4, 0.0),
    (50, 0.4, 0.35), (200, 0.4, 0.35), (100, 0.6, 0.2),
)  # fmt: skip


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
    chats: Chats,
    views: Mapping[str, float],
    networks: Mapping[str, str] | None = None,
    *,
    seed: int = SEED,
    least: tuple[int, int] = LEAST,
) -> Simulated:
    """Compare the accounts of `chats` that wrote enough, each with each. `networks`: by account; else all in one."""
    written = sorted(chats.lines.items())
    samples = without_copies([sample([line.text for line in lines]) for _account, lines in written])
    texts = {account: found for (account, _lines), found in zip(written, samples, strict=True)}
    enough = [one for one, found in texts.items() if speaks(found, least)]
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
    for messages, share, gone in _COHORTS:
        yield _drawn(chats, dice, messages, share, gone), None
    for messages in (100, 400):
        apart, networks = by_channel(chats)
        yield apart.limited(messages, seed=int(dice.integers(1 << 30))), networks
    for messages, share, gone in _SMALL_COHORTS:
        yield _drawn(chats, dice, messages, share, gone), None


def _drawn(chats: Chats, dice: np.random.Generator, messages: int, share: float, gone: float) -> Chats:
    """A share of the persons, some of them without their counterpart; `messages` 0: some much, some little."""
    persons = sorted(set(chats.person.values()))
    second = [b for _a, b in chats.counterparts()]
    staying = set(dice.choice(persons, round(share * len(persons)), replace=False).tolist())
    without = set(dice.choice(second, round(gone * len(second)), replace=False).tolist())
    part = chats.only(frozenset(a for a, p in chats.person.items() if p in staying and a not in without))
    amounts = {one: int(dice.choice([25, 50, 100, 200, 400])) for one in sorted(part.person)}
    return part.limited(messages or amounts, seed=int(dice.integers(1 << 30)))


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
        away = goes >= _LEAST[0] and (other is None or len(inside[other]) >= _LEAST[0])
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


def honest(simulated: Sequence[Simulated], chats: Chats) -> tuple[float, float, float]:
    """Cross-fitted on persons: calibration error of near pairs, precision and recall of P >= 0.95."""
    rows = np.concatenate([terms(one.compared, one.characters) for one in simulated])
    same = np.concatenate([one.same for one in simulated])
    weight = np.concatenate([one.weight for one in simulated])
    folds = [np.array([fold(chats.person[account]) for account in one.accounts]) for one in simulated]
    of_a = np.concatenate([of[one.compared.a] for of, one in zip(folds, simulated, strict=True)])
    of_b = np.concatenate([of[one.compared.b] for of, one in zip(folds, simulated, strict=True)])
    said = np.zeros(len(same))
    for held in range(_FOLDS):
        learning, tested = (of_a != held) & (of_b != held), of_a == held
        intercept, weights = calibrate(rows[learning], same[learning], weight[learning])
        said[tested] = probability(rows[tested] @ np.array(weights) + intercept)
    near, claimed = weight == 1.0, said >= 0.95
    error = calibration_error(said[near].tolist(), same[near].tolist())
    return error, float(same[claimed].mean()), float(claimed[same].mean())


def learn(simulated: Sequence[Simulated], about: str) -> Model:
    """The model of all cohorts together."""
    rows = np.concatenate([terms(one.compared, one.characters) for one in simulated])
    same = np.concatenate([one.same for one in simulated])
    intercept, weights = calibrate(rows, same, np.concatenate([one.weight for one in simulated]))
    return Model(1, about, VIEWS, round(intercept, 6), [round(one, 6) for one in weights])


def main() -> None:
    """Write the weights, and print what cross-fitting over persons says of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="folder with messages.parquet and accounts.csv")
    chats = read(parser.parse_args().folder, "train")
    simulated = [simulate(part, VIEWS, networks, least=_LEAST) for part, networks in cohorts(chats)]
    about = f"realdata/writing, part train: {len(set(chats.person.values()))} persons, {len(chats.person)} accounts"
    (Path(__file__).parent / "weights.json").write_text(learn(simulated, about).to_json(), "utf-8")
    error, precision, recall = honest(simulated, chats)
    sys.stdout.write(
        f"cross-fitted: calibration error {error:.4f}, P >= 0.95 precision {precision:.4f}, recall {recall:.3f}\n"
    )


if __name__ == "__main__":
    main()
