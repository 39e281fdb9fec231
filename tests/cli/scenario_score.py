"""What `scenario score` must say of an operation that was taken in whole."""

from __future__ import annotations

import re
from pathlib import Path

from tests.intake.operations import Operation

_MAPPINGS = Path(__file__).parents[2] / "docs" / "mappings"


def parse_payments(operation: Operation) -> None:
    """Take in the payments of banks and remitters, whose tables need a mapping; pairs and indexes all that is there."""
    for name in ("net-bank.toml", "remitter.toml"):
        operation.run(
            "parse", str(operation.root), "--mapping", str(_MAPPINGS / name), "--path", "*.csv", "--reason", "payments"
        )  # fmt: skip


def assert_each_found_once(said: str) -> None:
    """Every live message, call and transfer is found, none invented, and nearly all that was deleted and still exists; what
    is shown once is one.
    """

    def figures(what: str) -> list[int]:
        found = re.search(rf"(?m)^{re.escape(what)} +(\d+) +(\d+) +(\d+) ", said)
        assert found, what
        return [int(one) for one in found.groups()]

    for what in ("messages, live", "messages, marked deleted", "calls", "transfers"):
        truth, found, matched = figures(what)
        assert truth == found == matched, what
        assert matched > 0 or what == "messages, marked deleted", what
    truth, found, matched = figures("rows, recovered")
    assert matched >= 0.95 * truth and matched >= 0.999 * found
    for what in ("messages", "calls", "transfers"):
        joined = re.search(rf"(?m)^{what} shown once and truly one +(\d+) +(\d+)$", said)
        assert joined, what
        truly, of = int(joined[1]), int(joined[2])
        assert truly == of > 0, what
    truth, found, matched = figures("messages, distinct")
    assert matched >= 0.98 * truth and matched >= 0.95 * found
