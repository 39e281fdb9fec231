"""Names that accounts carried, each with the time from which, and which of them held at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from safelight.access.reading import Reading

#: A name, and from when it was carried (µs UTC; None: not stated).
Carried = tuple[int | None, str]


def names_of(reading: Reading, accounts: Iterable[str | None]) -> Mapping[str, Sequence[Carried]]:
    """Names by account, those without a time first, then by time; an own name (nick, display name) last among equals."""
    wanted = sorted({one for one in accounts if one})
    found: dict[str, list[Carried]] = defaultdict(list)
    if not wanted:
        return found
    rows = reading.db.execute(
        """select account_id, min(at_us(since, exhibit, parser)) as us, coalesce(name, account) as name,
                  bool_or(name_kind in ('display name', 'nick')) as own
           from accounts where account_id = any($ids) group by account_id, coalesce(name, account)
           order by account_id, own, us nulls first, name desc""",
        {"ids": wanted},
    ).fetchall()
    for account, us, name, _own in rows:
        found[account].append((us, name))
    return found


def name_then(names: Sequence[Carried], us: int | None) -> str:
    """The newest name from at or before a time; else one without a time; else the first of later ones."""
    if us is not None:
        before = [one for one in names if one[0] is not None and one[0] <= us]
        if before:
            return max(before, key=lambda one: one[0] or 0)[1]
    timeless = [name for since, name in names if since is None]
    return timeless[-1] if timeless else (names[0][1] if names else "")
