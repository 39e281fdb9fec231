"""Children of the passes that inspect and parse: everything that they may need is there before their first item, so that
an inspector or parser which cannot even be loaded is never blamed on an item.

Pass one has children of its own (`children.crew`): decoders and parsers take half a second to import, and whoever lists
and hashes needs none of them.
"""

from __future__ import annotations

from typing import Any

from safelight.intake.children import Crew
from safelight.intake.examiner import Examiner
from safelight.intake.parse_child import Parsing


def crew(config: dict[str, Any]) -> Crew:
    """Factory for the engine."""
    whole = Crew(config)
    whole.hands |= {"examine": Examiner(whole.sources, config), "parse": Parsing(whole.sources, config)}
    return whole
