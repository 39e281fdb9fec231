"""Accounts as a format shows them: each name of an account once, with the earliest time at which it was seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from safelight.traces.model import Account
from safelight.traces.moment import Moment


@dataclass(slots=True)
class _Seen:
    place: str
    since: Moment | None
    owner: bool
    profile: str | None


class Observed:
    """Grows with accounts and their names only."""

    def __init__(self, network: str) -> None:
        self._network = network
        self._seen: dict[tuple[str, str | None, str | None], _Seen] = {}
        self._named: set[str] = set()

    def see(
        self,
        account: str | None,
        name: str | None,
        kind: str | None,
        place: str,
        since: Moment | None = None,
        *,
        owner: bool = False,
        profile: str | None = None,
    ) -> None:
        """An account was seen, with a name or without one. Nothing happens without an account."""
        if not account:
            return
        key = (account, name, kind if name else None)
        known = self._seen.get(key)
        if known is None:
            self._seen[key] = _Seen(place, since, owner, profile)
            if name:
                self._named.add(account)
            return
        known.owner = known.owner or owner
        known.profile = known.profile or profile
        if since is not None and since.utc_us is not None:
            before = known.since.utc_us if known.since else None
            if before is None or since.utc_us < before:
                known.since = since

    def __contains__(self, key: tuple[str, str | None, str | None]) -> bool:
        return key in self._seen

    def traces(self) -> Iterator[Account]:
        """One Account for each name; one without a name for an account that has none."""
        ordinals: dict[str, int] = {}
        for (account, name, kind), seen in self._seen.items():
            if name is None and account in self._named and not (seen.owner or seen.profile):
                continue
            ordinal = ordinals.get(seen.place, 0)
            ordinals[seen.place] = ordinal + 1
            yield Account(
                place=seen.place,
                ordinal=ordinal,
                network=self._network,
                account=account,
                name=name,
                name_kind=kind,
                since=seen.since,
                owner=True if seen.owner else None,
                profile=seen.profile,
            )
