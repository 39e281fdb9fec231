"""`make demo`: a whole first day on harmless sources, from a new operation to the workbench.

python -m safelight.cli.demo --operation FOLDER --serve yes|no
"""

from __future__ import annotations

import argparse
import lzma
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import orjson
from rich.console import Console

from safelight.errors import Refused, SafelightError
from safelight.ledger.ledger import Ledger
from safelight.ledger.set_clock import VARIABLE
from safelight.operation.folder import OperationFolder
from safelight.scenario.ewf import write_ewf
from safelight.scenario.seizure import write_computer, write_hash_set

CHECKOUT = Path(__file__).resolve().parents[3]
IMAGES = CHECKOUT / "tests" / "_data" / "filesystems"
REALDATA = Path(os.environ.get("SAFELIGHT_REALDATA", CHECKOUT.parent / "shared" / "realdata"))

#: Public files that the demonstration takes in where they are at hand.
REAL = (
    ("2016-0142-B1", "Public disk images", ("plaso_images", "sleuthkit_nps")),
    ("2016-0142-B2", "Public pictures", ("skimage", "pdq")),
    ("2016-0142-B3", "Broken and hostile files", ("malformed",)),
)

_BASIS = ["--seized", "2016-01-12", "--legal-basis", "Demonstration, no seizure", "--officer", "Demo"]
#: Mappings for what no parser knows in the synthetic operation: a net bank's and a money remitter's lists.
MAPPINGS = ("net-bank.toml", "remitter.toml")

NAME = "Demo: sjakk og tog"
_PASSPHRASE = "demonstration only"


def main() -> int:
    """Build the sources, take them in with the same commands that people use, show the figures, serve."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--operation", type=Path, required=True)
    parser.add_argument("--serve", choices=("yes", "no"), default="yes")
    options = parser.parse_args()
    operation: Path = options.operation.absolute()
    os.environ["SAFELIGHT_PASSPHRASE"] = _PASSPHRASE
    say = Console(highlight=False)
    _make_room(operation, say)
    sources = operation.with_name("demo-sources")
    _build(sources)
    op = _short(operation)
    # The clock of a synthetic operation can be set: it begins before the first act that is replayed.
    _run("init", op, "--name", NAME, "--synthetic", clock="2018-06-18T07:00:00Z")
    _run("scenario", "write", _short(sources / "scenario"), "--size", "small", "--seed", "1")
    _run("scenario", "replay", op, _short(sources / "scenario" / "casework.jsonl"))
    _run("exhibit", "add", op, "--id", "2016-0142-A1", "--label", "Home computer (folder)", *_BASIS)
    _run("exhibit", "add", op, "--id", "2016-0142-A2", "--label", "Laptop (E01)", *_BASIS)
    _run("exhibit", "add", op, "--id", "2016-0142-A3", "--label", "Sticks and discs (images)", *_BASIS)
    _run(
        "exhibit",
        "custody",
        op,
        "2016-0142-A1",
        "received",
        "--place",
        "Evidence room 2",
        "--person",
        "K. Berg",
    )
    _run(
        "known",
        "add",
        op,
        _short(sources / "listed-patterns.json"),
        "--name",
        "Test patterns",
        "--origin",
        "Safelight demo",
    )
    _run("ingest", op, "--exhibit", "2016-0142-A1", _short(sources / "computer"))
    _run("ingest", op, "--exhibit", "2016-0142-A2", _short(sources / "laptop.E01"))
    _run("source", "verify", op, "laptop.E01")
    _run("ingest", op, "--exhibit", "2016-0142-A3", _short(sources / "images"))
    _take_in_scenario(op, sources / "scenario")
    for number, label, folders in REAL:
        found = [_short(REALDATA / name) for name in folders if (REALDATA / name).is_dir()]
        if found:
            _run("exhibit", "add", op, "--id", number, "--label", label, *_BASIS)
            _run("ingest", op, "--exhibit", number, *found)
    say.print()
    _run("status", op)
    _run("scenario", "score", op, _short(sources / "scenario" / "truth"))
    _run("identities", "find", op)
    _run("figures", op, "--as-of", "2019-04-21", "--compare", "2019-10-29")
    _run("figures", op, "--as-of", "2019-10-29", "--factbox", "nb")
    _ask_for_one_person(op)
    _run("verify", op)
    say.print(f"\nThe passphrase of this demonstration is: {os.environ['SAFELIGHT_PASSPHRASE']}")
    if options.serve == "yes":
        _run("serve", op)
    return 0


def _take_in_scenario(op: str, scenario: Path) -> None:
    """The small synthetic operation: chats of several networks, calls, mail and payments of a chess club. The replay of its
    casework has registered the exhibits."""
    about = orjson.loads((scenario / "operation.json").read_bytes())
    for exhibit in about["exhibits"]:
        number = exhibit["number"]
        given = (_short(scenario / source) for source in exhibit["sources"])
        _run("ingest", op, "--more-follows", "--exhibit", number, *given)
    for name in MAPPINGS:
        mapping = CHECKOUT / "docs" / "mappings" / name
        reason = "lists of payments that no parser knows"
        _run("parse", op, "--mapping", _short(mapping), "--path", "*.csv", "--reason", reason)


def _ask_for_one_person(op: str) -> None:
    """What an investigator does next: decides about the first proposal, and asks what that person wrote and did when."""
    command = [sys.executable, "-m", "safelight.cli", "identities", "list", op, "--format", "jsonl"]
    listed = subprocess.run(command, check=True, capture_output=True).stdout
    asked = (orjson.loads(line) for line in listed.splitlines())
    found = next((one for one in asked if one["kind"] == "proposal"), None)
    if found is None:
        return
    reason = "demonstration: here stands what it rests on"
    grades = ("--source-grade", "X", "--content-grade", "X")
    _run("identities", "decide", op, found["account"], found["other"], "same", "--reason", reason, *grades)
    _run("timeline", op, "--person", found["account"], "--by", "month")
    _run("search", op, "--person", found["account"], "--limit", "5")


def _make_room(operation: Path, say: Console) -> None:
    """Remove an earlier demonstration; anything else that lies there is left alone and ends the command."""
    if not operation.exists():
        return
    try:
        with Ledger.open(OperationFolder(operation)) as ledger:
            earlier = ledger.synthetic and ledger.name == NAME
    except SafelightError:
        earlier = False
    if not earlier:
        say.print(f"{operation} is no demonstration. Choose another folder: make demo DEMO=FOLDER")
        sys.exit(Refused.exit_code)
    shutil.rmtree(operation)


def _build(sources: Path) -> None:
    """Write the sources anew: `computer/`, `laptop.E01` (NTFS), `images/` (other file systems), a hash set."""
    if (sources / "listed-patterns.json").exists():
        shutil.rmtree(sources)
    (sources / "images").mkdir(parents=True)
    write_computer(sources / "computer")
    write_hash_set(sources / "listed-patterns.json")
    for packed in sorted(IMAGES.glob("*.xz")):
        data = lzma.decompress(packed.read_bytes())
        if packed.stem == "ntfs.img":
            write_ewf(sources / "laptop.E01", data)
        else:
            (sources / "images" / packed.stem).write_bytes(data)


def _short(path: Path) -> str:
    """A path as people would type it."""
    near = os.path.relpath(path)
    return near if len(near) < len(str(path)) else str(path)


def _run(*words: str, clock: str = "") -> None:
    """One command, run as people run it; an error ends the demonstration with its exit code."""
    print("\n$ " + (f"{VARIABLE}={clock} " if clock else "") + "safelight " + shlex.join(words), flush=True)  # noqa: T201
    environment = os.environ | ({VARIABLE: clock} if clock else {})
    result = subprocess.run([sys.executable, "-m", "safelight.cli", *words], check=False, env=environment)
    if result.returncode:
        sys.exit(result.returncode)


if __name__ == "__main__":
    sys.exit(main())
