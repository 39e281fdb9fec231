"""What is stated of the case, its persons and its victims, each statement with its basis and its entry in the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from safelight.casework.handover.contents import Contents
from safelight.casework.handover.report_document import (
    Block,
    Cell,
    Column,
    Facts,
    Row,
    Section,
    Table,
    Text,
    cell,
    row,
)
from safelight.casework.handover.report_words import (
    field_word,
    instant,
    minute,
    nature_word,
    period,
    value_word,
    verified_word,
)
from safelight.ledger.records import Record, Statement
from safelight.ledger.vocabulary import AUTHORITY, CASE, FIELDS, PERSON, SERIES, VICTIM
from safelight.messages import _


def sections(contents: Contents) -> Iterator[Section]:
    """The case, persons, victims and series, the authorised operations."""
    yield Section(_("The case"), "case", _of_record(contents, contents.case))
    yield from _group(contents, PERSON, _("Persons"), "persons", _("No person is given."))
    yield from _group(contents, VICTIM, _("Victims"), "victims", _("No victim is given."))
    if contents.of_type(SERIES):
        yield from _group(contents, SERIES, _("Series of media"), "series", "")
    if contents.of_type(AUTHORITY):
        yield from _group(contents, AUTHORITY, _("Authorised contact"), "authority", "")


def called(contents: Contents, record: Record) -> str:
    """`P-031 Kari Hansen`, or its number where no name is known."""
    name = contents.value(record.id, "number" if record.type == CASE else "name")
    return f"{record.name} {name}" if name else record.name


def _group(contents: Contents, type_: str, title: str, anchor: str, empty: str) -> Iterator[Section]:
    found = contents.of_type(type_)
    yield Section(title, anchor, [] if found else [Text(empty)])
    for record in found:
        yield Section(called(contents, record), f"record-{record.id}", _of_record(contents, record), 2)


def _of_record(contents: Contents, record: Record) -> Sequence[Block]:
    fields = list(FIELDS.get(record.type, {}))
    said = sorted(
        (one for one in contents.statements if one.record == record.id),
        key=lambda one: (fields.index(one.field) if one.field in fields else len(fields), one.seq),
    )
    blocks: list[Block] = []
    if record.received_from:
        blocks.append(Facts([(_("Received from operation"), record.received_from, "")]))
    holds = [_statement(contents, record, one) for one in said if one.superseded_at is None]
    blocks.append(Table(_columns(), holds, empty=_("Nothing is stated.")))
    ended = [_statement(contents, record, one) for one in said if one.superseded_at is not None]
    if ended:
        blocks.append(Table(_columns(), ended, title=_("Stated earlier; no longer holds")))
    return blocks


def _columns() -> Sequence[Column]:
    return (
        Column(_("What"), 1.5),
        Column(_("Stated"), 2.9),
        Column(_("Nature and check"), 1.6),
        Column(_("Grades"), 0.8),
        Column(_("Rests on"), 2.4),
        Column(_("Ledger"), 1.9),
    )


def _statement(contents: Contents, record: Record, one: Statement) -> Row:
    basis = one.basis
    said = value_word(one)
    target = _target(contents, one.target) if one.target else None
    holds = period(one.valid_from, one.valid_to)
    shown = Cell(
        " · ".join(part for part in (target.text if target else "", said) if part) or "–",
        holds,
        to=target.to if target else "",
    )
    rests = [part for part in (basis.source, basis.reason) if part]
    if basis.claimed_at is not None:
        rests.append(_("dated %(day)s by the sender") % {"day": instant(basis.claimed_at)[:10]})
    return row(
        (
            field_word(record.type, one.field),
            shown,
            cell(nature_word(basis.nature), verified_word(basis.verified)),
            str(basis.grade),
            "; ".join(rests),
            cell(
                _("entry %(n)s, %(who)s") % {"n": one.seq, "who": one.actor},
                _ended(contents, one) or minute(one.recorded_at),
            ),
        ),
        anchor=f"entry-{one.seq}",
        ended=one.superseded_at is not None,
    )


def _ended(contents: Contents, one: Statement) -> str:
    if one.superseded_at is None:
        return ""
    when = instant(one.superseded_at)[:10]
    if one.seq in contents.withdrawn:
        return _("withdrawn %(day)s: %(why)s") % {"day": when, "why": contents.withdrawn[one.seq]}
    by = contents.superseded_by.get(one.seq)
    return _("followed by entry %(n)s, %(day)s") % {"n": by if by is not None else "–", "day": when}


def _target(contents: Contents, target: str) -> Cell:
    """What a statement points at, and where it stands in the report."""
    if target in contents.record:
        record = contents.record[target]
        to = "case" if record.id == contents.case.id else f"record-{record.id}"
        return Cell(called(contents, record), to=to)
    for exhibit in contents.exhibits:
        if target in (exhibit.key, exhibit.number):
            return Cell(exhibit.number, to=f"exhibit-{exhibit.key}")
    for account in contents.accounts:
        if target in account.tenures or target == account.account_id:
            return Cell(f"{account.network}: {account.native}", to=f"account-{account.account_id}")
    for number, item in enumerate(contents.items, 1):
        if target == item.item_id:
            return Cell(f"I{number} {item.name}", to=f"item-{number}")
    return Cell(target)
