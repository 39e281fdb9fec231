"""How well nicks and hosts tell people in a chat network apart (`realdata/irc`). Truth: one nick became the other.

What is not known to be one person need not be two, so precision is stated for pairs of which both are known to have changed
their nick: it is a lower bound. Half of the persons were used to learn the weights of names, and what names and hosts are
worth in such a network; figures are of the other half.
The traps of this data are reported: names that many take, and hosts that stand for many.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from safelight.identities.clusters import cluster
from safelight.identities.evaluation.baselines import alike_names, joined_by_identifier
from safelight.identities.evaluation.blocking import blocking
from safelight.identities.evaluation.irc_log import Log, add_changes, bench, read
from safelight.identities.evaluation.measures import (
    b_cubed,
    brier,
    calibration_error,
    false_merges,
    over_persons,
    pairwise,
    reliability,
)
from safelight.identities.evaluation.train_names import training
from safelight.identities.evidence import host, names, renamed
from safelight.identities.handles import handle
from safelight.identities.kinds import Kind
from safelight.identities.model import Bench
from safelight.identities.naming import Floats, Ints
from safelight.ledger.identities import Standing

#: Groups are joined where their pairs are on average more probable than this.
JOIN: Final = 0.8


def evaluate(folder: Path) -> dict[str, Any]:
    """All figures. Raises OSError."""
    log = read(folder)
    chosen = training(list(log.person.values()))
    person = {nick: who for nick, who in log.person.items() if who not in chosen}
    true = {pair for pair in log.changes if pair[0] in person and pair[1] in person}
    with bench(log) as told:
        ids = [row[0] for row in told.db.execute("select id from tenures order by tenure").fetchall()]
        number = {nick: n for n, nick in enumerate(ids)}
        proposed = _proposed(told, (names.KIND, host.KIND))
        a, b, points = _weighed(told, proposed)
        *_pairs, points_lost = _weighed(told, {(number[x], number[y]) for x, y in true} - proposed)
        hosts = _hosts(told)
        add_changes(told, log)
        in_operation = proposed | _proposed(told, (renamed.KIND,))
    nicks = [(ids[x], ids[y]) for x, y in zip(a.tolist(), b.tolist(), strict=True)]
    model = _model(log, chosen, nicks, points)
    odds: Floats = model.decision_function(points)
    left_out: Floats = expit(model.decision_function(points_lost)) if len(points_lost) else np.zeros(0)
    weighed = [
        (ids[x], ids[y], float(w - np.log(JOIN / (1 - JOIN)))) for x, y, w in zip(a, b, odds, strict=True)
    ]
    made = cluster(weighed, ids, Standing({}))
    known = sorted(person)
    jaro = alike_names({one: [one] for one in known}, 0.92)
    addresses = [(nick, value) for nick, values in sorted(log.joins.items()) for value in sorted(values)]
    every = {**log.person, **person}
    return {
        "nicks": len(ids),
        "changes of nick": len(log.changes),
        "persons of the truth": len(set(log.person.values())),
        "persons not learned from": len(set(person.values())),
        "blocking": _blocking(
            log,
            true,
            dict(zip(nicks, expit(odds).tolist(), strict=True)),
            left_out,
            {(ids[x], ids[y]) for x, y in in_operation},
        ),
        "clusters": {
            **_figures(made.of(), person),
            "largest": max((len(one) for one in made.members.values()), default=0),
        },
        "probabilities": _probabilities(person, ids, a, b, odds),
        "traps": {
            "largest chain if every change were believed": log.chained,
            "largest person of the truth": max(Counter(every.values()).values()),
            **hosts,
        },
        "baseline, exact user@host": _figures(joined_by_identifier(addresses, ids), person),
        "baseline, Jaro-Winkler 0.92": _figures(
            joined_by_identifier([(one, f"{x} {y}") for x, y in sorted(jaro) for one in (x, y)], known),
            person,
        ),
    }


def _proposed(told: Bench, kinds: Sequence[Kind]) -> set[tuple[int, int]]:
    """Pairs of tenures (a < b) that these kinds propose."""
    found = pa.concat_tables([kind.propose(told) for kind in kinds])
    return set(zip(found["a"].to_pylist(), found["b"].to_pylist(), strict=True))


def _weighed(told: Bench, pairs: Iterable[tuple[int, int]]) -> tuple[Ints, Ints, Floats]:
    """These pairs in order, and the points of names and of hosts."""
    table = np.asarray(sorted(pairs), dtype=np.int64).reshape(-1, 2)
    a, b = table[:, 0], table[:, 1]
    told.db.execute("delete from pairs")
    told.add("pairs", pa.table({"a": pa.array(a, pa.int32()), "b": pa.array(b, pa.int32())}))
    columns = []
    for kind in (names.KIND, host.KIND):
        found = kind.measure(told)
        points = np.zeros(len(a))
        keys = found["a"].to_numpy().astype(np.int64) * told.size + found["b"].to_numpy()
        points[np.searchsorted(a * told.size + b, keys)] = found["points"].to_numpy()
        columns.append(points)
    return a, b, np.column_stack(columns)


def _model(log: Log, chosen: set[str], pairs: list[tuple[str, str]], points: Floats) -> LogisticRegression:
    """What points are worth, learned from the pairs among the persons `chosen`."""
    people = [(log.person.get(x), log.person.get(y)) for x, y in pairs]
    at = [n for n, (x, y) in enumerate(people) if x in chosen and y in chosen]
    same = [people[n][0] == people[n][1] for n in at]
    return LogisticRegression(C=1.0, max_iter=1_000).fit(points[at], same)


def _blocking(
    log: Log,
    true: Set[tuple[str, str]],
    kept: Mapping[tuple[str, str], float],
    lost: Floats,
    in_operation: Set[tuple[str, str]],
) -> dict[str, Any]:
    """`kept`, `lost`: probabilities of all candidates and of the changes that are none."""
    linkable = {pair for pair in true if _told(log, pair[0]) & _told(log, pair[1])}
    return {
        "changes of nick that are hidden": len(true),
        **blocking(np.asarray([kept[pair] for pair in sorted(true & kept.keys())]), lost, len(kept)),
        "changes with a trigram of the nick or a user@host in common": len(linkable),
        "recall of these": len(linkable & kept.keys()) / max(1, len(linkable)),
        "recall where changes of nick are evidence, as in an operation": len(true & in_operation)
        / max(1, len(true)),
    }


def _told(log: Log, nick: str) -> set[str]:
    core = handle(nick).core
    return {core[at : at + 3] for at in range(len(core) - 2)} | set(log.joins.get(nick, ()))


def _figures(of: Any, person: dict[str, str]) -> dict[str, Any]:
    scores, cubed = pairwise(of, person), b_cubed(of, person)
    members: dict[Any, list[str]] = defaultdict(list)
    for nick in person:
        members[of.get(nick, ("alone", nick))].append(nick)
    told = np.asarray([len(members[of.get(nick, ("alone", nick))]) - 1 for nick in person], float)
    right = np.asarray(
        [
            sum(person[other] == who for other in members[of.get(nick, ("alone", nick))]) - 1
            for nick, who in person.items()
        ],
        float,
    )
    interval = over_persons(
        lambda rows: float(right[rows].sum() / max(1, told[rows].sum())), list(person.values()), draws=300
    )
    return {
        "pair precision, at least": scores.precision,
        "pair precision, 95 %": [interval.low, interval.high],
        "pair recall": scores.recall,
        "B-cubed precision, at least": cubed.precision,
        "B-cubed recall": cubed.recall,
        "false merges, at most": false_merges(of, person),
    }


def _probabilities(person: dict[str, str], ids: list[str], a: Any, b: Any, odds: Floats) -> dict[str, Any]:
    said, true = [], []
    for x, y, w in zip(a.tolist(), b.tolist(), odds.tolist(), strict=True):
        one, other = person.get(ids[x]), person.get(ids[y])
        if one is not None and other is not None:
            said.append(float(expit(w)))
            true.append(one == other)
    return {
        "pairs": len(said),
        "Brier": brier(said, true),
        "expected calibration error": calibration_error(said, true),
        "reliability": [
            {"from": one.low, "pairs": one.count, "said": one.said, "true": one.true}
            for one in reliability(said, true)
        ],
    }


def _hosts(told: Bench) -> dict[str, Any]:
    """The hosts that most nicks have, and how many pairs of their nicks the host still proposes."""
    crowded = """
        with h as (select distinct tenure, regexp_extract(value, '[^@]*$') as host from identifiers where kind = 'host')
        select count(*) from by_host join h x on x.tenure = a join h y on y.tenure = b and y.host = x.host
        where x.host = ?"""
    rows = told.db.execute(
        "select regexp_extract(value, '[^@]*$') as host, count(distinct tenure) as n from identifiers "
        "where kind = 'host' group by host order by n desc, host limit 1"
    ).fetchall()
    proposed = host.KIND.propose(told)
    told.db.register("by_host", proposed)
    crowd = told.db.execute(crowded, [rows[0][0] if rows else ""]).fetchall()
    told.db.unregister("by_host")
    return {
        "nicks of the host that most have": rows[0][1] if rows else 0,
        "pairs that this host proposes": crowd[0][0],
    }
