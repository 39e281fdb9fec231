"""Trigrams of letters, weighed by rarity, and which rows have most of them in common.

Texts of accounts or records are rows; the cosine of two rows says how much rare spelling they share, whatever word or field
it stands in. That is nearest-neighbour blocking (Papadakis et al., "Blocking and Filtering Techniques for Entity Resolution:
A Survey", 2020): each row proposes the few that are most like it, instead of all that equal it in something.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
from scipy import sparse

Ints = np.ndarray[Any, np.dtype[np.int64]]

#: A trigram that more rows have makes nobody near.
MOST_TRIGRAM: Final = 400
_CHUNK: Final = 2_000


def weighed(texts: Sequence[Iterable[str]]) -> sparse.csr_array:
    """Rows by trigrams, begin and end of a text marked, each weighed by its rarity. Rows are of length 1, or 0."""
    index: dict[str, int] = {}
    rows, columns = [], []
    for n, told in enumerate(texts):
        for text in told:
            marked = f"^{text}$"
            for at in range(len(marked) - 2):
                rows.append(n)
                columns.append(index.setdefault(marked[at : at + 3], len(index)))
    matrix = sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(texts), len(index)))
    matrix.data[:] = 1
    count = np.asarray(matrix.sum(axis=0)).ravel()
    weight = np.log((len(texts) + 1) / (count + 0.5))
    made = sparse.csr_array(matrix @ sparse.diags_array(np.maximum(weight, 0)))
    length = np.sqrt(np.asarray(made.multiply(made).sum(axis=1)).ravel())
    return sparse.csr_array(sparse.diags_array(1 / np.maximum(length, 1e-9)) @ made)


def nearest(grams: sparse.csr_array, most: int, least: float) -> tuple[Ints, Ints]:
    """Pairs of rows (first < second; a pair may come twice) of which one is among the other's `most` nearest, with a cosine
    of rare trigrams of `least` or more."""
    count = np.asarray((grams > 0).sum(axis=0)).ravel()
    rare = sparse.csc_array(grams)[:, np.flatnonzero((count > 1) & (count <= MOST_TRIGRAM))].tocsr()
    other = sparse.csr_array(rare.T)
    ones, others = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for begin in range(0, rare.shape[0], _CHUNK):
        product = sparse.coo_array(rare[begin : begin + _CHUNK] @ other)
        row, column, value = product.row.astype(np.int64) + begin, product.col.astype(np.int64), product.data
        kept = (value >= least) & (row != column)
        row, column, value = row[kept], column[kept], value[kept]
        order = np.lexsort((column, -value, row))
        row, column = row[order], column[order]
        place = np.arange(len(row)) - np.searchsorted(row, row)
        ones.append(row[place < most])
        others.append(column[place < most])
    one, two = np.concatenate(ones), np.concatenate(others)
    return np.minimum(one, two), np.maximum(one, two)
