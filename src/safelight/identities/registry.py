"""All kinds of evidence, in the order in which people see them."""

from __future__ import annotations

from safelight.identities.kinds import Kind

KINDS: tuple[Kind, ...] = ()


def kind(name: str) -> Kind:
    """The kind of that name. Raises KeyError."""
    return {one.name: one for one in KINDS}[name]
