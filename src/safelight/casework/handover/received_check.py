"""What a package is before it is imported: every check, whose it is, what is in it, and what an import would do.

It reads the package and the ledger and writes nothing but the consultation. What an import would do is found by the import
itself (`takeover.py`), in a transaction that is rolled back.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Literal

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from safelight.access.door import Door
from safelight.casework.handover import received_traces, register, verify
from safelight.casework.handover.gather import CHILDREN_LEFT
from safelight.casework.handover.opened import Opened, open_package
from safelight.casework.handover.own_parts import RECORDS_FILE
from safelight.casework.handover.received import SeenSigner, admitted, seen_signers, unreadable
from safelight.casework.handover.takeover import Imported, Takeover
from safelight.catalog.durable import full_disk_is_told
from safelight.errors import SafelightError
from safelight.ledger import rights
from safelight.ledger.ledger import Ledger
from safelight.ledger.vocabulary import VICTIM
from safelight.operation.age import is_encrypted

_LEFT_OUT: Final = "data/law/left-out.json"
_ITEMS: Final = "data/items/items.json"

Outcome = Literal["passed", "failed", "not checked"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `name`: `files`, `signature`, `excerpt`, `version`; `faults`: (file, what is wrong)."""

    name: str
    outcome: Outcome
    faults: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Inside:
    """What a whole package holds. `counts`: records by type, accounts, decisions, statements, exhibits; `traces`: rows by
    table; `left_out`: count, what, instead, why."""

    operation: str
    synthetic: bool
    terms: Mapping[str, Any]
    counts: Mapping[str, int]
    traces: Mapping[str, int]
    items: int
    with_bytes: int
    left_out: tuple[Mapping[str, Any], ...]

    @property
    def rows(self) -> int:
        """All traces."""
        return sum(self.traces.values())


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found. `refused`: why it cannot be imported; `would`: what an import would do, without its traces."""

    path: Path
    files: int
    bytes: int
    encrypted: bool
    manifest: str
    head: str
    entries: int
    checks: tuple[Check, ...]
    signers: tuple[SeenSigner, ...]
    inside: Inside | None
    would: Imported | None
    refused: SafelightError | None

    @property
    def unknown_signer(self) -> bool:
        """Nobody here vouched for whoever signed it."""
        return any(one.standing == "unknown" for one in self.signers)


class _RolledBack(Exception):
    """Ends the transaction of what an import would do."""


def check_package(door: Door, path: Path, identity: Path | None = None) -> Checked:
    """Read a package to its end and say what it is. Nothing is imported. What it says of children is left out for who may
    not see the register.

    Raises NotFound, BadInput (no package, truncated, wrong receiver), Refused (no right; encrypted, and no identity),
    DiskFull.
    """
    with (
        TemporaryDirectory(prefix="handover-", dir=door.folder.spool) as scratch,
        full_disk_is_told(str(door.folder.root)),
        door.consult("handover checked", path.name) as look,
    ):
        ledger = look.reading.ledger
        register.check_right(ledger, door.who)
        files = received_traces.wanted(Path(scratch))
        package = open_package(path, identity, keep=(RECORDS_FILE, _LEFT_OUT, _ITEMS), aside=files)
        inside, would, refused = None, None, None
        try:
            given = admitted(ledger, package, path.name)
            children = rights.holds(ledger, door.who, rights.VICTIMS)
            inside = _inside(given, package, files, children)
            would = _would(ledger, given, package, door.who)
            if not children:
                would.conflicts = [one for one in would.conflicts if not one.child]
        except SafelightError as error:
            refused = error
        return Checked(
            path, package.files, sum(size for size, _digests in package.found.files.values()), is_encrypted(path),
            package.manifest, package.head, package.found.entries, _checks(package), seen_signers(ledger, package),
            inside, would, refused,
        )  # fmt: skip


def _would(ledger: Ledger, given: Mapping[str, Any], package: Opened, who: str) -> Imported:
    """What the records would become. Raises what an import raises."""
    try:
        with ledger.writing() as act:
            would = Takeover(act, ledger, given, package, who, "").run()
            raise _RolledBack
    except _RolledBack:
        return would


def _checks(package: Opened) -> tuple[Check, ...]:
    of: dict[str, list[tuple[str, str]]] = {"files": [], "signature": [], "excerpt": [], "version": []}
    for name, what in package.faults:
        of[_kind(name, what)].append((name, what))
    unread = bool(of["version"])
    found = [_check("version", of["version"]), _check("files", of["files"])]
    for name in ("signature", "excerpt"):
        later = unread and not of[name]
        found.append(Check(name, "not checked") if later else _check(name, of[name]))
    return tuple(found)


def _check(name: str, faults: Sequence[tuple[str, str]]) -> Check:
    return Check(name, "failed" if faults else "passed", tuple(faults))


def _kind(name: str, what: str) -> str:
    if name == verify.EXCERPT and not what.startswith("was changed"):
        return "excerpt"
    if name != verify.ENVELOPE:
        return "files"
    return "version" if what.startswith("was made by a newer") else "signature"


def _inside(given: Mapping[str, Any], package: Opened, files: Mapping[str, Path], children: bool) -> Inside:
    try:
        counts = Counter(str(one["type"]) for one in given["records"])
        if not children:
            counts.pop(VICTIM, None)
        counts["account"] = len(given["accounts"])
        counts["decision"] = len(given["identities"]) + len(given["splits"]) + len(given.get("clocks", ()))
        counts["statement"] = len(given["statements"])
        counts["exhibit"] = len(given.get("exhibits", ()))
        items = orjson.loads(package.kept.get(_ITEMS, b"[]"))
        left = orjson.loads(package.kept.get(_LEFT_OUT, b"[]"))
        return Inside(
            str(given["operation"]), bool(given.get("synthetic")), _terms(given["terms"]), counts,
            {name: _rows(path) for name, path in _tables(files)}, len(items), sum(bool(one["file"]) for one in items),
            tuple(_left(one) for one in left if children or not _of_child(str(one["what"]))),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, AttributeError, pa.ArrowException, OSError) as error:
        raise unreadable(error) from error


def _of_child(what: str) -> bool:
    return what == CHILDREN_LEFT or re.fullmatch(r"V-\d+", what.upper()) is not None


def _terms(said: Mapping[str, Any]) -> Mapping[str, Any]:
    """The terms as a page shows them: texts are texts."""
    words = ("number", "maker", "approver", "audience", "basis", "conditions", "items", "corrects")
    return {
        **{name: str(said.get(name) or "") for name in words},
        "made_at": int(said["made_at"]),
        "recipients": tuple(str(one["name"]) for one in said["recipients"]),
    }


def _left(said: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"count": int(said["count"]), **{name: str(said[name]) for name in ("what", "instead", "why")}}


def _tables(files: Mapping[str, Path]) -> list[tuple[str, Path]]:
    return [
        (path.stem, path) for path in files.values() if path.exists() and path.stem != received_traces.ITEMS
    ]


def _rows(path: Path) -> int:
    return int(pq.read_metadata(path).num_rows)
