"""IRC logs in the styles of the common programs: messages, actions, notices, and who came, went and changed nick.

A parser of our own: no library reads these styles. Whole chunks go through one regular expression and come out as columns;
only lines that are no plain messages are read one by one. Sources are named in `irc_styles.py` and `irc_events.py`.

An account is a nick, folded by RFC 1459, in a network that mostly only the path names. A nick change gives an observation of
the old account with the new name and one of the new account, both from that time on; that they are one person is for people
to say.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from safelight.inspect.model import Group
from safelight.parsers import irc_styles
from safelight.parsers.irc_clock import MOST_BACK_US, UNKNOWN, Clock, TimesOfDay, Walls, moments
from safelight.parsers.irc_events import Event, common, members_of
from safelight.parsers.irc_plain import Places, Plain, plain_messages
from safelight.parsers.irc_styles import STYLES, Style, stripped, style_named, style_of
from safelight.parsers.log_path import LogPath, log_path
from safelight.parsers.model import Block, Emitted, Remark, Subject, Trouble, Variant
from safelight.parsers.text_lines import Chunk, chunks, head_text
from safelight.traces.model import Account, Conversation, GroupMembership, Login, Message, Trace
from safelight.traces.networks import direct, irc

_CHANNEL_MARKS: Final = ("#", "&", "!", "+")
#: Arrow's constants, made once with their types.
_LINE: Final = pa.scalar("line ", pa.string())
_NOTHING: Final = pa.scalar("", pa.string())
_SECONDS: Final = pa.scalar(1_000_000, pa.int64())
_MINUTES: Final = pa.scalar(60_000_000, pa.int64())
_COMING_AND_GOING: Final = frozenset(("joined", "left", "quit", "removed"))
_SEEN_AT: Final = {"joined": "join", "left": "part", "quit": "quit"}


class Irc:
    """IRC logs."""

    name = "irc"
    version = 2
    title = "IRC logs (irssi, WeeChat, mIRC, ZNC, EnergyMech, Ubuntu, XChat, HexChat)"
    variants: tuple[Variant, ...] = tuple(style.variant for style in STYLES)
    emits: tuple[type[Trace], ...] = (Account, Conversation, Message, GroupMembership, Login)

    def accepts(self, mime: str, group: Group, size: int) -> bool:
        """Texts, and what control characters keep from being called one."""
        return group in ("text", "other")

    def recognise(self, subject: Subject) -> Variant | None:
        """By the share of the first lines that are of one style."""
        style = style_of(head_text(subject.head))
        return style.variant if style else None

    def parse(self, subject: Subject, variant: Variant) -> Iterable[Emitted]:
        """Chunk by chunk."""
        style = style_named(variant.name)
        facts = _facts(subject, style)
        clock = Clock(style.clock)
        if style.clock == "time" and facts.path.day and not facts.days_in_file:
            back = _goes_back(subject, style)
            if back is None:
                clock.start(facts.path.day)
                facts.day_from_path = True
            else:
                yield Remark(
                    f"The clock goes back by more than two hours at line {back}: the path's date cannot be that of all "
                    "lines (a second day, or a clock of twelve hours), so no line has a date"
                )
        yield facts.conversation_trace()
        with subject.open() as stream:
            reader = _Reader(style, facts, clock)
            for part in chunks(stream):
                if isinstance(part, Chunk):
                    yield from reader.chunk(part)
                else:
                    yield part


@dataclass(slots=True)
class _Facts:
    """What holds for the whole log."""

    path: LogPath
    network: str | None
    conversation: str
    kind: str | None
    title: str | None = None
    owner: str | None = None
    """Folded nick of whose log it is, where that is known."""
    owner_name: str | None = None
    other: str | None = None
    conversation_from_path: bool = False
    days_in_file: bool = False
    day_from_path: bool = False

    def from_path(self, cls: type[Trace]) -> str | None:
        """Columns of a trace whose values stand only in the path."""
        names = ["instance"] if self.network else []
        if self.conversation_from_path and cls in (Message, GroupMembership, Conversation):
            names.append("conversation")
        if self.day_from_path and cls is not Conversation:
            names.append({Message: "sent", Account: "since"}.get(cls, "at"))
        return " ".join(names) or None

    def shared(self, cls: type[Trace]) -> dict[str, Any]:
        """Values that all traces of a block have alike."""
        text = pa.string()
        return {
            "network": pa.scalar("irc", text),
            "instance": pa.scalar(self.network or "?", text),
            "facts_from_path": pa.scalar(self.from_path(cls), text),
        }

    def conversation_trace(self) -> Conversation:
        """The log's conversation."""
        members = tuple(one for one in (self.owner, self.other) if one) if self.kind == "direct" else None
        return Conversation(
            place="line 1",
            network="irc",
            instance=self.network or "?",
            facts_from_path=self.from_path(Conversation),
            conversation=self.conversation,
            title=self.title,
            kind=self.kind,
            members=members,
        )


def _facts(subject: Subject, style: Style) -> _Facts:
    """From the log's beginning, and from its path where the log does not say."""
    path = log_path(subject.path)
    network = path.network.lower() if path.network else None
    speakers: dict[str, str] = {}
    channels: Counter[str] = Counter()
    ident, days = "", False
    text = stripped(head_text(subject.head), hidden=style.hidden)
    for _, nick, _, other in style.line.findall(text):
        if nick:
            speakers.setdefault(_fold(nick), nick)
        elif other and (line := style.read(other)):
            if line.kind == "action":
                speakers.setdefault(_fold(line.nick), line.nick)
            elif line.kind == "ident":
                ident = ident or line.text
            days = days or line.kind == "day"
            if line.event and line.event.channel and line.event.what != "said":
                channels[line.event.channel] += 1
    stated = channels.most_common(1)[0][0] if channels else ident
    target = stated or path.target
    facts = _Facts(path, network, f"log:{subject.item_id}", None, days_in_file=days)
    if not target:
        return facts
    facts.conversation_from_path = not stated
    if target.startswith(_CHANNEL_MARKS):
        facts.conversation, facts.kind, facts.title = _fold(target), "channel", target
        return facts
    facts.other = _fold(target)
    ours = [nick for nick in speakers if nick != facts.other]
    if len(ours) == 1:
        facts.owner, facts.owner_name = ours[0], speakers[ours[0]]
    facts.conversation, facts.kind = direct("irc", facts.owner, facts.other), "direct"
    return facts


def _goes_back(subject: Subject, style: Style) -> int | None:
    """Number of the first line at which the clock of a log without date lines goes back too far for one day."""
    of_day, before = TimesOfDay(), 0
    with subject.open() as stream:
        for part in chunks(stream):
            if not isinstance(part, Chunk):
                continue
            for number, (time, _, _, other) in enumerate(style.line.findall(part.text), part.first):
                if not time and other and (line := style.other.fullmatch(other)):
                    time = line[1]
                if time and (now := of_day[time]) >= 0:
                    if now < before - MOST_BACK_US:
                        return number
                    before = now
    return None


#: Columns of traces that few lines give, in the order in which `_Reader` appends them.
_COLUMNS: Final[dict[type[Trace], tuple[str, ...]]] = {
    GroupMembership: ("conversation", "account", "action", "by", "reason", "role", "ordinal"),
    Login: ("account", "ip", "host", "user", "what"),
    Account: ("account", "name", "name_kind", "owner", "ordinal"),
}
_Rows = list[tuple[Any, ...]]


@dataclass(slots=True)
class _Others:
    """Lines of a chunk that are no plain messages: those that are messages of another kind, and what was told."""

    rows: list[tuple[int, str, str | None, str, str, str | None]] = field(default_factory=list)
    """Line, time, nick, text, kind and markup."""
    events: list[tuple[int, Event]] = field(default_factory=list)
    days: list[tuple[int, str]] = field(default_factory=list)


class _Times:
    """Times of a chunk's lines as written; an empty string for a line without one."""

    def __init__(self, plain: Plain, others: Places, written: Sequence[str]) -> None:
        self.lines = plain.lines
        self._plain, self._others = plain, others
        self._written = written
        self._all = pa.concat_arrays([plain.times, pa.array([*written, ""], pa.string())])
        self._position = np.full(plain.lines, len(self._all) - 1, np.int64)
        self._position[plain.at] = np.arange(len(plain.at))
        self._position[others] = len(plain.at) + np.arange(len(others))

    def at(self, lines: Places) -> pa.StringArray:
        """Those of some lines."""
        return self._all.take(pa.array(self._position[lines]))

    def clocks(self, of_day: TimesOfDay) -> Walls:
        """Microseconds since midnight of every line; -1 where there is no such time."""
        clocks = np.full(self.lines, -1, np.int64)
        coded = self._plain.times.dictionary_encode()
        different = np.array([of_day[one] for one in coded.dictionary.to_pylist()], np.int64)
        clocks[self._plain.at] = different[coded.indices.to_numpy()]
        clocks[self._others] = [of_day[one] for one in self._written]
        return clocks


class _Reader:
    """Reads a log chunk by chunk. What it keeps between chunks grows with the nicks seen, never with the log."""

    def __init__(self, style: Style, facts: _Facts, clock: Clock) -> None:
        self._style = style
        self._facts = facts
        self._clock = clock
        self._owner = facts.owner
        self._seen: dict[str, bool] = {}
        """Nicks, and whether an observation of each has a known time."""
        self._marked = irc_styles.MARKED_HIDDEN if style.hidden else irc_styles.MARKED

    def chunk(self, chunk: Chunk) -> Iterator[Emitted]:
        """Traces of some lines, as blocks."""
        plain = plain_messages(chunk.text, self._style.stamps)
        others = _Others()
        for i in self._read_others(plain, others):
            style = self._style.variant.name
            yield Trouble(f"line {chunk.first + i}", "corrupt", f"no line of a log in the style of {style}")
        at, when, who, what, kinds, markup = zip(*others.rows, strict=True) if others.rows else ((),) * 6
        lines = np.array(at, np.int64)
        times = _Times(plain, lines, when)
        walls, remarks = self._walls(times, others.days, chunk.first)
        yield from remarks
        owners = self._owners(others.events, plain.lines)
        told, named = self._told(others.events)
        names = pa.array(who, pa.string())
        named_at = np.array([i for i, _ in named], np.int64)
        mentioned = pa.array([name for _, name in named], pa.string())
        told[Account] += self._first_seen(
            [(plain.names, plain.at), (names, lines), (mentioned, named_at)], walls, owners
        )
        utc = self._style.clock == "seconds since 1970"
        if len(plain.at):
            moment = moments(walls[plain.at], plain.times, stated_utc=utc)
            yield self._messages(chunk.first, plain.at, plain.names, plain.texts, plain.times, moment, owners)
        if others.rows:
            written = times.at(lines)
            moment = moments(walls[lines], written, stated_utc=utc)
            block = self._messages(
                chunk.first, lines, names, pa.array(what, pa.string()), written, moment, owners
            )
            block.columns["kind"] = pa.array(kinds, pa.string())
            block.columns["markup"] = pa.array(markup, pa.string())
            yield block
        for cls, rows in told.items():
            if rows:
                yield self._block(cls, rows, chunk.first, walls, times, utc)

    def _read_others(self, plain: Plain, others: _Others) -> list[int]:
        """Read all other lines; gives those that are none of this style."""
        text, pattern = plain.others(), self._style.common
        lines = text.split("\n")[:-1]
        if plain.controls or not pattern:
            return [
                i
                for i, line in zip(plain.rest, lines, strict=True)
                if not self._other(i, line, others, formatted=plain.controls)
            ]
        odd = []
        rows, events = others.rows, others.events
        for i, line, found in zip(plain.rest, lines, pattern.findall(text), strict=True):
            if found[12]:
                rows.append((i, found[11], found[12], found[13], "action", None))
            elif found[1] and (told := common(found)):
                rows.append((i, found[0], None, found[1], "system", None))
                events.append((i, told))
            elif not self._other(i, line, others, formatted=False):
                odd.append(i)
        return odd

    def _other(self, i: int, raw: str, others: _Others, *, formatted: bool) -> bool:
        """Read one line; False if it is none of this style."""
        style = self._style
        marked = formatted and self._marked.search(raw) is not None
        bare = stripped(raw, hidden=style.hidden) if marked else raw
        match = style.line.match(bare + "\n")
        assert match, "a style's pattern matches any line"
        time, nick, text, other = match.groups()
        kind = "text"
        if nick is None:
            line = style.read(other)
            if line is None:
                return False
            if line.kind in ("none", "day", "ident"):
                if line.kind == "day":
                    others.days.append((i, line.text))
                return True
            kind, time, nick, text = line.kind, line.time, line.nick, line.text
            if line.event:
                others.events.append((i, line.event))
        markup = None
        if marked:
            stored = style.line.match(raw + "\n")
            markup = (stored and stored[3]) or raw
        others.rows.append((i, time, nick or None, text, kind, markup))
        return True

    def _walls(self, times: _Times, days: list[tuple[int, str]], first: int) -> tuple[Walls, list[Remark]]:
        parts: list[Walls] = []
        remarks: list[Remark] = []
        clock, begin = self._clock, 0
        clocks = times.clocks(clock.of_day) if self._style.clock == "time" else None
        written = [] if clocks is not None else times.at(np.arange(times.lines)).to_pylist()
        for end, day in [*days, (times.lines, None)]:
            if end > begin:
                if clocks is not None:
                    parts.append(clock.on_day(clocks[begin:end]))
                else:
                    parts.append(clock.walls(written[begin:end]))
                if clock.lost is not None:
                    remarks.append(
                        Remark(
                            f"The clock goes back by more than two hours at line {first + begin + clock.lost} "
                            "without a line that states the day: from there to the next such line no line has a date"
                        )
                    )
            if day is not None:
                clock.date_line(day)
                parts.append(np.full(1, UNKNOWN, np.int64))
                end += 1
            begin = end
        return np.concatenate(parts), remarks

    def _owners(self, events: list[tuple[int, Event]], length: int) -> list[str] | None:
        """For each line the owner's folded nick then; None where nobody knows it."""
        changes: list[tuple[int, str]] = []
        now = self._owner
        for i, e in events:
            if e.what == "renamed" and e.new and (e.nick is None or (now and _fold(e.nick) == now)):
                now = _fold(e.new)
                changes.append((i, now))
        if not changes and self._owner is None:
            return None
        owners = [self._owner or ""] * length
        for i, owner in changes:
            owners[i:] = [owner] * (length - i)
        self._owner = now
        return owners

    def _told(self, events: list[tuple[int, Event]]) -> tuple[dict[type[Trace], _Rows], _Rows]:
        """Memberships, logins and accounts that the programs' sentences tell of, and the nicks not seen before that they
        name; the line comes first in each row.
        """
        members: _Rows = []
        logins: _Rows = []
        accounts: _Rows = []
        named: _Rows = []
        seen, here = self._seen, self._facts.conversation
        for i, (what, name, user, host, channel, by, reason, new, _, modes) in events:
            where = _fold(channel) if channel else here
            nick = _fold(name) if name else None
            if nick and what in _COMING_AND_GOING:
                members.append((i, where, nick, what, _fold(by) if by else None, reason, None, 0))
            elif what == "mode":
                for n, (mode, member) in enumerate(members_of(modes or "")):
                    members.append((i, where, _fold(member), "role", _fold(by or ""), None, mode, n))
            elif nick and new:
                accounts.append((i, nick, new, "nick", None, 0))
            if nick and host:
                logins.append((i, nick, _address(host), host, user or None, _SEEN_AT.get(what, "notice")))
            if name and not seen.get(name):
                named.append((i, name))
            if new and not seen.get(new):
                named.append((i, new))
        return {GroupMembership: members, Login: logins, Account: accounts}, named

    def _first_seen(self, seen_at: list[tuple[Any, Places]], walls: Walls, owners: list[str] | None) -> _Rows:
        """Nicks that are seen for the first time; once more when one is first seen at a known time."""
        seen = self._seen
        first: dict[str, tuple[bool, int]] = {}
        for names, at in seen_at:
            coded = names.dictionary_encode()
            wanted = {n: nick for n, nick in enumerate(coded.dictionary.to_pylist()) if not seen.get(nick)}
            if not wanted:
                continue
            codes = coded.indices.fill_null(-1).to_numpy()
            unknown = walls[at] == UNKNOWN
            for n, nick in wanted.items():
                lines = np.flatnonzero(codes == n)
                if not len(lines):  # left over from lines that were no plain messages
                    continue
                dated = lines[~unknown[lines]]
                found = (not len(dated), int(at[dated[0] if len(dated) else lines[0]]))
                first[nick] = min(found, first.get(nick, found))
        rows: _Rows = []
        for nick, (unknown_time, i) in first.items():
            if nick not in seen or not unknown_time:
                own = True if owners and owners[i] == _fold(nick) else None
                rows.append((i, _fold(nick), nick, "nick", own, 2))
                seen[nick] = not unknown_time
        return sorted(rows)

    def _messages(
        self,
        first: int,
        at: Places,
        names: Any,
        texts: Any,
        times: Any,
        moment: pa.StructArray,
        owners: list[str] | None,
    ) -> Block:
        facts = self._facts
        senders = _folded(names)
        columns: dict[str, Any] = {
            **facts.shared(Message),
            "place": _places(first, at),
            "conversation": pa.scalar(facts.conversation, pa.string()),
            "sender": senders,
            "sender_name": names,
            "text": texts,
            "sent": moment,
            "precision_us": _SECONDS if self._style.clock != "time" else _precision(times),
        }
        if owners:
            then = [owners[i] for i in at.tolist()]
            columns["direction"] = pa.array(_directions(senders.to_pylist(), then), pa.string())
        if facts.kind == "direct":
            columns["recipients"] = _recipients(
                senders.to_pylist(), facts, [owners[i] for i in at.tolist()] if owners else None
            )
        return Block(Message, columns)

    def _block(
        self,
        cls: type[Trace],
        rows: _Rows,
        first: int,
        walls: Walls,
        times: _Times,
        utc: bool,
    ) -> Block:
        at, *columns = zip(*rows, strict=True)
        lines = np.array(at, np.int64)
        written = times.at(lines)
        return Block(
            cls,
            {
                **self._facts.shared(cls),
                **dict(zip(_COLUMNS[cls], columns, strict=True)),
                "place": _places(first, lines),
                "since" if cls is Account else "at": moments(walls[lines], written, stated_utc=utc),
            },
        )


@lru_cache(maxsize=100_000)
def _fold(name: str) -> str:
    """Normal form. No nick holds a space; the Ubuntu channels' log bot wrote one after each `]`."""
    return irc(name.replace(" ", ""))


def _places(first: int, at: Places) -> Any:
    return pc.binary_join_element_wise(_LINE, pa.array(at + first, pa.int64()).cast(pa.string()), _NOTHING)


def _folded(names: Any) -> Any:
    coded = names.dictionary_encode()
    folded = pa.array([_fold(name) for name in coded.dictionary.to_pylist()], pa.string())
    return pa.DictionaryArray.from_arrays(coded.indices, folded)


def _precision(times: Any) -> Any:
    """Whole minutes or whole seconds, as each line's time is written."""
    if pc.min(pc.binary_length(times)).equals(pc.max(pc.binary_length(times))):
        return _SECONDS if times[0].as_py().count(":") == 2 else _MINUTES
    return pc.if_else(pc.match_like(times, "%:%:%"), _SECONDS, _MINUTES)


def _directions(senders: list[str | None], owners: list[str]) -> list[str | None]:
    return [
        None if not sender or not owner else "outgoing" if sender == owner else "incoming"
        for sender, owner in zip(senders, owners, strict=True)
    ]


def _recipients(
    senders: list[str | None], facts: _Facts, owners: list[str] | None
) -> list[tuple[str, ...] | None]:
    """In a private chat the one that does not speak is addressed."""
    found: list[tuple[str, ...] | None] = []
    for i, sender in enumerate(senders):
        owner = owners[i] if owners else ""
        to = owner if sender == facts.other else facts.other
        found.append((to,) if sender and to else None)
    return found


@lru_cache(maxsize=10_000)
def _address(host: str) -> str | None:
    """The host if it is an IP address."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return None
