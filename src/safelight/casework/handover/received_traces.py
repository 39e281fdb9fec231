"""Traces and items of a package become part of the receiving catalog, under their ids and the sender's exhibits.

They come out of the Parquet files of a package that was checked to its end. A row that is here already stays as it is; a row
of an exhibit or source of our own is ours that came back, and is never written by anybody else. Where it reads otherwise,
both readings are kept beside it (`received_differences`). What is held here as
privileged is taken out of what arrives before anything is derived from it. Batches are named after the package, so that an
import that was killed goes on with the next one of the same package.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from safelight.analyse.same import join_copies
from safelight.analyse.search_index import bring_up
from safelight.casework.handover import given_pictures, received_differences
from safelight.casework.handover.received_differences import Difference
from safelight.catalog.catalog import Catalog
from safelight.catalog.schema import TABLES
from safelight.catalog.schema_findings import RECEIVED_DIFFERENCES
from safelight.errors import BadInput
from safelight.intake import privileged
from safelight.intake.integrity import note_new_catalog
from safelight.intake.run import end_run, match_known
from safelight.ledger import exhibits, sources
from safelight.ledger.ledger import Ledger
from safelight.ledger.set_clock import clock_for
from safelight.messages import _
from safelight.operation.folder import OperationFolder

#: Tables of a package, as its folder `data/traces/` names them.
TABLES_GIVEN: Final = (
    "accounts", "conversations", "messages", "calls", "transfers", "logins", "memberships", "contacts", "media_shares",
    "locations", "devices",
)  # fmt: skip
#: What is known of the items that traces were read out of, and of those that were chosen.
ITEMS: Final = "items"
_ITEMS_FILE: Final = "data/items/items.parquet"
STAGE: Final = "received"
_ROWS: Final = 50_000
#: More than this is never needed for one group of rows; a file that claims more was made to fill the memory.
_MOST_GROUP: Final = 2 << 30
#: What differs between two operations that read the same bytes, and says nothing about them.
_OURS: Final = ("first_known", "version", "variant", "seen_on")
#: What says something about an item's bytes and place; types and what opens it depend on who looked.
_OF_ITEMS: Final = ("path", "name", "kind", "state", "size", "sha256", "sha1", "md5")


@dataclass(slots=True)
class TracesTaken:
    """What became of the package's rows. `new`: by table."""

    new: dict[str, int] = field(default_factory=dict)
    known: int = 0
    differ: int = 0
    differences: list[Difference] = field(default_factory=list)
    """The first of them."""


def wanted(folder: Path) -> dict[str, Path]:
    """The files of a package in which traces and items lie, each with its place below `folder`."""
    traces = {f"data/traces/{name}.parquet": folder / f"{name}.parquet" for name in TABLES_GIVEN}
    return {_ITEMS_FILE: folder / f"{ITEMS}.parquet", **traces}


def take_in(
    folder: OperationFolder,
    ledger: Ledger,
    files: Mapping[str, Path],
    manifest: str,
    pictures: bytes | None = None,
    *,
    actor: str,
) -> TracesTaken:
    """Write what is new into the catalog, then find what is the same and bring up the index. The caller holds the run lock.

    `pictures`: the file of small pictures (`given_pictures`).

    Raises BadInput for a file that is no such table, DiskFull.
    """
    done = TracesTaken()
    with Catalog.at(folder) as catalog:
        note_new_catalog(ledger, catalog, actor=actor)
        before = catalog.head()
        own = [one.key for one in exhibits.every(ledger)], [one.id for one in sources.every(ledger)]
        now = clock_for(ledger.synthetic)()
        there = [path for path in files.values() if path.exists()]
        for path in there:
            _table(catalog, path.stem, path, manifest, own, now, done)
        if there:  # also where an import before was stopped after its last row
            privileged.apply(folder, catalog, ledger, actor=actor)
            if given_pictures.take_in(catalog, folder.keys, pictures, manifest):
                privileged.apply(
                    folder, catalog, ledger, actor=actor
                )  # of a content that is held, no picture stays
            if done.new.get(ITEMS):
                match_known(folder, catalog, ledger)
            join_copies(catalog, ledger)
            bring_up(folder)
        if catalog.head() != before:
            end_run(ledger, catalog, actor=actor)
    return done


def _table(
    catalog: Catalog,
    name: str,
    path: Path,
    manifest: str,
    own: tuple[list[str], list[str]],
    now: int,
    done: TracesTaken,
) -> None:
    key, compared = ("item_id", _OF_ITEMS) if name == ITEMS else ("trace_id", ())
    made_by = {"stage": STAGE, "version": "1", "package": manifest}
    for number, rows in enumerate(_groups(name, path)):
        batch = f"{STAGE}-{manifest[:32]}-{name}-{number}"
        if catalog.has(batch):
            done.known += rows.num_rows
            continue
        with catalog.connect(tables=(name,)) as db:
            db.register("given", rows)
            kept: pa.Table = db.sql(
                f"""select distinct on ({key}) g.* from given g anti join {name} using ({key})
                    where g.exhibit not in (select unnest($exhibits::varchar[]))
                      and g.source_id not in (select unnest($sources::varchar[]))""",
                params={"exhibits": own[0], "sources": own[1]},
            ).to_arrow_table()
            columns = compared or [one for one in rows.column_names if one not in _OURS]
            other = received_differences.found(db, name, "given", rows.schema, columns, manifest, key)
        differ = pc.count_distinct(other.column("trace_id")).as_py()
        done.differ += differ
        done.differences = [*done.differences, *received_differences.first(other)][
            : received_differences.SHOWN
        ]
        done.known += rows.num_rows - kept.num_rows - differ
        beside = f"{batch}-differences"
        if other.num_rows and not catalog.has(beside):
            catalog.write(beside, {RECEIVED_DIFFERENCES.name: other}, made_by=made_by)
        if kept.num_rows:
            catalog.write(batch, {name: _known_since(kept, now)}, made_by=made_by)
            done.new[name] = done.new.get(name, 0) + kept.num_rows


def _known_since(rows: pa.Table, now: int) -> pa.Table:
    """Rows of traces say since when they are known: since the import."""
    at = rows.schema.get_field_index("first_known")
    if at < 0:
        return rows
    stamp = datetime.fromtimestamp(now / 1_000_000, UTC)
    return rows.set_column(at, "first_known", pa.array([stamp] * rows.num_rows, pa.timestamp("us", "UTC")))


def _groups(name: str, path: Path) -> Iterator[pa.Table]:
    """The rows in the catalog's columns, some at a time; a column that the catalog lacks is left out."""
    schema = TABLES[name].arrow
    try:
        with pq.ParquetFile(path) as file:
            for at in range(file.metadata.num_row_groups):
                if file.metadata.row_group(at).total_byte_size > _MOST_GROUP:
                    raise BadInput(
                        _("The table %(name)s of the package is larger than any such table.")
                        % {"name": name},
                        _("Nothing of it was taken in. Ask the sender for it again."),
                    )
            columns = [one for one in file.schema_arrow.names if one in schema.names]
            for batch in file.iter_batches(batch_size=_ROWS, columns=columns):
                given = pa.Table.from_batches([batch])
                rows = pa.Table.from_arrays(
                    [
                        given.column(one.name).cast(one.type)
                        if one.name in columns
                        else pa.nulls(given.num_rows, one.type)
                        for one in schema
                    ],
                    schema=schema,
                )
                if any(rows.column(one).null_count for one in _named(name)):
                    raise ValueError("a row says not what it is or where it comes from")
                yield rows
    except (pa.ArrowException, ValueError, OSError) as error:
        raise BadInput(
            _("The table %(name)s of the package cannot be read: %(error)s.")
            % {"name": name, "error": error},
            _("Nothing of it was taken in. Ask the sender for it again."),
        ) from error


def _named(name: str) -> tuple[str, ...]:
    """What no row may lack."""
    return ("item_id" if name == ITEMS else "trace_id", "exhibit", "source_id")
