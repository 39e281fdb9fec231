"""One intake from beginning to end: register, list and hash, match, inspect, parse, close with a ledger entry."""

from __future__ import annotations

import base64
import os
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safelight
from safelight.analyse.known_hits import match_contents
from safelight.analyse.known_matcher import HashSet
from safelight.analyse.same import join_copies
from safelight.analyse.search_index import bring_up
from safelight.catalog.catalog import Catalog
from safelight.catalog.durable import full_disk_is_told
from safelight.engine.model import Limits as EngineLimits
from safelight.engine.supervisor import Supervisor
from safelight.errors import AlreadyExists, BadInput, NotFound, Unreachable
from safelight.evidence.imagehash import Comparison
from safelight.evidence.limits import limits_from
from safelight.evidence.model import EvidenceError
from safelight.evidence.spec import escape
from safelight.inspect.registry import inspectors
from safelight.intake import privileged
from safelight.intake.children import ChildConfig, SourcePlace
from safelight.intake.fingerprint import fingerprint
from safelight.intake.hashing import Hashing
from safelight.intake.imagecheck import check_image, waiting
from safelight.intake.inspecting import Inspecting
from safelight.intake.integrity import note_new_catalog
from safelight.intake.lock import run_lock
from safelight.intake.parse_mappings import replace_older
from safelight.intake.parse_upgrade import parse_attempts, release_parses, retire
from safelight.intake.parsing import Parsing, clear_scratch
from safelight.intake.progress import Progress, Reporter
from safelight.intake.retry import ENCRYPTED, PASSING, release
from safelight.ledger import exhibits, hashsets, runs, sources
from safelight.ledger.keys import KeyRing
from safelight.ledger.ledger import Ledger
from safelight.ledger.sources import Source
from safelight.operation.folder import OperationFolder
from safelight.operation.settings import Settings, read_settings
from safelight.parsers.registry import parsers

#: Factories of the children of pass one, and of the passes behind it.
CREW, WHOLE_CREW = "safelight.intake.children:crew", "safelight.intake.whole_crew:crew"

#: From this many items on, more live parts than this are sorted into few at the end of a run.
SORTED_FROM, UNSORTED_PARTS = 100_000, 8

VERIFIER = "safelight.intake.imagecheck:verifier"


@dataclass(frozen=True)
class Figures:
    """What stands in the catalog at the end of a run (not what this run added)."""

    items: int
    contents: int
    bytes: int
    failures: int
    hits: int
    messages: int
    distinct_messages: int
    traces: int
    accounts: int


@dataclass(frozen=True)
class Taken:
    """What an intake leaves: the figures of the whole catalog, and labels of sources in which nothing new was looked for,
    and of sources that are not where they were, so that what they hold may still wait for its inspection.
    """

    figures: Figures
    before: tuple[str, ...]
    away: tuple[str, ...]


def register(ledger: Ledger, exhibit: str, location: Path, *, actor: str, label: str | None = None) -> Source:
    """Register a source under an exhibit (once; again gives the same).

    Raises NotFound, BadInput, NoLegalBasis, AlreadyExists if another source of the exhibit has its name.
    """
    owner = exhibits.find(ledger, exhibit)
    location = location.absolute()
    if not location.exists():
        raise NotFound(f"There is no source at {location}.", "Check the path, or mount the evidence first.")
    try:
        mark = fingerprint(location)
    except EvidenceError as error:
        raise BadInput(
            f"The source {location} cannot be read: {error.detail}.",
            "Check its rights, or name a folder or a file.",
        ) from error
    here = [one for one in sources.every(ledger, owner) if one.location == location]
    if here and owner.legal_basis and label in (None, here[0].label):
        return here[0]
    name = label or escape(os.fsencode(location.name))
    source = sources.register(ledger, owner, name, location, str(mark["kind"]), mark, actor=actor)
    if source.location != location:
        raise AlreadyExists(
            f"Exhibit {owner.number} has another source called {name}, at {source.location}.",
            "Give this one a name of its own with --label, or, if it is the same and moved, use "
            "`safelight source locate`.",
        )
    return source


def intake(
    folder: OperationFolder,
    chosen: Sequence[Source],
    *,
    actor: str,
    credentials: Sequence[str] = (),
    retry: bool = False,
    more_follows: bool = False,
    listener: Callable[[Progress], None] = lambda progress: None,
) -> Taken:
    """Take in the chosen sources. Cut off at any moment, the same call goes on where it stopped.

    `more_follows` leaves what looks at the whole operation (same messages, full-text index) to the next run without it.

    Raises Locked if another run is at work, Unreachable if a source is not where it was, DiskFull, Interrupted.
    """
    for source in chosen:
        if not Path(source.location).exists():
            raise Unreachable(
                f"The source {source.label} is not at {source.location}.",
                f"Mount it there, or say where it is: `safelight source locate {folder.root} {source.id} PATH`.",
            )
    settings = read_settings(folder.settings)
    inspectors(), parsers()  # one that cannot be loaded is told before any work is begun
    catalog = Catalog.at(folder)
    ledger = Ledger.open(folder)
    with run_lock(folder.lock), ledger, full_disk_is_told(str(folder.root)):
        catalog.sweep()
        run_id = str(uuid.uuid4())
        reporter = Reporter(folder.spool / "progress.json", Progress(run_id), listener)
        note_new_catalog(ledger, catalog, actor=actor)
        config = config_of(folder, ledger, settings, credentials)
        try:
            _compare_stated(folder, ledger, settings, chosen, reporter, actor)
            again = (ENCRYPTED if credentials else frozenset()) | (PASSING if retry else frozenset())
            before = _passes(folder, catalog, ledger, settings, config, chosen, again, reporter)
            privileged.apply(folder, catalog, ledger, actor=actor)
            if not more_follows:
                look_at_whole(folder, catalog, ledger, reporter)
        except BaseException:
            with suppress(Exception):  # a full disk may be why; no second trouble hides the first
                reporter.stage("stopped")
                end_run(ledger, catalog, actor=actor)
            raise
        _tidy(catalog)
        figures = end_run(ledger, catalog, actor=actor)
        reporter.stage("done", total_items=figures.items, total_bytes=figures.bytes)
        reporter.add(items=figures.items, bytes=figures.bytes, worked_bytes=0)
        away = [source.label for source in sources.every(ledger) if not Path(source.location).exists()]
    return Taken(figures, before, tuple(away))


def end_run(ledger: Ledger, catalog: Catalog, *, actor: str) -> Figures:
    """Write down the figures and the journal's head: what was known then, and which parts it rests on."""
    figures = count(catalog)
    sequence, digest = catalog.head()
    versions = {"safelight": safelight.__version__} | {i.name: str(i.version) for i in inspectors()}
    versions |= {f"parser {parser.name}": str(parser.version) for parser in parsers()}
    runs.record(ledger, _as_figures(figures), f"{sequence}:{digest}", versions, actor)
    return figures


def _passes(
    folder: OperationFolder,
    catalog: Catalog,
    ledger: Ledger,
    settings: Settings,
    config: ChildConfig,
    chosen: Sequence[Source],
    again: frozenset[str],
    reporter: Reporter,
) -> tuple[str, ...]:
    """All passes; gives the labels of the sources whose walk had ended before."""
    before: list[str] = []
    with children_of(CREW, config.as_json(), settings, folder) as children:
        hashing = Hashing(catalog, settings, children, reporter, settings.archives.max_depth)
        for source in chosen:
            place = next(place for place in config.sources if place.source_id == source.id)
            if again:
                release(catalog, source.id, again)
            reporter.stage("hashing", source.label)
            if hashing.source(place, source.kind):
                before.append(source.label)
        reporter.stage("matching")
        match_known(folder, catalog, ledger)
    with children_of(WHOLE_CREW, config.as_json(), settings, folder) as children:
        reporter.stage("inspecting", total_items=count(catalog).contents)
        available = [place.source_id for place in config.sources if Path(place.location).exists()]
        Inspecting(catalog, available, settings.engine, children, reporter).everything()
        reporter.stage("parsing")
        if again:
            release_parses(catalog, [source.id for source in chosen], again, parsers())
        parse_all(catalog, Parsing(catalog, available, settings.engine, children, reporter, parsers()))
    return tuple(before)


def parse_all(catalog: Catalog, parsing: Parsing) -> None:
    """Run what waits, and take out what older versions of the parsers had found."""
    parsing.attempt = parse_attempts(catalog)
    parsing.everything()
    retire(catalog, parsing.parsers)
    replace_older(catalog, parsing.parsers)


def look_at_whole(folder: OperationFolder, catalog: Catalog, ledger: Ledger, reporter: Reporter) -> None:
    """The last stages, which need no evidence: what is the same message, call and payment; the full-text index."""
    reporter.stage("pairing")
    join_copies(catalog, ledger)
    reporter.stage("indexing")
    bring_up(folder, progress=lambda done, total: reporter.add(items=done - reporter.progress.items))


def _tidy(catalog: Catalog) -> None:
    """Sort the items once they are many: pages and look-ups are quick only then."""
    live = catalog.snapshot()
    if live.rows("items") >= SORTED_FROM and len(live.parts.get("items", ())) > UNSORTED_PARTS:
        catalog.compact(force=True)


def verify_source(folder: OperationFolder, source: str, *, actor: str) -> list[Comparison]:
    """Read one source's medium whole and compare its hashes; kept in the ledger. Raises NotFound, Unreachable."""
    settings = read_settings(folder.settings)
    with (
        Ledger.open(folder) as ledger,
        run_lock(folder.lock),
        children_of(VERIFIER, {}, settings, folder) as verifiers,
    ):
        return check_image(verifiers, ledger, sources.find(ledger, source), actor=actor)


def match_known(folder: OperationFolder, catalog: Catalog, ledger: Ledger) -> dict[str, int]:
    """Match every content against every hash set that is registered; what was matched before is skipped.

    Gives the new hits by set.
    """
    return match_contents(
        catalog, [HashSet.open(folder.known, known.set_id) for known in hashsets.every(ledger)]
    )


def count(catalog: Catalog) -> Figures:
    """The figures that a run's ledger entry keeps."""
    query = """
        select (select count(*) from items), (select count(distinct sha256) from items),
               (select coalesce(sum(size), 0) from items where kind in ('file', 'stream')),
               (select count(*) from failures), (select count(*) from hits),
               (select count(*) from messages),
               (select count(*) from messages) - (select count(*) - count(distinct distinct_id) from same_messages),
               (select coalesce(sum(traces), 0) from parses),
               (select count(distinct id) from (
                    select account_id as id from accounts union select sender_id from messages
                    union select sender_id from transfers union select receiver_id from transfers
                    union select caller_id from calls union select contact_id from contacts
                    union select account_id from memberships))
    """
    with catalog.connect() as database:
        row = database.execute(query).fetchone()
    assert row is not None
    return Figures(*(int(value) for value in row))


def _as_figures(figures: Figures) -> dict[str, dict[str, int | str]]:
    definitions = {
        "items": "rows of items",
        "contents": "distinct SHA-256 of items",
        "bytes": "sum of the sizes of files and streams",
        "failures": "rows of failures",
        "hits": "rows of hits",
        "messages": "rows of messages",
        "distinct_messages": "rows of messages less those that same_messages finds in another copy",
        "traces": "sum of the traces of all parses",
        "accounts": "distinct accounts that any trace names: owner, sender, payee, payer, caller, contact or member",
    }
    return {
        name: {"value": getattr(figures, name), "definition": definition}
        for name, definition in definitions.items()
    }


def config_of(
    folder: OperationFolder, ledger: Ledger, settings: Settings, credentials: Sequence[str]
) -> ChildConfig:
    """What the children of a run are told."""
    ring = KeyRing.open(folder.keys)
    places = tuple(
        SourcePlace(source.id, source.exhibit, str(source.location)) for source in sources.every(ledger)
    )
    return ChildConfig(
        sources=places,
        credentials=tuple(credentials),
        limits=limits_from(settings),
        inspection=settings.inspection,
        public_key=base64.b64encode(ring.public).decode(),
        key_id=ring.key_id,
        scratch=str(clear_scratch(folder.spool / "scratch")),
    )


def _compare_stated(
    folder: OperationFolder,
    ledger: Ledger,
    settings: Settings,
    chosen: Sequence[Source],
    reporter: Reporter,
    actor: str,
) -> None:
    """Compare hashes stated at seizure with the sources, before anything is believed of them."""
    due = waiting(ledger, chosen)
    if due:
        with children_of(VERIFIER, {}, settings, folder) as verifiers:
            for source in due:
                reporter.stage("comparing", source.label)
                check_image(verifiers, ledger, source, actor=actor)


@contextmanager
def children_of(
    factory: str, config: dict[str, Any], settings: Settings, folder: OperationFolder
) -> Iterator[Supervisor]:
    """Supervised children with the operation's limits. The factory's module is imported once, by the fork server, so that
    a new child starts in hundredths of a second.
    """
    engine = settings.engine
    limits = EngineLimits(engine.time_base_seconds, engine.time_per_megabyte_seconds, engine.memory_megabytes)
    with Supervisor(
        factory,
        config,
        limits=limits,
        workers=engine.workers,
        spool=folder.spool,
        preload=[factory.partition(":")[0]],
    ) as supervisor:
        yield supervisor
