"""Networks, and the normal form of the native ids in each: the same account must get the same id from every format.

What two networks share is a rule, so this is a table of rules and not one module a network.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

#: RFC 1459 section 2.2: `{}|^` are the lower case of `[]\\~`.
_RFC1459: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ[]\\~", "abcdefghijklmnopqrstuvwxyz{}|^")
_NOT_DIALLED: Final = re.compile(r"[\s()./\-\u00a0\u2010-\u2015\u202a-\u202e\u2066-\u2069]+")
_DIALLED: Final = re.compile(r"\+?[0-9]{5,}")


def phone(native: str) -> str:
    """A number as dialled without its punctuation; `00` at the beginning is `+`. Words (`Telenor`), short codes and
    addresses stay, in lower case. A national number gets no country: the item does not state one.
    """
    bare = _NOT_DIALLED.sub("", native)
    if not _DIALLED.fullmatch(bare):
        return native.strip().lower()
    return "+" + bare[2:] if bare.startswith("00") else bare


def whatsapp(native: str) -> str:
    """`4790000000@s.whatsapp.net` is `+4790000000`; groups (`...@g.us`) and broadcasts stay as they are."""
    user, at, host = native.strip().lower().partition("@")
    if at and host not in ("s.whatsapp.net", "c.us"):
        return user.partition(":")[0] + at + host
    return phone("+" + user.partition(":")[0].partition(".")[0]) if user[:1].isdigit() else phone(user)


def skype(native: str) -> str:
    """Lower case, without the export's `8:` (`8:live:x` is `live:x`); telephone numbers (`4:+47...`) as dialled."""
    name = native.strip().lower()
    if name.startswith("4:"):
        return phone(name[2:])
    return name.removeprefix("8:")


def irc(native: str) -> str:
    """Nicks and channels fold by RFC 1459."""
    return native.translate(_RFC1459)


def mail(native: str) -> str:
    """An address in lower case: no host in use tells the cases of its users apart."""
    return native.strip().strip("<>").lower()


def jabber(native: str) -> str:
    """A bare JID in lower case (RFC 7622: the resource names a device)."""
    return native.strip().partition("/")[0].lower()


def account_number(native: str) -> str:
    """IBAN and account numbers in upper case without spaces and points."""
    return re.sub(r"[\s.]", "", native).upper()


def plain(native: str) -> str:
    """Ids that are case sensitive or numbers."""
    return native.strip()


def lower(native: str) -> str:
    """Names in which the network ignores case."""
    return native.strip().lower()


NORMAL: Final[dict[str, Callable[[str], str]]] = {
    "skype": skype,
    "telegram": plain,
    "whatsapp": whatsapp,
    "phone": phone,
    "imessage": lambda native: mail(native) if "@" in native else phone(native),
    "discord": plain,
    "kik": jabber,
    "irc": irc,
    "xmpp": jabber,
    "icq": lambda native: re.sub(r"[\s-]", "", native),
    "aim": lambda native: re.sub(r"\s", "", native).lower(),
    "msn": mail,
    "yahoo": lower,
    "forum": lower,
    "mail": mail,
    "bank": account_number,
    "remitter": plain,
}


def normal(network: str, native: str) -> str:
    """The native id in the network's normal form; networks without a rule here keep it as it is."""
    return NORMAL.get(network, plain)(native)


def direct(network: str, one: str | None, other: str) -> str:
    """Native id of a conversation between two accounts, the same from both ends. `one` is the item's owner; where the item
    does not say who that is, only the other end names the conversation (`?` stands for the unknown one).
    """
    ends = sorted((normal(network, one) if one else "?", normal(network, other)))
    return "direct:" + "|".join(ends)


def titled(title: str) -> str:
    """Native id of a conversation that an item names by its title alone (an export's file name, a window's caption)."""
    return "title:" + " ".join(title.split()).casefold()


#: How native ids of conversations begin that are an item's own makeshift (an export's title, a log's name, a local row
#: number). Such an id says nothing outside its source.
MAKESHIFT: Final = ("title:", "export:", "log:", "local:")
_DIALLED_AT_HOME: Final = ("phone", "imessage")


def own_conversation(native: str) -> bool:
    """Whether a conversation's native id means something in its source alone: it is a makeshift, or one end of it is not
    known (`?`: two phones whose owners both wrote to one number hold two conversations).
    """
    return native.startswith(MAKESHIFT) or "?" in native


def own_account(network: str, native: str) -> bool:
    """Whether an account's native id means something in its source alone: a number as dialled at home, a word that a
    network operator puts in its place, a name that only an address book or an export knows.
    """
    if native.startswith(("name:", "local:", "?")):
        return True
    return network in _DIALLED_AT_HOME and not native.startswith("+") and "@" not in native


#: The same for conversations as SQL over the columns `conversation` and `instance`: other ids may name the same one.
WEAK_CONVERSATION: Final = (
    "(regexp_matches(conversation, '^(title|export|log|local):') or contains(conversation, '?') "
    "or starts_with(coalesce(instance, ''), '?'))"
)
