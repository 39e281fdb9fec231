"""A selection of a conversation handed out as a file: made, hashed, written down as a disclosure, and only then given away.

Reached through the door alone (`Door.export_conversation`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from safelight.access.conversation_export import Form, Selection, csv_bytes, records
from safelight.access.conversation_order import order_of
from safelight.access.conversation_pdf import Heading, pdf_bytes
from safelight.access.conversations import one as conversation_row
from safelight.access.reading import Reading
from safelight.access.zones import Zone
from safelight.messages import _
from safelight.traces.moment import now_us


@dataclass(frozen=True, slots=True)
class Made:
    """A file that was made and not handed out yet. `traces` are the ids of its lines."""

    name: str
    form: Form
    data: bytes
    sha256: str
    lines: int
    selection: str
    group: str
    traces: tuple[str, ...]


def make(
    reading: Reading,
    conversation_id: str,
    selection: Selection,
    form: Form,
    zone: Zone,
    who: str,
    reason: str,
) -> Made:
    """Make the file. Raises NotFound, Refused (nothing selected, too much)."""
    order = order_of(reading, conversation_id)
    positions = selection.positions(reading, order, form)
    found, items = records(reading, order, positions, zone)
    words = _words(selection, len(order), len(positions))
    if form == "csv":
        data = csv_bytes(found)
    else:
        row = conversation_row(reading, order.group)
        heading = Heading(
            operation=reading.ledger.name,
            title=row.title if row else order.group,
            network=" ".join(part for part in (row.network, row.instance) if part) if row else "",
            selection=words,
            who=who,
            reason=reason,
            made_us=now_us(),
            synthetic=reading.ledger.synthetic,
        )
        data = pdf_bytes(heading, found, items, zone)
    digest = hashlib.sha256(data).hexdigest()
    traces = tuple(record.line.trace_id for record in found)
    return Made(
        f"conversation-{digest[:12]}.{form}", form, data, digest, len(found), words, order.group, traces
    )


def _words(selection: Selection, total: int, chosen: int) -> str:
    if selection.what == "all":
        return _("all %(n)s lines") % {"n": total}
    if selection.what == "marked":
        return _("the marked lines: %(n)s of %(total)s") % {"n": chosen, "total": total}
    low, high = sorted((selection.first, selection.last))
    return _("lines %(low)s to %(high)s of %(total)s") % {
        "low": max(low, 0) + 1, "high": min(high + 1, total), "total": total,
    }  # fmt: skip
