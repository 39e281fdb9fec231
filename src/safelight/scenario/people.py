"""Persons: names by language, home, sleep, phone and mail. Numbers begin with 00 behind the country code and mail with an
example domain (RFC 2606), so that nobody real can own them.
"""

from __future__ import annotations

from dataclasses import dataclass

from safelight.scenario.dice import dice, letters, pick
from safelight.scenario.sizes import Size
from safelight.scenario.world import Language, Person


@dataclass(frozen=True, slots=True)
class _Home:
    zone: str
    language: Language
    country: str
    cities: tuple[str, ...]
    first: tuple[str, ...]
    last: tuple[str, ...]


def words(text: str) -> tuple[str, ...]:
    """A list as it is best read."""
    return tuple(text.split())


_NORWAY_LAST = words(
    "Bakken Berg Dahl Eide Fjeld Haugen Hovland Kleiva Lie Moen Myhre Nygård Ravn Sand Solbakken Strand Sæther Tangen Vik "
    "Ødegård Ås Bråten Engen Furu Granli Lunde Midtbø Rønning Skog Tveit"
)
_HOMES = (
    _Home(
        "Europe/Oslo",
        "nb",
        "47",
        ("Bergen", "Oslo", "Drammen", "Tromsø"),
        words(
            "Anders Åse Bjørn Dag Einar Eva Frode Geir Grete Hege Ivar Jon Kari Knut Liv Marit Nils Odd Per Ragnhild Siv "
            "Stein Tone Tor Unni Vidar Øystein Åge"
        ),
        _NORWAY_LAST,
    ),
    _Home(
        "Europe/Oslo",
        "nn",
        "47",
        ("Førde", "Volda", "Stord", "Sogndal"),
        words("Arne Ingebjørg Leiv Målfrid Oddvar Sjur Torbjørg Eldbjørg Gaute Håvard Magnhild Svein"),
        _NORWAY_LAST,
    ),
    _Home(
        "Asia/Manila",
        "tl",
        "63",
        ("Cebu", "Manila", "Davao", "Iligan"),
        words(
            "Maria Jose Ana Ramon Liza Paolo Grace Joel Carmela Dante Rosa Emilio Divina Nestor Luz Arnel Cora Benjie "
            "Marites Rogelio"
        ),
        words(
            "Santos Reyes Cruz Bautista Ocampo Garcia Mendoza Torres Aquino Villanueva Ramos Castillo Navarro Dizon "
            "Salazar Magsaysay Pascual Robles"
        ),
    ),
    _Home(
        "Europe/London",
        "en",
        "44",
        ("Leeds", "York", "Bath"),
        words("Alan Beth Colin Dora Edward Fiona Graham Helen Ian Joan Keith Lynn Martin Nora Oliver Ruth"),
        words("Archer Barlow Cole Dawson Ellis Fletcher Gibbs Harper Marsh Nash Porter Reed Thorpe Webb"),
    ),
    _Home(
        "Australia/Sydney",
        "en",
        "61",
        ("Sydney", "Newcastle"),
        words("Bruce Cathy Dean Gwen Lachlan Mia Noel Peta Shane Trudy"),
        words("Abbott Carter Doyle Finch Hughes Jarvis Kerr Lawson Quinn Watts"),
    ),
    _Home(
        "America/Chicago",
        "en",
        "1",
        ("Chicago", "Madison"),
        words("Amy Brad Carol Doug Erin Frank Gail Hank Irene Jeff"),
        words("Adams Brooks Chase Draper Foster Grant Hayes Jensen Keller Lowell"),
    ),
)
#: Shares of the homes among the persons of interest and the others.
_INTEREST = (0, 0, 0, 0, 1, 2, 2, 0, 3, 0, 2, 1, 4, 0, 2, 5)
_OTHERS = (0, 0, 2, 2, 2, 3, 5, 4, 1, 0)
#: Letters that a handle or a mail address cannot have.
PLAIN_LETTERS = str.maketrans({"å": "a", "ø": "o", "æ": "a", "Å": "A", "Ø": "O", "Æ": "A", " ": "."})


def persons(size: Size, seed: int) -> list[Person]:
    """The persons of interest, then the others."""
    roll = dice(seed, "persons")
    out: list[Person] = []
    taken: set[str] = set()
    for index in range(size.interest + size.background):
        interest = index < size.interest
        home = _HOMES[_INTEREST[index % len(_INTEREST)] if interest else pick(roll, _OTHERS)]
        name = f"{pick(roll, home.first)} {pick(roll, home.last)}"
        while name in taken:
            name = f"{pick(roll, home.first)} {letters(roll, 'ABDEFGHJKLMNRST', 1)}. {pick(roll, home.last)}"
            if name in taken:
                name = f"{pick(roll, home.first)} {pick(roll, home.first)} {pick(roll, home.last)}"
        taken.add(name)
        wakes = 5.5 + 3.5 * roll.random()
        digits = 6 if home.country == "47" else 8
        out.append(
            Person(
                index,
                name,
                home.language,
                home.zone,
                interest,
                round(wakes, 2),
                round((wakes + 15.5 + 2 * roll.random()) % 24, 2),
                pick(roll, home.cities),
                f"+{home.country}00{_number(index, digits)}",
                f"{name.translate(PLAIN_LETTERS).lower().replace('..', '.')}@example.{pick(roll, ('org', 'net', 'com'))}",
            )
        )
    return out


def _number(index: int, digits: int) -> str:
    """Spread over all numbers of that length, different for every person (7919 and the power of ten share no factor)."""
    return f"{(index * 7919 + 4127) % 10**digits:0{digits}d}"
