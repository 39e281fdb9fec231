"""A small operation for tests of the door and of the pages: real stores, real files, invented content.

Chess games, weather and test patterns under two exhibits; hostile names; copies, a deleted and an orphaned
entry, an archive with members, hits of two sets, failures of an item, of a content and of a place.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from safelight.catalog.catalog import Catalog
from safelight.evidence.model import Entry
from safelight.evidence.reader import Reader
from safelight.evidence.spec import PathSpec, escape
from safelight.ledger import custody, exhibits, hashsets, imagechecks, sources
from safelight.ledger.exhibits import Exhibit
from safelight.ledger.keys import KeyRing, PassphraseCost, UnlockedKeys, seal
from safelight.ledger.ledger import Ledger
from safelight.ledger.sources import Source
from safelight.operation.folder import OperationFolder
from safelight.operation.settings import Settings, write_settings
from safelight.traces.ids import item_id
from safelight.traces.moment import stated_utc, wall_only

PASSPHRASE = "damp locomotive in fog"
ACTOR = "kåre"
HOSTILE = "\u202egpj.regnskap\x1b[31m<b>&'\".txt"
FORMULA = "=HYPERLINK(1).txt"

TYPES = {"jpg": ("image/jpeg", "picture"), "png": ("image/png", "picture"), "txt": ("text/plain", "text"),
         "pgn": ("text/plain", "text"), "csv": ("text/csv", "text"), "zip": ("application/zip", "archive"),
         "pdf": ("application/pdf", "document"), "mp4": ("video/mp4", "video")}  # fmt: skip


def pattern(width: int, height: int, seed: int) -> bytes:
    """A test pattern as JPEG: patches of colour."""
    small = Image.new("RGB", (8, 6))
    small.putdata([((x * 37 + seed * 53) % 256, (y * 61 + seed) % 256, (x * y * 29) % 256)
                   for y in range(6) for x in range(8)])  # fmt: skip
    out = io.BytesIO()
    small.resize((width, height), Image.Resampling.NEAREST).save(out, "JPEG", quality=90)
    return out.getvalue()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass
class Built:
    """The operation and what a test wants to name in it."""

    folder: OperationFolder
    keys: UnlockedKeys
    exhibits: list[Exhibit]
    sources: list[Source]
    ids: dict[str, str] = field(default_factory=dict)
    """item ids by exhibit number and path."""
    digests: dict[str, str] = field(default_factory=dict)

    def ledger(self) -> Ledger:
        return Ledger.open(self.folder)

    def item(self, path: str, exhibit: int = 0) -> str:
        return self.ids[f"{self.exhibits[exhibit].number} {path}"]


def files() -> dict[str, bytes]:
    """The first exhibit's files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("parti/runde1.pgn", (2016, 7, 1, 12, 0, 0)), "1. e4 e5 2. Nf3 Nc6\n")
        archive.writestr(zipfile.ZipInfo("parti/blåbær.txt", (2016, 7, 1, 12, 0, 0)), "sjakk på Finse\n")
    return {
        "DCIM/DSC08112.jpg": pattern(640, 480, 1),
        "DCIM/DSC08113.jpg": pattern(480, 640, 2),
        "Bilete/Åse/testmønster.jpg": pattern(640, 480, 1),
        "sjakk/parti.zip": packed.getvalue(),
        "sjakk/åpninger.pgn": b'[Event "Finse open"]\n\n1. d4 d5 2. c4 *\n' * 40,
        "vêr/Bjørnøya 1970–2016.csv": b"dato;temperatur\n" + b"1970-01-01;-7,4\n" * 500,
        "vêr/tom.txt": b"",
        "tog/ødelagt.jpg": b"\xff\xd8\xff\xe0 not a picture any more",
        FORMULA: b"a name that a spreadsheet would run\n",
        HOSTILE: b"a name that reorders what stands behind it\n",
    }


def build(root: Path, more: int = 0) -> Built:
    """Make it below `root`. `more` adds so many small invented rows to the catalog (no bytes behind them);
    -1 leaves the operation empty."""
    folder = OperationFolder(root / "DARKROOM")
    folder.make()
    write_settings(folder.settings, Settings())
    ring, _recovery = KeyRing.create(folder.keys, PASSPHRASE, cost=PassphraseCost(1, 8192, 1))
    first, second = root / "kort", root / "disk"
    for name, data in files().items():
        path = first / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    second.mkdir()
    (second / "kopi.jpg").write_bytes(files()["DCIM/DSC08112.jpg"])
    (second / "rutetabell.txt").write_bytes(b"Finse 12:04\nMyrdal 12:31\n")
    with Ledger.create(folder, name="DARKROOM", actor=ACTOR, synthetic=True) as ledger:
        if more < 0:
            return Built(folder, ring.unlock(PASSPHRASE), [], [])
        built = Built(folder, ring.unlock(PASSPHRASE), *_papers(ledger, first, second))
        _fill(built, ring, more)
        hashsets.register(ledger, {"set_id": "nsrl", "name": "NSRL stand-in"}, ACTOR)
        hashsets.register(ledger, {"set_id": "unit", "name": "Unit set 4"}, ACTOR)
    return built


def _papers(ledger: Ledger, first: Path, second: Path) -> tuple[list[Exhibit], list[Source]]:
    a1 = exhibits.add(ledger, number="2016-0142-A1", label="Camera with card", seized="2016-11-22",
                      legal_basis="Search warrant 16-184031ENE, Nordvik tingrett", officer="S. Brækhus",
                      actor=ACTOR)  # fmt: skip
    b3 = exhibits.add(ledger, number="2016-0142-B3", label="NAS “Lyngheim”", seized="2016-11-22",
                      legal_basis="Search warrant 16-184031ENE, Nordvik tingrett", officer="S. Brækhus",
                      acquired_hash="md5:" + "ab" * 16, size=4096, actor=ACTOR)  # fmt: skip
    custody.record(ledger, a1, "received", place="Room 4, shelf 12", person="T. Åmås", when=1_479_814_440_000_000,
                   note="seal NO-884120 unbroken", actor=ACTOR)  # fmt: skip
    custody.record(
        ledger, a1, "sealed", place="Room 4", person="T. Åmås", when=1_479_900_000_000_000, actor=ACTOR
    )
    one = sources.register(ledger, a1, "kort", first, "folder", {}, actor=ACTOR)
    two = sources.register(ledger, b3, "disk", second, "folder", {}, actor=ACTOR)
    imagechecks.record(
        ledger, b3, stated="md5:" + "ab" * 16, found="md5:" + "cd" * 16, source=two.id, actor=ACTOR
    )
    return [a1, b3], [one, two]


def _row(source: Source, spec: PathSpec, data: bytes | None, **more: Any) -> dict[str, Any]:
    path = spec.display()
    name = escape(spec.last.path).rpartition("/")[2]
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    mime, group = TYPES.get(extension, ("application/octet-stream", "other"))
    row = {
        "item_id": item_id(source.id, spec.to_bytes()), "source_id": source.id, "exhibit": source.exhibit, "depth": 0,
        "spec": spec.to_bytes().decode(), "path": path, "name": name, "extension": extension, "kind": "file",
        "state": "allocated", "overwritten": False, "size": len(data) if data is not None else None,
        "modified": stated_utc(1_478_709_051_000_000, "1478709051").as_row(),
        "extension_disagrees": False, "maybe_encrypted": False,
    }  # fmt: skip
    if data is not None:
        row |= {"sha256": sha256(data), "sha1": hashlib.sha1(data).hexdigest(), "md5": hashlib.md5(data).hexdigest(),
                "mime": mime, "type": group if data else "empty", "type_basis": "signature"}  # fmt: skip
    return row | more


def _walk(built: Built, source: Source, rows: list[dict[str, Any]], containers: list[dict[str, Any]]) -> None:
    """Rows of a source and of the archives in it, as the real walk finds them."""
    with Reader(source.location) as reader:
        queue: list[tuple[PathSpec | None, str | None]] = [(None, None)]
        while queue:
            at, parent = queue.pop()
            found = [one for one in reader.walk(at) if isinstance(one, Entry)]
            for entry in found:
                data = None
                if entry.kind == "file":
                    with reader.open(entry.spec) as stream:
                        data = stream.read()
                row = _row(
                    source, entry.spec, data, kind=entry.kind, container=parent, depth=0 if at is None else 1
                )
                if parent is not None:
                    row["modified"] = wall_only(1_467_374_400_000_000, "2016-07-01 12:00:00").as_row()
                rows.append(row)
                number = next(one.number for one in built.exhibits if one.key == source.exhibit)
                built.ids[f"{number} {row['path']}"] = row["item_id"]
                if row["extension"] == "zip":
                    queue.append((entry.spec, row["item_id"]))
            kind = "folder" if at is None else "zip"
            containers.append({"source_id": source.id, "item_id": parent, "kind": kind, "children": len(found),
                               "complete": True})  # fmt: skip


def _fill(built: Built, ring: KeyRing, more: int) -> None:
    rows: list[dict[str, Any]] = []
    containers: list[dict[str, Any]] = []
    for source in built.sources:
        _walk(built, source, rows, containers)
    for row in rows:
        if row["path"] == "DCIM/DSC08113.jpg":
            row |= {"state": "deleted", "overwritten": True}
        if row["path"] == "vêr/tom.txt":
            row |= {"state": "orphan", "modified": None}
    data = {name: sha256(content) for name, content in files().items()}
    built.digests = data
    pictures = ("DCIM/DSC08112.jpg", "DCIM/DSC08113.jpg")
    by = {"inspector": "pictures", "version": 3}
    rows += [_invented(built.sources[0], n) for n in range(more)]
    with Catalog.at(built.folder) as catalog:
        catalog.write("b1-built", {
            "items": rows,
            "containers": containers,
            "inspections": [
                *({"sha256": data[name], **by, "outcome": "done", "seconds": 0.0057} for name in pictures),
                {"sha256": data["tog/ødelagt.jpg"], **by, "outcome": "failed", "seconds": 0.001},
            ],
            "pictures": [
                {"sha256": data[name], **by, "format": "JPEG", "width": 640, "height": 480, "make": "Sony",
                 "model": "DSC-RX100M3", "serial": "4418203", "latitude": 60.6021, "longitude": 7.5047,
                 "taken": wall_only(1_478_712_651_000_000, "2016:11-09 17:30:51").as_row(), "pdq": "f8" * 32,
                 "pdq_quality": 100, "pdq_recipe": "draft-512"} for name in pictures],
            "texts": [{"sha256": data["sjakk/åpninger.pgn"], "inspector": "documents", "version": 1, "kind": "text",
                       "text": "Finse open \u202e d4 d5", "cut": True}],
            "derivatives": [
                {"sha256": data[name], **by, "recipe": "thumb-320", "mime": "image/jpeg", "width": 320, "height": 240,
                 "key_id": ring.key_id, "sealed": seal(ring.public, pattern(320, 240, n))}
                for n, name in enumerate(pictures, 1)],
            "hits": [
                {"sha256": data["DCIM/DSC08112.jpg"], "set_id": "unit", "set_name": "Unit set 4", "algorithm": "md5",
                 "scheme": "NO-2016", "code": "0", "label": "Not pertinent", "detail": "{}"},
                {"sha256": data["sjakk/åpninger.pgn"], "set_id": "nsrl", "set_name": "NSRL stand-in",
                 "algorithm": "sha1", "scheme": "", "code": "", "label": "", "detail": '{"product": "chess"}'}],
            "failures": [
                {"sha256": data["tog/ødelagt.jpg"], "place": "tog/ødelagt.jpg", "stage": "inspect", **by,
                 "cause": "corrupt", "detail": "the picture ends after its header"},
                {"source_id": built.sources[0].id, "item_id": built.item("sjakk/parti.zip"),
                 "place": "sjakk/parti.zip", "stage": "open", "inspector": "zip", "version": 1, "cause": "encrypted",
                 "detail": "one member wants a password"},
                {"source_id": built.sources[1].id, "place": "partition 2", "stage": "walk", "inspector": "walker",
                 "version": 1, "cause": "unreadable", "detail": "bad sectors from 4,096"}],
        }, made_by={"stage": "test"})  # fmt: skip


def _invented(source: Source, n: int) -> dict[str, Any]:
    """A row without bytes behind it, spread over types, sizes and ten years."""
    extension, (mime, group) = list(TYPES.items())[n % len(TYPES)]
    at = 1_167_609_600_000_000 + (n * 7_919 % 3_600) * 86_400_000_000
    path = f"p2/Users/Åse/mappe {n % 40:02d}/fil {n:05d}.{extension}"
    return {
        "item_id": f"i1-invented{n:07d}", "source_id": source.id, "exhibit": source.exhibit, "depth": 0,
        "spec": "[]", "path": path, "name": path.rpartition("/")[2], "extension": extension, "kind": "file",
        "state": "deleted" if n % 19 == 0 else "allocated", "overwritten": False, "size": n * n % 5_000_011,
        "modified": stated_utc(at, str(at)).as_row(), "sha256": sha256(b"%d" % (n // 2)), "sha1": "0" * 40,
        "md5": "0" * 32, "mime": mime, "type": group, "type_basis": "signature", "extension_disagrees": n % 23 == 0,
        "maybe_encrypted": False,
    }  # fmt: skip
