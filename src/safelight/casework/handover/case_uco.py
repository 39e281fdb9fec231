"""A handover as a CASE graph (JSON-LD, CASE 1.5 on UCO 1.5), and the reading of such a graph.

The same contents give the same bytes: ids are the records' own UUIDs, or computed from what they name. Written as plain
JSON and not through a mapping library, which would hold the whole graph in memory; `case_validate` checks it in the tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from safelight.casework.handover import case_uco_law, case_uco_people, case_uco_traces
from safelight.casework.handover.case_uco_cited import Cited
from safelight.casework.handover.case_uco_graph import Graph, Ref, Thing, dump
from safelight.casework.handover.case_uco_read import load
from safelight.casework.handover.contents import Contents

NAME: Final = "case.jsonld"
#: What the case lists as its own; the rest hangs on these.
_OWN: Final = frozenset(
    {
        "uco-identity:Person", "case-investigation:Subject", "uco-victim:Victim", "uco-role:Role",
        "case-investigation:ProvenanceRecord", "case-investigation:InvestigativeAction", "uco-observable:MessageThread",
        "uco-observable:Call", "safelight:Transfer", "safelight:Series",
    }
)  # fmt: skip


def write(contents: Contents, folder: Path) -> None:
    """Write `case.jsonld` into a folder. Raises OSError."""
    dump(_things(contents), folder / NAME)


def read(path: Path) -> Graph:
    """What a CASE graph of any tool says in terms that Safelight models. Raises BadInput."""
    return load(path)


def export(graph: Graph, path: Path) -> None:
    """Write a graph that was read, without loss of what was modelled. Raises OSError."""
    dump(graph.things, path)


def _things(contents: Contents) -> Iterator[Thing]:
    cited = Cited(contents)
    markings = case_uco_law.markings(contents)
    own: list[Ref] = []
    yield from markings
    yield from case_uco_law.authorizations(contents)
    for one in _marked(_told(contents, cited), [Ref(marking.id) for marking in markings]):
        if _OWN.intersection(one.types):
            own.append(Ref(one.id))
        yield one
    yield from _marked([case_uco_law.investigation(contents, own)], [Ref(one.id) for one in markings])
    yield from cited.things()


def _told(contents: Contents, cited: Cited) -> Iterator[Thing]:
    yield from case_uco_law.exhibits(contents, cited)
    yield from case_uco_law.handover(contents, cited)
    yield from case_uco_people.people(contents)
    yield from case_uco_people.roles(contents, cited)
    yield from case_uco_people.statements(contents, cited)
    yield from case_uco_people.decisions(contents, cited)
    yield from case_uco_traces.files(contents)
    yield from case_uco_traces.conversations(contents, cited)
    yield from case_uco_traces.calls(contents, cited)
    yield from case_uco_traces.transfers(contents, cited)


def _marked(things: Iterable[Thing], markings: list[Ref]) -> Iterator[Thing]:
    """Every thing says under which terms it was given, for it may be taken out of the graph."""
    for one in things:
        yield replace(one, said={**one.said, "uco-core:objectMarking": tuple(markings)}) if markings else one
