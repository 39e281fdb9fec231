"""All kinds of evidence, in the order in which people see them."""

from __future__ import annotations

from safelight.identities.evidence import (
    avatar,
    contacts,
    device,
    email,
    fingerprint,
    host,
    ip,
    media,
    moves,
    native,
    owner,
    payment,
    phone,
    profile,
    style,
    talks,
    together,
)
from safelight.identities.kinds import Kind

KINDS: tuple[Kind, ...] = (
    owner.KIND,
    phone.KIND,
    email.KIND,
    payment.KIND,
    native.KIND,
    device.KIND,
    fingerprint.KIND,
    host.KIND,
    ip.KIND,
    avatar.KIND,
    moves.KIND,
    profile.KIND,
    contacts.KIND,
    media.KIND,
    style.KIND,
    together.KIND,
    talks.KIND,
)
_BY_NAME = {one.name: one for one in KINDS}


def kind(name: str) -> Kind:
    """The kind of that name. Raises KeyError."""
    return _BY_NAME[name]
