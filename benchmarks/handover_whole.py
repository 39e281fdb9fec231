"""A whole `handover make` with the bytes of one large item, through the door: out of a folder, an archive and an image.

Each lies in an operation of its own, taken in by a real intake. What is timed is what the command does once its passphrase
is read: open the door, gather the case, read the bytes in supervised children, write and sign the package, state what was
given. Beside it, in turn: `tar` and `sha256sum` of that item, and age's encryption of its bytes into nothing, which no
package with bytes can do without and for which there is no limit.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyrage

from benchmarks import turns
from benchmarks.source import acquire
from safelight.access.door import Door
from safelight.access.filter import ItemFilter
from safelight.casework.handover import keys, make
from safelight.casework.handover.contents import Recipient
from safelight.casework.handover.register import Choice
from safelight.intake.run import intake, register
from safelight.ledger import exhibits, records
from safelight.ledger.keys import KeyRing
from safelight.ledger.ledger import Ledger
from safelight.operation.age import encrypting
from safelight.operation.folder import OperationFolder
from safelight.operation.settings import Settings, write_settings

_NAME = "item-0000.bin"
AGE, MAKING = "age alone", "safelight, the whole, out of"
_MAKER, _SECOND = "benchmark", "second person"


class Whole:
    """One operation and its case with one item of `size` bytes; `make` writes its package, time after time."""

    def __init__(self, place: Path, source: Path) -> None:
        """Take `source` in. It holds the item somewhere."""
        self._folder = OperationFolder(place / "op")
        self._folder.make()
        self._out = place / "package"
        self._receiver = str(pyrage.x25519.Identity.generate().to_public())
        write_settings(self._folder.settings, Settings())
        ring, _secret = KeyRing.create(self._folder.keys, "benchmark only")
        self._keys = ring.unlock("benchmark only")
        with Ledger.create(self._folder, name="benchmark", actor=_MAKER, synthetic=True) as ledger:
            exhibits.add(
                ledger, number="1", label="generated", seized="2016-01-12", legal_basis="none needed: generated",
                officer=_MAKER, actor=_MAKER,
            )  # fmt: skip
            chosen = register(ledger, "1", source, actor=_MAKER)
            keys.make(self._folder, ledger, "benchmark", actor=_MAKER)
            with ledger.writing() as act:
                self._case = records.make(act, "case", actor=_MAKER).name
        intake(self._folder, [chosen], actor=_MAKER)
        with self._door(_MAKER) as door, door.consult("items") as look:
            (self._item,) = [row.item_id for row in look.items(ItemFilter()).rows if row.path.endswith(_NAME)]

    def _door(self, who: str) -> Door:
        return Door(self._folder, who=who, purpose="benchmark", keys=self._keys)

    def prepared(self) -> Callable[[], None]:
        """The making of one more handover, which a second person has approved."""
        choice = Choice(
            case=self._case, recipients=(Recipient("receiver", self._receiver),), audience="partner", basis="none",
            conditions="none", give="bytes", items=(self._item,),
        )  # fmt: skip
        with self._door(_MAKER) as door:
            number = make.prepare(door, choice).name
        with self._door(_SECOND) as door:
            make.approve(door, number, "benchmark")
        self._out.unlink(missing_ok=True)

        def run() -> None:
            with self._door(_MAKER) as door:
                make.make(door, number, self._out)

        return run


def _encrypt(item: Path, key: str) -> None:
    block = bytearray(1 << 20)
    with (
        Path(os.devnull).open("wb") as out,
        encrypting(out, [key]) as into,
        item.open("rb", buffering=0) as file,
    ):
        while got := file.readinto(block):
            into.write(memoryview(block)[:got])


def measure(place: Path, megabytes: int, rounds: int) -> dict[str, turns.Spent]:
    """What each contestant took, the least of the rounds."""
    item = turns.make_files(place / "files", 1, megabytes)[0]
    key = str(pyrage.x25519.Identity.generate().to_public())
    wholes = {
        name: Whole(Path(tempfile.mkdtemp(dir=place)), source)
        for name, source in sources(place / "sources", item).items()
    }
    tar = place / "plain.tar"
    best: dict[str, turns.Spent] = {}
    for _round in range(rounds):
        contestants: dict[str, Callable[[], object]] = {
            "tar": lambda: turns.command("tar", "-cf", str(tar), "-C", str(place), "files"),
            "sha256sum": lambda: turns.command("sha256sum", str(item)),
            AGE: lambda: _encrypt(item, key),
            **{f"{MAKING} {name}": whole.prepared() for name, whole in wholes.items()},
        }
        tar.unlink(missing_ok=True)
        os.sync()
        turns.take(contestants, best)
    return best


def table(best: dict[str, turns.Spent], megabytes: int, rounds: int) -> list[str]:
    """The figures as they stand in docs/benchmarks.md."""
    both, age = turns.tar_and_hash(best), best[AGE]
    lines = [
        f"### A whole `handover make` with one item of {megabytes} MiB", "",
        f"The fastest of {rounds} rounds in turn. “Less age” is without the processor time of age alone, which encrypts the",
        "same bytes into nothing.", "",
        "| what | s | s of processor | of its processor | less age | target | reached |",
        "|---|--:|--:|--:|--:|---|---|",
    ]  # fmt: skip
    for name, spent in [*best.items(), ("tar + sha256sum", both)]:
        rest = ["", "", ""]
        if name.startswith(MAKING):
            less = (spent.processor - age.processor) / both.processor
            rest = [f"{less:.2f}", f"≤ {turns.LIMIT}", "yes" if less <= turns.LIMIT else "NO"]
        ratio = spent.processor / both.processor
        lines.append(
            f"| {name} | {spent.clock:.2f} | {spent.processor:.2f} | {ratio:.2f} | {' | '.join(rest)} |"
        )
    return lines


def sources(place: Path, item: Path) -> dict[str, Path]:
    """The item in a folder, in an archive (deflate), and in an image (E01 of ext4, where it can be made)."""
    found = {"a folder": place / "folder", "a zip": place / "zip"}
    for path in found.values():
        path.mkdir(parents=True)
    shutil.copy(item, found["a folder"] / _NAME)
    with zipfile.ZipFile(found["a zip"] / "items.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.write(item, _NAME)
    if shutil.which("ewfacquire") and shutil.which("mke2fs"):
        image = place / "image"
        image.mkdir()
        raw = image / "disk.dd"
        with raw.open("wb") as stream:
            stream.truncate(int(item.stat().st_size * 1.1) + (64 << 20))
        subprocess.run(["mke2fs", "-q", "-t", "ext4", "-d", str(found["a folder"]), str(raw)], check=True)
        acquire(raw)
        raw.unlink()
        found["an E01"] = image / "disk.E01"
    return found
