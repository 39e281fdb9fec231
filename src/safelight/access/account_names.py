"""Names that accounts carried, each with the time from which, and which of them held at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from safelight.access.reading import Reading

#: Kinds of names that an account carries itself; others (address book) are what somebody else calls it.
OWN_NAMES = ("nick", "display name", "full name", "user name")
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


def usual(reading: Reading, accounts: Iterable[str | None]) -> Mapping[str, str]:
    """The name of each account by which one knows it: its own that was seen most often, else what others call it most."""
    wanted = sorted({one for one in accounts if one})
    if not wanted:
        return {}
    own = ", ".join(f"'{kind}'" for kind in OWN_NAMES)
    rows = reading.db.execute(
        f"""select account_id, coalesce(name, account) from accounts where account_id = any($ids)
            group by account_id, coalesce(name, account)
            order by account_id, bool_or(name is not null and name_kind in ({own})), count(*),
                     coalesce(name, account) desc""",
        {"ids": wanted},
    ).fetchall()
    return dict(rows)  # the last one of each stays
