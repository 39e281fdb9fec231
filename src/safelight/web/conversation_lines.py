"""Lines of a conversation as a page shows them: the day over them, their time in the chosen zone, the colour of the name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from babel.dates import format_date

from safelight.access.conversation import Line, moment_of
from safelight.access.conversation_export import attachment_name, call_words, came_words, long_words, who_said
from safelight.access.conversation_media import SealedPicture
from safelight.access.conversation_search import InnerHits
from safelight.access.zones import Zone
from safelight.messages import _, language, ngettext

#: Silence from this on is told (microseconds).
LONG_GAP_US = 4 * 3600 * 1_000_000
#: Characters of a text that a line shows.
CUT = 4_000
#: Classes of names: those who write most have a colour each, all others share one.
COLOURS = ("o", "p", "q3", "q4")


@dataclass(frozen=True, slots=True)
class Tile:
    """One attachment, sealed. `picture` is the sealed picture that is there for it, if one is."""

    label: str
    name: str
    size: int | None
    text: str
    picture: SealedPicture | None


@dataclass(slots=True)
class Shown:
    """One line with what its place among the others adds. `pieces` are the text, told apart by whether it was searched."""

    line: Line
    colour: str
    clock: str
    ends: str
    """When a call was over, where that is known."""
    stamp: str
    name: str
    day: str = ""
    gap: str = ""
    corrected: str = ""
    pieces: Sequence[tuple[str, bool]] = ()
    left_out: int = 0
    edited: str = ""
    deleted: str = ""
    event: str = ""
    long: str = ""
    tiles: list[Tile] = field(default_factory=list)


def shown(
    lines: Sequence[Line],
    before: Line | None,
    zone: Zone,
    people: Sequence[str],
    sealed: Mapping[tuple[int, int], SealedPicture],
    hits: InnerHits | None,
) -> list[Shown]:
    """The lines in order; `before` is the one before the first, `people` those who write, most first."""
    colours = {one: COLOURS[n] for n, one in enumerate(people[: len(COLOURS)])}
    found = set(hits.positions) if hits else set()
    made, last = [], before
    for line in lines:
        wall, then = _wall(line, zone), _wall(last, zone) if last else None
        one = Shown(
            line,
            colours.get(line.sender_id or "", "q5"),
            _clock(line, wall),
            _ends(line, zone),
            _stamp(line, wall, zone),
            who_said(line),
        )
        if last is None or _day(wall) != _day(then) or (line.zoned != last.zoned and line.us is not None):
            one.day = _heading(line, wall)
            one.corrected = _corrected(line)
        if last is not None and last.us is not None and line.us is not None and line.zoned == last.zoned:
            silence = line.us - last.us
            one.gap = later(silence) if silence >= LONG_GAP_US else ""
        _say(one, zone, hits if line.position in found else None)
        one.tiles = [
            _tile(what, sealed.get((line.position, number))) for number, what in enumerate(line.attachments)
        ]
        made.append(one)
        last = line
    return made


def _tile(what: Mapping[str, Any], picture: SealedPicture | None) -> Tile:
    name = attachment_name(dict(what))
    ending = name.rpartition(".")[2] if "." in name else str(what.get("mime") or "").rpartition("/")[2]
    size = what.get("size")
    return Tile(
        ending[:5].lower() if ending.isalnum() else "?",
        name.replace("\\", "/").rpartition("/")[2] or name,
        size if isinstance(size, int) else None,
        str(what.get("text") or ""),
        picture,
    )


def _say(one: Shown, zone: Zone, hits: InnerHits | None) -> None:
    line, what = one.line, one.line.what
    if line.kind == "call":
        one.event, one.long = call_words(what), long_words(what["duration"])
        return
    if line.kind == "membership":
        one.event = came_words(what["kind"])
        return
    text = what["text"] or ""
    one.left_out = max(len(text) - CUT, 0)
    text = text[:CUT]
    one.pieces = [(piece.text, piece.found) for piece in hits.segments(text)] if hits else [(text, False)]
    wall = _wall(line, zone)
    one.edited = _when(what["edited"], what["edited_us"], zone, _day(wall))
    one.deleted = _when(what["deleted"], what["deleted_us"], zone, _day(wall))


def _wall(line: Line, zone: Zone) -> datetime | None:
    return None if line.us is None else zone.local(line.us, line.zoned)


def _day(wall: datetime | None) -> date | None:
    return None if wall is None else wall.date()


def _clock(line: Line, wall: datetime | None) -> str:
    if wall is not None:
        return f"{wall:%H:%M:%S}"
    return str(moment_of(line)[1].get("text") or "")


def _ends(line: Line, zone: Zone) -> str:
    long = line.what.get("duration")
    if line.kind != "call" or line.us is None or not long:
        return ""
    wall = zone.local(line.us + round(long * 1_000_000), line.zoned)
    return f"{wall:%H:%M:%S}" if wall else ""


def _stamp(line: Line, wall: datetime | None, zone: Zone) -> str:
    """The whole time in words, for whoever points at it."""
    if wall is None:
        return _("Date unknown")
    if not line.zoned:
        return _("%(time)s by a wall clock whose zone nobody knows") % {
            "time": wall.isoformat(" ", "seconds")
        }
    said = f"{wall.isoformat(' ', 'seconds')} {zone.iana}"
    if line.assumed is not None:
        said += " · " + _("zone assumed: %(zone)s, %(who)s") % {
            "zone": line.assumed.zone,
            "who": line.assumed.actor,
        }
    return said


def _heading(line: Line, wall: datetime | None) -> str:
    if wall is None:
        return _("Date unknown")
    said = long_date(wall.date())
    return said if line.zoned else said + " · " + _("wall clock, zone unknown")


def long_date(day: date) -> str:
    """`Tuesday 8 November 2016` in the language in use."""
    pattern = "EEEE d MMMM y" if language() == "en" else "EEEE d. MMMM y"
    said = format_date(day, pattern, locale=language())
    return said[:1].upper() + said[1:]


def _corrected(line: Line) -> str:
    one = line.corrected
    if one is None:
        return ""
    exhibit = next((copy.exhibit for copy in line.copies if copy.trace_id == line.trace_id), "")
    return _("clock of %(exhibit)s corrected by %(seconds)+d s, decided by %(who)s") % {
        "exhibit": exhibit, "seconds": one.seconds or 0, "who": one.actor,
    }  # fmt: skip


def later(us: int) -> str:
    """A silence in words: `18 h 52 min later`, `12 days later`."""
    minutes = us // 60_000_000
    if minutes < 48 * 60:
        return _("%(h)s h %(m)s min later") % {"h": minutes // 60, "m": minutes % 60}
    days = minutes // (24 * 60)
    return ngettext("%(n)s day later", "%(n)s days later", days) % {"n": days}


def _when(moment: Mapping[str, Any] | None, compared_us: int | None, zone: Zone, day: date | None) -> str:
    """A second time of a message, corrected as its first is; its day too where that is another."""
    if not moment:
        return ""
    local = None if compared_us is None else zone.local(compared_us)
    wall = moment.get("wall")
    if local is None and isinstance(wall, datetime):
        return f"{wall:%Y-%m-%d %H:%M:%S} ?"
    if local is None:
        return str(moment.get("text") or "")
    return f"{local:%H:%M:%S}" if local.date() == day else f"{local:%Y-%m-%d %H:%M:%S}"
