"""IRC logs, read again line by line: each style's lines are exactly the messages of the truth."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest

from tests.scenario.conftest import Written

_NICK = r"(?P<nick>[^\s>]+)"
#: A line of text and an action, with the time.
_LINES = {
    "irc-irssi": (rf"(?P<t>\d\d:\d\d) < {_NICK}> (?P<text>.*)", rf"(?P<t>\d\d:\d\d)  \* {_NICK} (?P<text>.*)"),
    "irc-weechat": (
        rf"(?P<t>\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d)\t(?!--|<--|-->| \*){_NICK}\t(?P<text>.*)",
        rf"(?P<t>\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d)\t \*\t{_NICK} (?P<text>.*)",
    ),
    "irc-mirc": (rf"\[(?P<t>\d\d:\d\d:\d\d)\] <{_NICK}> (?P<text>.*)", None),
    "irc-znc": (rf"\[(?P<t>\d\d:\d\d:\d\d)\] <{_NICK}> (?P<text>.*)", rf"\[(?P<t>\d\d:\d\d:\d\d)\] \* {_NICK} (?P<text>.*)"),
    "irc-energymech": (
        rf"\[(?P<t>\d\d:\d\d:\d\d)\] <{_NICK}> (?P<text>.*)",
        rf"\[(?P<t>\d\d:\d\d:\d\d)\] \* {_NICK} (?P<text>.*)",
    ),
    "irc-ubuntu": (rf"\[(?P<t>\d\d:\d\d)\] <{_NICK}> (?P<text>.*)", rf"\[(?P<t>\d\d:\d\d)\]  \* {_NICK} (?P<text>.*)"),
}  # fmt: skip
_DAYS = (
    re.compile(r"--- Log opened \w{3} (\w{3} \d\d) \d\d:\d\d:\d\d (\d{4})"),
    re.compile(r"--- Day changed \w{3} (\w{3} \d\d) (\d{4})"),
    re.compile(r"Session (?:Start|Time): \w{3} (\w{3} \d\d) \d\d:\d\d:\d\d (\d{4})"),
)
#: What mIRC says of people looks like an action: told apart by its words.
_OF_PEOPLE = re.compile(r"\([^)]*@[^)]*\) (has joined|has left|Quit)|is now known as ")


def _day_of_path(path: Path) -> str:
    found = re.search(r"(\d{4})-?/?(\d\d)-?/?(\d\d)(?:\.log$|/[^/]*\.txt$)", path.as_posix())
    return "-".join(found.groups()) if found else ""


def _read(style: str, path: Path) -> list[tuple[datetime, str, str]]:
    out = []
    day = _day_of_path(path)
    text_line, action_line = _LINES[style]
    with path.open(encoding="utf-8", newline="") as file:
        raw = file.read()
    end = "\r\n" if style == "irc-mirc" else "\n"
    assert raw.endswith(end)
    for line in raw.split(end)[:-1]:
        for form in _DAYS:
            if found := form.fullmatch(line):
                day = datetime.strptime(" ".join(found.groups()), "%b %d %Y").strftime("%Y-%m-%d")  # noqa: DTZ007
        found = re.fullmatch(text_line, line)
        if not found and action_line:
            found = re.fullmatch(action_line, line)
        if not found and style == "irc-mirc" and not _OF_PEOPLE.search(line):
            found = re.fullmatch(rf"\[(?P<t>\d\d:\d\d:\d\d)\] \* {_NICK} (?P<text>.*)", line)
        if found:
            t = found["t"] if style == "irc-weechat" else f"{day} {found['t']}"
            out.append((datetime.fromisoformat(t), found["nick"], found["text"]))
    return out


@pytest.mark.parametrize("style", sorted(_LINES))
def test_lines_are_the_messages_of_the_truth(small: Written, style: str) -> None:
    files = small.messages(style)
    assert files
    for path, rows in files.items():
        assert _read(style, path) == [(row["wall"], row["sender_name"], row["text"]) for row in rows], path
        assert {row["utc"] for row in rows} == {None}


def test_joins_parts_quits_and_nick_changes_stand_between_the_lines(small: Written) -> None:
    text = "".join(path.read_text("utf-8") for path in small.messages("irc-irssi"))
    for words in (
        r" -!- \S+ \[~\S+@\S+\] has joined #",
        r" has left #\S+ \[",
        r" has quit \[",
        r" -!- \S+ is now known as \S+",
    ):
        assert re.search(words, text), words
    weechat = "".join(path.read_text("utf-8") for path in small.messages("irc-weechat"))
    assert re.search(r"\t-->\t\S+ \(~\S+@\S+\) has joined #", weechat)
    energymech = "".join(path.read_text("utf-8") for path in small.messages("irc-energymech"))
    assert re.search(r"\] \*\*\* Joins: \S+ \(~\S+@\S+\)\n", energymech)
    ubuntu = "".join(path.read_text("utf-8") for path in small.messages("irc-ubuntu"))
    assert re.search(r"\n=== \S+ \[~\S+@\S+\]  has joined #", ubuntu)


def test_nobody_speaks_in_a_channel_who_left_it(small: Written) -> None:
    for path in small.messages("irc-energymech"):
        away: set[str] = set()
        for line in path.read_text("utf-8").splitlines():
            if found := re.search(r"\*\*\* (?:Parts|Quits): (\S+) ", line):
                away.add(found[1])
            elif found := re.search(r"\*\*\* (?:Joins:|\S+ is now known as) (\S+)", line):
                away.discard(found[1])
            elif found := re.search(r"\] <([^>]+)> ", line):
                assert found[1] not in away, (path, line)
