"""Address books of others: an entry ties to one account a number, an address or an id by which another account goes.

Whoever keeps the book knows whom they mean, but entries grow old. What books *call* accounts is `book_names.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from safelight.identities.evidence.holders import others
from safelight.identities.kinds import Kind
from safelight.identities.shared_values import Sharing, measure, propose
from safelight.messages import _

#: What an account has by itself counts there (`phone.py` and its like); its own native id is such an identifier too.
_SOURCE: Final = """
    select tenure, kind, value, basis, trace from identifiers where basis <> 'book'
    union all
    select tenure, kind, value, 'book' as basis, min(trace) as trace from identifiers
    group by tenure, kind, value having bool_and(basis = 'book')
    union all
    select tenure, 'native' as kind, network || ':' || native as value, 'own' as basis, null::varchar as trace from tenures
    where native is not null and not regexp_matches(native, '^(name:|local:|[?])')
"""
SHARING: Final = Sharing(
    ("phone", "email", "native"),
    trust=2.0,
    stated=0.0,
    bases=("own", "profile", "book"),
    source=_SOURCE,
    one_of="book",
)


def _say(detail: Mapping[str, Any]) -> str:
    told = _(
        "An address book ties %(value)s to one account; the other account goes by it or is tied to it as well."
    )
    return told % {"value": detail["value"]} + " " + others(detail)


KIND = Kind("book", "identifier", True, partial(measure, by=SHARING), _say, partial(propose, by=SHARING))
