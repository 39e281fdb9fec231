"""Which item of the catalog is which file of the truth: same exhibit, and a path that ends alike."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from urllib.parse import unquote


class TruthFiles:
    """The files that the truth names, numbered; looked up by exhibit and path."""

    def __init__(self, files: Iterable[tuple[str, str]]) -> None:
        self.files = sorted(set(files))
        """(number of the exhibit, path inside its source)"""
        self.numbers = {file: number for number, file in enumerate(self.files)}
        self._ends: dict[tuple[str, str], list[int]] = defaultdict(list)
        for number, (exhibit, path) in enumerate(self.files):
            self._ends[exhibit, _plain(path).rpartition("/")[2]].append(number)

    def find(self, exhibit: str, path: str) -> int | None:
        """The file that an item is, or lies in (a mail of a mailbox); the one with the longest path that fits."""
        parts = _plain(path).split("/")
        for end in range(len(parts), 0, -1):
            inside = "/" + "/".join(parts[:end])
            fits = [
                number
                for number in self._ends.get((exhibit, parts[end - 1]), ())
                if inside.endswith("/" + _plain(self.files[number][1]))
            ]
            if fits:
                return max(fits, key=lambda number: len(self.files[number][1]))
        return None


def _plain(path: str) -> str:
    """One kind of separator, no escapes, composed letters."""
    return unicodedata.normalize("NFC", unquote(path.replace(" › ", "/")))
