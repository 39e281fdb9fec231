"""IRC logs as clients, bouncers and bots write them: irssi, WeeChat, mIRC, ZNC, EnergyMech and the Ubuntu channel archive.

Sources: irssi's `--- Log opened` and default theme (irssi.org/documentation/settings, `log_timestamp`); WeeChat's user guide
("Logs": date, prefix, message between tabs); mIRC's `Session Start/Time/Close` lines with CRLF; ZNC's `log` module;
the EnergyMech form as pisg reads it; the archive's raw files in the corpus of Kummerfeld et al. (irc-disentanglement).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TextIO

from safelight.scenario.clock import DAYS, MONTHS, WallClock
from safelight.scenario.natives import nick as folded
from safelight.scenario.world import Conversation, FilePlan, Message, Record, World


@dataclass(frozen=True, slots=True)
class _Style:
    """How one program writes lines; `{t}` is the time, `{mask}` is user@host, `{why}` the reason where there is one."""

    stamp: str
    lines: dict[str, str]
    why: str
    """Form of a reason, which leaves nothing where there is none."""
    day: str
    """Form of `{date}` in the path; `` where one file holds all days."""
    end: str = "\n"


_BRACKETS = {
    "text": "[{t}] <{nick}> {text}",
    "action": "[{t}] * {nick} {text}",
    "joined": "[{t}] *** Joins: {nick} ({mask})",
    "left": "[{t}] *** Parts: {nick} ({mask}){why}",
    "quit": "[{t}] *** Quits: {nick} ({mask}){why}",
    "nick": "[{t}] *** {nick} is now known as {new}",
}
STYLES = {
    "irc-irssi": _Style(
        "%H:%M",
        {
            "text": "{t} < {nick}> {text}",
            "action": "{t}  * {nick} {text}",
            "joined": "{t} -!- {nick} [{mask}] has joined {channel}",
            "left": "{t} -!- {nick} [{mask}] has left {channel} [{text}]",
            "quit": "{t} -!- {nick} [{mask}] has quit [{text}]",
            "nick": "{t} -!- {nick} is now known as {new}",
        },
        "",
        "",
    ),
    "irc-weechat": _Style(
        "%Y-%m-%d %H:%M:%S",
        {
            "text": "{t}\t{nick}\t{text}",
            "action": "{t}\t *\t{nick} {text}",
            "joined": "{t}\t-->\t{nick} ({mask}) has joined {channel}",
            "left": "{t}\t<--\t{nick} ({mask}) has left {channel}{why}",
            "quit": "{t}\t<--\t{nick} ({mask}) has quit{why}",
            "nick": "{t}\t--\t{nick} is now known as {new}",
        },
        " ({text})",
        "",
    ),
    "irc-mirc": _Style(
        "%H:%M:%S",
        {
            "text": "[{t}] <{nick}> {text}",
            "action": "[{t}] * {nick} {text}",
            "joined": "[{t}] * {nick} ({mask}) has joined {channel}",
            "left": "[{t}] * {nick} ({mask}) has left {channel}{why}",
            "quit": "[{t}] * {nick} ({mask}) Quit{why}",
            "nick": "[{t}] * {nick} is now known as {new}",
        },
        " ({text})",
        "",
        "\r\n",
    ),
    "irc-znc": _Style("%H:%M:%S", _BRACKETS, " ({text})", "%Y-%m-%d"),
    "irc-energymech": _Style("%H:%M:%S", _BRACKETS, " ({text})", "%Y%m%d"),
    "irc-ubuntu": _Style(
        "%H:%M",
        {
            "text": "[{t}] <{nick}> {text}",
            "action": "[{t}]  * {nick} {text}",
            "joined": "=== {nick} [{mask}]  has joined {channel}",
            "left": "=== {nick} [{mask}]  has left {channel} [{text}]",
            "quit": "=== {nick} [{mask}]  has left {channel} [{text}]",
            "nick": "=== {nick} is now known as {new}",
        },
        "",
        "%Y/%m/%d",
    ),
}


def write(world: World, plan: FilePlan, root: Path, record: Record) -> None:
    """One file a conversation, or one a conversation and day."""
    clock = WallClock(plan.zone)
    for index in plan.conversations:
        conversation = world.conversations[index]
        _Log(world, plan, root, record, conversation, clock).write()


def _long(at: datetime) -> str:
    """`Mon Jan 04 12:00:01 2016`, as C's asctime with two digits."""
    return f"{DAYS[at.weekday()]} {MONTHS[at.month - 1]} {at.day:02d} {at:%H:%M:%S} {at.year}"


class _Log:
    """The log of one window."""

    def __init__(
        self,
        world: World,
        plan: FilePlan,
        root: Path,
        record: Record,
        conversation: Conversation,
        clock: WallClock,
    ) -> None:
        self._world, self._plan, self._root, self._record = world, plan, root, record
        self._conversation, self._clock = conversation, clock
        self._style = STYLES[plan.format]
        self._name = conversation.title or self._other()
        self._nicks = {world.accounts[one].native_id: one for one in conversation.members}
        self._file: TextIO | None = None
        self._path = ""
        self._day = date.min

    def _other(self) -> str:
        """The nick at the other end of a query."""
        accounts = [self._world.accounts[one] for one in self._conversation.members]
        mine = self._world.accounts[self._plan.owner].owners if self._plan.owner is not None else ()
        return next((one for one in accounts if one.owners != mine), accounts[-1]).names[0].name

    def write(self) -> None:
        last = datetime.min  # noqa: DTZ901
        for message in self._world.held(self._plan, self._conversation.index):
            us = self._plan.stamp(message.sent_us)
            last = self._clock.shown(us)
            if last.date() != self._day:
                self._turn_to(last)
            self._line(message, us, last)
        if self._file is not None:
            self._close(last)

    def _turn_to(self, at: datetime) -> None:
        """A new day: another file, or the line that says so."""
        first = self._file is None
        self._day = at.date()
        if first or self._style.day:
            if self._file is not None:
                self._file.close()
            network = self._conversation.instance or ""
            name = self._name.replace("/", "_")
            if self._plan.format == "irc-mirc":
                name = name.replace("|", "_").replace("\\", "_")
            self._path = self._plan.path.replace("{network}", network).replace("{channel}", name)
            self._path = self._path.replace("{date}", at.strftime(self._style.day))
            path = self._root / self._path
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("a", encoding="utf-8", newline="")
        if self._plan.format == "irc-irssi":
            words = f"--- Log opened {_long(at)}" if first else f"--- Day changed {_long(at)[:10]} {at.year}"
            self._put(words)
        elif self._plan.format == "irc-mirc":
            if first:
                self._put("")
                self._put(f"Session Start: {_long(at)}")
                self._put(f"Session Ident: {self._name}")
            else:
                self._put(f"Session Time: {_long(at)[:10]} 00:00:00 {at.year}")

    def _close(self, at: datetime) -> None:
        assert self._file is not None
        if self._plan.format == "irc-irssi":
            self._put(f"--- Log closed {_long(at)}")
        elif self._plan.format == "irc-mirc":
            self._put(f"Session Close: {_long(at)}")
        self._file.close()

    def _put(self, line: str) -> None:
        assert self._file is not None
        self._file.write(line + self._style.end)

    def _line(self, message: Message, us: int, at: datetime) -> None:
        style, account = self._style, self._world.accounts[message.sender]
        name = account.names[0].name
        self._put(
            style.lines[message.kind].format(
                t=at.strftime(style.stamp),
                nick=name,
                mask=account.user,
                channel=self._name,
                text=message.text,
                new=message.text,
                why=style.why.format(text=message.text) if message.text else "",
            )
        )
        if message.counts:
            self._record.message(
                self._plan,
                self._path,
                message,
                sender=account.native_id,
                sender_name=name,
                utc_us=None,
                wall_us=self._clock.wall_us(us),
                text=message.text,
            )
            return
        self._record.account(self._plan, self._path, message.sender, name)
        if message.kind == "nick":
            new = self._nicks[folded(message.text)]
            self._record.account(self._plan, self._path, new, message.text)
