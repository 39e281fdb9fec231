"""The network of accounts: who is tied to whom, communities first, over a window of time; as a picture or as a table.

The server places and sums everything; the picture is SVG made of links, so that it works without a script too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from safelight.access.door import Door
from safelight.errors import Refused
from safelight.identities import network_view
from safelight.identities.network import ANSWER, CALL, MESSAGE, PAYMENT, SMALL_GROUP, TOGETHER
from safelight.identities.network_view import Asked, Link, Node
from safelight.identities.triage import reading as triage
from safelight.messages import _, ngettext
from safelight.messages.figures import decimal
from safelight.web import network_chart
from safelight.web.render import wanted_block, with_query
from safelight.web.search import network_badge

#: Kinds that can be chosen, each with the numbers of its ties.
_CHOICES: dict[str, tuple[int, ...]] = {
    "message": (MESSAGE, ANSWER), "call": (CALL,), "payment": (PAYMENT,), "together": (TOGETHER,),
}  # fmt: skip
#: Rows of the table.
_ROWS = 200
_MONTH = re.compile(r"(\d{4})-(\d{2})")


@dataclass(frozen=True, slots=True)
class Address:
    """What the page's address asks for."""

    first: int | None
    last: int | None
    kinds: tuple[str, ...]
    community: str
    account: str
    table: bool

    @property
    def asked(self) -> Asked:
        """For the view."""
        kinds = tuple(number for kind in self.kinds for number in _CHOICES[kind])
        return Asked(self.first, self.last, kinds, self.community, self.account)

    def to(self, **changes: Any) -> str:
        """The page with something changed."""
        own: dict[str, Any] = {
            "first": self.first, "last": self.last, "kinds": self.kinds, "community": self.community,
            "account": self.account, "table": self.table,
        }  # fmt: skip
        values = own | changes
        return with_query(
            "/network",
            [("kind", one) for one in values["kinds"]],
            **{
                "from": None if values["first"] is None else month(values["first"]),
                "to": None if values["last"] is None else month(values["last"]),
                "community": values["community"] or None,
                "account": values["account"] or None,
                "view": "table" if values["table"] else None,
            },
        )

    def toggled(self, kind: str) -> str:
        """With a kind chosen or not."""
        rest = tuple(one for one in self.kinds if one != kind)
        return self.to(kinds=rest if kind in self.kinds else (*self.kinds, kind))

    def into(self, node: Node) -> str:
        """What a node opens: a community its members, an account its contacts."""
        if node.what == "community":
            return self.to(community=node.key, account="")
        return self.to(account=node.key, community="") if node.what == "account" else self.to(table=True)

    def moved(self, step: int, low: int, high: int) -> str | None:
        """The window of the same length before (-1) or after (1); None where that holds nothing."""
        if self.first is None or self.last is None:
            return None
        length = self.last - self.first + 1
        first, last = self.first + step * length, self.last + step * length
        return self.to(first=first, last=last) if first <= high and last >= low else None

    def told(self) -> str:
        """In words, as it stands in the audit."""
        parts = [f"kind:{one}" for one in self.kinds]
        parts += (
            [f"from:{month(self.first)} to:{month(self.last)}"]
            if self.first is not None and self.last is not None
            else []
        )
        parts += [f"community:{self.community}"] if self.community else []
        parts += [f"account:{self.account}"] if self.account else []
        return " ".join(parts)


def month(number: int) -> str:
    """`2016-11` of a month's number."""
    return f"{number // 12:04}-{number % 12 + 1:02}"


def _number(text: str) -> int | None:
    if not text:
        return None
    found = _MONTH.fullmatch(text)
    if found is None or not 1 <= int(found[2]) <= 12:
        raise Refused(_("“%(text)s” is no month.") % {"text": text}, _("Write it as 2016-11."))
    return 12 * int(found[1]) + int(found[2]) - 1


def _address(request: Request) -> Address:
    given = request.query_params
    kinds = tuple(dict.fromkeys(given.getlist("kind")))
    for one in kinds:
        if one not in _CHOICES:
            raise Refused(
                _("There is no kind of tie “%(kind)s”.") % {"kind": one},
                _("It can be: %(values)s.") % {"values": ", ".join(_CHOICES)},
            )
    first, last = _number(given.get("from", "")), _number(given.get("to", ""))
    if (first is None) != (last is None):
        first = last = first if first is not None else last
    if first is not None and last is not None and first > last:
        first, last = last, first
    return Address(
        first, last, kinds, given.get("community", ""), given.get("account", ""), given.get("view") == "table"
    )


def page(request: Request) -> Response:
    """The network; with htmx the part that a window of time changes."""
    door: Door = request.app.state.door
    given = request.query_params
    address = _address(request)
    if "a" in given or "b" in given:  # the two handles of the slider, as numbers of months
        ends = [
            int(text)
            for text in (given.get("a", ""), given.get("b", ""))
            if text.isdecimal() and len(text) <= 6
        ]
        return RedirectResponse(address.to(first=min(ends, default=None), last=max(ends, default=None)), 303)
    with door.consult("network", address.told()) as look:
        reading = look.reading
        months = network_view.months(reading, address.asked)
        totals = network_view.totals(reading, address.asked)
        view = network_view.view(reading, address.asked)
        reading.show(one.key for one in view.nodes if one.what == "account")
        low, high = (months[0][0], months[-1][0]) if months else (0, 0)
        most = max((n for _month, n, _copies in months), default=0)
        context = {
            "standing": look.standing(),
            "address": address,
            "view": view,
            "drawn": network_chart.drawn(view),
            "matrix": network_chart.matrix(view) if address.table else None,
            "months": [(number, n, copies, round(44 * n / most, 1) if most else 0) for number, n, copies in months],
            "low": low,
            "high": high,
            "first": address.first if address.first is not None else low,
            "last": address.last if address.last is not None else high,
            "earlier": address.moved(-1, low, high),
            "later": address.moved(1, low, high),
            "kinds": [(key, kind_name(key), *(sum(both) for both in zip(*(totals[n] for n in numbers), strict=True)))
                      for key, numbers in _CHOICES.items()],
            "ran": triage.was_run(reading),
            "month": month,
            "told": told,
            "badge": network_badge,
            "rows": _ROWS,
            "size": (network_chart.WIDTH, network_chart.HEIGHT),
        }  # fmt: skip
        block = wanted_block(request, {"netview": "netview"})
        made: Response = request.app.state.templates.page(request, "network.html", context, block=block)
    return made


def kind_name(kind: str) -> str:
    """What kind of tie it is."""
    return {
        "message": _("distinct messages"), "call": _("calls"), "payment": _("payments"),
        "together": _("small groups (at most %(n)s)") % {"n": SMALL_GROUP},
    }[kind]  # fmt: skip


def told(tie: Node | Link) -> str:
    """`12 distinct messages (15 with copies), 2 calls`."""
    return network_chart.figures(tie, _word) or _("nothing in this time")


def _word(kind: int, n: int, copies: int) -> str:
    form = {
        MESSAGE: ngettext("%(n)s distinct message", "%(n)s distinct messages", n),
        CALL: ngettext("%(n)s call", "%(n)s calls", n),
        PAYMENT: ngettext("%(n)s payment", "%(n)s payments", n),
        TOGETHER: ngettext("together in %(n)s month", "together in %(n)s months", n),
    }[kind]
    said = form % {"n": decimal(n)}
    if kind == MESSAGE or copies != n:
        return _("%(told)s (%(n)s with copies)") % {"told": said, "n": decimal(copies)}
    return said


ROUTES = [Route("/network", page)]
