"""Against: whoever is known to stand behind the two accounts has different names.

What counts as known is what others state: the account holder's name that a bank or remitter gives, and what address books
call an account, both in full (two words or more). It is passed on to accounts that go by the same telephone number, mail
address or payment account. Names that people give themselves count nothing here; neither do nicknames, single words, or
names that have any word in common, for names are shortened and people marry.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa

from safelight.identities.handles import handle
from safelight.identities.kinds import Kind
from safelight.identities.model import Bench
from safelight.messages import _

#: Log-odds against, where both names are account holders', one is, or both are from address books.
BOTH_HOLDERS: Final = -5.0
ONE_HOLDER: Final = -2.5
BOOKS: Final = -2.0
#: Words at least so alike (Jaro-Winkler) may be one name spelled in two ways.
ALIKE: Final = 0.85
#: An identifier that more accounts have passes no owner's name on.
_MOST_HOLDERS: Final = 4

_KNOWN = f"""
    with told as (
        select n.tenure, n.name, n.kind = 'full name' as holder, n.trace from names n join tenures t using (tenure)
        where n.kind = 'book' or n.kind = 'full name' and t.network in ('bank', 'remitter')
    ), held as (
        select distinct tenure, kind, value from identifiers
        where kind in ('phone', 'email', 'payment') and basis in ('own', 'profile')
    ), passing as (select kind, value from held group by all having count(*) between 2 and {_MOST_HOLDERS})
    select tenure, name, holder, trace from told
    union
    select y.tenure, name, holder, told.trace from told join held x using (tenure) join passing using (kind, value)
    join held y on y.kind = x.kind and y.value = x.value and y.tenure <> x.tenure
"""
_MEASURE = f"""
    with met as (
        select a, b, max(jaro_winkler_similarity(x.word, y.word)) as alike,
               arg_min(x.name, (not x.holder, x.name)) as name_a, arg_min(y.name, (not y.holder, y.name)) as name_b,
               bool_or(x.holder) as holder_a, bool_or(y.holder) as holder_b,
               list_sort(list_distinct(list_concat(list(x.trace), list(y.trace))))[:6] as traces
        from pairs join owner_words x on x.tenure = a join owner_words y on y.tenure = b group by a, b
    )
    select a, b, case when holder_a and holder_b then {BOTH_HOLDERS} when holder_a or holder_b then {ONE_HOLDER}
                      else {BOOKS} end::double as points,
           to_json({{'name_a': name_a, 'name_b': name_b, 'holder_a': holder_a, 'holder_b': holder_b}})::varchar as detail,
           traces
    from met where alike < {ALIKE} order by a, b
"""


def _measure(bench: Bench) -> pa.Table:
    known = bench.db.execute(_KNOWN).fetchall()
    words = [
        (tenure, name, holder, trace, word) for tenure, name, holder, trace in known for word in _full(name)
    ]
    columns = zip(*words, strict=True) if words else ([], [], [], [], [])
    types = (pa.int32(), pa.string(), pa.bool_(), pa.string(), pa.string())
    bench.db.register(
        "owner_words",
        pa.table(
            [pa.array(list(one), kind) for one, kind in zip(columns, types, strict=True)],
            names=["tenure", "name", "holder", "trace", "word"],
        ),
    )
    found = bench.db.sql(_MEASURE).to_arrow_table()
    bench.db.unregister("owner_words")
    return found


def _full(name: str) -> tuple[str, ...]:
    """The words of a full name, without initials; none for a single word."""
    words = handle(name).words
    return tuple(word for word in words if len(word) > 1) if len(words) > 1 else ()


def _say(detail: Mapping[str, Any]) -> str:
    if detail["holder_a"] and detail["holder_b"]:
        told = _("Payment services name different account holders: “%(name_a)s” and “%(name_b)s”.")
    elif detail["holder_a"] or detail["holder_b"]:
        told = _(
            "A payment service and an address book name different people: “%(name_a)s” and “%(name_b)s”."
        )
    else:
        told = _("Address books give the two accounts to different people: “%(name_a)s” and “%(name_b)s”.")
    return told % {"name_a": detail["name_a"], "name_b": detail["name_b"]}


KIND = Kind("another owner", "against", False, _measure, _say)
