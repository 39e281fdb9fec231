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
        ("add me on kik: foo.bar kik: foo.bar", [("kik", "foo.bar")]),
        ("hei! min kik er ola_n", [("kik", "ola_n")]),
        ("legg meg til på kik: ola_n", [("kik", "ola_n")]),
        ("ring meg på mobil 900 00 001", [("phone", "90000001")]),
        # Another's id that is passed on.
        ("skype: ola.n", []),
        ("add ola.n on skype", []),
        ("add zorg_99 on kik, he is nice", []),
        ("add my friend on kik: zorg_99", []),
        ("my friend's kik is zorg_99", []),
        ("my brother: skype: zorg_99", []),
        ("send melding på kik: zorg_99", []),
        # Denied, asked, supposed.
        ("never add zorg_99 on skype", []),
        ("don't add me on kik: zorg_99", []),
        ("ikke legg meg til på kik: zorg_99", []),
        ("that is not my skype: zorg_99", []),
        ("my kik is not zorg_99", []),
        ("my kik: zorg_99 was hacked", []),
        ("hindi ko ang kik ko ay zorg_99", []),
        ("is my skype zorg_99 ok?", []),
        ("if my kik is zorg_99 i eat my hat", []),
        # Another's words.
        ("> add me on kik: zorg_99\nno thanks", []),
        ("[quote=zorg]my skype is zorg_99[/quote] who are you?", []),
        ("<ola> my skype: zorg_99", []),
        ("[12:03] Ola: my kik is zorg_99", []),
        ("Ola 12:03: my kik is zorg_99", []),
        ("Ola Nordmann: my kik is zorg_99", []),
        ('he wrote: "add me on kik: zorg_99"', []),
        ("han skrev at min kik er zorg_99", []),
        ("he said add me on kik: zorg_99", []),
        ('"add me on kik: zorg_99" is what i got', []),
        ("«min kik er zorg_99» sto det", []),
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
