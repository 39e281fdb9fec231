"""Conversations: who talks with whom, in which network, how much."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Literal

from safelight.scenario.dice import around, dice, letters, pick, some
from safelight.scenario.natives import between, nick
from safelight.scenario.sizes import DAY_US, Size
from safelight.scenario.world import Account, Conversation, Language, Person

_TOPICS = {
    "nb": ("Sjakk i Bergen", "Togbordet", "Værvakta", "Vårturneringen", "Nattog", "Styret i sjakklubben"),
    "nn": ("Modelltog i Førde", "Vêrlaget", "Sjakklaget", "Haustturneringa"),
    "en": ("Blitz night", "Model trains & more", "Weather watch", "Endgame study", "Signal box"),
    "tl": ("Chess Cebu", "Barkada sa riles", "Ulan o araw?", "Torneo sa Sabado"),
}
_CHANNELS = (
    "#sjakk",
    "#modelltog",
    "#weather",
    "#chess",
    "#Vær",
    "#trains",
    "#nattog",
    "#blitz",
    "#h0",
    "#[klubb]",
)
_HEX = "0123456789ABCDEF"
#: Kinds of groups by network: what share of all groups each gets.
_GROUPS = (
    "whatsapp",
    "telegram",
    "skype",
    "discord",
    "forum",
    "kik",
    "telegram",
    "whatsapp",
    "forum",
    "forum",
    "discord",
)
#: Networks without conversations.
_SILENT = ("bank", "remitter")
#: How much longer conversations of a network are than others.
_WEIGHT = {"mail": 0.15, "phone": 0.4, "imessage": 0.5, "forum": 0.4, "icq": 0.6, "kik": 0.8, "irc": 0.3}
#: Share of all messages that are written in IRC's channels.
_IN_CHANNELS = 0.34

_Kind = Literal["direct", "group", "channel", "thread", "mail"]


@dataclass(slots=True)
class _Draft:
    network: str
    instance: str | None
    native_id: str
    kind: _Kind
    title: str | None
    members: tuple[int, ...]
    language: Language
    start_us: int
    weight: float


class Talks:
    """Conversations are drafted with a weight, and share out the messages of the whole operation at the end."""

    def __init__(self, size: Size, seed: int, persons: list[Person], accounts: list[Account]) -> None:
        self._size, self._seed = size, seed
        self._persons, self._accounts = persons, accounts
        self._drafts: list[_Draft] = []
        self._taken: set[tuple[str, str | None, str]] = set()
        self._chats: set[tuple[int, int]] = set()
        self._inside: dict[tuple[str, str | None], list[Account]] = defaultdict(list)
        self._outside: dict[tuple[str, str | None], list[Account]] = defaultdict(list)
        nicks: set[tuple[str | None, tuple[int, ...]]] = set()
        self._spare: set[int] = set()
        """Second nicks of IRC: they speak in channels alone."""
        for account in accounts:
            if account.network == "irc":
                if (account.instance, account.owners) in nicks:
                    self._spare.add(account.index)
                nicks.add((account.instance, account.owners))
            known = any(persons[owner].of_interest for owner in account.owners)
            (self._inside if known else self._outside)[account.network, account.instance].append(account)

    def all(self) -> list[Conversation]:
        """Every conversation, with its share of the messages."""
        self._channels()
        self._groups()
        self._directs()
        channels = [draft for draft in self._drafts if draft.network == "irc" and draft.kind == "channel"]
        others = sum(draft.weight for draft in self._drafts) - sum(draft.weight for draft in channels)
        raised = _IN_CHANNELS / (1 - _IN_CHANNELS) * others / sum(draft.weight for draft in channels)
        for draft in channels:
            draft.weight *= raised
        total = sum(draft.weight for draft in self._drafts)
        least = 1 if self._size.messages < 10 * len(self._drafts) else 3
        free = self._size.messages - least * len(self._drafts)
        out: list[Conversation] = []
        first, before, given = 1, 0.0, 0
        for draft in self._drafts:
            before += draft.weight
            share = round(free * before / total) - given
            given += share
            count = least + share
            end = self._size.seized_us - self._size.quiet_us
            if draft.kind not in ("channel", "thread") and count < 400:
                end = min(end, draft.start_us + (3 + count) * 2 * DAY_US)
            out.append(
                Conversation(
                    len(out),
                    draft.network,
                    draft.instance,
                    draft.native_id,
                    draft.kind,
                    draft.title,
                    draft.members,
                    draft.language,
                    draft.start_us,
                    end,
                    first,
                    count,
                )
            )
            first += count
        return out

    def _add(
        self,
        network: str,
        instance: str | None,
        native: str,
        kind: _Kind,
        title: str | None,
        members: list[Account],
        language: Language,
        roll: Random,
        weight: float,
    ) -> None:
        if (network, instance, native) in self._taken:
            return
        self._taken.add((network, instance, native))
        opens = self._size.begin_us
        start = opens + int(roll.random() ** 1.5 * 0.8 * (self._size.seized_us - opens)) // 1000 * 1000
        if kind in ("channel", "thread"):
            start = opens + int(roll.random() * 20 * DAY_US) // 1000 * 1000
        chosen = tuple(account.index for account in members)
        draft = _Draft(network, instance, native, kind, title, chosen, language, start, weight)
        self._drafts.append(draft)

    def _language(self, roll: Random, members: list[Account]) -> Language:
        """The first one's own if all speak it, Norwegian among Norwegians, else English or what two share."""
        spoken = [self._persons[account.owners[0]].language for account in members]
        if all(one in ("nb", "nn") for one in spoken) or len(set(spoken)) == 1:
            return spoken[0]
        return "en" if roll.random() < 0.9 else spoken[-1]

    def _channels(self) -> None:
        """IRC: a third of all messages. Everybody in the network is in some channel."""
        for number in range(self._size.channels):
            roll = dice(self._seed, "channel", number)
            name = _CHANNELS[number % len(_CHANNELS)] + (str(number) if number >= len(_CHANNELS) else "")
            instance = ("freenode", "quakenet")[number % 2]
            inside, outside = self._inside["irc", instance], self._outside["irc", instance]
            if not inside:
                continue
            channels = (self._size.channels + 1) // 2
            mine = [
                one
                for at, one in enumerate(outside)
                if (one.owners[0] + number // 2) % channels == 0 or at % 17 == 3
            ]
            # Where the rule leaves nobody all of interest are there, for a channel that is empty says nothing.
            members = [one for one in inside if (one.owners[0] + number // 2) % 3 < 2] + mine or inside
            weight = 1.0 / (1 + number // 2) ** 0.7
            language: Language = "nb" if name in ("#sjakk", "#modelltog", "#Vær", "#nattog") else "en"
            self._add("irc", instance, nick(name), "channel", name, members, language, roll, weight)

    def _groups(self) -> None:
        for number in range(self._size.groups):
            roll = dice(self._seed, "group", number)
            network = _GROUPS[number % len(_GROUPS)]
            instance = "tog.example.org" if network == "forum" else None
            inside, outside = self._inside[network, instance], self._outside[network, instance]
            founders = some(roll, inside, 2 + int(roll.random() * 5))
            if len(founders) < 2:
                continue
            members = founders + some(roll, outside, int(roll.random() * (60 if network == "forum" else 9)))
            language = self._language(roll, members)
            title = (
                f"{pick(roll, _TOPICS[language])} {number}" if number > 5 else pick(roll, _TOPICS[language])
            )
            kind: _Kind = "thread" if network == "forum" else "channel" if network == "discord" else "group"
            native = _group_id(self._size, network, roll, founders[0], number)
            weight = around(roll, 130.0 if network != "forum" else 40.0, 0.8)
            self._add(network, instance, native, kind, title, members, language, roll, weight)

    def _directs(self) -> None:
        """Persons of interest among each other, then every account that is in no conversation yet."""
        roll = dice(self._seed, "directs")
        networks = [key for key in sorted(self._inside, key=str) if key[0] not in _SILENT]
        for key in networks:
            inside = [one for one in self._inside[key] if one.index not in self._spare]
            pairs = list(_pairs(inside))
            close = some(roll, pairs, max(3, int(len(pairs) * 0.25)))[: 10 + self._size.directs // 12]
            for one, other in close:
                self._direct(roll, one, other, around(roll, 30.0, 1.2))
        used = {member for draft in self._drafts for member in draft.members}
        for key in networks:
            for other in [*self._outside[key], *self._inside[key]]:
                if other.index in self._spare or (other.index in used and roll.random() > 0.12):
                    continue
                inside = [one for one in self._inside[key] if one.index not in self._spare]
                friends = [one for one in inside if one.owners != other.owners]
                if friends:
                    self._direct(roll, pick(roll, friends), other, around(roll, 8.0, 1.3))
        for _ in range(self._size.directs):
            if len(self._drafts) >= self._size.directs + self._size.groups + self._size.channels:
                break
            key = pick(roll, networks)
            inside = [one for one in self._inside[key] if one.index not in self._spare]
            outside = [one for one in self._outside[key] if one.index not in self._spare]
            if inside and outside:
                self._direct(roll, pick(roll, inside), pick(roll, outside), around(roll, 9.0, 1.3))

    def _direct(self, roll: Random, one: Account, other: Account, weight: float) -> None:
        language = self._language(roll, [one, other])
        native = between(one.native_id, other.native_id)
        if one.network == "discord":
            # A direct chat is a channel with an id of its own there.
            if (one.index, other.index) in self._chats:
                return
            self._chats.add((one.index, other.index))
            opened = (self._size.begin_us // 1000 - 1_420_070_400_000) + len(self._chats) * 3_600_000
            native = str((opened << 22) + one.index)
        kind: _Kind = "mail" if one.network == "mail" else "direct"
        weight *= _WEIGHT.get(one.network, 1.0)
        self._add(one.network, one.instance, native, kind, None, [one, other], language, roll, weight)


def _pairs(accounts: list[Account]) -> Iterator[tuple[Account, Account]]:
    for at, one in enumerate(accounts):
        for other in accounts[at + 1 :]:
            if one.owners != other.owners:
                yield one, other


def _group_id(size: Size, network: str, roll: Random, founder: Account, number: int) -> str:
    """A group's own id as its network makes it."""
    if network == "whatsapp":
        return f"{founder.native_id[1:]}-{1_451_900_000 + number * 977}@g.us"
    if network == "telegram":
        return f"channel{1_000_000_000 + number * 7919}"
    if network == "skype":
        return f"19:{letters(roll, _HEX.lower(), 32)}@thread.skype"
    if network == "discord":
        return str(((size.begin_us // 1000 - 1_420_070_400_000 + number * 86_400_000 // 8) << 22) + number)
    if network == "kik":
        return f"{1_100_000_000_000 + number * 31}_g@groups.kik.com"
    assert network == "forum"
    return f"topic:{100 + number}"
