"""Packing and verifying beside `tar` and `sha256sum`: `python -m benchmarks.handover [--files N --megabytes N --rounds N]`.

The same files, from the page cache, in one run: `tar` writes one archive of them and `sha256sum` reads each once. We write
the package (SHA-256 and SHA-512 of every file, both lists twice, signed) into the same folder, and reads it whole again to
check it. The contestants take turns; the fastest of each counts. The limit is 1.3 times `tar` + `sha256sum`, for packing and
for verifying each.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from nacl.signing import SigningKey as Ed25519

from safelight.casework.handover import verify
from safelight.casework.handover.keys import SigningKey
from safelight.casework.handover.package import Package
from safelight.ledger.signers import fingerprint_of

LIMIT = 1.3


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


def _pack(files: list[Path], out: Path) -> None:
    with Package(out, "HO-001", 1_480_000_000_000_000, folder=False) as package:
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
    tar, ours = place / "plain.tar", place / "HO-001.tar"

    def check() -> None:
        faults = [one for one in verify.check(str(ours)).faults if not one[0].startswith("data/audit")]
        assert not faults, faults

    contestants: dict[str, Callable[[], None]] = {
        "tar": lambda: _run("tar", "-cf", str(tar), "-C", str(place), "files"),
        "sha256sum": lambda: _run("sha256sum", *names),
        "safelight, packing": lambda: _pack(files, ours),
        "safelight, verifying": check,
    }
    best: dict[str, tuple[float, float]] = {}
    for _round in range(rounds):
        tar.unlink(missing_ok=True)
        ours.unlink(missing_ok=True)
        os.sync()
        for name, contestant in contestants.items():
            began, used = time.perf_counter(), _processor()
            contestant()
            seconds, busy = time.perf_counter() - began, _processor() - used
            before = best.get(name, (seconds, busy))
            best[name] = (min(before[0], seconds), min(before[1], busy))
    return best


def table(best: dict[str, tuple[float, float]], count: int, megabytes: int) -> list[str]:
    """The figures as a page of docs/benchmarks.md shows them."""
    both = (
        best["tar"][0] + best["sha256sum"][0],
        best["tar"][1] + best["sha256sum"][1],
    )
    lines = [
        f"{count} files of {megabytes} MiB, {os.cpu_count()} cores, load {os.getloadavg()[0]:.0f}.", "",
        "| | s | s of processor | of tar + sha256sum | of its processor |", "| --- | --- | --- | --- | --- |",
    ]  # fmt: skip
    for name, (seconds, busy) in [*best.items(), ("tar + sha256sum", both)]:
        lines.append(
            f"| {name} | {seconds:.2f} | {busy:.2f} | {seconds / both[0]:.2f} | {busy / both[1]:.2f} |"
        )
    return lines


def main() -> None:
    """Run it and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=16)
    parser.add_argument("--megabytes", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    place = Path(tempfile.mkdtemp(prefix="safelight-handover-"))
    try:
        best = measure(place, options.files, options.megabytes, options.rounds)
        print("\n".join(table(best, options.files, options.megabytes)))
    finally:
        shutil.rmtree(place)


if __name__ == "__main__":
    main()
