"""The public chats with known truth (`realdata/writing`): who wrote what, and which accounts are one person."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

import duckdb
import numpy as np


@dataclass(frozen=True, slots=True)
class Line:
    """One message."""

    at: datetime
    channel: str
    text: str


@dataclass(frozen=True, slots=True)
class Chats:
    """One part of the data. `uncertain`: pairs of persons who may be one human; such pairs are not scored."""

    person: Mapping[str, str]
    lines: Mapping[str, Sequence[Line]]
    uncertain: frozenset[frozenset[str]]

    def counterparts(self) -> list[tuple[str, str]]:
        """The true pairs."""
        by_person: dict[str, list[str]] = {}
        for account, person in sorted(self.person.items()):
            by_person.setdefault(person, []).append(account)
        return [(found[0], found[1]) for found in by_person.values() if len(found) == 2]

    def limited(self, messages: Mapping[str, int] | int, *, seed: int = 1) -> Chats:
        """The same with at most so many messages an account, drawn by lot, in their order."""
        lines = {}
        for number, (account, found) in enumerate(sorted(self.lines.items())):
            most = messages if isinstance(messages, int) else messages[account]
            if len(found) > most:
                drawn = np.random.default_rng([seed, number]).choice(len(found), most, replace=False)
                found = [found[place] for place in sorted(drawn)]
            lines[account] = found
        return Chats(self.person, lines, self.uncertain)

    def only(self, accounts: frozenset[str]) -> Chats:
        """Some of its accounts."""
        return Chats(
            {one: person for one, person in self.person.items() if one in accounts},
            {one: lines for one, lines in self.lines.items() if one in accounts},
            self.uncertain,
        )


def read(folder: Path, part: str) -> Chats:
    """Read one part (`train` or `dev`). Raises OSError."""
    with (folder / "accounts.csv").open(encoding="utf-8", newline="") as stream:
        person = {row["account"]: row["person"] for row in csv.DictReader(stream) if row["part"] == part}
    with (folder / "uncertain.csv").open(encoding="utf-8", newline="") as stream:
        uncertain = frozenset(frozenset((row["person_a"], row["person_b"])) for row in csv.DictReader(stream))
    lines: dict[str, list[Line]] = {account: [] for account in sorted(person)}
    with duckdb.connect() as db:
        rows = db.execute(
            "select account, day, minute, channel, text from read_parquet(?) order by account, day, minute, text",
            [str(folder / "messages.parquet")],
        )
        while some := rows.fetchmany(50_000):
            for account, day, minute, channel, text in some:
                if account in lines:
                    at = datetime.combine(day, time()) + timedelta(minutes=minute or 0)
                    lines[account].append(Line(at, channel, text))
    return Chats(person, lines, uncertain)
