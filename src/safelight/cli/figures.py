"""`safelight figures`: the operation's figures as of any day, what makes them, and the fact box."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated, Any

import orjson
import typer

from safelight.access.consultation import Consultation
from safelight.access.door import Door
from safelight.casework import changes, factbox
from safelight.casework import figures as counted
from safelight.casework.figure import Asked, Figure, Row, own_unit
from safelight.cli.casework_options import Day, SeenToday, as_of
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import console, show
from safelight.ledger import rights
from safelight.ledger.as_of import AsOf, day_in_oslo


class Form(StrEnum):
    table = "table"
    json = "json"


class Language(StrEnum):
    nb = "nb"
    nn = "nn"
    en = "en"


class Audience(StrEnum):
    press = "press"
    prosecutor = "prosecutor"
    partner = "partner"


def figures(
    operation: Operation,
    day: Day = "",
    seen_today: SeenToday = False,
    compare: Annotated[str, typer.Option("--compare", help="A later day: what is new since, and why.")] = "",
    open_: Annotated[str, typer.Option("--open", help="A figure's name: the rows that make it.")] = "",
    box: Annotated[
        Language | None, typer.Option("--factbox", help="Write the fact box in this language.")
    ] = None,
    audience: Annotated[Audience, typer.Option(help="For whom the fact box is.")] = Audience.press,
    form: Annotated[Form, typer.Option("--format", help="How the figures are written.")] = Form.table,
    purpose: Purpose = "figures",
) -> None:
    """Show the operation's figures as they were known on a day, or as seen from today they were true then.

    Each figure opens into the rows that make it (--open), and each row names the ledger's entries that it rests on.
    """
    moment = as_of(day, seen_today)
    folder = existing(operation)
    own = own_unit(folder)
    with (
        Door(folder, who=who(), purpose=purpose) as door,
        door.consult("figures", f"{day} {open_}".strip()) as look,
    ):
        asked = Asked(
            look.reading.ledger, moment, own, rights.holds(look.reading.ledger, who(), rights.VICTIMS)
        )
        if asked.ledger.synthetic and form is Form.table:
            console().print("SYNTHETIC", style="bold")
        if box is not None:
            _box(factbox.write(asked, box.value, audience.value), form)
        elif open_:
            _rows(look, counted.rows(asked, open_), form)
        elif compare:
            later = Asked(asked.ledger, as_of(compare, seen_today), own, asked.victims)
            _compared(changes.compare(asked, later), form)
        else:
            _figures(asked, counted.every(asked), form)


def _figures(asked: Asked, found: list[Figure], form: Form) -> None:
    titles, definitions = counted.titles(), counted.definitions()
    if form is Form.json:
        _json(
            {
                "synthetic": asked.ledger.synthetic,
                "known": _day(asked.as_of, "known"),
                "true": _day(asked.as_of, "true"),
                "figures": [
                    {
                        "name": one.key, "value": one.value, "at_least": one.least, "exact": one.exact,
                        "unknown": one.unknown, "definition": definitions[one.name],
                    }
                    for one in found
                ],
            }
        )  # fmt: skip
        return
    show(
        "",
        ["figure", "value", "what", "definition"],
        [
            (one.key, _value(one), f"{titles[one.name]} {one.part}".strip(), definitions[one.name])
            for one in found
        ],
        right=["value"],
    )


def _rows(look: Consultation, found: list[Row], form: Form) -> None:
    look.reading.show(row.id for row in found)
    if form is Form.json:
        _json([
            {
                "kind": row.kind, "name": row.name, "label": row.label, "detail": row.detail,
                "since": None if row.since is None else day_in_oslo(row.since).isoformat(),
                "entries": row.entries, "joined": row.also,
            }
            for row in found
        ])  # fmt: skip
        return
    show(
        "",
        ["name", "label", "detail", "since", "joined", "entry"],
        [
            (
                row.name,
                row.label,
                row.detail,
                "" if row.since is None else day_in_oslo(row.since),
                ", ".join(row.also),
                ", ".join(str(seq) for seq in row.entries),
            )
            for row in found
        ],
    )


def _compared(found: list[changes.Change], form: Form) -> None:
    words = changes.words()
    if form is Form.json:
        _json([
            {"name": one.name, "before": one.before, "after": one.after, "causes": dict(one.causes)} for one in found
        ])  # fmt: skip
        return
    show(
        "",
        ["figure", "before", "after", "new", "why"],
        [
            (
                one.name,
                _whole(one.before),
                _whole(one.after),
                "" if one.difference is None else f"{one.difference:+d}",
                ", ".join(f"{count} {words[cause]}" for cause, count in one.causes.items()),
            )
            for one in found
        ],
        right=["before", "after", "new"],
    )


def _box(box: factbox.FactBox, form: Form) -> None:
    if form is Form.json:
        _json({"language": box.language, "audience": box.audience, "text": box.text, "left_out": box.left_out,
               "not_known": box.unknown, "synthetic": box.synthetic})  # fmt: skip
        return
    screen = console()
    screen.print(box.text, markup=False)
    screen.print(f"Left out for this audience: {', '.join(box.left_out)}.", markup=False)
    if box.unknown:
        screen.print(f"NOT KNOWN for this day: {', '.join(box.unknown)}.", markup=False)


def _value(figure: Figure) -> str:
    if figure.value is None:
        return "NOT KNOWN"
    mark = "≥ " if figure.least else ""
    return f"{mark}{figure.value:,}" + ("" if figure.exact else " (lower bound)")


def _whole(value: int | None) -> str:
    return "NOT KNOWN" if value is None else f"{value:,}"


def _day(moment: AsOf, which: str) -> str | None:
    us = getattr(moment, which)
    return day_in_oslo(us).isoformat() if us < AsOf().known else None


def _json(value: Any) -> None:
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n")
