"""Two accounts side by side: each row one fact of both, with the side to which the evidence of that fact speaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from safelight.access.account import Name
from safelight.access.accounts import AccountRow
from safelight.access.identities import Piece
from safelight.access.neutral import visible
from safelight.access.person_facts import Facts
from safelight.access.zones import Zone
from safelight.messages import _, ngettext
from safelight.messages.figures import decimal
from safelight.web.identity_waterfall import NOTHING

#: Names of one kind that stand in a row.
FEW = 4
HOUR_US = 3_600_000_000
#: Height of the bars of hours.
HOURS_HEIGHT = 24


@dataclass(frozen=True, slots=True)
class Part:
    """A value; `link` opens the rows behind it, `faint` is what explains it."""

    text: str
    faint: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class SideRow:
    """One fact: values of both, and `+`, `−` or `·` as the evidence of that kind speaks."""

    title: str
    a: tuple[Part, ...]
    b: tuple[Part, ...]
    sign: str
    css: str


@dataclass(frozen=True, slots=True)
class Side:
    """One account with the period that is compared (µs UTC; None: open)."""

    tenure: str
    begin_us: int | None
    end_us: int | None
    shared: bool
    row: AccountRow
    facts: Facts

    @property
    def divided(self) -> bool:
        """Whether only a part of the account's time is compared."""
        return self.begin_us is not None or self.end_us is not None


#: Kinds of evidence that speak about a row.
_KINDS: Mapping[str, tuple[str, ...]] = {
    "names": ("names",), "native": ("native", "owner"), "phone": ("phone", "email"), "devices": ("device", "avatar"),
    "addresses": ("ip", "host"), "books": ("book",), "contacts": ("contacts", "talks"),
    "profile": ("profile",), "hours": ("rhythm",), "active": ("together",), "messages": ("style", "languages"),
}  # fmt: skip


def rows(a: Side, b: Side, pieces: Sequence[Piece], zone: Zone) -> list[SideRow]:
    """The table's rows; what is known of neither is left out."""
    made: list[tuple[str, str, tuple[Part, ...], tuple[Part, ...]]] = [
        ("names", _("Names"), _names(a, zone), _names(b, zone)),
        (
            "native",
            _("Native id"),
            (Part(visible(a.row.native)),),
            (Part(visible(b.row.native)),),
        ),
        ("", _("Period"), _period(a, zone), _period(b, zone)),
        ("active", _("Active"), _active(a, zone), _active(b, zone)),
        ("messages", _("Distinct messages"), _messages(a), _messages(b)),
        ("phone", _("Phone, e-mail"), _reached(a), _reached(b)),
        ("devices", _("Devices"), _devices(a), _devices(b)),
        ("addresses", _("Addresses"), _addresses(a), _addresses(b)),
        ("books", _("Others call it"), _books(a), _books(b)),
        ("profile", _("Profile"), _profile(a), _profile(b)),
        ("contacts", _("Contacts"), _contacts(a), _contacts(b)),
        ("", _("Exhibits"), _exhibits(a), _exhibits(b)),
    ]
    nothing = (Part("", _("not known")),)
    return [
        SideRow(title, left or nothing, right or nothing, *sign(_KINDS.get(key, ()), pieces))
        for key, title, left, right in made
        if left or right
    ]


def sign(kinds: Sequence[str], pieces: Sequence[Piece]) -> tuple[str, str]:
    """`+`, `−` or `·` and its class: where the evidence of these kinds points."""
    points = sum(piece.points for piece in pieces if piece.kind in kinds)
    if abs(points) < NOTHING:
        return "·", "t3"
    return ("+", "for") if points > 0 else ("−", "against")


def hours_sign(pieces: Sequence[Piece]) -> tuple[str, str]:
    """The same of the row of hours."""
    return sign(_KINDS["hours"], pieces)


@dataclass(frozen=True, slots=True)
class Hours:
    """Messages by hour of the day. `bars`: x, y, height."""

    bars: tuple[tuple[float, float, float], ...]
    figures: tuple[int, ...]


def hours(facts: Facts, zone: Zone, begin_us: int | None = None, end_us: int | None = None) -> Hours | None:
    """Messages by hour as clocks in the zone show it, within a period; None where none has a time."""
    figures = [0] * 24
    for hour, count in facts.hours:
        us = hour * HOUR_US
        inside = (begin_us is None or us >= begin_us) and (end_us is None or us < end_us)
        wall = zone.local(us) if inside else None
        if wall is not None:
            figures[wall.hour] += count
    most = max(figures)
    if not most:
        return None
    bars = tuple(
        (hour * 10.0, round(HOURS_HEIGHT - HOURS_HEIGHT * n / most, 1), round(HOURS_HEIGHT * n / most, 1))
        for hour, n in enumerate(figures)
    )
    return Hours(bars, tuple(figures))


def day(us: int | None, zone: Zone) -> str:
    """A day in the zone; empty where none is known."""
    wall = zone.local(us) if us is not None else None
    return f"{wall:%Y-%m-%d}" if wall else ""


def own_names(found: Facts) -> list[Name]:
    """Names that it carried itself, each name once, oldest first."""
    seen: dict[str, Name] = {}
    for name in found.names:
        if name.own:
            seen.setdefault(name.name, name)
    return list(seen.values())


def _names(one: Side, zone: Zone) -> tuple[Part, ...]:
    mine = own_names(one.facts)
    if not mine:
        return (Part(visible(one.row.name)),)
    dated = [name for name in mine if name.since_us is not None]
    until = {first.name: following.since_us for first, following in pairwise(dated)}
    parts = []
    for name in mine[:FEW]:
        span = " – ".join(
            part for part in (day(name.since_us, zone), day(until.get(name.name), zone)) if part
        )
        parts.append(Part(visible(name.name), f"({span})" if span and len(mine) > 1 else ""))
    if len(mine) > FEW:
        parts.append(_more(len(mine) - FEW, one))
    return tuple(parts)


def _more(n: int, one: Side, what: str = "") -> Part:
    text = _("+ %(n)s more") % {"n": decimal(n)}
    return Part(text, link=f"/accounts/{one.row.account_id}" + (f"/{what}" if what else ""))


def _period(one: Side, zone: Zone) -> tuple[Part, ...]:
    if not one.divided and not one.shared:
        return ()
    begin, end = day(one.begin_us, zone), day(one.end_us, zone)
    text = _("the whole account")
    if one.divided:
        text = f"{begin or _('beginning')} – {end or _('now')}"
    return (Part(text, _("shared by several people") if one.shared else ""),)


def _active(one: Side, zone: Zone) -> tuple[Part, ...]:
    row = one.row
    span = " – ".join(part for part in (day(row.first_us, zone), day(row.last_us, zone)) if part)
    return (Part(span, _("whole account") if one.divided else ""),) if span else ()


def _messages(one: Side) -> tuple[Part, ...]:
    row = one.row
    if not row.messages:
        return (Part("", _("no message of its own")),)
    link = f"/accounts/{row.account_id}/message"
    told = ngettext("in %(n)s conversation", "in %(n)s conversations", row.conversations) % {
        "n": decimal(row.conversations)
    }
    both = _("%(n)s with copies") % {"n": decimal(row.found)}
    return (Part(decimal(row.messages), f"({both}) {told}", link),)


def _reached(one: Side) -> tuple[Part, ...]:
    found = [name for name in one.facts.names if name.kind in ("phone", "e-mail")]
    facts = [
        (key, value)
        for profile in one.facts.profiles
        for key, value in profile.facts
        if any(word in key.casefold() for word in ("phone", "mail", "mobile"))
    ]
    texts = dict.fromkeys(
        [*(visible(name.name) for name in found), *(visible(value) for _key, value in facts)]
    )
    return tuple(Part(text) for text in list(texts)[:FEW])


def _devices(one: Side) -> tuple[Part, ...]:
    texts = dict.fromkeys(
        visible(
            ", ".join(part for part in (device.model, device.system) if part) or device.kind or device.native
        )
        for device in one.facts.devices
    )
    return tuple(Part(text) for text in list(texts)[:FEW])


def _addresses(one: Side) -> tuple[Part, ...]:
    all_ = one.facts.addresses
    parts = []
    for address in all_[:2]:
        others = ngettext("%(n)s other account", "%(n)s other accounts", address.others) % {
            "n": decimal(address.others)
        }
        parts.append(Part(visible(address.ip or address.host or ""), f"({others})" if address.others else ""))
    return tuple(parts) + ((_more(len(all_) - 2, one, "login"),) if len(all_) > 2 else ())


def _books(one: Side) -> tuple[Part, ...]:
    return tuple(
        Part(visible(entry.name), _("by %(who)s") % {"who": visible(entry.owner)} if entry.owner else "")
        for entry in one.facts.entries[:3]
    )


def _profile(one: Side) -> tuple[Part, ...]:
    facts = [fact for profile in one.facts.profiles for fact in profile.facts]
    return tuple(Part(visible(value), visible(key)) for key, value in facts[:3])


def _contacts(one: Side) -> tuple[Part, ...]:
    n = len(one.facts.ties)
    told = _("in conversations between two")
    return (Part(decimal(n), told, f"/accounts/{one.row.account_id}/contacts"),) if n else ()


def _exhibits(one: Side) -> tuple[Part, ...]:
    return tuple(Part(number, link=f"/exhibits/{number}") for number in one.facts.exhibits)
