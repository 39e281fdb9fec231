"""Which network a messenger with many protocols means by a protocol's name.

Sources: libpurple's list of protocols, Adium's services.
"""

from __future__ import annotations

from typing import Final

from safelight.traces.networks import jabber, normal

_NETWORKS: Final = {
    "jabber": "xmpp",
    "xmpp": "xmpp",
    "gtalk": "xmpp",
    "google talk": "xmpp",
    "livejournal": "xmpp",
    "facebook": "facebook",
    "aim": "aim",
    "mobileme": "aim",
    ".mac": "aim",
    "mac": "aim",
    "icq": "icq",
    "msn": "msn",
    "yahoo": "yahoo",
    "yahoo!": "yahoo",
    "irc": "irc",
    "skype": "skype",
}


def network_of(service: str) -> str:
    """The network's name here; a protocol that is not in the list keeps its own."""
    name = service.strip().lower().removeprefix("prpl-")
    return _NETWORKS.get(name, name)


def account_of(network: str, native: str) -> tuple[str, str | None]:
    """Account and instance. An IRC account is written `nick@server` in these programs; where no server stands, it is `?`."""
    if network != "irc":
        return normal(network, native), None
    nick, at, server = native.partition("@")
    return normal(network, nick), server.strip().lower() if at and server else "?"


def occupant(room: str, name: str) -> str:
    """The address of somebody in an XMPP room of whom only the name there is known (XEP-0045: room, `/`, name)."""
    return f"{jabber(room)}/{name}"


def private_chat(owner: str | None, other: str) -> str:
    """`networks.direct` for accounts in normal form already, of which one may be an occupant of a room."""
    return "direct:" + "|".join(sorted((owner or "?", other)))
