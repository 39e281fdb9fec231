"""Why do we have this: from one event of the timeline back to the papers, the file and the place in it.

Alone as a page, or as the part of the pane that the key `y` puts beside the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from safelight.access.consultation import Consultation
from safelight.access.door import Door
from safelight.access.provenance import PlacedCopy, Provenance, why
from safelight.access.timeline_events import FILE_KINDS
from safelight.access.zones import Zone, zone_of
from safelight.errors import NotFound
from safelight.messages import _
from safelight.web.conversation_why import TimeRow, time_row
from safelight.web.render import tried_on, wanted_block


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the way: what it is, where it leads, what stands beside it."""

    text: str
    href: str = ""
    more: str = ""
    state: str = ""
    """A state of the item or trace that is not the usual one."""


@dataclass(frozen=True, slots=True)
class Way:
    """The way back from one event."""

    rungs: tuple[Rung, ...]
    times: tuple[TimeRow, ...] = ()
    remarks: tuple[str, ...] = ()
    copies: tuple[PlacedCopy, ...] = ()
    clock: str = ""
    """When it was, as clocks in the zone show it."""


def pane(request: Request) -> Response:
    """The way back from the event that the address names."""
    door: Door = request.app.state.door
    given = request.query_params
    kind, id_, zone = given.get("kind", ""), given.get("id", ""), zone_of(given.get("z", ""))
    with door.consult("why", id_) as look:
        way = _of_file(look, id_) if kind in FILE_KINDS else _of_trace(look, id_, zone)
        context = {"way": way, "id": id_, "standing": look.standing()}
    block = wanted_block(request, {"row-why": "why"})
    made: Response = request.app.state.templates.page(request, "timeline_why.html", context, block=block)
    return made


def _of_file(look: Consultation, item_id: str) -> Way:
    return Way(_item(look, item_id))


def _item(look: Consultation, item_id: str) -> tuple[Rung, ...]:
    """From the legal basis to the item."""
    found = look.item(item_id)
    rungs = []
    for n, step in enumerate(found.provenance):
        if not step.label:  # an archive at the root of its source has no path of its own there
            continue
        href = f"/items/{quote(step.item_id, safe='')}" if step.item_id else ""
        if found.exhibit is not None and n == 1:
            href = f"/exhibits/{quote(found.exhibit.number, safe='')}"
        own = step.item_id == found.row.item_id and found.row.state != "allocated"
        rungs.append(Rung(step.label, href, step.detail, found.row.state if own else ""))
    return tuple(rungs)


def _of_trace(look: Consultation, trace_id: str, zone: Zone) -> Way:
    found = why(look.reading, trace_id)
    what = found.what
    try:
        rungs = _item(look, found.item_id)
    except NotFound:  # the item's row was dropped by a later run; its traces stay while a decision names them
        rungs = (Rung(found.source_label), Rung(found.item_id))
    here = Rung(
        f"{what['parser']} {what['version']}",
        more=" · ".join(one for one in (what["place"], what["variant"]) if one),
        state=what["state"] if what["state"] != "live" else "",
    )
    return Way(
        (*rungs, here),
        tuple(time_row(one.column, one.found, one.compared_us, zone) for one in found.times),
        _remarks(found),
        tuple(found.copies) if len(found.copies) > 1 else (),
        _clock(found, zone),
    )


def _clock(found: Provenance, zone: Zone) -> str:
    us = next((one.compared_us for one in found.times if one.compared_us is not None), None)
    wall = None if us is None else zone.local(us)
    return f"{wall:%H:%M:%S}" if wall else ""


def _remarks(found: Provenance) -> tuple[str, ...]:
    seen = tried_on(found.what.get("seen_on"))
    path = found.what.get("facts_from_path")
    told = [_("Taken from the path alone: %(columns)s") % {"columns": path}] if path else []
    told += [
        _("clock corrected by %(n)s s: %(why)s") % {"n": f"{one.seconds:+d}", "why": one.reason}
        if one.seconds
        else _("zone %(zone)s assumed: %(why)s") % {"zone": one.zone, "why": one.reason}
        for one in found.clocks
    ]
    return (seen, *told, *([found.remarks] if found.remarks else []))


ROUTES = [Route("/timeline/why", pane)]
