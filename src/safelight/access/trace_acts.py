"""What one person does to messages: marks, notes and translations (each about every copy that is known now), and files
that leave the house.

Reached through the door alone (`Door.traces`), under whose consultations it reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from safelight.access.conversation_disclosure import Made, make
from safelight.access.conversation_export import Form, Selection
from safelight.access.conversations import ConversationRow, listed
from safelight.access.provenance import copies_of
from safelight.access.zones import Zone
from safelight.catalog.catalog import Catalog
from safelight.catalog.fulltext_rows import TRANSLATED
from safelight.catalog.fulltext_translation import add
from safelight.errors import Refused
from safelight.ledger import audit, marks, notes
from safelight.ledger.entry import Entry
from safelight.messages import _

if TYPE_CHECKING:
    from safelight.access.door import Door


class TraceActs:
    """Acts of the person whom the door knows."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def mark(self, trace_id: str, word: str, reason: str) -> Entry:
        """Mark a message with a word. Raises Refused without word or reason, NotFound."""
        _reasoned(reason)
        with self._door.consult("mark", trace_id) as look:
            copies = copies_of(look.reading, trace_id)
            return marks.mark(look.reading.ledger, copies, word, reason=reason, actor=self._door.who)

    def note(self, trace_id: str, text: str) -> Entry:
        """Write a note about a message. Raises Refused for an empty one, NotFound."""
        with self._door.consult("note", trace_id) as look:
            copies = copies_of(look.reading, trace_id)
            return notes.write(look.reading.ledger, copies, text, actor=self._door.who)

    def translate(self, trace_id: str, text: str, language: str, translator: str) -> Entry:
        """Put a person's translation beside a message; it can be searched from then on, unless the index is being made just
        then, whose next update brings it. Raises Refused, NotFound, DiskFull."""
        with self._door.consult("translation", trace_id) as look:
            copies = copies_of(look.reading, trace_id)
            entry = marks.translate(
                look.reading.ledger,
                copies,
                text,
                language=language,
                translator=translator,
                actor=self._door.who,
            )
        written = [
            {"seq": entry.seq, "trace_id": one, "translator": translator.strip(), "text": text}
            for one in copies
        ]
        with Catalog.at(self._door.folder) as catalog:
            add(catalog, self._door.folder.index, pa.Table.from_pylist(written, TRANSLATED))
        return entry

    def list_conversations(
        self, words: str, network: str, reason: str, limit: int | None = None
    ) -> list[ConversationRow]:
        """The list of conversations for a file that leaves the house; written down first. Raises Refused."""
        _reasoned(reason)
        who, query = self._door.who, f"{words} {network}".strip()
        with self._door.consult("conversations", query) as look:
            audit.disclose(
                look.reading.ledger,
                actor=who,
                purpose=reason,
                recipient=who,
                what={"act": "export of conversations", "work": self._door.purpose, "query": query},
            )
            _none, total = listed(look.reading, words, network, 0, 0)
            rows, _total = listed(look.reading, words, network, 0, total if limit is None else limit)
        return list(rows)

    def export(self, conversation_id: str, selection: Selection, form: Form, zone: Zone, reason: str) -> Made:
        """A selection as a file. Its disclosure, with the file's SHA-256, is written before this gives the file away.

        Raises Refused (no reason, nothing selected, too much), NotFound.
        """
        _reasoned(reason)
        who = self._door.who
        with self._door.consult("conversation export", conversation_id) as look:
            made = make(look.reading, conversation_id, selection, form, zone, who, reason)
            audit.disclose(
                look.reading.ledger,
                actor=who,
                purpose=reason,
                recipient=who,
                what={
                    "act": "export of a conversation", "work": self._door.purpose, "conversation": made.group,
                    "selection": selection.words(), "lines": made.lines, "format": form, "zone": zone.iana,
                    "sha256": made.sha256, "bytes": len(made.data),
                },
                subjects=[made.group],
            )  # fmt: skip
        return made


def _reasoned(reason: str) -> None:
    if not reason.strip():
        raise Refused(_("A reason is needed, and none was given."), _("Say why, in one sentence."))
