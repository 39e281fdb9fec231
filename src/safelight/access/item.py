"""Everything about one item, and the way from the exhibit to its bytes."""

from __future__ import annotations

from collections.abc import Mapping

from duckdb import DuckDBPyConnection

from safelight.access import facts, failures, hits, items
from safelight.access.items import Place
from safelight.access.model import ExhibitCard, ItemFacts, ItemRow, Parse, SourceFigures, Step
from safelight.access.neutral import visible
from safelight.errors import NotFound
from safelight.evidence.spec import Layer, PathSpec, from_bytes
from safelight.ledger.received import Received
from safelight.messages import _
from safelight.messages.figures import decimal

#: Characters of a whole id (`traces.ids`): a prefix, a hyphen and 32 of base 32.
WHOLE_ID = 35


def not_found(item_id: str) -> NotFound:
    """The one answer for an item that is not there."""
    return NotFound(
        _("There is no item %(id)s.") % {"id": visible(item_id)},
        _("Check the id, or look for its hash or path among the items."),
    )


def find(db: DuckDBPyConnection, item_id: str) -> tuple[str, Place]:
    """The item of that id, or the one whose id begins so (at least ten characters), and its place.

    Raises NotFound. A whole id is looked up by the Bloom filters of the parts; only a beginning reads the ids of all
    items. Everything else goes by the place.
    """
    if len(item_id) < 10:
        raise not_found(item_id)
    which, values = "item_id = ?", [item_id]
    if len(item_id) < WHOLE_ID:
        which, values = "item_id >= ? AND item_id < ?", [item_id, item_id + "~"]
    rows = db.execute(
        f"SELECT DISTINCT item_id, source_id, path FROM items WHERE {which} LIMIT 2", values
    ).fetchall()
    if len(rows) != 1:
        raise not_found(item_id)
    return rows[0][0], Place(rows[0][1] or "", rows[0][2] or "")


def row(db: DuckDBPyConnection, item_id: str, place: Place, exhibits: Mapping[str, str]) -> ItemRow:
    """One item as the table shows it, findings included. Raises NotFound."""
    found = items.by_ids(db, [item_id], exhibits, place)
    if not found:
        raise not_found(item_id)
    return items.with_findings(db, tuple(found))[0]


def spec_of(db: DuckDBPyConnection, item_id: str, place: Place) -> tuple[str, int | None]:
    """Path specification and size. Raises NotFound."""
    found = db.execute(
        "SELECT spec, size FROM items WHERE source_id = ? AND path = ? AND item_id = ?",
        [place.source_id, place.path, item_id],
    ).fetchone()
    if found is None:
        raise not_found(item_id)
    return found[0], found[1]


def whole(
    db: DuckDBPyConnection, item: ItemRow, exhibit: ExhibitCard | None, given: Received | None = None
) -> ItemFacts:
    """All facts about an item. `given`: who gave the exhibit that it lies in, if another operation did."""
    item_id = item.item_id
    spec, depth, link, basis = db.execute(
        "SELECT spec, depth, link_target, type_basis FROM items WHERE source_id = ? AND path = ? AND item_id = ?",
        [item.source_id, item.path, item_id],
    ).fetchone() or ("", 0, None, None)
    content = facts.of_content(db, item.sha256)
    parses = _parses(db, item)
    children = db.execute(
        "SELECT sum(children) FROM containers WHERE source_id = ? AND item_id = ?", [item.source_id, item_id]
    ).fetchone()
    source = (
        next((one for one in exhibit.sources if one.source_id == item.source_id), None) if exhibit else None
    )
    return ItemFacts(
        row=item,
        spec=spec,
        depth=depth or 0,
        link_target=link,
        type_basis=basis,
        provenance=_provenance(db, item, spec, exhibit, source, given),
        exhibit=exhibit,
        inspections=content.inspections,
        facts=content.facts,
        texts=content.texts,
        hits=hits.of_item(db, item),
        failures=failures.of_item(db, item_id, item.sha256),
        derivatives=content.derivatives,
        children=int(children[0]) if children and children[0] is not None else None,
        not_checked=_not_checked(db, item, content, parses, source, given),
        parses=parses,
        received=given,
    )


def _parses(db: DuckDBPyConnection, item: ItemRow) -> tuple[Parse, ...]:
    """What parsers made of the item; one that it did not belong to is not told."""
    rows = db.execute(
        "SELECT parser, version, coalesce(variant, ''), coalesce(seen_on, ''), coalesce(mapping, ''), outcome, "
        "coalesce(traces, 0), coalesce(remarks, '') FROM parses "
        "WHERE source_id = ? AND item_id = ? AND parser <> '' AND outcome <> 'not mine' ORDER BY 1, 2",
        [item.source_id, item.item_id],
    ).fetchall()
    return tuple(
        Parse(parser, version, variant, seen_on, mapping, outcome, int(traces), tuple(remarks.splitlines()))
        for parser, version, variant, seen_on, mapping, outcome, traces, remarks in rows
    )


def _provenance(
    db: DuckDBPyConnection,
    item: ItemRow,
    spec: str,
    exhibit: ExhibitCard | None,
    source: SourceFigures | None,
    given: Received | None,
) -> tuple[Step, ...]:
    """Legal basis, exhibit, source, volume, the containers on the way, path, bytes."""
    steps = []
    if exhibit is not None:
        steps.append(Step(exhibit.legal_basis or _("No legal basis recorded"), exhibit.officer))
        steps.append(Step(exhibit.number, exhibit.label))
    if given is not None:
        steps.append(Step(_("Legal basis: as the sender states it in the package"), given.handover))
        steps.append(Step(item.exhibit, given.operation))
        steps.append(Step(_("a source of %(who)s") % {"who": given.operation}, item.source_id))
    else:
        steps.append(_source_step(item, source))
    try:
        layers = from_bytes(spec).layers
    except ValueError:
        layers = ()
    steps += _volumes(db, item.source_id, layers)
    steps += [Step(path, _("container"), item_id) for item_id, path in _containers(db, item.container)]
    steps.append(Step(item.path, _(item.kind), item.item_id))
    if item.size:
        steps.append(Step(_("bytes 0–%(last)s") % {"last": decimal(item.size - 1)}))
    return tuple(steps)


def _source_step(item: ItemRow, source: SourceFigures | None) -> Step:
    return Step(source.label if source else item.source_id, _(source.kind) if source and source.kind else "")


def _volumes(db: DuckDBPyConnection, source_id: str, layers: tuple[Layer, ...]) -> list[Step]:
    """The volumes that the specification goes through: every prefix of it that stands in `volumes`."""
    prefixes = [PathSpec(layers[:n]).to_bytes().decode() for n in range(1, len(layers))]
    if not prefixes:
        return []
    rows = db.execute(
        "SELECT scheme, number, start, type_text, label, file_system FROM volumes "
        f"WHERE source_id = ? AND spec IN ({', '.join('?' * len(prefixes))}) ORDER BY length(spec)",
        [source_id, *prefixes],
    ).fetchall()
    steps = []
    for scheme, number, start, type_text, label, file_system in rows:
        name = " ".join(part for part in (label, file_system or type_text) if part)
        steps.append(
            Step(name or _("Volume %(number)s") % {"number": number},
                 _("%(scheme)s %(number)s, offset %(start)s")
                 % {"scheme": scheme or "", "number": number, "start": decimal(start or 0)})
        )  # fmt: skip
    return steps


def _containers(db: DuckDBPyConnection, container: str | None) -> list[tuple[str, str]]:
    """Containers from the outermost to the innermost."""
    chain: list[tuple[str, str]] = []
    seen: set[str] = set()
    while container and container not in seen:
        seen.add(container)
        found = db.execute("SELECT path, container FROM items WHERE item_id = ?", [container]).fetchone()
        if found is None:
            break
        chain.append((container, found[0]))
        container = found[1]
    return chain[::-1]


def _not_checked(
    db: DuckDBPyConnection,
    item: ItemRow,
    content: facts.ContentFacts,
    parses: tuple[Parse, ...],
    source: SourceFigures | None,
    given: Received | None,
) -> tuple[str, ...]:
    """What nobody looked at, in sentences: absence is no finding."""
    found = []
    if item.kind in ("file", "stream"):
        if item.sha256 is None:
            found.append(
                _("The bytes were not read whole, so there are no hashes and no look-up in hash sets.")
            )
        elif given is not None:
            found.append(
                _(
                    "Its bytes lie with %(who)s: what is said of them was read there, and nothing was read again here."
                )
                % {"who": given.operation}
            )
        elif not content.inspections and not parses:
            found.append(
                _("No inspector has looked at the content: none accepts its type, or it still waits.")
            )
        broken = [one.inspector for one in content.inspections if one.outcome == "failed"]
        if broken:
            found.append(
                _("%(names)s failed on the content: its facts are missing.") % {"names": ", ".join(broken)}
            )
        if item.sha256 is not None and not db.execute("SELECT 1 FROM hits LIMIT 1").fetchone():
            found.append(_("No hash set has a hit in this operation; see whether any was added."))
    if item.overwritten:
        found.append(
            _("Deleted, and its blocks may have been used again: the bytes may belong to another file.")
        )
    if source is not None and source.hash_check in ("not checked", "none stated"):
        found.append(
            _("The hash stated at seizure was NOT CHECKED.")
            if source.hash_check == "not checked"
            else _(
                "No hash was stated at seizure: whether the source is unchanged since then was NOT CHECKED."
            )
        )
    return tuple(found)
