"""Accounts, calls, transfers and items of a report, each with the item and place that it was read from."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from safelight.access.neutral import readable
from safelight.casework.handover import report_messages
from safelight.casework.handover.contents import AccountGiven, Contents
from safelight.casework.handover.report_document import (
    Block,
    Cell,
    Column,
    Section,
    Table,
    cell,
    row,
)
from safelight.casework.handover.report_statements import called
from safelight.casework.handover.report_words import minute, read_by, time_of
from safelight.ledger.identity_law import account_of
from safelight.messages import _
from safelight.messages.figures import decimal


class Traces:
    """Sections about traces. Items and accounts are known by number and id, so that each line says where it stands."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._items = {one.item_id: number for number, one in enumerate(contents.items, 1)}
        self._accounts: dict[str, AccountGiven] = {one.account_id: one for one in contents.accounts}

    def sections(self) -> Iterator[Section]:
        """All of them."""
        yield Section(_("Accounts"), "accounts", self._account_tables())
        yield from report_messages.sections(self._contents)
        yield Section(_("Calls"), "calls", [self._calls()])
        yield Section(_("Transfers of money"), "transfers", [self._transfers()])

    def _account_tables(self) -> Sequence[Block]:
        blocks: list[Block] = [
            Table(
                (
                    Column(_("Network"), 1),
                    Column(_("Native id"), 2),
                    Column(_("Names seen"), 3),
                    Column(_("Stated of"), 2),
                ),
                [
                    row(
                        (
                            cell(one.network, one.instance or ""),
                            cell(one.native, code=True),
                            ", ".join(one.names),
                            self._owners(one),
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
                    f"{one.source_grade}{one.content_grade}{one.handling}",
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

    def _owners(self, one: AccountGiven) -> Cell:
        """The records that a statement in force says it is the account of."""
        of = [
            said.record
            for said in self._contents.statements
            if said.field == "account"
            and said.superseded_at is None
            and account_of(said.target or "") == one.account_id
        ]
        records = [self._contents.record[id_] for id_ in dict.fromkeys(of) if id_ in self._contents.record]
        names = ", ".join(called(self._contents, record) for record in records)
        return cell(names, to=f"record-{records[0].id}" if len(records) == 1 else "")

    def _by_police(self, account: str | None, one: Mapping[str, Any]) -> str:
        return _("police") if self._contents.by_police(account, one["at_us"]) else ""

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
                        cell(one["caller"], self._by_police(one["caller_id"], one)),
                        ", ".join(one["participants"] or ()),
                        one["kind"],
                        _seconds(one["duration"]),
                        self._source(one),
                    )
                )
                for one in sorted(self._contents.rows("calls"), key=_order)
            ],
            empty=_("No call is given."),
            file="traces/calls.csv",
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
                            one["sender_name"] or one["sender"],
                            ", ".join(
                                part
                                for part in (
                                    one["sender"] if one["sender_name"] else "",
                                    self._by_police(one["sender_id"], one),
                                )
                                if part
                            ),
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
            file="traces/transfers.csv",
        )

    def _source(self, one: Mapping[str, Any]) -> Cell:
        number = self._items.get(one["item_id"])
        where = f"I{number}" if number else str(one["item_id"])
        return Cell(
            f"{where}, {one['place']}",
            read_by(one),
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
    return Section(
        _("Items"), "items", [Table(columns, rows, empty=_("No item is given."), file="items/items.csv")]
    )


def _by(seq: int, actor: str, recorded_at: int, confirmed_by: str = "") -> Cell:
    text = _("entry %(n)s, %(who)s") % {"n": seq, "who": actor}
    if confirmed_by:
        text += ", " + _("confirmed by %(who)s") % {"who": confirmed_by}
    return cell(text, minute(recorded_at))


def _amount(one: Mapping[str, Any]) -> str:
    if one["amount"] is None:
        return ""
    return f"{decimal(one['amount'], 2)} {one['currency'] or ''}".strip()


def _seconds(duration: float | None) -> str:
    if duration is None or not math.isfinite(duration):
        return ""
    return _("%(n)s s") % {"n": decimal(round(duration))}


def _order(one: Mapping[str, Any]) -> tuple[bool, int, str]:
    at = one["at_us"]
    return (at is None, at or 0, str(one["trace_id"]))
