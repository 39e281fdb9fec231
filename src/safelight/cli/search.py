"""`safelight search`: who said this, in any spelling."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Annotated, Any

import typer

from safelight.access.door import Door
from safelight.access.search import Counts, Hit
from safelight.access.search_filter import SearchFilter
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import Format, console, show, write_rows
from safelight.errors import NotFound, Refused
from safelight.identities.confirmed import looked_up
from safelight.traces.moment import Moment, iso_utc

COLUMNS = ("id", "item", "kind", "network", "conversation", "title", "exhibit", "state", "language", "sender", "time",
           "time_basis", "copies", "text")  # fmt: skip

COUNTED = ("facet", "value", "title", "hits", "distinct")
#: Values of a facet in an export.
_EVERY = 10_000

Many = list[str] | None


def search(
    operation: Operation,
    query: Annotated[
        list[str] | None,
        typer.Argument(
            help='Words, "an exact phrase", prefix*, fuzzy~, /part of a word/; OR, -not, (brackets).',
            metavar="QUERY...",
        ),
    ] = None,
    kind: Annotated[
        Many,
        typer.Option(
            help="Of this kind: message, mail, document, name (of a file) or translation (by a person)."
        ),
    ] = None,
    network: Annotated[Many, typer.Option(help="Of this network: skype, telegram, irc ...")] = None,
    account: Annotated[Many, typer.Option(help="Id of an account that sent or received it.")] = None,
    person: Annotated[
        Many,
        typer.Option(
            help="Id or name of an account: what its person's accounts sent or received, as far as people decided them one."
        ),
    ] = None,
    conversation: Annotated[Many, typer.Option(help="Id of a conversation.")] = None,
    exhibit: Annotated[Many, typer.Option(help="Number of an exhibit.")] = None,
    state: Annotated[Many, typer.Option(help="In this state: live, deleted or recovered.")] = None,
    language: Annotated[
        Many, typer.Option(help="In this language: nb, nn, en, tl, ceb, sv, da, de or und (undecided).")
    ] = None,
    since: Annotated[str, typer.Option("--from", help="First day, month, year or minute, UTC.")] = "",
    to: Annotated[str, typer.Option("--to", help="The last one, with the whole of it.")] = "",
    match: Annotated[str, typer.Option(help="How the query is read: words, exact or substring.")] = "words",
    oldest: Annotated[bool, typer.Option("--oldest", help="The oldest first.")] = False,
    counts: Annotated[
        bool, typer.Option("--counts", help="Count the hits by facet instead, with copies and distinct ones.")
    ] = False,
    form: Annotated[Format, typer.Option("--format", help="How the hits are written.")] = Format.table,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help="Hits, or values of each facet, at most (in a table 50 and 12)."),
    ] = None,
    reason: Annotated[str, typer.Option(help="Why the hits leave the house; needed but for a table.")] = "",
    purpose: Purpose = "search",
) -> None:
    """Search all text: messages, mail, documents and names of files. The newest comes first.

    Filters may be repeated (any of the values); options of the same words can stand in the query too, as network:irc.
    """
    pairs = [("q", _typed(query or [])), ("from", since), ("to", to), ("match", match)]
    pairs += [("order", "oldest" if oldest else "newest")]
    given: dict[str, Many] = {
        "kind": kind, "network": network, "account": account, "person": person, "conversation": conversation,
        "exhibit": exhibit, "state": state, "language": language,
    }  # fmt: skip
    pairs += [(key, value) for key, values in given.items() for value in values or ()]
    wanted = SearchFilter.from_pairs(pairs)
    if not wanted:
        raise typer.BadParameter("a query or a filter is needed")
    if form is not Format.table and not reason.strip():
        raise Refused("An export is a disclosure and needs a reason.", "Say why with --reason.")
    with Door(existing(operation), who=who(), purpose=purpose) as door:
        if form is not Format.table:
            with door.consult("persons", wanted.words()) as look:
                wanted = looked_up(look.reading, wanted)
            if counts:
                write_rows(_counted(door.export_counts(wanted, reason, limit or _EVERY)), COUNTED, form, None)
            else:
                write_rows(_rows(islice(door.export_hits(wanted, reason), limit)), COLUMNS, form, None)
            return
        with door.consult("search", wanted.words()) as look:
            if not look.search.indexed:
                raise NotFound("Nothing can be searched yet.", f"Run `safelight index {operation}`.")
            wanted = looked_up(look.reading, wanted)
            page = None if counts else look.search.page(wanted, limit=limit or 50)
            found = look.search.counts(wanted, bars=0, values=limit or 12) if counts else None
            total = found.hits if found else look.search.count(wanted)
            distinct = found.distinct if found else look.search.distinct(wanted)
    if page is not None:
        _table(page.rows)
    if found is not None:
        _counts_table(found)
    shown = "" if page is None else f"{len(page.rows)} of "
    once = "distinct ones not counted" if distinct is None else f"{distinct} distinct"
    console().print(f"{shown}{total} hits, {once}  {wanted.words()}".strip(), markup=False)


def _typed(words: Sequence[str]) -> str:
    """What the shell took apart is put together again: an argument with blanks was a phrase."""
    return " ".join(f'"{word}"' if " " in word and not set(word) & set('"/:()') else word for word in words)


def _time(moment: Moment | None) -> str:
    if moment is None:
        return ""
    if moment.utc_us is not None:
        return iso_utc(moment.utc_us)[:19] + "Z"
    return iso_utc(moment.wall_us)[:19]


def _table(hits: Sequence[Hit]) -> None:
    rows = [
        (hit.exhibit, hit.network or hit.kind, hit.title, _time(hit.time), hit.sender,
         "" if hit.state == "live" else hit.state, " ".join("".join(one.text for one in hit.segments).split()))
        for hit in hits
    ]  # fmt: skip
    show("", ["exhibit", "in", "where", "when", "who", "state", "text"], rows)


def _rows(hits: Iterator[Hit]) -> Iterator[dict[str, Any]]:
    for hit in hits:
        yield {
            "id": hit.id, "item": hit.item_id, "kind": hit.kind, "network": hit.network,
            "conversation": hit.conversation_id, "title": hit.title, "exhibit": hit.exhibit, "state": hit.state,
            "language": hit.language, "sender": hit.sender, "time": _time(hit.time),
            "time_basis": hit.time.basis if hit.time else "", "copies": hit.copies, "text": hit.text,
        }  # fmt: skip


def _counts_table(counts: Counts) -> None:
    rows = [[row[name] for name in COUNTED] for row in _counted(counts)]
    show("", COUNTED, rows[1:], right=["hits", "distinct"])


def _counted(counts: Counts) -> Iterator[dict[str, Any]]:
    """All hits, then each value of each facet."""
    yield {"facet": "all", "value": "", "title": "", "hits": counts.hits, "distinct": counts.distinct}
    for facet in counts.facets:
        for one in facet.values:
            title = "" if one.label == one.value else one.label
            yield {
                "facet": facet.key, "value": one.value, "title": title, "hits": one.items, "distinct": one.distinct,
            }  # fmt: skip
