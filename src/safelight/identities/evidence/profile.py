"""Profile texts: both state the same birthday, homepage, place, or the same unusual words about themselves.

What a profile states is free to be false, and two people may state the same. A value counts by how few profiles have it;
texts that the app itself suggests are in so many profiles that they count nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa

from safelight.identities.kinds import PAIRS, Kind
from safelight.identities.model import Bench
from safelight.messages import _

MOST: Final = 4.0
_ONE: Final = 3.0
#: A value that more profiles have is nobody's mark.
_HOLDERS: Final = 8
#: Fields by what they are; those of several formats have one name here. Others (language, zone) say too little.
_FIELDS: Final = {
    "about": "about", "bio": "about", "status": "about", "mood_text": "about", "user_interests": "about",
    "user_occ": "about", "birthday": "birthday", "user_birthday": "birthday", "homepage": "homepage",
    "user_website": "homepage", "website": "homepage", "city": "place", "user_from": "place",
}  # fmt: skip

_FORMS = f"""
    create or replace temp table profile_forms as
    select distinct tenure, map_extract_value(map {_FIELDS!r}, lower(field)) as field,
           regexp_replace(lower(trim(value)), '^https?://(www\\.)?|[\\s/]+$', '', 'g') as value, min(trace) as trace
    from profiles where lower(field) in {tuple(_FIELDS)!r} and length(trim(value)) >= 3 group by all
"""
_COMMON = f"""
    with holders as (
        select field, value, count(distinct tenure) as n from profile_forms group by all having n between 2 and {_HOLDERS}
    ), total as (select field, count(distinct tenure) as n from profile_forms group by field)
    select x.tenure as a, y.tenure as b, x.field, x.value, x.trace as one, y.trace as other,
           least({_ONE}, greatest(0, ln(t.n / h.n) - 1.5) * if(x.field = 'place', 0.3, 0.8)) as weight, h.n
    from profile_forms x join profile_forms y on x.field = y.field and x.value = y.value and x.tenure < y.tenure
    join holders h on h.field = x.field and h.value = x.value join total t on t.field = x.field
"""
_MEASURE = f"""
    select a, b, least({MOST}, sum(weight))::double as points,
           to_json({{'fields': list(distinct field order by field), 'value': arg_max(value, (weight, field, value)),
                     'field': arg_max(field, (weight, field, value)),
                     'holders': arg_max(n, (weight, field, value))}})::varchar as detail,
           flatten(list([one, other] order by weight desc)[:3]) as traces
    from ({_COMMON}) join pairs using (a, b) group by a, b having sum(weight) > 0 order by a, b
"""
_PROPOSE = f"select distinct a, b from ({_COMMON}) where field in ('birthday', 'homepage', 'about') and n <= 3 order by a, b"


def _measure(bench: Bench) -> pa.Table:
    bench.db.execute(_FORMS)
    return bench.db.sql(_MEASURE).to_arrow_table()


def _propose(bench: Bench) -> pa.Table:
    bench.db.execute(_FORMS)
    return bench.db.sql(_PROPOSE).to_arrow_table().cast(PAIRS)


def _say(detail: Mapping[str, Any]) -> str:
    field = {
        "about": _("Both profiles say the same about themselves: “%(value)s”."),
        "birthday": _("Both profiles state the birthday %(value)s."),
        "homepage": _("Both profiles name the homepage %(value)s."),
        "place": _("Both profiles name the place %(value)s."),
    }[str(detail["field"])]
    return field % {"value": detail["value"]}


KIND = Kind("profile", "profile", False, _measure, _say, _propose)
