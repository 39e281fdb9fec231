"""ISO 20022 statements: the documented structure in several versions and messages, all transfers out."""

# ruff: noqa: E501

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.parsers.camt053 import Camt053
from safelight.parsers.money import amount
from safelight.traces.model import Account, Transfer
from tests.parsers.run import Parsed, parse

ENTRIES = """
<Ntry><NtryRef>N1</NtryRef><Amt Ccy="NOK">250.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts>
 <BookgDt><Dt>2016-01-12</Dt></BookgDt><ValDt><Dt>2016-01-13</Dt></ValDt><AcctSvcrRef>B1</AcctSvcrRef>
 <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>DMCT</SubFmlyCd></Fmly></Domn></BkTxCd>
 <NtryDtls><TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs>
  <RltdPties><Cdtr><Nm>Ola Nordmann</Nm></Cdtr><CdtrAcct><Id><IBAN>NO93 8601 1117 947</IBAN></Id></CdtrAcct></RltdPties>
  <RmtInf><Ustrd>Sjakkbrett</Ustrd><Ustrd>til klubben</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="NOK">100.50</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
 <BookgDt><DtTm>2016-01-14T10:00:00+01:00</DtTm></BookgDt>
 <NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId><TxId>T2</TxId></Refs>
  <RltdPties><Dbtr><Pty><Nm>Per</Nm></Pty></Dbtr><DbtrAcct><Id><Othr><Id>8601.11.17947</Id></Othr></Id></DbtrAcct></RltdPties>
  <RmtInf><Strd><CdtrRefInf><Ref>RF18</Ref></CdtrRefInf></Strd></RmtInf></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="NOK">30</Amt><CdtDbtInd>DBIT</CdtDbtInd><BookgDt><Dt>2016-01-15+01:00</Dt></BookgDt>
 <NtryDtls><Btch><NbOfTxs>2</NbOfTxs></Btch>
  <TxDtls><Refs><EndToEndId>E3a</EndToEndId></Refs><Amt Ccy="NOK">10</Amt><RltdPties><Cdtr><Nm>A</Nm></Cdtr></RltdPties></TxDtls>
  <TxDtls><Refs><EndToEndId>E3b</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy="NOK">20</Amt></TxAmt></AmtDtls></TxDtls>
 </NtryDtls></Ntry>
<Ntry><Amt Ccy="NOK">250.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><RvslInd>true</RvslInd><BookgDt><Dt>2016-01-16</Dt></BookgDt>
 <NtryDtls><TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs><RltdPties><Dbtr><Nm>Kari</Nm></Dbtr>
  <Cdtr><Nm>Ola Nordmann</Nm></Cdtr><CdtrAcct><Id><IBAN>NO9386011117947</IBAN></Id></CdtrAcct></RltdPties></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="NOK">5</Amt><CdtDbtInd>DBIT</CdtDbtInd><BookgDt><Dt>2016-01-17</Dt></BookgDt>
 <NtryDtls><TxDtls/><TxDtls/></NtryDtls><AddtlNtryInf>Gebyr</AddtlNtryInf></Ntry>
<Ntry><Amt Ccy="NOK">mye</Amt><CdtDbtInd>DBIT</CdtDbtInd></Ntry>
"""


def document(
    entries: str = ENTRIES,
    message: str = "BkToCstmrStmt",
    part: str = "Stmt",
    version: str = "02",
    prefix: str = "",
) -> str:
    colon = f"{prefix}:" if prefix else ""
    body = (
        f"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}'><{message}><GrpHdr><MsgId>M</MsgId></GrpHdr>"
        f"<{part}><Id>S1</Id><Acct><Id><IBAN>NO5586011117948</IBAN></Id><Ccy>NOK</Ccy><Ownr><Nm>Kari Nordmann</Nm></Ownr></Acct>"
        f"<Bal><Amt Ccy='NOK'>1</Amt></Bal>{entries}</{part}></{message}></Document>"
    )
    if colon:
        body = (
            body.replace("</", "\0")
            .replace("<", f"<{colon}")
            .replace("\0", f"</{colon}")
            .replace("xmlns=", f"xmlns:{prefix}=")
        )
    return "<?xml version='1.0' encoding='UTF-8'?>\n" + body


def run(text: str) -> Parsed:
    return parse(Camt053(), text.encode())


EXPECTED = [
    ("Stmt[1]/Ntry[1]/TxDtls[1]", "NO5586011117948", "NO9386011117947", "Kari Nordmann", "Ola Nordmann", "250.0000",
     "outgoing", "E1", "Sjakkbrett\ntil klubben"),
    ("Stmt[1]/Ntry[2]/TxDtls[1]", "86011117947", "NO5586011117948", "Per", "Kari Nordmann", "100.5000", "incoming", "T2",
     "RF18"),
    ("Stmt[1]/Ntry[3]/TxDtls[1]", "NO5586011117948", None, "Kari Nordmann", "A", "10.0000", "outgoing", "E3a", None),
    ("Stmt[1]/Ntry[3]/TxDtls[2]", "NO5586011117948", None, "Kari Nordmann", None, "20.0000", "outgoing", "E3b", None),
    ("Stmt[1]/Ntry[4]/TxDtls[1]", "NO9386011117947", "NO5586011117948", "Ola Nordmann", "Kari", "250.0000", "incoming",
     "E1", None),
    ("Stmt[1]/Ntry[5]", "NO5586011117948", None, "Kari Nordmann", None, "5.0000", "outgoing", None, "Gebyr"),
]  # fmt: skip
COLUMNS = (
    "place", "sender", "receiver", "sender_name", "receiver_name", "amount", "direction", "native_id", "reference",
)  # fmt: skip


def _rows(parsed: Parsed) -> list[tuple[object, ...]]:
    return [
        tuple(str(value) if isinstance(value, Decimal) else value for value in row)
        for row in parsed.of(Transfer, *COLUMNS)
    ]


def test_statement() -> None:
    parsed = run(document())
    assert parsed.ended is not None
    assert (parsed.ended.outcome, parsed.ended.variant) == ("done", "053")
    assert _rows(parsed) == EXPECTED
    assert [(part.place, part.cause, part.detail) for part in parsed.parts] == [
        ("Stmt[1]/Ntry[6]", "corrupt", "no readable amount: mye")
    ]
    assert parsed.of(Account, "account", "name", "owner") == [
        ("NO5586011117948", "Kari Nordmann", True),
        ("NO9386011117947", "Ola Nordmann", None),
        ("86011117947", "Per", None),
        ("NO5586011117948", "Kari", None),
    ]
    first, second, third = parsed.of(Transfer)[:3]
    assert (first["time"]["utc"], first["time"]["wall"].isoformat(), first["time"]["text"]) == (
        None, "2016-01-12T00:00:00", "2016-01-12",
    )  # fmt: skip
    assert first["valued"]["text"] == "2016-01-13"
    assert second["time"]["utc"].isoformat() == "2016-01-14T09:00:00+00:00"
    assert (third["time"]["utc"], third["time"]["text"]) == (None, "2016-01-15+01:00")
    assert json.loads(first["detail"]) == {
        "status": "BOOK", "code": "PMNT/ICDT/DMCT", "entry": "N1", "bank_reference": "B1",
    }  # fmt: skip
    assert json.loads(parsed.of(Transfer, "detail")[4]) == {"reversal": True}


@pytest.mark.parametrize(
    ("message", "part", "variant"),
    [("BkToCstmrAcctRpt", "Rpt", "052"), ("BkToCstmrDbtCdtNtfctn", "Ntfctn", "054")],
)
def test_the_other_messages(message: str, part: str, variant: str) -> None:
    parsed = run(document(message=message, part=part, version="08"))
    assert parsed.ended is not None
    assert parsed.ended.variant == variant
    assert [row[1:] for row in _rows(parsed)] == [row[1:] for row in EXPECTED]


def test_prefixes_and_encodings() -> None:
    assert _rows(run(document(prefix="n0"))) == EXPECTED
    utf16 = document().replace("UTF-8", "UTF-16").encode("utf-16")
    assert _rows(parse(Camt053(), utf16)) == EXPECTED


def test_cut_files_keep_what_came_before() -> None:
    text = document()
    parsed = run(text[: text.index("NOTPROVIDED")])
    assert parsed.ended is not None
    assert (parsed.ended.cause, _rows(parsed)) == ("corrupt", EXPECTED[:1])


def test_entities_are_not_expanded_and_nothing_is_fetched() -> None:
    doctype = "<!DOCTYPE Document [<!ENTITY a 'Sjakk'><!ENTITY b SYSTEM 'file:///etc/passwd'>]>"
    entry = (
        "<Ntry><Amt Ccy='NOK'>1</Amt><CdtDbtInd>DBIT</CdtDbtInd><NtryDtls><TxDtls><RmtInf><Ustrd>x&b;y</Ustrd></RmtInf>"
        "</TxDtls></NtryDtls></Ntry>"
    )
    parsed = run(document(entry).replace("?>\n", "?>\n" + doctype))
    assert parsed.of(Transfer, "reference") == ["x"]
    bomb = (
        "<!DOCTYPE Document [<!ENTITY a 'aaaaaaaaaa'>"
        + "".join(f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9))
        + "]>"
    )
    bombed = run(document(entry.replace("&b;", "&j;")).replace("?>\n", "?>\n" + bomb))
    assert bombed.ended is not None
    assert bombed.ended.cause in ("", "corrupt")


@pytest.mark.parametrize(
    ("text", "decimal", "thousands", "value"),
    [
        ("1234.5", ".", "", "1234.5000"), ("-1.234,50", ",", ".", "1234.5000"), ("1 234,5", ",", " ", "1234.5000"),
        ("1.00000", ".", "", "1.0000"), ("1.00001", ".", "", None), ("1e5", ".", "", None), ("", ".", "", None),
        ("12345678901234567", ".", "", None), ("1.5", ",", "", None), ("١", ".", "", None),
    ],
)  # fmt: skip
def test_amounts(text: str, decimal: str, thousands: str, value: str | None) -> None:
    assert amount(text, decimal, thousands) == (None if value is None else Decimal(value))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 3000))
def test_any_damage_is_corrupt(noise: bytes, at: int) -> None:
    data = document().encode()
    parsed = parse(Camt053(), data[:at] + noise + data[at + len(noise) :])
    assert parsed.ended is None or parsed.ended.cause in ("", "corrupt")
