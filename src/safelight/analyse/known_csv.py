"""Reader of hash sets in CSV: the header says which column is what, whatever the separator.

Columns that hold digests, category and scheme are found by their names; everything else is kept as detail.
Known kinds are the old NSRL (`"SHA-1","MD5","CRC32","FileName",...`) and the hash list of INTERPOL's ICSE
(`;`), whose category is its Baseline column.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from safelight.analyse.known_labels import Label
from safelight.analyse.known_lines import read_lines
from safelight.analyse.known_record import BadLines, Record, as_detail, digest

_EVERY = 10_000
_SPAN = 20
_DIGESTS = {
    "md5": "md5", "md5hash": "md5", "hashmd5": "md5", "md5sum": "md5",
    "sha1": "sha1", "sha1hash": "sha1", "hashsha1": "sha1",
    "sha256": "sha256", "sha256hash": "sha256", "hashsha256": "sha256", "sha2256": "sha256",
}  # fmt: skip
_CATEGORY = {
    "category": "code", "categorycode": "code", "code": "code",
    "label": "label", "categorylabel": "label", "categoryname": "label",
    "scheme": "scheme", "categoryscheme": "scheme",
}  # fmt: skip
_ICSE = {"md5", "photodna", "seriesname", "baseline"}
_ICSE_SCHEME = "ICSE Baseline"


def separator_of(header: str) -> str | None:
    """The separator of a header line, or None if the line names no digest column."""
    for separator in (",", ";", "\t", "|"):
        cells = next(csv.reader([header], delimiter=separator), [])
        if any(_plain(cell) in _DIGESTS for cell in cells):
            return separator
    return None


def read_csv(
    path: Path, category: Label, bad: BadLines, progress: Callable[[int, int], None]
) -> Iterator[Record]:
    """Records of a CSV file whose first line is a header with at least one digest column."""
    total = path.stat().st_size
    lines = read_lines(path, bad)
    header = next(lines)[1]
    separator = separator_of(header) or ","
    names = [cell.strip() for cell in next(csv.reader([header], delimiter=separator))]
    for number, cells, done in _rows(lines, separator, bad):
        if number % _EVERY == 0:
            progress(min(done, total), total)
        record = _record(names, cells, category, bad, f"line {number}")
        if record is not None:
            yield record


def _rows(
    lines: Iterator[tuple[int, str, int]], separator: str, bad: BadLines
) -> Iterator[tuple[int, list[str], int]]:
    """Rows with the number of their first line. A quoted cell may span lines, but a stray quotation mark must
    not
    swallow the rest of the file: if the cell does not end soon, its first line alone is bad."""
    waiting: deque[tuple[int, str, int]] = deque()
    while True:
        first = waiting[0] if waiting else next(lines, None)
        if first is None:
            return
        if not waiting:
            waiting.append(first)
        cells, taken = _row(waiting, lines, separator)
        if isinstance(cells, str):
            bad.add(f"line {first[0]}", cells)
        else:
            yield first[0], cells, first[2]
        for _ in range(taken):
            waiting.popleft()


def _row(
    waiting: deque[tuple[int, str, int]], lines: Iterator[tuple[int, str, int]], separator: str
) -> tuple[list[str] | str, int]:
    """Cells and how many lines they span; or what is wrong with the first line, and 1."""
    for taken in range(1, _SPAN + 1):
        if taken > len(waiting):
            line = next(lines, None)
            if line is None:
                break
            waiting.append(line)
        try:
            texts = [f"{line[1]}\n" for line in islice(waiting, taken)]
            return next(csv.reader(texts, delimiter=separator, strict=True)), taken
        except csv.Error as error:
            if "unexpected end" not in str(error):
                return str(error), 1
    return "a quotation mark is not closed", 1


def _record(names: list[str], cells: list[str], category: Label, bad: BadLines, place: str) -> Record | None:
    if not any(cell.strip() for cell in cells):
        return None
    if len(cells) > len(names):
        bad.add(place, f"{len(cells)} values where {len(names)} columns are named")
        return None
    icse = {_plain(name) for name in names} >= _ICSE
    given: dict[str, str] = {}
    said: dict[str, str] = {"scheme": _ICSE_SCHEME} if icse else {}
    detail: dict[str, str] = {}
    for name, cell in zip(names, cells, strict=False):
        plain, value = _plain(name), cell.strip()
        if not value:
            continue
        if plain in _DIGESTS:
            given.setdefault(_DIGESTS[plain], value)
        elif icse and plain == "baseline":
            said["code"] = value
        elif not icse and plain in _CATEGORY:
            said[_CATEGORY[plain]] = value
        else:
            detail[name] = value
    found = {name: digest(value, name) for name, value in given.items()}
    broken = sorted(name for name, value in found.items() if value is None)
    if broken or not given:
        bad.add(place, f"not a digest: {', '.join(broken)}" if broken else "no digest")
    if not any(found.values()):
        return None
    return Record(
        found.get("md5"), found.get("sha1"), found.get("sha256"), _label(said, category, as_detail(detail))
    )


def _label(said: dict[str, str], category: Label, detail: str) -> Label:
    """The row's own category where it has one, else the set's."""
    if not said.get("code") and not said.get("label"):
        return category._replace(detail=detail)
    return Label(said.get("scheme", category.scheme), said.get("code", ""), said.get("label", ""), detail)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.strip("\ufeff").lower())
