"""Packing and verifying beside `tar` and `sha256sum`: `python -m benchmarks.handover [--files N --megabytes N ...]`.

The same files, from the page cache, in one run: `tar` writes one archive of them and `sha256sum` reads each once. We write
the package (SHA-256 and SHA-512 of every file, both lists twice, signed) into the same folder, and reads it whole again to
check it; both once more encrypted to a receiver, as bytes of items always are (no limit: neither `tar` nor `sha256sum`
encrypts). The contestants take turns; the fastest of each counts. The limit is 1.3 times `tar` + `sha256sum`, for packing
and for verifying each. That is the package alone; `handover_whole.py` measures the whole command with the bytes of an item.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

import pyrage
from nacl.signing import SigningKey as Ed25519

from benchmarks import handover_whole, turns
from safelight.casework.handover import verify
from safelight.casework.handover.keys import SigningKey
from safelight.casework.handover.package import Package
from safelight.ledger.signers import fingerprint_of
from safelight.operation.age import decrypting

HEADING = "## Handover packages"
PACKING, VERIFYING = "safelight, packing", "safelight, verifying"


def _key() -> SigningKey:
    private = Ed25519.generate()
    public = bytes(private.verify_key)
    return SigningKey(fingerprint_of(public), "bench", public, private)


def _pack(files: list[Path], out: Path, keys: Sequence[str] = ()) -> None:
    with Package(out, "HO-001", 1_480_000_000_000_000, folder=False, keys=keys) as package:
        for path in files:
            package.add_file(f"data/items/{path.name}", path)
        package.add_bytes("data/audit/excerpt.json", b"{}")
        package.finish({}, {"head": "1:x"}, [_key()])
        package.publish()


def measure(place: Path, count: int, megabytes: int, rounds: int) -> dict[str, turns.Spent]:
    """What each contestant took, the least of the rounds."""
    files = turns.make_files(place / "files", count, megabytes)
    names = [str(path) for path in files]
    tar, ours, sealed = place / "plain.tar", place / "HO-001.tar", place / "HO-001.tar.age"
    receiver = pyrage.x25519.Identity.generate()

    def check(package: str | IO[bytes]) -> None:
        faults = [one for one in verify.check(package).faults if not one[0].startswith("data/audit")]
        assert not faults, faults

    def check_sealed() -> None:
        with sealed.open("rb", buffering=0) as file, decrypting(file, [receiver]) as plain:
            check(plain)

    contestants: dict[str, Callable[[], object]] = {
        "tar": lambda: turns.command("tar", "-cf", str(tar), "-C", str(place), "files"),
        "sha256sum": lambda: turns.command("sha256sum", *names),
        PACKING: lambda: _pack(files, ours),
        VERIFYING: lambda: check(str(ours)),
        f"{PACKING}, encrypted": lambda: _pack(files, sealed, [str(receiver.to_public())]),
        f"{VERIFYING}, encrypted": check_sealed,
    }
    best: dict[str, turns.Spent] = {}
    for _round in range(rounds):
        for path in (tar, ours, sealed):
            path.unlink(missing_ok=True)
        os.sync()
        turns.take(contestants, best)
    return best


def section(best: dict[str, turns.Spent], count: int, megabytes: int, rounds: int) -> list[str]:
    """The figures as they stand in docs/benchmarks.md."""
    both = turns.tar_and_hash(best)
    lines = [
        HEADING, "",
        f"{count} files of {megabytes} MiB from the page cache, {os.cpu_count()} cores, load {os.getloadavg()[0]:.0f}, the "
        f"fastest of {rounds} rounds",
        "in turn (`benchmarks/run.py --only-handover`). Encrypted is what bytes of items always are; `tar` and `sha256sum`",
        "do not encrypt.", "",
        "| what | s | s of processor | of tar + sha256sum | of its processor | target | reached |",
        "|---|--:|--:|--:|--:|---|---|",
    ]  # fmt: skip
    for name, (seconds, busy) in [*best.items(), ("tar + sha256sum", both)]:
        ratios = seconds / both[0], busy / both[1]
        judged = ("", "")
        if name in (PACKING, VERIFYING):
            judged = (
                f"≤ {turns.LIMIT}",
                "yes" if max(ratios) <= turns.LIMIT else "by processor" if ratios[1] <= turns.LIMIT else "NO",
            )
        lines.append(
            f"| {name} | {seconds:.2f} | {busy:.2f} | {ratios[0]:.2f} | {ratios[1]:.2f} | {judged[0]} | {judged[1]} |"
        )
    return lines


def put_into(page: str, lines: list[str]) -> str:
    """A report with this section in the place of its former one, or before the traces'."""
    before, found, rest = page.partition(f"{HEADING}\n")
    if not found:
        before, found, rest = page.partition("## Traces: ")
        after = found + rest
    else:
        following = rest.partition("\n## ")
        after = f"## {following[2]}" if following[1] else ""
    return before.rstrip("\n") + "\n\n" + "\n".join(lines) + "\n\n" + after


def run(place: Path, count: int, megabytes: int, whole: int, rounds: int) -> list[str]:
    """Measure in a folder of its own below `place`, and give the section. `whole`: MiB of the one item, 0 leaves it out."""
    folder = Path(tempfile.mkdtemp(prefix="safelight-handover-", dir=place))
    try:
        lines = section(measure(folder / "package", count, megabytes, rounds), count, megabytes, rounds)
        if whole:
            spent = handover_whole.measure(folder / "whole", whole, rounds)
            lines += ["", *handover_whole.table(spent, whole, rounds)]
        return lines
    finally:
        shutil.rmtree(folder)


def main() -> None:
    """Run it and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=16)
    parser.add_argument("--megabytes", type=int, default=64)
    parser.add_argument("--whole", type=int, default=512, help="MiB of the item of a whole handover; 0: none")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    place = Path(tempfile.gettempdir())
    print("\n".join(run(place, options.files, options.megabytes, options.whole, options.rounds)))


if __name__ == "__main__":
    main()
