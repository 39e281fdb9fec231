"""Address books of others: an entry ties to one account a number, an address or an id by which another account goes.

Whoever keeps the book mostly knows whom they mean, but entries grow old, are mistyped or a joke: one book by itself weighs
little and carries no claim, two that say the same weigh in full. What books *call* accounts is `book_names.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from safelight.identities.evidence.holders import others
from safelight.identities.evidence.own_ids import OWN_IDS
from safelight.identities.kinds import Kind
from safelight.identities.shared_values import Sharing, measure, propose
from safelight.messages import _

#: What an account has by itself counts there (`phone.py` and its like); its own native id is such an identifier too.
_SOURCE: Final = f"""
    select tenure, kind, value, basis, trace, book, first_us, last_us from identifiers where basis <> 'book'
    union all
    select tenure, kind, value, basis, trace, book, first_us, last_us from identifiers x
    where basis = 'book' and not exists (
        from identifiers y where y.tenure = x.tenure and y.kind = x.kind and y.value = x.value and y.basis <> 'book'
    )
    union all {OWN_IDS}
"""
#: The most that one book alone adds, whatever it says: less than carries a claim (`combine.CARRIES`).
ONE_BOOK: Final = 1.9
SHARING: Final = Sharing(
    ("phone", "email", "native"),
    trust=2.0,
    stated=0.0,
    bases=("own", "profile", "book"),
    source=_SOURCE,
    one_of="book",
    timed=True,
    one_book=ONE_BOOK,
)


def _say(detail: Mapping[str, Any]) -> str:
    told = _(
        "An address book ties %(value)s to one account; the other account goes by it or is tied to it as well."
    )
    return told % {"value": detail["value"]} + " " + others(detail)


KIND = Kind("book", "identifier", True, partial(measure, by=SHARING), _say, partial(propose, by=SHARING))
