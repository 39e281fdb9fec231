"""A keyword list is run over all text: every text in which a term stands becomes a row of `keyword_hits`.

Terms are asked of the index. Expressions are searched in every indexed text in one pass: all of them joined say whether any
stands in a text, and only then each looks for its places. The hits of a list (by its name) take the place of those of its
last run, in one transaction at the end; a run that is stopped changes nothing and is begun again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import re2

from safelight.analyse.keyword_list import KeywordList, Term, options
from safelight.analyse.search_index import translations
from safelight.catalog.catalog import Catalog
from safelight.catalog.fulltext import FullText
from safelight.catalog.fulltext_marks import places
from safelight.catalog.fulltext_plan import plan
from safelight.catalog.fulltext_rows import message_of
from safelight.catalog.fulltext_search import Found, Search, Wanted
from safelight.catalog.fulltext_update import Progress, update
from safelight.operation.folder import OperationFolder
from safelight.traces.ids import batch_id

NAME, VERSION = "keywords", 1
#: Texts read at once where all of them are.
_AT_ONCE = 20_000


@dataclass(slots=True)
class Ran:
    """What a run found: hits (texts by term), and the texts that were searched."""

    hits: int = 0
    texts: int = 0


def run(folder: OperationFolder, wanted: KeywordList, *, progress: Progress | None = None) -> Ran:
    """Bring the index up, search it for every term, and write the hits. `progress(done, total)` counts texts and terms.

    Raises DiskFull.
    """
    tell = progress or (lambda _done, _total: None)
    with Catalog.at(folder) as catalog:
        update(catalog, folder.index, translations=translations(folder))
        fulltext = FullText(folder.index)
        searcher = fulltext.searcher()
        ran = Ran(texts=0 if searcher is None else searcher.num_docs)
        rows: Iterator[dict[str, Any]] = iter(())
        if searcher is not None:
            search = Search(searcher, fulltext.schema)
            rows = _rows(search, fulltext, wanted, ran, tell)
        sequence, digest = catalog.head()
        batch = batch_id(f"{NAME}/{wanted.name}", [wanted.sha256, str(sequence), digest])
        drop = {"keyword_hits": pa.table({"list": [wanted.name]})}
        made_by = {"stage": f"{NAME}/{wanted.name}", "analysis": NAME, "version": str(VERSION)}
        catalog.supersede(batch, drop, {"keyword_hits": rows}, made_by=made_by)
    return ran


def _rows(
    search: Search, fulltext: FullText, wanted: KeywordList, ran: Ran, tell: Progress
) -> Iterator[dict[str, Any]]:
    terms = [term for term in wanted.terms if term.node is not None]
    expressions = [term for term in wanted.terms if term.expression is not None]
    total = len(terms) + (ran.texts if expressions else 0)
    for done, term in enumerate(terms):
        tell(done, total)
        assert term.node is not None
        for one in search.every(plan(fulltext.schema, term.node), Wanted()):
            spans = [(place.start, place.end) for place in places(term.node, one.text, one.language)]
            ran.hits += 1
            yield _row(wanted, term, "query", one, spans)
    if expressions:
        together = _Together(expressions)
        for done, one in enumerate(search.every(None, Wanted(), _AT_ONCE), len(terms)):
            if not done % 1000:
                tell(done, total)
            for term, spans in together.find(one.text):
                ran.hits += 1
                yield _row(wanted, term, "expression", one, spans)
    tell(total, total)


class _Together:
    """Expressions that are looked for together: one search says whether any of them can stand in a text.

    RE2's own sets are not used: where they run out of memory they answer "no match".
    """

    def __init__(self, terms: list[Term]) -> None:
        self.terms = terms
        try:
            self._any = re2.compile("|".join(f"(?:{term.text[1:-1]})" for term in terms), options())
        except re2.error:  # too large together
            self._any = None

    def find(self, text: str) -> Iterator[tuple[Term, list[tuple[int, int]]]]:
        """Each expression that stands in a text, with its places."""
        if self._any is not None and self._any.search(text) is None:
            return
        for term in self.terms:
            spans = [match.span() for match in term.expression.finditer(text)]
            if spans:
                yield term, spans


def _row(
    wanted: KeywordList, term: Term, match: str, one: Found, spans: list[tuple[int, int]]
) -> dict[str, Any]:
    first = spans[0] if spans else (None, None)
    return {
        "list": wanted.name,
        "list_sha256": wanted.sha256,
        "line": term.line,
        "term": term.text,
        "match": match,
        "trace_id": message_of(one.id) if one.kind in ("message", "mail", "translation") else None,
        "item_id": one.item,
        "exhibit": one.exhibit,
        "conversation_id": one.conversation,
        "kind": one.kind,
        "places": len(spans),
        "begins": first[0],
        "ends": first[1],
    }
