"""What the accounts of a bench wrote, compared: the state from which style proposes, measures and explains.

It is kept between weighings (`save`, `load`): vectors, norms and neighbours are numbers, and beside them lie the words that
are common in the cohort and the habits that are told. `take_in` lays a few accounts that came or changed beside a kept
state: its features, weights and cohorts stay those of the last whole weighing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson

from safelight.identities.style import model
from safelight.identities.style.cohort import Cohort, Fitted, Floats, Member, Numbers, fit
from safelight.identities.style.counts import Counter
from safelight.identities.style.habits import Habits
from safelight.identities.style.index import Index, build
from safelight.identities.style.rivals import Neighbours
from safelight.identities.style.text import copied, digests, without

_NUMBERS: Final = "numbers.npz"
_WORDS: Final = "words.json"


@dataclass(slots=True)
class Written:
    """Accounts that wrote enough are rows of the index. `row` by tenure; -1: not enough text."""

    row: Numbers
    tenure: Numbers
    messages: Numbers
    characters: Floats
    seen: Numbers
    """Digests of texts so long that whoever else wrote them copied them; `seen_by`: the tenures that wrote them."""
    seen_by: Numbers
    cohort: Cohort
    index: Index
    neighbours: Neighbours
    habits: Habits

    def copied(self) -> frozenset[int]:
        """Digests of texts that several tenures wrote."""
        return copied(self.seen)


def compare(
    size: int, samples: Mapping[int, Sequence[str]], networks: Mapping[int, str], names: frozenset[str]
) -> Written | None:
    """Compare all. `samples` (`text.sample`), `networks`: by tenure, of which there are `size`; `names` of accounts, in
    lower case. None where too few wrote enough."""
    enough = {tenure: found for tenure, found in samples.items() if model.speaks(found)}
    seen, seen_by = _seen(enough)
    own = _own(enough, seen, seen_by)
    tenures = [tenure for tenure, found in own.items() if model.speaks(found)]
    members = [Member(networks.get(tenure, ""), own[tenure]) for tenure in tenures]
    if len(members) < model.LEAST_ACCOUNTS:
        return None
    cohort = fit(members, names)
    index = build(members, cohort, model.learned().views)
    row = np.full(size, -1, np.int64)
    row[tenures] = np.arange(len(tenures))
    return Written(
        row,
        np.array(tenures, np.int64),
        np.array([len(member.texts) for member in members], np.int64),
        np.array([sum(map(len, member.texts)) for member in members], np.float32),
        seen,
        seen_by,
        cohort,
        index,
        Neighbours.of(index),
        Habits([member.texts for member in members], cohort.counter.kept),
    )


def _seen(samples: Mapping[int, Sequence[str]]) -> tuple[Numbers, Numbers]:
    """Digests of each tenure's long texts, each once, and whose they are."""
    found = [np.unique(digests(texts)) for texts in samples.values()]
    by = np.repeat(np.array(list(samples), np.int64), [len(one) for one in found])
    return np.concatenate([np.zeros(0, np.int64), *found]), by


def _own(samples: Mapping[int, Sequence[str]], seen: Numbers, seen_by: Numbers) -> dict[int, Sequence[str]]:
    """The samples without what was copied."""
    away = copied(seen)
    concerned = set(seen_by[np.isin(seen, np.array(sorted(away), np.int64))].tolist())
    return {
        tenure: without(texts, away) if tenure in concerned else texts for tenure, texts in samples.items()
    }


def take_in(kept: Written, samples: Mapping[int, Sequence[str]], networks: Mapping[int, str]) -> bool:
    """Lay tenures that came or changed beside a kept state (`load`), with their samples now. False where that cannot be:
    one is of a network that nobody was in."""
    stays = ~np.isin(kept.seen_by, np.array(list(samples), np.int64))
    enough = {tenure: found for tenure, found in samples.items() if model.speaks(found)}
    seen, seen_by = _seen(enough)
    kept.seen = np.concatenate([kept.seen[stays], seen])
    kept.seen_by = np.concatenate([kept.seen_by[stays], seen_by])
    own = _own(enough, kept.seen, kept.seen_by)
    members = {
        tenure: Member(networks.get(tenure, ""), found)
        for tenure, found in own.items()
        if model.speaks(found)
    }
    if not {member.network for member in members.values()} <= set(kept.index.networks):
        return False
    gone = np.array([kept.row[tenure] for tenure in samples if kept.row[tenure] >= 0], np.int64)
    kept.row[list(samples)] = -1
    kept.index.leave_out(gone)
    rows = kept.index.extend(list(members.values()), kept.cohort)
    kept.row[list(members)] = rows
    kept.tenure = np.concatenate([kept.tenure, np.array(list(members), np.int64)])
    texts = [member.texts for member in members.values()]
    kept.messages = np.concatenate([kept.messages, np.array([len(one) for one in texts], np.int64)])
    sizes = np.array([sum(map(len, one)) for one in texts], np.float32)
    kept.characters = np.concatenate([kept.characters, sizes])
    kept.neighbours = kept.neighbours.renewed(kept.index, gone, rows)
    for row, one in zip(rows.tolist(), texts, strict=True):
        kept.habits.add(row, one, new=True)
    return True


def save(found: Written, folder: Path) -> None:
    """Write it into a new folder. Raises OSError."""
    folder.mkdir(mode=0o700)
    numbers: dict[str, Any] = {
        "row": found.row, "tenure": found.tenure, "messages": found.messages, "characters": found.characters,
        "seen": found.seen, "seen_by": found.seen_by, "network": found.index.network, "language": found.index.language,
        "near": found.neighbours.rows, "near_scores": found.neighbours.scores,
    }  # fmt: skip
    for number, cohort in enumerate(found.index.cohorts):
        numbers[f"cohort {number}"] = cohort
    for stage in found.index.mean:
        numbers[f"mean {stage}"], numbers[f"spread {stage}"] = (
            found.index.mean[stage],
            found.index.spread[stage],
        )
    for view, fitted in found.cohort.views.items():
        numbers |= {
            f"columns {view}": fitted.columns,
            f"centre {view}": fitted.mean,
            f"weight {view}": fitted.weight,
        }
        numbers |= {f"centre {view} {network}": mean for network, mean in fitted.means.items()}
        np.save(folder / f"{view}.npy", found.index.vectors[view])
    np.savez(folder / _NUMBERS, allow_pickle=False, **numbers)
    words = {
        "networks": list(found.index.networks), "weights": dict(found.index.weights), "views": list(found.cohort.views),
        "centres": {view: list(fitted.means) for view, fitted in found.cohort.views.items()},
        "common": sorted(found.cohort.counter.kept), "users": found.habits.users, "size": found.habits.size,
    }  # fmt: skip
    (folder / _WORDS).write_bytes(orjson.dumps(words))


def load(folder: Path, number: Numbers, size: int) -> Written:
    """What `save` wrote. `number`: by tenure then, what it is now, of `size` tenures. Raises OSError, ValueError."""
    words = orjson.loads((folder / _WORDS).read_bytes())
    with np.load(folder / _NUMBERS) as file:
        kept = {name: file[name] for name in file.files}
    row = np.full(size, -1, np.int64)
    row[number] = kept["row"]
    views = {
        view: Fitted(
            kept[f"columns {view}"],
            kept[f"centre {view}"],
            {network: kept[f"centre {view} {network}"] for network in words["centres"][view]},
            kept[f"weight {view}"],
        )
        for view in words["views"]
    }
    stages = (*words["weights"], "")
    index = Index(
        # Read from the disk where a score is asked for, and never written back.
        {view: np.load(folder / f"{view}.npy", mmap_mode="r") for view in words["views"]},
        kept["network"],
        words["networks"],
        kept["language"],
        words["weights"],
        [kept[f"cohort {place}"] for place in range(len(words["networks"]))],
        {stage: kept[f"mean {stage}"] for stage in stages},
        {stage: kept[f"spread {stage}"] for stage in stages},
    )
    return Written(
        row,
        number[kept["tenure"]],
        kept["messages"],
        kept["characters"],
        kept["seen"],
        number[kept["seen_by"]],
        Cohort(Counter(words["common"]), views),
        index,
        Neighbours(kept["near"], kept["near_scores"]),
        Habits.kept(words["users"], words["size"], words["common"]),
    )
