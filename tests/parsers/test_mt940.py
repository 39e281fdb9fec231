"""MT940 statements as banks document them, all transfers out."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.parsers.mt940 import Mt940
from safelight.traces.model import Account, Transfer
from tests.parsers.run import Parsed, parse

STATEMENT = """:20:STMT1
:25:NO9386011117947NOK
:28C:1/1
:60F:C160101NOK1000,00
:61:1601120113D250,00NTRFREF123//BANK1
Kjop
:86:166?00SEPA?20EREF+E2E-1?21SVWZ+Sjakk?22brett?30BICX?31NO5586011117948?32Ola?33 Nordmann
:61:1601140114C100,5NMSCNONREF//BANK2
:86:/TRTP/SEPA/IBAN/NO5586011117948/NAME/Ola Nordmann/REMI/Kontingent
/EREF/E-2
:61:160115RD5,NMSCNONREF
:86:Gebyr tilbake
fra banken
:61:160199C1,NMSCNONREF
:61:160116RC7,25NMSCX1
:62F:C160116NOK843,25
-
"""
SECOND = """{1:F01}{2:O940}{4:
:20:STMT2
:25:12345678/0012345
:60F:C160201EUR10,00
:61:160202D1,00NTRFNONREF
:86:Tårn
:62F:C160202EUR9,00
-}"""


def run(data: bytes) -> Parsed:
    return parse(Mt940(), data)


def test_statements() -> None:
    parsed = run((STATEMENT + SECOND).encode())
    assert parsed.ended is not None
    assert (parsed.ended.outcome, parsed.ended.detail) == ("done", "")
    assert [
        (*row[:-1], str(row[-1]))
        for row in parsed.of(
            Transfer, "place", "sender", "receiver", "sender_name", "receiver_name", "direction", "native_id", "reference",
            "currency", "amount",
        )
    ] == [
        ("line 5", "NO9386011117947", "NO5586011117948", None, "Ola Nordmann", "outgoing", "E2E-1", "Sjakkbrett", "NOK",
         "250.0000"),
        ("line 8", "NO5586011117948", "NO9386011117947", "Ola Nordmann", None, "incoming", "E-2", "Kontingent", "NOK",
         "100.5000"),
        ("line 11", None, "NO9386011117947", None, None, "incoming", None, "Gebyr tilbake\nfra banken", "NOK", "5.0000"),
        ("line 15", "NO9386011117947", None, None, None, "outgoing", "X1", None, "NOK", "7.2500"),
        ("line 22", "12345678/0012345", None, None, None, "outgoing", None, "Tårn", "EUR", "1.0000"),
    ]  # fmt: skip
    assert [(part.place, part.cause) for part in parsed.parts] == [("line 14", "corrupt")]
    assert parsed.of(Account, "account", "name", "owner") == [
        ("NO9386011117947", None, True),
        ("NO5586011117948", "Ola Nordmann", None),
        ("12345678/0012345", None, True),
    ]
    first, third = parsed.of(Transfer)[0], parsed.of(Transfer)[2]
    assert (first["time"]["utc"], first["time"]["wall"].isoformat(), first["time"]["text"]) == (
        None, "2016-01-13T00:00:00", "0113",
    )  # fmt: skip
    assert (first["valued"]["wall"].isoformat(), first["valued"]["text"]) == ("2016-01-12T00:00:00", "160112")
    assert third["time"]["text"] == "160115"
    assert json.loads(first["detail"]) == {
        "type": "NTRF", "customer_reference": "REF123", "bank_reference": "BANK1", "text": "Kjop",
    }  # fmt: skip
    assert json.loads(third["detail"])["reversal"] is True


def test_encodings_and_line_ends() -> None:
    data = SECOND.replace("\n", "\r\n").encode("cp1252")
    assert run(data).of(Transfer, "reference") == ["Tårn"]
    assert run(b"\xef\xbb\xbf" + STATEMENT.encode()).of(Transfer, "place")[0] == "line 5"


def test_others_are_not_taken() -> None:
    assert run(b":20:hei\nverden").ended is None


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=40), st.integers(0, 800))
def test_any_damage_costs_its_line(noise: bytes, at: int) -> None:
    data = (STATEMENT + SECOND).encode()
    parsed = run(data[:at] + noise + data[at + len(noise) :])
    assert parsed.ended is None or parsed.ended.cause == ""
