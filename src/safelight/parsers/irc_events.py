"""Sentences with which IRC programs tell of joins, parts, quits, kicks, nick changes, modes and topics.

The programs' sentences differ in few words and in the brackets around `user@host`, so one grammar reads them all, whatever
mark stood before them. Sources: the default texts of irssi (`fe-common/irc/module-formats`), WeeChat (plugin irc), XChat 2
and HexChat (`textevents`), mIRC's English texts, ZNC's module log, EnergyMech's channel logs, irclogs.ubuntu.com.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

What = Literal["joined", "left", "quit", "removed", "renamed", "mode", "said", "system"]

#: IRC lines have 512 bytes; a longer line is no sentence of a program.
_LONGEST: Final = 1000

#: No nick holds a space, but the Ubuntu channels' log bot wrote one after each `]`.
_WORD = r"(?=\S)[^\s@\]]*(?:\] ?[^\s@\]]*)*"
_NICK = rf"(?P<nick>{_WORD})"
_AT = r" +[\[(](?P<user>[^\s@()\]]*(?:\] ?[^\s@()\]]*)*)@(?P<host>[^\s\])]+)[\])]"
_CHANNEL = r"(?P<channel>[#&!+][^\s,]*)"
_REASON = r"(?: +(?:\[(?P<reason>.*)\]|\((?P<reason2>.*)\)))?"


#: Named groups of the sentences, in the order of `Event`'s fields; `reason2` stands for `reason` in other brackets.
_GROUPS: Final = ("nick", "user", "host", "channel", "by", "reason", "new", "text", "modes", "reason2")


@dataclass(frozen=True, slots=True)
class _Rule:
    """`word` must stand in the line: it is found a hundred times quicker than a pattern fails."""

    word: str
    what: What
    pattern: re.Pattern[str]
    groups: tuple[int, ...]


def _rule(word: str, what: What, pattern: str) -> _Rule:
    # A last group that never takes part stands for the groups that a sentence does not have.
    compiled = re.compile(pattern + "(?P<none>(?!))?")
    index = compiled.groupindex
    return _Rule(word, what, compiled, tuple(index.get(name, index["none"]) for name in _GROUPS))


_RULES: Final = (
    _rule(" joined", "joined",
          rf"{_NICK}(?: \[[^\]]*\](?: \([^()]*\))?)?{_AT}(?: \[[^\]]*\])? +has joined(?: {_CHANNEL})?\.?"),
    _rule("Joins: ", "joined", rf"Joins: {_NICK}(?:{_AT})?"),
    _rule(" entered the room", "joined", rf"{_NICK} entered the room\."),
    _rule("uit", "quit", rf"{_NICK}(?:{_AT})? +(?:has quit|Quit)(?: IRC)?{_REASON}"),
    _rule("Quits: ", "quit", rf"Quits: {_NICK}(?:{_AT})?{_REASON}"),
    _rule(" left the room (quit", "quit", rf"{_NICK} left the room \(quit: ?(?P<reason>.*)\)\."),
    _rule(" left", "left", rf"{_NICK}{_AT} +has left(?: {_CHANNEL})?{_REASON}"),
    _rule("Parts: ", "left", rf"Parts: {_NICK}(?:{_AT})?{_REASON}"),
    _rule(" left the room", "left", rf"{_NICK} left the room(?: \((?P<reason>.*)\))?\."),
    _rule(" now known as ", "renamed", rf"(?:You(?:'re| are)|{_NICK} is) now known as (?P<new>{_WORD})"),
    _rule(" was kicked ", "removed", rf"{_NICK} was kicked(?: (?:from|off) {_CHANNEL})? by (?P<by>{_WORD}){_REASON}"),
    _rule(" has kicked ", "removed", rf"(?P<by>\S+) has kicked {_NICK}(?: from {_CHANNEL})?{_REASON}"),
    _rule("ode", "mode", rf"(?:Server)?[Mm]ode[/ ]{_CHANNEL} (?:mode )?[\[(](?P<modes>.*)[\])] +by +(?P<by>{_WORD})"),
    _rule(" sets mode", "mode", r"(?P<by>\S+) sets mode:? (?P<modes>[+-].*)"),
    _rule("opic", "system", rf"\S+ (?:has )?change[sd] (?:the )?topic(?: (?:of|for) {_CHANNEL})?(?: from | to:? ).*"),
    _rule("opic", "system", rf"Topic (?:for|of|set by|unset by|is)\b(?: {_CHANNEL})?.*"),
    _rule("opic/", "system", r"[^\[]*\[topic/(?P<channel>[#&!+][^\s:]*):[^\]]*\] ?: .*"),
    _rule("alking", "system", rf"(?:You are now|Now|Speaking now) [Tt]?alking (?:in|on) {_CHANNEL}.*"),
    _rule(" gives ", "system", r"\S+ gives (?:channel operator status|channel half-operator status|voice) to \S+"),
    _rule(" removes ", "system", r"\S+ removes (?:channel operator status|channel half-operator status|voice) from \S+"),
    _rule("Notice(", "said", rf"Notice\((?P<nick>[^\s()]+)\)(?: -> {_CHANNEL})?: (?P<text>.*)"),
)  # fmt: skip

#: Arguments of channel modes (RFC 2811 section 4, and `q`, `a`, `h` as servers have them since).
_ABOUT_MEMBERS: Final = "qaohv"
_WITH_ARGUMENT: Final = "qaohvbeIk"


class Event(NamedTuple):
    """What a line tells. `nick` is whom it is about, `by` who did it, `new` the new nick."""

    what: What
    nick: str | None = None
    user: str | None = None
    host: str | None = None
    channel: str | None = None
    by: str | None = None
    reason: str | None = None
    new: str | None = None
    text: str | None = None
    modes: str | None = None


def event(sentence: str) -> Event | None:
    """Read a sentence; None if it is none of a program's. A renaming without `nick` is that of the log's owner."""
    if len(sentence) > _LONGEST:
        return None
    sentence = sentence.strip()
    for rule in _RULES:
        if rule.word in sentence and (match := rule.pattern.fullmatch(sentence)):
            *facts, other_brackets = match.group(*rule.groups)
            found = Event(rule.what, *facts)
            return found._replace(reason=found.reason or other_brackets or None)
    return None


#: The commonest sentences in one pattern, for many lines at once: sentence; nick, user, host, verb, channel, reason in
#: square brackets or in round ones; old and new nick. What it matches, `event` reads the same.
COMMON: Final = (
    r"(([^\s@\[\]()]++) [\[(]([^\s@()\[\]]*+)@([^\s()\[\]]++)[\])] {1,2}has (joined|left|quit)(?: ([#&!+][^\s,\[\]()]*+))?"
    r"(?: (?:\[([^\n\[\]]*+)\]|\(([^\n()]*+)\)))?|([^\s@\]]++) is now known as ([^\s@\]]++))"
)


_VERBS: Final[dict[str, What]] = {"joined": "joined", "left": "left", "quit": "quit"}


def common(found: Sequence[str]) -> Event | None:
    """The event of a match whose groups from the second on are those of COMMON; None if it is for `event` to judge."""
    if found[10]:
        return Event("renamed", found[9], None, None, None, None, None, found[10])
    what = _VERBS[found[5]]
    reason = found[7] or found[8] or None
    if (what == "joined" and reason) or (what == "quit" and found[6]):
        return None
    return Event(what, found[2], found[3], found[4], found[6] or None, None, reason)


def members_of(modes: str) -> list[tuple[str, str]]:
    """Modes that a `mode` event gives to or takes from members: (`+o`, nick) ..."""
    letters, *arguments = modes.split() or [""]
    sign, found = "+", []
    for letter in letters:
        if letter in "+-":
            sign = letter
        elif letter in _WITH_ARGUMENT or (letter == "l" and sign == "+"):
            if not arguments:
                break
            argument = arguments.pop(0)
            if letter in _ABOUT_MEMBERS:
                found.append((sign + letter, argument))
    return found
