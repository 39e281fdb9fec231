"""One item: what it is, where it comes from, who says what of it, and its bytes."""

from __future__ import annotations

import contextlib

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from safelight.access.door import Door
from safelight.errors import Refused
from safelight.messages import _
from safelight.web.hexview import LINES, WIDTH, lines
from safelight.web.render import wanted_block

PAGE = LINES * WIDTH


def item(request: Request) -> Response:
    """The whole page, or its bytes or copies alone where htmx asks for them."""
    door: Door = request.app.state.door
    item_id = request.path_params["item_id"]
    block = wanted_block(request, {"bytes": "bytes", "copies": "copies"})
    offset = _offset(request.query_params.get("offset", "0"))
    with door.consult(f"item {block}".strip(), item_id) as look:
        found = look.item(item_id)
        row = found.row
        readable = row.kind in ("file", "stream") and bool(row.size) and found.received is None
        piece = look.bytes(row.item_id, offset, PAGE) if readable and block != "copies" else None
        copies = (
            look.copies(row.sha256, after=request.query_params.get("copies"))
            if row.sha256 and block != "bytes"
            else None
        )
        context = {
            "found": found,
            "row": row,
            "piece": piece,
            "hex": lines(piece.data, offset) if piece else (),
            "offset": offset,
            "step": PAGE,
            "copies": copies,
            "has_keys": door.keys is not None,
            "clocks": [
                one
                for number, one in look.clocks()
                if number == row.exhibit and (not one.formats or "files" in one.formats)
            ],
            "standing": look.standing(),
        }
    page: Response = request.app.state.templates.page(request, "item.html", context, block=block)
    return page


def _offset(text: str) -> int:
    """A byte position, decimal or `0x...`. Raises Refused."""
    with contextlib.suppress(ValueError):
        value = int(text.strip() or "0", 0)
        if 0 <= value < 1 << 62:
            return value
    raise Refused(_("“%(text)s” is no byte position.") % {"text": text}, _("Write it as 4096 or as 0x1000."))


ROUTES = [Route("/items/{item_id}", item)]
