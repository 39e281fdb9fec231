"""IRC logs through the parser into Arrow rows, beside a bare regular-expression loop over the same lines:
`python -m benchmarks.parsers_irc --lines 500000`.

Both read the file; the bare loop matches one pattern a line and takes its groups. Lines are what a busy channel has:
nine of ten are messages, the others joins, quits, nick changes and actions. Seconds are processor time.
"""

from __future__ import annotations

import argparse
import random
import re
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from safelight.inspect.filetype import identify
from safelight.parsers.irc import Irc
from safelight.parsers.model import HEAD_BYTES, Subject
from safelight.parsers.run import Ended, Found, run

_WORDS = "the rook takes on e4 and snow falls over the model railway at nine tomorrow evening"
_EVENTS = (
    "{time} -!- {nick} [~{nick}@host{n}.example.org] has joined #chess",
    "{time} -!- {nick} [~{nick}@host{n}.example.org] has quit [Quit: good night]",
    "{time} -!- {nick} is now known as {nick}_away",
    "{time}  * {nick} waves",
)
_BARE = re.compile(
    r"(\d\d:\d\d) (?:<[ @+]?([^>]+)> (.*)|-!- (\S+) \[([^@]*)@([^\]]*)\] has (joined|quit|left)(.*)|"
    r"-!- (\S+) is now known as (\S+)| \* (\S+) (.*))"
)
_SHARE_OF_EVENTS = 0.1


def write_log(path: Path, lines: int, seed: int = 1) -> None:
    """An irssi log of `lines` lines, with a date line a day."""
    chance = random.Random(seed)
    nicks = [f"player{n}" for n in range(300)]
    with path.open("w", encoding="utf-8") as file:
        file.write("--- Log opened Mon Jan 04 00:00:00 2010\n")
        for n in range(lines):
            minute = n * 1440 // lines
            nick = chance.choice(nicks)
            stamp = f"{minute // 60:02}:{minute % 60:02}"
            if chance.random() < _SHARE_OF_EVENTS:
                file.write(chance.choice(_EVENTS).format(time=stamp, nick=nick, n=n % 1000) + "\n")
            else:
                said = " ".join(chance.choices(_WORDS.split(), k=chance.randint(2, 16)))
                file.write(f"{stamp} < {nick}> {said}\n")


def ours(path: Path) -> int:
    """Parse a log into Arrow rows; gives the number of messages."""
    head = path.read_bytes()[:HEAD_BYTES]
    size = path.stat().st_size
    kind = identify(head[:4096], size)
    messages = 0
    with tempfile.TemporaryDirectory() as scratch:
        subject = Subject(
            item_id="i1-bench",
            source_id="s1-bench",
            path="irclogs/Libera/#chess.log",
            name="#chess.log",
            size=size,
            mime=kind.mime,
            group=kind.group,
            sha256="",
            head=head,
            open=lambda: path.open("rb"),
            beside=lambda name: None,
            scratch=Path(scratch),
        )
        for found in run(subject, "exhibit", [Irc()]):
            if isinstance(found, Found) and found.table == "messages":
                messages += found.rows.num_rows
            elif isinstance(found, Ended):
                assert found.outcome == "done", found
    return messages


def bare(path: Path) -> int:
    """One pattern, line by line; gives the number of lines that it matched."""
    matched = 0
    with path.open(encoding="utf-8") as file:
        for line in file:
            if match := _BARE.match(line):
                match.groups()
                matched += 1
    return matched


def measure(lines: int, rounds: int = 3) -> tuple[str, float, float, int]:
    """Both in turn over one log: (name, seconds of ours, seconds of the bare loop, messages); the fastest round of each."""

    def timed(work: Callable[[Path], int], path: Path) -> tuple[float, int]:
        began = time.process_time()
        count = work(path)
        return time.process_time() - began, count

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "chess.log"
        write_log(path, lines)
        both = [(timed(ours, path), timed(bare, path)) for _ in range(rounds)]
    assert {mine[1] for mine, _ in both} == {other[1] for _, other in both} == {lines}
    return "IRC log", min(mine[0] for mine, _ in both), min(other[0] for _, other in both), lines


def main() -> None:
    """Print one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=500_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    name, mine, other, messages = measure(given.lines, given.rounds)
    print(
        f"{name}: {messages / mine:,.0f} messages/s, bare loop {messages / other:,.0f} lines/s, ratio {mine / other:.2f}"
    )


if __name__ == "__main__":
    main()
