"""Bank statements of SWIFT MT940, by the library mt-940, one statement line at a time.

Sources: the library's documentation (mt-940, BSD) for the tags; the subfields of tag 86 from the banks' guides: `?20` to
`?29` and `?60` to `?63` remittance, `?31` account, `?32` and `?33` name (German practice), `/NAME/`, `/IBAN/`, `/REMI/`,
`/EREF/` (Dutch practice). The library is given the head of a statement and one line each time, so that a file of any size
streams and a broken line costs itself; its own reading of tag 86 joins account and name, so that is done here.

Dates are dates: no zone, and midnight stands for the day.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import mt940

from safelight.inspect.model import Group
from safelight.parsers.json_values import dumped
from safelight.parsers.model import Emitted, Subject, Trouble, Variant
from safelight.parsers.money import amount
from safelight.traces.model import Account, Trace, Transfer
from safelight.traces.moment import Moment, wall_only
from safelight.traces.networks import account_number

_MT940 = Variant(
    "mt940", "documentation", "Tags `:20:`, `:25:`, `:60F:`, `:61:`, `:86:`, with or without SWIFT's envelope"
)
_LINE: Final = 1 << 16
_LARGEST: Final = 1 << 20
_NAMES: Final = 500_000
_FIRST: Final = re.compile(rb"(?:\A(?:\xef\xbb\xbf)?|\n|\{4:\s*)\s*:20:")
_TAG: Final = re.compile(r":(\d\d[A-Z]?):")
_DATES: Final = re.compile(r":61:(\d{6})(\d{4})?")
_SIGN: Final = re.compile(r":61:\d{6}(?:\d{4}|\s{4})?(R?[DC])[A-Z]?\s?([\d,]+)")
_SUB: Final = re.compile(r"\?(\d\d)([^?]*)")
_WORD: Final = re.compile(r"/(NAME|IBAN|REMI|EREF|CNTP|ORDP|BENM)/([^/]*)")

# It tells of each line that it cannot read at the top of its voice; here that is a recorded trouble.
logging.getLogger("mt940").addHandler(logging.NullHandler())
logging.getLogger("mt940").propagate = False


class Mt940:
    """SWIFT MT940 bank statements."""

    name = "mt940"
    version = 1
    title = "Bank statement (SWIFT MT940)"
    variants: tuple[Variant, ...] = (_MT940,)
    emits: tuple[type[Trace], ...] = (Account, Transfer)

    def accepts(self, mime: str, group: Group, size: int) -> bool:
        # SWIFT's envelope begins with a brace and a number, as JSON does.
        return mime in ("text/plain", "application/json")

    def recognise(self, subject: Subject) -> Variant | None:
        head = subject.head
        found = _FIRST.search(head) and b"\n:25:" in head and (b"\n:60F:" in head or b"\n:60M:" in head)
        return _MT940 if found else None

    def parse(self, subject: Subject, variant: Variant) -> Iterator[Emitted]:
        read = _Statements()
        with subject.open() as stream:
            number = 0
            while raw := stream.readline(_LINE):
                number += 1
                yield from read.line(number, _decoded(raw))
            yield from read.end()


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace").rstrip("\r\n")


class _Statements:
    """Statements line by line."""

    def __init__(self) -> None:
        self._head: list[str] = []
        self._block: list[str] = []
        self._size = 0
        self._at = 0
        self._account: str | None = None
        self._currency: str | None = None
        self._names: set[tuple[str, str | None]] = set()

    def line(self, number: int, text: str) -> Iterator[Emitted]:
        """Take one line."""
        text = text[text.find(":20:") :] if "{4:" in text and ":20:" in text else text
        found = _TAG.match(text)
        tag = found[1] if found else ""
        if tag == "20":
            yield from self.end()
            self._head, self._account, self._currency = [text], None, None
        elif tag == "61":
            yield from self.end()
            self._block, self._at, self._size = [text], number, len(text)
        elif tag in ("62F", "62M", "64", "65") or (text.startswith(("-}", "-")) and len(text.strip()) <= 2):
            yield from self.end()
        elif self._block and tag in ("", "86"):
            self._size += len(text)
            if self._size <= _LARGEST:
                self._block.append(text)
        elif not self._block and self._head and len(self._head) < 50:
            self._head.append(text[:_LINE])
            if tag == "25":
                yield from self._owner(number, text[4:])
            elif tag in ("60F", "60M"):
                currency = re.match(r":60[FM]:[CD]\d{6}([A-Z]{3})", text)
                self._currency = currency[1] if currency else None

    def _owner(self, number: int, text: str) -> Iterator[Account]:
        iban = re.fullmatch(r"([A-Z]{2}\d{2}[A-Z0-9]{11,30}?)([A-Z]{3})?", text.strip())
        self._account = account_number(iban[1] if iban else text) or None
        if self._account and (self._account, None) not in self._names:
            self._names.add((self._account, None))
            yield Account(place=f"line {number}", network="bank", account=self._account, owner=True)

    def end(self) -> Iterator[Emitted]:
        """Read the statement line that is complete."""
        block, self._block = self._block, []
        if not block:
            return
        place = f"line {self._at}"
        if self._size > _LARGEST:
            yield Trouble(place, "limit", f"a statement line of more than {_LARGEST} bytes")
            return
        try:
            data = _by_library("\n".join([*self._head, *block]))
        except Exception as error:
            yield Trouble(place, "corrupt", f"{type(error).__name__}: {str(error)[:150]}")
            return
        sign = _SIGN.match(block[0])
        size = amount(sign[2].rstrip(","), ",") if sign else None
        if sign is None or size is None:
            yield Trouble(place, "corrupt", "a statement line without a readable amount")
            return
        yield from self._transfer(place, block[0], sign[1], size, data)

    def _transfer(
        self, place: str, first: str, mark: str, size: Any, data: dict[str, Any]
    ) -> Iterator[Emitted]:
        said = _details(data.get("transaction_details") or "")
        # A reversed credit takes money, a reversed debit gives it back.
        incoming = mark in ("C", "RD")
        other = account_number(said["account"]) if said.get("account") else None
        dates = _DATES.match(first)
        booked, valued = _days(data, dates)
        if other and said.get("name") and (other, said["name"]) not in self._names:
            if len(self._names) >= _NAMES:
                self._names.clear()
            self._names.add((other, said["name"]))
            yield Account(
                place=place, network="bank", account=other, name=said["name"], name_kind="full name", since=booked
            )  # fmt: skip
        ends = [(other, said.get("name")), (self._account, None)]
        (sender, sender_name), (receiver, receiver_name) = ends if incoming else reversed(ends)
        own, bank = _word(data, "customer_reference"), _word(data, "bank_reference")
        rest = {
            "reversal": True if mark.startswith("R") else None,
            "type": _word(data, "id"),
            "customer_reference": own,
            "bank_reference": bank,
            "text": _word(data, "extra_details"),
        }
        yield Transfer(
            place=place,
            network="bank",
            sender=sender,
            sender_name=sender_name,
            receiver=receiver,
            receiver_name=receiver_name,
            amount=size,
            currency=self._currency,
            direction="incoming" if incoming else "outgoing",
            time=booked,
            valued=valued,
            reference=said.get("text"),
            native_id=said.get("end_to_end") or (own if own != "NONREF" else None) or bank,
            channel="bank",
            detail=dumped({key: value for key, value in rest.items() if value is not None}),
        )


def _by_library(text: str) -> dict[str, Any]:
    found = mt940.models.Transactions(processors={"post_transaction_details": []})
    found.parse(text)
    if not found.transactions:
        raise ValueError("no transaction")
    return dict(found.transactions[0].data)


def _word(data: dict[str, Any], name: str) -> str | None:
    value = data.get(name)
    return value.strip() or None if isinstance(value, str) else None


def _days(data: dict[str, Any], dates: re.Match[str] | None) -> tuple[Moment | None, Moment | None]:
    """Booking date and value date with the digits that stand there; the booking date has no year of its own, and the library
    takes that of the value date.
    """
    valued = _day(data.get("date"), dates[1] if dates else "")
    if dates is None or not dates[2]:
        return valued, valued
    return _day(data.get("entry_date"), dates[2]), valued


def _day(found: Any, text: str) -> Moment | None:
    if not hasattr(found, "isoformat"):
        return Moment(None, None, text, "unknown") if text else None
    at = datetime(found.year, found.month, found.day, tzinfo=UTC)
    return wall_only(round(at.timestamp()) * 1_000_000, text)


def _details(text: str) -> dict[str, str]:
    """Account, name, text and end-to-end id out of tag 86."""
    flat = text.replace("\n", "")
    found: dict[str, str] = {}
    if subs := _SUB.findall(flat[:20_000]):
        stated: dict[str, str] = {}
        for key, value in subs:
            stated[key] = stated.get(key, "") + value
        lines = [value for key, value in sorted(stated.items()) if "20" <= key <= "29" or "60" <= key <= "63"]
        found["text"] = "".join(lines)
        found["account"] = stated.get("31", "")
        found["name"] = (stated.get("32", "") + stated.get("33", "")).strip()
        reference = re.search(r"EREF\+(.*?)(?=[A-Z]{4}\+|\Z)", found["text"])
        found["end_to_end"] = reference[1].strip() if reference else ""
        purpose = re.search(r"SVWZ\+(.*?)(?=[A-Z]{4}\+|\Z)", found["text"])
        found["text"] = purpose[1] if purpose else found["text"]
    elif pairs := dict(_WORD.findall(flat[:20_000])):
        found = {
            "account": pairs.get("IBAN", ""),
            "name": pairs.get("NAME", ""),
            "text": pairs.get("REMI", ""),
            "end_to_end": pairs.get("EREF", ""),
        }
    else:
        found["text"] = text
    cleaned = {key: value.strip() for key, value in found.items() if value.strip()}
    if cleaned.get("end_to_end", "").upper() == "NOTPROVIDED":
        del cleaned["end_to_end"]
    return cleaned
