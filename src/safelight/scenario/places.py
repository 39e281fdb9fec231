"""Where apps keep their files on Windows, Linux and a Mac."""

from __future__ import annotations

from typing import Literal

from safelight.scenario.world import Device

System = Literal["windows", "linux", "mac"]

_HOMES: dict[System, str] = {"windows": "Users/{user}", "linux": "home/{user}", "mac": "Users/{user}"}
#: Below the user's home. `{own}` is the account, `{network}`, `{channel}` and `{date}` are filled by the writer.
_PLACES: dict[str, dict[System, str]] = {
    "skype-db": {
        "windows": "AppData/Roaming/Skype/{own}/main.db",
        "linux": ".Skype/{own}/main.db",
        "mac": "Library/Application Support/Skype/{own}/main.db",
    },
    "pidgin": {
        "windows": "AppData/Roaming/.purple/logs/{protocol}/{own}",
        "linux": ".purple/logs/{protocol}/{own}",
        "mac": ".purple/logs/{protocol}/{own}",
    },
    "gajim-db": {
        "windows": "AppData/Roaming/Gajim/logs.db",
        "linux": ".local/share/gajim/logs.db",
        "mac": ".local/share/gajim/logs.db",
    },
    "mbox": {
        "windows": "AppData/Roaming/Thunderbird/Profiles/x1.default/Mail/Local Folders",
        "linux": ".thunderbird/x1.default/Mail/Local Folders",
        "mac": "Library/Thunderbird/Profiles/x1.default/Mail/Local Folders",
    },
    "irc-irssi": {"linux": "irclogs/{network}/{channel}.log", "mac": "irclogs/{network}/{channel}.log"},
    "irc-weechat": {
        "linux": ".weechat/logs/irc.{network}.{channel}.weechatlog",
        "mac": ".weechat/logs/irc.{network}.{channel}.weechatlog",
    },
    "irc-znc": {"linux": ".znc/users/{user}/moddata/log/{network}/{channel}/{date}.log"},
    "irc-mirc": {"windows": "AppData/Roaming/mIRC/logs/{channel}.{network}.log"},
}
_IRC: dict[System, tuple[str, ...]] = {
    "windows": ("irc-mirc",),
    "linux": ("irc-irssi", "irc-znc", "irc-weechat"),
    "mac": ("irc-weechat", "irc-irssi"),
}
_DISKS: dict[System, tuple[str, ...]] = {
    "windows": ("e01-fat", "folder"),
    "linux": ("e01-ext4", "folder"),
    "mac": ("folder",),
}
_SYSTEMS: tuple[System, ...] = ("linux", "mac", "windows", "linux", "windows", "mac", "windows")


def system(device: Device) -> System:
    """What a computer runs: Macs are Macs, the others take turns by their owner."""
    if device.model.startswith("iMac"):
        return "mac"
    return "windows" if _SYSTEMS[device.person % len(_SYSTEMS)] == "windows" else "linux"


def irc_clients(system: System) -> tuple[str, ...]:
    """Formats of the IRC clients of a system."""
    return _IRC[system]


def disks(system: System) -> tuple[str, ...]:
    """How disks of a system are imaged here."""
    return _DISKS[system]


def home(system: System, user: str) -> str:
    """A user's home folder."""
    return _HOMES[system].replace("{user}", user)


def place(program: str, system: System, user: str, own: str, protocol: str = "") -> str:
    """Path of a program's file or folder of logs."""
    inside = (
        _PLACES[program][system].replace("{user}", user).replace("{own}", own).replace("{protocol}", protocol)
    )
    return f"{home(system, user)}/{inside}"
