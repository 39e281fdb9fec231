"""Search inside one conversation: the positions of its hits, and where in their texts the words stand."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from safelight.access.conversation_order import ConversationOrder, positions_of
from safelight.access.reading import Reading
from safelight.access.search import Searching
from safelight.access.search_filter import SearchFilter
from safelight.catalog.fulltext_language import STEMMED
from safelight.catalog.fulltext_marks import Segment, places

#: Hits that the reader walks through; beyond them the page Search is the place.
MOST = 5_000


@dataclass(frozen=True, slots=True)
class InnerHits:
    """The hits of a query in one conversation. `total` counts texts, copies included; `positions` are lines, in order."""

    wanted: SearchFilter
    total: int
    positions: tuple[int, ...]

    def segments(self, text: str) -> tuple[Segment, ...]:
        """A hit's text in pieces, told apart by whether they were looked for. Its language is not known here, so words are
        compared by every stemmer."""
        node = self.wanted.node()
        if node is None:
            return (Segment(text),)
        spans = sorted(
            {(one.start, one.end) for language in ("und", *STEMMED) for one in places(node, text, language)}
        )
        pieces, at = [], 0
        for start, end in spans:
            if end <= at:
                continue
            start = max(start, at)
            if start > at:
                pieces.append(Segment(text[at:start]))
            pieces.append(Segment(text[start:end], True))
            at = end
        if at < len(text):
            pieces.append(Segment(text[at:]))
        return tuple(pieces)


def inner_hits(
    reading: Reading, search: Searching, order: ConversationOrder, text: str, match: str = "words"
) -> InnerHits:
    """The hits of a query (filters of the page Search may stand in it), at most `MOST`. Raises Refused."""
    pairs = [("q", text), ("match", match), ("order", "oldest")]
    wanted = SearchFilter.from_pairs(pairs + [("conversation", one) for one in order.conversations])
    ids = [hit.id for hit in islice(search.every(wanted), MOST)]
    found = positions_of(reading, order, ids)
    return InnerHits(wanted, search.count(wanted), tuple(sorted(set(found.values()))))
