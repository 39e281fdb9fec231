"""Packing and verifying beside `tar` and `sha256sum`: `python -m benchmarks.handover [--files N --megabytes N --rounds N]`.

The same files, from the page cache, in one run: `tar` writes one archive of them and `sha256sum` reads each once. We write
the package (SHA-256 and SHA-512 of every file, both lists twice, signed) into the same folder, and reads it whole again to
check it; both once more encrypted to a receiver, as bytes of items always are (no limit: neither `tar` nor `sha256sum`
encrypts). The contestants take turns; the fastest of each counts. The limit is 1.3 times `tar` + `sha256sum`, for packing
and for verifying each.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

import pyrage
from nacl.signing import SigningKey as Ed25519

from safelight.casework.handover import verify
from safelight.casework.handover.keys import SigningKey
from safelight.casework.handover.package import Package
from safelight.ledger.signers import fingerprint_of
from safelight.operation.age import decrypting

LIMIT = 1.3
HEADING = "## Handover packages"
PACKING, VERIFYING = "safelight, packing", "safelight, verifying"


def _files(place: Path, count: int, size: int) -> list[Path]:
    place.mkdir(parents=True)
    block = os.urandom(1 << 20)
    made = []
    for number in range(count):
        path = place / f"item-{number:04d}.bin"
        with path.open("wb") as file:
            for at in range(size):
                file.write(at.to_bytes(8, "big") + block[8:])
        made.append(path)
    return made


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


def _run(*words: str) -> None:
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)


def _processor() -> float:
    """Processor seconds of this process and of all children that ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def measure(place: Path, count: int, megabytes: int, rounds: int) -> dict[str, tuple[float, float]]:
    """Seconds by the clock and of the processor of each contestant, the least of the rounds."""
    files = _files(place / "files", count, megabytes)
    names = [str(path) for path in files]
    tar, ours, sealed = place / "plain.tar", place / "HO-001.tar", place / "HO-001.tar.age"
    receiver = pyrage.x25519.Identity.generate()

    def check(package: str | IO[bytes]) -> None:
        faults = [one for one in verify.check(package).faults if not one[0].startswith("data/audit")]
        assert not faults, faults

    def check_sealed() -> None:
        with sealed.open("rb", buffering=0) as file, decrypting(file, [receiver]) as plain:
            check(plain)

    contestants: dict[str, Callable[[], None]] = {
        "tar": lambda: _run("tar", "-cf", str(tar), "-C", str(place), "files"),
        "sha256sum": lambda: _run("sha256sum", *names),
        PACKING: lambda: _pack(files, ours),
        VERIFYING: lambda: check(str(ours)),
        f"{PACKING}, encrypted": lambda: _pack(files, sealed, [str(receiver.to_public())]),
        f"{VERIFYING}, encrypted": check_sealed,
    }
    best: dict[str, tuple[float, float]] = {}
    for _round in range(rounds):
        for path in (tar, ours, sealed):
            path.unlink(missing_ok=True)
        os.sync()
        for name, contestant in contestants.items():
            began, used = time.perf_counter(), _processor()
            contestant()
            seconds, busy = time.perf_counter() - began, _processor() - used
            before = best.get(name, (seconds, busy))
            best[name] = (min(before[0], seconds), min(before[1], busy))
    return best


def section(best: dict[str, tuple[float, float]], count: int, megabytes: int, rounds: int) -> list[str]:
    """The figures as they stand in docs/benchmarks.md."""
    both = tuple(best["tar"][at] + best["sha256sum"][at] for at in (0, 1))
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
                f"≤ {LIMIT}",
                "yes" if max(ratios) <= LIMIT else "by processor" if ratios[1] <= LIMIT else "NO",
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


def run(place: Path, count: int, megabytes: int, rounds: int) -> list[str]:
    """Measure in a folder of its own below `place`, and give the section."""
    folder = Path(tempfile.mkdtemp(prefix="safelight-handover-", dir=place))
    try:
        return section(measure(folder, count, megabytes, rounds), count, megabytes, rounds)
    finally:
        shutil.rmtree(folder)


def main() -> None:
    """Run it and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=16)
    parser.add_argument("--megabytes", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print("\n".join(run(Path(tempfile.gettempdir()), options.files, options.megabytes, options.rounds)))


if __name__ == "__main__":
    main()
