"""IRC logs: every style, what their lines tell, times that are stated and times that are not, and the public real logs."""

from __future__ import annotations

import re
import tarfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.parsers.irc import Irc
from safelight.parsers.irc_events import common, event
from safelight.parsers.irc_plain import plain_messages
from safelight.parsers.irc_styles import STYLES, style_of
from safelight.traces.model import Account, Conversation, GroupMembership, Login, Message
from tests.parsers.run import Parsed, parse

IRSSI = """\
--- Log opened Mon Jan 04 23:57:00 2010
23:57 -!- Anna [~anna@10.0.0.7] has joined #Chess
23:57 -!- Irssi: #Chess: Total of 2 nicks [1 ops, 0 halfops, 0 voices, 1 normal]
23:58 <@Bo[x]> rook to e4
23:58 < Anna> ok
23:58 < Anna> ok
23:59  * Anna waves
23:59 -Bo[x]:#Chess- the club opens at nine
--- Day changed Tue Jan 05 2010
00:00 -!- mode/#Chess [+ov Anna Anna] by Bo[x]
00:01 -!- Anna is now known as Anna_home
00:02 -!- Bo[x] changed the topic of #Chess to: snow
00:03 -!- Cy was kicked from #Chess by Bo[x] [too loud]
00:04 -!- Anna_home [~anna@host.example.org] has left #Chess [good night]
00:05 -!- Bo[x] [bo@2001:db8::1] has quit [Quit: bye]
--- Log closed Tue Jan 05 00:06:00 2010
"""
WEECHAT = """\
2010-01-04 23:57:01\t-->\tAnna (~anna@10.0.0.7) has joined #Chess
2010-01-04 23:57:01\t--\tChannel #Chess: 2 nicks (1 op, 0 voices, 1 normal)
2010-01-04 23:58:01\t@Bo[x]\trook to e4
2010-01-04 23:58:01\tAnna\tok
2010-01-04 23:58:01\tAnna\tok
2010-01-04 23:59:01\t *\tAnna waves
2010-01-04 23:59:01\t--\tNotice(Bo[x]) -> #Chess: the club opens at nine
2010-01-05 00:00:01\t--\tMode #Chess [+ov Anna Anna] by Bo[x]
2010-01-05 00:01:01\t--\tAnna is now known as Anna_home
2010-01-05 00:02:01\t--\tBo[x] has changed topic for #Chess to "snow"
2010-01-05 00:03:01\t<--\tBo[x] has kicked Cy (too loud)
2010-01-05 00:04:01\t<--\tAnna_home (~anna@host.example.org) has left #Chess (good night)
2010-01-05 00:05:01\t<--\tBo[x] (bo@2001:db8::1) has quit (Quit: bye)
"""
MIRC = """\
Session Start: Mon Jan 04 23:57:00 2010
Session Ident: #Chess
[23:57] * Anna (~anna@10.0.0.7) has joined #Chess
[23:57] * Now talking in #Chess
[23:58] <@Bo[x]> rook to e4
[23:58] <Anna> ok
[23:58] <Anna> ok
[23:59] * Anna waves
[23:59] -Bo[x]:#Chess- the club opens at nine
Session Time: Tue Jan 05 00:00:00 2010
[00:00] * Bo[x] sets mode: +ov Anna Anna
[00:01] * Anna is now known as Anna_home
[00:02] * Bo[x] changes topic to 'snow'
[00:03] * Cy was kicked by Bo[x] (too loud)
[00:04] * Anna_home (~anna@host.example.org) has left #Chess (good night)
[00:05] * Bo[x] (bo@2001:db8::1) Quit (Quit: bye)
Session Close: Tue Jan 05 00:06:00 2010
"""
STARRED = """\
[20:57] *** Joins: Anna (~anna@10.0.0.7)
[20:57] *** Total of 2 nicks
[20:58] <Bo[x]> rook to e4
[20:58] <Anna> ok
[20:58] <Anna> ok
[20:59] * Anna waves
[20:59] -Bo[x]- the club opens at nine
[21:00] *** Bo[x] sets mode: +ov Anna Anna
[21:01] *** Anna is now known as Anna_home
[21:02] *** Bo[x] changes topic to 'snow'
[21:03] *** Cy was kicked by Bo[x] (too loud)
[21:04] *** Parts: Anna_home (~anna@host.example.org) (good night)
[21:05] *** Quits: Bo[x] (bo@2001:db8::1) (Quit: bye)
"""
UBUNTU = """\
=== Anna [~anna@10.0.0.7]  has joined #Chess
[20:58] <Bo[x] > rook to e4
[20:58] <Anna> ok
[20:58] <Anna> ok
[20:59]  * Anna waves
[20:59] -Bo[x]:#Chess- the club opens at nine
=== mode/#Chess [+ov Anna Anna]  by Bo[x]
=== Anna is now known as Anna_home
=== Bo[x] changed the topic of #Chess to: snow
=== Cy was kicked off #Chess by Bo[x]  (too loud)
=== Anna_home [~anna@host.example.org]  has left #Chess [good night]
=== Bo[x] [bo@2001:db8::1]  has quit [Quit: bye]
"""
XCHAT = """\
**** BEGIN LOGGING AT Fri Dec 31 23:57:00 2010

Dec 31 23:57:01 -->\tAnna (~anna@10.0.0.7) has joined #Chess
Dec 31 23:57:01 *\tNow talking on #Chess
Dec 31 23:58:01 <Bo[x]>\trook to e4
Dec 31 23:58:01 <Anna>\tok
Dec 31 23:58:01 <Anna>\tok
Dec 31 23:59:01 *\tAnna waves
Dec 31 23:59:01 -Bo[x]-\tthe club opens at nine
Jan 01 00:00:01 ---\tBo[x] sets mode +ov Anna Anna
Jan 01 00:01:01 ---\tAnna is now known as Anna_home
Jan 01 00:02:01 ---\tBo[x] has changed the topic to: snow
Jan 01 00:03:01 <--\tBo[x] has kicked Cy from #Chess (too loud)
Jan 01 00:04:01 <--\tAnna_home (~anna@host.example.org) has left #Chess (good night)
Jan 01 00:05:01 <--\tBo[x] has quit (Quit: bye)
**** ENDING LOGGING AT Sat Jan  1 00:06:00 2011
"""
ALL = {
    "irssi": IRSSI,
    "weechat": WEECHAT,
    "mirc": MIRC,
    "energymech": STARRED,
    "ubuntu": UBUNTU,
    "xchat": XCHAT,
}
ALL["znc"] = re.sub(r"^\[(\d\d:\d\d)\]", r"[\1:07]", STARRED, flags=re.MULTILINE)


def read(log: str, path: str = "irclogs/Libera/#Chess.log", **more: Any) -> Parsed:
    return parse(Irc(), log.encode(), path=path, **more)


def in_order(parsed: Parsed, kind: Any, *columns: str) -> list[Any]:
    rows = sorted(parsed.of(kind), key=lambda row: (int(row["place"].removeprefix("line ")), row["ordinal"]))
    return [tuple(row[name] for name in columns) for row in rows]


def wall(row: Any) -> str | None:
    return row["wall"].isoformat(sep=" ") if row and row["wall"] else None


@pytest.mark.parametrize("style", ALL)
def test_each_style_tells_the_same(style: str) -> None:
    parsed = read(ALL[style])
    assert parsed.ended is not None
    assert (parsed.ended.outcome, parsed.ended.variant, parsed.ended.remarks) == ("done", style, [])
    assert parsed.parts == []
    said = [
        row
        for row in in_order(parsed, Message, "kind", "sender", "sender_name", "text")
        if row[0] != "system"
    ]
    bo = "Bo[x] " if style == "ubuntu" else "Bo[x]"
    assert said[:4] == [
        ("text", "bo{x}", bo, "rook to e4"),
        ("text", "anna", "Anna", "ok"),
        ("text", "anna", "Anna", "ok"),
        ("action", "anna", "Anna", "waves"),
    ]
    assert said[4:] == [("notice", "bo{x}", "Bo[x]", "the club opens at nine")]
    assert set(parsed.of(Message, "conversation", "network", "instance")) == {("#chess", "irc", "libera")}
    members = in_order(parsed, GroupMembership, "conversation", "account", "action", "by", "role", "reason")
    assert members == [
        ("#chess", "anna", "joined", None, None, None),
        ("#chess", "anna", "role", "bo{x}", "+o", None),
        ("#chess", "anna", "role", "bo{x}", "+v", None),
        ("#chess", "cy", "removed", "bo{x}", None, "too loud"),
        ("#chess", "anna_home", "left", None, None, "good night"),
        ("#chess", "bo{x}", "quit", None, None, "Quit: bye"),
    ]
    logins = in_order(parsed, Login, "account", "user", "host", "ip", "what")
    assert logins[:2] == [
        ("anna", "~anna", "10.0.0.7", "10.0.0.7", "join"),
        ("anna_home", "~anna", "host.example.org", None, "part"),
    ]
    if style != "xchat":  # its quits name no address
        assert logins[2:] == [("bo{x}", "bo", "2001:db8::1", "2001:db8::1", "quit")]
    names = {row[:2] for row in parsed.of(Account, "account", "name")}
    assert {("anna", "Anna_home"), ("anna_home", "Anna_home"), ("cy", "Cy"), ("bo{x}", bo)} <= names
    assert parsed.of(Conversation, "conversation", "title", "kind") == [("#chess", "#Chess", "channel")]


@pytest.mark.parametrize(
    ("style", "begin", "end", "second", "precision"),
    [
        ("irssi", "2010-01-04 23:58:00", "2010-01-05 00:05:00", "00:05", 60_000_000),
        ("weechat", "2010-01-04 23:58:01", "2010-01-05 00:05:01", "2010-01-05 00:05:01", 1_000_000),
        ("mirc", "2010-01-04 23:58:00", "2010-01-05 00:05:00", "00:05", 60_000_000),
        ("xchat", "2010-12-31 23:58:01", "2011-01-01 00:05:01", "Jan 01 00:05:01", 1_000_000),
        ("znc", None, None, "21:05:07", 1_000_000),
        ("energymech", None, None, "21:05", 60_000_000),
    ],
)
def test_times(style: str, begin: str | None, end: str | None, second: str, precision: int) -> None:
    rows = in_order(read(ALL[style]), Message, "text", "sent", "precision_us")
    first = next(row for row in rows if row[0] == "rook to e4")
    assert (wall(first[1]), wall(rows[-1][1])) == (begin, end)
    assert rows[-1][1]["text"] == second
    assert {row[2] for row in rows} == {precision}
    assert {(row[1]["utc"], row[1]["basis"]) for row in rows} == {(None, "unknown")}


def test_a_nick_change_is_an_observation_of_both_accounts_from_then_on() -> None:
    parsed = read(IRSSI)
    rows = [
        (account, name, kind, wall(since))
        for account, name, kind, since in in_order(parsed, Account, "account", "name", "name_kind", "since")
        if name == "Anna_home"
    ]
    assert rows == [
        ("anna", "Anna_home", "nick", "2010-01-05 00:01:00"),
        ("anna_home", "Anna_home", "nick", "2010-01-05 00:01:00"),
    ]
    assert "Anna is now known as Anna_home" in parsed.of(Message, "text")


def test_each_name_is_told_once_with_its_first_time() -> None:
    rows = in_order(read(IRSSI), Account, "name", "since", "place")
    assert [(name, wall(since), place) for name, since, place in rows if name in ("Anna", "Bo[x]")] == [
        ("Anna", "2010-01-04 23:57:00", "line 2"),
        ("Bo[x]", "2010-01-04 23:58:00", "line 4"),
    ]


def test_facts_of_the_path_are_used_and_marked() -> None:
    path = "home/anna/.znc/users/anna/moddata/log/Libera/#chess/2010-01-04.log"
    parsed = read(ALL["znc"], path)
    row = parsed.of(Message)[0]
    assert (wall(row["sent"]), row["instance"], row["facts_from_path"]) == (
        "2010-01-04 20:58:07",
        "libera",
        "instance conversation sent",
    )
    assert parsed.of(GroupMembership)[0]["facts_from_path"] == "instance conversation at"
    assert parsed.of(Account)[0]["facts_from_path"] == "instance since"
    assert parsed.of(Conversation)[0]["facts_from_path"] == "instance conversation"
    # The channel stands in these lines themselves, the network nowhere.
    assert read(UBUNTU, "2010/01/04/#other.txt").of(Message, "conversation", "instance", "facts_from_path")[
        0
    ] == (
        "#chess",
        "?s1-test",
        "sent",
    )


def test_a_network_that_the_program_does_not_name() -> None:
    parsed = read(ALL["xchat"], "xchatlogs/NETWORK-#chess.log")
    assert set(parsed.of(Message, "conversation", "instance")) == {("#chess", "?s1-test")}


def test_a_log_that_does_not_say_its_channel_keeps_to_itself() -> None:
    parsed = read(ALL["znc"], "somewhere.txt")
    assert set(parsed.of(Message, "conversation", "instance")) == {("log:i1-test", "?s1-test")}
    assert parsed.of(Conversation, "title", "kind") == [(None, None)]


def test_a_clock_that_goes_back_without_a_date_line_loses_the_day() -> None:
    log = (
        "--- Log opened Mon Jan 04 23:00:00 2010\n23:58 < Anna> one\n00:01 < Anna> two\n01:00 < Anna> three\n"
    )
    log += "--- Day changed Wed Jan 06 2010\n08:00 < Anna> four\n07:30 < Anna> five\n"
    parsed = read(log)
    rows = in_order(parsed, Message, "text", "sent")
    assert [(text, wall(sent), sent["text"]) for text, sent in rows] == [
        ("one", "2010-01-04 23:58:00", "23:58"),
        ("two", None, "00:01"),
        ("three", None, "01:00"),
        ("four", "2010-01-06 08:00:00", "08:00"),
        ("five", "2010-01-06 07:30:00", "07:30"),
    ]
    assert parsed.ended is not None
    assert parsed.ended.remarks == [
        "The clock goes back by more than two hours at line 3 without a line that states the day: from there to the next "
        "such line no line has a date"
    ]


def test_a_date_in_the_path_is_not_believed_where_the_clock_goes_back() -> None:
    parsed = read("[12:59] <Anna> one\n[01:00] <Anna> two\n", "2005/02/08/#chess.txt")
    assert [(wall(sent), sent["text"]) for sent in parsed.of(Message, "sent")] == [
        (None, "12:59"),
        (None, "01:00"),
    ]
    assert parsed.ended is not None
    assert parsed.ended.remarks == [
        "The clock goes back by more than two hours at line 2: the path's date cannot be that of all lines (a second "
        "day, or a clock of twelve hours), so no line has a date"
    ]


def test_clocks_of_twelve_hours_and_times_that_no_clock_shows() -> None:
    log = (
        "Session Start: Mon Jan 04 00:00:00 2010\n[12:05 AM] <Anna> a\n[1:07pm] <Anna> b\n[25:61] <Anna> c\n"
    )
    assert [(text, wall(sent)) for text, sent in in_order(read(log), Message, "text", "sent")] == [
        ("a", "2010-01-04 00:05:00"),
        ("b", "2010-01-04 13:07:00"),
        ("c", None),
    ]


def test_a_private_chat_is_one_conversation_from_both_ends() -> None:
    hers = (
        "--- Log opened Mon Jan 04 12:00:00 2010\n12:00 < Anna> hello\n12:01 < Bo> hei\n12:02  * Anna waves\n"
    )
    parsed = read(hers, "irclogs/Libera/bo.log")
    assert in_order(parsed, Message, "conversation", "sender", "recipients", "direction") == [
        ("direct:anna|bo", "anna", ["bo"], "outgoing"),
        ("direct:anna|bo", "bo", ["anna"], "incoming"),
        ("direct:anna|bo", "anna", ["bo"], "outgoing"),
    ]
    assert parsed.of(Conversation, "kind", "members") == [("direct", ["anna", "bo"])]
    assert set(parsed.of(Account, "account", "owner")) == {("anna", True), ("bo", None)}
    his = read(hers, "irclogs/Libera/anna.log")
    assert set(his.of(Message, "conversation_id")) == set(parsed.of(Message, "conversation_id"))


def test_the_owner_is_known_from_the_line_that_tells_of_the_own_nick() -> None:
    log = (
        IRSSI
        + "--- Log opened Tue Jan 05 12:00:00 2010\n12:00 -!- You're now known as Dee\n12:01 < Dee> hei\n"
    )
    parsed = read(log)
    assert [row for row in in_order(parsed, Message, "sender", "direction") if row[1]] == [
        ("dee", "outgoing")
    ]
    assert [row for row in parsed.of(Account, "account", "owner") if row[1]] == [("dee", True)]


def test_formatting_is_taken_out_of_the_text_and_kept_as_markup() -> None:
    log = MIRC + "Session Start: Wed Jan 06 12:00:00 2010\n[12:00] <Anna> \x0304,01red\x0f and \x02bold\x02\n"
    log += "\x0303[12:01] * Cy (c@d.example) has joined #Chess\n"
    parsed = read(log)
    rows = in_order(parsed, Message, "text", "markup", "kind")
    assert rows[-2:] == [
        ("red and bold", "\x0304,01red\x0f and \x02bold\x02", "text"),
        (
            "Cy (c@d.example) has joined #Chess",
            "\x0303[12:01] * Cy (c@d.example) has joined #Chess",
            "system",
        ),
    ]
    assert {markup for _, markup, _ in rows[:-2]} == {None}


def test_lines_of_no_form_are_named_and_the_others_read() -> None:
    parsed = read(IRSSI.replace("23:58 < Anna> ok\n", "what is this\n", 1), "x/#chess.log")
    assert [(part.place, part.cause) for part in parsed.parts] == [("line 5", "corrupt")]
    assert "ok" in parsed.of(Message, "text")


def test_encodings_line_ends_and_gaps() -> None:
    log = IRSSI.replace("rook to e4", "tårn til e4")
    wanted = in_order(read(log), Message, "place", "text", "sender")
    for data in (
        log.encode("utf-8-sig"),
        log.encode("utf-16"),
        log.encode("cp1252"),
        log.replace("\n", "\r\n").encode(),
        log.encode().replace(b"waves", b"wa\0\0\0ves"),
    ):
        parsed = parse(Irc(), data, path="irclogs/Libera/#Chess.log")
        assert in_order(parsed, Message, "place", "text", "sender") == wanted
    parsed = parse(Irc(), log.encode("cp1252"), path="x.log")
    assert parsed.ended is not None
    assert parsed.ended.remarks == ["1 lines are not UTF-8 and were read as Windows-1252"]


def test_a_line_of_ten_megabytes() -> None:
    log = IRSSI.replace("rook to e4", "e4 " * 3_500_000)
    parsed = read(log)
    assert [(part.place, part.cause) for part in parsed.parts] == [("line 4", "limit")]
    texts = in_order(parsed, Message, "text")
    assert max(len(text) for (text,) in texts) < 1 << 20
    assert len(texts) == len(in_order(read(IRSSI), Message, "text"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12:00 is when the club opens\nthen we play\n",
        "[1] <https://chess.example> a link\n",
        "-!- nothing\n",
        "T 5 x\n",
    ],
)
def test_other_texts_are_not_taken_for_logs(text: str) -> None:
    assert style_of(text) is None


_NICKS = st.from_regex(r"[A-Za-z_\[\]{}|^][A-Za-z0-9_\[\]{}|^-]{0,6}", fullmatch=True)
_TEXTS = st.text("abc æ😀<>[]*-:\t", min_size=1, max_size=12).filter(
    lambda text: text[0] not in " \t" and text.strip() == text
)
_SAYS = {
    "irssi": "{h:02}:{m:02} < {nick}> {text}\n",
    "weechat": "2010-01-04 {h:02}:{m:02}:00\t{nick}\t{text}\n",
    "mirc": "[{h:02}:{m:02}] <{nick}> {text}\n",
    "znc": "[{h:02}:{m:02}:00] <{nick}> {text}\n",
    "ubuntu": "[{h:02}:{m:02}] <{nick}> {text}\n",
    "xchat": "Jan 04 {h:02}:{m:02}:00 <{nick}>\t{text}\n",
}
_OPENS = {
    "irssi": "--- Log opened Mon Jan 04 00:00:00 2010\n",
    "mirc": "Session Start: Mon Jan 04 00:00:00 2010\n",
    "xchat": "**** BEGIN LOGGING AT Mon Jan 04 00:00:00 2010\n",
    "ubuntu": "=== Anna is now known as Bo\n",
}


@pytest.mark.parametrize("style", _SAYS)
@settings(deadline=None)
@given(said=st.lists(st.tuples(_NICKS, _TEXTS), min_size=1, max_size=8), minute=st.integers(0, 1400))
def test_what_is_written_in_a_style_is_read_again(
    style: str, said: list[tuple[str, str]], minute: int
) -> None:
    lines = [
        _SAYS[style].format(h=(minute + n) // 60, m=(minute + n) % 60, nick=nick, text=text)
        for n, (nick, text) in enumerate(said)
    ]
    path = "log/libera/#chess/2010-01-04.log"
    parsed = read(_OPENS.get(style, "") + "".join(lines), path)
    rows = [
        row for row in in_order(parsed, Message, "kind", "sender_name", "text", "sent") if row[0] != "system"
    ]
    assert [row[:3] for row in rows] == [("text", nick, text) for nick, text in said]
    assert [wall(row[3]) for row in rows] == [
        f"2010-01-04 {(minute + n) // 60:02}:{(minute + n) % 60:02}:00" for n in range(len(said))
    ]


@given(
    st.lists(
        st.one_of(
            st.builds("{:02}:{:02} <{}> {}".format, st.integers(0, 30), st.integers(0, 99), _NICKS, _TEXTS),
            st.builds(
                "12:00 <{}{}>{}".format,
                st.sampled_from(" @+"),
                st.text("a< >[", max_size=3),
                st.text("\t a>", max_size=3),
            ),
            st.text("12:0 <>a-!*\t\x02æ", max_size=14),
        ),
        max_size=6,
    )
)
def test_plain_messages_are_what_the_patterns_find(lines: list[str]) -> None:
    text = "".join(line + "\n" for line in lines)
    for style in STYLES:
        plain = plain_messages(text, style.stamps)
        assert sorted([*plain.at.tolist(), *plain.rest]) == list(range(len(lines)))
        assert plain.others() == "".join(lines[n] + "\n" for n in plain.rest)
        found = zip(plain.times.to_pylist(), plain.names.to_pylist(), plain.texts.to_pylist(), strict=True)
        wanted = style.line.findall(text)
        assert [(*one, "") for one in found] == [wanted[n] for n in plain.at.tolist()]


_PEOPLE = st.sampled_from(["Anna", "Bo[x]", "cy|away", "d-e"])
_ENDS = st.sampled_from(["", " [bye]", " (good (night))", " #chess", " #chess (x)", " [a] b]", "."])


@given(
    st.one_of(
        st.builds(
            "{} [{}@host.example] has {}{}".format,
            _PEOPLE,
            _PEOPLE,
            st.sampled_from(["joined", "left", "quit"]),
            _ENDS,
        ),
        st.builds(
            "{} (~u@h) has {}{}".format, _PEOPLE, st.sampled_from(["joined", "left", "quit", "won"]), _ENDS
        ),
        st.builds("{} is now known as {}".format, _PEOPLE, _PEOPLE),
        st.text("ab @[]()", max_size=12),
    )
)
def test_common_sentences_read_the_same_by_both_ways(sentence: str) -> None:
    style = next(style for style in STYLES if style.variant.name == "irssi")
    assert style.common is not None
    (found,) = style.common.findall(f"12:00 -!- {sentence}\n")
    if found[1] and (told := common(found)):
        assert told == event(sentence)
        assert found[:2] == ("12:00", sentence)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_end_well(data: bytes) -> None:
    for begin in (b"", *(log[:120].encode() for log in ALL.values()), b"T 1232074579 *\x0f\tx\n"):
        ended = parse(Irc(), begin + data, path="x/#chess/2010-01-04.log").ended
        assert ended is None or ended.outcome == "done"


def test_real_xchat_logs(realdata: Path) -> None:
    parsed = parse(Irc(), realdata / "chat" / "xchat.log")
    assert parsed.ended is not None
    assert (parsed.ended.variant, parsed.ended.seen_on, parsed.parts) == ("xchat", "real files", [])
    rows = in_order(parsed, Message, "kind", "sender", "text", "sent", "conversation")
    assert len(rows) == 12
    assert {row[4] for row in rows} == {"#gugle"}
    assert [(*row[:3], wall(row[3]), row[3]["text"]) for row in rows if row[0] == "text"] == [
        ("text", "fpi", "ola plas-ing guys!", "2011-12-31 21:11:58", "dec 31 21:11:58"),
        ("text", "stranger", "日本", "2011-12-31 23:00:00", "dec 31 23:00:00"),
        ("text", "fpi", "uh oh wronggg date!", None, "dec 31 39:95:90"),
        ("text", "fpi", "ciao plaso! Com'è?!", "2012-02-26 19:53:01", "feb 26 19:53:01"),
        ("text", "kristinn", "ftw (it :p)?", "2012-02-26 19:54:00", "feb 26 19:54:00"),
        ("text", "empty_text", "", "2012-02-26 19:56:01", "feb 26 19:56:01"),
    ]
    parsed = parse(Irc(), realdata / "chat" / "xchatscrollback.log")
    assert parsed.ended is not None
    assert parsed.ended.variant == "xchat-scrollback"
    assert [(part.place, part.cause) for part in parsed.parts] == [("line 5", "corrupt")]
    rows = in_order(parsed, Message, "kind", "sender", "text", "sent")
    assert len(rows) == 10
    said = [(*row[:3], row[3]["utc"], row[3]["basis"], row[3]["text"]) for row in rows if row[0] == "text"]
    assert [one[:3] for one in said] == [
        ("text", "fpi", "0 is a good timestamp"),
        ("text", "fpi", "Hi Kristinn!"),
        ("text", "kristinn", "GO AND WRITE PARSERS!!! O_o"),
    ]
    assert said[0][3:] == (None, "unknown", "0")
    assert said[1][3].isoformat() == "2009-01-26T08:52:12+00:00"
    assert said[1][4:] == ("stated", "1232959932")


def test_real_ubuntu_logs(realdata: Path) -> None:
    """Counts are taken beside the parser with bare patterns over the same lines."""
    said = actions = renamed = dated = undated = 0
    with tarfile.open(realdata / "irc" / "ubuntu_irc.tar.gz") as archive:
        names = sorted(one for one in archive.getnames() if re.search(r"20\d\d-.*\.raw\.txt$", one))
        assert len(names) == 163
        for name in names[::8]:
            member = archive.extractfile(name)
            assert member is not None
            data = member.read()
            parsed = parse(Irc(), data, name=Path(name).name, path=name)
            assert parsed.ended is not None
            assert (parsed.ended.variant, parsed.ended.outcome, parsed.parts) == ("ubuntu", "done", [])
            lines = data.decode("utf-8", "replace").split("\n")
            kinds = parsed.of(Message, "kind")
            assert kinds.count("text") == sum(
                bool(re.match(r"\[\d\d:\d\d\] <[^>]+>", line)) for line in lines
            )
            assert kinds.count("action") >= sum(bool(re.match(r"\[\d\d:\d\d\]  \* ", line)) for line in lines)
            assert len(kinds) == sum(bool(line.strip()) for line in lines)
            changes = [
                match[1] for line in lines if (match := re.match(r"=== .+ is now known as (.+?)\s*$", line))
            ]
            observed = [name for n, name in in_order(parsed, Account, "ordinal", "name") if n == 0]
            assert observed == changes
            day = re.search(r"(20\d\d-\d\d-\d\d)", name)
            assert day is not None
            days = {
                sent["wall"].date().isoformat()
                for sent in parsed.of(Message, "sent")
                if sent and sent["wall"]
            }
            assert days == (set() if parsed.ended.remarks else {day[1]})
            said += kinds.count("text")
            actions += kinds.count("action")
            renamed += len(observed)
            dated += bool(days)
            undated += not days
    assert said > 20_000
    assert actions > 50
    assert renamed > 300
    assert dated > undated > 0
