"""Accounts, messages, calls and transfers of a report, each with the item and place that it was read from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from safelight.access.neutral import readable
from safelight.casework.handover.contents import AccountGiven, Contents
from safelight.casework.handover.report_document import (
    Block,
    Cell,
    Column,
    Row,
    Section,
    Table,
    Text,
    cell,
    row,
)
from safelight.casework.handover.report_words import minute, time_of
from safelight.ledger.identity_law import account_of
from safelight.messages import _, ngettext
from safelight.messages.figures import decimal

#: Messages that a report holds at most, some hundred pages; the tables of the package hold all.
MOST: Final = 2_000


class Traces:
    """Sections about traces. Items and accounts are known by number and id, so that each line says where it stands."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._items = {one.item_id: number for number, one in enumerate(contents.items, 1)}
        self._accounts: dict[str, AccountGiven] = {one.account_id: one for one in contents.accounts}

    def sections(self) -> Iterator[Section]:
        """All of them."""
        yield Section(_("Accounts"), "accounts", self._account_tables())
        yield from self._conversations()
        yield Section(_("Calls"), "calls", [self._calls()])
        yield Section(_("Transfers of money"), "transfers", [self._transfers()])

    def _account_tables(self) -> Sequence[Block]:
        blocks: list[Block] = [
            Table(
                (Column(_("Network"), 1), Column(_("Native id"), 2), Column(_("Names seen"), 3)),
                [
                    row(
                        (
                            cell(one.network, one.instance or ""),
                            cell(one.native, code=True),
                            ", ".join(one.names),
                        ),
                        anchor=f"account-{one.account_id}",
                    )
                    for one in self._contents.accounts
                ],
                empty=_("No account is given."),
            )
        ]
        decided = [
            row(
                (
                    self._account(one.a),
                    self._account(one.b),
                    _("the same person") if one.decision == "same" else _("different persons"),
                    cell(
                        one.reason,
                        ""
                        if one.seen is None
                        else _("proposed by the machine with %(percent)s %%")
                        % {"percent": decimal(one.seen * 100)},
                    ),
                    f"{one.source_grade}{one.content_grade}",
                    _by(one.seq, one.actor, one.recorded_at, one.confirmed_by),
                ),
                anchor=f"entry-{one.seq}",
            )
            for one in self._contents.identities
        ]
        if decided:
            columns = (
                Column(_("Account"), 1.5), Column(_("Account"), 1.5), Column(_("Decided"), 1.3), Column(_("Reason"), 2.6),
                Column(_("Grades"), 0.7), Column(_("Ledger"), 1.9),
            )  # fmt: skip
            blocks.append(Table(columns, decided, title=_("Decisions about accounts (assessments)")))
        splits = [
            row(
                (
                    self._account(one.account_id),
                    one.at_text,
                    one.reason,
                    _by(one.seq, one.actor, one.recorded_at),
                ),
                anchor=f"entry-{one.seq}",
            )
            for one in self._contents.splits
        ]
        if splits:
            of_splits = (
                Column(_("Account"), 1.5),
                Column(_("When"), 1.3),
                Column(_("Reason"), 3),
                Column(_("Ledger"), 1.9),
            )
            blocks.append(Table(of_splits, splits, title=_("Accounts that changed hands")))
        return blocks

    def _conversations(self) -> Iterator[Section]:
        rows: dict[str, list[Mapping[str, Any]]] = {}
        every = 0
        for one in self._contents.rows("messages"):
            rows.setdefault(one["conversation_id"], []).append(one)
            every += 1
        titles = {
            one["conversation_id"]: one["title"]
            for one in self._contents.rows("conversations")
            if one["title"]
        }
        shown = min(every, MOST)
        text = ngettext("%(n)s message is given.", "%(n)s messages are given.", every) % {"n": decimal(every)}
        if shown < every:
            text += " " + _("The first %(n)s stand here; all are in the package's traces/messages.csv.") % {
                "n": decimal(shown)
            }
        yield Section(_("Messages"), "messages", [Text(text)])
        left = MOST
        ordered = sorted(rows.items(), key=lambda one: (min(map(_order, one[1])), one[0]))
        for number, (id_, found) in enumerate(ordered, 1):
            if left <= 0:
                break
            found.sort(key=_order)
            title = titles.get(id_) or found[0]["conversation"]
            table = Table(self._columns(), [self._message(one) for one in found[:left]])
            left -= len(found)
            yield Section(f"{found[0]['network']}: {title}", f"conversation-{number}", [table], 2)

    def _columns(self) -> Sequence[Column]:
        return (
            Column(_("Time"), 1.7),
            Column(_("From"), 1.5),
            Column(_("Text"), 5),
            Column(_("Source"), 1.7),
        )

    def _message(self, one: Mapping[str, Any]) -> Row:
        when, note = time_of(dict(one), "sent")
        states = {"deleted": _("deleted"), "recovered": _("recovered")}
        small = ", ".join(part for part in (note, states.get(one["state"], "")) if part)
        text = "\n".join(part for part in (one["subject"], one["text"]) if part)
        attached = _("with attachments") if one["attachments"] else ""
        name = one["sender_name"] or one["sender"] or ""
        return row(
            (
                cell(when, small),
                cell(name, one["sender"] if one["sender"] and one["sender"] != name else ""),
                cell(text, attached),
                self._source(one),
            )
        )

    def _calls(self) -> Table:
        columns = (
            Column(_("Time"), 1.7), Column(_("From"), 1.5), Column(_("To"), 2), Column(_("Kind"), 1),
            Column(_("Duration"), 1), Column(_("Source"), 1.7),
        )  # fmt: skip
        return Table(
            columns,
            [
                row(
                    (
                        cell(*time_of(one, "started")),
                        one["caller"],
                        ", ".join(one["participants"] or ()),
                        one["kind"],
                        ""
                        if one["duration"] is None
                        else _("%(n)s s") % {"n": decimal(round(one["duration"]))},
                        self._source(one),
                    )
                )
                for one in sorted(self._contents.rows("calls"), key=_order)
            ],
            empty=_("No call is given."),
        )

    def _transfers(self) -> Table:
        columns = (
            Column(_("Time"), 1.7), Column(_("From"), 1.6), Column(_("To"), 1.6), Column(_("Amount"), 1.2, right=True),
            Column(_("Reference"), 1.8), Column(_("Source"), 1.7),
        )  # fmt: skip
        return Table(
            columns,
            [
                row(
                    (
                        cell(*time_of(one, "time")),
                        cell(
                            one["sender_name"] or one["sender"], one["sender"] if one["sender_name"] else ""
                        ),
                        cell(
                            one["receiver_name"] or one["receiver"],
                            one["receiver"] if one["receiver_name"] else "",
                        ),
                        _amount(one),
                        cell(one["reference"], one["channel"] or ""),
                        self._source(one),
                    )
                )
                for one in sorted(self._contents.rows("transfers"), key=_order)
            ],
            empty=_("No transfer is given."),
        )

    def _source(self, one: Mapping[str, Any]) -> Cell:
        number = self._items.get(one["item_id"])
        where = f"I{number}" if number else str(one["item_id"])
        return Cell(
            f"{where}, {one['place']}",
            f"{one['parser']} {one['version']}",
            True,
            f"item-{number}" if number else "",
        )

    def _account(self, tenure: str) -> Cell:
        account = self._accounts.get(account_of(tenure))
        if account is None:
            return cell(tenure, code=True)
        return cell(account.native, account.network, to=f"account-{account.account_id}")


def items(contents: Contents) -> Section:
    """Items by their numbers, with hashes, and whether their bytes are in the package."""
    columns = (
        Column(_("No."), 0.5),
        Column(_("Item"), 5),
        Column(_("Size"), 1, right=True),
        Column(_("Given"), 1.2),
    )
    rows = [
        row(
            (
                f"I{number}",
                Cell(
                    f"{one.exhibit}: {readable(one.path)}",
                    f"SHA-256 {one.sha256 or '–'}",
                    True,
                ),
                "" if one.size is None else decimal(one.size),
                one.file or _("hashes alone"),
            ),
            anchor=f"item-{number}",
        )
        for number, one in enumerate(contents.items, 1)
    ]  # fmt: skip
    return Section(_("Items"), "items", [Table(columns, rows, empty=_("No item is given."))])


def _by(seq: int, actor: str, recorded_at: int, confirmed_by: str = "") -> Cell:
    text = _("entry %(n)s, %(who)s") % {"n": seq, "who": actor}
    if confirmed_by:
        text += ", " + _("confirmed by %(who)s") % {"who": confirmed_by}
    return cell(text, minute(recorded_at))


def _amount(one: Mapping[str, Any]) -> str:
    if one["amount"] is None:
        return ""
    return f"{decimal(one['amount'], 2)} {one['currency'] or ''}".strip()


def _order(one: Mapping[str, Any]) -> tuple[bool, int, str]:
    at = one["at_us"]
    return (at is None, at or 0, str(one["trace_id"]))
