"""What the path of a chat log says: its day, network and channel (or the other end of a private chat).

Programs put these into the path and often nowhere else. Sources: the manuals' default paths of irssi (`autolog_path`),
WeeChat (`logger.file.mask`), ZNC (module log), XChat and HexChat (`irc_logmask`), mIRC (Options, Logging), and
irclogs.ubuntu.com. Nothing is made of a path that fits none of them, except a date and a name that begins with `#`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import unquote


@dataclass(frozen=True, slots=True)
class LogPath:
    """Facts of a path; None where it does not say."""

    day: date | None = None
    network: str | None = None
    target: str | None = None
    """A channel with its `#`, or the nick of the other end."""


_DAY: Final = re.compile(r"(?<!\d)((?:19|20)\d\d)([-_.]?)(\d\d)\2(\d\d)(?!\d)")
_FOLDERS_OF_DAY: Final = re.compile(r"(?:^|/)((?:19|20)\d\d)/(\d\d)/(\d\d)/[^/]*$")
_SUFFIX: Final = re.compile(r"\.(?:log|txt|weechatlog)$", re.IGNORECASE)

#: What XChat and HexChat write for a network that is not in their list (`log_create_pathname` in their text.c).
_UNNAMED: Final = "NETWORK"

#: Path of a log without its day and suffix, by program. A target without `#` is believed only in these.
_LAYOUTS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?:^|/)irc\.(?!server\.)(?P<network>[^/]+?)\.(?P<target>[#&!+][^/]+|[^/.]+)$",  # WeeChat
        r"/networks/(?P<network>[^/]+)/moddata/log/(?P<target>[^/]+)$",  # ZNC 1.x, module of a network
        r"/moddata/log/(?P<network>[^/_]+)[/_](?P<target>[^/]+)$",  # ZNC, module of a user
        r"(?:^|/)irclogs/(?P<network>[^/]+)/(?P<target>[^/]+)$",  # irssi
        r"(?:^|/)xchatlogs/(?P<network>[^/]+?)-(?P<target>#[^/]+|[^/-]+)$",  # XChat
        r"(?:^|/)(?:hexchat|mirc)/logs/(?P<network>[^/]+)/(?P<target>[^/]+)$",
        r"(?:^|/)scrollback/(?P<network>[^/]+)/(?P<target>[^/]+)$",  # XChat, HexChat
        r"(?:^|/)mirc/logs/(?P<target>#?[^/.]+)(?:\.(?P<network>[^/.]+))?$",
        r"(?:^|/)logs/(?P<network>[^/]+)/(?P<target>#[^/]+)$",
        r"(?:^|/)(?P<target>#[^/]+)(?:/[^/#]*)?$",
    )
)


def log_path(path: str) -> LogPath:
    """Read a path for people (`Subject.path`). Two different days in a file's name count as none."""
    plain = unquote(path.replace(" › ", "/")).replace("\\", "/")
    folder, _, name = plain.rpartition("/")
    days = {found for match in _DAY.finditer(name) if (found := _day(match[1], match[3], match[4]))}
    if not days and (match := _FOLDERS_OF_DAY.search(plain)):
        days = {found for found in [_day(*match.groups())] if found}
    stem = _DAY.sub("", _SUFFIX.sub("", name))
    stem = stem.strip("-_. ")
    bare = (f"{folder}/{stem}" if stem else folder).removesuffix("/")
    day = days.pop() if len(days) == 1 else None
    for layout in _LAYOUTS:
        if match := layout.search(bare):
            facts = match.groupdict()
            network = facts.get("network")
            return LogPath(day, None if network == _UNNAMED else network, facts["target"])
    return LogPath(day)


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
