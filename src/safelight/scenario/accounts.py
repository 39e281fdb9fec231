"""Accounts: which networks a person is in, under which ids and names, and who shares one."""

from __future__ import annotations

from random import Random

from safelight.scenario.dice import dice, letters, pick
from safelight.scenario.natives import iban, nick
from safelight.scenario.people import PLAIN_LETTERS, words
from safelight.scenario.sizes import DAY_US, DISCORD_US, Size
from safelight.scenario.world import Account, Name, Person

IRC_NETWORKS = ("freenode", "quakenet")
FORUM = "tog.example.org"
#: Numbers below are phpBB's own: guests, the founder, robots.
FIRST_MEMBER = 48
BANKS = ("NO", "PH")

#: Networks of a person of interest, with the share that is in each.
_INTEREST = (
    ("phone", 1.0),
    ("skype", 0.9),
    ("whatsapp", 0.8),
    ("irc", 0.7),
    ("telegram", 0.6),
    ("mail", 0.7),
    ("forum", 0.6),
    ("discord", 0.5),
    ("kik", 0.5),
    ("xmpp", 0.4),
    ("icq", 0.3),
    ("bank", 0.9),
    ("remitter", 0.8),
    ("imessage", 0.4),
)
#: The networks of all others: one each, some two.
_OTHERS = (
    ("irc",) * 9
    + ("skype",) * 5
    + ("whatsapp",) * 4
    + ("telegram",) * 4
    + ("kik",) * 3
    + ("discord",) * 3
    + ("forum",) * 4
    + ("phone",) * 3
    + ("xmpp", "mail", "bank", "remitter")
)
_WORDS = words(
    "bishop rook knight pawn castle tempo gambit endgame e4 d5 steam signal track loco diesel tender wagon semaphore nimbus "
    "cirrus stratus drizzle monsoon solstice breeze tog skinne lokfører sol regn tind fjell bakke isda bituin ulan bagyo"
)


class Register:
    """Accounts as they are opened: ids are never given twice."""

    def __init__(self, size: Size, seed: int) -> None:
        self._size = size
        self.accounts: list[Account] = []
        self._taken: set[tuple[str, str | None, str]] = set()
        self._seed = seed
        self._members = FIRST_MEMBER - 1

    def open(self, network: str, owners: tuple[Person, ...], turn: int = 0) -> list[Account]:
        """One account of a person in a network (IRC: with the other nicks that the person uses). `turn` counts a person's
        accounts in one network.
        """
        roll = dice(self._seed, "account", network, owners[0].index, turn)
        instance = None
        if network == "irc":
            instance = IRC_NETWORKS[int(roll.random() * 1.4)]
        elif network == "forum":
            instance = FORUM
        person = owners[0]
        handle = _handle(roll, person)
        native, names, user = _identity(self._size, network, roll, person, handle, turn)
        while (network, instance, native or handle.lower()) in self._taken:
            handle = f"{handle}{int(roll.random() * 90) + 10}"
            native, names, user = _identity(
                self._size, network, roll, person, handle, turn + 1 + int(roll.random() * 1e6)
            )
        if network == "forum":
            # A forum numbers its accounts; their names are different as well.
            self._taken.add((network, instance, handle.lower()))
            self._members += 1
            native = str(self._members)
        made = [self._add(network, instance, native, names, owners, user)]
        if network == "irc":
            for tail in ("_", "|borte" if person.language in ("nb", "nn") else "|away")[
                : 2 if person.of_interest else 1
            ]:
                other = names[0].name + tail
                if roll.random() < 0.7 and ("irc", instance, nick(other)) not in self._taken:
                    made.append(
                        self._add(
                            "irc", instance, nick(other), (Name(names[0].since_us, other),), owners, user
                        )
                    )
        return made

    def _add(
        self,
        network: str,
        instance: str | None,
        native: str,
        names: tuple[Name, ...],
        owners: tuple[Person, ...],
        user: str,
    ) -> Account:
        self._taken.add((network, instance, native))
        made = Account(
            len(self.accounts),
            network,
            instance,
            native,
            names,
            tuple(person.index for person in owners),
            user,
        )
        self.accounts.append(made)
        return made


def accounts(size: Size, seed: int, persons: list[Person]) -> list[Account]:
    """All accounts; some persons of interest have two in a network, and some accounts have two owners."""
    roll = dice(seed, "accounts")
    register = Register(size, seed)
    interest = persons[: size.interest]
    for person in interest:
        for number, (network, share) in enumerate(_INTEREST):
            # The first persons are in every network, so that the smallest operation holds every format.
            if person.index < 4 or roll.random() < share or number == person.index % len(_INTEREST):
                register.open(network, (person,))
                if network in ("skype", "kik", "irc", "telegram") and roll.random() < 0.3:
                    register.open(network, (person,), 1)
    for one, other in zip(interest[2::5], interest[3::5], strict=False):
        register.open("skype", (one, other), 2)
    for person in persons[size.interest :]:
        register.open(pick(roll, _OTHERS), (person,))
        if roll.random() < 0.45:
            register.open(pick(roll, _OTHERS), (person,), 1)
    return register.accounts


def _handle(roll: Random, person: Person) -> str:
    word = pick(roll, _WORDS)
    first = person.name.split()[0].translate(PLAIN_LETTERS)
    form = int(roll.random() * 4)
    if form == 0:
        return f"{word.translate(PLAIN_LETTERS)}{int(roll.random() * 90) + 10}"
    if form == 1:
        return f"{first}_{word.translate(PLAIN_LETTERS)}"
    if form == 2:
        return f"{word.translate(PLAIN_LETTERS).capitalize()}{first}"
    return f"{first}{person.name.split()[-1][:1].translate(PLAIN_LETTERS)}{int(roll.random() * 900) + 100}"


def _identity(
    size: Size, network: str, roll: Random, person: Person, handle: str, turn: int
) -> tuple[str, tuple[Name, ...], str]:
    """Native id in normal form, names, and the second handle."""
    since = size.begin_us - int(roll.random() * 700) * DAY_US
    full = (Name(since, person.name),)
    low = handle.lower()
    number = (person.index * 7 + turn * 3 + int(roll.random() * 1e6) * 13) % 900_000_000
    if network in ("phone", "whatsapp", "imessage"):
        tail = f"{(int(person.phone[-4:]) + turn) % 10_000:04d}"
        return person.phone[:-4] + tail, full, ""
    if network == "skype":
        native = f"live:{low}" if roll.random() < 0.3 else low
        return native, _names(size, roll, since, person, handle), ""
    if network == "telegram":
        return f"user{100_000_000 + number}", _names(size, roll, since, person, handle), low
    if network == "discord":
        since = max(size.begin_us - int(roll.random() * 180) * DAY_US, DISCORD_US)
        snowflake = (since // 1000 - 1_420_070_400_000 + number % 1_000_000) << 22 | number & 0xFFF
        return str(snowflake), (Name(since, handle),), f"{number % 10_000:04d}"
    if network == "kik":
        return f"{low}_{letters(roll, 'abcdefghijklmnopqrstuvwxyz234567', 3)}@talk.kik.com", full, low
    if network == "irc":
        host = f"{'ip' if roll.random() < 0.5 else 'dsl'}-{int(roll.random() * 250) + 2}.{low}.example.net"
        return nick(handle), (Name(since, handle),), f"~{low[:8]}@{host.replace('_', '-')}"
    if network == "xmpp":
        return f"{low}@jabber.example.org", (Name(since, handle),), ""
    if network == "icq":
        return str(100_000 + number % 600_000_000), (Name(since, handle),), ""
    if network == "forum":
        return "", (Name(since, handle),), f"192.0.2.{int(roll.random() * 250) + 2}"
    if network == "mail":
        return person.mail if turn == 0 else f"{low}@example.org", full, ""
    if network == "bank":
        if person.zone == "Asia/Manila":
            return f"PH{number:012d}", full, "PH"
        return iban("NO", f"0000{number:07d}"[:11].ljust(11, "0")), full, "NO"
    assert network == "remitter"
    return f"RC{number:09d}", full, ""


def _names(size: Size, roll: Random, since: int, person: Person, handle: str) -> tuple[Name, ...]:
    """One to three display names over the years."""
    out = [Name(since, person.name if roll.random() < 0.6 else handle)]
    at = size.begin_us
    while roll.random() < 0.35 and len(out) < 3:
        at += int((0.2 + roll.random() * 0.5) * (size.seized_us - at)) // 1000 * 1000
        nickname = pick(
            roll, (handle, f"{person.name.split()[0]} {pick(roll, _WORDS)}", person.name.split()[0])
        )
        if nickname != out[-1].name:
            out.append(Name(at, nickname))
    return tuple(out)
