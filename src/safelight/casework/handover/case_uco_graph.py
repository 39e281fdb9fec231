"""A CASE graph in memory: things with their classes and what they say, and how it is written as JSON-LD.

The same graph gives the same bytes: one thing a line, properties by name, values as they were given; parts (facets,
hashes) inside what they are part of. Times are xsd:dateTime.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import orjson

from safelight.casework.handover.case_uco_terms import PREFIXES
from safelight.traces.moment import iso_utc

#: Root of the ids that are computed (RFC 9562, version 5) where a record brings no UUID of its own.
_ROOT: Final = uuid.UUID("5af5119b-8c0f-5d5e-9d0e-0c7a5e0f1a11")

_UUID: Final = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """Another thing, by its IRI."""

    id: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A value. `type` is a compact datatype, empty where JSON's own says enough; `language` as BCP 47."""

    value: str | int | float | bool
    type: str = ""
    language: str = ""


@dataclass(frozen=True)
class Thing:
    """One node: its IRI (or `_:b0`), its classes, and the values of each property, parts among them."""

    id: str
    types: tuple[str, ...]
    said: Mapping[str, tuple[Ref | Literal | Thing, ...]]

    def values(self, name: str) -> tuple[Ref | Literal | Thing, ...]:
        """All values of a property of its own or of its facets."""
        own = self.said.get(name, ())
        return own + tuple(value for facet in self.facets() for value in facet.said.get(name, ()))

    def text(self, name: str) -> str:
        """The first value of a property as text; empty: it says nothing of it."""
        return next((str(one.value) for one in self.values(name) if isinstance(one, Literal)), "")

    def refs(self, name: str) -> list[str]:
        """IRIs of what a property points at."""
        return [one.id for one in self.values(name) if isinstance(one, Ref | Thing)]

    def facets(self) -> Iterator[Thing]:
        """Its facets."""
        return (one for one in self.said.get("uco-core:hasFacet", ()) if isinstance(one, Thing))


@dataclass(frozen=True)
class Graph:
    """What a file holds of what Safelight models. `unread`: what else it says, by class and property, counted."""

    things: tuple[Thing, ...]
    unread: Mapping[str, int]

    def of(self, class_: str) -> list[Thing]:
        """The things of one class (`uco-observable:Message`)."""
        return [one for one in self.things if class_ in one.types]


Given = Ref | Literal | Thing | str | int | bool | None


def named(kind: str, *parts: object) -> str:
    """A computed IRI: the same kind and parts give the same one."""
    return f"urn:uuid:{uuid.uuid5(_ROOT, chr(0).join([kind, *map(str, parts)]))}"


def own(id_: str) -> str:
    """The IRI of what has a UUID of its own (a record, an exhibit): that UUID; of any other id a computed one."""
    return f"urn:uuid:{id_}" if _UUID.fullmatch(id_) else named("record", id_)


def thing(id_: str, types: str | tuple[str, ...], said: Mapping[str, Given | Iterable[Given]]) -> Thing:
    """A thing; what is None or empty text is not said."""
    found: dict[str, tuple[Ref | Literal | Thing, ...]] = {}
    for name, given in said.items():
        if given is None or given == "":
            continue
        # Most are single values, and a package has millions of them.
        if isinstance(given, str | int):
            found[name] = (Literal(given),)
        elif isinstance(given, Ref | Literal | Thing):
            found[name] = (given,)
        elif values := tuple(
            one if isinstance(one, Ref | Literal | Thing) else Literal(one)
            for one in given
            if one is not None and one != ""
        ):
            found[name] = values
    return Thing(id_, (types,) if isinstance(types, str) else types, found)


def facet(owner: str, class_: str, said: Mapping[str, Given | Iterable[Given]]) -> Thing | None:
    """A facet of a thing, its properties of the facet's own ontology; None where it would say nothing."""
    prefix = class_.partition(":")[0]
    made = thing(
        named("facet", owner, class_),
        class_,
        {name if ":" in name else f"{prefix}:{name}": value for name, value in said.items()},
    )
    return made if made.said else None


def moment(us: int | None) -> Literal | None:
    """An instant (µs UTC); None or a year that xsd:dateTime has no place for: nothing."""
    text = iso_utc(us)
    return Literal(text, "xsd:dateTime") if text else None


def decimal(value: Decimal | None) -> Literal | None:
    """An amount, without zeros that say nothing beyond two decimals."""
    if value is None:
        return None
    text = f"{value:f}"
    whole, _point, part = text.partition(".")
    return Literal(f"{whole}.{part.rstrip('0').ljust(2, '0')}", "xsd:decimal")


def dump(things: Iterable[Thing], path: Path) -> int:
    """Write a graph, thing by thing; the number of nodes, parts included. What it refers to is the caller's to give."""
    nodes = 0
    with path.open("xb") as file:
        file.write(b'{"@context":' + orjson.dumps(PREFIXES) + b',"@graph":[')
        for at, one in enumerate(things):
            node, inside = _node(one)
            nodes += inside
            file.write((b",\n" if at else b"\n") + orjson.dumps(node))
        file.write(b"\n]}\n")
    return nodes


def _node(one: Thing) -> tuple[dict[str, Any], int]:
    types: Any = one.types[0] if len(one.types) == 1 else list(one.types)
    node: dict[str, Any] = {"@id": one.id, "@type": types}
    nodes = 1
    for name in sorted(one.said):
        values: list[Any] = []
        for value in one.said[name]:
            if isinstance(value, Thing):
                inner, inside = _node(value)
                values.append(inner)
                nodes += inside
            else:
                values.append(_value(value))
        node[name] = values[0] if len(values) == 1 else values
    return node, nodes


def _value(value: Ref | Literal) -> Any:
    if isinstance(value, Ref):
        return {"@id": value.id}
    if value.type:
        return {"@type": value.type, "@value": value.value}
    if value.language:
        return {"@language": value.language, "@value": value.value}
    return value.value
