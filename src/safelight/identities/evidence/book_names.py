"""Names that address books of others give to accounts: one book, or several people's books, call two accounts the same, or
one account what the other calls itself.

Two friends may have one name, and what one book calls `Kari` is somebody else in the next. So a name that many people have
and a name of one word count only within one book, and none of this carries a claim by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa

from safelight.identities.evidence.holders import others
from safelight.identities.kinds import PAIRS, Kind
from safelight.identities.model import Bench
from safelight.identities.placeholders import common, condition
from safelight.identities.shared_values import FEW, MANY, STEEP, strongest
from safelight.messages import _

#: Log-odds that two accounts are one person's that alone have a name: in one book (whoever keeps it has two entries of one
#: name), in two.
ONE_BOOK: Final = 0.0
TWO_BOOKS: Final = -0.5
#: Taken off for a name of one word, and for one of which each word is many people's.
ONE_WORD: Final = 2.0
USUAL: Final = 1.5
MOST: Final = 9.0
MOST_HOLDERS: Final = 24
#: An export's own name for an account (`traces/networks.py`): several exports name one account in so many ways.
MADE_UP: Final = "regexp_matches(native, '^(name:|local:|[?])')"

#: What is left of a name that one carries and a book gives to the other: two people may have it.
OWN: Final = -0.5

_CALLED = f"""
    create or replace temp table called as
    with called as (
        select tenure, regexp_replace(lower(trim(name)), '\\s+', ' ', 'g') as value,
               if(kind = 'book', coalesce(book, split_part(trace, ':', 1)), null) as book, min(trace) as trace
        from names where (kind = 'book' or contains(trim(name), ' ')) and not {condition("name", "lower(trim(name))")}
        group by all
    ), crowd as (
        select value, sum(n)::bigint as holders, max(n) as crowd from (
            select value, network, instance, count(distinct if({MADE_UP}, network, native)) as n
            from called join tenures using (tenure) group by all
        ) group by value having holders between 2 and {MOST_HOLDERS}
    )
    select c.*, holders,
           ln((select count(*) from tenures) / holders) - {STEEP} * greatest(0, crowd - {FEW}, holders - {MANY}) as rarity,
           if(contains(value, ' '), 0, {ONE_WORD})
           + if(list_has_all(getvariable('usual'), string_split(value, ' ')), {USUAL}, 0) as doubt
    from called c join crowd using (value)
"""
_COMMON = f"""
    with alike as (
        select least(x.tenure, y.tenure) as a, greatest(x.tenure, y.tenure) as b, x.value, x.holders, x.rarity, x.doubt,
               case when x.book is null or y.book is null then 'own' when x.book = y.book then 'one' else 'several' end
               as of_books, x.trace as trace_a, y.trace as trace_b
        from called x join called y using (value)
        where x.tenure < y.tenure and (x.book is not null or y.book is not null)
    )
    select a, b, value, holders, of_books, min(trace_a) as trace_a, min(trace_b) as trace_b,
           max(rarity - doubt
               + case of_books when 'own' then {OWN} when 'one' then {ONE_BOOK} else {TWO_BOOKS} end) as weight
    from alike where doubt = 0 or of_books = 'one' or (of_books = 'own' and contains(value, ' '))
    group by all having weight > 0
"""


def _called(bench: Bench) -> None:
    bench.db.execute("set variable usual = ?", [sorted(common())])
    bench.db.execute(_CALLED)


def _measure(bench: Bench) -> pa.Table:
    _called(bench)
    return strongest(bench, _COMMON, ("value", "holders", "of_books"), MOST)


def _propose(bench: Bench) -> pa.Table:
    _called(bench)
    return bench.db.sql(f"select distinct a, b from ({_COMMON}) order by a, b").to_arrow_table().cast(PAIRS)


def _say(detail: Mapping[str, Any]) -> str:
    told = {
        "one": _("One and the same address book calls both accounts “%(value)s”."),
        "several": _("Address books call both accounts “%(value)s”."),
        "own": _("An address book calls one account “%(value)s”; the other goes by that name itself."),
    }[str(detail.get("of_books", "several"))]
    return told % {"value": detail["value"]} + " " + others(detail)


KIND = Kind("book names", "name", False, _measure, _say, _propose, version=2)
