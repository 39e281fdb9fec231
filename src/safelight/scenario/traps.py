"""What makes two people look like one: namesakes, computers that a household shares, jokes in address books.

Real seizures have them and drawn lots hardly ever do, so that whoever proposes persons would look better here than he is.
Only `medium` has them, the size on which proposals of persons are measured (docs/accuracy.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from safelight.scenario.dice import dice, pick
from safelight.scenario.sizes import Size
from safelight.scenario.world import Account, Device, Person, Relation

SIZE = "medium"
#: How many of the persons of interest have a namesake among the others, and how many others have one.
NAMESAKES = (5, 5)
SHARED_COMPUTERS = 4
JOKES = 6
#: Networks whose programs run on a computer and keep what they show by account.
_ON_COMPUTER = ("skype", "telegram", "discord", "xmpp")


def namesakes(size: Size, seed: int, persons: list[Person]) -> list[Person]:
    """The same persons; some of the others bear the full name of somebody else from the same parts."""
    if size.name != SIZE:
        return persons
    roll = dice(seed, "namesakes")
    out = list(persons)
    free = list(range(size.interest, len(persons)))
    for turn in range(sum(NAMESAKES)):
        if turn < NAMESAKES[0]:
            one = out[int(roll.random() * size.interest)]
        else:
            one = out[free.pop(int(roll.random() * len(free)))]
        near = [index for index in free if out[index].language == one.language] or free
        other = pick(roll, near)
        free.remove(other)
        out[other] = replace(out[other], name=one.name)
    return out


def households(
    size: Size, seed: int, persons: list[Person], accounts: list[Account], devices: list[Device]
) -> tuple[list[Device], list[Relation]]:
    """The same devices; on some computers somebody else of the household is logged in as well."""
    if size.name != SIZE:
        return devices, []
    roll = dice(seed, "households")
    out = list(devices)
    computers = [device.index for device in devices if device.kind == "pc"]
    guests = [
        account
        for account in accounts
        if account.network in _ON_COMPUTER
        and len(account.owners) == 1
        and not persons[account.owners[0]].of_interest
    ]
    relations: list[Relation] = []
    for _ in range(min(SHARED_COMPUTERS, len(computers), len(guests))):
        at = computers.pop(int(roll.random() * len(computers)))
        near = [one for one in guests if persons[one.owners[0]].zone == devices[at].zone] or guests
        guest = pick(roll, near)
        guests.remove(guest)
        out[at] = replace(out[at], accounts=(*out[at].accounts, guest.index))
        relations.append(Relation(devices[at].person, guest.owners[0], "household", size.seized_us))
    return out, relations


def jokes(size: Size, seed: int, persons: list[Person], accounts: list[Account]) -> Mapping[int, str]:
    """Account -> the name of somebody else that address books give it."""
    if size.name != SIZE:
        return {}
    roll = dice(seed, "jokes")
    found: dict[int, str] = {}
    booked = [one for one in accounts if one.network in ("whatsapp", "phone", "skype")]
    while len(found) < JOKES:
        account = pick(roll, booked)
        found[account.index] = pick(roll, [one.name for one in persons if one.index not in account.owners])
    return found
