"""What blocking loses: the true pairs that are no candidates, and those of them that would have been recognised.

Blocking spares comparing all with all. It loses a person only where that comparison would have told the pair: two names
without a letter in common are no candidates, and no comparison of names would call them one person either. So a true pair
that was left out is compared all the same, here alone, and both shares are reported: of all true pairs, and of those that
comparing all with all would call more likely than not.
"""

from __future__ import annotations

from typing import Any, Final

from safelight.identities.naming import Floats

#: Told: more likely one person than not.
TOLD: Final = 0.5


def blocking(kept: Floats, lost: Floats, candidates: int) -> dict[str, Any]:
    """Shares of the true pairs. `kept`, `lost`: probabilities of those that are candidates and of those that are not."""
    told, missed = int((kept >= TOLD).sum()), int((lost >= TOLD).sum())
    return {
        "true pairs": len(kept) + len(lost),
        "recall": len(kept) / max(1, len(kept) + len(lost)),
        "candidates": candidates,
        "true pairs that comparing all with all would tell": told + missed,
        "recall of those": told / max(1, told + missed),
    }
