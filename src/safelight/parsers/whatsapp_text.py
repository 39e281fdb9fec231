"""WhatsApp's text export ("Export chat"): `_chat.txt` of an iPhone, `WhatsApp Chat with ....txt` of an Android phone.

A parser of our own: no library keeps the lines' places. Facts: WhatsApp's help on exporting chats and exports that its users
describe; dates as CLDR has them for English, Norwegian (bokmål and nynorsk) and Filipino phones (`whatsapp_dates.py`).

The export names senders as the phone's address book does. A sender shown as a number is that account; a bare name is an
account of this source only. Times are wall clock of the phone. The chat's title stands in the name of the file or the zip
alone, so the conversation is the export's own.

A group is known by the lines that WhatsApp writes into groups alone, and by a third writer. Two writers prove no private
chat: in a group of many two may have written. It is one if it is called like one of its two writers and nothing speaks of a
group; then the other writer is the phone's owner. Else the kind and whose phone it was stay open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

import orjson

from safelight.inspect.model import Group
from safelight.parsers.irc_clock import TimesOfDay
from safelight.parsers.model import DateOrder, Emitted, Subject, Trouble, Variant
from safelight.parsers.observed import Observed
from safelight.parsers.text_lines import Chunk, chunks, head_text
from safelight.parsers.whatsapp_dates import Dates, Written, day_of
from safelight.traces.model import Account, Conversation, GroupMembership, MediaShare, Message, Trace
from safelight.traces.moment import Moment, wall_only
from safelight.traces.networks import phone

_MARKS = "\u200e\u200f\u202a-\u202e\u2066-\u2069"
_DATE = r"(?P<a>\d{1,4})(?P<sep>[./-])(?P<space> ?)(?P<b>\d{1,2})(?P=sep) ?(?P<c>\d{1,4})\.?(?P<comma>,?)(?: kl\.?| at)? "
_HALF = r"(?:[ \u00a0\u202f]?(?P<half>[AaPpFfEe])\.?[ \u00a0\u202f]?[Mm]\.?)?"
_LINES: Final = {
    "ios": re.compile(
        rf"[{_MARKS}]*\[(?P<when>{_DATE}(?P<clock>\d\d?[:.]\d\d[:.]\d\d){_HALF})\] (?P<rest>.*)"
    ),
    "android": re.compile(rf"[{_MARKS}]*(?P<when>{_DATE}(?P<clock>\d\d?[:.]\d\d){_HALF}) [-–] (?P<rest>.*)"),
}
_SAID: Final = re.compile(r"(?P<name>[^:\"“«]{1,100}?):(?: (?P<text>.*))?$", re.DOTALL)
_STRIPPED: Final = re.compile(rf"[{_MARKS}]+")
_TITLE: Final = re.compile(
    r"WhatsApp[- ](?:chat|samtale|chatt)(?:en)?(?: with | med | kay | kasama si |[ -]+)(?P<title>[^/]+?)"
    r"(?:\.(?:txt|zip))?(?:/|$)",
    re.IGNORECASE,
)
_NUMBER: Final = re.compile(r"\+[0-9][0-9\s()-]{4,}")

_OMITTED: Final = re.compile(
    r"<(?:media omitted|medi\w+ (?:er )?(?:utelatt|utelate|utelatne)|hindi kasama ang media|inalis ang media)>|"
    r"(?:image|video|audio|sticker|gif|document|contact card) omitted|"
    r"(?:bilde|bilete|video|lyd|klistremerke|gif|dokument|kontaktkort) (?:utelatt|utelate)",
    re.IGNORECASE,
)
_ATTACHED: Final = re.compile(
    r"<(?:attached|vedlagt|vedlagd|naka-attach)\s?: (?P<ios>[^<>\n]+)>|"
    r"(?P<wa>(?:IMG|VID|AUD|PTT|STK|DOC)-\d{8}-WA\d+\.\w+) \([^()\n]+\)|"
    r"(?P<file>[^\n]+\.\w{1,5}) \((?:file attached|fil vedlagt|vedlagt fil|fil vedlagd|naka-attach na file)\)"
)
_DELETED: Final = frozenset(
    (
        "this message was deleted", "you deleted this message", "denne meldingen ble slettet", "du slettet denne meldingen",
        "denne meldinga vart sletta", "du sletta denne meldinga", "na-delete ang mensaheng ito",
        "binura mo ang mensaheng ito",
    )
)  # fmt: skip
_EDITED: Final = re.compile(
    r" ?<(?:This message was edited|Denne meldingen ble redigert|Denne meldinga vart redigert)>$"
)
#: What WhatsApp writes into groups, by what it means. `who` did it or is meant, `whom` is the other.
_GROUP_LINES: Final = tuple(
    (action, re.compile(pattern))
    for action, pattern in (
        ("added", r"(?P<who>.+?) (?:added|la til) (?P<whom>.+?)\.?"),
        ("removed", r"(?P<who>.+?) (?:removed|fjernet|fjerna) (?P<whom>.+?)\.?"),
        (
            "joined",
            r"(?P<who>.+?) (?:joined using this group's invite link|ble med via .*|vart med via .*)\.?",
        ),
        ("left", r"(?P<who>.+?) (?:left|forlot|forlét)(?: gruppen| gruppa)?\.?"),
        ("added", r"Idinagdag ni (?P<who>.+?) si (?P<whom>.+?)\.?"),
        ("left", r"Umalis si (?P<who>.+?)\.?"),
    )
)
#: What else it writes into groups: who made one, its name, picture and description, who speaks for it.
_GROUP_SIGNS: Final = re.compile(
    r"(?:.+ )?(?:created (?:this |the )?group\b|changed (?:the group|this group's|the subject)\b|set the group\b|added you\b"
    r"|joined (?:using|from|via)\b|you're (?:now|no longer) an admin\b|was (?:added|removed)\b"
    r"|opprett(?:et|a) (?:denne )?grupp|endr(?:et|a) (?:denne )?(?:grupp|emnet)|la (?:deg til|til deg)\b"
    r"|du er (?:nå|no|ikke lenger|ikkje lenger) admin|(?:ble|vart|blei) (?:lagt til|fjernet|fjerna)\b).*"
    r"|(?:ginawa|nilikha|binuo) (?:ni |mo ).*\bgrupo(?:ng)?\b.*|(?:idinagdag|inalis|tinanggal) (?:ni|ka|mo)\b.*"
    r"|(?:binago|pinalitan) (?:ni |mo ).*\b(?:grupo|paksa|icon)\b.*|sumali (?:si|ka)\b.*|umalis (?:si|ka)\b.*"
    r"|isa ka nang admin.*",
    re.IGNORECASE | re.DOTALL,
)
#: A line that speaks of a group in words that are not among these leaves the kind open.
_GROUP_WORD: Final = re.compile(r"\b(?:group|gruppen?|gruppa|gruppe\w+|grupo(?:ng)?)\b", re.IGNORECASE)
#: More than a group may have members.
_MOST_NAMES: Final = 5000
_YOU: Final = frozenset(("you", "du", "deg", "ikaw", "ka"))


class WhatsAppText:
    """Exports as text."""

    name = "whatsapp-text"
    version = 2
    title = "WhatsApp text export"
    variants: tuple[Variant, ...] = (
        Variant("ios", "documentation", "`[31.12.2020, 21:41:05] Name: text`; WhatsApp's help, iPhone"),
        Variant("android", "documentation", "`31/12/2020, 21:41 - Name: text`; WhatsApp's help, Android"),
    )
    emits: tuple[type[Trace], ...] = (Account, Conversation, Message, GroupMembership, MediaShare)

    def accepts(self, mime: str, group: Group, size: int) -> bool:
        """Texts."""
        return group in ("text", "other")

    def recognise(self, subject: Subject) -> Variant | None:
        """By its first line that is not empty."""
        lines = head_text(subject.head[:16384]).split("\n")
        first = next((line for line in lines if line.strip()), "")[:2000]
        for variant in self.variants:
            if (match := _LINES[variant.name].fullmatch(first)) and _likely(match):
                return variant
        return None

    def parse(self, subject: Subject, variant: Variant) -> Iterable[Emitted]:
        """Read twice: first the dates, to know their order. Raises ParseFailed("ambiguous")."""
        pattern = _LINES[variant.name]
        dates, senders = Dates(), _Senders()
        for _, match, _ in _lines(subject, pattern):
            if isinstance(match, re.Match):
                dates.see([_written(match)])
                senders.see(match["rest"])
        export = _Export(subject, dates.order(subject.options.date_order), senders, variant.name == "ios")
        yield export.conversation_trace()
        for number, match, line in _lines(subject, pattern):
            if isinstance(match, re.Match):
                yield from export.begin(number, match)
            elif match is None:
                yield from export.go_on(number, line)
            else:
                yield match
        yield from export.made()
        yield from export.seen.traces()


def _likely(match: re.Match[str]) -> bool:
    """Logs of programs begin alike, with the year in front and no comma."""
    return len(match["a"]) < 3 or bool(match["comma"])


def _written(match: re.Match[str]) -> Written:
    return int(match["a"]), int(match["b"]), int(match["c"]), match["sep"] + match["space"]


def _lines(
    subject: Subject, pattern: re.Pattern[str]
) -> Iterator[tuple[int, re.Match[str] | Emitted | None, str]]:
    """Numbered lines with their match, and what the reader of lines has to say."""
    with subject.open() as stream:
        for part in chunks(stream):
            if not isinstance(part, Chunk):
                yield 0, part, ""
                continue
            for number, line in enumerate(part.text[:-1].split("\n"), part.first):
                yield number, pattern.fullmatch(line), line


@dataclass(slots=True)
class _Senders:
    """Who writes in the chat, and whether WhatsApp speaks of a group, surely or by the word alone."""

    names: set[str] = field(default_factory=set)
    group: bool = False
    doubtful: bool = False

    def see(self, rest: str) -> None:
        """Look at what follows a time."""
        said = _SAID.fullmatch(rest)
        text = ((said["text"] or "") if said else rest)[:500]
        bare = _STRIPPED.sub("", text)
        if said and (text[:1] != "\u200e" or _ATTACHED.match(bare) or _OMITTED.fullmatch(bare)):
            if len(self.names) < _MOST_NAMES:
                self.names.add(_name(said["name"]))
        elif _GROUP_SIGNS.fullmatch(bare) or any(pattern.fullmatch(bare) for _, pattern in _GROUP_LINES):
            self.group = True
        elif _GROUP_WORD.search(bare):
            self.doubtful = True


def _name(written: str) -> str:
    return _STRIPPED.sub("", written).replace("\u00a0", " ").replace("\u202f", " ").strip()


@dataclass(slots=True)
class _Waiting:
    number: int
    match: re.Match[str]
    text: list[str]
    length: int = 0


@dataclass(slots=True)
class _Export:
    subject: Subject
    order: DateOrder
    senders: _Senders
    ios: bool
    seen: Observed = field(default_factory=lambda: Observed("whatsapp"))
    title: str | None = None
    group: bool = False
    other: str | None = None
    owner: str | None = None
    conversation: str = ""
    _clock: TimesOfDay = field(default_factory=TimesOfDay)
    _waiting: _Waiting | None = None

    def __post_init__(self) -> None:
        named = _TITLE.search(self.subject.path.replace(" › ", "/"))
        self.title = _name(named["title"]) if named else None
        names = self.senders.names
        self.group = self.senders.group or len(names) > 2
        if not self.group and not self.senders.doubtful and self.title in names and len(names) == 2:
            self.other = self.account(self.title or "")
            self.owner = next(self.account(one) for one in names if one != self.title)
        self.conversation = f"export:{self.subject.source_id}:{self.title or self.subject.item_id}"

    def account(self, name: str) -> str:
        """A number is an account of WhatsApp; a name only means something in this source."""
        return phone(name) if _NUMBER.fullmatch(name) else f"name:{self.subject.source_id}:{name}"

    def conversation_trace(self) -> Conversation:
        """The chat."""
        members = None if self.group else tuple(one for one in (self.owner, self.other) if one) or None
        return Conversation(
            place="line 1",
            network="whatsapp",
            facts_from_path="title" if self.title else None,
            conversation=self.conversation,
            title=self.title,
            kind="group" if self.group else "direct" if self.other else None,
            members=members,
        )

    def begin(self, number: int, match: re.Match[str]) -> Iterator[Emitted]:
        """A line with a time: the message before it is complete."""
        yield from self.made()
        self._waiting = _Waiting(number, match, [match["rest"]])

    def go_on(self, number: int, line: str) -> Iterator[Emitted]:
        """A line without a time continues the message."""
        if self._waiting and self._waiting.length < 1 << 20:
            self._waiting.text.append(line)
            self._waiting.length += len(line)
        elif line.strip():
            yield Trouble(f"line {number}", "corrupt", "a line that belongs to no message")

    def made(self) -> Iterator[Emitted]:
        """The message that waits for its end."""
        line, self._waiting = self._waiting, None
        if not line:
            return
        place = f"line {line.number}"
        sent = self._moment(line.match)
        whole = "\n".join(line.text).rstrip("\n")
        said = _SAID.fullmatch(whole.partition("\n")[0])
        stored = whole[said.end("name") + 1 :].removeprefix(" ") if said else whole
        name = _name(said["name"]) if said else None
        text = _STRIPPED.sub("", stored)
        attached = _ATTACHED.match(text)
        omitted = not attached and _OMITTED.fullmatch(text)
        told = bool(self.ios and name and stored.startswith("\u200e") and not attached and not omitted)
        told = (
            told
            and (name == self.title or name not in self.senders.names)
            and text.strip(" .").lower() not in _DELETED
        )
        sender = self.account(name) if name and not told else None
        deleted = text.strip(" .").lower() in _DELETED
        shown = _EDITED.sub("", text)
        outgoing = sender is not None and sender == self.owner
        direction = None if not sender or not self.owner else "outgoing" if outgoing else "incoming"
        file = attached and (attached["ios"] or attached["wa"] or attached["file"])
        if attached:
            shown = text[attached.end() :].strip()
        elif omitted:
            shown = ""
        if sender and name:
            kind = "phone" if sender.startswith("+") else "display name"
            self.seen.see(sender, name, kind, place, sent, owner=outgoing)
        to = None if self.group or not sender else self.other if outgoing else self.owner
        yield Message(
            place=place,
            network="whatsapp",
            facts_from_path="direction" if direction and self.title else None,
            state="deleted" if deleted and sender else "live",
            conversation=self.conversation,
            sender=sender,
            sender_name=name if sender else None,
            recipients=(to,) if to else None,
            direction=direction,
            kind="system" if not sender else "media" if file or omitted else "text",
            text=shown,
            markup=stored if stored != shown else None,
            sent=sent,
            precision_us=1_000_000 if self.ios else 60_000_000,
            attachments=orjson.dumps([{"name": file}]).decode() if file else None,
        )
        if file:
            yield MediaShare(
                place=place,
                network="whatsapp",
                conversation=self.conversation,
                account=sender,
                message_place=place,
                name=file,
                at=sent,
                direction=direction,
            )
        if not sender:
            yield from self._membership(text, place, sent)

    def _membership(self, text: str, place: str, sent: Moment) -> Iterator[GroupMembership]:
        for action, pattern in _GROUP_LINES:
            match = pattern.fullmatch(text[:500])
            if not match:
                continue
            who, whom = match["who"], match.groupdict().get("whom")
            member = self._member(whom or who)
            if member:
                yield GroupMembership(
                    place=place,
                    network="whatsapp",
                    conversation=self.conversation,
                    account=member,
                    action=action,
                    by=self._member(who) if whom else None,
                    at=sent,
                )
            return

    def _member(self, name: str) -> str | None:
        """An account; of "you" only where it is known whose phone it was."""
        return self.owner if name.lower() in _YOU else self.account(_name(name))

    def _moment(self, match: re.Match[str]) -> Moment:
        day = day_of(_written(match), self.order)
        half = (match["half"] or "").lower()
        clock = match["clock"].replace(".", ":")
        us = self._clock[clock + (f" {'pm' if half in 'pe' else 'am'}" if half else "")]
        if day is None or us < 0:
            return Moment(None, None, match["when"], "unknown")
        return wall_only(day + us, match["when"])
