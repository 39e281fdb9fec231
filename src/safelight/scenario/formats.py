"""Which module writes which format, and which packs files into one: looked up by name when it is needed."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from safelight.scenario.world import Container, FilePlan, Record, World

Writer = Callable[[World, FilePlan, Path, Record], None]
Packer = Callable[[Container, Path, Path], None]

#: Format: module below scenario/write, with a function `write`.
WRITERS = {
    "irc-irssi": "irc",
    "irc-weechat": "irc",
    "irc-mirc": "irc",
    "irc-znc": "irc",
    "irc-energymech": "irc",
    "irc-ubuntu": "irc",
    "pidgin-html": "pidgin",
    "pidgin-txt": "pidgin",
    "adium": "adium",
    "whatsapp-txt": "whatsapp_txt",
    "telegram-json": "telegram",
    "skype-json": "skype_json",
    "discord-json": "discord",
    "phpbb-sql": "phpbb",
    "mbox": "mail",
    "eml": "mail",
    "skype-db": "skype_db",
    "whatsapp-db": "whatsapp_db",
    "kik-ios": "kik_db",
    "sms-ios": "ios_sms",
    "sms-android": "android_sms",
    "calls-ios": "ios_calls",
    "calls-android": "android_calls",
    "gajim-db": "gajim_db",
    "camt053": "bank",
    "mt940": "bank",
    "bank-csv": "bank",
    "remitter-csv": "bank",
}

#: Packer: module below scenario/write, with a function `pack`.
PACKERS = {"zip": "phone", "tar": "phone", "e01-ext4": "disk", "e01-fat": "disk"}


def writer(format: str) -> Writer:
    """The function that writes a format. Raises KeyError for an unknown name."""
    found: Writer = import_module(f"safelight.scenario.write.{WRITERS[format]}").write
    return found


def packer(name: str) -> Packer:
    """The function that packs a container. Raises KeyError for an unknown name."""
    found: Packer = import_module(f"safelight.scenario.write.{PACKERS[name]}").pack
    return found
