"""Statements and a remitter's list, read back with an XML parser, the csv module and a few lines of splitting."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from lxml import etree

from safelight.scenario.world import FilePlan
from safelight.scenario.write import bank
from tests.scenario.hand import START_US, Noted, digests, money

DAY_US = 86_400_000_000
MIDNIGHT_US = START_US - START_US % DAY_US
CAMT = {"c": "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"}
OWN, JUN, OLA = "NO9386011117947", "PH000000123456", "NO8330001234567"


def written(
    folder: Path, format: str, transfers: Sequence[int] = (0, 1, 2), owner: int | None = 0
) -> tuple[bytes, Noted]:
    noted = Noted()
    plan = FilePlan(
        "A1",
        "statement.txt",
        format,
        owner,
        None,
        transfers=tuple(transfers),
        server_time=True,
        zone="Europe/Oslo",
    )
    bank.write(money()[0], plan, folder, noted)
    return (folder / "statement.txt").read_bytes(), noted


def test_camt053(tmp_path: Path) -> None:
    data, noted = written(tmp_path, "camt053")
    top = etree.fromstring(data)
    entries = [
        (
            entry.findtext("c:Amt", None, CAMT),
            entry.find("c:Amt", CAMT).get("Ccy"),
            entry.findtext("c:CdtDbtInd", None, CAMT),
            entry.findtext("c:BookgDt/c:Dt", None, CAMT),
            entry.findtext("c:NtryDtls/c:TxDtls/c:Refs/c:EndToEndId", None, CAMT),
            "".join(entry.xpath(".//c:DbtrAcct/c:Id//text()", namespaces=CAMT)).strip(),
            "".join(entry.xpath(".//c:CdtrAcct/c:Id//text()", namespaces=CAMT)).strip(),
            entry.findtext(".//c:RltdPties/c:Cdtr/c:Nm", None, CAMT),
            entry.findtext(".//c:RmtInf/c:Ustrd", None, CAMT),
        )
        for entry in top.iter(f"{{{CAMT['c']}}}Ntry")
    ]
    assert entries == [
        (
            "250.00",
            "NOK",
            "DBIT",
            "2016-03-01",
            "E2E0000001",
            OWN,
            JUN,
            "Jun Reyes",
            "Sjakktime <3> & brett; takk",
        ),
        ("1200.50", "NOK", "CRDT", "2016-03-02", "E2E0000002", JUN, OWN, "Åse Berg", "Skinner tilbake"),
        ("99.90", "NOK", "DBIT", "2016-03-03", "E2E0000003", OWN, OLA, "Ola Lie", None),
    ]
    balances = top.xpath("//c:Bal/c:Amt/text()", namespaces=CAMT)
    assert balances == ["25000.00", "25850.60"]
    assert noted.transfers == [
        {"path": "statement.txt", "id": number, "utc_us": None, "wall_us": MIDNIGHT_US + number * DAY_US}
        for number in range(3)
    ]


def test_mt940(tmp_path: Path) -> None:
    data, noted = written(tmp_path, "mt940")
    lines = data.decode("utf-8").split("\r\n")
    assert [line for line in lines if line.startswith((":2", ":6"))] == [
        ":20:STMT16030001",
        f":25:{OWN}",
        ":28C:1/1",
        ":60F:C160301NOK25000,00",
        ":61:1603010301D250,00NTRFE2E0000001//000000000000",
        ":61:1603020302C1200,50NTRFE2E0000002//000000000001",
        ":61:1603030303D99,90NTRFE2E0000003//000000000002",
        ":62F:C160303NOK25850,60",
    ]
    details = re.findall(r":86:.*?(?=:6|\Z)", data.decode("utf-8").replace("\r\n", ""), re.DOTALL)
    assert details[0] == (
        f":86:166?00OVERFORING?20EREF+E2E0000001?21SVWZ+Sjakktime <3> & brett;?22 takk?31{JUN}?32Jun Reyes"
    )
    assert max(len(line) for line in lines) <= 65
    assert [one["wall_us"] for one in noted.transfers] == [
        MIDNIGHT_US + number * DAY_US for number in range(3)
    ]


def test_bank_csv(tmp_path: Path) -> None:
    data, _ = written(tmp_path, "bank-csv")
    rows = list(csv.DictReader(StringIO(data.decode("latin-1")), delimiter=";"))
    assert rows[0] == {
        "Bokføringsdato": "01.03.2016",
        "Beløp": "-250,00",
        "Valuta": "NOK",
        "Fra konto": OWN,
        "Fra navn": "Åse Berg",
        "Til konto": JUN,
        "Til navn": "Jun Reyes",
        "Melding": "Sjakktime <3> & brett; takk",
        "Referanse": "E2E0000001",
    }
    assert [row["Beløp"] for row in rows] == ["-250,00", "1200,50", "-99,90"]


def test_remitter_csv(tmp_path: Path) -> None:
    data, noted = written(tmp_path, "remitter-csv", (3, 4), None)
    rows = list(csv.DictReader(StringIO(data.decode("utf-8-sig"))))
    columns = ("MTCN", "Sent (UTC)", "Sender ID", "Receiver ID", "Amount", "Currency")
    assert [tuple(row[name] for name in columns) for row in rows] == [
        ("1234567890", "2016-03-04 12:00:00", "RC000000001", "RC000000002", "40.00", "EUR"),
        ("1234567891", "2016-03-05 12:00:00", "RC000000002", "RC000000001", "1000.00", "PHP"),
    ]
    assert noted.transfers[0]["utc_us"] == START_US // 1_000_000 * 1_000_000 + 3 * DAY_US
    assert noted.accounts == [("statement.txt", 3, "Åse Berg"), ("statement.txt", 4, "Jun Reyes")]


def test_same_world_same_bytes(tmp_path: Path) -> None:
    for format in ("camt053", "mt940", "bank-csv"):
        written(tmp_path / "one" / format, format)
        written(tmp_path / "two" / format, format)
    assert digests(tmp_path / "one") == digests(tmp_path / "two")
