"""The timeline: everything with a time, from the whole extent to one minute, as bars with links and as a table.

The window is `from` and `to` in the address; `begin` and `end` (microseconds, as the brush gives them) lead to such one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from safelight.access import timeline, timeline_lanes, timeline_rows
from safelight.access.account_names import usual
from safelight.access.door import Door
from safelight.access.reading import Reading
from safelight.access.timeline import Tally
from safelight.access.timeline_bars import NARROWEST, around
from safelight.access.timeline_filter import TimelineFilter
from safelight.access.timeline_lanes import BY, By
from safelight.access.timeline_rows import EventPage
from safelight.access.zones import ZONES, Zone, zone_of
from safelight.errors import Refused
from safelight.identities.confirmed import looked_up, people, person
from safelight.messages import _
from safelight.web import spans, timeline_chart, timeline_why
from safelight.web.render import with_query
from safelight.web.search import network_badge
from safelight.web.timeline_lanes import GapRow, gaps_of, rows_with_gaps
from safelight.web.timeline_rows import Row, kind_name, row

ROWS = 100
#: Persons that are offered as a facet.
PERSONS = 8
#: How much nearer one step of the zoom goes.
_STEP = 4
_OWN = ("z", "by", "after", "before", "begin", "end", "undated")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for."""

    wanted: TimelineFilter
    zone: Zone
    by: By
    """What has a lane."""
    undated: bool

    def address(self, wanted: TimelineFilter | None = None, **more: object) -> str:
        """The page with another filter, in the same zone and with the same lanes."""
        own = dict(self.own()) | more
        return with_query("/timeline", (wanted or self.wanted).pairs(), **own)

    def own(self) -> list[tuple[str, str]]:
        """What of the address is no filter and stays from page to page."""
        zone = [] if self.zone.key == "utc" else [("z", self.zone.key)]
        return [*zone, *([] if self.by == BY[0] else [("by", self.by)])]

    def over(self, begin: int | None, end: int | None) -> str:
        """The page over another span."""
        return self.address(self.wanted.over(begin, end))

    def toggled(self, key: str, value: str) -> str:
        """The page with a facet's value chosen or not."""
        return self.address(self.wanted.toggled(key, value), undated="1" if self.undated else None)

    def shown_in(self, zone: Zone) -> str:
        """The same in another zone."""
        return replace(self, zone=zone).address(undated="1" if self.undated else None)

    def lanes_by(self, by: By) -> str:
        """The same with other lanes."""
        return replace(self, by=by).address(undated="1" if self.undated else None)


def page(request: Request) -> Response:
    """The page."""
    door: Door = request.app.state.door
    given = request.query_params
    asked = Asked(
        TimelineFilter.from_pairs((k, v) for k, v in given.multi_items() if k not in _OWN),
        zone_of(given.get("z", "")),
        _by(given.get("by", "")),
        given.get("undated") == "1",
    )
    if "begin" in given or "end" in given:
        return RedirectResponse(asked.over(*_brushed(given.get("begin", ""), given.get("end", ""))), 303)
    if "add" in given:
        return RedirectResponse(asked.address(), 303)
    words = " ".join(one for one in (asked.wanted.words(), "undated" if asked.undated else "") if one)
    with door.consult("timeline", words) as look:
        reading = look.reading
        asked = replace(asked, wanted=looked_up(reading, asked.wanted))
        context = {
            "standing": look.standing(),
            "asked": asked,
            "zones": ZONES.values(),
            "next_zone": _next_zone(asked.zone),
            "lanes_by": BY,
            "next_by": BY[(BY.index(asked.by) + 1) % len(BY)],
            "by_name": by_name,
            "is_gap": lambda one: isinstance(one, GapRow),
            "clocks": look.clocks(),
            "both": timeline_chart.both,
            "kind_name": kind_name,
            "value_name": value_name,
            "facet_title": facet_title,
            "network_badge": network_badge,
            "long_span": spans.long_span,
            "said": spans.said,
            "labels": _labels(reading, asked.wanted),
            **_window(reading, asked, given.get("after"), given.get("before")),
        }
        found: Response = request.app.state.templates.page(request, "timeline.html", context)
    return found


def _labels(reading: Reading, wanted: TimelineFilter) -> dict[str, str]:
    """What tokens say instead of ids: names of accounts, titles of conversations."""
    titles = reading.db.execute(
        """select conversation_id, mode(title) from conversations
           where conversation_id = any($ids) and coalesce(title, '') <> '' group by 1""",
        {"ids": list(wanted.conversation)},
    ).fetchall()
    persons = {one: person(reading, one).name for one in wanted.person}
    return dict(titles) | dict(usual(reading, wanted.account)) | persons


def _people(reading: Reading, wanted: TimelineFilter, begin: int, end: int) -> list[tuple[str, str, Tally]]:
    """The persons of most accounts and those that are chosen: id, name and events in the window."""
    ranked = list(people(reading)[:PERSONS])
    there = {one.of for one in ranked}
    ranked += [person(reading, one) for one in wanted.person if one not in there]
    counts = timeline.by_person(reading, wanted.facets, begin, end, [one.tenures for one in ranked])
    return [(one.of, one.name, tally) for one, tally in zip(ranked, counts, strict=True)]


def _window(reading: Reading, asked: Asked, after: str | None, before: str | None) -> dict[str, Any]:
    wanted, zone = asked.wanted, asked.zone
    everything = timeline.whole(reading, wanted.facets)
    whole = timeline.extent(reading, wanted.facets, zone) or timeline.extent(reading, {}, zone)
    if whole is None:
        empty = EventPage([], None, None)
        if asked.undated:
            empty = timeline_rows.untimed(reading, wanted.facets, after, ROWS)
        return {"picture": None, "rows": [row(one, zone) for one in empty.rows], "page": empty,
                "untimed": everything.untimed, "later": bool(after), "silent": []}  # fmt: skip
    begin = whole[0] if wanted.begin is None else wanted.begin
    end = whole[1] if wanted.end is None else wanted.end
    if end - begin < NARROWEST:
        end = begin + NARROWEST
    picture = timeline.picture(reading, wanted.facets, begin, end, zone)
    lanes = timeline_lanes.lanes(reading, asked.by, wanted.facets, begin, end)
    if asked.by == "network":
        lanes = [replace(one, name=value_name("network", one.name)) for one in lanes]
    if asked.undated:
        events = timeline_rows.untimed(reading, wanted.facets, after, ROWS)
    else:
        events = timeline_rows.events(reading, wanted.facets, begin, end, after, before, ROWS)
    shown = [row(one, zone) for one in events.rows]
    rows: Sequence[Row | GapRow] = shown
    if not asked.undated:
        rows = rows_with_gaps(shown, lanes, asked.by, begin, zone, not (after or before))
    return {
        "picture": picture,
        "messages": timeline.window(reading, wanted.facets, begin, end).of("message"),
        "people": _people(reading, wanted, begin, end),
        "begin": begin,
        "end": end,
        "is_whole": (begin, end) == whole,
        "crumbs": spans.crumbs(whole, begin, end, zone),
        "chart": timeline_chart.chart(picture, zone, lanes, asked.by),
        "gaps": gaps_of(lanes, begin, end, zone),
        "silent": timeline_lanes.silent(reading),
        "strip": timeline_chart.strip(
            timeline.strip(reading, wanted.facets, *whole, zone),
            begin,
            end,
            zone,
            timeline_lanes.nowhere(reading, *whole),
        ),
        "zoom": _zoom(asked, whole, begin, end),
        "elsewhere": [(one, spans.said(begin, end, one)) for one in ZONES.values() if one.key != zone.key],
        "strays": (
            everything.between(-(2**62), whole[0]),
            everything.between(whole[1], 2**62),
        ),
        "rows": rows,
        "page": events,
        "untimed": everything.untimed,
        "later": bool(after or before),
    }


def _zoom(asked: Asked, whole: tuple[int, int], begin: int, end: int) -> dict[str, str | None]:
    """Nearer, farther, earlier, later; None where there is nothing more."""
    length, middle = end - begin, (begin + end) // 2
    near = max(length // _STEP, NARROWEST)
    wide = length * _STEP
    inner = around(middle - near // 2, middle - near // 2 + near, asked.zone)
    outer = around(middle - wide // 2, middle + wide // 2, asked.zone)
    outside = outer[0] <= whole[0] and outer[1] >= whole[1]
    return {
        "in": asked.over(*inner) if near < length and inner != (begin, end) else None,
        "out": None if (begin, end) == whole else asked.over(None, None) if outside else asked.over(*outer),
        "earlier": asked.over(begin - length // 2, end - length // 2) if begin > whole[0] else None,
        "later": asked.over(begin + length // 2, end + length // 2) if end < whole[1] else None,
    }


def _brushed(begin: str, end: str) -> tuple[int, int]:
    try:
        low, high = sorted((int(begin), int(end)))
    except ValueError:
        raise Refused(_("The brush gave no span."), _("Draw it again.")) from None
    return low, max(high, low + NARROWEST)


def _next_zone(zone: Zone) -> Zone:
    keys = list(ZONES)
    return ZONES[keys[(keys.index(zone.key) + 1) % len(keys)]]


def _by(given: str) -> By:
    for one in BY:
        if given in (one, ""):
            return one
    raise Refused(
        _("There are no lanes by “%(name)s”.") % {"name": given}, _("Choose exhibit, network or account.")
    )


def by_name(by: By) -> str:
    """What has a lane, as the switch says it."""
    return {"exhibit": _("Exhibits"), "network": _("Networks"), "account": _("Accounts")}[by]


def facet_title(name: str) -> str:
    """A facet's heading."""
    return {"kind": _("Kind"), "network": _("Network"), "state": _("State"), "exhibit": _("Exhibit"),
            "account": _("Account"), "conversation": _("Conversation"), "person": _("Person")}[name]  # fmt: skip


def value_name(facet: str, value: str) -> str:
    """A facet's value as people say it."""
    if facet == "kind":
        return kind_name(value)
    if facet == "state":
        return {"live": _("Live"), "deleted": _("Deleted"), "recovered": _("Recovered")}.get(value, value)
    return _("Files") if (facet, value) == ("network", "file") else value


ROUTES = [Route("/timeline", page), *timeline_why.ROUTES]
