"""From a size and a seed to everything that is true."""

from __future__ import annotations

from safelight.scenario.accounts import accounts
from safelight.scenario.equipment import devices
from safelight.scenario.events import Events
from safelight.scenario.people import persons
from safelight.scenario.sizes import SIZES
from safelight.scenario.speech import speak
from safelight.scenario.talks import Talks
from safelight.scenario.traps import households, jokes, namesakes
from safelight.scenario.world import World


def simulate(size: str, seed: int) -> World:
    """The world of that size; the same seed gives the same one. Raises KeyError for an unknown size."""
    measures = SIZES[size]
    people = namesakes(measures, seed, persons(measures, seed))
    opened = accounts(measures, seed, people)
    talks = Talks(measures, seed, people, opened).all()
    events = Events(measures, seed, people, opened, talks)
    events.happen()
    equipment, living = households(measures, seed, people, opened, devices(measures, seed, people, opened))
    world = World(
        size,
        seed,
        people,
        opened,
        talks,
        events.calls,
        events.transfers,
        events.sessions,
        [*events.relations, *living],
        equipment,
        speak,
        jokes=jokes(measures, seed, people, opened),
    )
    for call in world.calls:
        world.calls_of.setdefault(call.conversation, []).append(call.id)
    for session in world.sessions:
        world.sessions_of.setdefault(session.conversation, []).append(session.id)
    return world
