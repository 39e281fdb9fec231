"""What it weighs that two tenures hold the same value: much if they alone hold it, nothing if many do.

In the words of Fellegi and Sunter ("A theory for record linkage", 1969): the chance that two people agree on a value by
coincidence is how common it is. So agreeing on one that `holders` of all `accounts` have is worth log(accounts / holders),
plus what is known of the kind: `trust`, the log-odds that two who alone share such a value are one person. Beyond three
holders in one network the weight falls steeply: a person has rarely more accounts than that there, and what is common to
them is a family's telephone, a school's line or a program's default, of which a list can never name all. What three of one
network hold is no longer one person's (`Sharing.shared`); and a number that one gave up long before another took it was
passed on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from safelight.identities.kinds import PAIRS
from safelight.identities.model import Bench
from safelight.identities.placeholders import condition

#: So many accounts of one network may hold a value before it loses weight beyond its rarity, and so much each further one.
FEW: Final = 3
STEEP: Final = 1.2
#: From so many accounts of one network on a value is shared: a family's landline, a club's mailbox.
SHARED: Final = 3
#: What a shared value weighs at most: less than carries a claim (`combine.CARRIES`), whatever a calibration makes of it.
ASKED: Final = 1.3
#: Two who held a value so far apart (days) held it one after the other, and it weighs no more than this.
APART_DAYS: Final = 365
PASSED_ON: Final = 1.0
_DAY_US: Final = 86_400_000_000
#: Of all networks together.
MANY: Final = 12
#: A value that more hold than this proposes nobody: pairs of its holders would be many, and weigh nothing.
MOST_HOLDERS: Final = 40


@dataclass(frozen=True, slots=True)
class Sharing:
    """How one kind of identifier is compared."""

    kinds: tuple[str, ...]
    trust: float
    """Log-odds that two who alone hold a value of this kind are one person."""
    stated: float
    """Taken off where one of the two has it only from what its holder wrote: that may be anybody's."""
    bases: tuple[str, ...] = ("own", "profile")
    most: float = 14.0
    shared: float = 5.0
    """Taken off a value that `SHARED` or more accounts of one network hold."""
    timed: bool = False
    """Whether values of this kind are passed on, so that it matters when each of the two held it."""
    source: str = "select tenure, kind, value, basis, trace, book, first_us, last_us from identifiers"
    one_book: float | None = None
    """The most that a value adds, and all of them, where one address book alone ties it to either; None: no matter."""
    one_of: str = "%"
    """At least one of the two has it on this basis (a pattern of LIKE)."""


def _held(by: Sharing) -> str:
    placeholder = " or ".join(f"(kind = '{kind}' and {condition(kind, 'value')})" for kind in by.kinds)
    kinds, bases = (", ".join(f"'{one}'" for one in some) for some in (by.kinds, by.bases))
    return f"""
        create or replace temp table held as
        with found as (
            select tenure, kind, value, min(basis) as basis, arg_min(trace, (basis, trace)) as trace,
                   min(first_us) as first_us, max(last_us) as last_us,
                   list(distinct coalesce(book, split_part(trace, ':', 1))) filter (basis = 'book') as books
            from ({by.source})
            where kind in ({kinds}) and basis in ({bases}) and not ({placeholder}) group by all
        ), crowd as (
            select kind, value, sum(n)::bigint as holders, max(n) as crowd from (
                select kind, value, network, instance, count(*) as n from found join tenures using (tenure) group by all
            ) group by kind, value having holders between 2 and {MOST_HOLDERS}
        ), active as ({_ACTIVE if by.timed else _ALWAYS})
        select f.* exclude (first_us, last_us), c.holders, least(first_us, from_us) as first_us,
               greatest(last_us, to_us) as last_us,
               least(
                   ln((select count(*) from tenures) / c.holders) + {by.trust}
                   - {STEEP} * greatest(0, c.crowd - {FEW}, c.holders - {MANY})
                   - if(c.crowd >= {SHARED}, {by.shared}, 0), if(c.crowd >= {SHARED}, {ASKED}, 99)
               ) as weight
        from found f join crowd c using (kind, value) left join active using (tenure)
    """


#: From its first act to its last an account held what its records state: a record tells of the moment of stating only.
_ACTIVE: Final = """
    select tenure, min(second) * 1000000 as from_us, max(second) * 1000000 as to_us from moments
    semi join (select tenure from found join crowd using (kind, value)) using (tenure) group by tenure
"""
_ALWAYS: Final = "select null::integer as tenure, null::bigint as from_us, null::bigint as to_us where false"


def strongest(bench: Bench, common: str, facts: Sequence[str], most: float | str) -> pa.Table:
    """Rows of `kinds.MEASURED` from SQL `common`, one row a pair and value (a, b, weight, trace_a, trace_b and the columns
    `facts`). The strongest value counts whole, all others together at most 1; the detail states the strongest and how many
    there are (`n`). `most`: the most that they add, a number or SQL over the rows of a pair.
    """
    told = ", ".join(f"'{one}': arg_max({one}, (weight, rank))" for one in facts)
    return bench.db.sql(
        f"""with ranked as (
            select *, row_number() over (partition by a, b order by weight desc, {", ".join(facts)}) as place, -place as rank
            from ({common}) join pairs using (a, b) where weight > 0
        )
        select a, b, least({most}, max(weight) + least(1, 0.5 * (count(*) - 1)))::double as points,
               to_json({{{told}, 'n': count(*)}})::varchar as detail,
               list_sort(list_distinct(flatten(list([trace_a, trace_b] order by place)[:3]))) as traces
        from ranked group by a, b order by a, b"""
    ).to_arrow_table()


def measure(bench: Bench, by: Sharing) -> pa.Table:
    """Rows of `kinds.MEASURED` for the pairs that share a value which weighs something."""
    bench.db.execute(_held(by))
    apart = (
        f"greatest(x.first_us - y.last_us, y.first_us - x.last_us) > {APART_DAYS * _DAY_US}"
        if by.timed
        else "false"
    )
    weight = f"x.weight - if(x.basis = 'profile' or y.basis = 'profile', {by.stated}, 0)"
    lone = by.one_book
    books = "len(list_distinct(list_concat(coalesce(x.books, []), coalesce(y.books, []))))"
    limit = "full_weight" if lone is None else f"if(told_by > 1, full_weight, least({lone}, full_weight))"
    common = f"""
        select x.tenure as a, y.tenure as b, x.kind, x.value, x.holders, x.basis as basis_a, y.basis as basis_b,
               x.trace as trace_a, y.trace as trace_b, {weight} as full_weight, {books} as told_by,
               if(coalesce({apart}, false), least({PASSED_ON}, full_weight), {limit}) as weight
        from held x join held y on y.kind = x.kind and y.value = x.value and x.tenure < y.tenure
        where x.basis like '{by.one_of}' or y.basis like '{by.one_of}'
    """
    most = by.most if lone is None else f"if(bool_or(told_by > 1), {by.most}, {lone})"
    return strongest(bench, common, ("kind", "value", "holders", "basis_a", "basis_b"), most)


def propose(bench: Bench, by: Sharing) -> pa.Table:
    """Pairs that share a value which still weighs something."""
    bench.db.execute(_held(by))
    return (
        bench.db.sql(
            f"""select distinct x.tenure as a, y.tenure as b from held x
                join held y on x.kind = y.kind and x.value = y.value and x.tenure < y.tenure
                where x.weight > 0 and (x.basis like '{by.one_of}' or y.basis like '{by.one_of}') order by a, b"""
        )
        .to_arrow_table()
        .cast(PAIRS)
    )
