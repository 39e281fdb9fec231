"""Opaque cursors of keyset paging: the last row's sort values, never an offset."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass

from safelight.errors import Refused
from safelight.messages import _

Value = str | int | None


@dataclass(frozen=True, slots=True)
class Cursor:
    """Rows after (or before) the row with these sort values, in this order."""

    order: str
    values: tuple[Value, ...]

    def encode(self) -> str:
        data = json.dumps([self.order, *self.values], ensure_ascii=False, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decode(text: str, order: str, width: int) -> Cursor:
    """Read a cursor back. Raises Refused if it is none or belongs to another order."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        found_order, *values = json.loads(data)
    except (ValueError, binascii.Error, TypeError) as error:
        raise _refused() from error
    if found_order != order or len(values) != width or not all(_is_value(value) for value in values):
        raise _refused()
    return Cursor(order, tuple(values))


def _is_value(value: object) -> bool:
    return value is None or (isinstance(value, (str, int)) and not isinstance(value, bool))


def _refused() -> Refused:
    return Refused(_("The place in the list cannot be read."), _("Go back to the first page of the list."))
