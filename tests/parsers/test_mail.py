"""Mailboxes and mails: built by the standard library and by hand, read through the parser."""

from __future__ import annotations

import hashlib
import io
import json
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.parsers.mail import MailParser
from safelight.parsers.mail_message import decoded, hop, parts_of, time_of
from safelight.parsers.mbox import mails
from safelight.parsers.model import Trouble
from safelight.traces.model import Account, Conversation, Login, MediaShare, Message
from tests.parsers.run import Parsed, parse

PGN = b"1. e4 e5 2. Nf3 Nc6"


def _first() -> bytes:
    mail = EmailMessage()
    mail["Received"] = "from mx.example by in.example with ESMTP; Tue, 13 May 2014 18:53:30 +0200"
    mail["Received"] = (
        "from [192.0.2.7] (helo=pc) (kari@[192.0.2.7]) by mx.example; Tue, 13 May 2014 18:53:22 +0200"
    )
    mail["From"] = "Kåre Ås <Kare@Sjakk.example>"
    mail["To"] = "Ola <ola@sjakk.example>, per@sjakk.example"
    mail["Cc"] = "Kari <kari@sjakk.example>"
    mail["Subject"] = "Sjakk på tirsdag – 19:00"
    mail["Date"] = "Tue, 13 May 2014 18:53:20 +0200"
    mail["Message-ID"] = "<1@sjakk.example>"
    mail["X-Mailer"] = "Brett 1.0"
    mail.set_content("Hei\n\nFrom nå av klokken sju.\n")
    mail.add_alternative("<p>Hei</p>", subtype="html")
    mail.add_attachment(PGN, maintype="application", subtype="x-chess-pgn", filename="partiå.pgn")
    return mail.as_bytes()


SECOND = (
    b"From: ola@sjakk.example\r\nTo: Kare@Sjakk.example\r\nSubject: Re: Sjakk\r\n"
    b"Date: Tue, 13 May 2014 16:55:00 -0000\r\nMessage-ID: <2@sjakk.example>\r\nIn-Reply-To: <1@sjakk.example>\r\n"
    b"References: <1@sjakk.example>\r\nX-Originating-IP: [2001:db8::5]\r\nX-Mozilla-Status: 0009\r\n"
    b"Content-Type: text/html; charset=iso-8859-1\r\n\r\n"
    b"<html><head><style>p {}</style><script>alert('x')</script></head>"
    b"<body><p>Ja, gj\xe6rne</p><p>Ola &amp; Per</p></body></html>\r\n"
)


def mbox(*mails: bytes) -> bytes:
    return b"".join(
        b"From kare@sjakk.example Tue May 13 16:53:20 2014\n" + one.replace(b"\nFrom ", b"\n>From ") + b"\n"
        for one in mails
    )


def run(data: bytes) -> Parsed:
    return parse(MailParser(), data)


def test_mailbox() -> None:
    first = _first()
    parsed = run(mbox(first, SECOND))
    assert parsed.ended is not None
    assert (parsed.ended.outcome, parsed.ended.variant, parsed.parts) == ("done", "mbox", [])
    second = len(mbox(first))
    assert parsed.of(Message, "place", "conversation", "sender", "sender_name", "recipients", "subject", "state") == [
        (
            "byte 0", "1@sjakk.example", "kare@sjakk.example", "Kåre Ås",
            ["ola@sjakk.example", "per@sjakk.example", "kari@sjakk.example"], "Sjakk på tirsdag – 19:00", "live",
        ),
        (
            f"byte {second}", "1@sjakk.example", "ola@sjakk.example", None, ["kare@sjakk.example"], "Re: Sjakk",
            "deleted",
        ),
    ]  # fmt: skip
    assert parsed.of(Message, "text", "native_id", "reply_to", "kind") == [
        ("Hei\n\nFrom nå av klokken sju.", "1@sjakk.example", None, "mail"),
        ("Ja, gjærne\nOla & Per", "2@sjakk.example", "1@sjakk.example", "mail"),
    ]
    one, two = parsed.of(Message)
    assert (one["sent"]["utc"].isoformat(), one["sent"]["wall"].isoformat(), one["sent"]["basis"]) == (
        "2014-05-13T16:53:20+00:00",
        "2014-05-13T18:53:20",
        "stated",
    )
    assert one["received"]["utc"].isoformat() == "2014-05-13T16:53:30+00:00"
    assert (two["sent"]["utc"], two["sent"]["wall"].isoformat()) == (None, "2014-05-13T16:55:00")
    assert json.loads(one["attachments"]) == [
        {
            "name": "partiå.pgn", "mime": "application/x-chess-pgn", "size": len(PGN),
            "sha256": hashlib.sha256(PGN).hexdigest(),
        }
    ]  # fmt: skip
    assert parsed.of(MediaShare, "name", "account", "message_place") == [
        ("partiå.pgn", "kare@sjakk.example", "byte 0")
    ]
    assert parsed.of(Conversation, "conversation", "title", "kind") == [
        ("1@sjakk.example", "Sjakk på tirsdag – 19:00", "mail")
    ]
    assert parsed.of(Account, "account", "name", "name_kind") == [
        ("kare@sjakk.example", "Kåre Ås", "display name"),
        ("ola@sjakk.example", "Ola", "display name"),
        ("per@sjakk.example", "per@sjakk.example", "e-mail"),
        ("kari@sjakk.example", "Kari", "display name"),
        ("ola@sjakk.example", "ola@sjakk.example", "e-mail"),
        ("kare@sjakk.example", "kare@sjakk.example", "e-mail"),
    ]
    assert parsed.of(Login, "account", "ip", "host", "what", "client") == [
        ("kare@sjakk.example", "192.0.2.7", "192.0.2.7", "mail: lowest Received", "Brett 1.0"),
        ("ola@sjakk.example", "2001:db8::5", None, "mail: X-Originating-IP", None),
    ]
    assert parsed.of(Login)[0]["at"]["utc"].isoformat() == "2014-05-13T16:53:22+00:00"


def test_single_mails() -> None:
    first = _first()
    eml = run(first)
    assert eml.ended is not None
    assert (eml.ended.variant, eml.of(Message, "place", "native_id")) == (
        "eml",
        [("byte 0", "1@sjakk.example")],
    )
    emlx = run(b"%d\n" % len(SECOND) + SECOND + b'<?xml version="1.0"?><plist/>')
    assert emlx.ended is not None
    assert (emlx.ended.variant, emlx.of(Message, "text")) == ("emlx", ["Ja, gjærne\nOla & Per"])


def test_times() -> None:
    for text, utc, wall in (
        ("Tue, 13 May 2014 18:53:20 +0200", 1_400_000_000, 1_400_007_200),
        ("13 May 14 16:53:20 GMT", 1_400_000_000, 1_400_000_000),
        ("Tue, 13 May 2014 18:53:20", None, 1_400_007_200),
        ("Tue, 13 May 2014 18:53:20 -0000", None, 1_400_007_200),
        ("Tue, 13 May 2014 18:53:20 CEST", None, 1_400_007_200),
        ("i dag", None, None),
        ("Tue, 33 May 2014 18:53:20 +0200", None, None),
    ):
        found = time_of(text)
        assert found is not None
        assert (found.utc_us and found.utc_us // 1_000_000, found.wall_us and found.wall_us // 1_000_000) == (
            utc,
            wall,
        )
        assert found.text == text


@pytest.mark.parametrize(
    ("written", "host", "ip"),
    [
        (
            "from a.example (b.example [192.0.2.1]) by c; Tue, 13 May 2014 18:53:20 +0200",
            "a.example",
            "192.0.2.1",
        ),
        ("from a (IPv6:2001:db8::1) by c", "a", "2001:db8::1"),
        ("by c with local; x", None, None),
    ],
)
def test_received(written: str, host: str | None, ip: str | None) -> None:
    found = hop(written)
    assert (found.host, found.ip) == (host, ip)


def test_headers_of_many_ages() -> None:
    assert decoded("=?iso-8859-1?Q?bl=E5b=E6r?= og =?utf-8?B?w7g=?=") == "blåbær og ø"
    assert decoded("=?nowhere?Q?bl=E5?=") == "blå"
    assert parts_of(b"Subject: bl\xc3\xa5\n\n").first("subject") == "blå"
    assert parts_of(b"Subject: bl\xe5\n\n").first("subject") == "blå"
    assert parts_of(b"Subject: =?utf-8?B?////?=\n\n").first("subject") is not None


def test_deep_and_broken_parts_cost_the_body_alone() -> None:
    head = b"From: kari@sjakk.example\nSubject: Dyp\nMessage-ID: <3@x>\n"
    deep = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(3000))
    parsed = run(head + deep + b"Content-Type: text/plain\n\nHei\n")
    assert parsed.of(Message, "sender", "subject") == [("kari@sjakk.example", "Dyp")]
    cut = run(head + b'Content-Type: multipart/mixed; boundary="a"\n\n--a\nContent-Type: text/plain\n\nHei')
    assert cut.of(Message, "text") == ["Hei"]
    odd = run(head + b"Content-Type: text/plain; charset=nowhere\nContent-Transfer-Encoding: base64\n\n!!!")
    assert odd.ended is not None
    assert odd.ended.outcome == "done"


def test_a_mail_that_is_too_large_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("safelight.parsers.mbox", "safelight.parsers.mail"):
        monkeypatch.setattr(f"{module}.LARGEST", 2000)
    parsed = run(mbox(SECOND, SECOND + b"x" * 3000 + b"\n", SECOND.replace(b"<2@", b"<4@")))
    assert [(part.place, part.cause) for part in parsed.parts] == [(f"byte {len(mbox(SECOND))}", "limit")]
    assert parsed.of(Message, "native_id") == ["2@sjakk.example", "4@sjakk.example"]


HEAD = b"From: Kari <kari@example.org>\nMessage-ID: <%d@example.org>\n"
LINE = b"From kari@example.org Mon Jan  4 10:00:00 2016\n"


def texts(data: bytes) -> list[tuple[str, str | None]]:
    return run(data).of(Message, "native_id", "text")


@pytest.mark.parametrize(
    "line",
    [
        "From Oslo the train leaves at 10:15 and arrives at 18:00.",
        "From Monday Jan 4 10:15 to 18:00 in 2016 it goes",
        "From Mon Jan  4 10:00:00 2016 on we meet",
        "From kari@example.org Mon Jan  4 10:00:00 2016\nthe club moves.",
        "From kari@example.org Mon Jan  4 10:00:00 2016\n\nNote: x",
    ],
)
def test_a_line_of_the_text_begins_no_mail(line: str) -> None:
    first = f"Hei Ola,\n\n{line}\nBring the board."
    data = LINE + HEAD % 1 + b"\n" + first.encode() + b"\n\n" + LINE + HEAD % 2 + b"\nok\n"
    assert texts(data) == [("1@example.org", first), ("2@example.org", "ok")]
    assert run(data).parts == []


@pytest.mark.parametrize(
    "line",
    [
        "From - Mon Jan  4 10:00:00 2016",
        "From ???@??? Mon Jan 04 10:00:00 2016",
        "From kari at example.org  Mon Jan  4 10:00:00 2016",
        "From 123@xxx Mon Jan 04 10:00:00 +0000 2016",
        "From kari Mon Jan  4 10:00 MET DST 1994",
        "From kari@example.org Mon Jan  4 10:00:00 2016 +0100",
        "From kari@example.org Mon, 4 Jan 2016 10:00:00 +0100",
        "From kari Mon Jan  4 10:00:00 2016 remote from brett",
    ],
)
def test_separators_of_many_programs(line: str) -> None:
    separator = line.encode() + b"\r\n"
    mail = (HEAD + b"\nhei\n\n").replace(b"\n", b"\r\n")
    data = (
        LINE
        + mail % 1
        + separator
        + mail % 2
        + separator
        + b">From old Mon Jan  4 10:00:00 2016\r\n"
        + mail % 3
    )
    assert [one for one, _ in texts(data)] == ["1@example.org", "2@example.org", "3@example.org"]


def test_a_length_that_is_right_is_respected() -> None:
    inner = LINE + HEAD % 7 + b"\nas it came to me\n"
    text = b"See below.\n\n" + inner
    for stated, wanted in (
        (len(text), ["1@example.org", "2@example.org"]),
        (len(text) - 3, ["1@example.org", "7@example.org", "2@example.org"]),
        (10**9, ["1@example.org", "7@example.org", "2@example.org"]),
        (5000, ["1@example.org", "7@example.org", "2@example.org"]),
    ):
        head = HEAD % 1 + b"Content-Length: %d\n\n" % stated
        found = texts(LINE + head + text + b"\n" + LINE + HEAD % 2 + b"\nok\n")
        assert [one for one, _ in found] == wanted
        assert "".join(str(one) for _, one in found).count("as it came to me") == 1
    last = texts(LINE + HEAD % 1 + b"Content-Length: %d\n\n" % len(text) + text)
    assert last == [("1@example.org", text.decode().strip())]


def test_what_belongs_to_no_mail_is_named() -> None:
    odd = b"From kari@example.org Mon Jan 4 at noon\n"
    parsed = run(odd + HEAD % 1 + b"\nhei\n")
    assert (parsed.of(Message, "native_id"), parsed.parts) == (["1@example.org"], [])
    parsed = run(LINE + b"no header\n\n" + LINE + HEAD % 1 + b"\nhei\n")
    assert parsed.of(Message, "native_id") == ["1@example.org"]
    assert [(part.place, part.cause, part.detail) for part in parsed.parts] == [
        ("byte 0", "corrupt", f"{len(LINE) + 11} bytes before the first mail belong to none")
    ]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                LINE,
                b"\n",
                b"Subject: x\n",
                b"Content-Length: 60\n",
                b"Content-Length: 130\n",
                b"hei\n",
                b"From x 10:15\n",
                b">From y\n",
            ]
        ),
        max_size=24,
    )
)
def test_every_line_of_a_mailbox_is_in_a_mail_or_named(lines: list[bytes]) -> None:
    data = LINE + b"Subject: a\n" + b"".join(lines)
    found = list(mails(io.BytesIO(data)))
    places = [one[0] for one in found if not isinstance(one, Trouble)]
    assert len(places) == len(found)
    assert places == sorted(set(places))
    assert all(data[place:].startswith(LINE) for place in places)
    given_back = b"".join(LINE + one[1] for one in found if not isinstance(one, Trouble))
    assert given_back == data.replace(b"\n>From", b"\nFrom")


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=100), st.integers(0, 1500))
def test_any_bytes_are_read_or_named(noise: bytes, at: int) -> None:
    data = _first()
    for whole in (mbox(data, SECOND), data, SECOND):
        parsed = run(whole[:at] + noise + whole[at + len(noise) :])
        assert parsed.ended is None or parsed.ended.cause == ""
    parts_of(noise)
