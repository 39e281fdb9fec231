"""Pidgin's and Adium's logs: each alone, and the same conversation in all three forms."""

# ruff: noqa: E501 (the formats have long lines)
from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.parsers.adium import Adium
from safelight.parsers.pidgin import Pidgin
from safelight.traces.model import Account, Conversation, MediaShare, Message
from tests.parsers.run import Parsed, parse

ADIUM = """\
<?xml version="1.0" encoding="UTF-8" ?>
<chat xmlns="http://purl.org/net/ulf/ns/0.4-02" account="anna@chess.example" service="Jabber" adiumversion="1.5.10">
<event type="windowOpened" sender="anna@chess.example" time="2010-01-04T23:58:01+01:00"></event>
<message sender="anna@chess.example" time="2010-01-04T23:58:05+01:00" alias="Anna"><div><span style="color: #000">tårn &lt;e4&gt;</span></div></message>
<message sender="bo@chess.example" time="2010-01-04T23:58:09+01:00" alias="Bo"><div>snow<br/>tomorrow</div></message>
<action sender="bo@chess.example" time="2010-01-04T23:58:15+01:00" alias="Bo"><div>waves</div></action>
<status type="offline" sender="bo@chess.example" time="2010-01-04T23:59:00+01:00" alias="Bo"><div>Bo has signed off.</div></status>
</chat>
"""
_HEAD = "Conversation with bo@chess.example at Mon 04 Jan 2010 11:58:01 PM CET on anna@chess.example/Home (jabber)"
HTML = f"""\
<html><head><meta http-equiv="content-type" content="text/html; charset=UTF-8"><title>{_HEAD}</title></head><body><h3>{_HEAD}</h3>
<font color="#16569E"><font size="2">(11:58:05 PM)</font> <b>Anna:</b></font> <b>tårn</b> &lt;e4&gt;<br/>
<font color="#A82F2F"><font size="2">(11:58:09 PM)</font> <b>Bo:</b></font> snow<br>tomorrow<br/>
<font color="#062585"><font size="2">(11:58:15 PM)</font> <b>***Bo</b></font> waves<br/>
<font size="2">(11:59:00 PM)</font><b> Bo has signed off.</b><br/>
</body></html>
"""
TXT = f"""\
{_HEAD}
(11:58:05 PM) anna@chess.example: tårn <e4>
(11:58:09 PM) Bo: snow
tomorrow
(11:58:15 PM) ***Bo waves
(11:59:00 PM) Bo has signed off.
"""
_FOLDER = ".purple/logs/jabber/anna@chess.example/bo@chess.example/2010-01-04.235801+0100CET"
_BUNDLE = "Logs/Jabber.anna@chess.example/bo@chess.example/bo@chess.example (2010-01-04T23.58.01+0100).chatlog/x.xml"


def adium(text: str = ADIUM, path: str = _BUNDLE) -> Parsed:
    return parse(Adium(), text.encode(), path=path)


def pidgin(text: str, path: str) -> Parsed:
    return parse(Pidgin(), text.encode(), path=path)


def same(parsed: Parsed) -> list[dict[str, Any]]:
    """Messages without place, precision, markup, notation of the time and names."""
    assert parsed.ended is not None
    assert (parsed.ended.outcome, parsed.parts, parsed.ended.remarks) == ("done", [], [])
    left_out = (
        "trace_id",
        "place",
        "precision_us",
        "markup",
        "parser",
        "version",
        "variant",
        "facts_from_path",
        "sender_name",
    )
    rows = []
    for row in parsed.of(Message):
        kept = {name: value for name, value in row.items() if name not in left_out}
        rows.append({**kept, "sent": (row["sent"]["utc"], row["sent"]["wall"])})
    return rows


def test_the_same_conversation_in_three_forms_gives_equal_messages() -> None:
    first = same(adium())
    assert [
        (row["kind"], row["sender"], row["recipients"], row["direction"], row["text"]) for row in first
    ] == [
        ("text", "anna@chess.example", ["bo@chess.example"], "outgoing", "tårn <e4>"),
        ("text", "bo@chess.example", ["anna@chess.example"], "incoming", "snow\ntomorrow"),
        ("action", "bo@chess.example", ["anna@chess.example"], "incoming", "waves"),
        ("system", None, None, None, "Bo has signed off."),
    ]
    assert [row["sent"][0].isoformat() for row in first] == [
        "2010-01-04T22:58:05+00:00",
        "2010-01-04T22:58:09+00:00",
        "2010-01-04T22:58:15+00:00",
        "2010-01-04T22:59:00+00:00",
    ]
    assert {row["conversation"] for row in first} == {"direct:anna@chess.example|bo@chess.example"}
    assert same(pidgin(HTML, _FOLDER + ".html")) == first
    assert same(pidgin(TXT, _FOLDER + ".txt")) == first
    accounts = {(one["account"], one["owner"]) for one in adium().of(Account)}
    assert accounts == {("anna@chess.example", True), ("bo@chess.example", None)}
    for parsed in (pidgin(HTML, _FOLDER + ".html"), pidgin(TXT, _FOLDER + ".txt")):
        assert {(one["account"], one["owner"]) for one in parsed.of(Account)} == accounts
        assert parsed.of(Conversation, "conversation_id") == adium().of(Conversation, "conversation_id")


def test_who_vouches_for_the_time() -> None:
    assert {row["sent"]["basis"] for row in adium().of(Message)} == {"stated"}
    rows = pidgin(HTML, _FOLDER + ".html").of(Message)
    assert {(row["sent"]["basis"], row["facts_from_path"]) for row in rows} == {("derived", "sent")}
    assert rows[0]["sent"]["text"] == "11:58:05 PM"
    rows = pidgin(HTML, "log.html").of(Message)
    assert {(row["sent"]["utc"], row["sent"]["basis"], row["facts_from_path"]) for row in rows} == {
        (None, "unknown", None)
    }
    assert rows[0]["sent"]["wall"].isoformat() == "2010-01-04T23:58:05"


def test_a_log_that_runs_past_midnight_goes_on_the_next_day() -> None:
    log = TXT + "(12:05:00 AM) Bo: still there?\n(12:06:00 AM) Bo: good night\n"
    parsed = pidgin(log, _FOLDER + ".txt")
    rows = parsed.of(Message)[-2:]
    assert [row["sent"]["wall"].isoformat() for row in rows] == ["2010-01-05T00:05:00", "2010-01-05T00:06:00"]
    assert {row["sent"]["basis"] for row in rows} == {"derived"}
    assert parsed.ended is not None
    assert parsed.ended.remarks == [
        "The clock passes midnight at line 7: the next day is derived, the file states none"
    ]


@pytest.mark.parametrize(
    ("written", "wall"),
    [
        ("2010-01-05 01:49:35", "2010-01-05T01:49:35"),
        ("01/13/2010 01:49:35 AM", "2010-01-13T01:49:35"),
        ("13.01.2010 01:49:35", "2010-01-13T01:49:35"),
        ("01/05/2010 01:49:35 AM", None),  # in May or in January
        ("2010-02-30 01:49:35", None),
        ("13/13/2010 01:49:35", None),
    ],
)
def test_a_late_line_states_its_own_day_and_nothing_of_others(written: str, wall: str | None) -> None:
    log = TXT + f"({written}) Bo: offline then\n(11:59:30 PM) Bo: and now\n"
    late, now = pidgin(log, _FOLDER + ".txt").of(Message)[-2:]
    assert (late["sent"]["wall"] and late["sent"]["wall"].isoformat(), late["sent"]["text"]) == (
        wall,
        written,
    )
    assert late["sent"]["basis"] == ("derived" if wall else "unknown")
    assert now["sent"]["wall"].isoformat() == "2010-01-04T23:59:30"


def test_a_clock_that_goes_back_has_no_date_from_there_on() -> None:
    log = TXT + "(08:05:00 AM) Bo: still there?\n(08:06:00 AM) Bo: good morning\n"
    parsed = pidgin(log, _FOLDER + ".txt")
    assert [row["sent"]["wall"] for row in parsed.of(Message)][-2:] == [None, None]
    assert parsed.ended is not None
    assert parsed.ended.remarks == [
        "The clock goes back by more than two hours at line 7: from there on no line has a date"
    ]


def test_scripts_are_left_out_and_kept_as_markup_only() -> None:
    log = HTML.replace("snow", "snow<script>alert('chess')</script><img src=x onerror=run()>")
    row = pidgin(log, _FOLDER + ".html").of(Message)[1]
    assert row["text"] == "snow\ntomorrow"
    assert "script" in row["markup"]
    row = adium(ADIUM.replace("snow", "snow<script>alert('chess')</script>")).of(Message)[1]
    assert row["text"] == "snow\ntomorrow"


def test_rooms() -> None:
    log = "Conversation with #chess at Mon 04 Jan 2010 11:58:01 PM CET on Anna@irc.libera.example (irc)\n"
    log += (
        "(11:58:05 PM) Anna: hello\n(11:58:06 PM) Bo: hei\n(11:58:07 PM) Cy [c@d.example] entered the room.\n"
    )
    parsed = pidgin(log, "logs/irc/anna@irc.libera.example/#chess.chat/2010-01-04.235801+0100CET.txt")
    assert parsed.of(Message, "conversation", "instance", "sender", "direction", "recipients") == [
        ("#chess", "irc.libera.example", "anna", "outgoing", None),
        ("#chess", "irc.libera.example", "bo", "incoming", None),
        ("#chess", "irc.libera.example", None, None, None),
    ]
    assert parsed.of(Conversation, "kind", "title") == [("group", "#chess")]
    log = log.replace("#chess", "club@conference.chess.example").replace(
        "Anna@irc.libera.example (irc)", "anna@chess.example (jabber)"
    )
    parsed = pidgin(log, "logs/jabber/x/club@conference.chess.example.chat/2010-01-04.235801+0100CET.txt")
    assert parsed.of(Message, "sender")[1] == "club@conference.chess.example/Bo"


def test_aliases_in_a_text_log_that_belong_to_nobody_known_have_no_sender() -> None:
    log = TXT.replace("anna@chess.example:", "Annie:")
    rows = pidgin(log, _FOLDER + ".txt").of(Message, "sender", "sender_name", "direction")
    assert rows[:2] == [(None, "Annie", None), (None, "Bo", None)]


def test_a_file_that_is_sent_is_shared_media() -> None:
    event = '<event type="fileTransferCompleted" sender="bo@chess.example" time="2010-01-04T23:59:30+01:00" filename="board.png"></event>'
    parsed = adium(ADIUM.replace("</chat>", event + "</chat>"))
    assert parsed.of(MediaShare, "name", "account", "message_place") == [
        ("board.png", "bo@chess.example", "chat/*[6]")
    ]


def test_what_is_cut_off_is_named_and_the_rest_read() -> None:
    parsed = adium(ADIUM[: ADIUM.index("waves")])
    assert len(parsed.of(Message)) == 2
    assert [part.cause for part in parsed.parts] == ["corrupt"]
    entity = '<!DOCTYPE chat [<!ENTITY e "chess">]>\n<chat xmlns="http://purl.org/net/ulf/ns/0.4-02" account="a" service="AIM">'
    parsed = adium(entity + '<message sender="b" time="x"><div>&e;</div></message></chat>')
    assert [row["text"] for row in parsed.of(Message)] in ([""], ["&e;"])


@pytest.mark.parametrize(
    "text", ["", "<html><body>chess</body></html>", "<chat>", "Conversation with nobody"]
)
def test_other_texts(text: str) -> None:
    assert parse(Pidgin(), text.encode()).ended is None
    assert parse(Adium(), text.encode()).ended is None


@settings(deadline=None)
@given(st.binary(max_size=120), st.integers(0, 400))
def test_any_bytes_end_well(data: bytes, at: int) -> None:
    for parser, log in ((Adium(), ADIUM), (Pidgin(), HTML), (Pidgin(), TXT)):
        begin = log.encode()
        for broken in (begin[: 250 + at] + data, data + begin):
            ended = parse(parser, broken, path=_FOLDER + ".txt").ended
            assert ended is None or ended.outcome == "done" or ended.cause == "corrupt"


_LINES = st.lists(
    st.tuples(
        st.booleans(),
        st.text("abc æ<&>😀", min_size=1, max_size=12).filter(lambda text: text == text.strip()),
    ),
    min_size=1,
    max_size=6,
)


@settings(deadline=None)
@given(_LINES)
def test_what_is_written_is_read_again(lines: list[tuple[bool, str]]) -> None:
    def escaped(text: str) -> str:
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    log = HTML.partition("\n")[0] + "\n"
    for n, (own, text) in enumerate(lines):
        color, name = ("#16569E", "Anna") if own else ("#A82F2F", "Bo")
        log += f'<font color="{color}"><font size="2">(11:58:{n:02} PM)</font> <b>{name}:</b></font> {escaped(text)}<br/>\n'
    parsed = pidgin(log + "</body></html>\n", _FOLDER + ".html")
    assert parsed.of(Message, "direction", "text") == [
        ("outgoing" if own else "incoming", text) for own, text in lines
    ]


def test_a_log_that_does_not_say_with_whom_keeps_to_itself() -> None:
    """Where the own account is not known, the first who writes may be the owner."""
    for text in (
        ADIUM.replace('account="anna@chess.example" ', ""),
        ADIUM.replace('"bo@chess.example"', '"anna@chess.example"'),
    ):
        parsed = adium(text, "x.xml")
        assert set(parsed.of(Message, "conversation")) == {"log:i1-test"}
        assert parsed.of(Conversation, "kind", "conversation") == [(None, "log:i1-test")]
