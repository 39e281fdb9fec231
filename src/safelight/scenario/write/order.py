"""Messages of many conversations in the order in which a device stored them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import merge

from safelight.scenario.world import FilePlan, Message, World


def in_order(world: World, plan: FilePlan, *, marked: bool = False) -> Iterator[Message]:
    """What is written of all conversations of a file, the oldest first. What its sender deleted for everybody is left
    out, unless `marked` (the app keeps a mark) or its bytes are to be found.
    """
    talks = (world.held(plan, conversation) for conversation in plan.conversations)
    for message in merge(*talks, key=lambda one: (one.sent_us, one.id)):
        if message.counts and (marked or message.deleted_us is None or message.id in plan.removed):
            yield message


def held_calls(world: World, plan: FilePlan) -> Iterator[int]:
    """The calls of a file, the oldest first."""
    inside = (call for call in plan.calls if plan.covers(world.calls[call].started_us))
    return iter(sorted(inside, key=lambda call: (world.calls[call].started_us, call)))


def own_end(world: World, plan: FilePlan, members: Sequence[int]) -> int:
    """Which member of a conversation is the device's owner: its account, or another one of the same person."""
    assert plan.owner is not None
    if plan.owner in members:
        return plan.owner
    persons = set(world.accounts[plan.owner].owners)
    return next(member for member in members if persons & set(world.accounts[member].owners))
