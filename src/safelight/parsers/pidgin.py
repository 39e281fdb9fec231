"""Pidgin's chat logs (libpurple, also Finch and Gaim): HTML and plain text.

A parser of our own: the files are lines, one a message, whose HTML is no document that a library would bring into traces.
Facts: libpurple's `log.c` (header, line forms and colours of own and others' messages) and its folder layout
`logs/<protocol>/<account>/<other>[.chat]/<day>.<time><offset><zone>.html`.

Lines carry a time of day. The day and the offset from UTC stand only in the file's name: with them UTC is derived,
without them the header gives the day, or nothing does. A line that comes late (more than twenty minutes after it was
sent, an offline message) carries its own date in the writer's locale: taken where it can be read in one way only. Where
the clock passes midnight, with at most two hours between two lines, the next day is derived; where it goes back
otherwise by more than two hours the day is not stated from there on. Both are said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from safelight.inspect.model import Group
from safelight.parsers.chat_services import account_of, network_of, occupant
from safelight.parsers.html_text import html_text
from safelight.parsers.irc_clock import MOST_BACK_US, TimesOfDay, day_us
from safelight.parsers.model import Emitted, Remark, Subject, Trouble, Variant
from safelight.parsers.month_names import month
from safelight.parsers.observed import Observed
from safelight.parsers.text_lines import Chunk, chunks, head_text
from safelight.traces.model import Account, Conversation, Message, Trace
from safelight.traces.moment import Moment, wall_only
from safelight.traces.networks import direct

_HEADER: Final = re.compile(
    r"(?:<html>.*?<h\d>)?Conversation with (?P<other>.+?) (?:at|on) (?P<begun>\S.*?) "
    r"on (?P<own>\S+) \((?P<service>[\w!. -]+)\)"
)
_LONGEST_HEADER: Final = 1000
_HTML_LINE: Final = re.compile(
    r"<font(?: color=\"(?P<color>#?\w+)\")?(?: size=\"2\")?>(?:<font size=\"2\">)?\((?P<time>[^()]*)\)</font>(?P<rest>.*)"
)
_SAID: Final = re.compile(r" ?<b>(?P<name>.*?):?</b></font> ?(?P<text>.*)", re.DOTALL)
_TOLD: Final = re.compile(r" ?(?:<b>)? ?(?P<text>.*?)(?:</b>)?(?:</font>)?", re.DOTALL)
_TXT_LINE: Final = re.compile(r"\((?P<time>[^()]*\d:\d\d[^()]*)\) (?P<rest>.*)")
_TXT_SAID: Final = re.compile(r"(?P<name>(?!\*\*\*)[^:]{1,80}): (?P<text>.*)", re.DOTALL)
_AUTO: Final = re.compile(r" ?(?:&lt;|<)AUTO-REPLY(?:&gt;|>)$")
_SENT, _RECEIVED, _ACTION = "#16569E", "#A82F2F", "#062585"

_NAME: Final = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)\.(?P<time>\d{6})(?P<offset>[+-]\d{4})?[^/]*\.(?:html|txt)$", re.IGNORECASE
)
_BEGUN: Final = re.compile(
    r".*?(?P<day>\d\d?)\.? (?P<month>[^\W\d]{3,}\.?) (?P<year>\d{4})\b.*|"
    r".*?(?P<month2>[^\W\d]{3,}\.?) +(?P<day2>\d\d?) .*?(?P<year2>\d{4})\b.*|(?P<iso>\d{4}-\d\d-\d\d)\b.*"
)

_DATED: Final = re.compile(
    r"(?:(?P<year>\d{4})-(?P<month>\d\d?)-(?P<day>\d\d?)|(?P<one>\d\d?)[./](?P<two>\d\d?)[./](?P<at>\d{4}))"
    r"\.?,? +(?P<time>\S.*)"
)


class Pidgin:
    """Pidgin's logs."""

    name = "pidgin"
    version = 4
    title = "Pidgin chat logs (HTML and text)"
    variants: tuple[Variant, ...] = (
        Variant("html", "documentation", "`Conversation with ... on ...` as HTML title and heading; libpurple's log.c"),
        Variant("txt", "documentation", "`Conversation with ... on ...` as first line; libpurple's log.c"),
    )  # fmt: skip
    emits: tuple[type[Trace], ...] = (Account, Conversation, Message)

    def accepts(self, mime: str, group: Group, size: int) -> bool:
        """HTML and texts."""
        return group in ("text", "document", "other")

    def recognise(self, subject: Subject) -> Variant | None:
        """By the first line."""
        first = head_text(subject.head[:8192]).partition("\n")[0][:_LONGEST_HEADER]
        if not _HEADER.match(first):
            return None
        return self.variants[0 if first.lstrip().lower().startswith("<html") else 1]

    def parse(self, subject: Subject, variant: Variant) -> Iterable[Emitted]:
        """Line by line; a line without a time continues the one before."""
        log = _Log(subject, html=variant.name == "html")
        with subject.open() as stream:
            for part in chunks(stream):
                if not isinstance(part, Chunk):
                    yield part
                    continue
                for number, line in enumerate(part.text[:-1].split("\n"), part.first):
                    yield from log.line(number, line)
        yield from log.rest()


_DAY_US: Final = 86_400_000_000
#: Between the last line before midnight and the first behind it, at most.
_LONGEST_NIGHT_US: Final = 7_200_000_000


@dataclass(slots=True)
class _Waiting:
    """A message whose last line is not known yet."""

    number: int
    time: str
    color: str
    rest: str


@dataclass(slots=True)
class _Log:
    subject: Subject
    html: bool
    network: str = ""
    instance: str | None = None
    owner: str | None = None
    other: str | None = None
    other_name: str = ""
    room: bool = False
    seen: Observed = field(default_factory=lambda: Observed(""))
    _base: int | None = None
    _offset: int | None = None
    _before: int = 0
    _clock: TimesOfDay = field(default_factory=TimesOfDay)
    _waiting: _Waiting | None = None
    _aliases: dict[str, str | None] = field(default_factory=dict)
    _facts: str | None = None
    _lost: int | None = None
    _passed: int | None = None

    def line(self, number: int, line: str) -> Iterator[Emitted]:
        """Take one line; gives the message before it."""
        if number == 1:
            self._header(line)
            return
        match = (_HTML_LINE if self.html else _TXT_LINE).match(line)
        if not match:
            if self._waiting and len(self._waiting.rest) < 1 << 20:
                self._waiting.rest += "\n" + line
            elif line.strip() and not line.startswith("</body>"):
                yield Trouble(f"line {number}", "corrupt", "no line of a log")
            return
        yield from self._made()
        color = match["color"] if self.html else None
        self._waiting = _Waiting(number, match["time"].strip(), (color or "").upper(), match["rest"])

    def _header(self, line: str) -> None:
        match = _HEADER.match(line[:_LONGEST_HEADER])
        assert match, "recognised by it"
        named = {name: html_text(text) if self.html else text for name, text in match.groupdict().items()}
        self.network = network_of(named["service"])
        own, self.instance = account_of(self.network, named["own"])
        self.owner = own
        self.other_name = named["other"]
        self.other = account_of(self.network, named["other"])[0]
        path = self.subject.path.replace(" › ", "/")
        self.room = self.other.startswith("#") or bool(re.search(r"\.chat/[^/]*$", path))
        self.seen = Observed(self.network)
        self.seen.see(own, None, None, "line 1", owner=True)
        if file := _NAME.search(path):
            self._base = day_us(*map(int, file["day"].split("-")))
            clock = file["time"]
            self._before = max(self._clock[f"{clock[:2]}:{clock[2:4]}:{clock[4:]}"], 0)
            if file["offset"]:
                sign = -1 if file["offset"][0] == "-" else 1
                self._offset = sign * (int(file["offset"][1:3]) * 60 + int(file["offset"][3:])) * 60_000_000
            self._facts = "sent"
        elif begun := _BEGUN.fullmatch(named["begun"]):
            self._base = _header_day(begun)

    @property
    def conversation(self) -> str:
        """Its native id; a log that does not say with whom is one of its own."""
        if not self.other:
            return f"log:{self.subject.item_id}"
        return self.other if self.room else direct(self.network, self.owner, self.other)

    def _made(self) -> Iterator[Message | Remark]:
        line, self._waiting = self._waiting, None
        if not line:
            return
        lost, passed = self._lost, self._passed
        sent = self._moment(line)
        if self._passed != passed:
            yield Remark(
                f"The clock passes midnight at line {line.number}: the next day is derived, the file states none"
            )
        if self._lost != lost:
            yield Remark(
                f"The clock goes back by more than two hours at line {line.number}: from there on no line has a date"
            )
        kind, name, stored = self._parts(line)
        text = html_text(stored) if self.html else stored
        name = html_text(name) if self.html and name else name
        sender = self._sender(name, line.color) if name else None
        outgoing = sender is not None and sender == self.owner
        place = f"line {line.number}"
        if sender and name and name not in (sender, self.other_name):
            self.seen.see(sender, name, "display name", place, sent, owner=outgoing)
        elif sender:
            self.seen.see(sender, None, None, place, sent, owner=outgoing)
        to = self.other if outgoing else self.owner
        yield Message(
            place=place,
            network=self.network,
            instance=self.instance,
            facts_from_path=self._facts,
            conversation=self.conversation,
            sender=sender,
            sender_name=name,
            recipients=(to,) if sender and to and not self.room else None,
            direction=None if not sender else "outgoing" if outgoing else "incoming",
            kind=kind,
            text=text,
            markup=stored if stored != text else None,
            sent=sent,
            precision_us=1_000_000,
        )

    def _parts(self, line: _Waiting) -> tuple[str, str | None, str]:
        """Kind, name as written and text as stored."""
        rest = line.rest
        if not self.html:
            if rest.startswith("***"):
                name, _, text = rest[3:].partition(" ")
                return "action", name, text
            if said := _TXT_SAID.fullmatch(rest):
                return "text", _AUTO.sub("", said["name"]), said["text"]
            return "system", None, rest
        rest = rest.rstrip().removesuffix("</body></html>").rstrip()
        rest = rest.removesuffix("<br/>").removesuffix("<br>")
        said = _SAID.fullmatch(rest) if line.color else None
        if said and (said["name"].startswith("***") or line.color in (_SENT, _RECEIVED) or ":</b>" in rest):
            name = said["name"]
            if name.startswith("***"):
                return "action", name[3:].strip(), said["text"]
            return "text", _AUTO.sub("", name), said["text"]
        told = _TOLD.fullmatch(rest)
        return "system", None, told["text"] if told else rest

    def _sender(self, name: str, color: str) -> str | None:
        """Whose name that is. Colours tell own messages from received ones; a text log leaves names to be compared."""
        if name in self._aliases and color not in (_SENT, _RECEIVED):
            return self._aliases[name]
        account = account_of(self.network, name)[0]
        known = set(self._aliases.values()) & {self.owner, self.other}
        found: str | None = None
        if color == _SENT or account == self.owner:
            found = self.owner
        elif self.room:
            found = occupant(self.other or "", name) if self.network == "xmpp" else account
        elif color == _RECEIVED or account == self.other or name == self.other_name:
            found = self.other
        elif len(known) == 1:  # two people talk, and the other one is known
            found = self.owner if known == {self.other} else self.other
        self._aliases[name] = found
        return found

    def _moment(self, line: _Waiting) -> Moment:
        if dated := _DATED.fullmatch(line.time):
            return self._dated(dated, line.time)
        us = self._clock[line.time]
        if us < 0 or self._base is None:
            return Moment(None, None, line.time, "unknown")
        if us + _DAY_US <= self._before + _LONGEST_NIGHT_US:
            self._base, self._passed = self._base + _DAY_US, line.number
        elif us < self._before - MOST_BACK_US:
            self._base, self._lost = None, line.number
            return Moment(None, None, line.time, "unknown")
        self._before = us
        return self._at(self._base + us, line.time)

    def _dated(self, stated: re.Match[str], text: str) -> Moment:
        """The time of a line that states its day; says nothing of the lines behind it."""
        if stated["year"]:
            days = {day_us(int(stated["year"]), int(stated["month"]), int(stated["day"]))}
        else:
            year, one, two = int(stated["at"]), int(stated["one"]), int(stated["two"])
            days = {day_us(year, one, two), day_us(year, two, one)}
        known, us = [day for day in days if day is not None], self._clock[stated["time"]]
        if len(known) != 1 or us < 0:
            return Moment(None, None, text, "unknown")
        return self._at(known[0] + us, text)

    def _at(self, wall: int, text: str) -> Moment:
        if self._offset is None:
            return wall_only(wall, text)
        return Moment(wall - self._offset, wall, text, "derived")

    def rest(self) -> Iterator[Emitted]:
        """The last message, and what is known at the end."""
        yield from self._made()
        members = tuple(one for one in (self.owner, self.other) if one)
        yield Conversation(
            place="line 1",
            network=self.network,
            instance=self.instance,
            conversation=self.conversation,
            title=self.other_name if self.room else None,
            kind="group" if self.room else "direct",
            members=None if self.room else members,
        )
        for account in self.seen.traces():
            account.instance = self.instance
            yield account


def _header_day(begun: re.Match[str]) -> int | None:
    """The day of a header; one in figures alone that could be read two ways is none."""
    if begun["iso"]:
        return day_us(*map(int, begun["iso"].split("-")))
    number = month(begun["month"] or begun["month2"])
    day, year = begun["day"] or begun["day2"], begun["year"] or begun["year2"]
    return day_us(int(year), number, int(day)) if number else None
