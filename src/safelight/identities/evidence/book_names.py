"""Names that address books of others give to accounts: one book, or several people's books, call two accounts the same.

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
from safelight.identities.shared_values import FEW, STEEP, strongest
from safelight.messages import _

#: Log-odds that two accounts are one person's that alone have a name: in one book (whoever keeps it has two entries of one
#: name), in two.
ONE_BOOK: Final = 0.0
TWO_BOOKS: Final = -0.5
#: Taken off for a name of one word, and for one of which each word is many people's.
ONE_WORD: Final = 2.0
USUAL: Final = 1.5
MOST: Final = 9.0
MOST_HOLDERS: Final = 12

_CALLED = f"""
    create or replace temp table called as
    with called as (
        select tenure, regexp_replace(lower(trim(name)), '\\s+', ' ', 'g') as value, split_part(trace, ':', 1) as book,
               min(trace) as trace
        from names where kind = 'book' and not {condition("name", "lower(trim(name))")} group by all
    ), crowd as (
        select value, count(distinct tenure) as holders from called
        group by value having holders between 2 and {MOST_HOLDERS}
    )
    select c.*, holders, ln((select count(*) from tenures) / holders) - {STEEP} * greatest(0, holders - {FEW}) as rarity,
           if(contains(value, ' '), 0, {ONE_WORD})
           + if(list_has_all(getvariable('usual'), string_split(value, ' ')), {USUAL}, 0) as doubt
    from called c join crowd using (value)
"""
_COMMON = f"""
    select least(x.tenure, y.tenure) as a, greatest(x.tenure, y.tenure) as b, x.value, x.holders,
           x.book = y.book as one_book, min(x.trace) as trace_a, min(y.trace) as trace_b,
           max(x.rarity - x.doubt + if(x.book = y.book, {ONE_BOOK}, {TWO_BOOKS})) as weight
    from called x join called y using (value)
    where x.tenure < y.tenure and (x.book = y.book or x.doubt = 0) group by all having weight > 0
"""


def _called(bench: Bench) -> None:
    bench.db.execute("set variable usual = ?", [sorted(common())])
    bench.db.execute(_CALLED)


def _measure(bench: Bench) -> pa.Table:
    _called(bench)
    return strongest(bench, _COMMON, ("value", "holders", "one_book"), MOST)


def _propose(bench: Bench) -> pa.Table:
    _called(bench)
    return bench.db.sql(f"select distinct a, b from ({_COMMON}) order by a, b").to_arrow_table().cast(PAIRS)


def _say(detail: Mapping[str, Any]) -> str:
    told = (
        _("One and the same address book calls both accounts “%(value)s”.")
        if detail["one_book"]
        else _("Address books call both accounts “%(value)s”.")
    )
    return told % {"value": detail["value"]} + " " + others(detail)


KIND = Kind("book names", "name", False, _measure, _say, _propose)
