"""`safelight exhibit list`: exhibits with their figures."""

from __future__ import annotations

from safelight.access.door import Door
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import HASH_WORDS, human_bytes, show


def exhibit_list(operation: Operation, purpose: Purpose = "overview") -> None:
    """List exhibits: legal basis, last custody entry, what was taken in, and whether the stated hash was found again."""
    with Door(existing(operation), who=who(), purpose=purpose) as door, door.consult("exhibit list") as look:
        cards = look.exhibits()
    show(
        "",
        [
            "number",
            "label",
            "seized",
            "legal basis",
            "officer",
            "custody",
            "stated hash",
            "items",
            "size",
            "failed",
        ],
        [
            (
                card.number,
                card.label,
                card.seized,
                card.legal_basis or "NONE: nothing can be taken in",
                card.officer,
                f"{card.custody[-1].act} {card.custody[-1].place}".strip() if card.custody else "",
                HASH_WORDS[card.hash_check],
                card.items,
                human_bytes(card.bytes),
                card.failed,
            )
            for card in cards
        ],
        right=["items", "size", "failed"],
    )
