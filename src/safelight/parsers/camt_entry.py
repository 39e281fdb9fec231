"""One entry (`Ntry`) of an ISO 20022 statement as transfers (the format: `camt053.py`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from safelight.parsers.json_values import dumped
from safelight.parsers.money import amount
from safelight.traces.iso_text import moment
from safelight.traces.model import Account, Transfer
from safelight.traces.moment import Moment, wall_only
from safelight.traces.networks import account_number

_DATE: Final = re.compile(r"(\d{4}-\d\d-\d\d)(?:Z|[+-]\d\d:\d\d)?")
_NAMES: Final = 500_000


@dataclass(slots=True)
class Statement:
    """The statement that is read."""

    place: str
    account: str | None = None
    owner: str | None = None
    entries: int = 0


def local(element: Any) -> str:
    """The name of an element without its namespace; empty for comments, instructions and entities."""
    tag = getattr(element, "tag", None)
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def find(element: Any, *path: str) -> Any:
    """The first element at the end of a path of local names."""
    for name in path:
        if element is None:
            return None
        element = next((one for one in element if local(one) == name), None)
    return element


def every(element: Any, name: str) -> list[Any]:
    """The children of that name."""
    return [] if element is None else [one for one in element if local(one) == name]


def words(element: Any, *path: str) -> str | None:
    """The text at the end of a path."""
    found = find(element, *path)
    text = found.text if found is not None else None
    return (text.strip() or None) if isinstance(text, str) else None


def number_of(account: Any) -> str | None:
    """The IBAN of an account, else the number that its bank gave it."""
    return words(account, "Id", "IBAN") or words(account, "Id", "Othr", "Id")


def _account(account: Any) -> str | None:
    number = number_of(account)
    return account_number(number) or None if number else None


def name_of(party: Any) -> str | None:
    """The name of a party; since version 8 one level deeper."""
    return words(party, "Nm") or words(party, "Pty", "Nm") or words(party, "Agt", "FinInstnId", "Nm")


def day(element: Any) -> Moment | None:
    """`Dt` (a date) or `DtTm` (a time, with or without an offset)."""
    time = words(element, "DtTm")
    if time:
        return moment(time)
    text = words(element, "Dt")
    found = _DATE.fullmatch(text) if text else None
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(found[1]).replace(tzinfo=UTC) if found else None
    except ValueError:
        at = None
    if at is None:
        return Moment(None, None, text, "unknown")
    return wall_only(round(at.timestamp()) * 1_000_000, text)


def transfers(
    statement: Statement, entry: Any, names: set[tuple[str, str | None]]
) -> Iterator[Account | Transfer]:
    """The transfers of one entry and the accounts that they name. Raises ValueError where no amount can be read."""
    place = f"{statement.place}/Ntry[{statement.entries}]"
    details = [one for part in every(entry, "NtryDtls") for one in every(part, "TxDtls")]
    if len(details) > 1 and any(_amount(one) is None for one in details):
        details = []
    if not details:
        yield from _transfer(statement, place, entry, None, names)
    for number, one in enumerate(details, 1):
        yield from _transfer(statement, f"{place}/TxDtls[{number}]", entry, one, names)


def _amount(element: Any) -> Any:
    """The element with the amount in the account's currency."""
    for path in (("Amt",), ("AmtDtls", "TxAmt", "Amt")):
        found = find(element, *path)
        if found is not None:
            return found
    return None


def _transfer(
    statement: Statement, place: str, entry: Any, detail: Any, names: set[tuple[str, str | None]]
) -> Iterator[Account | Transfer]:
    stated = _amount(detail) if detail is not None else None
    if stated is None:
        stated = find(entry, "Amt")
    size = amount(stated.text or "") if stated is not None else None
    if size is None:
        raise ValueError(f"no readable amount: {stated.text if stated is not None else 'none'}")
    booked = words(detail, "CdtDbtInd") or words(entry, "CdtDbtInd")
    if booked not in ("CRDT", "DBIT"):
        raise ValueError(f"CdtDbtInd is {booked}")
    incoming = booked == "CRDT"
    reversal = words(entry, "RvslInd") in ("true", "1")
    parties = find(detail, "RltdPties")
    ends = [
        (_account(find(parties, f"{role}Acct")), name_of(find(parties, role))) for role in ("Dbtr", "Cdtr")
    ]
    if reversal:
        ends.reverse()
    own = (statement.account, statement.owner)
    sender, receiver = ends
    if incoming:
        receiver = (receiver[0] or own[0], receiver[1] or own[1])
    else:
        sender = (sender[0] or own[0], sender[1] or own[1])
    booking = day(find(entry, "BookgDt"))
    ordinal = 0
    for account, name in (sender, receiver):
        if account and name and (account, name) not in names:
            if len(names) >= _NAMES:
                names.clear()
            names.add((account, name))
            yield Account(
                place=place, ordinal=ordinal, network="bank", account=account, name=name, name_kind="full name",
                since=booking,
            )  # fmt: skip
            ordinal += 1
    yield Transfer(
        place=place,
        network="bank",
        sender=sender[0],
        sender_name=sender[1],
        receiver=receiver[0],
        receiver_name=receiver[1],
        amount=size,
        currency=stated.get("Ccy"),
        direction="incoming" if incoming else "outgoing",
        time=booking,
        valued=day(find(entry, "ValDt")),
        reference=_reference(detail) or words(entry, "AddtlNtryInf"),
        native_id=_id(entry, detail),
        channel="bank",
        detail=dumped(_rest(entry, detail, reversal)),
    )


def _reference(detail: Any) -> str | None:
    free = [one.text.strip() for one in every(find(detail, "RmtInf"), "Ustrd") if isinstance(one.text, str)]
    structured = [words(one, "CdtrRefInf", "Ref") for one in every(find(detail, "RmtInf"), "Strd")]
    return "\n".join(one for one in [*free, *structured] if one) or None


def _id(entry: Any, detail: Any) -> str | None:
    end_to_end = words(detail, "Refs", "EndToEndId")
    if end_to_end and end_to_end.upper() != "NOTPROVIDED":
        return end_to_end
    return (
        words(detail, "Refs", "TxId")
        or words(detail, "Refs", "AcctSvcrRef")
        or words(entry, "AcctSvcrRef")
        or words(entry, "NtryRef")
    )


def _rest(entry: Any, detail: Any, reversal: bool) -> dict[str, Any]:
    code = [
        words(entry, "BkTxCd", "Domn", *path) for path in (("Cd",), ("Fmly", "Cd"), ("Fmly", "SubFmlyCd"))
    ]
    found = {
        "reversal": reversal or None,
        "status": words(entry, "Sts") or words(entry, "Sts", "Cd"),
        "code": "/".join(one for one in code if one) or words(entry, "BkTxCd", "Prtry", "Cd"),
        "entry": words(entry, "NtryRef"),
        "bank_reference": words(entry, "AcctSvcrRef"),
        "batch": words(find(entry, "NtryDtls"), "Btch", "NbOfTxs"),
        "ultimate_debtor": name_of(find(detail, "RltdPties", "UltmtDbtr")),
        "ultimate_creditor": name_of(find(detail, "RltdPties", "UltmtCdtr")),
        "entry_text": words(entry, "AddtlNtryInf"),
        "text": words(detail, "AddtlTxInf"),
    }
    return {key: value for key, value in found.items() if value is not None}
