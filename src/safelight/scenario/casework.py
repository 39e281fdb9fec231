"""The casework of a synthetic operation as a script of dated acts, one JSON object a line, in order of time.

`safelight scenario replay` performs it with the clock of each day. It is made of the seizure, the persons of interest and
their lessons: exhibits are registered, persons identified, cases opened, allocated and transferred, children entered into
the register, and some things are corrected later. Which figures it must end in is in `casework_sizes.py`.

    {"at": "2016-02-01T12:00:00Z", "act": "person.state", "person": id, "field": "district", "value": "Agder",
     "from": "2014-03-01", "corrects": false, "source": "population register", "reason": ""}
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import count, cycle, islice
from pathlib import Path
from typing import Any

from safelight.scenario.casework_sizes import FIRST_DAY, MEASURES, OWN, PLACES, SECOND_DAY, Measures
from safelight.scenario.dice import dice, pick
from safelight.scenario.world import Exhibit, Person, World

_NAMESPACE = uuid.UUID("0b0f9a0e-51b7-5c0e-9d1c-5a5e11941000")
#: Days after the seizure by which the exhibits are registered, and by which the last act is done.
_REGISTERED, _LAST_DAY = 24, 540
_REGISTER = "population register"
_STEPS = ("detained", "indicted", "judged", "closed")

Act = dict[str, Any]


class Script:
    """All acts of one operation."""

    def __init__(self, world: World, exhibits: Sequence[Exhibit]) -> None:
        self._world, self._exhibits = world, exhibits
        self._measures: Measures = MEASURES[world.size]
        self._begin = date.fromisoformat(world.day())
        self._acts: list[tuple[int, int, Act]] = []
        self._order = count()
        self._roll = dice(world.seed, "casework")

    def acts(self) -> list[Act]:
        """In order of time; acts of one day have the same time and keep their order."""
        self._register()
        homes = self._homes()
        suspects, children = self._people()
        for index, (person, home) in enumerate(zip(suspects, homes, strict=True)):
            self._suspect(index, person, home)
        self._corrections()
        for index, person in enumerate(children):
            self._child(index, person)
        self._different()
        first: Act = {"at": self._at(0), "act": "unit", "district": OWN}
        return [first, *(act for _day, _order, act in sorted(self._acts, key=lambda one: one[:2]))]

    # What was seized

    def _register(self) -> None:
        """Every exhibit with a registered size; together exactly what the measures say, in whole gigabytes."""
        weights = [1 + int(self._roll.random() ** 3 * 400) for _ in self._exhibits]
        whole, given, before = self._measures.seized // 10**9, 0, 0
        for index, (exhibit, weight) in enumerate(zip(self._exhibits, weights, strict=True)):
            before += weight
            share = whole * before // sum(weights) - given
            given += share
            wrong = index == 1
            self._add(
                2 + index * (_REGISTERED - 2) // len(self._exhibits),
                "exhibit.add",
                number=exhibit.number,
                label=exhibit.label,
                seized=self._begin.isoformat(),
                legal_basis="strpl. § 203, decision 17/2016",
                officer="K. Berg",
                size=(share + 500 * wrong) * 10**9,
            )
            if wrong:
                reason = "The label names the size of another disk."
                self._add(40, "exhibit.correct", number=exhibit.number, size=share * 10**9, reason=reason)

    # Persons and cases

    def _homes(self) -> list[str]:
        """The district of each suspect's home, as it is known at first; empty: lives abroad. Cases follow the homes."""
        wanted = self._measures
        others = list(_spread(wanted.others[1:]))
        others.insert(wanted.suspects_first - wanted.own_first, wanted.others[0][0])
        others += [wanted.others[0][0]] * (wanted.others[0][1] - 1)
        first = _mixed([OWN] * wanted.own_first, others[: wanted.suspects_first - wanted.own_first])
        later = _mixed(
            [OWN] * (wanted.own - wanted.own_first), others[wanted.suspects_first - wanted.own_first + 1 :]
        )
        cases = [*first, wanted.others[0][0], *later, *("" for _unit in wanted.abroad)]
        rest = islice(cycle([OWN, *(name for name, _count in wanted.others)]), wanted.suspects - len(cases))
        return [*cases, *rest]

    def _suspect(self, index: int, person: Person, home: str) -> None:
        wanted = self._measures
        early = index < wanted.suspects_first
        if early:
            day = _REGISTERED + (FIRST_DAY - _REGISTERED - 4) * index // wanted.suspects_first
        else:
            rest = wanted.suspects - wanted.suspects_first
            day = FIRST_DAY + 6 + (SECOND_DAY - FIRST_DAY - 40) * (index - wanted.suspects_first) // rest
        id_ = self._id("person", index)
        # The first one after the first day had come under suspicion before it: then nobody knew.
        since = day - 30 if index == wanted.suspects_first else day
        self._add(day, "person", id=id_)
        self._say(day, id_, "name", person.name)
        self._say(
            day, id_, "category", "suspect", since=self._day(since), source="decision of the prosecutor"
        )
        self._say(day, id_, "identified", "yes")
        if home:
            place, number = PLACES[home]
            address = {"text": f"Storgata {1 + index}, {place}", "municipality": number}
            self._say(day + 1, id_, "address", address, since=f"{2009 + index % 6}-03-01")
        if index < self._cases:
            self._case(index, id_, day + 2, home)

    def _case(self, index: int, suspect: str, day: int, home: str) -> None:
        """One case: opened here, allocated or transferred to where the suspect lives, then some steps of the ladder."""
        id_, year = self._id("case", index), self._day(day)[:4]
        self._add(day, "case", id=id_)
        for field, value in (
            ("number", f"{year}/{1 + index:04d}"),
            ("title", f"Chess lessons {1 + index}"),
            ("kind", "lessons"),
        ):
            self._about(day, id_, field, value)
        self._about(day, id_, "status", "opened", since=self._day(day))
        self._about(day, id_, "role", "suspect", target=suspect)
        abroad = index - (self._cases - len(self._measures.abroad))
        receiver = ":".join(self._measures.abroad[abroad]) if abroad >= 0 else home
        direct = receiver == OWN or index % 3 == 0
        self._add(
            day + 1, "case.allocate", case=id_, to=receiver if direct else OWN, source="decision of the unit"
        )
        free = day + 2
        if not direct:
            reason = "The suspect lives there."
            self._add(day + 8, "case.transfer", case=id_, to=receiver, reason=reason)
            self._add(day + 15, "case.acknowledge", case=id_, by=f"desk of {receiver}")
            free = day + 16
            self._about(free, id_, "status", "opened", since=self._day(free))
        self._ladder(index, id_, suspect, free)

    def _ladder(self, index: int, id_: str, suspect: str, free: int) -> None:
        """As many steps as the case's turn allows, three weeks apart."""
        self._about(free, id_, "standing", "suspected", target=suspect, since=self._day(free))
        rungs = {"detained": "charged", "indicted": "indicted", "judged": "convicted"}
        for step in _STEPS[: (index * 7) % 9 // 2]:
            free += 21
            if free > _LAST_DAY:
                return
            self._about(free, id_, "status", step, since=self._day(free))
            if step in rungs:
                self._about(free, id_, "standing", rungs[step], target=suspect, since=self._day(free))
            if step == "detained":
                self._about(free, id_, "deadline", {"kind": "limitation", "date": self._day(free + 900)})
                self._about(free, id_, "deadline", {"kind": "detention", "date": self._day(free + 28)})
                if free + 26 <= _LAST_DAY:
                    self._add(free + 26, "withdraw", record=id_, field="deadline", reason="He was released.")

    def _corrections(self) -> None:
        """What was found out after the second day: it changes what was true, never what was known."""
        moved = self._measures.suspects_first
        place, number = PLACES[self._measures.others[1][0]]
        address = {"text": f"Strandgata {1 + moved}, {place}", "municipality": number}
        late = SECOND_DAY + 21
        source = "letter of the municipality"
        self._say(
            late,
            self._id("person", moved),
            "address",
            address,
            since="2014-03-01",
            corrects=True,
            source=source,
        )
        extra = self._measures.suspects - 1
        reason = "He was mistaken for somebody of the same name."
        self._add(late + 3, "withdraw", record=self._id("person", extra), field="category", reason=reason)

    # Children

    def _child(self, index: int, person: Person) -> None:
        wanted = self._measures
        named = index < wanted.children
        if index < wanted.children_first:
            day = 30 + (FIRST_DAY - 40) * index // wanted.children_first
        else:
            rest = wanted.children + wanted.further - wanted.children_first
            day = FIRST_DAY + 8 + (SECOND_DAY - FIRST_DAY - 20) * (index - wanted.children_first) // rest
        id_ = self._id("victim", index)
        source = "answer of the school" if named else "chat log"
        self._add(day, "victim", id=id_)
        if named:
            # Of a few of those who were found later, the lessons had begun before the first day.
            before = 200 if 0 <= index - wanted.children_first < 9 else 0
            self._told(day + 1, id_, "name", person.name, since=self._day(day - before), source=source)
            self._told(day + 1, id_, "status", "located", since=self._day(day + 1), source=source)
        suspect = self._earlier(day)
        if suspect is not None:
            self._told(day + 1, id_, "suspect", True, target=self._id("person", suspect), source="chat log")
        if named and index % 3 == 0 and day + 40 <= _LAST_DAY:
            self._told(day + 40, id_, "status", "safe", since=self._day(day + 40), source=source)

    def _different(self) -> None:
        """Among those who are not identified some are told apart from the one before, and two named ones are one child."""
        wanted = self._measures
        for index in range(wanted.children + 1, wanted.children + wanted.further, 2):
            one, other = self._id("victim", index), self._id("victim", index - 1)
            reason = "Both spoke in one call."
            self._add(SECOND_DAY - 4, "victim.different", victim=one, other=other, reason=reason)
        one, other = self._id("victim", 0), self._id("victim", 1)
        reason = "The school has one pupil under both names."
        self._add(SECOND_DAY + 30, "victim.same", victim=one, other=other, reason=reason)

    def _earlier(self, day: int) -> int | None:
        """A suspect who was known by that day."""
        wanted = self._measures
        known = max(0, day - _REGISTERED) * wanted.suspects_first // (FIRST_DAY - _REGISTERED - 4)
        known = min(known, wanted.suspects_first - 1)
        return pick(self._roll, range(known)) if known else None

    # Lines

    @property
    def _cases(self) -> int:
        wanted = self._measures
        return wanted.own + sum(number for _name, number in wanted.others) + len(wanted.abroad)

    def _people(self) -> tuple[list[Person], list[Person]]:
        """Suspects: who is of interest, then others, of Norway; children: names of the rest. Nobody is both."""
        wanted = self._measures
        home = [one for one in self._world.persons if one.zone == "Europe/Oslo"]
        suspects = list(islice(_endless(home), wanted.suspects))
        taken = {one.name for one in suspects}
        rest = [one for one in self._world.persons if one.name not in taken]
        return suspects, list(islice(_endless(rest), wanted.children + wanted.further))

    def _say(
        self, day: int, person: str, field: str, value: Any, source: str = _REGISTER, **more: Any
    ) -> None:
        self._add(day, "person.state", person=person, field=field, value=value, source=source, **_dated(more))

    def _about(self, day: int, case: str, field: str, value: Any, **more: Any) -> None:
        source = "decision of the prosecutor"
        self._add(day, "case.state", case=case, field=field, value=value, source=source, **_dated(more))

    def _told(self, day: int, victim: str, field: str, value: Any, **more: Any) -> None:
        self._add(day, "victim.state", victim=victim, field=field, value=value, **_dated(more))

    def _add(self, day: int, act: str, **fields: Any) -> None:
        self._acts.append((day, next(self._order), {"at": self._at(day), "act": act, **fields}))

    def _day(self, day: int) -> str:
        return (self._begin + timedelta(day)).isoformat()

    def _at(self, day: int) -> str:
        return f"{self._day(day)}T12:00:00Z"

    def _id(self, kind: str, index: int) -> str:
        return str(uuid.uuid5(_NAMESPACE, f"{self._world.size} {self._world.seed} {kind} {index}"))


def write(world: World, exhibits: Sequence[Exhibit], target: Path) -> None:
    """Write the script."""
    lines = (json.dumps(act, ensure_ascii=False) + "\n" for act in Script(world, exhibits).acts())
    target.write_text("".join(lines), "utf-8")


def _dated(more: dict[str, Any]) -> dict[str, Any]:
    return {{"since": "from"}.get(name, name): value for name, value in more.items() if value is not False}


def _spread(counts: Iterable[tuple[str, int]]) -> Iterator[str]:
    """Each name so many times, in turns, so that no district comes late."""
    left = dict(counts)
    while any(left.values()):
        for name in left:
            if left[name]:
                left[name] -= 1
                yield name


def _mixed(ones: Sequence[str], others: Sequence[str]) -> list[str]:
    """Both, evenly mixed."""
    out: list[str] = []
    total = len(ones) + len(others)
    for place in range(1, total + 1):
        taken = len(out) - sum(1 for one in out if one != OWN)
        due = len(ones) * place // total
        out.append(ones[taken] if taken < due else others[len(out) - taken])
    return out


def _endless(persons: Sequence[Person]) -> Iterator[Person]:
    """The persons, then the same with a second name, where a small world has too few."""
    yield from persons
    for turn in count(2):
        for one in persons:
            yield Person(
                one.index, f"{one.name} {'I' * turn}", one.language, one.zone, one.of_interest, one.wakes, one.sleeps,
                one.city, one.phone, one.mail,
            )  # fmt: skip
