"""A mapping tried on an item for a page: read in a supervised child, under a consultation; nothing is stored.

with door.consult("mapping trial", item_id) as look:
    trial = trials.tried(look.reading, item_id, text)
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from safelight.access import item as one_item
from safelight.access import papers
from safelight.access.content import there
from safelight.access.mapping_child import READ
from safelight.access.reading import Reading
from safelight.access.reading_child import ReadingChild
from safelight.engine.model import Task
from safelight.errors import SafelightError
from safelight.evidence.model import EvidenceError
from safelight.ledger import mappings
from safelight.ledger.mappings import MappingUse
from safelight.ledger.privileged import refuse_closed
from safelight.messages import _
from safelight.operation.folder import OperationFolder
from safelight.parsers.mapping.load import parsed
from safelight.parsers.mapping.model import Mapping

#: What a trial's time limit is reckoned from, at most (bytes): it reads the first records alone.
_WORTH = 64 << 20
_FIELDS = "item_id, source_id, path, name, spec, size, mime, type, sha256"
_NAMES = ("item_id", "source_id", "path", "name", "spec", "size", "mime", "group", "sha256")


@dataclass(frozen=True, slots=True)
class TrialRow:
    """A record in the order of the file, with the trace that it would become, or why it becomes none."""

    number: int
    place: str
    text: str
    rule: int | None
    """From 0; None where no rule matched."""
    kind: str = ""
    time: str = ""
    assumed: bool = False
    who: str = ""
    where: str = ""
    detail: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleCount:
    """What a rule made of the records that it was shown."""

    name: str
    kind: str
    source: str
    records: int
    matched: int
    doubtful: int
    unmatched: int


@dataclass(frozen=True, slots=True)
class ItemTrial:
    """What a mapping would make of an item. `unmatched` and `doubtful` are the first of their kind of each rule."""

    mapping: Mapping
    rows: tuple[TrialRow, ...] = ()
    unmatched: tuple[TrialRow, ...] = ()
    doubtful: tuple[TrialRow, ...] = ()
    rules: tuple[RuleCount, ...] = ()
    records: int = 0
    matched: int = 0
    traces: int = 0
    kinds: tuple[str, ...] = ()
    recognised: bool = False
    trouble: str = ""

    @property
    def doubts(self) -> int:
        """Matches of which a value could not be read."""
        return sum(rule.doubtful for rule in self.rules)

    @property
    def cut(self) -> bool:
        """Only the first records were read."""
        return self.records >= READ

    @property
    def zones(self) -> tuple[str, ...]:
        """Zones that the mapping assumes of times that state none."""
        specs = (spec.time for rule in self.mapping.rules for _name, spec in rule.fields)
        return tuple(dict.fromkeys(time.zone for time in specs if time.zone and not time.stated))


def uses(reading: Reading) -> list[MappingUse]:
    """The mappings that were used in this operation, newest first."""
    return mappings.every(reading.ledger)[::-1]


class Trials:
    """Tries mappings, one at a time; safe for several threads. `credentials` are tried on what is encrypted."""

    def __init__(self, folder: OperationFolder, credentials: Sequence[str] = ()) -> None:
        self._folder, self._credentials = folder, tuple(credentials)
        self._child = ReadingChild(folder, "safelight.access.mapping_child:trier")

    def close(self) -> None:
        """End the child."""
        self._child.close()

    def tried(self, reading: Reading, item_id: str, text: str) -> ItemTrial:
        """What the mapping makes of the item's first records. What cannot be read is said in `trouble`.

        Raises BadInput for a mapping with an error, NotFound, Refused for an item whose bytes are closed.
        """
        mapping = parsed(text.encode())
        whole, place = one_item.find(reading.db, item_id)
        refuse_closed(reading.ledger, whole)
        reading.show([whole])
        found = reading.db.execute(
            f"SELECT {_FIELDS} FROM items WHERE source_id = ? AND path = ? AND item_id = ?",
            [place.source_id, place.path, whole],
        ).fetchone()
        if found is None:
            raise one_item.not_found(item_id)
        payload = dict(zip(_NAMES, found, strict=True))
        near = reading.db.execute(
            "SELECT name, spec FROM items WHERE source_id = ? AND path IN (?, ?) AND state = 'allocated'",
            [place.source_id, f"{place.path}-wal", f"{place.path}-journal"],
        ).fetchall()
        self._folder.spool.mkdir(parents=True, exist_ok=True)
        scratch = tempfile.mkdtemp(prefix="trial-", dir=self._folder.spool)
        try:
            source = there(papers.source(reading.ledger, place.source_id))
            payload |= {
                "location": str(source.location), "beside": dict(near), "credentials": list(self._credentials),
                "text": text, "scratch": scratch,
            }  # fmt: skip
            rows, failure = self._child.run(Task("trial", min(payload["size"] or 0, _WORTH), payload))
        except (SafelightError, EvidenceError) as error:
            return ItemTrial(mapping, trouble=str(error))
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        if failure is not None:
            why = failure.detail.partition("\n")[0]
            said = _("The reader of these bytes was ended (%(cause)s): %(why)s")
            return ItemTrial(mapping, trouble=said % {"cause": failure.cause, "why": why})
        if "whole" not in rows[-1]:
            return ItemTrial(mapping, trouble=f"{rows[-1]['cause']}: {rows[-1]['detail']}")
        return _shown(mapping, [row["row"] for row in rows[:-1]], rows[-1]["whole"])


def _shown(mapping: Mapping, rows: list[dict[str, Any]], whole: dict[str, Any]) -> ItemTrial:
    taken = [TrialRow(**{key: value for key, value in row.items() if key != "doubts"}, reasons=tuple(row["doubts"]))
             for row in rows]  # fmt: skip
    used = {row.number for row in taken}
    missed: dict[int, TrialRow] = {}
    for rule in whole["rules"]:
        for one in rule["examples"]:
            if one["number"] not in used and one["number"] not in missed:
                missed[one["number"]] = TrialRow(
                    one["number"], one["place"], one["text"], None, reasons=(one["reason"],)
                )
    doubtful = [
        TrialRow(one["number"], one["place"], one["text"], number, reasons=(one["reason"],))
        for number, rule in enumerate(whole["rules"])
        for one in rule["doubts"]
    ]
    # Between the rows that matched, as far as these reach; behind them only where nothing more matched.
    last = max(used, default=0) if whole["matched"] > len(used) else whole["records"]
    first = sorted([*taken, *(row for row in missed.values() if row.number <= last)], key=_number)
    unmatched = whole["records"] - whole["matched"]
    return ItemTrial(
        mapping=mapping,
        rows=tuple(first),
        unmatched=tuple(sorted(missed.values(), key=_number)) if unmatched else (),
        doubtful=tuple(sorted(doubtful, key=_number)),
        rules=tuple(
            RuleCount(
                rule["name"],
                rule["trace"],
                own.source,
                rule["records"],
                rule["matched"],
                rule["doubtful"],
                rule["unmatched"],
            )
            for rule, own in zip(whole["rules"], mapping.rules, strict=True)
        ),
        records=whole["records"],
        matched=whole["matched"],
        traces=whole["traces"],
        kinds=tuple(whole["kinds"]),
        recognised=whole["recognised"],
        trouble=whole["ended"],
    )


def _number(row: TrialRow) -> int:
    return row.number
