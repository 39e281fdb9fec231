"""Contents are looked up in hash sets: rows of the table `hits` for whatever stands in one.

One content has at most one hit for each set and category: what several entries of the set say of it is joined
in the detail. The strongest digest that matched is named.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa

from safelight.analyse.known import HashSetInfo, imported_sets, read_info
from safelight.analyse.known_index import LENGTHS, DigestIndex, words_of
from safelight.analyse.known_labels import Label, read_labels
from safelight.analyse.known_record import as_detail
from safelight.catalog.schema import HITS

_ALGORITHMS = ("sha256", "sha1", "md5")
_ENTRIES = 1000


class HashSet:
    """One imported set, opened for look-ups."""

    def __init__(self, folder: Path, info: HashSetInfo) -> None:
        self.info = info
        self._labels = folder / info.set_id / "labels.sqlite"
        self._indexes = {
            name: DigestIndex(folder / info.set_id, name) for name in _ALGORITHMS if info.counts[name]
        }

    @classmethod
    def open(cls, folder: Path, set_id: str) -> Self:
        """The set in `folder` (`OperationFolder.known`). Raises NotFound."""
        return cls(folder, read_info(folder, set_id))

    def find(self, digests: dict[str, list[str | None]]) -> list[tuple[int, str, Label]]:
        """(number of the content, algorithm, label) for each entry that a content equals, strongest digest
        first.
        """
        found: list[tuple[int, str, int]] = []
        for name, index in self._indexes.items():
            there = [number for number, value in enumerate(digests[name]) if value]
            joined = "".join(digests[name][number] or "" for number in there)
            queries, labels = index.find(words_of(bytes.fromhex(joined), LENGTHS[name]))
            numbers = np.array(there, np.int64)[queries].tolist()
            found += zip(numbers, [name] * len(numbers), labels.tolist(), strict=True)
        texts = read_labels(self._labels, (number for _, _, number in found)) if found else {}
        return [(content, algorithm, texts[number]) for content, algorithm, number in found]


class Matcher:
    """Look-ups in several sets at once. Thread-safe; holds no memory but mapped pages."""

    def __init__(self, sets: Sequence[HashSet]) -> None:
        self.sets = tuple(sets)

    @classmethod
    def at(cls, folder: Path) -> Self:
        """All sets imported into `folder` (`OperationFolder.known`)."""
        return cls([HashSet(folder, info) for info in imported_sets(folder)])

    def match(self, sha256: str, sha1: str | None = None, md5: str | None = None) -> list[dict[str, Any]]:
        """Rows of `hits` for one content, digests in hexadecimal."""
        return self._rows({"sha256": [sha256], "sha1": [sha1], "md5": [md5]})

    def match_many(self, contents: pa.Table) -> pa.Table:
        """Rows of `hits` for a table with the columns sha256, sha1 and md5 (hexadecimal; null is not looked
        up).
        """
        return pa.Table.from_pylist(
            self._rows({name: contents.column(name).to_pylist() for name in _ALGORITHMS}), schema=HITS.arrow
        )

    def _rows(self, digests: dict[str, list[str | None]]) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        for each in self.sets:
            joined: dict[tuple[int, str, str, str], tuple[str, list[str]]] = {}
            for content, algorithm, label in each.find(digests):
                _, details = joined.setdefault((content, *label[:3]), (algorithm, []))
                if label.detail and label.detail not in details and len(details) < _ENTRIES:
                    details.append(label.detail)
            for (content, scheme, code, name), (algorithm, details) in sorted(joined.items()):
                rows.append(
                    {
                        "sha256": digests["sha256"][content],
                        "set_id": each.info.set_id,
                        "set_name": each.info.name,
                        "algorithm": algorithm,
                        "scheme": scheme,
                        "code": code,
                        "label": name,
                        "detail": joined_detail(details),
                    }
                )
        return rows


def joined_detail(details: Iterable[str]) -> str | None:
    """One JSON object of several: the only one as it is, else `{"entries": [...]}`; None for none."""
    given = sorted(details)
    if not given:
        return None
    if len(given) == 1:
        return given[0]
    return as_detail({"entries": [json.loads(each) for each in given]})
