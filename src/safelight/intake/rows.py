"""From what a walk found to rows of the catalog."""

from __future__ import annotations

from typing import Any

from safelight.evidence.model import Entry, Trouble, Volume
from safelight.evidence.spec import PathSpec, escape
from safelight.inspect.extensions import extension
from safelight.traces.ids import item_id

Row = dict[str, Any]


def item_row(entry: Entry, *, source_id: str, exhibit: str, container: str | None, depth: int) -> Row:
    """The part of an `items` row that is known before the bytes are read."""
    spec = entry.spec.to_bytes()
    name = escape(entry.spec.last.path.rpartition(b"/")[2])
    row: Row = {
        "item_id": item_id(source_id, spec),
        "source_id": source_id,
        "exhibit": exhibit,
        "container": container,
        "depth": depth,
        "spec": spec.decode(),
        "path": entry.spec.display(),
        "name": name,
        "extension": extension(name),
        "kind": entry.kind,
        "state": entry.state,
        "overwritten": entry.overwritten,
        "size": entry.size,
        "link_target": escape(entry.link_target) if entry.link_target is not None else None,
    }
    for time_name, moment in entry.times.items():
        row[time_name] = moment.as_row()
    return row


def volume_row(volume: Volume, *, source_id: str, container: str | None) -> Row:
    """A row of `volumes`."""
    return {
        "source_id": source_id,
        "container": container,
        "spec": volume.spec.to_bytes().decode(),
        "scheme": volume.scheme,
        "number": volume.number,
        "start": volume.start,
        "size": volume.size,
        "type_text": volume.type_text,
        "label": volume.label,
        "file_system": volume.file_system,
    }


def trouble_row(
    trouble: Trouble, *, source_id: str, container: str | None, prefix: PathSpec | None, kind: str
) -> Row:
    """A row of `failures` for a place that could not be walked. `prefix` and `kind`: the container's specification
    and the format that opens it, which is the one to name where the trouble is the container's own."""
    own = trouble.spec == prefix or not trouble.spec.layers
    return {
        "source_id": source_id,
        "item_id": container,
        "place": trouble.spec.display(),
        "stage": "walk",
        "inspector": kind if own else trouble.spec.last.kind,
        "cause": trouble.cause,
        "detail": trouble.detail,
    }


def failure_row(
    *,
    stage: str,
    inspector: str,
    cause: str,
    detail: str,
    source_id: str | None = None,
    item: str | None = None,
    sha256: str | None = None,
    place: str = "",
    **engine: float | int | None,
) -> Row:
    """A row of `failures`; `engine` takes version, seconds, limit_seconds and limit_megabytes."""
    return {
        "source_id": source_id,
        "item_id": item,
        "sha256": sha256,
        "place": place,
        "stage": stage,
        "inspector": inspector,
        "cause": cause,
        "detail": detail,
        **engine,
    }
