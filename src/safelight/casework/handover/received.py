"""Checks a package that another operation gave, and whether its signer counts here; `takeover.py` then takes it over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Literal

import orjson

from safelight.access.door import Door
from safelight.casework.handover import given_pictures, received_traces, register
from safelight.casework.handover.fault_words import told
from safelight.casework.handover.opened import Opened, open_package
from safelight.casework.handover.own_parts import RECORDS_FILE, RECORDS_FORMAT
from safelight.casework.handover.takeover import Imported, Takeover
from safelight.catalog.durable import full_disk_is_told
from safelight.errors import BadInput, IntegrityBroken, Refused
from safelight.intake.lock import run_lock
from safelight.ledger import signers
from safelight.ledger.ledger import Ledger
from safelight.ledger.signers import Signer
from safelight.messages import _

_KEEP: Final = (RECORDS_FILE, given_pictures.FILE)


def import_package(
    door: Door, path: Path, identity: Path | None = None, unknown_signer: str = "", checked: str = ""
) -> Imported:
    """Check a package and take it over: records and decisions all or nothing, then its traces.

    An import that was stopped among the traces goes on when the same package is imported again.

    `unknown_signer`: why it is taken although nobody vouched for who signed it; `checked`: the package that somebody looked
    at before (SHA-256 of its list of lists), if it must be that one. Raises NotFound, BadInput (no package, truncated, newer
    version, wrong receiver), IntegrityBroken (changed, unsigned), Refused (no right, unknown or revoked signer, another
    package than was checked, our own operation's, a record of another kind under the same id), Locked while a run is at
    work, DiskFull.
    """
    with (
        run_lock(door.folder.lock),
        TemporaryDirectory(prefix="handover-", dir=door.folder.spool) as scratch,
        full_disk_is_told(str(door.folder.root)),
        door.consult("handover imported", path.name) as look,
    ):
        ledger = look.reading.ledger
        register.check_right(ledger, door.who)
        files = received_traces.wanted(Path(scratch))
        package = open_package(path, identity, keep=_KEEP, aside=files)
        given = admitted(ledger, package, path.name)
        refuse_unknown(ledger, package, unknown_signer)
        if checked and checked != package.manifest:
            raise Refused(
                _("%(path)s is another package than the one that was checked.") % {"path": path.name},
                _("Nothing was imported. Check it again."),
            )
        with ledger.writing() as act:
            done = Takeover(act, ledger, given, package, door.who, unknown_signer).run()
        look.reading.show([done.number])
        taken = received_traces.take_in(
            door.folder,
            ledger,
            files,
            package.manifest,
            package.kept.get(given_pictures.FILE),
            actor=door.who,
        )
        done.traces, done.traces_known, done.traces_differ = taken.new, taken.known, taken.differ
        done.differences = taken.differences
    return done


def admitted(ledger: Ledger, package: Opened, name: str) -> Mapping[str, Any]:
    """The records of a package that is whole, of a known version, signed with no revoked key, and of another operation.

    Whether somebody vouched for who signed it is asked apart. Raises BadInput, IntegrityBroken, Refused.
    """
    _check(package, name)
    given = _given(package)
    for one in seen_signers(ledger, package):
        if one.standing == "revoked":
            raise Refused(
                _("The key %(key)s of %(name)s is revoked: %(why)s.")
                % {"key": one.fingerprint, "name": one.known_as, "why": one.why},
                _("Ask for a package that another key has signed."),
            )
    if given["operation_id"] == ledger.operation_id:
        raise Refused(
            _("%(path)s was made by this operation itself.") % {"path": name},
            _("There is nothing to import: it holds what is here already."),
        )
    return given


def _check(package: Opened, name: str) -> None:
    if package.newer:
        raise BadInput(
            _("A newer version of Safelight made %(path)s.") % {"path": name}, _("Install that version.")
        )
    if package.faults:
        where, what = package.faults[0]
        raise IntegrityBroken(
            _("%(path)s is not whole (%(n)s faults): %(name)s %(what)s.")
            % {"path": name, "n": len(package.faults), "name": told(where), "what": told(what)},
            _("Nothing was imported. Ask the sender for it again."),
        )


@dataclass(frozen=True, slots=True)
class SeenSigner:
    """Whose valid signature a package bears. `calls`: how its holder calls themselves in the package.

    `known_as`, `why`, `at`, `by`: what the ledger says of the key (at: µs UTC; 0: nothing), or of its revocation.
    """

    fingerprint: str
    calls: str
    standing: Literal["trusted", "unknown", "revoked"]
    known_as: str = ""
    why: str = ""
    at: int = 0
    by: str = ""


def seen_signers(ledger: Ledger, package: Opened) -> tuple[SeenSigner, ...]:
    """Each valid signature, with what the ledger says of its key."""
    known = signers.every(ledger)
    return tuple(_seen(key, name, known.get(key)) for key, name in package.signers)


def _seen(key: str, calls: str, signer: Signer | None) -> SeenSigner:
    if signer is None:
        return SeenSigner(key, calls, "unknown")
    if signer.revoked_at is not None:
        return SeenSigner(key, calls, "revoked", signer.name, signer.revoked_why, signer.revoked_at)
    return SeenSigner(key, calls, "trusted", signer.name, signer.reason, signer.recorded_at, signer.actor)


def refuse_unknown(ledger: Ledger, package: Opened, why: str) -> None:
    """Raises Refused if nobody vouched for a signer, and nothing says why it is taken nevertheless."""
    unknown = [one for one in seen_signers(ledger, package) if one.standing == "unknown"]
    if unknown and not why.strip():
        each = _("%(key)s, who calls themselves %(name)s")
        raise Refused(
            _("Nobody here has vouched for the signer %(who)s.")
            % {"who": "; ".join(each % {"key": one.fingerprint, "name": one.calls} for one in unknown)},
            _("Ask for the fingerprint by other means, then `safelight handover key trust`."),
        )


def _given(package: Opened) -> Mapping[str, Any]:
    """What the package's own file says, read with care: it comes from elsewhere, if from a signer."""
    data = package.kept.get(RECORDS_FILE)
    if data is None:
        raise BadInput(
            _("The package holds no records that could be imported."), _("Ask the sender for them.")
        )
    try:
        given: Mapping[str, Any] = orjson.loads(data)
        if given["format"] > RECORDS_FORMAT:
            raise BadInput(_("A newer version of Safelight made this package."), _("Install that version."))
        if given["operation_id"] != package.statement["predicate"]["operation_id"]:
            raise BadInput(_("The package's records are of another operation than was signed."), "")
        return given
    except (ValueError, KeyError, TypeError) as error:
        raise unreadable(error) from error


def unreadable(error: Exception) -> BadInput:
    """What is said of records that are not as a package's are."""
    return BadInput(
        _("The package's records cannot be read: %(why)s.") % {"why": repr(error)}, _("Ask for it again.")
    )
