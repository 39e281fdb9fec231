"""Statements of a bank account (camt.053, MT940, a net bank's CSV) and a remitter's list of transfers.

Sources: ISO 20022 camt.053.001.02 (message definition report); SWIFT MT940 (field 86 divided by `?`, as in the German
banks' DFÜ agreement, annex 3); the CSV columns are those that Norwegian net banks and remitters commonly export.
A bank gives days, of its own country; a remitter gives UTC to the second.
"""

from __future__ import annotations

import csv
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from io import StringIO
from itertools import groupby
from pathlib import Path

from safelight.scenario.clock import WallClock, utc
from safelight.scenario.world import FilePlan, Record, Transfer, World

_DAY_US = 86_400_000_000
_CAMT = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"
_CURRENCY = {"NO": "NOK", "PH": "PHP"}
#: MT940: characters of a line of field 86, of a subfield of the purpose, and the purpose's subfields.
_LINE, _PART = 65, 27
_PURPOSE = (*range(20, 30), *range(60, 64))


def write(world: World, plan: FilePlan, root: Path, record: Record) -> None:
    """Write the transfers of `plan.transfers`, the oldest first."""
    path = root / plan.path
    path.parent.mkdir(parents=True, exist_ok=True)
    made = _Statement(world, plan)
    if plan.format == "remitter-csv":
        path.write_text(made.remitter_csv(), "utf-8-sig", newline="")
    elif plan.format == "bank-csv":
        path.write_text(made.bank_csv(), "latin-1", errors="replace", newline="")
    elif plan.format == "mt940":
        path.write_text(made.mt940(), "utf-8", newline="")
    else:
        path.write_bytes(made.camt053())
    named: set[int] = set()
    for transfer in made.transfers:
        if plan.format == "remitter-csv":
            seconds = plan.stamp(transfer.time_us) // 1_000_000 * 1_000_000
            record.transfer(plan, plan.path, transfer, utc_us=seconds, wall_us=None)
        else:
            record.transfer(plan, plan.path, transfer, utc_us=None, wall_us=made.day_us(transfer))
        for account in (transfer.sender, transfer.receiver):
            if account not in named:
                named.add(account)
                record.account(plan, plan.path, account, world.owner_name(account))


class _Statement:
    def __init__(self, world: World, plan: FilePlan) -> None:
        self._world, self._plan = world, plan
        inside = (world.transfers[number] for number in plan.transfers)
        held = (one for one in inside if plan.covers(one.time_us))
        self.transfers = sorted(held, key=lambda one: (one.time_us, one.id))
        self._clock = WallClock(plan.zone)

    def day_us(self, transfer: Transfer) -> int:
        """Midnight of the day on which the bank booked it, by its wall clock."""
        shown = self._clock.wall_us(transfer.time_us)
        return shown - shown % _DAY_US

    def _day(self, transfer: Transfer) -> datetime:
        return utc(self.day_us(transfer))

    def _native(self, account: int) -> str:
        return self._world.accounts[account].native_id

    def _months(self) -> Iterator[tuple[datetime, list[Transfer]]]:
        by_month = groupby(self.transfers, key=lambda one: self._day(one).replace(day=1))
        return ((month, list(transfers)) for month, transfers in by_month)

    @property
    def _owner(self) -> int:
        assert self._plan.owner is not None
        return self._plan.owner

    @property
    def _currency(self) -> str:
        return _CURRENCY.get(self._native(self._owner)[:2], "EUR")

    def _signed(self, transfer: Transfer) -> Decimal:
        return -transfer.amount if transfer.sender == self._owner else transfer.amount

    def camt053(self) -> bytes:
        """One document with a statement a month."""
        top = ET.Element("Document", xmlns=_CAMT)
        body = ET.SubElement(top, "BkToCstmrStmt")
        head = ET.SubElement(body, "GrpHdr")
        ET.SubElement(head, "MsgId").text = f"CAMT053-{self._native(self._owner)}"
        ET.SubElement(head, "CreDtTm").text = f"{self._world.day()}T08:00:00"
        balance = Decimal("25000.00")
        for number, (month, transfers) in enumerate(self._months(), 1):
            statement = ET.SubElement(body, "Stmt")
            ET.SubElement(statement, "Id").text = f"{month:%Y%m}-{number}"
            ET.SubElement(statement, "ElctrncSeqNb").text = str(number)
            ET.SubElement(statement, "CreDtTm").text = f"{self._day(transfers[-1]):%Y-%m-%d}T23:59:00"
            self._account(ET.SubElement(statement, "Acct"), self._owner)
            self._balance(statement, "OPBD", balance, self._day(transfers[0]))
            balance += sum(
                (self._signed(one) for one in transfers if one.currency == self._currency), Decimal(0)
            )
            self._balance(statement, "CLBD", balance, self._day(transfers[-1]))
            for transfer in transfers:
                self._entry(statement, transfer)
        ET.indent(top, " ")
        written: bytes = ET.tostring(top, "utf-8")
        return b'<?xml version="1.0" encoding="UTF-8"?>\n' + written + b"\n"

    def _account(self, parent: ET.Element, account: int) -> None:
        native = self._native(account)
        held = ET.SubElement(parent, "Id")
        if native.startswith("NO"):
            ET.SubElement(held, "IBAN").text = native
        else:
            ET.SubElement(ET.SubElement(held, "Othr"), "Id").text = native
        if account == self._owner:
            ET.SubElement(parent, "Ccy").text = self._currency
            ET.SubElement(ET.SubElement(parent, "Ownr"), "Nm").text = self._world.owner_name(account)

    def _balance(self, statement: ET.Element, code: str, amount: Decimal, day: datetime) -> None:
        balance = ET.SubElement(statement, "Bal")
        ET.SubElement(ET.SubElement(ET.SubElement(balance, "Tp"), "CdOrPrtry"), "Cd").text = code
        ET.SubElement(balance, "Amt", Ccy=self._currency).text = f"{abs(amount):.2f}"
        ET.SubElement(balance, "CdtDbtInd").text = "CRDT" if amount >= 0 else "DBIT"
        ET.SubElement(ET.SubElement(balance, "Dt"), "Dt").text = f"{day:%Y-%m-%d}"

    def _entry(self, statement: ET.Element, transfer: Transfer) -> None:
        day = f"{self._day(transfer):%Y-%m-%d}"
        entry = ET.SubElement(statement, "Ntry")
        ET.SubElement(entry, "Amt", Ccy=transfer.currency).text = f"{transfer.amount:.2f}"
        ET.SubElement(entry, "CdtDbtInd").text = "DBIT" if transfer.sender == self._owner else "CRDT"
        ET.SubElement(entry, "Sts").text = "BOOK"
        for name in ("BookgDt", "ValDt"):
            ET.SubElement(ET.SubElement(entry, name), "Dt").text = day
        ET.SubElement(entry, "AcctSvcrRef").text = f"{transfer.id:012d}"
        code = ET.SubElement(ET.SubElement(entry, "BkTxCd"), "Prtry")
        ET.SubElement(code, "Cd").text = "PMNT"
        details = ET.SubElement(ET.SubElement(entry, "NtryDtls"), "TxDtls")
        ET.SubElement(ET.SubElement(details, "Refs"), "EndToEndId").text = transfer.native_id
        parties = ET.SubElement(details, "RltdPties")
        for role, account in (("Dbtr", transfer.sender), ("Cdtr", transfer.receiver)):
            ET.SubElement(ET.SubElement(parties, role), "Nm").text = self._world.owner_name(account)
            held = ET.SubElement(parties, f"{role}Acct")
            native = self._native(account)
            kind = ET.SubElement(held, "Id")
            if native.startswith("NO"):
                ET.SubElement(kind, "IBAN").text = native
            else:
                ET.SubElement(ET.SubElement(kind, "Othr"), "Id").text = native
        if transfer.reference:
            ET.SubElement(ET.SubElement(details, "RmtInf"), "Ustrd").text = transfer.reference

    def mt940(self) -> str:
        """One message a month and currency (an entry states none), lines ending in CR LF."""
        lines: list[str] = []
        balances: dict[str, Decimal] = {}
        for number, (month, currency, transfers) in enumerate(self._by_currency(), 1):
            balance = balances.get(currency, Decimal("25000.00"))
            lines += [f":20:STMT{month:%y%m}{number:04d}", f":25:{self._native(self._owner)}"]
            lines += [f":28C:{number}/1", self._mark("60F", currency, balance, self._day(transfers[0]))]
            for transfer in transfers:
                day = self._day(transfer)
                signed = self._signed(transfer)
                mark = "D" if signed < 0 else "C"
                amount = f"{transfer.amount:.2f}".replace(".", ",")
                reference = f"{transfer.native_id}//{transfer.id:012d}"
                lines.append(f":61:{day:%y%m%d%m%d}{mark}{amount}NTRF{reference}")
                lines += self._details(transfer)
                balance += signed
            balances[currency] = balance
            lines += [self._mark("62F", currency, balance, self._day(transfers[-1])), "-"]
        return "".join(line + "\r\n" for line in lines)

    def _by_currency(self) -> Iterator[tuple[datetime, str, list[Transfer]]]:
        for month, transfers in self._months():
            for currency in sorted({one.currency for one in transfers}):
                yield month, currency, [one for one in transfers if one.currency == currency]

    def _mark(self, field: str, currency: str, amount: Decimal, day: datetime) -> str:
        shown = f"{abs(amount):.2f}".replace(".", ",")
        return f":{field}:{'D' if amount < 0 else 'C'}{day:%y%m%d}{currency}{shown}"

    def _details(self, transfer: Transfer) -> list[str]:
        """Field 86: what was said, and the other end's account and name."""
        other = transfer.receiver if transfer.sender == self._owner else transfer.sender
        said = re.sub(r"[?\r\n]+", " ", transfer.reference)
        parts = [f"EREF+{transfer.native_id}", *(_pieces(f"SVWZ+{said}") if said else ())]
        purpose = "".join(
            f"?{number}{part}" for number, part in zip(_PURPOSE, parts[: len(_PURPOSE)], strict=False)
        )
        name = self._world.owner_name(other)[:_PART]
        text = f":86:166?00OVERFORING{purpose}?31{self._native(other)}?32{name}"
        return [text[at : at + _LINE] for at in range(0, len(text), _LINE)]

    def bank_csv(self) -> str:
        """A net bank's export: semicolons, decimal commas, days as in Norway."""
        out = StringIO(newline="")
        rows = csv.writer(out, delimiter=";", lineterminator="\r\n")
        rows.writerow(
            ("Bokføringsdato", "Beløp", "Valuta", "Fra konto", "Fra navn", "Til konto", "Til navn", "Melding", "Referanse")
        )  # fmt: skip
        for one in self.transfers:
            ends = [(self._native(end), self._world.owner_name(end)) for end in (one.sender, one.receiver)]
            amount = f"{self._signed(one):.2f}".replace(".", ",")
            day = f"{self._day(one):%d.%m.%Y}"
            rows.writerow((day, amount, one.currency, *ends[0], *ends[1], one.reference, one.native_id))
        return out.getvalue()

    def remitter_csv(self) -> str:
        """A remitter's list of all of its transfers, in UTC."""
        out = StringIO(newline="")
        rows = csv.writer(out, lineterminator="\r\n")
        ends_named = ("Sender ID", "Sender name", "Receiver ID", "Receiver name")
        rows.writerow(("MTCN", "Sent (UTC)", *ends_named, "Amount", "Currency", "Message"))
        for one in self.transfers:
            at = f"{utc(self._plan.stamp(one.time_us)):%Y-%m-%d %H:%M:%S}"
            ends = [(self._native(end), self._world.owner_name(end)) for end in (one.sender, one.receiver)]
            amount = f"{one.amount:.2f}"
            rows.writerow((one.native_id, at, *ends[0], *ends[1], amount, one.currency, one.reference))
        return out.getvalue()


def _pieces(text: str) -> Iterator[str]:
    return (text[at : at + _PART] for at in range(0, len(text), _PART))
