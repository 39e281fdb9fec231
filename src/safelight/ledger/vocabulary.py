"""What can be said of persons, victims, cases and what hangs on them: the fields of each type of record, as data.

A field is single (of several statements that hold at a moment the one that began last counts, then the newest) or many.
`target` says what a statement points at besides its record. Values are JSON; `values` lists what is allowed where the
field is a choice. Categories are those of Directive (EU) 2016/680 art. 6, the ladder is that of straffeprosessloven.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

PERSON, VICTIM, CASE, AUTHORITY, SERIES, HANDOVER = (
    "person",
    "victim",
    "case",
    "authority",
    "series",
    "handover",
)

#: Prefix of the numbers that people say aloud; a case has the unit's own number besides.
PREFIXES: Final[Mapping[str, str]] = {
    PERSON: "P",
    VICTIM: "V",
    CASE: "C",
    AUTHORITY: "A",
    SERIES: "S",
    HANDOVER: "HO",
}

CATEGORIES: Final = ("suspect", "convicted", "victim", "other")
LADDER: Final = ("suspected", "charged", "indicted", "convicted")
"""mistenkt, siktet, tiltalt, domfelt."""
CASE_STATUS: Final = ("opened", "detained", "indicted", "judged", "closed", "transferred")
#: How hands-on access of a suspect to a child is known: somebody stated it, it was assessed, a court found it.
ACCESS: Final = ("stated", "assessed", "judged")
VICTIM_STATUS: Final = ("unidentified", "located", "safe", "followed up")
ROLES: Final = ("suspect", "victim", "witness", "other")

#: To whom something is disclosed, and what a handover is here.
AUDIENCES: Final = ("partner", "prosecutor", "defence")
HANDOVER_KINDS: Final = ("given", "correction", "received", "transfer")


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that can be said. `target`: type of record, or `account`, `exhibit`, `item`, `trace`; empty: none."""

    name: str
    single: bool = False
    target: str = ""
    values: tuple[str, ...] = ()


_SAME = (Field("same_as", target="own"), Field("different_from", target="own"), Field("note"))

FIELDS: Final[Mapping[str, Mapping[str, Field]]] = {
    type_: {field.name: field for field in (*fields, *_SAME)}
    for type_, fields in {
        PERSON: (
            Field("category", single=True, values=CATEGORIES),
            Field("name", single=True),
            Field("alias"),
            Field("born", single=True),
            Field("died", single=True),
            Field("identifier"),
            Field("address", single=True),
            Field("district", single=True),
            Field("identified", single=True, values=("yes", "no")),
            Field("account", target="account"),
            Field("relation", target=PERSON),
        ),
        VICTIM: (
            Field("status", single=True, values=VICTIM_STATUS),
            Field("name", single=True),
            Field("born", single=True),
            Field("country", single=True),
            Field("person", single=True, target=PERSON),
            Field("series", target=SERIES),
            Field("media", target="item"),
            Field("account", target="account"),
            Field("session", target="trace"),
            Field("suspect", target=PERSON),
            Field("contact"),
            Field("material"),
            Field("access", values=ACCESS),
            Field("planned"),
            Field("taken_by", single=True),
        ),
        CASE: (
            Field("number", single=True),
            Field("title", single=True),
            Field("kind", single=True),
            Field("provision"),
            Field("status", single=True, values=CASE_STATUS),
            Field("owner", single=True),
            Field("prosecutor", single=True),
            Field("role", target=PERSON, values=ROLES),
            Field("standing", target=PERSON, values=LADDER),
            Field("victim", target=VICTIM),
            Field("exhibit", target="exhibit"),
            Field("session", target="trace"),
            Field("deadline"),
            Field("worked", single=False),
        ),
        AUTHORITY: (
            Field("account", target="account"),
            Field("basis", single=True),
            Field("circular", single=True),
            Field("decision", single=True),
            Field("approver", single=True),
            Field("scope", single=True),
            Field("limits", single=True),
            Field("period", single=True),
            Field("review", single=True),
            Field("officer"),
            Field("wrote"),
            Field("log"),
            Field("partner"),
            Field("shared"),
            Field("report"),
            Field("ended", single=True),
        ),
        SERIES: (Field("name", single=True), Field("media", target="item")),
        HANDOVER: (
            Field("case", target=CASE),
            Field("recipient"),
            Field("audience", single=True, values=AUDIENCES),
            Field("basis", single=True),
            Field("conditions", single=True),
            Field("kind", single=True, values=HANDOVER_KINDS),
            Field("choice", single=True),
            Field("approved", single=True),
            Field("manifest", single=True),
            Field("withdrawn", single=True),
            Field("gave", target="any"),
            Field("withheld"),
            Field("corrects", single=True, target=HANDOVER),
            Field("acknowledged", single=True),
            Field("received", single=True),
            Field("conflict", target="any"),
        ),
    }.items()
}
