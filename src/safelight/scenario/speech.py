"""The messages of one conversation: when somebody is awake, who answers whom after how long, and what is said.

A conversation is a row of bursts. A burst begins when its first speaker is awake; between two people the other one answers
after a delay of seconds to minutes, or, if asleep, in the morning. Each conversation has its own stream of random numbers,
so that it is the same whoever asks for it, and times rise by at least one millisecond.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from random import Random
from zoneinfo import ZoneInfo

from safelight.scenario.dice import around, dice, letters
from safelight.scenario.phrases import GRAMMARS, Grammar
from safelight.scenario.presence import changes
from safelight.scenario.sizes import DAY_US, HOUR_US, MINUTE_US, REVOKE_US, SECOND_US
from safelight.scenario.world import Conversation, Media, Message, MessageKind, Person, World

#: Networks in whose apps messages are edited, and pictures sent.
_EDITS = ("telegram", "discord", "skype", "forum")
_PICTURES = {"whatsapp": 0.05, "telegram": 0.04, "discord": 0.04, "kik": 0.04, "imessage": 0.03, "mail": 0.08}
_REPLIES = ("telegram", "whatsapp", "discord", "mail")
#: Lines of these formats end at a line end.
_ONE_LINE = ("irc",)
_PARTING = (
    "bye",
    "hadet",
    "ingat",
    "tea time",
    "gone to the club",
    "Ping timeout: 264 seconds",
    "Leaving",
    "",
)


@cache
def _offset_us(zone: str, day: int) -> int:
    """A zone's offset at noon UTC of a day (days since 1970), in microseconds."""
    at = datetime.fromtimestamp(day * 86_400 + 43_200, UTC).astimezone(ZoneInfo(zone))
    offset = at.utcoffset()
    assert offset is not None
    return int(offset.total_seconds()) * SECOND_US


def _awake(person: Person, us: int) -> bool:
    hour = (us + _offset_us(person.zone, us // DAY_US)) % DAY_US / HOUR_US
    if person.wakes < person.sleeps:
        return person.wakes <= hour < person.sleeps
    return hour >= person.wakes or hour < person.sleeps


def _morning(person: Person, us: int) -> int:
    """When somebody who sleeps at that time wakes up."""
    local = us + _offset_us(person.zone, us // DAY_US)
    wakes = local - local % DAY_US + int(person.wakes * HOUR_US)
    return us + (wakes - local if wakes >= local else wakes + DAY_US - local)


class _Seats:
    """Who speaks: the accounts of a conversation by person, and which of a person's nicks is in use (IRC)."""

    def __init__(self, world: World, conversation: Conversation) -> None:
        self.accounts = world.accounts
        self.persons = world.persons
        self.nicks: dict[int, list[int]] = {}
        for member in conversation.members:
            self.nicks.setdefault(world.accounts[member].owners[0], []).append(member)
        if conversation.kind == "direct":
            # An account that two people share may talk with one of them: the second one is speaking then.
            self.nicks = {}
            for member in conversation.members:
                owners = world.accounts[member].owners
                self.nicks[next((one for one in owners if one not in self.nicks), owners[0])] = [member]
        self.people = list(self.nicks)
        self.now = {person: members[0] for person, members in self.nicks.items()}
        # The first ones of a group talk most: each next one less.
        self._reach = sum(1.0 / (2 + rank) ** 0.8 for rank in range(len(self.people)))
        self._steps: list[float] = []
        total = 0.0
        for rank in range(len(self.people)):
            total += 1.0 / (2 + rank) ** 0.8
            self._steps.append(total)

    def someone(self, roll: Random, us: int) -> int:
        """A person who is awake, if one is found soon."""
        found = self.people[0]
        for _ in range(4):
            found = self.people[self._index(roll.random() * self._reach)]
            if _awake(self.persons[found], us):
                break
        return found

    def _index(self, at: float) -> int:
        low, high = 0, len(self._steps) - 1
        while low < high:
            middle = (low + high) // 2
            if self._steps[middle] < at:
                low = middle + 1
            else:
                high = middle
        return low


def speak(world: World, conversation: Conversation) -> Iterator[Message]:
    """All messages of a conversation, in order of time."""
    roll = dice(world.seed, "speech", conversation.network, conversation.instance, conversation.native_id)
    recent: list[int] = []
    lines = _lines(world, conversation, roll)
    for number in range(conversation.count):
        kind, sender, us, text = next(lines)
        yield _message(world, conversation, roll, number, sender, us, kind, text, recent)


def _lines(
    world: World, conversation: Conversation, roll: Random
) -> Iterator[tuple[MessageKind, int, int, str]]:
    """Kind, account, time and text of one line after the other, without end."""
    seats = _Seats(world, conversation)
    several = len(seats.people) > 2
    irc = conversation.network == "irc"
    channel = _Channel(world, conversation, seats, roll) if irc and conversation.kind == "channel" else None
    span = max(conversation.end_us - conversation.start_us, HOUR_US)
    grammar = GRAMMARS[conversation.language]
    pace = min(25.0 * SECOND_US, 0.35 * span / conversation.count)
    us = conversation.start_us - 1000
    for begins, length, lesson in _bursts(world, conversation, roll, span):
        last = us
        us = max(us + 1000 + int(pace * roll.random()), begins)
        person = seats.someone(roll, us) if several else seats.people[int(roll.random() * len(seats.people))]
        if not several and not lesson and not _awake(seats.persons[person], us):
            us = _morning(seats.persons[person], us) + int(roll.random() * 30 * MINUTE_US)
        for turn in range(length):
            if turn:
                person, us = _next(roll, seats, person, us, pace, several)
            us -= us % 1000
            if channel is not None:
                for kind, account, at, words in channel.until(us):
                    last = max(at, last + 1000)
                    yield kind, account, last, words
                us = max(us, last + 1000)
                instead = channel.says(person, us)
                if instead is not None:
                    last = us
                    words = _PARTING[turn % len(_PARTING)] if instead[0] == "left" else ""
                    yield instead[0], seats.now[person], us, words
                    if instead[0] == "left":
                        continue
                    us += 2_000_000
            text = _said(roll, grammar, lesson, turn, conversation.network in _ONE_LINE)
            last = us
            yield "action" if irc and roll.random() < 0.03 else "text", seats.now[person], us, text


def _bursts(
    world: World, conversation: Conversation, roll: Random, span: int
) -> Iterator[tuple[int, int, bool]]:
    """Beginning, length and whether a lesson is agreed on, in order of time, without end."""
    usual = 5.0 + 14.0 * roll.random()
    bursts = max(1, int(conversation.count / usual))
    lessons = [
        world.sessions[one].start_us - 20 * MINUTE_US for one in world.sessions_of.get(conversation.index, ())
    ]
    begins = [(conversation.start_us + int(roll.random() * span), False) for _ in range(bursts)]
    begins += [(begin, True) for begin in lessons]
    begins.sort()
    for begin, lesson in begins:
        yield begin, max(2 if lesson else 1, int(around(roll, usual * 0.8, 0.6))), lesson
    while True:
        yield begins[-1][0], max(1, int(usual)), False


def _next(roll: Random, seats: _Seats, person: int, us: int, pace: float, several: bool) -> tuple[int, int]:
    """Who speaks next, and when."""
    delay = around(roll, pace, 0.9)
    if several:
        return (person if roll.random() < 0.25 else seats.someone(roll, us)), us + 1000 + int(delay)
    if roll.random() < 0.35 or len(seats.people) < 2:
        return person, us + 1000 + int(delay * 0.5)
    other = seats.people[0] if person == seats.people[1] else seats.people[1]
    us += 1000 + int(delay)
    if not _awake(seats.persons[other], us) and roll.random() < 0.5:
        us = _morning(seats.persons[other], us) + int(roll.random() * 20 * MINUTE_US)
    return other, us


class _Channel:
    """Who is there: joins, parts, quits and nick changes between the lines of an IRC channel."""

    def __init__(self, world: World, conversation: Conversation, seats: _Seats, roll: Random) -> None:
        self._ahead = [one for one in changes(world, conversation) if one.us > conversation.start_us]
        self._ahead.reverse()
        self._seats, self._roll = seats, roll
        self._away: set[int] = set()
        """Persons who are not connected, or who left this channel."""

    def until(self, us: int) -> Iterator[tuple[MessageKind, int, int, str]]:
        """What happens up to a time: kind, account, time, words."""
        seats = self._seats
        while self._ahead and self._ahead[-1].us <= us:
            change = self._ahead.pop()
            person = change.person
            before = seats.now[person]
            if change.what == "nick":
                assert change.account is not None
                seats.now[person] = change.account
                if person not in self._away and before != change.account:
                    yield "nick", before, change.us, seats.accounts[change.account].names[0].name
            elif change.what == "quit" and person not in self._away:
                self._away.add(person)
                yield "quit", before, change.us, _PARTING[int(self._roll.random() * len(_PARTING))]
            elif change.what == "joined" and person in self._away:
                self._away.discard(person)
                yield "joined", before, change.us, ""

    def says(self, person: int, us: int) -> tuple[MessageKind, int] | None:
        """Instead of a line: whoever is not there comes in, and now and then somebody leaves."""
        if person in self._away:
            self._away.discard(person)
            return "joined", us
        if self._roll.random() < 0.012:
            self._away.add(person)
            return "left", us
        return None


def _said(roll: Random, grammar: Grammar, lesson: bool, turn: int, one_line: bool) -> str:
    if lesson and turn == 0:
        return grammar.lesson[int(roll.random() * len(grammar.lesson))].filled(roll)
    if lesson and turn == 1:
        return grammar.paid[int(roll.random() * len(grammar.paid))].filled(roll)
    if turn == 0 and roll.random() < 0.3:
        return grammar.greet[int(roll.random() * len(grammar.greet))]
    text = grammar.line(roll)
    return text.replace("\n", " / ") if one_line else text


def _message(
    world: World,
    conversation: Conversation,
    roll: Random,
    number: int,
    sender: int,
    us: int,
    kind: MessageKind,
    text: str,
    recent: list[int],
) -> Message:
    network = conversation.network
    id_ = conversation.first_id + number
    reply_to = edited = deleted = media = None
    if network in _REPLIES:
        if recent and roll.random() < (0.6 if network == "mail" else 0.06):
            reply_to = recent[int(roll.random() * len(recent))]
        recent.append(id_)
        del recent[:-8]
    if network in _EDITS and roll.random() < 0.015:
        edited = us + 1000 * int(around(roll, 40_000.0, 0.7))
    elif network == "whatsapp" and us > REVOKE_US and roll.random() < 0.01:
        deleted = us + 1000 * int(around(roll, 60_000.0, 0.7))
    if network in _PICTURES and deleted is None and roll.random() < _PICTURES[network]:
        seed = int(roll.random() * 400)
        media = Media(f"IMG_{seed:04d}.jpg", "image/jpeg", seed)
        if network != "mail":
            kind = "media"
            if roll.random() < 0.7:
                text = ""
    native = _native_id(network, roll, conversation, number, us)
    return Message(id_, conversation.index, sender, us, kind, text, native, reply_to, edited, deleted, media)


def _native_id(network: str, roll: Random, conversation: Conversation, number: int, us: int) -> str:
    """The message's own id as its network makes it. In a direct Telegram chat each end counts for itself: none."""
    if network == "whatsapp":
        return letters(roll, "0123456789ABCDEF", 20)
    if network == "skype":
        return str(us // 1000)
    if network == "telegram":
        return "" if conversation.kind == "direct" else str(number + 2)
    if network == "discord":
        return str(((us // 1000 - 1_420_070_400_000) << 22) + (number & 0xFFF))
    if network in ("kik", "imessage"):
        return str(uuid.UUID(int=roll.getrandbits(128), version=4))
    if network == "mail":
        return f"{us // 1000:x}.{number}.{conversation.index}@mail.example.org"
    if network == "forum":
        return str(conversation.first_id + number)
    return ""
