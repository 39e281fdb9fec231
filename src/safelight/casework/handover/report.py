"""The report of a handover in the receiver's language: a PDF set by Typst, and the same as HTML that opens offline.

Both are drawn from one `Document`. The same contents give the same bytes. The HTML has no script, no link outward and its
style inside; the PDF uses Typst's own fonts, so that no machine's fonts change it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import orjson
import typst
from jinja2 import Environment, StrictUndefined

from safelight.access.conversation_pdf import printable
from safelight.access.neutral import visible_said
from safelight.casework.handover import report_document, report_law, report_statements, report_traces
from safelight.casework.handover.contents import Contents
from safelight.casework.handover.report_document import Block, Document, Facts, Section, Table, whole
from safelight.casework.handover.report_words import audience_word, instant
from safelight.messages import _, language, use_language
from safelight.messages.figures import decimal

PDF: Final = "report.pdf"
HTML: Final = "report.html"
_LONG: Final = re.compile(r"\S{22,}")
#: Each place to break costs bytes in the PDF.
_PIECE: Final = re.compile(r"\S{1,6}")


def write(contents: Contents, folder: Path) -> None:
    """Write `report.pdf` and `report.html` into a folder, in the language of the terms. Raises OSError."""
    with _speaking(contents.terms.language):
        made = document(contents)
        (folder / HTML).write_text(_html(made), "utf-8")
        (folder / PDF).write_bytes(_pdf(made, contents.terms.made_at))


def document(contents: Contents) -> Document:
    """The report as data, in the language in use."""
    terms = contents.terms
    number = str(contents.value(contents.case.id, "number") or contents.case.name)
    title = _("Report on case %(number)s") % {"number": number}
    receivers = ", ".join(one.name for one in terms.recipients)
    made = _("%(when)s by %(who)s") % {"when": instant(terms.made_at), "who": terms.maker}
    return Document(
        language=language(),
        title=title,
        subtitle=str(contents.value(contents.case.id, "title") or ""),
        head=f"{contents.operation} · {title}",
        foot=" · ".join(part for part in (terms.number, receivers, instant(terms.made_at)[:10]) if part),
        mark=_mark(contents),
        contents_title=_("Contents"),
        page=_("Page {page} of {pages}"),
        facts=Facts(
            [
                (_("Handover"), terms.number, _corrects(contents)),
                (_("Operation"), contents.operation, ""),
                (_("Case"), contents.case.name, ""),
                (_("Given to"), receivers or "–", audience_word(terms.audience)),
                (_("Made"), made, ""),
                (_("Approved by"), terms.approver or "–", ""),
                (_("Legal basis of the handover"), terms.basis or "–", ""),
                (_("Conditions of use"), terms.conditions or "–", ""),
            ]
        ),
        notes=_notes(contents),
        sections=_bounded(
            [
                *report_law.corrections(contents),
                *report_statements.sections(contents),
                *report_traces.Traces(contents).sections(),
                *report_law.exhibits(contents),
                report_traces.items(contents),
                report_law.law(contents),
                report_law.left_out(contents),
                report_law.checking(contents),
            ]
        ),
    )


def _bounded(sections: Sequence[Section]) -> list[Section]:
    """No table longer than a report holds; what was cut says where all of it is."""
    found = []
    for section in sections:
        blocks: list[Block] = []
        for block in section.blocks:
            if isinstance(block, Table) and len(block.rows) > (most := report_document.MOST):
                values = {"n": decimal(most), "every": decimal(len(block.rows)), "file": block.file}
                note = (
                    _("The first %(n)s of %(every)s stand here; all are in the package's %(file)s.") % values
                )
                block = replace(block, rows=block.rows[:most], note=note)
            blocks.append(block)
        found.append(replace(section, blocks=blocks))
    return whole(found)


def _mark(contents: Contents) -> str:
    """The word of a synthetic operation, in English too, since a page may end up with somebody who reads no Norwegian."""
    if not contents.synthetic:
        return ""
    word = _("synthetic").upper()
    return word if word == "SYNTHETIC" else f"{word} · SYNTHETIC"


def _corrects(contents: Contents) -> str:
    return _("corrects %(number)s") % {"number": contents.terms.corrects} if contents.terms.corrects else ""


def _notes(contents: Contents) -> list[str]:
    """How to read it, and no more than that."""
    notes = [
        _("A fact is what a source states, an assessment what a person concluded. Each says whether anybody verified it."),
        _(
            "Grades have a letter for the source and a number for the content, X where nobody graded it (4x4); where a "
            "second number says to whom it may go, they are of the scheme 5x5x5."
        ),
        _("“Entry” is the number of the statement in the sender's ledger. I1, I2 ... are items, listed with their hashes."),
        _("Times are of a clock in Oslo, with the distance from UTC. A question mark: the clock's zone is not known."),
    ]  # fmt: skip
    if contents.synthetic:
        notes.insert(0, _("The operation is synthetic: everything in this report is invented."))
    return notes


def _pdf(made: Document, made_at: int) -> bytes:
    template = files("safelight.casework.handover").joinpath("reports/report.typ").read_bytes()
    data = orjson.dumps(_each(made.as_data(), _breaking)).decode()
    drawn: bytes = typst.compile(
        template, sys_inputs={"data": data}, ignore_system_fonts=True, timestamp=made_at // 1_000_000, pdf_standards=["a-2a"]
    )  # fmt: skip
    return drawn


def _breaking(text: str) -> str:
    """Printable, and what has no blank in it for long may break behind every few letters (a space of no width)."""
    return _LONG.sub(lambda found: "\u200b".join(_PIECE.findall(found[0])), printable(text))


def _html(made: Document) -> str:
    source = files("safelight.casework.handover").joinpath("reports/report.html").read_text("utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(source).render(d=_each(made.as_data(), visible_said))


def _each(value: Any, draw: Callable[[str], str]) -> Any:
    """Every text in a value, drawn."""
    if isinstance(value, str):
        return draw(value)
    if isinstance(value, dict):
        return {key: _each(one, draw) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_each(one, draw) for one in value]
    return value


@contextmanager
def _speaking(wanted: str) -> Iterator[None]:
    before = language()
    use_language(wanted)
    try:
        yield
    finally:
        use_language(before)
