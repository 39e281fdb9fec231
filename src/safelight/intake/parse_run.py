"""Parse what was taken in, without listing or hashing anything again: new parsers, other options, what failed."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from safelight.catalog.catalog import Catalog
from safelight.catalog.durable import full_disk_is_told
from safelight.errors import NotFound
from safelight.intake import privileged
from safelight.intake.integrity import note_new_catalog
from safelight.intake.lock import run_lock
from safelight.intake.parse_mappings import MappedItem, clear_failures, mapped, mapped_items
from safelight.intake.parse_upgrade import forget, release_parses
from safelight.intake.parsing import Parsing
from safelight.intake.progress import Progress, Reporter
from safelight.intake.retry import ENCRYPTED, PASSING
from safelight.intake.run import (
    WHOLE_CREW,
    Figures,
    children_of,
    config_of,
    end_run,
    look_at_whole,
    parse_all,
)
from safelight.ledger import mappings, sources
from safelight.ledger.ledger import Ledger
from safelight.operation.folder import OperationFolder
from safelight.operation.settings import read_settings
from safelight.parsers.mapping.parser import MappedParser
from safelight.parsers.model import DateOrder, Parser
from safelight.parsers.registry import parsers


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which items, by which parsers, told what. Empty means all."""

    sources: tuple[str, ...] = ()
    path: str = ""
    """Glob over the whole path, as in `items path:`."""
    only: tuple[str, ...] = ()
    """Names of parsers."""
    date_order: DateOrder | None = None
    credentials: tuple[str, ...] = ()
    retry: bool = False
    again: bool = False
    """Forget what these parsers found in these items, and parse anew."""
    mappings: tuple[str, ...] = field(default=())
    """Texts of mapping files, which then are the only parsers."""
    reason: str = ""
    """Why the mappings are used; kept with them in the ledger."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What parsing left: the figures of the whole catalog, and the sources that are not where they were."""

    figures: Figures
    away: tuple[str, ...]
    mapped: tuple[MappedItem, ...] = ()
    """What the mappings made of the chosen items that they took for their own."""


def parse(
    folder: OperationFolder,
    wanted: Wanted,
    *,
    actor: str,
    listener: Callable[[Progress], None] = lambda progress: None,
) -> Parsed:
    """Run what waits. Cut off at any moment, the same call goes on where it stopped.

    Raises Locked if another run is at work, NotFound for a source or parser that is not there, BadInput for a mapping with
    an error, Refused for two of one name, DiskFull, Interrupted.
    """
    own = mapped(wanted.mappings)
    every: Sequence[Parser] = own or parsers()
    unknown = set(wanted.only) - {parser.name for parser in every}
    if unknown:
        raise NotFound(
            f"There is no parser called {', '.join(sorted(unknown))}.", "See docs/parsers.md for their names."
        )
    chosen = [parser for parser in every if parser.name in wanted.only or not wanted.only]
    settings = read_settings(folder.settings)
    catalog = Catalog.at(folder)
    with run_lock(folder.lock), Ledger.open(folder) as ledger, full_disk_is_told(str(folder.root)):
        catalog.sweep()
        ids = [sources.find(ledger, one).id for one in wanted.sources]
        reporter = Reporter(folder.spool / "progress.json", Progress(str(uuid.uuid4())), listener)
        note_new_catalog(ledger, catalog, actor=actor)
        config = replace(config_of(folder, ledger, settings, wanted.credentials), mappings=wanted.mappings)
        places = [place for place in config.sources if not ids or place.source_id in ids]
        there = [place.source_id for place in places if Path(place.location).exists()]
        condition, given = _condition(wanted)
        _record(ledger, wanted, own, ids, actor)
        try:
            _release(catalog, wanted, there, chosen)
            clear_failures(catalog, own, there, condition, given)
            reporter.stage("parsing")
            with children_of(WHOLE_CREW, config.as_json(), settings, folder) as children:
                told = {"date_order": wanted.date_order} if wanted.date_order else {}
                parsing = Parsing(
                    catalog, there, settings.engine, children, reporter, chosen, told, condition, given
                )
                parse_all(catalog, parsing)
            privileged.apply(folder, catalog, ledger, actor=actor)
            look_at_whole(folder, catalog, ledger, reporter)
        except BaseException:
            with suppress(Exception):
                reporter.stage("stopped")
                end_run(ledger, catalog, actor=actor)
            raise
        figures = end_run(ledger, catalog, actor=actor)
        reporter.stage("done", total_items=figures.items, total_bytes=figures.bytes)
        away = [one.label for one in sources.every(ledger) if not Path(one.location).exists()]
        scope = "items.source_id in (select unnest($places)) and " + condition
        made = mapped_items(catalog, own, scope, {"places": [place.source_id for place in places], **given})
    return Parsed(figures, tuple(away), tuple(made))


def _record(
    ledger: Ledger, wanted: Wanted, own: Sequence[MappedParser], source_ids: Sequence[str], actor: str
) -> None:
    """The whole text of each mapping, before it makes its first trace."""
    for parser, text in zip(own, wanted.mappings, strict=True):
        mappings.use(
            ledger,
            name=parser.mapping.name,
            version=parser.version,
            sha256=parser.mapping_sha256,
            text=text,
            actor=actor,
            reason=wanted.reason,
            subjects=source_ids,
        )


def _condition(wanted: Wanted) -> tuple[str, dict[str, str]]:
    return ("path glob $glob", {"glob": wanted.path}) if wanted.path else ("true", {})


def _release(catalog: Catalog, wanted: Wanted, source_ids: Sequence[str], chosen: Sequence[Parser]) -> None:
    causes = set(PASSING) if wanted.retry else set()
    causes |= ENCRYPTED if wanted.credentials else set()
    causes |= {"ambiguous"} if wanted.date_order else set()
    condition, given = _condition(wanted)
    if causes:
        release_parses(catalog, source_ids, causes, chosen, condition, given)
    if wanted.again:
        with catalog.connect() as database:
            found = database.execute(
                f"""select distinct p.item_id, p.parser from parses p join items using (item_id)
                    where p.parser <> '' and items.source_id in (select unnest($sources))
                      and p.parser in (select unnest($names)) and {condition} order by all""",
                {"sources": list(source_ids), "names": [parser.name for parser in chosen], **given},
            ).fetchall()
        forget(catalog, found)
