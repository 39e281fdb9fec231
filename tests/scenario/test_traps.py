"""Traps of the scenario: people who look like one, in the size on which proposals are measured and in no other."""

from __future__ import annotations

from collections import Counter

from safelight.scenario.simulate import simulate
from safelight.scenario.traps import JOKES, NAMESAKES, SHARED_COMPUTERS


def test_medium_has_namesakes_shared_computers_and_jokes() -> None:
    world = simulate("medium", 4)
    named = Counter(person.name for person in world.persons)
    assert sum(count - 1 for count in named.values()) == sum(NAMESAKES)
    interest = {person.name for person in world.persons if person.of_interest}
    assert any(person.name in interest for person in world.persons if not person.of_interest)
    guests = [
        (device.person, owner)
        for device in world.devices
        for account in device.accounts
        for owner in world.accounts[account].owners
        if device.person not in world.accounts[account].owners
    ]
    assert len(guests) == SHARED_COMPUTERS
    living = [(one.one, one.other) for one in world.relations if one.kind == "household"]
    assert set(guests) <= set(living)
    assert len(world.jokes) == JOKES
    account, name = next(iter(world.jokes.items()))
    called = {world.contact_name(owner, account) for owner in range(30)}
    assert name in called and len(called) > 1


def test_other_sizes_have_none() -> None:
    world = simulate("small", 4)
    assert not world.jokes
    assert all(
        device.person in world.accounts[account].owners
        for device in world.devices
        for account in device.accounts
    )
