"""Facts that stand in the paths of chat logs."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.parsers.log_path import LogPath, log_path
from safelight.parsers.month_names import month

_DAY = date(2010, 1, 4)


@pytest.mark.parametrize(
    ("path", "facts"),
    [
        ("home/anna/irclogs/Libera/#chess.log", LogPath(None, "Libera", "#chess")),
        ("home/anna/irclogs/Libera/bo.log", LogPath(None, "Libera", "bo")),
        ("home/anna/.weechat/logs/irc.libera.#c++.weechatlog", LogPath(None, "libera", "#c++")),
        ("logs/irc.libera.bo.weechatlog", LogPath(None, "libera", "bo")),
        ("logs/irc.server.libera.weechatlog", LogPath()),
        (".znc/users/anna/moddata/log/libera/#chess/2010-01-04.log", LogPath(_DAY, "libera", "#chess")),
        (
            ".znc/users/anna/networks/libera/moddata/log/#chess/2010-01-04.log",
            LogPath(_DAY, "libera", "#chess"),
        ),
        (".znc/users/anna/moddata/log/libera_#chess_20100104.log", LogPath(_DAY, "libera", "#chess")),
        ("e.img › .xchat2/xchatlogs/FreeNode-#ubuntu-no.log", LogPath(None, "FreeNode", "#ubuntu-no")),
        (".xchat2/xchatlogs/NETWORK-#chess.log", LogPath(None, None, "#chess")),
        (".xchat2/xchatlogs/NETWORK-bo.log", LogPath(None, None, "bo")),
        (".config/hexchat/logs/NETWORK/#chess.log", LogPath(None, None, "#chess")),
        (".config/hexchat/logs/libera/bo.log", LogPath(None, "libera", "bo")),
        (".xchat2/scrollback/libera/#chess.txt", LogPath(None, "libera", "#chess")),
        ("AppData/Roaming/mIRC/logs/#chess.Libera.log", LogPath(None, "Libera", "#chess")),
        ("AppData/Roaming/mIRC/logs/#chess.20100104.log", LogPath(_DAY, None, "#chess")),
        ("irclogs.ubuntu.com/2010/01/04/#ubuntu.txt", LogPath(_DAY, None, "#ubuntu")),
        ("irclogs.ubuntu.com/2010/01/04/%23ubuntu.txt", LogPath(_DAY, None, "#ubuntu")),
        ("data/2010-01-04.train-c.raw.txt", LogPath(_DAY)),
        ("data/2010-01-04_03.raw.txt", LogPath(_DAY)),
        ("data/2010-01-04 to 2010-01-05.txt", LogPath()),
        ("data/2010-13-45.txt", LogPath()),
        ("notes.txt", LogPath()),
        ("#chess/2010-01-04.log", LogPath(_DAY, None, "#chess")),
        ("", LogPath()),
    ],
)
def test_paths(path: str, facts: LogPath) -> None:
    assert log_path(path) == facts


@given(st.text(alphabet="#/.-_%2010 ›ab\\", max_size=40))
def test_any_path_gives_facts(path: str) -> None:
    assert isinstance(log_path(path), LogPath)


def test_months_in_the_languages_of_chat_programs() -> None:
    names = "Jan feb. mars APRIL maggio juni Juli agosto Setyembre okt novembre des Dec kesäkuuta feb"
    assert [month(name) for name in names.split()] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 12, 6, 2]
    assert month("chess") is None
