"""Bank statements of ISO 20022: camt.053 (statement), camt.052 (report within the day), camt.054 (notification).

Source: the message definitions of ISO 20022 (cash management, camt.05x.001.02 to .13) and the banks' guides to them.
Elements are found by their local names, so any version's namespace does. Read as a stream, one entry in memory at a time;
entities are not expanded, no document type is loaded and nothing is fetched.

An entry with several details is several transfers if each has its amount, else one. `CdtDbtInd` says how it was booked for
the account; in a reversal the debtor and creditor stand as in the transfer that is reversed, and are exchanged here.
Booking and value dates are dates: no zone, and midnight stands for the day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from safelight.inspect.model import Group
from safelight.parsers.camt_entry import Statement, local, name_of, number_of, transfers
from safelight.parsers.model import Emitted, ParseFailed, Subject, Trouble, Variant
from safelight.traces.model import Account, Trace, Transfer
from safelight.traces.networks import account_number

_KINDS: Final = {"BkToCstmrStmt": "053", "BkToCstmrAcctRpt": "052", "BkToCstmrDbtCdtNtfctn": "054"}
_STATEMENTS: Final = frozenset({"Stmt", "Rpt", "Ntfctn"})
_DOCS: Final = {
    "053": "camt.053: `BkToCstmrStmt`",
    "052": "camt.052: `BkToCstmrAcctRpt`",
    "054": "camt.054: `BkToCstmrDbtCdtNtfctn`",
}
_VARIANTS: Final = {name: Variant(name, "documentation", doc) for name, doc in _DOCS.items()}
_ROOT: Final = re.compile(rb"<(?:[\w.-]+:)?(BkToCstmrStmt|BkToCstmrAcctRpt|BkToCstmrDbtCdtNtfctn)[\s>]")


class Camt053:
    """ISO 20022 bank statements."""

    name = "camt053"
    version = 1
    title = "Bank statement (ISO 20022 camt.053, 052, 054)"
    variants: tuple[Variant, ...] = tuple(_VARIANTS.values())
    emits: tuple[type[Trace], ...] = (Account, Transfer)

    def accepts(self, mime: str, group: Group, size: int) -> bool:
        return mime in ("application/xml", "text/xml", "text/plain")

    def recognise(self, subject: Subject) -> Variant | None:
        found = _ROOT.search(subject.head.replace(b"\0", b""))
        return _VARIANTS[_KINDS[found[1].decode("ascii")]] if found else None

    def parse(self, subject: Subject, variant: Variant) -> Iterator[Emitted]:
        with subject.open() as stream:
            try:
                yield from _read(stream)
            except etree.XMLSyntaxError as error:
                raise ParseFailed("corrupt", f"not well-formed XML: {error}"[:300]) from None


def _read(stream: Any) -> Iterator[Emitted]:
    events = etree.iterparse(
        stream,
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    statement: Statement | None = None
    names: set[tuple[str, str | None]] = set()
    statements = 0
    for event, element in events:
        name = local(element)
        if event == "start":
            if name in _STATEMENTS and local(element.getparent()) in _KINDS:
                statements += 1
                statement = Statement(f"{name}[{statements}]")
            continue
        if statement is None:
            continue
        if name == "Acct" and local(element.getparent()) in _STATEMENTS:
            yield from _owner(statement, element, names)
        elif name == "Ntry":
            statement.entries += 1
            try:
                yield from transfers(statement, element, names)
            except ValueError as error:
                yield Trouble(f"{statement.place}/Ntry[{statement.entries}]", "corrupt", str(error)[:200])
        elif name not in ("Bal", "TxsSummry"):
            if name in _STATEMENTS:
                statement = None
            elif local(element.getparent()) not in _STATEMENTS:
                continue
        element.clear()
        while (before := element.getprevious()) is not None and before.getparent() is not None:
            before.getparent().remove(before)


def _owner(statement: Statement, element: Any, names: set[tuple[str, str | None]]) -> Iterator[Account]:
    number = number_of(element)
    if number is None:
        return
    statement.account = account_number(number)
    statement.owner = name_of(next((one for one in element if local(one) == "Ownr"), None))
    if (statement.account, statement.owner) not in names:
        names.add((statement.account, statement.owner))
        yield Account(
            place=f"{statement.place}/Acct",
            network="bank",
            account=statement.account,
            name=statement.owner,
            name_kind="full name" if statement.owner else None,
            owner=True,
        )
