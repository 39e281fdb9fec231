"""Items that failed, whichever kinds of failures there are: what there is none of is not asked for."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from safelight.access.door import Door
from safelight.access.filter import ItemFilter
from safelight.catalog.catalog import Catalog
from tests.access.built import ACTOR, build, sha256

KINDS = ("read", "open", "inspect")


def rows(kinds: tuple[str, ...]) -> dict[str, list[dict[str, Any]]]:
    """Two copies of a content, an archive and an unreadable file, and the failures of these kinds."""
    items = [
        {"item_id": f"i1-{name}", "source_id": "s1-x", "path": f"tog/{name}", "name": name, "kind": "file",
         "state": "allocated", "size": 10, "sha256": sha256(content) if content else None,
         "failed": "unreadable" if name == "d" and "read" in kinds else None}
        for name, content in (("a", b"locomotive"), ("b", b"locomotive"), ("c", b"archive"), ("d", b""))
    ]  # fmt: skip
    failures = {
        "read": {"source_id": "s1-x", "item_id": "i1-d", "cause": "unreadable", "inspector": "hasher"},
        "open": {"source_id": "s1-x", "item_id": "i1-c", "cause": "encrypted", "inspector": "zip"},
        "inspect": {"source_id": "s1-x", "item_id": "i1-a", "sha256": sha256(b"locomotive"), "cause": "corrupt",
                    "inspector": "picture"},
    }  # fmt: skip
    return {"items": items, "failures": [failures[kind] | {"stage": kind} for kind in kinds]}


@pytest.mark.parametrize(
    "kinds", [k for n in range(4) for k in itertools.combinations(KINDS, n)], ids="-".join
)
def test_failed_items(tmp_path: Path, kinds: tuple[str, ...]) -> None:
    folder = build(tmp_path, more=-1).folder
    with Catalog.at(folder) as catalog:
        catalog.write("b1-x", rows(kinds), made_by={"stage": "test"})
    of = {"read": {"d"}, "open": {"c"}, "inspect": {"a", "b"}}
    causes = {"read": "unreadable", "open": "encrypted", "inspect": "corrupt"}
    expected = {causes[kind]: names if kind in kinds else set() for kind, names in of.items()}
    expected["any"] = set().union(*(of[kind] for kind in kinds))
    expected["none"] = set("abcd") - expected["any"]
    with Door(folder, who=ACTOR, purpose="tests") as door, door.consult("items") as look:
        for cause, names in expected.items():
            wanted = ItemFilter(failed=(cause,))
            assert {row.name for row in look.items(wanted).rows} == names, cause
            assert look.count(wanted).items == len(names), cause
        look.facets()
        for cause, names in expected.items():
            assert look.count(ItemFilter(failed=(cause,)), contents=False).items == len(names), cause
