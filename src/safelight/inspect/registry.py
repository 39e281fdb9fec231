"""Every inspector, in the order in which a content goes through them.

Ours are listed by name, so that reader and type checker can follow; third parties add theirs through the
entry point group `safelight.inspectors` (a class, or a function without arguments, that gives an
`Inspector`). They run after ours, in the order of their names, and may not take a name that is in use.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points

from safelight.errors import SafelightError
from safelight.inspect.document import Document
from safelight.inspect.model import Inspector
from safelight.inspect.pdf_document import PdfDocument
from safelight.inspect.picture import Picture
from safelight.inspect.plain_text import PlainText
from safelight.inspect.recording import Recording

ENTRY_POINTS = "safelight.inspectors"


def _ours() -> tuple[Inspector, ...]:
    return (Picture(), Recording(), PdfDocument(), Document(), PlainText())


def _loaded(point: EntryPoint) -> Inspector:
    try:
        found: Inspector = point.load()()
    except Exception as error:  # whatever a third party's module does while it is imported
        of = point.dist.name if point.dist else "unknown"
        raise SafelightError(
            f"The inspector {point.name} of the package {of} cannot be loaded: {type(error).__name__}: {error}.",
            "Repair or uninstall that package.",
        ) from error
    return found


@cache
def inspectors() -> tuple[Inspector, ...]:
    """All inspectors of this installation. Raises ValueError if two have one name, SafelightError for one that
    cannot be loaded: leaving it out would make the same command give other facts.
    """
    found = list(_ours())
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name):
        found.append(_loaded(point))
    names = [inspector.name for inspector in found]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"two inspectors are called {', '.join(sorted(twice))}")
    return tuple(found)
