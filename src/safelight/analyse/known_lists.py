"""Readers of hash lists: hashdeep 1.0, and what md5deep, sha*sum, BSD's md5 and openssl print.

%%%% HASHDEEP-1.0                                   hashdeep (jessek/hashdeep FILEFORMAT): columns named
in line 2, %%%% size,md5,sha256,filename                       file name last, `##` comments
d41d8cd98f00b204e9800998ecf8427e  name              GNU coreutils, md5deep; `*name` for binary mode
\\d41d8cd98f00b204e9800998ecf8427e  na\\nme            GNU, name escaped (backslash, line feed, carriage
return) SHA256 (name) = e3b0c442...                         BSD and coreutils --tag; openssl writes
`SHA2-256(name)= ` d41d8cd98f00b204e9800998ecf8427e                    bare digests; after one, anything
behind a comma or blank
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from safelight.analyse.known_labels import Label
from safelight.analyse.known_lines import read_lines
from safelight.analyse.known_record import BadLines, Record, algorithm_of, as_detail, digest, of_one
from safelight.errors import BadInput

_EVERY = 10_000
_BSD = re.compile(
    r"(?P<escaped>\\?)(?P<name>[A-Za-z0-9/-]+) ?\((?P<file>.*)\) ?= ?(?P<hex>[0-9A-Fa-f]+)\s*", re.DOTALL
)
_GNU = re.compile(
    r"(?P<escaped>\\?)(?:\s*\d+\s+)?(?P<hex>[0-9A-Fa-f]{8,128})(?:(?:  | \*|[\t ,;|]+)(?P<file>.*))?",
    re.DOTALL,
)
_ESCAPES = {"\\\\": "\\", "\\n": "\n", "\\r": "\r"}
HASHDEEP = "%%%% HASHDEEP-1.0"


def read_list(
    path: Path, category: Label, bad: BadLines, progress: Callable[[int, int], None]
) -> Iterator[Record]:
    """Records of a list with one digest a line."""
    total = path.stat().st_size
    for number, line, done in read_lines(path, bad):
        if number % _EVERY == 0:
            progress(min(done, total), total)
        if not line.strip() or line.startswith("#"):
            continue
        match = _BSD.fullmatch(line) or _GNU.fullmatch(line)
        algorithm = algorithm_of(match["hex"]) if match else None
        if match is None or algorithm is None:
            bad.add(f"line {number}", "no digest")
        elif algorithm == "unused":
            bad.add(f"line {number}", f"a digest of {len(match['hex'])} digits: that algorithm is not used")
        else:
            yield of_one(
                algorithm, match["hex"], category._replace(detail=_named(match["file"], match["escaped"]))
            )


def read_hashdeep(
    path: Path, category: Label, bad: BadLines, progress: Callable[[int, int], None]
) -> Iterator[Record]:
    """Records of a hashdeep file. Raises BadInput if its second line names no digest that is used."""
    total = path.stat().st_size
    columns: list[str] = []
    for number, line, done in read_lines(path, bad):
        if number % _EVERY == 0:
            progress(min(done, total), total)
        if line.startswith("%%%%"):
            if line.strip() != HASHDEEP:
                columns = [name.strip().lower().replace("-", "") for name in line[4:].split(",")]
        elif line.strip() and not line.startswith("##"):
            record = _row(line, number, columns, category, bad, path)
            if record is not None:
                yield record


def _row(
    line: str, number: int, columns: list[str], category: Label, bad: BadLines, path: Path
) -> Record | None:
    if not {"md5", "sha1", "sha256"} & set(columns):
        raise BadInput(
            f"{path} names no MD5, SHA-1 or SHA-256 column.", "Make it with `hashdeep -c md5,sha1,sha256`."
        )
    cells = line.split(",", len(columns) - 1)
    if len(cells) != len(columns):
        bad.add(f"line {number}", f"{len(cells)} values where {len(columns)} columns are named")
        return None
    given = dict(zip(columns, cells, strict=True))
    used = {name: digest(given[name], name) for name in ("md5", "sha1", "sha256") if given.get(name)}
    broken = sorted(name for name, value in used.items() if value is None)
    if broken or not used:
        bad.add(f"line {number}", f"not a digest: {', '.join(broken)}" if broken else "no digest")
    if not any(used.values()):
        return None
    label = category._replace(detail=_named(given.get("filename"), ""))
    return Record(used.get("md5"), used.get("sha1"), used.get("sha256"), label)


def _named(file: str | None, escaped: str) -> str:
    name = (file or "").strip("\r\n")
    if escaped:
        name = re.sub(r"\\[\\nr]", lambda match: _ESCAPES[match[0]], name)
    return as_detail({"name": name} if name else {})
