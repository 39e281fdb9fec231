"""All kinds of evidence, in the order in which people see them."""

from __future__ import annotations

from safelight.identities.evidence import (
    another_owner,
    avatar,
    book,
    book_names,
    contacts,
    copies,
    device,
    email,
    everywhere,
    fingerprint,
    first_name,
    host,
    ip,
    languages,
    media,
    moves,
    names,
    native,
    one_bearer,
    one_user,
    owner,
    payment,
    phone,
    profile,
    renamed,
    rhythm,
    style,
    talks,
    together,
)
from safelight.identities.kinds import Kind

KINDS: tuple[Kind, ...] = (
    copies.KIND,
    owner.KIND,
    everywhere.KIND,
    one_user.KIND,
    phone.KIND,
    email.KIND,
    payment.KIND,
    native.KIND,
    device.KIND,
    fingerprint.KIND,
    host.KIND,
    renamed.KIND,
    ip.KIND,
    avatar.KIND,
    moves.KIND,
    names.KIND,
    first_name.KIND,
    one_bearer.KIND,
    book.KIND,
    book_names.KIND,
    profile.KIND,
    contacts.KIND,
    media.KIND,
    style.KIND,
    languages.KIND,
    rhythm.KIND,
    another_owner.KIND,
    together.KIND,
    talks.KIND,
)
_BY_NAME = {one.name: one for one in KINDS}


def kind(name: str) -> Kind:
    """The kind of that name. Raises KeyError."""
    return _BY_NAME[name]
