"""Reads a CASE graph (JSON-LD 1.1) of any tool into what Safelight models.

PyLD expands the document, so that prefixes, `@vocab` and the like mean what the specification says. A context that lies
elsewhere is refused, never fetched. Nodes are gathered here, as JSON-LD 1.1 API section 7 (node map) has it, because PyLD's
own flattening compares each value with all before it, which a thread of many messages does not survive. Parts are put
back into the one thing that has them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import orjson
from pyld import jsonld

from safelight.casework.handover.case_uco_graph import Graph, Literal, Ref, Thing
from safelight.casework.handover.case_uco_terms import COMMON, compact, modelled, part
from safelight.errors import BadInput
from safelight.messages import _

#: The file is read into memory whole, as a graph must be before it means anything.
LARGEST = 2_000_000_000


def load(path: Path) -> Graph:
    """The graph of a file. Raises BadInput for what is no JSON-LD, too large, or needs the network."""
    if path.stat().st_size > LARGEST:
        raise BadInput(
            _("%(path)s is too large to be read as a graph.") % {"path": path}, _("Ask for it in parts.")
        )
    try:
        document = orjson.loads(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
        if not isinstance(document, dict | list):
            raise ValueError("it holds a single value")
        nodes = _Nodes()
        nodes.gather(jsonld.expand(document, options={"documentLoader": _refuse, "base": ""}))
    except (
        orjson.JSONDecodeError,
        jsonld.JsonLdError,
        RecursionError,
        ValueError,
        TypeError,
        AttributeError,
    ) as error:
        said = (_cause(error).splitlines() or [type(error).__name__])[0]
        raise BadInput(
            _("%(path)s is no CASE graph that can be read: %(why)s") % {"path": path, "why": said[:300]},
            _("Ask for JSON-LD with its context inside the file."),
        ) from error
    return _graph(nodes.found)


def _cause(error: BaseException) -> str:
    """What lies at the ground of an error that PyLD has wrapped."""
    while (inner := getattr(error, "cause", None) or error.__cause__) is not None:
        error = inner
    return str(error.args[0]) if error.args else ""


def _refuse(url: str, _options: Any) -> NoReturn:
    raise ValueError(f"its context lies elsewhere ({url}), and nothing is fetched")


class _Nodes:
    """The nodes of an expanded document by id, each with all that is said of it anywhere. Blank ones are numbered anew."""

    def __init__(self) -> None:
        self.found: dict[str, dict[str, list[Any]]] = {}
        self._blank: dict[str, str] = {}

    def gather(self, value: Any) -> Any:
        """Take up whatever an expanded value holds; what stands for it: a reference, or the value itself."""
        if isinstance(value, list):
            return [self.gather(one) for one in value]
        if not isinstance(value, dict) or "@value" in value or "@list" in value:
            return value
        id_ = self._name(value.get("@id"))
        said = {name: held for name, held in value.items() if name not in ("@id", "@index")}
        if said:
            node = self.found.setdefault(id_, {})
            for name, held in said.items():
                if name in ("@graph", "@included"):
                    self.gather(held)
                else:
                    many = held if isinstance(held, list) else [held]
                    node.setdefault(name, []).extend(self.gather(one) for one in many)
        return {"@id": id_}

    def _name(self, id_: str | None) -> str:
        if id_ is not None and not id_.startswith("_:"):
            return id_
        key = f"unnamed {len(self._blank)}" if id_ is None else id_
        return self._blank.setdefault(key, f"_:b{len(self._blank)}")


def _graph(nodes: Mapping[str, Mapping[str, list[Any]]]) -> Graph:
    unread: Counter[str] = Counter()
    types = {
        id_: tuple(sorted({compact(str(name)) for name in node.get("@type", ())}))
        for id_, node in nodes.items()
    }
    known = {id_: modelled(names) for id_, names in types.items()}
    flat = {
        id_: _thing(id_, types[id_], node, names, unread)
        for id_, node in nodes.items()
        if (names := known[id_]) is not None
    }
    # What a thing points at and has no class of ours is kept by its class and name, or the reference would lead nowhere.
    waiting = [id_ for one in flat.values() for id_ in _refs(one)]
    while waiting:
        id_ = waiting.pop()
        if id_ not in flat and types.get(id_):
            flat[id_] = _thing(id_, types[id_], nodes[id_], frozenset(COMMON), unread)
            waiting += _refs(flat[id_])
    for id_ in nodes.keys() - flat.keys():
        unread[_label(types[id_])] += 1
    referred = Counter(id_ for one in flat.values() for id_ in _refs(one))
    inside = {id_ for id_, one in flat.items() if referred[id_] == 1 and any(map(part, one.types))}
    tops = sorted(flat.keys() - inside)
    things = [_with_parts(flat[id_], flat, inside) for id_ in tops]
    # Parts that only have each other would be lost: they stand by themselves.
    inside -= {id_ for one in things for id_ in _ids(one)}
    things += [flat[id_] for id_ in sorted(inside)]
    return Graph(tuple(things), dict(sorted(unread.items())))


def _label(types: tuple[str, ...]) -> str:
    return "+".join(types) or "without a class"


def _refs(one: Thing) -> list[str]:
    return [value.id for values in one.said.values() for value in values if isinstance(value, Ref)]


def _thing(
    id_: str,
    types: tuple[str, ...],
    node: Mapping[str, list[Any]],
    known: frozenset[str],
    unread: Counter[str],
) -> Thing:
    said: dict[str, tuple[Ref | Literal | Thing, ...]] = {}
    for iri, values in node.items():
        name = compact(iri)
        if iri == "@type" or not values:
            continue
        found = [_value(one) for one in values]
        if (name not in known and not name.startswith("safelight:")) or None in found:
            unread[f"{_label(types)} {name}"] += 1
        kept = {_order(one): one for one in found if one is not None}
        if kept and (name in known or name.startswith("safelight:")):
            said[name] = tuple(kept[key] for key in sorted(kept))
    return Thing(id_, types, said)


def _value(given: Any) -> Ref | Literal | None:
    """None: a list in order, or what else no property that is modelled has."""
    if not isinstance(given, dict):
        return None
    if "@id" in given:
        return Ref(str(given["@id"]))
    value = given.get("@value")
    if not isinstance(value, str | int | float):
        return None
    return Literal(value, compact(str(given.get("@type", ""))), str(given.get("@language", "")))


def _order(value: Ref | Literal) -> tuple[str, str, str]:
    if isinstance(value, Ref):
        return ("", value.id, "")
    return (value.type or type(value.value).__name__, str(value.value), value.language)


def _with_parts(one: Thing, flat: Mapping[str, Thing], inside: set[str]) -> Thing:
    said = {
        name: tuple(
            _with_parts(flat[value.id], flat, inside)
            if isinstance(value, Ref) and value.id in inside
            else value
            for value in values
        )
        for name, values in one.said.items()
    }
    return Thing(one.id, one.types, said)


def _ids(one: Thing) -> set[str]:
    found = {one.id}
    for values in one.said.values():
        for value in values:
            if isinstance(value, Thing):
                found |= _ids(value)
    return found
