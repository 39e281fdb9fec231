"""Exhibits with their custody, law and conditions, what was left out, what no longer holds, and how to check it all."""

from __future__ import annotations

from collections.abc import Iterator

from safelight.casework.handover.contents import Contents
from safelight.casework.handover.report_document import Block, Column, Facts, Section, Table, Text, cell, row
from safelight.casework.handover.report_words import act_word, audience_word, clock, instant, minute
from safelight.ledger.exhibits import Exhibit
from safelight.messages import _
from safelight.messages.figures import decimal


def exhibits(contents: Contents) -> Iterator[Section]:
    """Each exhibit, who had it, when and where."""
    empty = [] if contents.exhibits else [Text(_("No exhibit is given."))]
    yield Section(_("Exhibits and custody"), "exhibits", empty)
    for one in contents.exhibits:
        yield Section(f"{one.number} {one.label}".strip(), f"exhibit-{one.key}", _exhibit(contents, one), 2)


def law(contents: Contents) -> Section:
    """What the handover rests on, and what may be done with it."""
    terms = contents.terms
    facts = Facts(
        [
            (_("Legal basis of the handover"), terms.basis or "–", ""),
            (_("Conditions of use"), terms.conditions or "–", ""),
            (_("Given to"), ", ".join(one.name for one in terms.recipients) or "–", ""),
            (_("Audience"), audience_word(terms.audience), ""),
            (_("Made by"), terms.maker, instant(terms.made_at)),
            (_("Approved by"), terms.approver or _("nobody; no bytes of media are given"), ""),
        ]
    )
    columns = (Column(_("Exhibit"), 1.5), Column(_("Legal basis"), 4), Column(_("Ledger"), 1.5))
    bases = Table(
        columns,
        [
            row((cell(one.number, to=f"exhibit-{one.key}"), one.legal_basis, _entry(one.seq)))
            for one in contents.exhibits
        ],
        title=_("Legal basis of each seizure"),
        empty=_("No exhibit is given."),
    )
    return Section(_("Legal basis and conditions of use"), "law", [facts, bases])


def left_out(contents: Contents) -> Section:
    """What was left out and why."""
    columns = (
        Column(_("Number"), 0.8, right=True),
        Column(_("What"), 2.4),
        Column(_("Given instead"), 2),
        Column(_("Ground"), 3),
    )
    rows = [
        row((decimal(one.count) if one.count else "", one.what, one.instead, one.why))
        for one in contents.left_out
    ]
    return Section(
        _("What was left out and why"), "left-out", [Table(columns, rows, empty=_("Nothing was left out."))]
    )


def corrections(contents: Contents) -> Iterator[Section]:
    """Of a correction what of the earlier package no longer holds."""
    if not contents.terms.corrects:
        return
    columns = (
        Column(_("About"), 1.5), Column(_("What"), 1.5), Column(_("Given then"), 2), Column(_("Holds now"), 2),
        Column(_("Ledger"), 1.9),
    )  # fmt: skip
    rows = [
        row(
            (
                one.about,
                one.field,
                one.given,
                one.now or _("nothing took its place"),
                cell(_("entry %(n)s, %(who)s") % {"n": one.seq, "who": one.actor}, minute(one.recorded_at)),
            )
        )
        for one in contents.touched
    ]
    table = Table(columns, rows, empty=_("No single statement is named."))
    yield Section(_("Correction of an earlier handover"), "correction", [table])


def checking(contents: Contents) -> Section:
    """How a receiver finds out whether this is whole and unchanged."""
    return Section(
        _("How this can be checked"),
        "checking",
        [
            Text(
                _(
                    "This report is one file of a signed package. The package's verify.py needs Python alone, compares "
                    "every file with the signed lists, and checks the signature against the fingerprint that the sender "
                    "tells by another way."
                )
            ),
            Text(
                _(
                    "An entry number names an entry of the sender's ledger, a chain of entries in which each carries the "
                    "hash of the one before. The package's audit folder proves which entries stand in it."
                )
            ),
            Facts([(_("Ledger head"), contents.head, ""), (_("Made with"), contents.tool, "")]),
        ],
    )


def _exhibit(contents: Contents, one: Exhibit) -> list[Block]:
    seized = _("%(day)s by %(who)s") % {"day": one.seized, "who": one.officer}
    facts = Facts(
        [
            (_("Seized"), seized, _entry(one.seq)),
            (_("Legal basis"), one.legal_basis or "–", ""),
            (
                _("Size as stated"),
                "–" if one.size is None else _("%(n)s bytes") % {"n": decimal(one.size)},
                "",
            ),
            (_("Stated hash"), one.acquired_hash or "–", ""),
            (_("Sources"), ", ".join(s.label for s in contents.sources if s.exhibit == one.key) or "–", ""),
        ]
    )
    columns = (
        Column(_("When"), 1.7), Column(_("Act"), 1.1), Column(_("Who"), 1.5), Column(_("Where"), 1.6),
        Column(_("Note"), 1.8), Column(_("Ledger"), 1.9),
    )  # fmt: skip
    rows = [
        row(
            (
                cell(*clock(act.happened_at)),
                act_word(act.act),
                act.person,
                act.place,
                act.note,
                cell(_("entry %(n)s, %(who)s") % {"n": act.seq, "who": act.actor}, minute(act.recorded_at)),
            )
        )
        for act in contents.custody
        if act.exhibit == one.key
    ]
    return [facts, Table(columns, rows, title=_("Custody"), empty=_("No act of custody is recorded."))]


def _entry(seq: int) -> str:
    return _("entry %(n)s") % {"n": seq}
