"""Which children are urgent, by a rule that the unit sets and every row shows: reasons, and no score.

A reason is a statement with its source: contact with a suspect, material made, hands-on access, a journey or stream that is
planned. Contact, material and plans make a child urgent within the times of `[urgency]` in operation.toml. Once a child is
safe, only what came after that counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from safelight.errors import BadInput
from safelight.ledger.as_of import ZONE, begin_of, day_of, end_of
from safelight.messages import _
from safelight.operation.settings import UrgencySettings

Bucket = Literal["urgent", "contact", "material", "other"]
BUCKETS: Final[tuple[Bucket, ...]] = ("urgent", "contact", "material", "other")
#: Fields of a victim that are reasons.
REASONS: Final = ("contact", "material", "access", "planned")
#: What can be planned.
PLANS: Final = ("travel", "stream", "meeting")
SETTLED: Final = ("safe", "followed up")

_HOUR_US = 3_600_000_000
_DAY_US = 24 * _HOUR_US


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason. Times are microseconds UTC: of contact and material the last known, of a plan from when to when.

    `said` is the day or time as it was stated, `seq` the statement that says it, with its source.
    """

    seq: int
    field: str
    kind: str
    from_us: int | None
    to_us: int | None
    said: str
    urgent: bool


@dataclass(frozen=True, slots=True)
class Urgency:
    """A child's reasons, the pressing ones first, and where they put it in the list."""

    bucket: Bucket
    reasons: tuple[Reason, ...]
    last_us: int | None
    """The last sign: contact or material."""

    @property
    def urgent(self) -> bool:
        """Whether one reason is within the rule's times."""
        return self.bucket == "urgent"

    def newest(self, field: str) -> Reason | None:
        """Of one kind of reason the one that counts: the last contact, the next journey."""
        return next((one for one in self.reasons if one.field == field), None)

    @property
    def order(self) -> tuple[int, bool, int]:
        """By rule, then known access, then the last sign."""
        return BUCKETS.index(self.bucket), self.newest("access") is None, -(self.last_us or 0)


def weigh(
    said: Iterable[tuple[int, str, Any]], rule: UrgencySettings, now_us: int, settled_us: int | None
) -> Urgency:
    """Reasons out of statements (number, field, value). `settled_us`: since when the child is safe or followed up."""
    reasons = []
    for seq, field, value in said:
        one = _reason(seq, field, value, rule, now_us)
        if settled_us is not None and (one.to_us is None or one.to_us <= settled_us):
            one = Reason(one.seq, one.field, one.kind, one.from_us, one.to_us, one.said, False)
        reasons.append(one)
    reasons.sort(key=lambda one: (not one.urgent, REASONS.index(one.field), -(one.to_us or 0), one.seq))
    last = {
        field: max((one.to_us or 0 for one in reasons if one.field == field), default=0)
        for field in ("contact", "material")
    }
    bucket: Bucket = "other"
    if any(one.urgent for one in reasons):
        bucket = "urgent"
    elif settled_us is None:
        since = now_us - rule.recent_days * _DAY_US
        bucket = "contact" if last["contact"] > since else "material" if last["material"] > since else "other"
    return Urgency(bucket, tuple(reasons), max(last.values()) or None)


def _reason(seq: int, field: str, value: Any, rule: UrgencySettings, now_us: int) -> Reason:
    if field == "access":
        return Reason(seq, field, str(value), None, None, "", False)
    begin, end, kind = value.get("from_us"), value.get("to_us"), value.get("what", "")
    if field == "planned":
        soon = (begin or end or 0) <= now_us + rule.planned_days * _DAY_US
        urgent = soon and (end or begin or 0) >= now_us
    else:
        limit = rule.contact_hours * _HOUR_US if field == "contact" else rule.material_days * _DAY_US
        urgent = now_us - limit <= (end or 0) <= now_us
    return Reason(seq, field, kind, begin, end, value.get("said", ""), urgent)


def sign(text: str, now_us: int) -> dict[str, Any]:
    """The value of a contact or of material made: when, as it was said and in microseconds. A day alone lasts to its end,
    or to now where it is today. Raises BadInput, also for what lies in the future."""
    begin, end = moments(text)
    if begin > now_us:
        raise BadInput(_("%(when)s lies in the future.") % {"when": text}, _("Give the day on which it was."))
    return {"said": text, "from_us": begin, "to_us": min(end, now_us)}


def plan(what: str, begin: str, end: str = "") -> dict[str, Any]:
    """The value of something planned, from when to when. Raises BadInput."""
    if what not in PLANS:
        raise BadInput(
            _("%(what)s is nothing that is planned here.") % {"what": repr(what)},
            _("Use one of %(those)s.") % {"those": ", ".join(PLANS)},
        )
    first, last = moments(begin)
    if end:
        last = moments(end)[1]
    if last < first:
        raise BadInput(_("It ends before it begins."), _("Give the earlier day first."))
    return {"what": what, "said": f"{begin} – {end}" if end else begin, "from_us": first, "to_us": last}


def moments(text: str) -> tuple[int, int]:
    """First and last microsecond of a day in Oslo (`2016-11-20`), or twice that of a time with its zone. Raises BadInput."""
    if len(text) <= 10:
        day = day_of(text)
        return begin_of(day), end_of(day)
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(
            _("%(text)s is no time.") % {"text": repr(text)},
            _("Write it as 2016-11-20 or 2016-11-20T19:30+01:00."),
        ) from error
    us = int((found if found.tzinfo else found.replace(tzinfo=ZONE)).timestamp() * 1_000_000)
    return us, us
