"""What a role is: one file with one `Role`, which finds accounts on the ground (`ground.py`) and says why in one sentence.

A role states what the traces prove ("sent 14 payments to 3 accounts") and nothing of intent, guilt or age. Numbers that a
rule asks for stand beside it as constants, and its `rule` says them to whoever reads the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from safelight.identities.triage.ground import Ground

#: Traces that a finding names at most.
TRACES = 12
#: What a role reads that looks at a message, each distinct one once; and at ties.
ONCE = ("messages", "same_messages")
NETWORK = (*ONCE, "conversations", "calls", "same_calls", "transfers", "same_transfers")


@dataclass(frozen=True, slots=True)
class Found:
    """One finding. `detail` holds the facts of the sentence; `points` order accounts within one role only."""

    account: str
    points: float
    detail: Mapping[str, Any]
    traces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Role:
    """One role. `title` is its tag, `rule` when it is given, `say` a finding's sentence; all in the reader's language."""

    name: str
    title: Callable[[], str]
    rule: Callable[[], str]
    find: Callable[[Ground], Iterable[Found]]
    say: Callable[[Mapping[str, Any]], str]
    tag: bool = True
    """Whether it stands as a tag in the table; others are figures of every account."""
    needs: tuple[str, ...] = field(default=())
    """Tables of the catalog without whose rows there is nothing to find."""
    reads: tuple[str, ...] = field(default=())
    """All that it goes by beside decisions about clocks and police: tables of the catalog, `NETWORK`, and of what people
    decided `same` (accounts confirmed as one person's), `list` (the contact list), `exhibits` (their numbers)."""
    own: bool = False
    """It looks at nothing but what an account wrote itself, in `theirs`: so it is found account by account."""
