"""Is the image the one that was seized? Its whole medium is hashed and compared with what was stated.

Runs by itself at intake where a hash was stated at seizure, and on request (`safelight source verify`). The reading is
done in a supervised child like everything else that opens evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from safelight.engine.model import Failure, Task
from safelight.engine.supervisor import Supervisor
from safelight.errors import Unreachable
from safelight.evidence.imagehash import Comparison, verify_image
from safelight.evidence.model import EvidenceError
from safelight.evidence.reader import Reader
from safelight.ledger import exhibits, imagechecks
from safelight.ledger.ledger import Ledger
from safelight.ledger.sources import Source

Note = Callable[[bytes], None]


class Verifier:
    """Reads one source's medium whole. Payload: location, stated (or null)."""

    def handle(self, task: Task, note: Note) -> Iterator[dict[str, Any]]:
        """One row for each comparison."""
        payload = task.payload
        try:
            with Reader(Path(payload["location"])) as reader:
                done = verify_image(
                    reader,
                    stated=payload["stated"],
                    progress=lambda at, total: note(b"%d of %d" % (at, total)),
                )
        except EvidenceError as error:
            yield asdict(_unread(payload["stated"], error.detail))
            return
        for comparison in done.comparisons:
            yield asdict(comparison)

    def close(self) -> None:
        """Nothing stays open."""


def verifier(config: dict[str, Any]) -> Verifier:
    """Factory for the engine."""
    return Verifier()


def check_image(verifiers: Supervisor, ledger: Ledger, source: Source, *, actor: str) -> list[Comparison]:
    """Compare one source and keep the result in the ledger. Raises Unreachable if it is not where it was."""
    if not Path(source.location).exists():
        raise Unreachable(
            f"The source {source.label} is not at {source.location}.",
            "Mount it, or use `safelight source locate`.",
        )
    stated = exhibits.find(ledger, source.exhibit).acquired_hash
    task = Task(source.id, 0, {"location": str(source.location), "stated": stated})
    comparisons: list[Comparison] = []
    for row in verifiers.stream(task):
        if isinstance(row, Failure):
            why = f"the reader was ended ({row.cause}): {row.detail}"
            comparisons.append(_unread(stated, why))
        else:
            comparisons.append(Comparison(**row))
    for comparison in comparisons:
        _keep(ledger, source, comparison, actor)
    return comparisons


def _unread(stated: str | None, why: str) -> Comparison:
    """What is said of the stated hash where the image could not be read."""
    algorithm, _, expected = (stated or "").partition(":")
    return Comparison("stated", algorithm, expected, "", "NOT CHECKED", why)


def _keep(ledger: Ledger, source: Source, comparison: Comparison, actor: str) -> None:
    if not comparison.expected:
        return
    imagechecks.record(
        ledger,
        source.exhibit,
        stated=f"{comparison.algorithm}:{comparison.expected}",
        found=f"{comparison.algorithm}:{comparison.found}" if comparison.found else None,
        origin=comparison.origin,
        source=source.id,
        reason=comparison.reason or ("" if comparison.found else "it could not be computed"),
        actor=actor,
    )


def waiting(ledger: Ledger, chosen: Sequence[Source]) -> list[Source]:
    """The chosen sources whose exhibit has a stated hash that was not compared yet."""
    return [
        source
        for source in chosen
        if exhibits.find(ledger, source.exhibit).acquired_hash
        and imagechecks.latest(ledger, source.exhibit, source.id).seq == 0
    ]
