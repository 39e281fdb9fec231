"""Calls, lessons with their payments, other payments, and what persons are to each other."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from random import Random

from safelight.scenario.dice import around, dice, letters, pick
from safelight.scenario.sizes import DAY_US, HOUR_US, MINUTE_US, SECOND_US, Size
from safelight.scenario.world import Account, Call, Conversation, Person, Relation, Session, Transfer

_CALLING = ("phone", "skype", "whatsapp", "telegram")
_REFERENCES = (
    "Sjakktime",
    "Chess lesson",
    "Kontingent 2017",
    "Model train, 2 wagons",
    "Skinner og sving",
    "Premie",
    "Torneo",
    "Lokomotiv Di 3",
    "Værstasjon",
    "Takk for sist",
)


class Events:
    """What happens beside the chats. Lessons come first, since they bring calls and payments along."""

    def __init__(
        self,
        size: Size,
        seed: int,
        persons: list[Person],
        accounts: list[Account],
        conversations: list[Conversation],
    ) -> None:
        self._size, self._seed = size, seed
        self._persons, self._accounts, self._conversations = persons, accounts, conversations
        self.calls: list[Call] = []
        self.transfers: list[Transfer] = []
        self.sessions: list[Session] = []
        self.relations: list[Relation] = []
        self._purse: dict[tuple[str, int], int] = {}
        for account in accounts:
            if account.network in ("bank", "remitter"):
                self._purse.setdefault((account.network, account.owners[0]), account.index)

    def happen(self) -> None:
        """Fill the lists, each in order of time."""
        self._lessons()
        self._calls()
        self._payments()
        self._relations()

    def _talking(self, networks: tuple[str, ...]) -> list[Conversation]:
        return [
            one
            for one in self._conversations
            if one.network in networks and one.kind == "direct" and one.count >= 3
        ]

    def _lessons(self) -> None:
        roll = dice(self._seed, "lessons")
        pairs = self._talking(("skype", "telegram", "whatsapp"))
        far = [one for one in pairs if self._teacher(one) is not None] or pairs
        taught: set[tuple[int, int]] = set()
        for number in range(self._size.sessions):
            talk = pick(roll, far)
            start = talk.start_us + int(roll.random() * (talk.end_us - talk.start_us)) // 1000 * 1000
            length = int(around(roll, 40.0, 0.4)) * MINUTE_US
            teacher = self._teacher(talk)
            host = talk.members[0] if teacher is None else teacher
            guest = next(one for one in talk.members if one != host)
            owners = (self._accounts[host].owners[0], self._accounts[guest].owners[0])
            call = None
            if len(self.calls) < self._size.calls * 0.6:
                call = self._call(roll, talk, guest, start, length // SECOND_US, True, "video")
            paid = self._pay(
                roll, owners[1], owners[0], start - int(roll.random() * 3 * HOUR_US), number, True
            )
            transfers = () if paid is None else (paid,)
            self.sessions.append(
                Session(number, owners[0], (owners[1],), talk.index, call, transfers, start, start + length)
            )
            if owners not in taught:
                taught.add(owners)
                self.relations.append(Relation(owners[0], owners[1], "teacher and pupil", start))

    def _teacher(self, talk: Conversation) -> int | None:
        """The member in the Philippines, if the other one lives elsewhere."""
        zones = [self._persons[self._accounts[one].owners[0]].zone for one in talk.members]
        if zones[0] != zones[1] and "Asia/Manila" in zones:
            return talk.members[zones.index("Asia/Manila")]
        return None

    def _calls(self) -> None:
        roll = dice(self._seed, "calls")
        talks = self._talking(_CALLING)
        phones = [one for one in talks if one.network == "phone"]
        while len(self.calls) < self._size.calls:
            talk = pick(roll, phones if phones and roll.random() < 0.4 else talks)
            caller = pick(roll, talk.members)
            start = talk.start_us + int(roll.random() * (talk.end_us - talk.start_us)) // 1000 * 1000
            answered = roll.random() < 0.75
            seconds = int(around(roll, 180.0, 1.1)) + 1 if answered else 0
            video = talk.network != "phone" and roll.random() < 0.4
            self._call(roll, talk, caller, start, seconds, answered, "video" if video else "audio")
        # Ids in order of time would change those that the lessons hold: they stay as they are.

    def _call(
        self,
        roll: Random,
        talk: Conversation,
        caller: int,
        start: int,
        seconds: int,
        answered: bool,
        kind: str,
    ) -> int:
        others = tuple(one for one in talk.members if one != caller)
        native = letters(roll, "0123456789abcdef", 16) if talk.network != "phone" else ""
        number = len(self.calls)
        self.calls.append(
            Call(
                number,
                talk.index,
                caller,
                others,
                "video" if kind == "video" else "audio",
                start,
                seconds,
                answered,
                native,
            )
        )
        return number

    def _payments(self) -> None:
        roll = dice(self._seed, "payments")
        interest = [person.index for person in self._persons if person.of_interest]
        rich = [one for one in interest if ("bank", one) in self._purse or ("remitter", one) in self._purse]
        everybody = sorted({owner for _, owner in self._purse})
        tries = 0
        while len(self.transfers) < self._size.transfers and tries < 50 * self._size.transfers:
            tries += 1
            payer = pick(roll, rich if roll.random() < 0.8 else everybody)
            payee = pick(roll, everybody if roll.random() < 0.6 else rich)
            when = self._size.begin_us + int(
                roll.random() * (self._size.seized_us - self._size.begin_us - 2 * DAY_US)
            )
            when = when // 1000 * 1000
            self._pay(roll, payer, payee, when, None, False)

    def _pay(
        self, roll: Random, payer: int, payee: int, when: int, session: int | None, lesson: bool
    ) -> int | None:
        """Through a remitter where both are customers, else through banks; nothing if neither is possible."""
        if payer == payee or len(self.transfers) >= self._size.transfers:
            return None
        for channel in ("remitter", "bank") if lesson or roll.random() < 0.4 else ("bank", "remitter"):
            one, other = self._purse.get((channel, payer)), self._purse.get((channel, payee))
            if one is not None and other is not None:
                break
        else:
            return None
        number = len(self.transfers)
        when = max(when - when % SECOND_US, self._size.begin_us)
        amount = Decimal(int(around(roll, 300.0 if lesson else 450.0, 0.6)) + 10)
        if not lesson:
            amount += Decimal(int(roll.random() * 100)) / 100
        remitted = channel == "remitter"
        native = f"{(number * 104_729 + 1_000_003) % 10**10:010d}" if remitted else f"E2E{number:09d}"
        self.transfers.append(
            Transfer(
                number,
                one,
                other,
                amount,
                "NOK" if self._persons[payer].zone == "Europe/Oslo" else "PHP" if not remitted else "USD",
                when,
                f"{'Sjakktime' if lesson else pick(roll, _REFERENCES)} {int(roll.random() * 90) + 10}",
                native,
                "remitter" if remitted else "bank",
                session,
            )
        )
        return number

    def _relations(self) -> None:
        """Households among persons of interest, shared accounts, and club mates of groups."""
        shared = {account.owners for account in self._accounts if len(account.owners) == 2}
        for one, other in sorted(shared):
            self.relations.append(Relation(one, other, "household", self._size.begin_us))
        clubs: dict[tuple[int, int], int] = defaultdict(int)
        for talk in self._conversations:
            if talk.kind == "group":
                people = sorted({self._accounts[one].owners[0] for one in talk.members})
                known = [one for one in people if self._persons[one].of_interest]
                for at, one in enumerate(known):
                    for other in known[at + 1 :]:
                        clubs.setdefault((one, other), talk.start_us)
        for (one, other), since in sorted(clubs.items()):
            self.relations.append(Relation(one, other, "club", since))
