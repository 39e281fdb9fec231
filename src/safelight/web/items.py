"""The items table: facets, filter tokens, times, keyset paging, and a pane that shows the selected item.

The rows go out first and the counts follow in the same answer, so that a table of millions does not wait for them.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from safelight.access.consultation import Consultation
from safelight.access.door import Door
from safelight.access.filter import KEYS, ItemFilter, pairs_of
from safelight.access.model import ORDERS, Order
from safelight.errors import NotFound, Refused
from safelight.messages import _
from safelight.web.charts import columns, day
from safelight.web.pieces import Pieces
from safelight.web.render import Templates, wanted_block

ROWS = 200
#: Everything before this mark in a template is sent at once.
_FLUSH = "\x00rows are there\x00"
#: Keys of the address that are no filters.
_OWN = ("order", "after", "before", "selected", "add")


def items(request: Request) -> Response:
    """The table, or the pane alone where htmx asks for it."""
    wanted = _filter(request)
    added = request.query_params.get("add", "").strip()
    if added:
        return _with_more(request, wanted, added)
    order = request.query_params.get("order", "path")
    if order not in ORDERS:
        raise Refused(
            _("Items cannot be ordered by “%(order)s”.") % {"order": order},
            _("Orders are: %(orders)s.") % {"orders": ", ".join(ORDERS)},
        )
    door: Door = request.app.state.door
    selected = request.query_params.get("selected", "")
    if selected and wanted_block(request, {"inspector": "inspector"}):
        with door.consult("item pane", selected) as look:
            context = {"shown": look.item(selected), "has_keys": door.keys is not None}
        pane: Response = request.app.state.templates.page(request, "items.html", context, block="inspector")
        return pane
    return Pieces(_pieces(request, door, wanted, order, selected), media_type="text/html")


def _filter(request: Request) -> ItemFilter:
    """The filter of the address. Raises Refused for keys that nobody knows."""
    pairs = [(key, value) for key, value in request.query_params.multi_items() if key not in _OWN]
    return ItemFilter.from_pairs(pairs)


def _with_more(request: Request, wanted: ItemFilter, added: str) -> Response:
    """Words typed into the filter become part of the address."""
    more = ItemFilter.from_pairs([*wanted.pairs(), *pairs_of(added)])
    order = request.query_params.get("order", "")
    pairs = [*more.pairs(), *([("order", order)] if order in ORDERS else [])]
    return RedirectResponse(f"/items?{urlencode(pairs)}", 303)


def _pieces(
    request: Request, door: Door, wanted: ItemFilter, order: Order, selected: str
) -> Generator[str, None, None]:
    """The page in two pieces, under one consultation."""
    templates: Templates = request.app.state.templates
    with door.consult("items", wanted.words()) as look:
        page = look.items(
            wanted,
            order,
            after=request.query_params.get("after"),
            before=request.query_params.get("before"),
            limit=ROWS,
        )
        context = templates.common(request) | {
            "standing": look.standing(),
            "wanted": wanted,
            "order": order,
            "kept": "" if order == "path" else order,
            "page": page,
            "selected": selected,
            "shown": _shown(look, selected),
            "has_keys": door.keys is not None,
            "here_after": request.query_params.get("after", ""),
            "here_before": request.query_params.get("before", ""),
            "flush": _FLUSH,
            "figures": lambda: _figures(look, wanted),
            "keys_of_filters": [key for key in KEYS if key != "container"],
        }
        waiting = ""
        for piece in templates.env.get_template("items.html").generate(context):
            # Pieces may be Markup, and adding one to a str would escape the str.
            before, mark, after = str(piece).partition(_FLUSH)
            waiting += before
            if mark:
                yield waiting
                waiting = after
        yield waiting


def _shown(look: Consultation, selected: str) -> Any:
    """The selected item, if it is there; a stale selection is no error of the table."""
    if not selected:
        return None
    try:
        return look.item(selected)
    except NotFound:
        return None


def _figures(look: Consultation, wanted: ItemFilter) -> dict[str, Any]:
    """What is counted after the rows were sent."""
    time = next((name for name in ("accessed", "changed", "created") if getattr(wanted, name)), "modified")
    histogram = look.histogram(wanted, time)
    return {
        "counted": look.count(wanted),
        "facets": look.facets(wanted),
        "histogram": histogram,
        "columns": columns(histogram),
        "first": day(histogram.bars[0].start_us) if histogram.bars else "",
        "last": day(histogram.bars[-1].end_us - 1) if histogram.bars else "",
    }


ROUTES = [Route("/items", items)]
