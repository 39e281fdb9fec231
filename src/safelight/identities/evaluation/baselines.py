"""What simple methods reach on the same data in the same run, so that every figure has something to be compared with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import networkx
import numpy as np
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cdist
from sklearn.feature_extraction.text import TfidfVectorizer

from safelight.identities.style.cohort import Floats


def character_cosine(texts: Mapping[str, Sequence[str]]) -> tuple[list[str], Floats]:
    """Cosines of character 3-grams and 4-grams (tf-idf, sublinear), as most tools compare writing; names and matrix."""
    accounts = sorted(texts)
    vectorizer = TfidfVectorizer(
        analyzer="char", ngram_range=(3, 4), sublinear_tf=True, lowercase=False, min_df=2, max_features=50_000,
        dtype=np.float32,
    )  # fmt: skip
    vectors = vectorizer.fit_transform("\n".join(texts[one]) for one in accounts)
    return accounts, np.asarray((vectors @ vectors.T).toarray(), np.float32)


def alike_names(names: Mapping[str, Sequence[str]], least: float = 0.92) -> set[tuple[str, str]]:
    """Pairs of accounts with names that are alike by Jaro-Winkler, lower case."""
    owners = [(one, name.lower()) for one, found in sorted(names.items()) for name in sorted(set(found))]
    spelled = [name for _one, name in owners]
    pairs = set()
    for begin in range(0, len(spelled), 500):
        scores = cdist(
            spelled[begin : begin + 500], spelled, scorer=JaroWinkler.similarity, score_cutoff=least
        )
        for row, column in zip(*np.nonzero(scores), strict=True):
            a, b = owners[begin + row][0], owners[column][0]
            if a < b:
                pairs.add((a, b))
    return pairs


def joined_by_identifier(identifiers: Iterable[tuple[str, str]], accounts: Iterable[str]) -> dict[str, int]:
    """Clusters by union-find over exact identifiers (account, identifier): what shares one is one."""
    graph: networkx.Graph[tuple[str, str]] = networkx.Graph()
    graph.add_nodes_from(("account", one) for one in accounts)
    graph.add_edges_from((("account", one), ("identifier", value)) for one, value in identifiers)
    return {
        one: number
        for number, component in enumerate(networkx.connected_components(graph))
        for kind, one in component
        if kind == "account"
    }
