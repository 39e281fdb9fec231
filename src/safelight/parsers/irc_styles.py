"""Styles of IRC logs: what each line begins with, and what its marks mean.

Sources: the programs' documentation of their default logs (named at each variant), irclogs.ubuntu.com as in the public data
set irc-disentanglement, and XChat's logs in Plaso's public test data.

In a style that has one mark (`*`) for both actions and the program's own sentences (mIRC, XChat, HexChat), an action that
reads like such a sentence is taken for one, and a sentence in another language than English for an action: the log does not
tell them apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from safelight.parsers.irc_events import COMMON, Event, event
from safelight.parsers.irc_plain import Stamp
from safelight.parsers.model import Variant

ClockKind = Literal["time", "date and time", "month, day and time", "seconds since 1970"]

_TIME = r"\d\d?:\d\d(?::\d\d)?(?: ?[AaPp]\.?[Mm]\.?)?"
_SAID = r"<[ ~&@%+!]?([^<>\n]+)>[ \t]?(.*)"
_NOTICE: Final = re.compile(r"-([^\s:()]+?)(?::([^\s()]+?)|\(([^\s@()]*)@([^\s()]+)\))?-[ \t](.*)")
_NICK: Final = re.compile(r"[^\W\d][\w\[\]\\`^{}|-]*|[\[\]\\`_^{}|][\w\[\]\\`^{}|-]*")
#: Sentences of mIRC, XChat and HexChat about themselves and the connection, with the mark of an action.
_PROGRAM: Final = re.compile(
    r"(?:Now talking|You |Topic |Set by|Disconnect|Rejoin|Attempting|Retrieving|Channel |Users on|Connect|Looking up|"
    r"Resolved|Dns|Unable|Ident|Logging|DCC|Loaded|Unloaded|Received|Sending|Closing|Speaking now|Talking on|Stopped)"
)


@dataclass(slots=True)
class Line:
    """A line that is no plain message. `kind` as in `Message.kind`, or `day`: a date line, `ident`: a header that
    names the channel, `none`: nothing.
    """

    kind: str
    time: str = ""
    nick: str = ""
    text: str = ""
    event: Event | None = None


@dataclass(frozen=True, slots=True)
class Style:
    """One style. `line` matches any line, in four groups: time, nick and text of a message, or the whole other line."""

    variant: Variant
    clock: ClockKind
    line: re.Pattern[str]
    other: re.Pattern[str]
    """Time, mark and rest of a timed line."""
    common: re.Pattern[str] | None = None
    """Time and the groups of `irc_events.COMMON`; time, nick and text of an action; or the whole line."""
    untimed: re.Pattern[str] | None = None
    day: re.Pattern[str] | None = None
    ident: re.Pattern[str] | None = None
    stamps: tuple[Stamp, ...] = ()
    """How plain messages begin: what fits none of them is read by `line`."""
    star: Literal["action", "either"] = "action"
    hidden: bool = False
    """Formatting holds XChat's mark for hidden text (`\\b`)."""

    def read(self, line: str) -> Line | None:
        """A line that is no plain message; None if it is none of this style."""
        if match := self.other.fullmatch(line):
            return self._marked(match[1], match[2].strip(), match[3])
        if self.untimed and (match := self.untimed.fullmatch(line)):
            return self._untimed(match[1])
        if self.day and (match := self.day.fullmatch(line)):
            return Line("day", text=match[1])
        if self.ident and (match := self.ident.fullmatch(line)):
            return Line("ident", text=match[1])
        return None if line.strip() else Line("none")

    def _marked(self, time: str, mark: str, rest: str) -> Line:
        if mark == "*" and self.star == "action":
            nick, _, text = rest.partition(" ")
            return Line("action", time, nick, text)
        if not mark and rest[:1] == "-" and (match := _NOTICE.fullmatch(rest)):
            nick, channel, user, host, text = match.groups()
            return Line("notice", time, nick, text, Event("said", nick, user, host, channel))
        found = event(rest)
        if found and found.what == "said":
            return Line("notice", time, found.nick or "", found.text or "", found)
        if found or mark != "*" or _PROGRAM.match(rest):
            return Line("system", time, "", rest, found)
        nick, _, text = rest.lstrip().partition(" ")
        if text and _NICK.fullmatch(nick):
            return Line("action", time, nick, text)
        return Line("system", time, "", rest.strip())

    def _untimed(self, rest: str) -> Line:
        found = event(rest)
        nick, _, text = rest.partition(" ")
        if found or not text or not _NICK.fullmatch(nick):
            return Line("system", "", "", rest, found)
        return Line("action", "", nick, text)


def _line(begin: str, said: str = _SAID) -> re.Pattern[str]:
    return re.compile(rf"(?:{begin}{said}|(.*))\n")


def _common(begin: str, action: str = "(?!)()") -> re.Pattern[str]:
    return re.compile(rf"(?:{begin}{COMMON}|{action}([^ \n]+) (.*)|(.*))\n")


_BRACKETED: Final = _line(rf"\[({_TIME})\] ")
_BRACKETED_OTHER: Final = re.compile(rf"\[({_TIME})\] +(\*\*\*(?= )|\*(?= )|) ?(.*)")
_STAMPS: Final = (Stamp.of("[dd:dd] <"), Stamp.of("[dd:dd:dd] <"))
_MONTH_DAY = r"[^\W\d]{2,5}\.? +\d\d? \d\d:\d\d:\d\d"

STYLES: Final = (
    Style(
        Variant("irssi", "documentation", "`12:00 < nick> text`, `--- Day changed`; irssi's default theme and settings"),
        "time",
        _line(rf"({_TIME}) "),
        re.compile(rf"({_TIME}) (-!-(?= )| \*(?= )|) ?(.*)"),
        _common(rf"({_TIME}) -!- ", rf"({_TIME})  \* "),
        stamps=(Stamp.of("dd:dd <"), Stamp.of("dd:dd:dd <")),
        day=re.compile(r"--- (?:Log opened|Log closed|Day changed) (.*)"),
    ),
    Style(
        Variant(
            "weechat", "documentation", "date and time, nick, text between tabs; WeeChat user's guide, plugin logger"
        ),
        "date and time",
        _line(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\t", r"(?!-->\t|<--\t|--\t|=!=\t)[ ~&@%+!]?([^\s*][^\t\n ]*)\t(.*)"),
        re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\t( ?\*|-->|<--|--|=!=|)\t(.*)"),
        _common(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\t(?:-->|<--|--)\t",
            r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\t \*\t",
        ),
        stamps=(Stamp.of("dddd-dd-dd dd:dd:dd\t", "\t", skips=False),),
    ),
    Style(
        Variant("mirc", "documentation", "`[12:00] <nick> text` under `Session Start`; mIRC's help, Logging"),
        "time",
        _BRACKETED,
        _BRACKETED_OTHER,
        _common(rf"\[({_TIME})\] \* "),
        stamps=_STAMPS,
        day=re.compile(r"Session (?:Start|Time|Close): (.*)"),
        ident=re.compile(r"Session Ident: (\S+).*"),
        star="either",
    ),
    Style(
        Variant("znc", "documentation", "`[12:00:00] <nick> text`, `*** Joins:`; ZNC's module log, the date in the path"),
        "time",
        _BRACKETED,
        _BRACKETED_OTHER,
        _common(rf"\[({_TIME})\] \*\*\* ", rf"\[({_TIME})\] \* "),
        stamps=_STAMPS,
    ),
    Style(
        Variant("energymech", "documentation", "as ZNC's with `[12:00]`; EnergyMech's channel logs as pisg describes them"),
        "time",
        _BRACKETED,
        _BRACKETED_OTHER,
        _common(rf"\[({_TIME})\] \*\*\* ", rf"\[({_TIME})\] \* "),
        stamps=_STAMPS,
    ),
    Style(
        Variant("ubuntu", "real files", "`[12:00] <nick> text`, `=== ` before what has no time; irclogs.ubuntu.com"),
        "time",
        _BRACKETED,
        _BRACKETED_OTHER,
        _common("()=== ", rf"\[({_TIME})\]  \* "),
        stamps=_STAMPS,
        untimed=re.compile(r"=== (.*)"),
    ),
    Style(
        Variant("xchat", "real files", "`Dec 31 12:00:00 <nick> text` under `**** BEGIN LOGGING`; XChat 2 and HexChat"),
        "month, day and time",
        _line(rf" ?({_MONTH_DAY})[ \t]+"),
        re.compile(rf" ?({_MONTH_DAY})[ \t]+(\*|---|-->|<--|)[ \t]*(.*)"),
        _common(rf"({_MONTH_DAY})[ \t]+(?:\*|---|-->|<--)[ \t]+"),
        stamps=(Stamp.of("aaa dd dd:dd:dd <"),),
        day=re.compile(r"\*\*\*\* (.*)"),
        star="either",
    ),
    Style(
        Variant("xchat-scrollback", "real files", "`T 1232074579 text` with colours; XChat 2 and HexChat, scrollback"),
        "seconds since 1970",
        _line(r"T (\d+) "),
        re.compile(r"T (\d+) (\*|---|-->|<--|)[ \t]*(.*)"),
        star="either",
        hidden=True,
    ),
)  # fmt: skip

#: What a line of some style begins with: most texts have none, and need no closer look.
_BEGINS: Final = re.compile(
    rf"^(?:\[?{_TIME}\]? | ?{_MONTH_DAY}[ \t]|\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d\t|T \d+ )", re.MULTILINE
)

_BY_NAME: Final = {style.variant.name: style for style in STYLES}
#: Lines of the beginning that are looked at, and the share of them that must be of the style.
_LOOKED_AT: Final = 200
_SHARE: Final = 0.8


def style_named(name: str) -> Style:
    """The style of a variant."""
    return _BY_NAME[name]


def style_of(head: str) -> Style | None:
    """The style of a log by its beginning; None if it is no IRC log."""
    whole = head.split("\n")[:-1] or [head]
    begin = "".join(line + "\n" for line in whole[:_LOOKED_AT] if line.strip())
    clean = stripped(begin)
    if not _BEGINS.search(clean):
        return None
    for style in STYLES:
        told, plain = _told(style, stripped(begin, hidden=True) if style.hidden else clean)
        if told and told + plain >= _SHARE * begin.count("\n"):
            return _bracketed(clean) if style.line is _BRACKETED else style
    return None


def _told(style: Style, lines: str) -> tuple[int, int]:
    """How many lines are messages or sentences that only a log has, and how many others are of the style."""
    told = plain = 0
    for _, nick, _, other in style.line.findall(lines):
        if nick:
            told += 1
        elif found := style.read(other):
            known = found.kind in ("action", "notice") or found.event is not None
            told += known
            plain += not known
    return told, plain


def _bracketed(head: str) -> Style:
    """Which of the styles that begin with a time in brackets."""
    if re.search(r"^=== |^\[..:..\]  \* ", head, re.MULTILINE):
        return _BY_NAME["ubuntu"]
    if re.search(r"^Session (?:Start|Time|Ident|Close): ", head, re.MULTILINE):
        return _BY_NAME["mirc"]
    starred = re.search(r"^\[[^\]\n]*\] \*\*\* ", head, re.MULTILINE)
    if re.search(r"^\[\d\d:\d\d:\d\d\]", head, re.MULTILINE):
        return _BY_NAME["znc"]
    if starred:
        return _BY_NAME["energymech"]
    return _BY_NAME["mirc" if re.search(r"^\[[^\]\n]*\] \* ", head, re.MULTILINE) else "ubuntu"]


#: mIRC's and later marks: bold, colour, hex colour, reset, monospace, reverse, italic, strike-through, underline.
_MARKS: Final = r"\x02|\x03(?:\d{1,2}(?:,\d{1,2})?)?|\x04(?:[0-9A-Fa-f]{6})?|[\x0f\x11\x16\x1d\x1e\x1f]"
_FORMATTING: Final = re.compile(_MARKS)
_FORMATTING_HIDDEN: Final = re.compile(_MARKS + r"|\x08")
MARKED: Final = re.compile(r"[\x02-\x04\x0f\x11\x16\x1d-\x1f]")
MARKED_HIDDEN: Final = re.compile(r"[\x02-\x04\x08\x0f\x11\x16\x1d-\x1f]")


def stripped(text: str, *, hidden: bool = False) -> str:
    """Text without formatting marks."""
    return (_FORMATTING_HIDDEN if hidden else _FORMATTING).sub("", text)
