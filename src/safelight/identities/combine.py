"""All evidence about a pair summed into log-odds whose parts are the explanation, and made a calibrated probability.

First a sum: the prior, and each kind's points times its learned weight. Kinds of one group say partly the same thing: the
strongest counts whole, each further one less, what merely repeats another piece hardly counts, and a group adds at most its
cap. What soft kinds add across two networks is capped once more, so that style and the like alone never make a claim there.
So prior and points add up to `log_odds`.

Then the second calibration: what pairs with such a sum, such a lead over the next candidate (within the same two networks,
for a person has accounts in many) and so much hard evidence turned out to be, in operations whose truth is known. What those
operations do not contain is not calibrated by them: see `cautious`.

Whatever its probability, a pair is a proposal only by evidence that may carry a claim: see `Combined.claims`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import orjson
import pyarrow as pa

from safelight.identities.calibration import Calibration
from safelight.identities.kinds import Kind
from safelight.identities.model import Bench
from safelight.identities.repeated import factors

Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]

#: A lead larger than this is no better.
WIDEST: Final = 6.0
#: Hard pieces carry a claim from this on: one that hardly weighs anything does not.
CARRIES: Final = 2.0
#: Hard kinds that never carry a claim alone: who was logged in on a thing or is in all talk on it may be one of several
#: people, and one message that names an account may be a slip. Another kind must add so much.
SECONDED: Final = {"owner": 1.0, "everywhere": 1.0, "moves": 1.0}
#: Kinds that rest on a thing which a household shares. Names second them only where they are the same: a surname in common
#: is what a household has as well.
OF_THINGS: Final = ("owner", "everywhere", "one user")
#: Groups of kinds that rest on what accounts are called.
OF_NAMES: Final = ("name", "bearer")
#: A name that is the same, and one first name on one thing, carry a claim beside the least that a thing says.
SAME_NAME: Final = ("same", "words")
#: Where nothing but names, or nothing but things, speaks for a pair, no more than this is told: two of one name who are in
#: no network both, and two of a household of whom each has another network, look the same (docs/accuracy.md).
MOST_BY_NAMES: Final = 0.97
MOST_BY_THINGS: Final = 0.95
#: Groups whose soft pieces may carry a claim within one network: not names, and not a line or thing that a household shares.
WITHIN: Final = ("style", "rhythm", "contacts", "media", "profile", "told")
#: What they must add; and what beside a name in full that no third account carries.
WITHIN_LEAST: Final = 2.0
BESIDE_NAME: Final = 0.5
#: Features of the second calibration.
FEATURES: Final = ("one", "log_odds", "margin", "mutual", "hard", "margin_soft", "across", "texts")


@dataclass(frozen=True, slots=True)
class Pieces:
    """All pairs and all evidence as columns. `pair`, `kind` of a piece are places in `a`/`b` and in the list of kinds."""

    a: Ints
    b: Ints
    by: pa.ListArray
    pair: Ints
    kind: Ints
    raw: Floats
    detail: Sequence[str | None]
    traces: pa.ListArray


@dataclass(frozen=True, slots=True)
class Combined:
    """By pair: sums and probabilities; by piece: what it adds."""

    pieces: Pieces
    networks: np.ndarray[Any, Any]
    """By tenure."""
    written: Floats
    """By tenure: characters that it wrote, of each text at most 200."""
    shared: Bools
    """By tenure: several people used it."""
    points: Floats
    prior: float
    log_odds: Floats
    margin: Floats
    mutual: Bools
    hard: Bools
    across: Bools
    claims: Bools
    """Whether a pair may be more than a candidate.

    Across networks, hard evidence must carry it. Within one network soft evidence may too, but names alone never do, nor a
    shared line beside them: two people have one name, and siblings have one address. A tenure that several people share is
    nobody's, so that no pair with it is ever proposed.
    """
    features: Mapping[str, Floats]
    probability: Floats

    def proposed(self, by: Calibration) -> Bools:
        """Whether a pair is a proposal: probable enough, and of evidence that may carry a claim."""
        return self.claims & (self.probability >= by.proposal)


def pieces(bench: Bench, kinds: Sequence[Kind]) -> Pieces:
    """Read what stands on the bench, in the order of pairs and kinds."""
    pairs = bench.db.sql('select a, b, "by" from pairs order by a, b').to_arrow_table()
    order = pa.table({"kind": [one.name for one in kinds], "k": pa.array(range(len(kinds)), pa.int64())})
    bench.db.register("_kinds", order)
    found = bench.db.sql(
        """with numbered as (select a, b, row_number() over (order by a, b) - 1 as p from pairs)
        select p, k, points, detail, traces from evidence join numbered using (a, b) join _kinds using (kind)
        order by p, k"""
    ).to_arrow_table()
    bench.db.unregister("_kinds")
    return Pieces(
        a=pairs["a"].to_numpy().astype(np.int64),
        b=pairs["b"].to_numpy().astype(np.int64),
        by=pairs["by"].combine_chunks(),
        pair=found["p"].to_numpy().astype(np.int64),
        kind=found["k"].to_numpy().astype(np.int64),
        raw=found["points"].to_numpy().astype(np.float64),
        detail=found["detail"].to_pylist(),
        traces=found["traces"].combine_chunks(),
    )


#: How much each tenure wrote: characters, of each text at most 200.
SIZES: Final = (
    "select tenure, sum(least(length(text), 200))::bigint as n from texts group by tenure order by tenure"
)


def written(bench: Bench) -> Floats:
    """`SIZES` by tenure; 0 for who wrote nothing."""
    size = np.zeros(bench.size)
    found = bench.db.execute(SIZES).fetchnumpy()
    size[found["tenure"]] = found["n"]
    return size


def combine(bench: Bench, kinds: Sequence[Kind], by: Calibration, size: Floats | None = None) -> Combined:
    """Weigh all pairs of the bench. `size`: how much tenures wrote, where not all of it is on the bench (`written`)."""
    rows = bench.db.execute("select network, instance from tenures order by tenure").fetchall()
    # Two IRC networks or forums are as different as any two.
    networks = np.asarray(
        [f"{name} {which or ''}".rstrip() if name else "" for name, which in rows], dtype=object
    )
    shared = np.asarray(
        [
            row[0]
            for row in bench.db.execute(
                "select coalesce(shared, false) from tenures order by tenure"
            ).fetchall()
        ],
        dtype=bool,
    )
    size = written(bench) if size is None else size
    return _weighed(pieces(bench, kinds), networks, size, shared, kinds, by)


def reweighed(combined: Combined, kinds: Sequence[Kind], by: Calibration) -> Combined:
    """The same evidence by another calibration."""
    return _weighed(combined.pieces, combined.networks, combined.written, combined.shared, kinds, by)


def _weighed(
    found: Pieces,
    networks: np.ndarray[Any, Any],
    size: Floats,
    shared: Bools,
    kinds: Sequence[Kind],
    by: Calibration,
) -> Combined:
    # An account whose network is not known may be of any: nothing is assumed to be within one.
    across: Bools = (networks[found.a] != networks[found.b]) | (networks[found.a] == "")
    points = _added(found, kinds, by, across)
    prior = by.bias - float(np.log(max(2, len(networks))))
    count = len(found.a)
    log_odds: Floats = prior + np.bincount(found.pair, points, count).astype(np.float64)
    favour = np.maximum(points, 0)
    unlearned = np.asarray([one.name in by.stated for one in kinds], dtype=bool)
    hard = _sum(found, kinds, favour, [one.name for one in kinds if one.hard]) >= CARRIES
    learned = _sum(
        found, kinds, favour, [one.name for one in kinds if one.hard and one.name not in by.stated]
    )
    guessed = np.bincount(found.pair, favour * unlearned[found.kind], count).astype(np.float64)
    margin, mutual = leads(found.a, found.b, networks, log_odds)
    texts = np.log1p(np.minimum(size[found.a], size[found.b]))
    made = features(log_odds, margin, mutual, learned >= CARRIES, across, texts)
    probability = np.minimum(cautious(made, guessed, log_odds, by), _most(found, kinds, favour))
    claims = _claims(found, kinds, favour, hard, across) & ~(shared[found.a] | shared[found.b])
    return Combined(
        found, networks, size, shared, points, prior, log_odds, margin, mutual, hard, across, claims, made, probability
    )  # fmt: skip


def _sum(found: Pieces, kinds: Sequence[Kind], points: Floats, names: Collection[str]) -> Floats:
    """By pair: what the kinds of these names add."""
    which = np.asarray([one.name in names for one in kinds], dtype=bool)
    total: Floats = np.bincount(found.pair, points * which[found.kind], len(found.a)).astype(np.float64)
    return total


def _claims(found: Pieces, kinds: Sequence[Kind], favour: Floats, hard: Bools, across: Bools) -> Bools:
    """Whether evidence of a pair may carry a claim: `Combined.claims`, but for shared tenures."""
    names = np.asarray([one.group == "name" for one in kinds], dtype=bool)
    alike = names[found.kind] & ~_same_name(found, kinds)
    alone = _sum(found, kinds, favour, [one.name for one in kinds if one.hard and one.name not in SECONDED])
    free = [one.name for one in kinds if one.name not in SECONDED]
    things = _sum(found, kinds, favour, OF_THINGS)
    told = _sum(found, kinds, favour, [name for name in SECONDED if name not in OF_THINGS])
    seconds = min(SECONDED.values())
    carried = (alone >= CARRIES) | (_sum(found, kinds, favour * ~alike, free) >= seconds) & (things > 0)
    carried |= (told >= seconds) & ((_sum(found, kinds, favour, free) >= seconds) | (things >= seconds))
    carried &= hard
    carried |= (things > 0) & (_sum(found, kinds, favour, ["first name"]) >= seconds)
    within = _sum(found, kinds, favour, [one.name for one in kinds if not one.hard and one.group in WITHIN])
    full = np.zeros(len(found.pair), dtype=bool)
    for n in np.flatnonzero(names[found.kind] & ~across[found.pair]).tolist() if len(found.pair) else ():
        full[n] = '"full":true' in (found.detail[n] or "").replace(" ", "")
    in_full = np.bincount(found.pair, full, len(found.a)) > 0
    claims: Bools = carried | (~across & ((within >= WITHIN_LEAST) | (in_full & (within >= BESIDE_NAME))))
    return claims


def _most(found: Pieces, kinds: Sequence[Kind], favour: Floats) -> Floats:
    """The most that may be told of each pair by what it rests on."""
    names = _sum(found, kinds, favour, [one.name for one in kinds if one.group in OF_NAMES])
    things = _sum(found, kinds, favour, OF_THINGS)
    other = [
        one.name for one in kinds if one.hard and one.group not in OF_NAMES and one.name not in OF_THINGS
    ]
    alone = _sum(found, kinds, favour, other) < CARRIES
    found_most: Floats = np.where(
        alone & (things <= 0) & (names > 0),
        MOST_BY_NAMES,
        np.where(alone & (names <= 0) & (things > 0), MOST_BY_THINGS, 1.0),
    )
    return found_most


def _same_name(found: Pieces, kinds: Sequence[Kind]) -> Bools:
    """By piece: whether it says that a name is the same, not merely alike."""
    same = np.asarray([kinds[k].name == "first name" for k in found.kind.tolist()], dtype=bool)
    for n in np.flatnonzero([kinds[k].name == "names" for k in found.kind.tolist()]).tolist():
        same[n] = orjson.loads(found.detail[n] or "{}").get("like") in SAME_NAME
    return same


def cautious(made: Mapping[str, Floats], guessed: Floats, log_odds: Floats, by: Calibration) -> Floats:
    """Calibrated probabilities that lend nothing to kinds outside the training (`Calibration.stated`).

    The second calibration, and a bias above zero, hold for the sum without them. With them counts the plain sum without
    that bias. Whichever says more is told: a further piece in favour never makes a pair less probable.
    """
    calibrated = probabilities(dict(made) | {"log_odds": np.clip(log_odds - guessed, -20, 20)}, by.second)
    plain = 1 / (1 + np.exp(-np.clip(log_odds - max(by.bias, 0.0), -30, 30)))
    told: Floats = np.where(guessed > 0, np.maximum(calibrated, plain), calibrated)
    return told


def features(
    log_odds: Floats, margin: Floats, mutual: Bools, hard: Bools, across: Bools, texts: Floats
) -> Mapping[str, Floats]:
    """What the second calibration goes by."""
    lead = np.clip(margin, -WIDEST, WIDEST)
    return {
        "one": np.ones(len(log_odds)),
        "log_odds": np.clip(log_odds, -20, 20),
        "margin": lead * hard,
        "mutual": mutual.astype(np.float64),
        "hard": hard.astype(np.float64),
        "margin_soft": lead * ~hard,
        "across": across.astype(np.float64),
        "texts": texts / 10 * ~hard,
    }


def probabilities(made: Mapping[str, Floats], second: Mapping[str, float]) -> Floats:
    """Calibrated; without a second calibration those of the sum."""
    logit = sum((made[name] * factor for name, factor in second.items()), np.zeros(len(made["one"])))
    logit = logit if second else made["log_odds"]
    probability: Floats = 1 / (1 + np.exp(-np.clip(logit, -30, 30)))
    return probability


def _added(found: Pieces, kinds: Sequence[Kind], by: Calibration, across: Bools) -> Floats:
    """What each piece adds: weight, discount within its group, caps."""
    weights = np.asarray([by.weight(one.name) for one in kinds])
    names = sorted({one.group for one in kinds})
    groups = np.asarray([names.index(one.group) for one in kinds], dtype=np.int64)
    points: Floats = found.raw * weights[found.kind]
    cell = (found.pair * len(names) + groups[found.kind]) * 2 + (points < 0)
    order = np.lexsort((found.kind, -np.abs(points), cell))
    begins = np.ones(len(order), dtype=bool)
    begins[1:] = cell[order][1:] != cell[order][:-1]
    start = np.maximum.accumulate(np.where(begins, np.arange(len(order)), 0)) if len(order) else order
    rank = np.zeros(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order)) - start
    points = points * by.discount**rank
    points = points * factors(found.pair, found.kind, points, found.detail, [one.name for one in kinds])
    caps = np.asarray([by.caps.get(name, np.inf) for name in names])
    favour = points > 0
    points = _capped(points, cell, favour, caps[groups[found.kind]])
    floors = np.asarray([-by.floors.get(name, -np.inf) for name in names])
    points = -_capped(-points, cell, points < 0, floors[groups[found.kind]])
    soft = favour & ~np.asarray([one.hard for one in kinds], dtype=bool)[found.kind] & across[found.pair]
    return _capped(points, found.pair, soft, np.full(len(points), by.soft_cap))


def _capped(points: Floats, cell: Ints, which: Bools, cap: Floats) -> Floats:
    """Pieces `which` of one cell add `cap` together at most: each is shortened in proportion."""
    if not len(points):
        return points
    total = np.bincount(cell, np.where(which, points, 0.0))
    shortened: Floats = np.where(which, points * np.minimum(1, cap / np.maximum(total[cell], 1e-9)), points)
    return shortened


def leads(a: Ints, b: Ints, networks: np.ndarray[Any, Any], log_odds: Floats) -> tuple[Floats, Bools]:
    """By pair: how far it lies above the next best of either end among accounts of the same two networks (no other
    candidate: WIDEST), and whether it is the best of both ends."""
    count = len(a)
    margin, mutual = np.full(count, WIDEST), np.ones(count, dtype=bool)
    if not count:
        return margin, mutual
    _, network = np.unique(networks.astype(str), return_inverse=True)
    for one, other in ((a, b), (b, a)):
        # One cell: an account and the network of its counterparts. An account is met on either side of a pair.
        ends = np.concatenate((one, other))
        cell = ends * (network.max() + 1) + network[np.concatenate((other, one))]
        odds = np.concatenate((log_odds, log_odds))
        order = np.lexsort((-odds, cell))
        sorted_cell = cell[order]
        first = np.ones(len(order), dtype=bool)
        first[1:] = sorted_cell[1:] != sorted_cell[:-1]
        begin = np.maximum.accumulate(np.where(first, np.arange(len(order)), 0))
        best = odds[order][begin]
        following = np.minimum(begin + 1, len(order) - 1)
        has_next = sorted_cell[following] == sorted_cell
        has_next &= following != begin
        second = np.where(has_next, odds[order][following], best - WIDEST)
        is_best = np.arange(len(order)) == begin
        lead = np.where(is_best, best - second, odds[order] - best)
        back = np.empty(len(order))
        back[order] = lead
        top = np.empty(len(order), dtype=bool)
        top[order] = is_best
        margin = np.minimum(margin, back[:count])
        mutual &= top[:count]
    return margin, mutual


def same_person(combined: Combined, ids: pa.Table, kept: Bools, by: Calibration, run: str) -> pa.Table:
    """Rows of the catalog's table, for the pairs `kept`. `ids`: id and account_id by tenure."""
    found = combined.pieces
    at = np.flatnonzero(kept)
    id_, account = ids["id"].combine_chunks(), ids["account_id"].combine_chunks()
    probability = combined.probability[at]
    claim = combined.proposed(by)[at]
    standing = np.where(claim, "proposal", np.where(probability >= by.candidate, "candidate", "unlikely"))
    return pa.table(
        {
            "tenure_a": id_.take(pa.array(found.a[at])),
            "tenure_b": id_.take(pa.array(found.b[at])),
            "account_a": account.take(pa.array(found.a[at])),
            "account_b": account.take(pa.array(found.b[at])),
            "prior": pa.array(np.full(len(at), combined.prior)),
            "log_odds": pa.array(combined.log_odds[at]),
            "probability": pa.array(probability),
            "standing": pa.array(standing.tolist(), pa.string()),
            "margin": pa.array(combined.margin[at]),
            "mutual": pa.array(combined.mutual[at]),
            "proposed_by": found.by.take(pa.array(at)),
            "run": pa.array([run] * len(at), pa.string()),
        }
    )


def person_evidence(
    combined: Combined, ids: pa.Table, kept: Bools, kinds: Sequence[Kind], run: str
) -> pa.Table:
    """Rows of the catalog's table: every piece about the pairs `kept`."""
    found = combined.pieces
    at = np.flatnonzero(kept[found.pair]) if len(found.pair) else np.zeros(0, np.int64)
    id_ = ids["id"].combine_chunks()
    return pa.table(
        {
            "tenure_a": id_.take(pa.array(found.a[found.pair[at]])),
            "tenure_b": id_.take(pa.array(found.b[found.pair[at]])),
            "kind": pa.array([kinds[n].name for n in found.kind[at].tolist()], pa.string()),
            "points": pa.array(combined.points[at]),
            "raw_points": pa.array(found.raw[at]),
            "detail": pa.array([found.detail[n] for n in at.tolist()], pa.string()),
            "traces": found.traces.take(pa.array(at)),
            "run": pa.array([run] * len(at), pa.string()),
        }
    )


#: No pair weighs more in a cluster than this: one link must not outvote all others of two groups.
HEAVIEST: Final = 8.0
#: What is no proposal counts no more: too little to join two accounts (`join` lies above it), enough to speak for a person
#: whom proposals hold together.
SUPPORTS: Final = 0.1
#: Something that adds less than this speaks clearly against a pair.
AGAINST: Final = -1.0


def weights(probability: Floats, proposed: Bools, against: Floats, absent: float) -> Floats:
    """What pairs count when clusters are made: calibrated log-odds; what is no proposal joins nobody by itself.

    That hardly anything speaks for a pair is no evidence against it: it counts no less than a pair that was never a
    candidate (`absent`) and what speaks against it (`against`, the sum of such points).
    """
    sure = np.clip(probability, 1e-12, 1 - 1e-12)
    least = np.minimum(absent + against, 0.0)
    found: Floats = np.clip(
        np.maximum(np.log(sure / (1 - sure)), least), -HEAVIEST, np.where(proposed, HEAVIEST, SUPPORTS)
    )
    return found


def against(combined: Combined) -> Floats:
    """By pair: the sum of the points against it."""
    total: Floats = np.bincount(
        combined.pieces.pair, np.minimum(combined.points, 0), len(combined.pieces.a)
    ).astype(np.float64)
    return total


def weighed(
    combined: Combined, ids: Sequence[str], kept: Bools, by: Calibration
) -> list[tuple[str, str, float]]:
    """The pairs `kept`, for clustering."""
    found = combined.pieces
    counted = weights(combined.probability, combined.proposed(by), against(combined), by.absent)
    return [
        (ids[a], ids[b], odds)
        for a, b, odds in zip(
            found.a[kept].tolist(), found.b[kept].tolist(), counted[kept].tolist(), strict=True
        )
    ]


def kept(combined: Combined, least: float) -> Bools:
    """Pairs that are kept: above a probability, or with something against them."""
    found = combined.pieces
    against = np.bincount(found.pair, combined.points <= AGAINST, len(found.a)) > 0
    chosen: Bools = (combined.probability >= least) | against
    return chosen
