"""The examiner of one intake, inside a supervised child: inspectors over one content."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from typing import Any

from safelight.engine.model import Task
from safelight.evidence.model import EvidenceError
from safelight.evidence.spec import from_bytes
from safelight.inspect.examine import RESCUER, Ended, Found, examine
from safelight.inspect.model import Content, Derivative, Fact
from safelight.inspect.registry import inspectors
from safelight.intake.children import Note, Sources, inspect_failure
from safelight.intake.rows import Row
from safelight.ledger.keys import seal
from safelight.operation.settings import InspectionSettings


class Examiner:
    """Runs inspectors over one content.

    Payload: sha256, size, mime, group, basis, name, source_id, item_id, path, spec, only (names of inspectors), rescue (an
    inspector ended its child on it, so strings are wanted), rescued (they are there already).
    """

    def __init__(self, sources: Sources, config: dict[str, Any]) -> None:
        self._sources = sources
        self._settings = InspectionSettings(**config["inspection"])
        self._public_key = base64.b64decode(config["public_key"])
        self._key_id = config["key_id"]
        self._inspectors = {inspector.name: inspector for inspector in inspectors()}

    def handle(self, task: Task, note: Note) -> Iterator[Row]:
        """Rows by table name; each inspector ends with its `inspections` row. `{"left": why}` if the source went away."""
        payload = task.payload
        spec = from_bytes(payload["spec"])
        try:
            reader = self._sources.reader(payload["source_id"])
            reader.open(spec).close()
        except (EvidenceError, OSError) as error:
            if not self._sources.there(payload["source_id"]):
                yield {"left": str(error)}
                return
        content = Content(
            sha256=payload["sha256"],
            size=payload["size"],
            mime=payload["mime"],
            group=payload["group"],
            basis=payload["basis"],
            name=payload["name"],
            open=lambda: io.BufferedReader(reader.open(spec), 1 << 18),
            settings=self._settings,
        )
        chosen = [self._inspectors[name] for name in payload["only"]]
        rescued, failed = payload["rescued"], payload["rescue"]
        for found in examine(content, chosen, note, rescue=payload["rescue"]):
            if found.inspector == RESCUER[0] and payload["rescued"]:
                continue
            made_by = {"sha256": content.sha256, "inspector": found.inspector, "version": found.version}
            match found:
                case Found(what=Fact() as fact):
                    yield {fact.table: fact.row | made_by}
                case Found(what=Derivative() as small):
                    yield {"derivatives": self._sealed(small) | made_by}
                case Ended():
                    yield {
                        "inspections": {
                            **made_by,
                            "outcome": found.outcome,
                            "seconds": round(found.seconds, 4),
                        }
                    }
                    rescued = rescued or found.inspector == RESCUER[0]
                    if found.outcome == "failed":
                        failed = True
                        yield {
                            "failures": inspect_failure(
                                payload, found.inspector, found.version, found.cause, found.detail
                            )
                        }
        if failed and not rescued:
            name, version = RESCUER
            made_by = {"sha256": content.sha256, "inspector": name, "version": version}
            yield {"inspections": {**made_by, "outcome": "done"}}

    def _sealed(self, small: Derivative) -> Row:
        return {
            "recipe": small.recipe,
            "mime": small.mime,
            "width": small.width,
            "height": small.height,
            "key_id": self._key_id,
            "sealed": base64.b64encode(seal(self._public_key, small.data)).decode(),
        }
