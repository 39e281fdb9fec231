"""How far the run under way is: `spool/progress.json`. Reading it is no consultation."""

from __future__ import annotations

from typing import Any

import orjson

from safelight.access.model import Progress
from safelight.operation.folder import OperationFolder
from safelight.traces.moment import now_us

#: A run that has written nothing for so long was stopped or killed (microseconds).
_STALE_US = 60_000_000


def read(folder: OperationFolder) -> Progress | None:
    """The run's progress; None between runs, or while the file is being made."""
    try:
        found: dict[str, Any] = orjson.loads((folder.spool / "progress.json").read_bytes())
        updated, ended = int(found["updated"]), found["stage"] in ("done", "stopped")
        late = now_us() - updated > _STALE_US
        return Progress(
            run=str(found["run"]),
            stage=str(found["stage"]),
            source=str(found["source"]),
            items=int(found["items"]),
            bytes=int(found["bytes"]),
            total_items=_whole(found.get("total_items")),
            total_bytes=_whole(found.get("total_bytes")),
            rate_bytes=_number(found.get("rate_bytes")),
            remaining_seconds=_number(found.get("remaining_seconds")),
            updated_us=updated,
            running=not ended and not late,
            stale=found["stage"] == "stopped" or (late and not ended),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _whole(value: object) -> int | None:
    return int(value) if isinstance(value, (int, float)) else None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None
