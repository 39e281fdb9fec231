"""The bench says of each tenure what the catalog's traces state, once each, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from safelight.identities.gather_texts import TEXTS
from safelight.ledger import identities
from tests.identities.seized import BEGIN, DAY, Seized, attached, seized, us


@pytest.fixture
def op(tmp_path: Path) -> Iterator[Seized]:
    with seized(tmp_path) as made:
        yield made


def test_nothing_is_an_empty_bench(op: Seized) -> None:
    with op.bench() as bench:
        assert bench.size == 0


def test_tenures_are_numbered_by_id_and_carry_their_usual_name(op: Seized) -> None:
    op.named("skype", "ola.n", "Ola N")
    op.named("skype", "ola.n", "Ola N", item="i2")
    op.named("skype", "ola.n", "Sjakkonkel", "address book")
    op.named("skype", "ola.n", "ola@example.org", "e-mail")
    op.says("skype", "ola.n", "kari", "hei")
    op.named("irc", "Tog", "Tog", "nick", owner=True)
    with op.bench() as bench:
        rows = bench.db.execute(
            "select tenure, id, network, native, name, seized, messages from tenures order by 1"
        ).fetchall()
    ids = sorted([op.id("skype", "ola.n"), op.id("irc", "Tog")])
    assert [row[:2] for row in rows] == list(enumerate(ids))
    assert {row[2:] for row in rows} == {
        ("skype", "ola.n", "Ola N", False, 1),
        ("irc", "tog", "Tog", True, 0),
    }


def test_names_of_every_kind_and_handles_that_ids_are(op: Seized) -> None:
    op.named("kik", "foo.bar_x7k@talk.kik.com", "Foo", since=3)
    op.write(
        "contacts",
        "kik",
        owner="me_abc@talk.kik.com",
        contact="foo.bar_x7k@talk.kik.com",
        name="Foo fra klubben",
    )
    op.write(
        "transfers", "bank", sender="NO1", sender_name="Ola Nordmann", receiver="NO2", receiver_name=None
    )
    with op.bench() as bench:
        assert op.table(
            bench, "names", "name", "kind", "since_us", where="native like 'foo%' or network = 'bank'"
        ) == [
            ("bank NO1", "Ola Nordmann", "full name", None),
            ("kik foo.bar_x7k@talk.kik.com", "Foo", "display name", us(3)),
            ("kik foo.bar_x7k@talk.kik.com", "Foo fra klubben", "book", None),
            ("kik foo.bar_x7k@talk.kik.com", "foo.bar", "user name", None),
        ]


def test_identifiers_in_normal_form_with_who_states_them(op: Seized) -> None:
    op.named("whatsapp", "4790000001@s.whatsapp.net", "Ola")
    op.named(
        "phone", "90 00 00 01", "Ola", "address book"
    )  # as dialled at home: says nothing outside its source
    op.named("skype", "ola.n", "+47 900 00 001", "phone")
    op.named("skype", "ola.n", " OLA@Example.org ", "e-mail")
    op.named("forum", "48", "Ola", profile={"user_icq": "123-456", "user_from": "Bergen", "user_lang": ""})
    op.write(
        "contacts", "telegram", owner="user1", contact="user2", name="Kari", detail='{"phone":"+4790000002"}'
    )
    op.write("devices", "telegram", account="user1", native_id="imei:1", kind="phone")
    op.named("telegram", "user1", "Ola", item="i7", owner=True)
    op.write("transfers", "bank", sender="NO93 0000.000", receiver=None)
    with op.bench() as bench:
        assert op.table(bench, "identifiers", "kind", "value", "basis") == [
            ("bank NO93 0000.000", "payment", "bank:NO930000000", "own"),
            ("forum 48", "native", "icq:123456", "profile"),
            ("skype ola.n", "email", "ola@example.org", "own"),
            ("skype ola.n", "phone", "+4790000001", "own"),
            ("telegram user1", "device", "imei:1", "own"),
            ("telegram user1", "device", "source:s-i7", "file"),
            ("telegram user2", "phone", "+4790000002", "book"),
            ("whatsapp +4790000001", "phone", "+4790000001", "own"),
        ]
        assert op.table(bench, "profiles", "field", "value") == [("forum 48", "user_from", "Bergen")]


def test_addresses_are_spans_of_use(op: Seized) -> None:
    for at in (0, 600, 3 * DAY, 3 * DAY + 60):
        op.write("logins", "irc", account="tog", ip="192.0.2.7", at=at, what="join")
    op.write("logins", "irc", account="tog", host="DSL-7.example.net", user="~tog", at=9, what="join")
    with op.bench() as bench:
        assert op.table(bench, "identifiers", "kind", "value", "first_us", "last_us", "uses") == [
            ("irc tog", "host", "~tog@dsl-7.example.net", us(9), us(9), 1),
            ("irc tog", "ip", "192.0.2.7", us(0), us(600), 2),
            ("irc tog", "ip", "192.0.2.7", us(3 * DAY), us(3 * DAY + 60), 2),
        ]


def test_each_distinct_message_is_one_text_and_deleted_ones_are_there_too(op: Seized) -> None:
    one = op.says("skype", "ola", "kari", "vi spiller i kveld", 5)
    copy = op.says("skype", "ola", "kari", "vi spiller i kveld", 5, item="i2")
    op.says("skype", "ola", "kari", "bare i et ledig felt", 6, state="recovered")
    op.says("skype", "ola", "kari", "kom inn", 7, kind="system")
    op.says("skype", "ola", "kari", "sendt videre", 8, forwarded="Per")
    same = [{"trace_id": trace, "distinct_id": one, "rule": "native id", "run": "r"} for trace in (one, copy)]
    op.store()
    op.catalog.write("same", {"same_messages": same}, made_by={"test": "1"})
    with op.bench() as bench:
        assert op.table(bench, "texts", "text", "at_us") == [
            ("skype ola", "bare i et ledig felt", us(6)),
            ("skype ola", "vi spiller i kveld", us(5)),
        ]
        assert op.table(bench, "hours", "hour", "n") == [("skype ola", 0, 3)]


@pytest.mark.parametrize(
    ("written", "own"),
    [
        ("[quote=Kari]skal vi spille?[/quote] ja", "ja"),
        ("> skal vi spille?\nja, gjerne", "ja, gjerne"),
        ("ja\n-----Original Message-----\nFrom: Kari\nskal vi?", "ja"),
        ("<Kari> skal vi spille?\nenig", "enig"),
        ("[12:31] <Kari> skal vi spille?\nenig", "enig"),
        ("[quote]alt er sitat[/quote]", None),
        ("a > b og <H0>", "a > b og <H0>"),
    ],
)
def test_what_is_quoted_is_not_the_writers(op: Seized, written: str, own: str | None) -> None:
    op.says("forum", "48", "49", written)
    with op.bench() as bench:
        assert op.table(bench, "texts", "text") == ([("forum 48", own)] if own else [])


def test_of_who_writes_much_a_part_is_kept_evenly(op: Seized) -> None:
    for n in range(3 * TEXTS):
        op.says("irc", "bot", "tog", f"linje {n}", n * 60)
    with op.bench() as bench:
        places = [int(row[1].removeprefix("linje ")) for row in op.table(bench, "texts", "text")]
    assert len(places) == len(set(places)) == TEXTS
    thirds = [sum(n * TEXTS <= place < (n + 1) * TEXTS for place in places) for n in range(3)]
    assert min(thirds) > 0.28 * TEXTS


def test_moments_know_the_phone_that_a_message_left_from(op: Seized) -> None:
    op.says("whatsapp", "+4790000001", "+4790000002", "hei", 0, direction="outgoing")
    op.says("telegram", "user1", "user2", "hei", 60, direction="outgoing")
    op.says("telegram", "user1", "user2", "til minuttet", 120, precision_us=60_000_000)
    op.says("telegram", "user1", "user2", "uten sone", None)
    op.write("logins", "forum", account="48", ip="192.0.2.7", at=180, what="login")
    with op.bench() as bench:
        assert op.table(bench, "moments", "second", "device") == [
            ("forum 48", BEGIN + 180, "address:192.0.2.7"),
            ("telegram user1", BEGIN + 60, None),
            ("whatsapp +4790000001", BEGIN, f"exhibit:{op.exhibit}"),
        ]


def test_contacts_are_who_talked_with_each_other(op: Seized) -> None:
    op.says("skype", "ola", "kari", "hei", 0)
    op.says("skype", "kari", "ola", "hei", 10)
    for who in ("ola", "per"):
        op.says("skype", who, "", "hei alle", 20, conversation="19:klubb@thread.skype")
    for item in ("i1", "i2"):  # both phones tell of it
        call = op.write(
            "calls", "phone", item=item, caller="+4790000001", participants=["+4790000002"], started=5
        )
    op.catalog.write(
        "same",
        {"same_calls": [{"trace_id": call, "distinct_id": "t1-0005", "run": "r"}]},
        made_by={"test": "1"},
    )
    op.write("transfers", "bank", sender="NO1", receiver="NO2", time=9)
    with op.bench() as bench:
        found = bench.db.execute(
            """select a.native, b.native, direct, groups, first_us, last_us from contacts c
               join tenures a on a.tenure = c.tenure join tenures b on b.tenure = other
               where a.native < b.native order by all"""
        ).fetchall()
        both = bench.db.execute("select count(*) from contacts").fetchall()
    assert found == [
        ("+4790000001", "+4790000002", 1, 0, us(5), us(5)),
        ("NO1", "NO2", 1, 0, us(9), us(9)),
        ("kari", "ola", 2, 0, us(0), us(10)),
        ("ola", "per", 0, 1, us(20), us(20)),
    ]
    assert both == [(8,)]


def test_media_by_content_and_who_shared_it_first(op: Seized) -> None:
    digest = "ab" * 32
    op.says(
        "telegram",
        "user1",
        "user2",
        "",
        50,
        attachments=attached({"name": "tog.jpg", "sha256": digest.upper()}),
    )
    op.says(
        "kik", "tog@talk.kik.com", "b@talk.kik.com", "", 9, attachments=attached({"name": "x.jpg"}), item="i2"
    )
    op.write("media_shares", "kik", account="c@talk.kik.com", at=70, name="x.jpg", item="i2")
    item = {
        "item_id": "f1",
        "source_id": "s-i2",
        "name": "x.jpg",
        "sha256": digest,
        "size": 5,
        "kind": "file",
    }
    op.store()
    op.catalog.write("items", {"items": [item]}, made_by={"test": "1"})
    with op.bench() as bench:
        assert op.table(bench, "media", "digest", "at_us", "place") == [
            ("kik c@talk.kik.com", digest, us(70), 3),
            ("kik tog@talk.kik.com", digest, us(9), 1),
            ("telegram user1", digest, us(50), 2),
        ]


def test_a_split_account_is_two_tenures_and_acts_without_a_time_are_neithers(op: Seized) -> None:
    op.says("skype", "felles", "kari", "før", 10)
    op.says("skype", "felles", "kari", "etter", 5 * DAY)
    op.says("skype", "felles", "kari", "en gang", None)
    account = op.id("skype", "felles")
    identities.split(op.ledger, account, us(DAY), "5 January", reason="sold", actor="kari")
    identities.share(op.ledger, account, True, reason="family", actor="kari")
    with op.bench() as bench:
        rows = bench.db.execute(
            "select id, begin_us, end_us, shared, messages from tenures where account_id = ? order by id",
            [account],
        ).fetchall()
        said = bench.db.execute(
            "select id, text from texts join tenures using (tenure) order by 1"
        ).fetchall()
    later = f"{account}@{us(DAY)}"
    assert rows == [(account, None, us(DAY), True, 1), (later, us(DAY), None, False, 1)]
    assert said == [(account, "før"), (later, "etter")]


def test_changes_of_nick_name_the_account_that_was_taken(op: Seized) -> None:
    for nick in ("tog", "tog_", "per[x]"):
        op.named("irc", nick, nick, "nick")
    for at, text in (
        (5, "Tog is now known as tog_"),
        (9, "* tog_ is now known as tog"),
        (DAY, "tog is now known as tog_"),
    ):
        op.write("messages", "irc", conversation="#sjakk", sender=None, kind="system", text=text, sent=at)
    op.says(
        "irc", "per[x]", "", "Tog is now known as per[x]", 12, conversation="#sjakk"
    )  # said by somebody, no event
    with op.bench() as bench:
        assert op.table(bench, "identifiers", "value", "uses", where="kind = 'renamed'") == [
            ("irc tog", op.id("irc", "tog_"), 2),
            ("irc tog_", op.id("irc", "tog"), 1),
        ]
