"""Every inspector, in the order in which a content goes through them.

Ours are listed by name, so that reader and type checker can follow; third parties add theirs through the
entry point group `safelight.inspectors` (a class, or a function without arguments, that gives an
`Inspector`). They run after ours, in the order of their names, and may not take a name that is in use.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points

from safelight.inspect.document import Document
from safelight.inspect.model import Inspector
from safelight.inspect.pdf_document import PdfDocument
from safelight.inspect.picture import Picture
from safelight.inspect.plain_text import PlainText
from safelight.inspect.recording import Recording

ENTRY_POINTS = "safelight.inspectors"


def _ours() -> tuple[Inspector, ...]:
    return (Picture(), Recording(), PdfDocument(), Document(), PlainText())


@cache
def inspectors() -> tuple[Inspector, ...]:
    """All inspectors of this installation. Raises ValueError if two have one name."""
    found = list(_ours())
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name):
        found.append(point.load()())
    names = [inspector.name for inspector in found]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"two inspectors are called {', '.join(sorted(twice))}")
    return tuple(found)
