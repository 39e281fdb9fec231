"""The phones and computers of the persons of interest, with zones and clocks that are wrong."""

from __future__ import annotations

from typing import Literal

from safelight.scenario.dice import dice, letters, pick
from safelight.scenario.sizes import DAY_US, SECOND_US, Size
from safelight.scenario.world import Account, Device, Person

_MODELS = {
    "android": ("Nordlys N5", "Nordlys N7 Mini", "Fjell A3"),
    "iphone": ("iPhone6,2", "iPhone7,2", "iPhone8,1"),
    "pc": ("Nordlys Desk 200", "Fjell Laptop 14", "iMac14,2"),
}
#: Networks that live on a phone; the others on the computer.
ON_PHONE = ("phone", "imessage", "whatsapp", "kik")


def devices(size: Size, seed: int, persons: list[Person], accounts: list[Account]) -> list[Device]:
    """A phone for everybody of interest, and a computer for most."""
    own: dict[int, list[Account]] = {}
    for account in accounts:
        for owner in account.owners:
            own.setdefault(owner, []).append(account)
    out: list[Device] = []
    for person in persons[: size.interest]:
        roll = dice(seed, "devices", person.index)
        phone: Literal["android", "iphone"] = "android" if person.index % 2 == 0 else "iphone"
        kinds: list[Literal["android", "iphone", "pc"]] = [phone]
        if person.index < 6 or roll.random() < 0.8:
            kinds.append("pc")
        for kind in kinds:
            error, begin, end = 0, size.begin_us - 400 * DAY_US, size.seized_us + 100 * DAY_US
            if person.index % 3 == 1 or roll.random() < 0.15:
                error = pick(roll, (-3600, 47, 3720, -545, 86_400, 190, -33, 7200)) * SECOND_US
                if kind != "pc":
                    error = pick(roll, (-61, 35, 122)) * SECOND_US
                if roll.random() < 0.5:
                    begin = size.begin_us + int(roll.random() * size.days(200)) * DAY_US
                    end = begin + int(60 + roll.random() * 300) * DAY_US
            logged = tuple(
                account.index
                for account in own[person.index]
                if account.network not in ("bank", "remitter", "forum")
                and (account.network in ON_PHONE) == (kind != "pc")
                and not (account.network == "imessage" and kind != "iphone")
            )
            serial = (
                letters(roll, "0123456789", 15)
                if kind != "pc"
                else letters(roll, "ABCDEFGHJKLMNPQ23456789", 10)
            )
            model = pick(roll, _MODELS[kind])
            if kind == "pc" and person.index % 4 == 1:
                model = "iMac14,2"
            out.append(
                Device(len(out), person.index, kind, model, serial, person.zone, error, begin, end, logged)
            )
    return out
