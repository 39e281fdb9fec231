"""A mapping over a real file: the 120,558 transactions of AMLSim's sample, which no parser knows."""

from __future__ import annotations

import tarfile
from decimal import Decimal
from pathlib import Path

from safelight.parsers.mapping.load import parsed
from safelight.parsers.mapping.trial import subject_of, try_mapping
from safelight.traces.model import Transfer

MAPPING = b"""
name = "amlsim"
version = 1
network = "amlsim"
[input]
reader = "delimited"
[[rule]]
name = "transactions"
trace = "transfer"
[rule.fields]
sender = "sourceNodeId"
receiver = "targetNodeId"
amount = "value"
"""


def test_transactions(realdata: Path, tmp_path: Path) -> None:
    with tarfile.open(realdata / "amlsim" / "20K_fanin200cycle200.tgz") as archive:
        stream = archive.extractfile("20K_fanin200cycle200/transactions.csv")
        assert stream is not None
        data = stream.read()
    (tmp_path / "transactions.csv").write_bytes(data)
    trial = try_mapping(parsed(MAPPING), subject_of(tmp_path / "transactions.csv", tmp_path), 200_000)
    assert [str(rule) for rule in trial.rules] == [
        "rule transactions: 120558 of 120558 records became transfer traces"
    ]
    transfers = [trace for one in trial.first for trace in one.traces if isinstance(trace, Transfer)]
    assert (trial.recognised, len(transfers), trial.ended) == (True, 120_558, None)
    assert [(one.place, one.sender, one.receiver, one.amount) for one in transfers[:2]] == [
        ("line 2", "216", "14730", Decimal("163.3")),
        ("line 3", "322", "5431", Decimal("143.11")),
    ]
    stated = sum(Decimal(line.split(b",")[2].decode()) for line in data.splitlines()[1:])
    assert sum(one.amount or 0 for one in transfers) == stated
