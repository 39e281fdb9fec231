"""How many different messages the hits of a search are, in all, by facet and over time: copies of one message count once.

Copies are told by `same_messages`; what else was found counts as often as it was found. Nothing but the hits is counted, so
that a copy that does not match, or that the reader may not see, neither counts nor takes the place of another one. No
estimate: of each hit the index hands over a number (`fulltext_schema`), and the numbers of all messages that have copies
are kept once a snapshot, about 28 bytes each, with what the catalog knows of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc
from duckdb import DuckDBPyConnection

from safelight.catalog.fulltext_language import LANGUAGES
from safelight.catalog.fulltext_rows import COPIES
from safelight.catalog.fulltext_schema import LANGUAGE_BITS, LEAST_US, MOST_US, NO_TIME

Numbers = npt.NDArray[np.int64]
V = TypeVar("V")
T = TypeVar("T", bound=np.generic)

#: Values times messages up to which each pair has a place of its own (a byte); more pairs are put in order.
_FLAGS = 1 << 26
#: Facets that the catalog knows; the language stands in the mark.
_KNOWN = ("kind", "network", "conversation", "exhibit", "state")


@dataclass(frozen=True, slots=True)
class Copies:
    """Every message that has copies, by digest. `heads` numbers the messages that they are, from 0; `codes` are places in
    `values`, by facet; `times` microseconds as found (NO_TIME without)."""

    digests: Numbers
    heads: npt.NDArray[np.int32]
    times: Numbers
    codes: Mapping[str, npt.NDArray[np.integer]]
    values: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Repeated:
    """The hits among these: their rows there, languages and times after correction. `heads` numbers the `different` messages
    that they are, from 0."""

    copies: Copies
    rows: Numbers
    languages: Numbers
    times: Numbers
    heads: Numbers
    different: int

    def in_all(self) -> int:
        """How many hits are one too many: a copy of another hit."""
        return len(self.rows) - self.different

    def by(self, facet: str) -> dict[str, int]:
        """The same within each value of a facet; values without any are left out."""
        if facet == "language":
            return self._within(self.languages, LANGUAGES)
        return self._within(self.copies.codes[facet][self.rows], self.copies.values[facet])

    def between(self, edges: Sequence[int]) -> list[int]:
        """The same between each two neighbours of `edges` (microseconds, from the first to before the second)."""
        found = self._within(
            np.searchsorted(np.asarray(edges, np.int64), self.times, "right") - 1, range(len(edges) - 1)
        )
        return [found.get(n, 0) for n in range(len(edges) - 1)]

    def _within(self, codes: npt.NDArray[np.integer], values: Sequence[V]) -> dict[V, int]:
        inside = np.flatnonzero((codes >= 0) & (codes < len(values)))
        if not len(inside):
            return {}
        pairs = codes[inside].astype(np.int64) * self.different + self.heads[inside]
        more = np.bincount(codes[inside], minlength=len(values))
        if len(values) * self.different <= _FLAGS:
            there = np.zeros(len(values) * self.different, bool)
            there[pairs] = True
            more -= there.reshape(len(values), self.different).sum(axis=1)
        else:
            more -= np.bincount(np.unique(pairs) // self.different, minlength=len(values))
        return {values[n]: int(more[n]) for n in np.flatnonzero(more).tolist()}


def read(db: DuckDBPyConnection) -> Copies:
    """All there are in a catalog."""
    numbers: dict[str, list[Numbers]] = {"digest": [], "head": [], "time": []}
    codes: dict[str, list[npt.NDArray[np.int32]]] = {name: [] for name in _KNOWN}
    known: dict[str, dict[str, int]] = {name: {} for name in _KNOWN}
    for batch in db.sql(COPIES).to_arrow_reader(100_000):
        for name, found in numbers.items():
            found.append(pc.fill_null(batch.column(name), NO_TIME).to_numpy())
        for name, places in known.items():
            encoded = batch.column(name).dictionary_encode()
            here = [places.setdefault(value, len(places)) for value in encoded.dictionary.to_pylist()]
            codes[name].append(np.asarray(here, np.int32)[encoded.indices.to_numpy()])
    digests = _joined(numbers["digest"], np.int64)
    order = np.argsort(digests)
    return Copies(
        digests[order],
        np.unique(_joined(numbers["head"], np.int64), return_inverse=True)[1].astype(np.int32)[order],
        _joined(numbers["time"], np.int64)[order],
        {
            name: _joined(found, np.int32).astype(np.min_scalar_type(len(known[name])))[order]
            for name, found in codes.items()
        },
        {name: list(places) for name, places in known.items()},
    )


def among(copies: Copies, marks: Iterable[tuple[int, Numbers]]) -> Repeated:
    """Those of the hits (`Search.marks`) that have copies somewhere."""
    rows, languages, times = [], [], []
    for shift, found in marks:
        digests = found >> LANGUAGE_BITS
        places = np.searchsorted(copies.digests, digests)
        there = np.flatnonzero(copies.digests[np.minimum(places, len(copies.digests) - 1)] == digests)
        rows.append(places[there])
        languages.append(found[there] & ((1 << LANGUAGE_BITS) - 1))
        as_found = copies.times[rows[-1]]
        moved = np.clip(as_found, LEAST_US, MOST_US) + shift  # as the index orders them
        times.append(np.where(as_found == NO_TIME, NO_TIME, moved))
    every = _joined(rows, np.int64)
    there = np.zeros(len(copies.digests), bool)
    there[copies.heads[every]] = True
    heads = (np.cumsum(there) - 1)[copies.heads[every]]
    different = int(np.count_nonzero(there))
    return Repeated(copies, every, _joined(languages, np.int64), _joined(times, np.int64), heads, different)


def _joined(parts: Sequence[npt.NDArray[T]], type_: type[T]) -> npt.NDArray[T]:
    return np.concatenate(parts) if parts else np.empty(0, type_)
