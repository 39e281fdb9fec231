"""What readers give: records with a place, a raw text for people, and values by source name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from safelight.parsers.mapping.model import Mapping as Mapped
from safelight.parsers.mapping.model import Rule
from safelight.parsers.model import Subject


class Record(Protocol):
    """One record of a file."""

    place: str

    def get(self, source: str) -> Any:
        """The value of that source: text, number, bool, datetime; None if there is none. Raises KeyError if the record has
        no such source at all.
        """

    def raw(self) -> str:
        """The record as it stands in the file, shortened."""


@dataclass(slots=True)
class Row:
    """A record whose values have names."""

    place: str
    values: Mapping[str, Any]
    text: str = ""

    def get(self, source: str) -> Any:
        return self.values[source]

    def raw(self) -> str:
        return (self.text or "; ".join(f"{key}: {value}" for key, value in self.values.items()))[:500]


@dataclass(slots=True)
class Unread:
    """A part of the file that no record could be made of."""

    place: str
    reason: str
    text: str = ""


#: The rules that the record is for, and the record.
Read = Callable[[Subject, Mapped], Iterator[tuple[tuple[Rule, ...], Record | Unread]]]


def sources_of(mapping: Mapped, rule: Rule) -> set[str]:
    """The names that a rule reads."""
    used = {source for _name, spec in rule.fields for source in spec.sources}
    return {one for one in used | {source for source, _ in rule.where} if not one.startswith("path.")}
