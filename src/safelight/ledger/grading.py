"""How a source and what it says are graded: schemes as data, a grade as people write it, and the check of one.

4x4 (Europol and many forces): source A to D, information 1 to 4, X where it cannot be assessed. 5x5x5 (National Intelligence
Model of the United Kingdom): source A to E (E: untested), information 1 to 5 (4: cannot be judged), handling 1 to 5, which
says to whom it may go. Its own letters leave nothing ungraded, so X stands there for what nobody graded. Which scheme people
grade in is a setting (`[grading] scheme`); an entry keeps the scheme it was graded in, for B2 means different things.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from safelight.errors import Refused

#: Of a source or information: cannot be assessed (4x4), or not graded (5x5x5).
_X: Final = "X"


@dataclass(frozen=True, slots=True)
class Scheme:
    """One scheme with what it allows; without `handling` it says nothing of that."""

    name: str
    source: tuple[str, ...]
    content: tuple[str, ...]
    handling: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Graded:
    """A grade with the scheme that it is of. `handling` is empty where the scheme has none, or nobody graded."""

    scheme: str = "4x4"
    source: str = _X
    content: str = _X
    handling: str = ""

    def __str__(self) -> str:
        """As people write it: `B2`, `B21`."""
        return self.source + self.content + self.handling


FOUR: Final = Scheme("4x4", ("A", "B", "C", "D", _X), ("1", "2", "3", "4", _X))
FIVE: Final = Scheme(
    "5x5x5",
    ("A", "B", "C", "D", "E", _X),
    ("1", "2", "3", "4", "5", _X),
    ("1", "2", "3", "4", "5"),
)
#: What nobody graded.
UNGRADED: Final = Graded()
SCHEMES: Final[Mapping[str, Scheme]] = {one.name: one for one in (FOUR, FIVE)}


def graded(text: str, scheme: Scheme) -> Graded:
    """A grade as people write it: `B2` in 4x4, `B21` in 5x5x5; empty or `XX`: nobody graded. Raises Refused."""
    letters = text.strip().upper() or _X * 2
    if letters == _X * 2:
        return Graded(scheme.name)
    if len(letters) != 2 + bool(scheme.handling):
        example = (
            "source, information and handling, as in B21"
            if scheme.handling
            else "source and information, as in B2"
        )
        raise Refused(f"{text!r} is no grade of {scheme.name}.", f"Write {example}, or leave it out.")
    found = Graded(scheme.name, letters[0], letters[1], letters[2:])
    check(found)
    return found


def check(grade: Graded) -> None:
    """Raises Refused for what its scheme does not allow; in 5x5x5 what is graded has its handling, and nothing else has."""
    scheme = SCHEMES.get(grade.scheme)
    if scheme is None:
        raise Refused(f"{grade.scheme!r} is no scheme of grading.", f"Use one of {', '.join(SCHEMES)}.")
    if grade.source not in scheme.source:
        raise Refused(f"{grade.source!r} grades no source.", f"Use one of {', '.join(scheme.source)}.")
    if grade.content not in scheme.content:
        raise Refused(f"{grade.content!r} grades no content.", f"Use one of {', '.join(scheme.content)}.")
    if not scheme.handling and grade.handling:
        raise Refused(f"{scheme.name} grades no handling.", "Leave it out.")
    whole = (grade.source, grade.content) != (_X, _X)
    if scheme.handling and (grade.handling not in scheme.handling if whole else grade.handling != ""):
        raise Refused(
            f"{grade.handling!r} is no handling code of {grade.source}{grade.content}.",
            f"Grade source, information and handling ({', '.join(scheme.handling)}), or none of them.",
        )
