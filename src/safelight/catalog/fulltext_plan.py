"""From a query's tree to a query of the index. Every score is constant: nothing here ranks."""

from __future__ import annotations

from collections.abc import Sequence

import tantivy

from safelight.catalog.fulltext_grams import digits_of, gram_phrase
from safelight.catalog.fulltext_query import Every, Fuzzy, Node, Not, Phrase, Some, Substring, Word
from safelight.catalog.fulltext_schema import ANALYZERS, TAGS, stem_tag, tag

_MUST, _SHOULD, _NOT = tantivy.Occur.Must, tantivy.Occur.Should, tantivy.Occur.MustNot


def plan(schema: tantivy.Schema, node: Node) -> tantivy.Query:
    """The query for a tree."""
    if isinstance(node, Word):
        return _word(schema, node.text)
    if isinstance(node, Phrase):
        return _phrase(schema, node)
    if isinstance(node, Fuzzy):
        return tantivy.Query.fuzzy_term_query(schema, "plain", node.word, node.distance)
    if isinstance(node, Substring):
        digits = digits_of(node.text)
        texts = {node.text, digits} if digits and digits != node.text else {node.text}
        return either([_grams(schema, text) for text in sorted(texts)])
    if isinstance(node, Every):
        return _every(schema, node.parts)
    if isinstance(node, Some):
        return either([plan(schema, part) for part in node.parts])
    return _every(schema, (node,))


def both(*queries: tantivy.Query) -> tantivy.Query:
    """All of them."""
    return queries[0] if len(queries) == 1 else tantivy.Query.boolean_query([(_MUST, one) for one in queries])


def either(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    """At least one of them."""
    return (
        queries[0] if len(queries) == 1 else tantivy.Query.boolean_query([(_SHOULD, one) for one in queries])
    )


def without(query: tantivy.Query, unwanted: Sequence[tantivy.Query]) -> tantivy.Query:
    """The first and none of the others."""
    return (
        tantivy.Query.boolean_query([(_MUST, query), *((_NOT, one) for one in unwanted)])
        if unwanted
        else query
    )


def one_of(schema: tantivy.Schema, field: str, values: Sequence[str]) -> tantivy.Query:
    """Texts with one of these values in a field, or among their tags."""
    if field in TAGS:
        field, values = "tags", [tag(field, one) for one in values]
    if len(values) == 1:
        return tantivy.Query.term_query(schema, field, values[0], "basic")
    return tantivy.Query.term_set_query(schema, field, list(values))


def between(schema: tantivy.Schema, low: int | None, high: int | None, field: str = "key") -> tantivy.Query:
    """Texts with a key (or another number) from `low` to before `high`."""
    upper = None if high is None else high - 1
    return tantivy.Query.range_query(schema, field, tantivy.FieldType.Integer, low, upper)


def _word(schema: tantivy.Schema, word: str) -> tantivy.Query:
    """A text has its words stemmed by its language, in every way if that is undecided; every text has them as spelled."""
    stems = [(name, ANALYZERS[name].analyze(word)) for name in ("no", "en")]
    tags = [stem_tag(name, found[0]) for name, found in stems if found]
    if not tags:
        return tantivy.Query.empty_query()
    ways = [tantivy.Query.term_query(schema, "tags", one, "basic") for one in tags]
    return either([*ways, tantivy.Query.term_query(schema, "plain", word, "basic")])


def _phrase(schema: tantivy.Schema, node: Phrase) -> tantivy.Query:
    if node.prefix:
        # Not phrase_prefix_query: it silently stops after the first fifty words that begin so.
        if len(node.words) == 1:
            return tantivy.Query.regex_query(schema, "plain", node.words[0] + ".*")
        words: list[str | tuple[int, str]] = [*node.words[:-1], node.words[-1] + ".*"]
        return tantivy.Query.regex_phrase_query(schema, "plain", words)
    if len(node.words) == 1:
        return tantivy.Query.term_query(schema, "plain", node.words[0], "basic")
    return tantivy.Query.phrase_query(schema, "plain", list(node.words))


def _grams(schema: tantivy.Schema, text: str) -> tantivy.Query:
    grams = gram_phrase(text)
    if len(grams) == 1:
        return tantivy.Query.term_query(schema, "grams", grams[0][1], "basic")
    return tantivy.Query.phrase_query(schema, "grams", list(grams))


def _every(schema: tantivy.Schema, parts: Sequence[Node]) -> tantivy.Query:
    wanted = [plan(schema, part) for part in parts if not isinstance(part, Not)]
    unwanted = [plan(schema, part.part) for part in parts if isinstance(part, Not)]
    return without(both(*wanted) if wanted else tantivy.Query.all_query(), unwanted)
