"""How well nicks and hosts tell people in a chat network apart (`realdata/irc`). Truth: one nick became the other.

What is not known to be one person need not be two, so precision is stated for pairs of which both are known to have changed
their nick: it is a lower bound. Half of the persons were used to learn the weights of names, and what names and hosts are
worth in such a network; figures are of the other half.
The traps of this data are reported: names that many take, and hosts that stand for many.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from sklearn.linear_model import LogisticRegression

from safelight.identities.clusters import cluster
from safelight.identities.evaluation.baselines import alike_names, joined_by_identifier
from safelight.identities.evaluation.irc_log import Log, bench, read
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
from safelight.identities.evidence import host, names
from safelight.identities.handles import handle
from safelight.identities.model import Bench
from safelight.identities.naming import Floats
from safelight.ledger.identities import Standing

#: Groups are joined where their pairs are on average more probable than this.
JOIN: Final = 0.8


def evaluate(folder: Path) -> dict[str, Any]:
    """All figures. Raises OSError."""
    log = read(folder)
    with bench(log) as told:
        ids = [row[0] for row in told.db.execute("select id from tenures order by tenure").fetchall()]
        a, b, points = _weighed(told)
        hosts = _hosts(told)
    chosen = training(list(log.person.values()))
    person = {nick: who for nick, who in log.person.items() if who not in chosen}
    odds = _learned(
        log, chosen, [(ids[x], ids[y]) for x, y in zip(a.tolist(), b.tolist(), strict=True)], points
    )
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
        "blocking": _blocking(log, person, ids, a, b),
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


def _weighed(told: Bench) -> tuple[Any, Any, Floats]:
    """Pairs that names or hosts propose, and the points of both."""
    proposed = pa.concat_tables([names.KIND.propose(told), host.KIND.propose(told)])
    told.db.register("proposed", proposed)
    told.db.execute("insert into pairs select distinct a, b, null from proposed order by a, b")
    told.db.unregister("proposed")
    pairs = told.db.sql("select a, b from pairs order by a, b").fetchnumpy()
    a, b = pairs["a"].astype(np.int64), pairs["b"].astype(np.int64)
    size = int(told.db.execute("select count(*) from tenures").fetchall()[0][0])
    columns = []
    for kind in (names.KIND, host.KIND):
        found = kind.measure(told)
        points = np.zeros(len(a))
        keys = found["a"].to_numpy().astype(np.int64) * size + found["b"].to_numpy()
        points[np.searchsorted(a * size + b, keys)] = found["points"].to_numpy()
        columns.append(points)
    return a, b, np.column_stack(columns)


def _learned(log: Log, chosen: set[str], pairs: list[tuple[str, str]], points: Floats) -> Floats:
    """Log-odds of all pairs, learned from those among the persons `chosen`."""
    people = [(log.person.get(x), log.person.get(y)) for x, y in pairs]
    at = [n for n, (x, y) in enumerate(people) if x in chosen and y in chosen]
    same = [people[n][0] == people[n][1] for n in at]
    model = LogisticRegression(C=1.0, max_iter=1_000).fit(points[at], same)
    odds: Floats = model.decision_function(points)
    return odds


def _blocking(log: Log, person: dict[str, str], ids: list[str], a: Any, b: Any) -> dict[str, Any]:
    kept = {(ids[x], ids[y]) for x, y in zip(a.tolist(), b.tolist(), strict=True)}
    true = {pair for pair in log.changes if pair[0] in person and pair[1] in person}
    linkable = {pair for pair in true if _told(log, pair[0]) & _told(log, pair[1])}
    return {
        "changes": len(true),
        "recall": len(true & kept) / max(1, len(true)),
        "changes with a trigram of the nick or a user@host in common": len(linkable),
        "recall of these": len(linkable & kept) / max(1, len(linkable)),
        "candidates": len(kept),
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
            said.append(float(1 / (1 + np.exp(-w))))
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
