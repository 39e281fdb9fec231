"""WhatsApp's text export of both systems: dates of several languages, media, system lines, and dates that are refused."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.parsers.model import DateOrder, Options
from safelight.parsers.whatsapp_text import WhatsAppText
from safelight.traces.model import Account, Conversation, GroupMembership, MediaShare, Message
from tests.parsers.run import Parsed, parse

ANDROID = """\
31/12/2020, 21:40 - Messages and calls are end-to-end encrypted. No one outside of this chat can read them.
31/12/2020, 21:41 - Anna: snow tomorrow
and on Sunday
31/12/2020, 21:41 - Bo Berg: ok
31/12/2020, 21:41 - Bo Berg: ok
31/12/2020, 21:42 - Anna: <Media omitted>
31/12/2020, 21:43 - Bo Berg: IMG-20201231-WA0003.jpg (file attached)
the board: after e4
01/01/2021, 08:00 - Anna: This message was deleted
01/01/2021, 08:01 - Anna: meet at 9: bring a clock <This message was edited>
"""
IOS = """\
[31.12.2020, 21:40:01] Chess club: \u200eMessages and calls are end-to-end encrypted.
[31.12.2020, 21:40:30] Chess club: \u200eAnna opprettet gruppen
[31.12.2020, 21:41:05] Anna: snø i morgen
\u200e[31.12.2020, 21:41:09] \u202a+47 900 00 000\u202c: \u200e<vedlagt: 00000002-PHOTO-2020-12-31.jpg>
[31.12.2020, 21:42:00] Bo: \u200ebilde utelatt
[01.01.2021, 08:00:00] Chess club: \u200eAnna la til Cy
[01.01.2021, 08:00:02] Chess club: \u200eBo forlot
"""


def read(text: str, path: str = "WhatsApp Chat with Bo Berg.txt", order: DateOrder | None = None) -> Parsed:
    return parse(WhatsAppText(), text.encode(), path=path, options=Options(date_order=order))


def walls(parsed: Parsed) -> list[str | None]:
    return [sent["wall"] and sent["wall"].isoformat(sep=" ") for sent in parsed.of(Message, "sent")]


def test_a_private_chat_of_an_android_phone() -> None:
    parsed = read(ANDROID)
    assert parsed.ended is not None
    assert (parsed.ended.variant, parsed.ended.outcome, parsed.parts) == ("android", "done", [])
    rows = parsed.of(Message, "place", "kind", "sender_name", "direction", "state", "text")
    assert rows == [
        ("line 1", "system", None, None, "live", ANDROID.partition(" - ")[2].partition("\n")[0]),
        ("line 2", "text", "Anna", "outgoing", "live", "snow tomorrow\nand on Sunday"),
        ("line 4", "text", "Bo Berg", "incoming", "live", "ok"),
        ("line 5", "text", "Bo Berg", "incoming", "live", "ok"),
        ("line 6", "media", "Anna", "outgoing", "live", ""),
        ("line 7", "media", "Bo Berg", "incoming", "live", "the board: after e4"),
        ("line 9", "text", "Anna", "outgoing", "deleted", "This message was deleted"),
        ("line 10", "text", "Anna", "outgoing", "live", "meet at 9: bring a clock"),
    ]
    assert walls(parsed)[1:7:5] == ["2020-12-31 21:41:00", "2021-01-01 08:00:00"]
    sent = parsed.of(Message, "sent")[1]
    assert (sent["utc"], sent["text"], sent["basis"]) == (None, "31/12/2020, 21:41", "unknown")
    assert set(parsed.of(Message, "precision_us")) == {60_000_000}
    assert parsed.of(Message, "recipients")[1:3] == [["name:s1-test:Bo Berg"], ["name:s1-test:Anna"]]
    assert parsed.of(Message, "facts_from_path")[:2] == [None, "direction"]
    assert parsed.of(Conversation, "title", "kind", "members", "facts_from_path") == [
        ("Bo Berg", "direct", ["name:s1-test:Anna", "name:s1-test:Bo Berg"], "title")
    ]
    assert parsed.of(MediaShare, "name", "account", "message_place") == [
        ("IMG-20201231-WA0003.jpg", "name:s1-test:Bo Berg", "line 7")
    ]
    assert parsed.of(Message, "attachments")[5] == '[{"name":"IMG-20201231-WA0003.jpg"}]'
    assert set(parsed.of(Account, "name", "owner")) == {("Anna", True), ("Bo Berg", None)}


def test_a_group_of_an_iphone() -> None:
    parsed = read(IOS, "case.tar › WhatsApp Chat - Chess club.zip › _chat.txt")
    assert parsed.ended is not None
    assert (parsed.ended.variant, parsed.ended.outcome) == ("ios", "done")
    assert parsed.of(Message, "kind", "sender", "text") == [
        ("system", None, "Messages and calls are end-to-end encrypted."),
        ("system", None, "Anna opprettet gruppen"),
        ("text", "name:s1-test:Anna", "snø i morgen"),
        ("media", "+4790000000", ""),
        ("media", "name:s1-test:Bo", ""),
        ("system", None, "Anna la til Cy"),
        ("system", None, "Bo forlot"),
    ]
    assert walls(parsed)[2:4] == ["2020-12-31 21:41:05", "2020-12-31 21:41:09"]
    assert set(parsed.of(Message, "precision_us")) == {1_000_000}
    assert parsed.of(GroupMembership, "account", "action", "by") == [
        ("name:s1-test:Cy", "added", "name:s1-test:Anna"),
        ("name:s1-test:Bo", "left", None),
    ]
    assert parsed.of(Conversation, "title", "kind") == [("Chess club", "group")]
    assert parsed.of(MediaShare, "name") == ["00000002-PHOTO-2020-12-31.jpg"]


SAID = "31.12.2020, 21:41 - Ola: hei\n31.12.2020, 21:42 - +47 900 00 007: hei Ola\n"


@pytest.mark.parametrize(
    "name",
    ["WhatsApp Chat with Sjakk torsdag.txt", "WhatsApp-chat med Per.txt", "x.txt"],
)
def test_two_writers_prove_no_private_chat(name: str) -> None:
    parsed = read("31.12.2020, 21:40 - Meldinger og samtaler er ende-til-ende-kryptert.\n" + SAID, name)
    title = parsed.of(Conversation, "title")[0]
    assert parsed.of(Conversation, "kind", "members", "conversation") == [
        (None, None, f"export:s1-test:{title or 'i1-test'}")
    ]
    assert parsed.of(Message, "sender", "direction", "recipients", "facts_from_path")[1:] == [
        ("name:s1-test:Ola", None, None, None),
        ("+4790000007", None, None, None),
    ]
    assert parsed.of(Account, "name", "owner") == [("Ola", None), ("+47 900 00 007", None)]


def test_a_private_chat_keeps_the_exports_own_name() -> None:
    parsed = read(SAID, "WhatsApp-chat med +47 900 00 007.txt")
    assert parsed.of(Conversation, "kind", "members", "conversation") == [
        ("direct", ["name:s1-test:Ola", "+4790000007"], "export:s1-test:+47 900 00 007")
    ]
    assert parsed.of(Message, "direction") == ["outgoing", "incoming"]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ('Ola created group "Per"', "group"),
        ("You created this group", "group"),
        ('Ola changed the group name from "A" to "B"', "group"),
        ("Ola changed this group's icon", "group"),
        ("Ola added Kari", "group"),
        ("Kari joined using this group's invite link", "group"),
        ("Kari left", "group"),
        ("You're now an admin", "group"),
        ("Ola opprettet gruppen «Per»", "group"),
        ("Du opprettet gruppen", "group"),
        ("Ola la til Kari", "group"),
        ("Ola la til deg", "group"),
        ("Ola endret gruppebeskrivelsen", "group"),
        ("Ola endret emnet fra «A» til «B»", "group"),
        ("Ola oppretta gruppa «Per»", "group"),
        ("Ola endra gruppebiletet", "group"),
        ("Kari forlét gruppa", "group"),
        ('Ginawa ni Ola ang grupong "Per"', "group"),
        ("Idinagdag ni Ola si Kari", "group"),
        ("Idinagdag ka ni Ola", "group"),
        ("Binago ni Ola ang icon ng grupong ito", "group"),
        ("Umalis si Kari", "group"),
        ("Messages to this group are now secured with end-to-end encryption.", None),
        ("Messages and calls are end-to-end encrypted. No one outside of this chat can read them.", "direct"),
        ("Your security code with Per changed. Tap to learn more.", "direct"),
    ],
)
def test_lines_of_groups(line: str, kind: str | None) -> None:
    said = "31.12.2020, 21:41 - Ola: hei\n31.12.2020, 21:42 - Per: we created group two\n"
    parsed = read(f"31.12.2020, 21:40 - {line}\n{said}", "WhatsApp Chat with Per.txt")
    assert parsed.of(Conversation, "kind", "conversation") == [(kind, "export:s1-test:Per")]
    assert [one is not None for one in parsed.of(Message, "direction")[1:]] == [kind == "direct"] * 2
    # An iPhone writes them behind the chat's name.
    stamp = "[31.12.2020, 21:40:01] "
    ios = f"{stamp}Per: \u200e{line}\n" + said.replace("31.12.2020, 21:41 - ", stamp).replace(
        "31.12.2020, 21:42 - ", stamp
    )
    assert read(ios, "WhatsApp Chat - Per/_chat.txt").of(Conversation, "kind") == [kind]


@pytest.mark.parametrize(
    ("line", "wall"),
    [
        ("12/31/20, 9:41 PM - Anna: x", "2020-12-31 21:41:00"),
        ("12/31/20, 9:41\u202fPM - Anna: x", "2020-12-31 21:41:00"),
        ("31/12/2020, 12:05 am - Anna: x", "2020-12-31 00:05:00"),
        ("31.12.2020, 21:41 - Anna: x", "2020-12-31 21:41:00"),
        ("31.12.20 21:41 - Anna: x", "2020-12-31 21:41:00"),
        ("31.12.2020 kl. 21.41 - Anna: x", "2020-12-31 21:41:00"),
        ("2020-12-31, 9:41 p.m. - Anna: x", "2020-12-31 21:41:00"),
        ("[31/12/2020, 21:41:05] Anna: x", "2020-12-31 21:41:05"),
        ("[12/31/20, 9:41:05\u202fPM] Anna: x", "2020-12-31 21:41:05"),
        ("\u200e[31.12.2020, 21.41.05] Anna: x", "2020-12-31 21:41:05"),
        ("31/12/2020, 25:61 - Anna: x", None),
        ("31/02/2020, 21:41 - Anna: x", None),
    ],
)
def test_dates_and_clocks(line: str, wall: str | None) -> None:
    assert walls(read(line)) == [wall]


def test_dates_that_can_be_read_two_ways_are_refused_until_told() -> None:
    log = "03/04/2020, 21:41 - Anna: one\n05/04/2020, 21:42 - Bo: two\n"
    ended = read(log).ended
    assert ended is not None
    assert (ended.outcome, ended.cause, ended.traces) == ("failed", "ambiguous", 0)
    assert "03/04/2020" not in ended.detail
    assert "3/4/2020" in ended.detail
    assert walls(read(log, order="dmy")) == ["2020-04-03 21:41:00", "2020-04-05 21:42:00"]
    assert walls(read(log, order="mdy")) == ["2020-03-04 21:41:00", "2020-05-04 21:42:00"]


def test_the_file_proves_the_order() -> None:
    # Only read with the month first do the messages follow each other.
    log = "3/9/20, 9:41 PM - Anna: one\n4/2/20, 9:42 PM - Bo: two\n"
    assert walls(read(log)) == ["2020-03-09 21:41:00", "2020-04-02 21:42:00"]
    # A day above twelve further down; what was told wrongly does not count.
    log = "03/04/2020, 21:41 - Anna: one\n" * 3 + "13/04/2020, 21:42 - Bo: two\n"
    assert walls(read(log, order="mdy"))[-1] == "2020-04-13 21:42:00"
    assert walls(read("04/04/2020, 21:41 - Anna: one\n")) == ["2020-04-04 21:41:00"]
    ended = read("13/04/2020, 21:41 - Anna: one\n04/13/2020, 21:41 - Anna: two\n").ended
    assert ended is not None
    assert (ended.outcome, ended.cause) == ("failed", "ambiguous")


@pytest.mark.parametrize(
    ("dates", "order", "wanted"),
    [
        # A year of two figures may stand at both ends: both readings go forward.
        (["20/12/25", "20/12/26", "20/12/31"], None, None),
        (["20/12/25", "20/12/26", "20/12/31"], "ymd", ["2020-12-25", "2020-12-26", "2020-12-31"]),
        (["20/12/25", "20/12/26", "20/12/31"], "dmy", ["2025-12-20", "2026-12-20", "2031-12-20"]),
        (["20-12-25"], None, None),
        (["20. 12. 25"], None, None),
        (["20. 12. 25"], "ymd", ["2020-12-25"]),
        (["20.12.25"], None, ["2025-12-20"]),
        # Only with the day first do they follow each other; only with the year first.
        (["25/12/20", "26/12/20", "03/01/21"], None, ["2020-12-25", "2020-12-26", "2021-01-03"]),
        (["20/12/25", "21/01/03"], None, ["2020-12-25", "2021-01-03"]),
        # No month or day can be so large.
        (["25/12/32"], None, ["2032-12-25"]),
        (["32/12/25"], None, ["2032-12-25"]),
        (["20/12/25", "25/12/2020"], None, ["2025-12-20", "2020-12-25"]),
        (["12/25/20"], None, ["2020-12-25"]),
        (["05/05/05"], None, ["2005-05-05"]),
        # What no order can hold tells nothing.
        (["99/99/20", "12/25/20"], None, [None, "2020-12-25"]),
    ],
)
def test_years_of_two_figures(
    dates: list[str], order: DateOrder | None, wanted: list[str | None] | None
) -> None:
    parsed = read("".join(f"{date}, 09:41 - Anna: x\n" for date in dates), order=order)
    assert parsed.ended is not None
    if wanted is None:
        assert (parsed.ended.outcome, parsed.ended.cause) == ("failed", "ambiguous")
        assert "can be day or year first" in parsed.ended.detail
    else:
        assert walls(parsed) == [one and f"{one} 09:41:00" for one in wanted]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[2020-12-31 21:41:05] app.INFO: started\n",
        "2020-12-31 21:41:05,123 - root - INFO: x\n",
        "2020-12-31 21:41 - x: y\n",
        "31/12/2020 is a day\n",
        "Dear Anna,\n31/12/2020, 21:41 - Anna: x\n",
    ],
)
def test_other_texts(text: str) -> None:
    assert read(text).ended is None


def test_encodings_and_long_lines() -> None:
    text = ANDROID.replace("snow", "snø")
    wanted = read(text).of(Message, "place", "text")
    for data in (
        text.encode("utf-16"),
        text.encode("utf-8-sig"),
        text.encode("cp1252"),
        text.replace("\n", "\r\n").encode(),
    ):
        assert (
            parse(WhatsAppText(), data, path="WhatsApp Chat with Bo Berg.txt").of(Message, "place", "text")
            == wanted
        )
    parsed = read(ANDROID.replace("snow", "s" * 10_000_000))
    assert [(part.place, part.cause) for part in parsed.parts] == [("line 2", "limit")]
    assert len(parsed.of(Message)) == 8


@settings(deadline=None)
@given(st.binary(max_size=150))
def test_any_bytes_end_well(data: bytes) -> None:
    for begin in (ANDROID.encode(), IOS.encode(), b"3/4/20, 9:41 PM - A: ", b"[3.4.20, 21:41:00] A: "):
        ended = parse(WhatsAppText(), begin + data).ended
        assert ended is not None
        assert ended.outcome == "done" or ended.cause == "ambiguous"


_STAMPS = {
    "dmy": "{:%d/%m/%Y, %H:%M} - ",
    "mdy": "{:%m/%d/%y, %I:%M %p} - ",
    "nb": "{:%d.%m.%Y, %H:%M} - ",
    "ios": "[{:%d.%m.%Y, %H:%M:%S}] ",
}
_WHEN = st.datetimes(datetime.fromisoformat("2015-01-01"), datetime.fromisoformat("2024-01-01"))
_TEXTS = st.text("abc æ:😀\n<>", min_size=1, max_size=12).filter(
    lambda text: text == text.strip() and "\n\n" not in text and not re.fullmatch(r"<.*>", text)
)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(_WHEN, st.sampled_from(["Anna", "Bo"]), _TEXTS),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from(["dmy", "mdy", "nb", "ios"]),
)
def test_what_is_written_is_read_again(messages: list[tuple[datetime, str, str]], style: str) -> None:
    messages = sorted((when.replace(second=0, microsecond=0), who, text) for when, who, text in messages)
    log = "".join(f"{_STAMPS[style].format(when)}{who}: {text}\n" for when, who, text in messages)
    order: DateOrder = "mdy" if style == "mdy" else "dmy"
    parsed = read(log, "x.txt", order)
    assert parsed.of(Message, "sender_name", "text") == [(who, text) for _, who, text in messages]
    assert walls(parsed) == [when.isoformat(sep=" ") for when, _, _ in messages]
