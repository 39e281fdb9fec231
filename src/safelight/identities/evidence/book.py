"""Address books of others: an entry ties to one account a number, an address or an id by which another account goes, or one
book calls two accounts by one name.

Whoever keeps the book knows who they are; but entries grow old, and two friends may have one name. A name that many people
have and one word (`Mum`, `Kari`) count only within one book, and little.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa

from safelight.identities.evidence.holders import others
from safelight.identities.kinds import PAIRS, Kind
from safelight.identities.model import Bench
from safelight.identities.placeholders import common, condition
from safelight.identities.shared_values import FEW, STEEP, strongest
from safelight.messages import _

#: Log-odds that two accounts are one person's which alone have the same number, the same name in one book, in two books.
NUMBER: Final = 2.0
ONE_BOOK: Final = 1.0
TWO_BOOKS: Final = -0.5
#: Taken off for a name of one word, and for one whose words many people have.
ONE_WORD: Final = 2.0
USUAL: Final = 1.5
MOST: Final = 10.0
MOST_HOLDERS: Final = 12

_HELD = f"""
    create or replace temp table book_held as
    with numbers as (
        select tenure, kind || ' ' || value as value, 'number' as what, bool_and(basis = 'book') as told,
               null::varchar as book, min(trace) as trace
        from identifiers where basis in ('own', 'profile', 'book') and (
            (kind = 'phone' and not {condition("phone", "value")}) or (kind = 'email' and not {condition("email", "value")})
            or (kind = 'native' and not {condition("native", "value")})
        )
        group by tenure, kind, value
        union all
        select tenure, 'native ' || network || ':' || native, 'number', false, null, null from tenures
        where native is not null and not regexp_matches(native, '^(name:|local:|[?])')
    ), called as (
        select distinct tenure, regexp_replace(lower(trim(name)), '\\s+', ' ', 'g') as value, 'name' as what, true as told,
               split_part(trace, ':', 1) as book, trace
        from names where kind = 'book' and not {condition("name", "lower(trim(name))")}
    ), every as (from numbers union all from called),
    crowd as (
        select what, value, count(distinct tenure) as holders from every group by all
        having holders between 2 and {MOST_HOLDERS} and bool_or(told)
    )
    select e.*, holders, ln((select count(*) from tenures) / holders) - {STEEP} * greatest(0, holders - {FEW}) as rarity,
           case when what = 'number' then 0 else
               if(not contains(value, ' '), {ONE_WORD}, 0)
               + if(list_has_all(getvariable('usual'), string_split(value, ' ')), {USUAL}, 0)
           end as doubt
    from every e join crowd using (what, value)
"""
_COMMON = f"""
    select least(x.tenure, y.tenure) as a, greatest(x.tenure, y.tenure) as b, what, x.value, x.holders,
           x.book = y.book as one_book, min(x.trace) as trace_a, min(y.trace) as trace_b,
           max(x.rarity - x.doubt + case when what = 'number' then {NUMBER} when x.book = y.book then {ONE_BOOK}
                                         else {TWO_BOOKS} end) as weight
    from book_held x join book_held y using (what, value)
    where x.tenure < y.tenure and (x.told or y.told) and (what = 'number' or x.book = y.book or x.doubt = 0)
    group by all having weight > 0
"""


def _held(bench: Bench) -> None:
    bench.db.execute("set variable usual = ?", [sorted(common())])
    bench.db.execute(_HELD)


def _measure(bench: Bench) -> pa.Table:
    _held(bench)
    return strongest(bench, _COMMON, ("what", "value", "holders", "one_book"), MOST)


def _propose(bench: Bench) -> pa.Table:
    _held(bench)
    return bench.db.sql(f"select distinct a, b from ({_COMMON}) order by a, b").to_arrow_table().cast(PAIRS)


def _say(detail: Mapping[str, Any]) -> str:
    value = str(detail["value"])
    if detail["what"] == "number":
        told = _(
            "An address book ties %(value)s to one account; the other account goes by it or is tied to it as well."
        )
        value = value.partition(" ")[2]
    elif detail["one_book"]:
        told = _("One and the same address book calls both accounts “%(value)s”.")
    else:
        told = _("Address books call both accounts “%(value)s”.")
    return told % {"value": value} + " " + others(detail)


KIND = Kind("book", "identifier", True, _measure, _say, _propose)
