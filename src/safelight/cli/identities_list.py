"""`safelight identities list`: what people are asked about accounts, and what they decided."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from safelight.access import identity_acts
from safelight.access.door import Door
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import Format, show, write_rows
from safelight.errors import Refused
from safelight.identities.queue import Question, queue
from safelight.ledger.identities import Decided, Standing
from safelight.traces.moment import iso_utc


class What(StrEnum):
    """The two lists."""

    questions = "questions"
    decisions = "decisions"


_QUESTIONS = ("kind", "account", "other", "probability", "why", "entry")
_DECISIONS = (
    "entry", "decision", "state", "account", "other", "by", "confirmed by", "recorded", "source", "content", "reason",
)  # fmt: skip


def identities_list(
    operation: Operation,
    what: Annotated[What, typer.Option(help="What people are asked, or what they decided.")] = What.questions,
    limit: Annotated[int, typer.Option(help="Rows, at most.")] = 50,
    form: Annotated[Format, typer.Option("--format", help="Form: table or jsonl.")] = Format.table,
    output: Annotated[Path | None, typer.Option(help="File instead of the screen (jsonl).")] = None,
    purpose: Purpose = "identities",
) -> None:
    """List what is to be decided about accounts, the most useful question first, or what was decided.

    Contradictions come first, then decisions that bind nobody any more and those that wait for a second person, then
    proposals.
    """
    if form not in (Format.table, Format.jsonl):
        raise Refused(f"This list has no form {form.value}.", "Use --format table or jsonl.")
    with (
        Door(existing(operation), who=who(), purpose=purpose) as door,
        door.consult("identities", what.value) as look,
    ):
        if what is What.questions:
            found = list(_asked(queue(look.reading)))[:limit]
        else:
            found = list(_decided(identity_acts.standing(look.reading)))[:limit]
        look.reading.show(row[name] for row in found for name in ("account", "other"))
    columns = _QUESTIONS if what is What.questions else _DECISIONS
    if form is Format.jsonl:
        write_rows(found, columns, form, output)
    else:
        rows = [[_short(row[column]) for column in columns] for row in found]
        show(what.value.capitalize(), columns, rows, right=("probability",))


def _asked(questions: list[Question]) -> Iterator[dict[str, Any]]:
    for one in questions:
        yield {
            "kind": one.sort,
            "account": one.a,
            "other": one.b,
            "probability": None if one.pair is None else round(one.pair.probability, 4),
            "why": one.why,
            "entry": None if one.decided is None else one.decided.seq,
        }


def _decided(now: Standing) -> Iterator[dict[str, Any]]:
    for state, found in (
        ("waiting", now.waiting),
        ("unsettled", now.unsettled),
        ("in force", tuple(reversed(now.in_force))),
    ):
        for one in found:
            yield _row(one, state)


def _row(one: Decided, state: str) -> dict[str, Any]:
    return {
        "entry": one.seq, "decision": one.decision, "state": state, "account": one.a, "other": one.b, "by": one.actor,
        "confirmed by": one.confirmed_by, "recorded": iso_utc(one.recorded_at), "source": one.source_grade,
        "content": one.content_grade, "scheme": one.scheme, "handling": one.handling, "reason": one.reason,
    }  # fmt: skip


def _short(value: Any) -> Any:
    return f"{value:.2f}" if isinstance(value, float) else value
