"""Known hash sets: imported once into indexes of their own (`known/<set id>/`), then searched in place.

`Known` is a fact about a set, never a judgement about a file: the category is the set's own claim, NSRL's
included, which can hide a file from a view and never clears it.

An import is whole or not there: it is built in a folder beside, synced, and renamed. Lines that could not be
used are counted and reported. What a set says is stored with `known_labels.py`, its digests with
`known_index.py`.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import orjson
import psutil

from safelight.analyse.known_csv import read_csv, separator_of
from safelight.analyse.known_index import LENGTHS, IndexBuilder
from safelight.analyse.known_labels import Label, LabelWriter
from safelight.analyse.known_lines import encoding_of, read_lines
from safelight.analyse.known_lists import HASHDEEP, read_hashdeep, read_list
from safelight.analyse.known_nsrl import read_nsrl
from safelight.analyse.known_record import BadLines, Record
from safelight.analyse.known_vics import read_vics
from safelight.catalog.durable import Disk, NewFile, full_disk_is_told
from safelight.errors import AlreadyExists, BadInput, NotFound, Refused

Kind = Literal["nsrl", "vics", "hashdeep", "list", "csv"]
Progress = Callable[[int, int], None]
_INFO = "set.json"
_IMPORT = ".import-"
#: For the strongest digest of a row; weaker ones are searched only for rows without it (see `_used`).
_STRONGEST_FIRST = ("sha256", "sha1", "md5")


@dataclass(frozen=True, slots=True)
class HashSetInfo:
    """What is known about an imported set.

    `counts` are rows of each algorithm's index; `rows` are the records read. `bad` counts what could not be
    used, with examples (place, reason). `category` is what applies where the set gives none of its own.
    """

    set_id: str
    name: str
    origin: str
    kind: Kind
    category: tuple[str, str, str] | None
    rows: int
    counts: Mapping[str, int]
    bad: int
    bad_examples: tuple[tuple[str, str], ...]
    source_name: str
    source_bytes: int
    source_sha256: str


def import_set(
    path: Path,
    *,
    name: str,
    origin: str,
    category: tuple[str, str, str] | None,
    folder: Path,
    progress: Progress | None = None,
    labels: Mapping[str, str] | None = None,
    memory_limit: str = "384MB",
) -> HashSetInfo:
    """Import a hash set into `folder/<set id>`.

    `category` (scheme, code, label) applies to entries without one of their own. `labels` gives labels for a
    VICS set's codes. `progress(done, total)` counts bytes or rows, by step. The set's id comes from its
    bytes, name and category. Raises NotFound, BadInput (nothing is kept), AlreadyExists, Refused (a category
    laid over a VICS set), DiskFull.
    """
    tell = progress or (lambda _done, _total: None)
    disk = Disk()
    disk.make_folder(folder)
    sweep_imports(folder)
    kind = kind_of(path)
    if kind == "vics" and category is not None:
        raise Refused(
            f"{path} is a VICS set and carries its own categories; no other category can be laid over it.",
            "Import it without a category. A VICS set is never a list of what is harmless.",
        )
    source_sha256 = _hash(path, tell)
    set_id = _set_id(source_sha256, name, category)
    if (folder / set_id).exists():
        raise AlreadyExists(
            f"The hash set {name} was imported from these bytes already.", "`safelight hits` lists it."
        )
    work = folder / f"{_IMPORT}{os.getpid()}-{secrets.token_hex(4)}"
    with full_disk_is_told(str(folder)):
        try:
            (work / "sort").mkdir(parents=True, mode=0o700)
            bad = BadLines()
            records = _read(path, kind, Label(*category) if category else None, labels or {}, bad, tell)
            rows, counts = _build(records, kind, work, disk, memory_limit)
            if not rows:
                raise BadInput(
                    f"{path} holds no digest that can be used.", "Check that it is the file you meant."
                )
            info = HashSetInfo(
                set_id, name, origin, kind, category, rows, counts, bad.count, tuple(bad.examples),
                path.name, path.stat().st_size, source_sha256,
            )  # fmt: skip
            shutil.rmtree(work / "sort")
            with NewFile(work / _INFO, disk) as file:
                file.write(orjson.dumps(asdict(info), option=orjson.OPT_INDENT_2))
                file.finish()
            disk.sync_folder(work)
            disk.rename(work, folder / set_id)
            disk.sync_folder(folder)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return info


def kind_of(path: Path) -> Kind:
    """What a file is, by its first bytes. Raises NotFound, BadInput."""
    try:
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError as error:
        raise NotFound(f"{path} cannot be opened: {error.strerror}.", "Name a hash set's file.") from error
    if start.startswith(b"SQLite format 3\x00"):
        return "nsrl"
    if start.startswith((b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"BZh", b"\xfd7zXZ")):
        raise BadInput(f"{path} is packed.", "Unpack it and name the file inside.")
    _, mark = encoding_of(start)
    text = start[mark:].lstrip()
    if text.startswith(b"{"):
        return "vics"
    if text.startswith(HASHDEEP.encode()):
        return "hashdeep"
    first = next((line for _, line, _ in read_lines(path, BadLines())), "")
    return "csv" if separator_of(first) else "list"


def read_info(folder: Path, set_id: str) -> HashSetInfo:
    """The info of an imported set. Raises NotFound."""
    try:
        given = orjson.loads((folder / set_id / _INFO).read_bytes())
    except OSError as error:
        raise NotFound(f"There is no hash set {set_id}.", "`safelight known list` names them.") from error
    given["category"] = None if given["category"] is None else tuple(given["category"])
    given["bad_examples"] = tuple((place, reason) for place, reason in given["bad_examples"])
    return HashSetInfo(**given)


def imported_sets(folder: Path) -> list[HashSetInfo]:
    """All imported sets, by name."""
    found = [read_info(folder, path.parent.name) for path in folder.glob(f"k1-*/{_INFO}")]
    return sorted(found, key=lambda info: (info.name, info.set_id))


def remove_set(folder: Path, set_id: str) -> None:
    """Remove a set's index; its hits are taken out with `known_hits.retract_hits`. Raises NotFound."""
    read_info(folder, set_id)
    gone = folder / f"{_IMPORT}{os.getpid()}-{secrets.token_hex(4)}"
    (folder / set_id).replace(gone)
    Disk().sync_folder(folder)
    shutil.rmtree(gone)


def sweep_imports(folder: Path) -> None:
    """Remove what imports left behind whose process is gone."""
    for path in folder.glob(f"{_IMPORT}*"):
        if not psutil.pid_exists(int(path.name.removeprefix(_IMPORT).split("-")[0])):
            shutil.rmtree(path, ignore_errors=True)


def _set_id(source_sha256: str, name: str, category: tuple[str, str, str] | None) -> str:
    said = orjson.dumps([source_sha256, name, category])
    return "k1-" + base64.b32encode(hashlib.sha256(said).digest()[:20]).decode().lower()


def _hash(path: Path, tell: Progress) -> str:
    total, done, digest = path.stat().st_size, 0, hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 22):
            digest.update(chunk)
            done += len(chunk)
            tell(done, total)
    return digest.hexdigest()


def _read(
    path: Path, kind: Kind, category: Label | None, labels: Mapping[str, str], bad: BadLines, tell: Progress
) -> Iterator[Record]:
    if kind == "nsrl":
        return read_nsrl(path, category, bad, tell)
    if kind == "vics":
        return read_vics(path, labels, bad, tell)
    given = category or Label("", "", "")
    reader = {"hashdeep": read_hashdeep, "csv": read_csv}.get(kind, read_list)
    return reader(path, given, bad, tell)


def _build(
    records: Iterator[Record], kind: Kind, work: Path, disk: Disk, memory_limit: str
) -> tuple[int, dict[str, int]]:
    builders = {name: IndexBuilder(name, work / "sort", memory_limit) for name in LENGTHS}
    labels = LabelWriter(work / "labels.sqlite")
    rows = 0
    try:
        for record in records:
            rows += 1
            number = labels.number(record.label)
            for name, value in _used(record, kind):
                builders[name].add(bytes.fromhex(value), number)
        labels.finish()
        counts = {
            name: builder.finish(work, disk, one_label=kind == "nsrl") for name, builder in builders.items()
        }
    finally:
        labels.close()
        for builder in builders.values():
            builder.close()
    return rows, counts


def _used(record: Record, kind: Kind) -> list[tuple[str, str]]:
    """The digests of a record that are indexed.

    NSRL hides, so a file must equal its strongest digest (MD5 and SHA-1 can be forged). Every other set
    raises attention, so any of its digests is enough.
    """
    given = [(name, value) for name in _STRONGEST_FIRST if (value := getattr(record, name)) is not None]
    return given[:1] if kind == "nsrl" else given
