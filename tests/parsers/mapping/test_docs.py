"""docs/mapping.md: every example of it is run, and every key of it is known."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from safelight.parsers.mapping.load import load
from safelight.parsers.mapping.model import KINDS, READERS
from tests.parsers.mapping.trying import lines, tried

PAGE = (Path(__file__).parents[3] / "docs" / "mapping.md").read_text("utf-8")
_FILE = re.compile(
    r"File `([^`]+)`:\n\n```\w+\n(.*?)```\n(.*?)```toml\n(.*?)```\n\nTraces:\n\n```text\n(.*?)```", re.S
)
EXAMPLES = _FILE.findall(PAGE)


@pytest.mark.parametrize(
    ("name", "data", "between", "mapping", "expected"), EXAMPLES, ids=[one[0] for one in EXAMPLES]
)
def test_example(tmp_path: Path, name: str, data: str, between: str, mapping: str, expected: str) -> None:
    trial = tried(tmp_path, mapping, name, data.encode())
    assert "\n".join(lines(trial)) + "\n" == expected
    assert trial.recognised
    assert trial.ended is None
    called = re.search(r"Mapping `([^`]+)`", between)
    assert called is not None
    written = tmp_path / called[1]
    written.write_text(mapping, "utf-8")
    assert load(written).sha256 == trial.mapping.sha256


def test_every_example_was_found() -> None:
    assert len(EXAMPLES) == PAGE.count("Traces:") == 5


def test_the_reference_names_what_there_is() -> None:
    for reader in READERS:
        assert f"`{reader}`" in PAGE
    for word in KINDS:
        assert f"`{word}`" in PAGE
    from safelight.parsers.mapping.model import Input

    for one in fields(Input):
        assert f"`input.{one.name}`" in PAGE


SAMPLES = {
    "net-bank.toml": (
        "Bokføringsdato;Beløp;Valuta;Fra konto;Fra navn;Til konto;Til navn;Melding;Referanse\r\n"
        "18.03.2016;1.214,21;NOK;NO2900001036351;Sjur;NO9400002161836;Einar;Sjakktime;E2E1\r\n"
        "13.10.2016;-924,25;NOK;NO9400002161836;Einar;PH000006824249;Luz;Premie;E2E2\r\n",
        [
            "amount=1214.2100, currency=NOK, direction=incoming, time=2016-03-18T00:00:00 unknown",
            "amount=924.2500, currency=NOK, direction=outgoing, time=2016-10-13T00:00:00 unknown",
        ],
    ),
    "remitter.toml": (
        "MTCN,Sent (UTC),Sender ID,Sender name,Receiver ID,Receiver name,Amount,Currency,Message\r\n"
        "0006026995,2016-02-07 03:56:13,RC1,Eva,RC2,Fiona,1280.09,NOK,Sjakktime\r\n",
        [
            "amount=1280.0900, currency=NOK, time=2016-02-07T03:56:13Z stated, reference=Sjakktime, native_id=0006026995"
        ],
    ),
}


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_mappings_that_come_along(tmp_path: Path, name: str) -> None:
    folder = Path(__file__).parents[3] / "docs" / "mappings"
    assert {one.name for one in folder.glob("*.toml")} == SAMPLES.keys()
    data, expected = SAMPLES[name]
    trial = tried(tmp_path, (folder / name).read_text("utf-8"), "a.csv", data.encode("cp1252"))
    found = [line for line in lines(trial) if "Transfer(" in line]
    assert len(found) == len(expected)
    for line, part in zip(found, expected, strict=True):
        assert part in line
    assert trial.recognised
