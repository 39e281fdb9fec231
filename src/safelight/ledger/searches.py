"""Saved searches: a name for a query and its filters, as a decision of whoever saved it; withdrawn, never forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from safelight.errors import NotFound, Refused
from safelight.ledger import kinds
from safelight.ledger.entry import Entry
from safelight.ledger.ledger import Ledger


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """One saved search. `filters` are key and value pairs; `recorded_at` is microseconds UTC."""

    seq: int
    name: str
    query: str
    filters: tuple[tuple[str, str], ...]
    actor: str
    recorded_at: int


def save(ledger: Ledger, name: str, query: str, filters: Iterable[tuple[str, str]], *, actor: str) -> Entry:
    """Save a search. The same name again takes the place of the one before. Raises Refused without name or search."""
    given = [[key, value] for key, value in filters]
    if not name.strip():
        raise Refused("A saved search needs a name, and none was given.", "Give it a name.")
    if not query.strip() and not given:
        raise Refused("There is no search to save.", "Search first, then save.")
    kind = kinds.SEARCH_SAVED
    older = next((one for one in every(ledger) if one.name == name.strip()), None)
    return ledger.append(
        kind.name,
        {"name": name.strip(), "query": query, "filters": given},
        verb=kind.verb,
        actor=actor,
        corrects=older.seq if older else None,
    )


def withdraw(ledger: Ledger, seq: int, *, actor: str) -> Entry:
    """Take a saved search off the list. Raises NotFound."""
    if seq not in {one.seq for one in every(ledger)}:
        raise NotFound(f"Entry {seq} is no saved search in use.", "See the list on the page Search.")
    kind = kinds.SEARCH_WITHDRAWN
    return ledger.append(kind.name, {}, verb=kind.verb, actor=actor, subjects=[f"entry:{seq}"], corrects=seq)


def every(ledger: Ledger) -> list[SavedSearch]:
    """The saved searches in use, by name."""
    found: dict[int, SavedSearch] = {}
    for entry in ledger.entries(kinds=[kinds.SEARCH_SAVED.name, kinds.SEARCH_WITHDRAWN.name]):
        if entry.corrects is not None:
            found.pop(entry.corrects, None)
        payload = ledger.payload(entry.seq) if entry.kind == kinds.SEARCH_SAVED.name else None
        if payload is not None:
            filters = tuple((str(key), str(value)) for key, value in payload["filters"])
            found[entry.seq] = SavedSearch(
                entry.seq, payload["name"], payload["query"], filters, entry.actor, entry.recorded_at
            )
    return sorted(found.values(), key=lambda one: (one.name.casefold(), one.seq))
