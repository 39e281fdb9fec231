"""Where people say that they can be reached elsewhere, in four languages; and what sounds like it and is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from safelight.identities.gather_told import arrangements
from tests.identities.seized import seized


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("add me on kik: foo.bar", [("kik", "foo.bar")]),
        ("Add me on Kik, foo.bar!", [("kik", "foo.bar")]),
        ("skype: ola.n", [("skype", "ola.n")]),
        ("hit me up on telegram @Ola_99", [("telegram", "ola_99")]),
        ("my skype is live:ola.n and my icq is 123-456-789", [("skype", "live:ola.n"), ("icq", "123456789")]),
        ("text me on whatsapp +47 900 00 001", [("whatsapp", "+4790000001")]),
        ("my mail is Ola@Example.org.", [("mail", "ola@example.org")]),
        ("min skype er ola.n", [("skype", "ola.n")]),
        ("legg meg til på discord som ola#1234", [("discord", "ola#1234")]),
        ("kikk innom! kik-navnet mitt er hemmelig", []),
        ("eg er på skype som ola.nordmann", [("skype", "ola.nordmann")]),
        ("ang skype ko ay juan.c", [("skype", "juan.c")]),
        ("i-add mo ako sa kik: juan_c", [("kik", "juan_c")]),
        ("add ola.n on skype", [("skype", "ola.n")]),
        ("add me on kik: foo.bar kik: foo.bar", [("kik", "foo.bar")]),
        # Not somebody's own account, or none at all.
        ("my skype works again", []),
        ("is your kik foo1?", []),
        ("his skype is per.p", []),
        ("jeg er på kik nå", []),
        ("my number is 42", []),
        ("my mail is full", []),
        ("", []),
    ],
)
def test_arrangements(text: str, told: list[tuple[str, str]]) -> None:
    assert list(arrangements(text)) == told


def test_they_come_onto_the_bench_with_their_place(tmp_path: Path) -> None:
    with seized(tmp_path) as op:
        trace = op.says("irc", "tog", "per", "add me on kik: foo.bar", 7)
        op.says("irc", "tog", "per", "add me on kik: andres.konto", 8, forwarded="Per")
        with op.bench() as bench:
            assert op.table(bench, "moves", "network", "value", "text", "trace") == [
                ("irc tog", "kik", "foo.bar", "add me on kik: foo.bar", trace)
            ]
