"""Checks a package that another operation gave, and whether its signer counts here; `takeover.py` then takes it over."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import orjson

from safelight.access.door import Door
from safelight.casework.handover import received_traces
from safelight.casework.handover.opened import Opened, open_package
from safelight.casework.handover.own_parts import RECORDS_FILE, RECORDS_FORMAT
from safelight.casework.handover.takeover import Imported, Takeover
from safelight.catalog.durable import full_disk_is_told
from safelight.errors import BadInput, IntegrityBroken, Refused
from safelight.intake.lock import run_lock
from safelight.ledger import signers
from safelight.ledger.ledger import Ledger
from safelight.messages import _

_KEEP: Final = (RECORDS_FILE,)


def import_package(
    door: Door, path: Path, identity: Path | None = None, unknown_signer: str = ""
) -> Imported:
    """Check a package and take it over: records and decisions all or nothing, then its traces.

    An import that was stopped among the traces goes on when the same package is imported again.

    `unknown_signer`: why it is taken although nobody vouched for who signed it. Raises NotFound, BadInput (no package,
    truncated, newer version, wrong receiver), IntegrityBroken (changed, unsigned), Refused (unknown or revoked signer, our
    own operation's package, a record of another kind under the same id), Locked while a run is at work, DiskFull.
    """
    with (
        run_lock(door.folder.lock),
        TemporaryDirectory(prefix="handover-", dir=door.folder.spool) as scratch,
        full_disk_is_told(str(door.folder.root)),
        door.consult("handover imported", path.name) as look,
    ):
        ledger = look.reading.ledger
        files = received_traces.wanted(Path(scratch))
        package = open_package(path, identity, keep=_KEEP, aside=files)
        _check(package, path)
        given = _given(package)
        _check_signers(ledger, package, unknown_signer)
        if given["operation_id"] == ledger.operation_id:
            raise Refused(
                _("%(path)s was made by this operation itself.") % {"path": path.name},
                _("There is nothing to import: it holds what is here already."),
            )
        with ledger.writing() as act:
            done = Takeover(act, ledger, given, package, door.who, unknown_signer).run()
        look.reading.show([done.number])
        taken = received_traces.take_in(door.folder, ledger, files, package.manifest, actor=door.who)
        done.traces, done.traces_known, done.traces_differ = taken.new, taken.known, taken.differ
        done.differences = taken.differences
    return done


def _check(package: Opened, path: Path) -> None:
    if package.newer:
        raise BadInput(
            _("A newer version of Safelight made %(path)s.") % {"path": path.name}, _("Install that version.")
        )
    if package.faults:
        name, what = package.faults[0]
        raise IntegrityBroken(
            _("%(path)s is not whole (%(n)s faults): %(name)s %(what)s.")
            % {"path": path.name, "n": len(package.faults), "name": name, "what": what},
            _("Nothing was imported. Ask the sender for it again."),
        )


def _check_signers(ledger: Ledger, package: Opened, why: str) -> None:
    known = signers.every(ledger)
    unknown = [one for one in package.signers if one[0] not in known]
    for fingerprint, _name in package.signers:
        signer = known.get(fingerprint)
        if signer is not None and signer.revoked_at is not None:
            raise Refused(
                _("The key %(key)s of %(name)s is revoked: %(why)s.")
                % {"key": fingerprint, "name": signer.name, "why": signer.revoked_why},
                _("Ask for a package that another key has signed."),
            )
    if unknown and not why.strip():
        each = _("%(key)s, who calls themselves %(name)s")
        raise Refused(
            _("Nobody here has vouched for the signer %(who)s.")
            % {"who": "; ".join(each % {"key": key, "name": name} for key, name in unknown)},
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
        raise BadInput(f"The package's records cannot be read: {error!r}.", "Ask for it again.") from error
